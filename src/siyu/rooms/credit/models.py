from typing import ClassVar

from django.db import models


class Credit(models.Model):
    """To whom a line belongs, and the follow that is the evidence where one is."""

    line = models.OneToOneField(
        "orders.OrderLine", models.CASCADE, primary_key=True, related_name="+"
    )
    program = models.ForeignKey(
        "organization.Program", models.PROTECT, related_name="+", db_index=False
    )
    seller = models.ForeignKey(
        "sellers.Seller", models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "organization.OrgUnit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    basis = models.CharField(max_length=8)
    follow = models.ForeignKey(
        "customers.Follow", models.PROTECT, null=True, related_name="+", db_index=False
    )
    business_on = models.DateField()
    stamp = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["program", "stamp"], name="credit_credit_stamp")]
