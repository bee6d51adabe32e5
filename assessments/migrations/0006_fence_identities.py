from django.db import migrations

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("assessments", "0005_identities")]

    operations = [migrations.RunPython(fence_tables("assessments"), migrations.RunPython.noop)]
