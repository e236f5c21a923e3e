from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id


class Publication(models.Model):
    """Results that readers may see; the newest of a program is what they see.

    The id names the results' folder, so a run that is done again writes beside the old results.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    as_of = models.DateField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["program", "-published_at"], name="insights_publication_newest")
        ]
