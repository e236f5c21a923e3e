import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import siyu.foundation.ids
import siyu.rooms.plans.types


class Migration(migrations.Migration):
    """The tables of plans were those of commissions, which renames them in its 0004."""

    initial = True

    dependencies = [
        ("organization", "0001_initial"),
        ("commissions", "0003_guard_accruals"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Plan",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(
                                default=siyu.foundation.ids.new_id,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                default=siyu.rooms.plans.types.PlanState["DRAFT"], max_length=10
                            ),
                        ),
                        ("text", models.TextField()),
                        ("digest", models.BinaryField()),
                        ("from_on", models.DateField()),
                        ("until_on", models.DateField(null=True)),
                        ("ids", models.JSONField(null=True)),
                        ("written_by_id", models.BigIntegerField(null=True)),
                        ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("published_by_id", models.BigIntegerField(null=True)),
                        ("published_at", models.DateTimeField(null=True)),
                        (
                            "program",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="organization.program",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Signature",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(
                                default=siyu.foundation.ids.new_id,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("digest", models.BinaryField()),
                        ("memo_sha256", models.CharField(max_length=64)),
                        ("note", models.TextField(blank=True, default="")),
                        ("by_staff_id", models.BigIntegerField(null=True)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="plans.plan",
                            ),
                        ),
                    ],
                ),
                migrations.AddConstraint(
                    model_name="plan",
                    constraint=models.UniqueConstraint(
                        fields=("program", "number"), name="plans_number_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="plan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ids", None),
                                ("published_at", None),
                                ("state", siyu.rooms.plans.types.PlanState["DRAFT"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", siyu.rooms.plans.types.PlanState["DRAFT"]),
                                    _negated=True,
                                ),
                                ("published_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="plans_published_at_a_moment",
                    ),
                ),
            ]
        )
    ]
