import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0012_onboarding_fences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.CharField(max_length=20, verbose_name="version")),
                ("language", models.CharField(max_length=5, verbose_name="language")),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="acknowledged at"),
                ),
            ],
            options={
                "verbose_name": "acknowledgement of the notice",
                "verbose_name_plural": "acknowledgements of the notice",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="EsfAnswers",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("female", "woman"), ("male", "man"), ("non_binary", "non-binary")],
                        max_length=10,
                        verbose_name="gender",
                    ),
                ),
                ("birth_date", models.DateField(blank=True, null=True, verbose_name="date of birth")),
                (
                    "employment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("employed", "employed"),
                            ("self_employed", "self-employed"),
                            ("unemployed", "unemployed"),
                            ("long_term_unemployed", "unemployed for a long time"),
                            ("inactive", "neither employed nor looking for work"),
                        ],
                        max_length=20,
                        verbose_name="situation at work",
                    ),
                ),
                (
                    "education",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("0-2", "lower secondary school or less"),
                            ("3-4", "upper secondary school, vocational training or the like"),
                            ("5-8", "university, higher technician's or master craftsman's diploma"),
                        ],
                        max_length=3,
                        verbose_name="highest diploma",
                    ),
                ),
                (
                    "contract",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("permanent", "permanent"),
                            ("fixed_term", "fixed-term"),
                            ("temporary_agency", "temporary agency"),
                            ("self_employed", "self-employed"),
                        ],
                        max_length=20,
                        verbose_name="contract",
                    ),
                ),
                (
                    "working_time",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("full_time", "full time"),
                            ("voluntary_part_time", "part time, as I wish"),
                            ("involuntary_part_time", "part time, although I would like more hours"),
                        ],
                        max_length=25,
                        verbose_name="working time",
                    ),
                ),
                (
                    "in_training",
                    models.BooleanField(blank=True, null=True, verbose_name="in education or training"),
                ),
            ],
            options={
                "verbose_name": "ESF+ answers",
                "verbose_name_plural": "ESF+ answers",
            },
        ),
        migrations.CreateModel(
            name="EsfExit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("left_on", models.DateField(verbose_name="exit date")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("completed", "has finished"),
                            ("dropped_out", "has stopped taking part"),
                            ("left_employer", "has left the organisation"),
                            ("excluded", "was excluded"),
                            ("other", "another reason"),
                        ],
                        max_length=15,
                        verbose_name="reason",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="recorded at"),
                ),
                ("back_on", models.DateField(blank=True, null=True, verbose_name="back on")),
            ],
            options={
                "verbose_name": "exit",
                "verbose_name_plural": "exits",
                "ordering": ["-left_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="EsfRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="participation number"),
                ),
                (
                    "entered_on",
                    models.DateField(
                        default=django.utils.timezone.localdate,
                        help_text="The first one; it never changes.",
                        verbose_name="entry date",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="answers due by")),
                (
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        size=None,
                        verbose_name="missing answers",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="last answered at")),
            ],
            options={
                "verbose_name": "ESF+ record",
                "verbose_name_plural": "ESF+ records",
                "ordering": ["-entered_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="EsfSensitiveAnswers",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "disability",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("no", "no"), ("unsaid", "I prefer not to say")],
                        max_length=6,
                        verbose_name="disability",
                    ),
                ),
                (
                    "third_country_national",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("no", "no"), ("unsaid", "I prefer not to say")],
                        max_length=6,
                        verbose_name="nationality outside the European Union",
                    ),
                ),
                (
                    "foreign_background",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("no", "no"), ("unsaid", "I prefer not to say")],
                        max_length=6,
                        verbose_name="foreign origin",
                    ),
                ),
            ],
            options={
                "verbose_name": "sensitive ESF+ answers",
                "verbose_name_plural": "sensitive ESF+ answers",
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("four_weeks", "within 28 days of leaving"),
                            ("six_months", "six months after leaving"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("ask_on", models.DateField(verbose_name="asked from")),
                ("due_on", models.DateField(verbose_name="due by")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="asked at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
            ],
            options={
                "verbose_name": "follow-up",
                "verbose_name_plural": "follow-ups",
                "ordering": ["due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="FollowUpAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("four_weeks", "within 28 days of leaving"),
                            ("six_months", "six months after leaving"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "employment",
                    models.CharField(
                        choices=[
                            ("employed", "employed"),
                            ("self_employed", "self-employed"),
                            ("unemployed", "unemployed"),
                            ("long_term_unemployed", "unemployed for a long time"),
                            ("inactive", "neither employed nor looking for work"),
                        ],
                        max_length=20,
                        verbose_name="situation at work",
                    ),
                ),
                (
                    "in_training",
                    models.BooleanField(blank=True, null=True, verbose_name="in education or training"),
                ),
                ("qualification", models.CharField(blank=True, max_length=200, verbose_name="qualification")),
                (
                    "improvement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "nothing has changed"),
                            ("stable", "from a fixed-term to a permanent contract"),
                            ("hours", "more hours, as I wished"),
                            ("higher", "a promotion, or work that asks for more"),
                        ],
                        max_length=10,
                        verbose_name="change at work",
                    ),
                ),
                (
                    "answered_on",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="answered on"),
                ),
            ],
            options={
                "verbose_name": "answer after leaving",
                "verbose_name_plural": "answers after leaving",
            },
        ),
        migrations.CreateModel(
            name="FollowUpContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="private e-mail")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="private telephone")),
                (
                    "given_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="given at"),
                ),
            ],
            options={
                "verbose_name": "private contact",
                "verbose_name_plural": "private contacts",
            },
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="acknowledgements",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="acknowledgements",
                to="organisations.person",
            ),
        ),
        migrations.AddField(
            model_name="esfanswers",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddField(
            model_name="esfanswers",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="esf_answers",
                to="organisations.person",
            ),
        ),
        migrations.AddField(
            model_name="esfexit",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="esf_exits",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="esfexit",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="esfrecord",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="esf_records",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="esfrecord",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="esf_records",
                to="organisations.person",
            ),
        ),
        migrations.AddField(
            model_name="esfrecord",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="esf_records",
                to="organisations.programme",
            ),
        ),
        migrations.AddField(
            model_name="esfexit",
            name="record",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exits",
                to="organisations.esfrecord",
            ),
        ),
        migrations.AddField(
            model_name="esfsensitiveanswers",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddField(
            model_name="esfsensitiveanswers",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="esf_sensitive_answers",
                to="organisations.person",
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="follow_ups",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="record",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="follow_ups",
                to="organisations.esfrecord",
            ),
        ),
        migrations.AddField(
            model_name="followupanswer",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddField(
            model_name="followupanswer",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="follow_up_answers",
                to="organisations.person",
            ),
        ),
        migrations.AddField(
            model_name="followupcontact",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddField(
            model_name="followupcontact",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="follow_up_contact",
                to="organisations.person",
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.UniqueConstraint(
                fields=("person", "version"), name="one_acknowledgement_per_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="esfrecord",
            constraint=models.UniqueConstraint(
                fields=("programme", "person"), name="one_esf_record_per_operation"
            ),
        ),
        migrations.AddConstraint(
            model_name="esfexit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("back_on", None)), fields=("record",), name="one_current_exit_per_record"
            ),
        ),
        migrations.AddConstraint(
            model_name="esfexit",
            constraint=models.CheckConstraint(
                condition=models.Q(("back_on", None), ("back_on__gte", models.F("left_on")), _connector="OR"),
                name="back_after_the_exit",
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.UniqueConstraint(fields=("record", "kind"), name="one_follow_up_of_a_kind"),
        ),
        migrations.AddConstraint(
            model_name="followupanswer",
            constraint=models.UniqueConstraint(fields=("person", "kind"), name="one_answer_per_question"),
        ),
        migrations.AddConstraint(
            model_name="followupcontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email", ""), _negated=True),
                    models.Q(("phone", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_contact_has_an_address_or_number",
            ),
        ),
    ]
