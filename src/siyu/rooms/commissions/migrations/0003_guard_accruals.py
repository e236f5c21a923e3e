from django.db import migrations

_TABLES = ("commissions_accrual", "commissions_batch")
_SQLITE = tuple(
    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'accruals are append-only'); END"
    for table in _TABLES
    for deed in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    "CREATE FUNCTION commissions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'accruals are append-only'; END $$",
    *(
        f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION commissions_refuse_change()"
        for table in _TABLES
    ),
)


def guard_accruals(apps, schema_editor):
    """Have the database itself refuse changes of what was booked."""
    vendor = schema_editor.connection.vendor
    for statement in _POSTGRESQL if vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("commissions", "0002_accruals")]

    operations = [migrations.RunPython(guard_accruals, elidable=False)]
