from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id


class Program(models.Model):
    """A brand or platform: one currency, one zone, one day's cut-off."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=60)
    cut_off_hour = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)


class Dealer(models.Model):
    """A company or person by whom stores are run (经销商)."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=128)
    name = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "key"], name="organization_dealer_once")
        ]


class OrgUnit(models.Model):
    """Headquarters, a region, a store or a team; ``path`` holds the ids from the top."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    city = models.CharField(max_length=255, blank=True, default="")
    dealer = models.ForeignKey(Dealer, null=True, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=200, db_index=True)
    stamp = models.BigIntegerField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "kind", "key"], name="organization_unit_once"
            )
        ]


class Staff(AbstractBaseUser):
    """One who may sign in; the name is sealed."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    login = models.CharField(max_length=200, unique=True)
    sealed = models.BinaryField()
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True, default="")

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()
    USERNAME_FIELD = "login"


class Grant(models.Model):
    """One role of one member of staff in one program, at one org unit where the role has one."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20)
    unit = models.ForeignKey(
        OrgUnit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "program"], name="organization_grant_once")
        ]


class SignInLink(models.Model):
    """A one-tap link, stored as its hash; spent once."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    loopback_only = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SignInFailure(models.Model):
    """A failed sign-in, kept for the throttle as keyed hashes of login and address."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    login_index = models.BinaryField(db_index=True)
    address_index = models.BinaryField(db_index=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
