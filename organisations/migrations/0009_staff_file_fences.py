from django.db import migrations

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("organisations", "0008_staff_files_repaired_and_undone")]

    operations = [
        migrations.RunPython(fence_tables("organisations"), migrations.RunPython.noop)
    ]
