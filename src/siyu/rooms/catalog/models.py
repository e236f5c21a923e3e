from typing import ClassVar

from django.db import models

from siyu.foundation.ids import new_id


class Category(models.Model):
    """A category (类目) of a program's products."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=255)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "name"], name="catalog_category_once")
        ]


class Brand(models.Model):
    """A brand (品牌) of a program's products."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["program", "name"], name="catalog_brand_once")
        ]


class Product(models.Model):
    """Something sold, known by its outside key."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=128)
    name = models.CharField(max_length=300)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", db_index=False
    )
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="+", db_index=False)
    price_minor = models.BigIntegerField(null=True)
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "source_key", "source"], name="catalog_product_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["program", "stamp"], name="catalog_product_stamp")
        ]
