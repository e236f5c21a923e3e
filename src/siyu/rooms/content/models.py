from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id


class MessageTemplate(models.Model):
    """One version of a message template (话术模板); versions are only added."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "code", "language", "version"], name="content_template_once"
            )
        ]
