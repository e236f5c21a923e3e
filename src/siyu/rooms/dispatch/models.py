from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.dispatch.types import NOTE_LENGTH, TITLE_LENGTH, AssignmentState

_KEY_LENGTH = 64


class Dispatch(models.Model):
    """What headquarters, or whoever leads, asks sellers to do by a deadline (派单).

    ``handed_to`` is the seller whom the worker has come to: sellers get their parts by id.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=_KEY_LENGTH)
    title = models.CharField(max_length=TITLE_LENGTH)
    body = models.TextField()
    unit_ids = models.JSONField(default=list)
    segment = models.ForeignKey("segments.Segment", models.PROTECT, related_name="+", null=True)
    per_seller = models.PositiveSmallIntegerField()
    asks_reason = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    due_on = models.DateField()
    left_out = models.JSONField(default=dict)
    handed_to = models.BigIntegerField(default=0)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    assigned_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "key"], name="dispatch_once")
        ]

    @property
    def run_key(self) -> str:
        """The key of the run that hands it out."""
        return f"dispatch:{self.id}"

    @property
    def template_code(self) -> str:
        """Under which the suggested words are kept as a message template."""
        return f"dispatch_{self.id}"


class Assignment(models.Model):
    """One seller's part of a dispatch: with one customer, or on her own.

    ``unit`` is where the seller was when it was handed out. ``blocked_until`` keeps the customer
    from other lists: until the deadline while it is open, for the quota once it is closed.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(
        "organization.OrgUnit", models.CASCADE, related_name="+", db_index=False
    )
    seller = models.ForeignKey("sellers.Seller", models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+", null=True)
    place = models.PositiveIntegerField()
    assigned_on = models.DateField()
    state = models.CharField(max_length=8, default=AssignmentState.OPEN)
    opened_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey(
        "organization.Staff", models.PROTECT, related_name="+", null=True, db_index=False
    )
    outcome = models.CharField(max_length=10, blank=True, default="")
    skip_reason = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=20, blank=True, default="")
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    blocked_until = models.DateField(null=True)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dispatch", "customer"], name="dispatch_assignment_customer_once"
            ),
            models.UniqueConstraint(
                fields=["dispatch", "seller"],
                condition=models.Q(customer=None),
                name="dispatch_assignment_seller_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["dispatch", "unit"], name="dispatch_assignment_unit"),
            models.Index(fields=["seller", "state"], name="dispatch_assignment_own"),
            models.Index(fields=["program", "stamp"], name="dispatch_assignment_stamp"),
        ]
