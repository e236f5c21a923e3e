from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.operations.types import (
    IDEMPOTENCY_KEY_LENGTH,
    KEY_NAME_LENGTH,
    SOURCE_LENGTH,
    DeliveryState,
    ImportState,
    RunState,
)


class WriteStamp(models.Model):
    """One row that counts write transactions where the database does not (SQLite)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=0)


class Installation(models.Model):
    """One row that names this database; a restored copy is given a new epoch."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=36)


class OutboxEvent(models.Model):
    """An announced event, stored in the transaction of the fact that it tells."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program_id = models.BigIntegerField()
    name = models.CharField(max_length=80)
    payload = models.TextField()
    announced_at = models.DateTimeField(default=timezone.now)


class Delivery(models.Model):
    """One event on its way to one reaction."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="+")
    reaction = models.CharField(max_length=160)
    state = models.CharField(max_length=10, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"],
                name="operations_delivery_due",
                condition=~models.Q(state=DeliveryState.DONE),
            )
        ]


class Run(models.Model):
    """A piece of durable work; the same key is the same work."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=RunState.QUEUED, db_index=True)
    engine = models.CharField(max_length=20, blank=True, default="")
    requested_by_id = models.BigIntegerField(null=True)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")


class RunStep(models.Model):
    """One step of a run."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    state = models.CharField(max_length=10, default=RunState.RUNNING)
    rows = models.BigIntegerField(null=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name"], name="operations_step_once")
        ]


class Schedule(models.Model):
    """Work that comes due by the clock: a cron line in a time zone."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    cron = models.CharField(max_length=60)
    zone = models.CharField(max_length=60)
    enabled = models.BooleanField(default=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program_id", "name"], name="operations_schedule_once")
        ]


class ScheduleSlot(models.Model):
    """A slot that was taken: unique, so two workers never run it twice."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="operations_slot_once")
        ]


class ImportFile(models.Model):
    """A file that was given to import, how far it came and what it did."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=200)
    path = models.TextField()
    directory = models.TextField(blank=True, default="")
    mapping = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=ImportState.UPLOADED)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    batches_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    summary = models.JSONField(null=True)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["program_id", "-id"], name="operations_import_newest")
        ]


class AuditEntry(models.Model):
    """Who did what to whom, why and when. The database refuses changes; hashes chain the rows."""

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    program_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    reason = models.TextField(blank=True, default="")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def content(self) -> dict[str, object]:
        """What the entry's hash covers."""
        return {
            "position": self.position,
            "at": self.at.isoformat(),
            "program_id": self.program_id,
            "actor_id": self.actor_id,
            "action": self.action,
            "subject": self.subject,
            "reason": self.reason,
        }


class ApiKey(models.Model):
    """A key with which another system calls the open API for a program."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=KEY_NAME_LENGTH)
    hint = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=SOURCE_LENGTH)
    scopes = models.JSONField()
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)


class ApiMinute(models.Model):
    """How many calls a key made within a minute."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    minute_at = models.DateTimeField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "minute_at"], name="operations_api_minute_once")
        ]


class IdempotentCall(models.Model):
    """A call that is answered once: the same key with the same contents gets the same answer."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=IDEMPOTENCY_KEY_LENGTH)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "idempotency_key"], name="operations_idempotent_call_once"
            )
        ]
