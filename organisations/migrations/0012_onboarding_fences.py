from django.db import migrations, models

from organisations.fences import fence_tables


class Migration(migrations.Migration):
    dependencies = [("organisations", "0011_those_who_take_part_already")]

    operations = [
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "closing"), _negated=True),
                    ("access_ends_on__isnull", False),
                    _connector="OR",
                ),
                name="a_closing_organisation_says_until_when",
                violation_error_message="Give the day on which access ends.",
            ),
        ),
        migrations.RunPython(fence_tables("organisations"), migrations.RunPython.noop),
    ]
