from django.db import migrations

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]

    operations = [migrations.RunPython(fence_tables("assessments"), migrations.RunPython.noop)]
