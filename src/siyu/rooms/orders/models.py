from typing import ClassVar

from django.db import models

from siyu.foundation.ids import new_id


class Order(models.Model):
    """An order of a program, known by its outside key."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=128)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    seller = models.ForeignKey(
        "sellers.Seller", models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "organization.OrgUnit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    status = models.CharField(max_length=10)
    at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    business_on = models.DateField()
    local_hour = models.PositiveSmallIntegerField()
    freight_minor = models.BigIntegerField(default=0)
    digest = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "source", "source_key"], name="orders_order_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "-at"], name="orders_order_customer")]


class OrderLine(models.Model):
    """One line of an order. Its business day never changes: a corrected line is a new one."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    order = models.ForeignKey(Order, models.PROTECT, related_name="+", db_index=False)
    line_key = models.CharField(max_length=128)
    product = models.ForeignKey("catalog.Product", models.PROTECT, related_name="+", db_index=False)
    seller = models.ForeignKey(
        "sellers.Seller", models.PROTECT, null=True, related_name="+", db_index=False
    )
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    amount_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField(default=0)
    business_on = models.DateField()
    is_void = models.BooleanField(default=False)
    digest = models.BinaryField()
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "line_key"],
                condition=models.Q(is_void=False),
                name="orders_line_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["program", "stamp"], name="orders_line_stamp")]


class Payment(models.Model):
    """What was paid for an order, freight included."""

    order = models.OneToOneField(Order, models.PROTECT, primary_key=True, related_name="+")
    method = models.CharField(max_length=255, blank=True, default="")
    amount_minor = models.BigIntegerField()
    paid_at = models.DateTimeField()


class Refund(models.Model):
    """Money given back, for a line where one is known."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=270)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, related_name="+", db_index=False
    )
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, null=True, related_name="+", db_index=False
    )
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    amount_minor = models.BigIntegerField()
    refunded_at = models.DateTimeField()
    business_on = models.DateField()
    stamp = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "source", "source_key"], name="orders_refund_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["program", "stamp"], name="orders_refund_stamp")]
