from typing import ClassVar

from django.db import models

from siyu.foundation.ids import new_id
from siyu.rooms.coaching.types import TaskState


class SellerTask(models.Model):
    """Look after this seller, for this reason (带店任务); for whoever leads her unit."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    unit = models.ForeignKey("organization.OrgUnit", models.CASCADE, related_name="+")
    seller = models.ForeignKey("sellers.Seller", models.CASCADE, related_name="+")
    signal = models.CharField(max_length=30)
    drawn_on = models.DateField()
    due_on = models.DateField()
    evidence = models.JSONField(default=dict)
    expected_value_minor = models.BigIntegerField()
    arm = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default=TaskState.OPEN)
    outcome = models.CharField(max_length=10, blank=True, default="")
    skip_reason = models.CharField(max_length=20, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    blocked_until = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")
    closed_by_id = models.BigIntegerField(null=True)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "drawn_on"], name="coaching_task_once_a_day"),
            models.UniqueConstraint(
                fields=["seller"],
                condition=models.Q(state=TaskState.OPEN),
                name="coaching_one_open_task",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "state", "due_on"], name="coaching_task_open"),
            models.Index(fields=["program", "stamp"], name="coaching_task_stamp"),
        ]
