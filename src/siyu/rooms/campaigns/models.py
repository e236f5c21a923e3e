from typing import ClassVar

from django.db import models

from siyu.foundation.ids import new_id
from siyu.rooms.campaigns.types import NAME_LENGTH


class TargetPlan(models.Model):
    """A month's target of a program, and the rule by which it was broken down."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    month_on = models.DateField()
    amount_minor = models.BigIntegerField()
    rule = models.CharField(max_length=12)
    past_months = models.PositiveSmallIntegerField()
    set_by_id = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "month_on"], name="campaigns_plan_once")
        ]


class Campaign(models.Model):
    """A sales campaign: so many days around a festival, or around a day of its own.

    ``anchor`` is a festival of ``foundation.calendar``, ``solar`` or ``lunar`` (the same date of
    that calendar every year); ``anchor_on`` is the day that the other days are counted from.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=NAME_LENGTH)
    anchor = models.CharField(max_length=20)
    anchor_on = models.DateField()
    first_day = models.SmallIntegerField()
    last_day = models.SmallIntegerField()
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "name"], name="campaigns_campaign_once")
        ]


class Target(models.Model):
    """What an org unit, or a seller, is to sell in a month.

    ``holder_id`` is the id of the one or the other, ``above_id`` that of the unit from whose
    target it was broken down (none for the program's own). ``weight`` is kept, so that what is
    set by hand later moves nobody outside the unit above.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    plan = models.ForeignKey(TargetPlan, models.CASCADE, related_name="+", db_index=False)
    holder_id = models.BigIntegerField()
    above_id = models.BigIntegerField(null=True)
    is_seller = models.BooleanField()
    weight = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    is_fixed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "holder_id"], name="campaigns_target_once")
        ]
        indexes: ClassVar = [models.Index(fields=["plan", "above_id"], name="campaigns_below")]
