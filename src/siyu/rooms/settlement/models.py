from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.settlement.types import ItemState, PayoutState, WithdrawalState

_KIND_LENGTH = 12


class Book(models.Model):
    """How a program settles, and how many periods and batches it has; locked by whoever writes."""

    program = models.OneToOneField(
        "organization.Program", models.PROTECT, primary_key=True, related_name="+"
    )
    period = models.CharField(max_length=_KIND_LENGTH)
    working_days = models.PositiveSmallIntegerField(default=1)
    begins_on = models.DateField()
    least_payout_minor = models.BigIntegerField(default=0)
    withholding = models.CharField(max_length=_KIND_LENGTH)
    gap_policy = models.CharField(max_length=_KIND_LENGTH)
    on_request = models.BooleanField(default=False)
    closings = models.PositiveIntegerField(default=0)
    payouts = models.PositiveIntegerField(default=0)


class Closing(models.Model):
    """A closed period: how far accruals were settled, by version of the plan."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    begins_on = models.DateField()
    ends_on = models.DateField()
    batch = models.PositiveIntegerField()
    earned_until = models.JSONField()
    closed_by_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "number"], name="settlement_closing_once"),
            models.UniqueConstraint(fields=["program", "ends_on"], name="settlement_day_once"),
        ]


class Statement(models.Model):
    """What a payee's account did in a closed period; its parts add up to ``closing_minor``."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    closing = models.ForeignKey(Closing, models.PROTECT, related_name="+", db_index=False)
    payee_id = models.BigIntegerField(db_index=True)
    opening_minor = models.BigIntegerField()
    earned_minor = models.BigIntegerField()
    reversed_minor = models.BigIntegerField()
    bonus_minor = models.BigIntegerField()
    withheld_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["closing", "payee_id"], name="settlement_statement_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    closing_minor=models.F("opening_minor")
                    + models.F("earned_minor")
                    + models.F("reversed_minor")
                    + models.F("bonus_minor")
                    + models.F("withheld_minor")
                    + models.F("paid_minor")
                ),
                name="settlement_statement_adds_up",
            ),
        ]


class Payee(models.Model):
    """Who is behind a payee before the law; name, number and account are sealed.

    ``owner_id`` is the seller's or store's id, ``told_by_id`` who told it last.
    """

    owner_id = models.BigIntegerField(primary_key=True)
    program = models.ForeignKey("organization.Program", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=_KIND_LENGTH)
    withholding = models.CharField(max_length=_KIND_LENGTH)
    sealed = models.BinaryField()
    verified_at = models.DateTimeField(null=True)
    told_by_id = models.BigIntegerField(null=True)


class Collection(models.Model):
    """A company collects what a seller or store is paid; the company invoices for it."""

    owner_id = models.BigIntegerField(primary_key=True)
    program = models.ForeignKey("organization.Program", models.PROTECT, related_name="+")
    company = models.ForeignKey(Payee, models.PROTECT, related_name="+")
    set_by_id = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(owner_id=models.F("company")),
                name="settlement_collects_for_others",
            )
        ]


class Payout(models.Model):
    """A payout batch; the one who checks is never the one who made it."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=_KIND_LENGTH, default=PayoutState.DRAFTED)
    paid_on = models.DateField(null=True)
    made_by_id = models.BigIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    checked_by_id = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "number"], name="settlement_payout_once"),
            models.CheckConstraint(
                condition=models.Q(checked_by_id=None)
                | ~models.Q(checked_by_id=models.F("made_by_id")),
                name="settlement_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by_id=None)
                & models.Q(state__in=[PayoutState.DRAFTED, PayoutState.WITHDRAWN])
                | models.Q(checked_by_id__isnull=False)
                & models.Q(state__in=[PayoutState.APPROVED, PayoutState.DONE]),
                name="settlement_nothing_paid_unchecked",
            ),
        ]


class PayoutItem(models.Model):
    """What one payee gets of a batch, and what became of it; ``sealed`` is who and where.

    ``month`` (202611) is the one whose tax it counts in. ``period`` and ``returned_in`` are the
    numbers of the closings whose statements show it going out and coming back.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="+")
    payee_id = models.BigIntegerField(db_index=True)
    sealed = models.BinaryField()
    gross_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    withholding = models.CharField(max_length=_KIND_LENGTH, blank=True, default="")
    month = models.PositiveIntegerField()
    state = models.CharField(max_length=_KIND_LENGTH, default=ItemState.WAITING)
    reason = models.CharField(max_length=200, blank=True, default="")
    period = models.PositiveIntegerField(null=True)
    returned_in = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payout", "payee_id"], name="settlement_item_once"),
            models.CheckConstraint(
                condition=models.Q(tax_minor__gte=0)
                & models.Q(gross_minor__gt=models.F("tax_minor")),
                name="settlement_item_pays_something",
            ),
        ]


class Withdrawal(models.Model):
    """What a seller asked to be paid; a batch takes it, and gives it back when it is withdrawn."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey("organization.Program", models.PROTECT, related_name="+")
    payee_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=_KIND_LENGTH, default=WithdrawalState.ASKED)
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payee_id"],
                condition=models.Q(state=WithdrawalState.ASKED),
                name="settlement_asked_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="settlement_asks_for_something"
            ),
        ]
