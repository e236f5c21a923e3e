from django.db import migrations


def add_hourly(apps, schema_editor):
    """Programs of before the hourly run get its schedule too."""
    schedules = apps.get_model("operations", "Schedule")
    for nightly in schedules.objects.filter(name="nightly"):
        schedules.objects.get_or_create(
            program_id=nightly.program_id,
            name="hourly",
            defaults={"cron": "5-59/15 * * * *", "zone": nightly.zone},
        )


class Migration(migrations.Migration):
    dependencies = [("operations", "0003_api_keys")]
    operations = [migrations.RunPython(add_hourly, migrations.RunPython.noop)]
