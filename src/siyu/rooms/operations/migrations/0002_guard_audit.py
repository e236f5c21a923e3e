import uuid

from django.db import migrations

_SQLITE = (
    "CREATE TRIGGER operations_audit_no_update BEFORE UPDATE ON operations_auditentry "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER operations_audit_no_delete BEFORE DELETE ON operations_auditentry "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION operations_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER operations_audit_guard BEFORE UPDATE OR DELETE ON operations_auditentry "
    "FOR EACH ROW EXECUTE FUNCTION operations_refuse_change()",
)


def guard_audit(apps, schema_editor):
    """Have the database itself refuse changes of the audit log."""
    vendor = schema_editor.connection.vendor
    for statement in _POSTGRESQL if vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement)


def name_database(apps, schema_editor):
    """Give a new database its epoch."""
    installation = apps.get_model("operations", "Installation")
    installation.objects.get_or_create(id=1, defaults={"epoch": str(uuid.uuid4())})


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]

    operations = [
        migrations.RunPython(guard_audit, elidable=False),
        migrations.RunPython(name_database, elidable=False),
    ]
