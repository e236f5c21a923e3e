from typing import ClassVar

from django.db import models
from django.utils import timezone

from siyu.foundation.ids import new_id
from siyu.rooms.customers.types import REASON_LENGTH, TAG_LENGTH


class Customer(models.Model):
    """A customer's profile, without anything that names the person."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=128)
    gender = models.CharField(max_length=8)
    born_on = models.DateField(null=True)
    city = models.CharField(max_length=255, null=True)
    city_tier = models.PositiveSmallIntegerField(null=True)
    registered_at = models.DateTimeField(null=True)
    created_on = models.DateField()
    opted_out = models.BooleanField(default=False)
    digest = models.BinaryField()
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "source_key", "source"], name="customers_customer_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "stamp"], name="customers_customer_stamp")
        ]


class PersonalRecord(models.Model):
    """Name and phone of a customer, sealed under a key that goes with the row."""

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="+")
    sealed = models.BinaryField()
    phone_index = models.BinaryField(null=True, db_index=True)


class Identity(models.Model):
    """Another outside key of a customer."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=128)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "key", "source"], name="customers_identity_once"
            )
        ]


class Consent(models.Model):
    """Consent given or taken back; rows are only added. ``source`` is BY_HAND or a file's."""

    BY_HAND = "workbench"

    id = models.BigIntegerField(primary_key=True, default=new_id)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, default="marketing")
    channel = models.CharField(max_length=20, default="all")
    given = models.BooleanField()
    source = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)


class Tag(models.Model):
    """A word that sellers put on customers (标签).

    It may claim that its customers buy of a category or of a brand, whose id it keeps.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=TAG_LENGTH)
    category_id = models.BigIntegerField(null=True)
    brand_id = models.BigIntegerField(null=True)
    fresh_days = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "name"],
                condition=models.Q(retired_at=None),
                name="customers_tag_once",
            )
        ]


class CustomerTag(models.Model):
    """A tag on a customer: who put or confirmed it last, and when; kept when it is taken off."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+")
    seller = models.ForeignKey("sellers.Seller", models.PROTECT, related_name="+", db_index=False)
    tagged_on = models.DateField()
    is_on = models.BooleanField(default=True)
    stamp = models.BigIntegerField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "tag"], name="customers_customer_tag_once")
        ]


class Follow(models.Model):
    """A customer's tie to a seller, and the period in which that seller serves her."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    seller = models.ForeignKey("sellers.Seller", models.PROTECT, related_name="+", db_index=False)
    acquired_by = models.ForeignKey(
        "sellers.Seller", models.PROTECT, null=True, related_name="+", db_index=False
    )
    account = models.CharField(max_length=255, blank=True, default="")
    says_serving = models.BooleanField(null=True)
    followed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    serving_from = models.DateTimeField(null=True)
    serving_until = models.DateTimeField(null=True)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "seller", "followed_at"], name="customers_follow_once"
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(serving_from__isnull=False, serving_until__isnull=True),
                name="customers_one_serves",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "stamp"], name="customers_follow_stamp"),
            models.Index(fields=["seller", "serving_until"], name="customers_follow_seller"),
        ]


class Merge(models.Model):
    """A customer who turned out to be another (客户合并); rows are kept when it is undone.

    ``kept`` is whom it was decided for, ``into`` who both are by now, should ``kept`` have been
    merged on. ``ended`` and ``taken`` are the serving follow that ended, and the one that took
    its place with the customer who is kept.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    kept = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    into = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    ended = models.ForeignKey(Follow, models.SET_NULL, null=True, related_name="+")
    taken = models.ForeignKey(Follow, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH)
    actor_id = models.BigIntegerField(null=True)
    merged_at = models.DateTimeField()
    merged_on = models.DateField()
    undone_at = models.DateTimeField(null=True)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(undone_at=None),
                name="customers_merged_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "stamp"], name="customers_merge_stamp"),
        ]
