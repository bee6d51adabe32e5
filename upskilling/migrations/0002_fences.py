from django.db import migrations

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("upskilling", "0001_initial")]

    operations = [migrations.RunPython(fence_tables("upskilling"), migrations.RunPython.noop)]
