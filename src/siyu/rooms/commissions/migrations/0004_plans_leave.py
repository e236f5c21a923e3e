import django.db.models.deletion
from django.db import migrations, models

from siyu.rooms.plans.types import PlanState

_PLAN = models.ForeignKey(
    "plans.Plan", django.db.models.deletion.PROTECT, related_name="+", db_index=False
)
_PLAN_UNCHECKED = models.ForeignKey(
    "plans.Plan",
    django.db.models.deletion.PROTECT,
    related_name="+",
    db_index=False,
    db_constraint=False,
)


class Migration(migrations.Migration):
    """Plans are a room of their own; their tables keep their rows under new names."""

    dependencies = [("commissions", "0003_guard_accruals"), ("plans", "0001_from_commissions")]

    operations = [
        migrations.RemoveConstraint("Plan", "commissions_plan_once"),
        migrations.RemoveConstraint("Plan", "commissions_published_at_a_moment"),
        migrations.AddConstraint(
            "Plan",
            models.UniqueConstraint(fields=["program", "number"], name="plans_number_once"),
        ),
        migrations.AddConstraint(
            "Plan",
            models.CheckConstraint(
                condition=models.Q(state=PlanState.DRAFT, ids=None, published_at=None)
                | (~models.Q(state=PlanState.DRAFT) & models.Q(published_at__isnull=False)),
                name="plans_published_at_a_moment",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable("Signature", "plans_signature"),
                migrations.AlterModelTable("Plan", "plans_plan"),
            ],
            state_operations=[
                migrations.AlterField("NetLine", "plan", _PLAN),
                migrations.AlterField("Accrual", "plan", _PLAN_UNCHECKED),
                migrations.DeleteModel("Signature"),
                migrations.DeleteModel("Plan"),
            ],
        ),
        migrations.AddField("AccrualMark", "looked_back", models.JSONField(default=list)),
    ]
