from django.db import migrations

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("organisations", "0005_people_imports")]

    operations = [
        migrations.RunPython(fence_tables("organisations"), migrations.RunPython.noop)
    ]
