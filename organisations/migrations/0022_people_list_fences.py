from django.db import migrations

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("organisations", "0021_people_lists")]

    operations = [migrations.RunPython(fence_tables("organisations"), migrations.RunPython.noop)]
