from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.sellers.types import LEVEL_LENGTH, ORIGIN_LENGTH


class Seller(models.Model):
    """One seller of a program; name and phone are sealed.

    ``origin`` says from where she came (来源), in the brand's own words. ``inviter_key`` is what
    a file said of who invited her; ``invited_by`` follows when that seller is known.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=128)
    staff = models.ForeignKey("organization.Staff", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(
        "organization.OrgUnit", models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=12)
    status = models.CharField(max_length=8)
    joined_on = models.DateField(null=True)
    origin = models.CharField(max_length=ORIGIN_LENGTH, blank=True, default="")
    inviter_key = models.CharField(max_length=128, blank=True, default="")
    invited_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    sealed = models.BinaryField()
    phone_index = models.BinaryField(null=True, db_index=True)
    digest = models.BinaryField()
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "source_key", "source"], name="sellers_seller_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "stamp"], name="sellers_seller_stamp"),
            models.Index(fields=["program", "unit"], name="sellers_seller_unit"),
            models.Index(
                fields=["program", "inviter_key"],
                condition=models.Q(invited_by=None) & ~models.Q(inviter_key=""),
                name="sellers_seller_waits",
            ),
        ]


class LevelPeriod(models.Model):
    """The level of a seller from a day on, until the next period; the last one of a day counts.

    On trial, it falls to another one on ``trial_over_on`` unless the trial was passed or a later
    period came before. ``source_id`` is of what set it, so that it can be taken back as a whole.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="+", db_index=False)
    level = models.CharField(max_length=LEVEL_LENGTH)
    from_on = models.DateField()
    reason = models.CharField(max_length=12)
    trial_over_on = models.DateField(null=True)
    earn_minor = models.BigIntegerField(default=0)
    falls_to = models.CharField(max_length=LEVEL_LENGTH, blank=True, default="")
    is_passed = models.BooleanField(default=False)
    source_id = models.BigIntegerField(null=True)
    set_by_id = models.BigIntegerField(null=True)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["seller", "from_on"], name="sellers_level_seller"),
            models.Index(fields=["source_id"], name="sellers_level_source"),
        ]


class Invitation(models.Model):
    """A code by which so many persons may apply to sell, until a day."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey("organization.Program", models.PROTECT, related_name="+")
    code = models.CharField(max_length=16, unique=True)
    inviter = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("organization.OrgUnit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    origin = models.CharField(max_length=ORIGIN_LENGTH, blank=True, default="")
    places = models.PositiveSmallIntegerField()
    expires_on = models.DateField()
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)


class Application(models.Model):
    """One who wants to sell; name and phone are sealed, and erased once it is decided.

    ``form_key`` is of the form that was sent, so that a second tap is no second application.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    phone_index = models.BinaryField(null=True, db_index=True)
    form_key = models.CharField(max_length=40)
    state = models.CharField(max_length=8)
    seller = models.OneToOneField(Seller, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invitation", "phone_index"], name="sellers_application_once"
            ),
            models.UniqueConstraint(fields=["invitation", "form_key"], name="sellers_form_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "applied_at"], name="sellers_application_waits")
        ]


class Teaching(models.Model):
    """Who teaches a seller, until ``until_at``; she has one teacher at a time."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    learner = models.ForeignKey(Seller, models.CASCADE, related_name="+", db_index=False)
    teacher = models.ForeignKey(Seller, models.CASCADE, related_name="+")
    from_at = models.DateTimeField(default=timezone.now)
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner"],
                condition=models.Q(until_at=None),
                name="sellers_teaching_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["learner"], name="sellers_teaching_learner")]


class Assistant(models.Model):
    """One who helps a seller with her customers, until ``ended_at``.

    Let in again, she is a new one with an account of her own: what she had open stays closed.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="+")
    staff = models.OneToOneField("organization.Staff", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    returned_as = models.OneToOneField("self", models.SET_NULL, null=True, related_name="+")


class Arrangement(models.Model):
    """Which blocks a seller wants on the workbench, in order; those not named are hidden."""

    seller = models.OneToOneField(Seller, models.CASCADE, primary_key=True, related_name="+")
    blocks = models.JSONField(default=list)
