"""Who works in an organisation."""

import hashlib

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.languages import Language
from organisations.models.organisations import Organisation


class Plain(Func):
    """Text without capitals and accents, by a function of our own in the database that indexes may rely on."""

    function, arity = "plain_text", 1
    output_field = models.TextField()


def _joined(*names):
    """The texts one after another, with a tab between them, which sorts before every letter."""
    parts = [part for name in names for part in (Value("\t"), F(name))]
    return Plain(Concat(*parts[1:], output_field=models.TextField()))


class PersonQuerySet(models.QuerySet):
    def present(self, day=None):
        """People who work there on that day (today unless told)."""
        day = day or timezone.localdate()
        return self.filter(Q(left_on=None) | Q(left_on__gt=day))

    def left(self, day=None):
        """People who had left by that day (today unless told)."""
        return self.filter(left_on__lte=day or timezone.localdate())

    def matching(self, words):
        """People whose name, e-mail or staff number holds each of the words, accents aside."""
        people = self
        for word in words.split():
            holds_it = Q(search_key__contains=Plain(Value(word)))
            people = people.filter(holds_it | Q(staff_number__in={word, word.upper(), word.lower()}))
        return people

    def with_text(self, name, value):
        """Those whose department, site or job family is called so, capitals and accents aside."""
        return self.filter(**{f"{name}_key": Plain(Value(value))})

    def by_name(self):
        """In the order of a telephone book: neither accents nor capitals count."""
        return self.order_by("name_key", "pk")


TEXTS = ("department", "site", "job_family")


def texts_in_use(organisation, limit=500):
    """The departments, sites and job families of an organisation, in order, one spelling of each.

    The database steps from one value to the next in the index: with 50 000 people it reads as many rows as there are
    values.
    """
    steps, parts = [], []
    for name in TEXTS:
        row = f"SELECT {name}_key AS key, {name} AS value FROM organisations_person WHERE organisation_id = %(own)s"  # noqa: S608 - only our own names
        order = f"ORDER BY organisation_id, {name}_key LIMIT 1"
        later = f"({row} AND {name}_key > found.key {order})"
        following = f"SELECT next.* FROM {name}_found AS found, LATERAL {later} AS next"  # noqa: S608 - only our own names
        steps.append(
            f"{name}_found (key, value) AS (({row} AND {name}_key > '' {order}) UNION ALL {following})"
        )
        parts.append(f"(SELECT '{name}', value FROM {name}_found LIMIT %(limit)s)")  # noqa: S608 - only our own names
    texts = {name: [] for name in TEXTS}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE {', '.join(steps)} {' UNION ALL '.join(parts)}",
            {"own": organisation.pk, "limit": limit},
        )
        for name, value in cursor.fetchall():
            texts[name].append(value)
    return texts


class Person(models.Model):
    """Somebody enrolled by an organisation. The record outlives the employment; access ends with it."""

    # The indexes below begin with it. One of it alone tempts the database to read everybody for each person removed.
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people", db_index=False)
    user = models.ForeignKey(User, models.SET_NULL, related_name="people", null=True, blank=True)
    last_name = models.CharField(_("last name"), max_length=100)
    first_name = models.CharField(_("first name"), max_length=100)
    email = models.EmailField(_("work e-mail"), blank=True)
    staff_number = models.CharField(_("staff number"), max_length=50, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    site = models.CharField(_("site"), max_length=100, blank=True)
    manager = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="reports",
        null=True,
        blank=True,
        verbose_name=_("manager"),
    )
    job_family = models.CharField(_("job family"), max_length=100, blank=True)
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language),
        verbose_name=_("working languages"),
        default=list,
        blank=True,
    )
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    enrolled_at = models.DateTimeField(_("enrolled at"), default=timezone.now, editable=False)
    # Kept by the database itself, whoever writes. Compared byte by byte: every cluster has the same order.
    name_key = models.GeneratedField(
        expression=_joined("last_name", "first_name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    search_key = models.GeneratedField(
        expression=_joined("first_name", "last_name", "email"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    department_key = models.GeneratedField(
        expression=Plain(F("department")), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    site_key = models.GeneratedField(
        expression=Plain(F("site")), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    job_family_key = models.GeneratedField(
        expression=Plain(F("job_family")), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        ordering = ["last_name", "first_name", "pk"]
        indexes = [
            models.Index(
                fields=["organisation", "name_key", "id"], include=["left_on"], name="person_by_name"
            ),
            models.Index(
                fields=["organisation", "department_key", "name_key", "id"], name="person_by_department"
            ),
            models.Index(fields=["organisation", "site_key", "name_key", "id"], name="person_by_site"),
            models.Index(
                fields=["organisation", "job_family_key", "name_key", "id"], name="person_by_job_family"
            ),
            models.Index(fields=["organisation", "manager"], name="person_by_manager"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "staff_number"],
                condition=~Q(staff_number=""),
                name="one_person_per_staff_number",
                violation_error_message=_("Somebody else here has this staff number."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=~Q(email=""),
                name="one_person_per_email",
                violation_error_message=_("Somebody else here has this e-mail."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(user__isnull=False),
                name="one_person_per_login",
                violation_error_message=_("This account already belongs to somebody here."),
            ),
            models.CheckConstraint(
                condition=Q(manager=None) | ~Q(manager=F("id")),
                name="nobody_manages_themselves",
                violation_error_message=_("Nobody can be their own manager."),
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(hired_on=None) | Q(left_on__gte=F("hired_on")),
                name="person_leaves_after_being_hired",
                violation_error_message=_("The day of leaving comes before the day of hiring."),
            ),
        ]

    def __str__(self):
        return self.full_name

    @property
    def full_name(self):
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_present(self):
        return self.left_on is None or self.left_on > timezone.localdate()

    @property
    def language_names(self):
        return ", ".join(str(Language(code).label) for code in self.languages)

    @property
    def version(self):
        """Differs as soon as anything differs that HR keeps about the person."""
        fields = [field for field in self._meta.concrete_fields if not field.generated]
        kept = [str(getattr(self, field.attname)) for field in fields]
        return hashlib.sha256("\x1f".join(kept).encode()).hexdigest()[:16]

    def ids_above(self):
        """Whoever is somewhere above in the reporting line, even where it goes round in a circle."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH RECURSIVE above (id) AS (
                    SELECT manager_id FROM organisations_person WHERE id = %(id)s AND organisation_id = %(own)s
                    UNION
                    SELECT manager_id FROM organisations_person JOIN above USING (id) WHERE organisation_id = %(own)s
                )
                SELECT id FROM above WHERE id IS NOT NULL
                """,
                {"id": self.pk, "own": self.organisation_id},
            )
            return {pk for (pk,) in cursor.fetchall()}

    def reports_to(self, other):
        """Whether the other person is somewhere above in the reporting line."""
        return other.pk in self.ids_above()
