import datetime

from django.db import migrations


def make_the_programme(apps, schema_editor):
    apps.get_model("organisations", "Programme").objects.create(
        slug="pilot",
        name="Digital Skills Readiness Pilot",
        starts_on=datetime.date(2025, 6, 1),
        ends_on=datetime.date(2030, 12, 31),
    )


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_fences")]

    operations = [migrations.RunPython(make_the_programme, migrations.RunPython.noop)]
