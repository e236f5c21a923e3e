from typing import ClassVar

from django.db import models

from siyu.foundation.ids import new_id
from siyu.rooms.communities.types import NAME_LENGTH, THEME_LENGTH


class Community(models.Model):
    """One community and the seller who owns it today.

    ``theme`` says what it is for, in the brand's own words; ``members`` is what a file told last.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=128)
    seller = models.ForeignKey("sellers.Seller", models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    theme = models.CharField(max_length=THEME_LENGTH, blank=True, default="")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    members = models.PositiveIntegerField(null=True)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "source_key", "source"], name="communities_community_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("opened_at")),
                name="communities_ends_after_it_opens",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "stamp"], name="communities_stamp"),
            models.Index(fields=["program", "-opened_at", "id"], name="communities_newest"),
        ]
