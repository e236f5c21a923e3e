from typing import ClassVar

from django.db import models

from siyu.foundation.ids import new_id
from siyu.rooms.ledger.types import MAY_OWE, OF_THE_HOUSE


class Account(models.Model):
    """What an owner has for one purpose; ``balance_minor`` is null for accounts of the house."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=24)
    owner_id = models.BigIntegerField(default=0)
    balance_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "purpose", "owner_id"], name="ledger_account_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    purpose__in=sorted(OF_THE_HOUSE), owner_id=0, balance_minor__isnull=True
                )
                | (
                    ~models.Q(purpose__in=sorted(OF_THE_HOUSE))
                    & ~models.Q(owner_id=0)
                    & models.Q(balance_minor__isnull=False)
                ),
                name="ledger_house_stores_no_balance",
            ),
            models.CheckConstraint(
                condition=models.Q(balance_minor__isnull=True)
                | models.Q(balance_minor__gte=0)
                | models.Q(purpose__in=sorted(MAY_OWE)),
                name="ledger_no_overdraft",
            ),
        ]


class Posting(models.Model):
    """Transfers written together; the digest vouches for all of them and their order."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(max_length=200)
    business_on = models.DateField()
    digest = models.BinaryField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "key"], name="ledger_posting_once")
        ]


class Transfer(models.Model):
    """Minor units that moved; never changed, never removed: the database refuses it."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    source = models.ForeignKey(Account, models.PROTECT, related_name="+")
    destination = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    lines = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="ledger_moves_more_than_nothing"
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("destination")),
                name="ledger_moves_elsewhere",
            ),
        ]
