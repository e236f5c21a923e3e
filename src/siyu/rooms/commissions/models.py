from typing import ClassVar

from django.db import models

from siyu.foundation.ids import new_id
from siyu.rooms.commissions.types import ReviewKind


class AccrualMark(models.Model):
    """Up to which stamp a program's orders, refunds and credits have been accrued, and in which
    epoch of the database; its row is locked by whoever accrues.

    ``looked_back`` names the versions that began before they were published, for which all orders
    have been looked at anew.
    """

    program = models.OneToOneField(
        "organization.Program", models.PROTECT, primary_key=True, related_name="+"
    )
    stamp = models.BigIntegerField(default=0)
    epoch = models.CharField(max_length=100, blank=True, default="")
    batches = models.PositiveIntegerField(default=0)
    looked_back = models.JSONField(default=list)


class NetLine(models.Model):
    """What is left of a sold line, with what was true of it when it was first accrued.

    Level, kind, store, dealer and who is above stay as they are while the line's seller does;
    ``month`` is 202611.
    """

    line_id = models.BigIntegerField(primary_key=True)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="+", db_index=False)
    order_id = models.BigIntegerField(db_index=True)
    business_on = models.DateField()
    month = models.PositiveIntegerField()
    local_minute = models.PositiveSmallIntegerField()
    product_id = models.BigIntegerField()
    brand_id = models.BigIntegerField(null=True)
    category_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=40)
    seller_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    level = models.CharField(max_length=60, null=True)
    kind = models.CharField(max_length=12, null=True)
    server_id = models.BigIntegerField(null=True)
    store_id = models.BigIntegerField(null=True)
    dealer_id = models.BigIntegerField(null=True)
    above_2_id = models.BigIntegerField(null=True)
    above_3_id = models.BigIntegerField(null=True)
    above_4_id = models.BigIntegerField(null=True)
    above_5_id = models.BigIntegerField(null=True)
    quantity_milli = models.BigIntegerField()
    paid_minor = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["plan", "seller_id", "month"], name="commissions_line_seller"),
            models.Index(fields=["plan", "store_id", "month"], name="commissions_line_store"),
        ]


class Batch(models.Model):
    """Accruals that were booked together, with the posting of the ledger that moves them."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    business_on = models.DateField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "number"], name="commissions_batch_once")
        ]


class Accrual(models.Model):
    """What a batch changed in what a payee gets by one rule for one subject; only appended.

    All rows of a payee, rule and subject together are what the plan pays now. The database checks
    neither batch nor plan row by row: for millions of rows that costs more than to store them.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", db_constraint=False)
    plan = models.ForeignKey(
        "plans.Plan", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    scope = models.SmallIntegerField()
    subject_id = models.BigIntegerField()
    rule = models.SmallIntegerField()
    rate = models.SmallIntegerField()
    payee_id = models.BigIntegerField()
    base_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    earned_on = models.DateField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["payee_id", "earned_on"], name="commissions_accrual_payee")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(amount_minor=0), name="commissions_accrual_says_something"
            )
        ]


class LevelReview(models.Model):
    """A review of a month, or a change of plan, that gave sellers levels from a day on."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey("organization.Program", models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    month_on = models.DateField(null=True)
    from_on = models.DateField()
    rises = models.PositiveIntegerField()
    falls = models.PositiveIntegerField()
    applied_by_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "month_on"],
                condition=models.Q(taken_back_at=None),
                name="commissions_month_reviewed_once",
            ),
            models.UniqueConstraint(
                fields=["plan"],
                condition=models.Q(taken_back_at=None, kind=ReviewKind.CARRY),
                name="commissions_carried_once",
            ),
        ]
