from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.segments.types import NAME_LENGTH, NOTE_LENGTH


class Segment(models.Model):
    """Conditions that the nightly run asks of every customer.

    ``groups`` is an audience of ``analytics.conditions`` as plain lists. ``is_tag`` where sellers
    see it on the pages of its members, as a tag by rule.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=NAME_LENGTH)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    groups = models.JSONField()
    is_tag = models.BooleanField(default=False)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "name"],
                condition=models.Q(archived_at=None),
                name="segments_name_once",
            )
        ]


class SegmentSize(models.Model):
    """How many belonged to a segment on a night."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    members = models.PositiveBigIntegerField()
    entered = models.PositiveBigIntegerField()
    left = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "on"], name="segments_size_once")
        ]
