from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0002_fences"),
    ]

    operations = [
        migrations.AddField(
            model_name="result",
            name="held_until",
            field=models.DateTimeField(
                blank=True,
                help_text="Unread until its person has read the information notice; deleted after this moment.",
                null=True,
                verbose_name="held until",
            ),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(
                condition=models.Q(("held_until__isnull", False)),
                fields=["organisation", "held_until"],
                name="results_that_are_held",
            ),
        ),
    ]
