from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id


class Publication(models.Model):
    """Results of a day that readers may see; the newest of a program is what they see.

    A run that is done again writes its results beside the old ones and takes the day's place.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    as_of = models.DateField()
    results_id = models.BigIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "as_of"], name="insights_one_a_day")
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "-published_at"], name="insights_publication_newest")
        ]


class Freshness(models.Model):
    """Hourly results that readers may see; the newest of a program is what they see."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    results_id = models.BigIntegerField()
    version = models.PositiveSmallIntegerField()
    today = models.DateField()
    fresh_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["program", "-fresh_at"], name="insights_freshness_newest")
        ]
