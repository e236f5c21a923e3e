from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.webhooks.types import URL_LENGTH, MessageState


class Endpoint(models.Model):
    """An address of another system that is told of some topics."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey("organization.Program", models.CASCADE, related_name="+")
    url = models.CharField(max_length=URL_LENGTH)
    sealed = models.BinaryField()
    topics = models.JSONField()
    is_enabled = models.BooleanField(default=True)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)


class Message(models.Model):
    """What an endpoint is told, until it has heard; kept thirty days."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=20)
    body = models.TextField()
    state = models.CharField(max_length=10, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=MessageState.WAITING),
                name="webhooks_message_due",
            ),
            models.Index(fields=["endpoint", "id"], name="webhooks_message_newest"),
        ]
