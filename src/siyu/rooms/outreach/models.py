from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.outreach.types import NAME_LENGTH


class Policy(models.Model):
    """A program's limits of contact."""

    program = models.OneToOneField(
        "organization.Program", models.CASCADE, primary_key=True, related_name="+"
    )
    list_size = models.PositiveIntegerField(default=20)
    quota_days = models.PositiveIntegerField(default=7)
    hold_share_ppm = models.PositiveIntegerField(default=100_000)
    hold_window_days = models.PositiveIntegerField(default=14)
    control_share_ppm = models.PositiveIntegerField(default=50_000)


class Playbook(models.Model):
    """Joins a signal to a message template (玩法); the lowest priority number comes first.

    Of a playbook with a segment only members are contacted; where the signal is the segment's
    own, to be a member is the reason, and ``name`` is what sellers read. A day of the off-season
    is month × 100 + day of month, both ends included; null for a playbook without one.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    signal = models.CharField(max_length=30)
    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    segment = models.ForeignKey("segments.Segment", models.PROTECT, related_name="+", null=True)
    template_code = models.CharField(max_length=60)
    priority = models.PositiveSmallIntegerField()
    is_enabled = models.BooleanField(default=True)
    most_a_day = models.PositiveSmallIntegerField(null=True)
    rest_days = models.PositiveSmallIntegerField(default=0)
    off_begins = models.PositiveSmallIntegerField(null=True)
    off_ends = models.PositiveSmallIntegerField(null=True)
    off_most_a_day = models.PositiveSmallIntegerField(null=True)
    off_rest_days = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "signal"], name="outreach_playbook_once")
        ]

    @property
    def is_of_segment(self) -> bool:
        """Whether to belong to its segment is the whole reason."""
        return self.signal == f"segment_{self.segment_id}"


class Launch(models.Model):
    """From when on, and with which horizon, a playbook's draws are read out (上线).

    ``launched_on`` is null for the launch with which the program opened: all its draws count.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="+", db_index=False)
    launched_on = models.DateField(null=True)
    horizon_days = models.PositiveSmallIntegerField()
    planned_days = models.PositiveSmallIntegerField()
    actor_id = models.BigIntegerField(null=True)
    launched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["playbook", "launched_on"], name="outreach_launch_once_a_day"
            )
        ]


class Variant(models.Model):
    """Other words of a playbook, tried on a part of a market's customers (话术变体).

    ``market`` is the org unit whose sellers use it; null for all that are in no nearer one.
    ``since_on`` is the first day whose lists use it, ``ended_on`` the first that do not. From
    ``adopted_on`` on, all customers of its market get it.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="+")
    market = models.ForeignKey("organization.OrgUnit", models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=NAME_LENGTH)
    since_on = models.DateField()
    ended_on = models.DateField(null=True)
    adopted_on = models.DateField(null=True)

    @property
    def template_code(self) -> str:
        """The code of its words."""
        return f"variant_{self.id}"


class DrawnList(models.Model):
    """One seller's list of one day: it is drawn once."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    seller = models.ForeignKey("sellers.Seller", models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    tasks = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "on"], name="outreach_list_once")
        ]


class Task(models.Model):
    """Contact this customer, for this reason: the night that drew it, and what became of it."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    seller = models.ForeignKey("sellers.Seller", models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    playbook = models.ForeignKey(Playbook, models.PROTECT, related_name="+", db_index=False)
    market = models.ForeignKey(
        "organization.OrgUnit", models.PROTECT, related_name="+", null=True, db_index=False
    )
    variant = models.ForeignKey(
        Variant, models.PROTECT, related_name="+", null=True, db_index=False
    )
    rank = models.PositiveIntegerField()
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
    closed_by = models.ForeignKey(
        "organization.Staff", models.PROTECT, related_name="+", null=True, db_index=False
    )
    blocked_until = models.DateField(null=True)
    propensity_ppm = models.PositiveIntegerField()
    order_value_minor = models.BigIntegerField()
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "drawn_on"], name="outreach_task_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(state=TaskState.OPEN),
                name="outreach_one_open_task",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["seller", "state", "due_on"], name="outreach_task_today"),
            models.Index(fields=["program", "stamp"], name="outreach_task_stamp"),
            models.Index(
                fields=["program", "due_on"],
                condition=models.Q(state=TaskState.OPEN),
                name="outreach_task_open",
            ),
        ]


class ControlDraw(models.Model):
    """The arm in which a customer stands in the comparison of all playbooks with none.

    Stored the first night on which she would be on a list; it never changes.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="+"
    )
    program = models.ForeignKey(
        "organization.Program", models.CASCADE, related_name="+", db_index=False
    )
    arm = models.CharField(max_length=8)
    drawn_on = models.DateField()
    drawn_at = models.DateTimeField(default=timezone.now)
