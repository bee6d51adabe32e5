from django.db import migrations

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_people_roles_and_runs")]

    operations = [
        migrations.RunPython(fence_tables("organisations"), migrations.RunPython.noop)
    ]
