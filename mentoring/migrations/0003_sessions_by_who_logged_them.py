from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mentoring", "0002_fences")]

    operations = [
        migrations.AddIndex(
            model_name="mentoringsession",
            index=models.Index(fields=["organisation", "logged_by"], name="sessions_by_who_logged_them"),
        )
    ]
