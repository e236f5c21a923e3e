from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.plans.types import PlanState


class Plan(models.Model):
    """A version of a program's plan; what was published is never written again.

    ``ids`` are those of what the text names, as they were when it was published. ``digest`` is
    the SHA-256 of the text.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=PlanState.DRAFT)
    text = models.TextField()
    digest = models.BinaryField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    ids = models.JSONField(null=True)
    written_by_id = models.BigIntegerField(null=True)
    written_at = models.DateTimeField(default=timezone.now)
    published_by_id = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "number"], name="plans_number_once"),
            models.CheckConstraint(
                condition=models.Q(state=PlanState.DRAFT, ids=None, published_at=None)
                | (~models.Q(state=PlanState.DRAFT) & models.Q(published_at__isnull=False)),
                name="plans_published_at_a_moment",
            ),
        ]


class Signature(models.Model):
    """Somebody answers for what the law leaves in doubt of a text; only appended."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    digest = models.BinaryField()
    memo_sha256 = models.CharField(max_length=64)
    note = models.TextField(blank=True, default="")
    by_staff_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)
