"""A unique run would tell one organisation about another's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0023_what_removing_people_asks_for")]

    operations = [
        migrations.AlterField(
            model_name="peopleexport",
            name="run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="organisations.run",
            ),
        )
    ]
