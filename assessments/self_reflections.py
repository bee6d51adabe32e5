"""What people say of themselves: a DigComp self-reflection, by form or from a file.

Self-declared levels (1-8) are a measure of their own: kept apart from tested ones, and never averaged with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import HIGHEST_LEVEL, Campaign, Competence, Framework, Kind, Result, ResultImport
from assessments.quarantine import held_until
from organisations.models import Organisation, Person, StoredFile, User
from organisations.problems import Problem, Refused
from organisations.spreadsheets import Table, read_table
from organisations.uploads import Limits

FRAMEWORKS = ("digcomp-3.0", "digcomp-2.2")
COLUMNS = ("staff_number", "email", "answered_on", "framework")
EARLIEST = date(2022, 3, 1)  # DigComp 2.2, the older of the two versions, was issued then
LIMITS = Limits(size=5_000_000, rows=20_000, columns=60)
Levels = Sequence[int | None]


@dataclass(frozen=True)
class Answer:
    """One person's self-reflection on a day: levels 1-8 in the framework's order, None where they can't say."""

    person_id: int
    framework: Framework
    day: date
    levels: Levels
    is_by_form: bool = False

    @property
    def key(self) -> UUID:
        """The same answers on the same day are one result, however often they arrive.

        A form and a file stay apart: else whoever uploads guesses would hear which of them the person chose.
        """
        source = "own self-reflection" if self.is_by_form else "self-reflection"
        what = f"{source} {self.person_id} {self.framework.pk} {self.day} {list(self.levels)}"
        return UUID(sha256(what.encode()).hexdigest()[:32])


def current_framework() -> Framework:
    """The version of DigComp that people answer in today."""
    return Framework.objects.published().filter(code=FRAMEWORKS[0]).latest("published_at", "pk")


def competences_of(framework: Framework) -> list[Competence]:
    return list(framework.competences.select_related("area").order_by("position"))


# --- By form ----------------------------------------------------------------------------------------------------------


def reflect(person: Person, levels: Levels) -> Result:
    """Keep what somebody says of themselves today. Raises `Refused` when they say nothing."""
    framework = current_framework()
    if all(level is None for level in levels):
        raise Refused(_("Choose a level for at least one competence."))
    answer = Answer(person.pk, framework, timezone.localdate(), levels, is_by_form=True)
    with transaction.atomic():
        campaign = hold_campaign(person.organisation, framework)
        by_form, _is_new = ResultImport.objects.get_or_create(
            organisation=person.organisation,
            campaign=campaign,
            kind=Kind.SELF_DECLARED,
            file=None,
            defaults={"imported_at": timezone.now()},
        )
        save(by_form, [answer], moment=timezone.now())
    return Result.with_held.get(organisation=person.organisation, key=answer.key)


def reflections_of(person: Person):
    """What the person said of themselves, the newest first."""
    declared = person.results.filter(measure=Result.Measure.SELF_DECLARED)
    return declared.select_related("framework").order_by("-shared_at", "-pk")


# --- From a file ------------------------------------------------------------------------------------------------------


def read_file(organisation: Organisation, content: bytes) -> list[Answer]:
    """The answers of a file; one row for each person and day. Raises `Refused` with every line that is wrong."""
    table = read_table(content, limits=LIMITS, recognises=lambda name: name.strip().lower() in COLUMNS)
    columns = {name.strip().lower(): number for number, name in enumerate(table.header)}
    problems = [*table.problems, *missing_columns(table, columns)]
    if problems:
        raise Refused(problems)
    frameworks = {code: newest(code) for code in FRAMEWORKS}
    places = {code: places_of(framework, columns) for code, framework in frameworks.items()}
    people, answers, seen = people_by_identity(organisation), [], {}
    for line, cells in table.rows:
        row = Row(line, cells, columns)
        try:
            code = row.framework()
            answer = Answer(row.person(people), frameworks[code], row.day(), row.levels(places[code]))
        except Refused as refusal:
            problems += refusal.problems
            continue
        same = (answer.person_id, code, answer.day)
        if same in seen:
            sentence = _("Line %(line)s has an answer of the same person on the same day.")
            problems.append(Problem(sentence % {"line": seen[same]}, line))
        seen.setdefault(same, line)
        answers.append(answer)
    if problems:
        raise Refused(problems)
    if not answers:
        raise Refused(_("The file holds no answers below its header."))
    return answers


def import_file(organisation: Organisation, name: str, content: bytes, user: User | None) -> dict[str, int]:
    """Import a whole file or nothing of it. The same file twice changes nothing. Raises `Refused`."""
    answers = read_file(organisation, content)
    created = 0
    with transaction.atomic():
        file = StoredFile.objects.keep(organisation, name, content, user)
        for code in sorted({answer.framework.code for answer in answers}):
            of_framework = [answer for answer in answers if answer.framework.code == code]
            campaign = hold_campaign(organisation, of_framework[0].framework)
            result_import = ResultImport.objects.create(
                organisation=organisation,
                campaign=campaign,
                kind=Kind.SELF_DECLARED,
                file=file,
                uploaded_by=user,
                confirmed_by=user,
                imported_at=timezone.now(),
            )
            new = save(result_import, of_framework)
            created += new
            if not new:
                result_import.delete()
    return {"rows": len(answers), "created": created, "unchanged": len(answers) - created}


def missing_columns(table: Table, columns: dict[str, int]) -> list[Problem]:
    problems = []
    if not {"staff_number", "email"} & columns.keys():
        problems.append(
            Problem(_("A column staff_number or email must say who answered."), table.header_line)
        )
    for name in ("answered_on", "framework", "1.1"):
        if name not in columns:
            problems.append(Problem(_("The column %(name)s is missing.") % {"name": name}, table.header_line))
    return problems


def newest(code: str) -> Framework:
    return Framework.objects.published().filter(code=code).latest("published_at", "pk")


def places_of(framework: Framework, columns: dict[str, int]) -> list[tuple[str, int | None]]:
    """Code and column of each competence, in the framework's order."""
    return [(competence.code, columns.get(competence.code)) for competence in competences_of(framework)]


def people_by_identity(organisation: Organisation) -> dict[str, int]:
    """Ids by staff number and by e-mail address."""
    people = {}
    for pk, number, email in organisation.people.values_list("pk", "staff_number", "email"):
        people |= {identity: pk for identity in (number, email.lower()) if identity}
    return people


@dataclass(frozen=True)
class Row:
    """One line of the file. Each method reads one thing of it, or raises `Refused` with line and column."""

    line: int
    cells: list[str]
    columns: dict[str, int]

    def text(self, column: str) -> str:
        return self.cells[self.columns[column]].strip() if column in self.columns else ""

    def refuse(self, reason: str, column: str) -> Refused:
        return Refused([Problem(reason, self.line, column, self.text(column))])

    def framework(self) -> str:
        code = self.text("framework").lower()
        if code not in FRAMEWORKS:
            raise self.refuse(
                _("The framework is %(known)s.") % {"known": " / ".join(FRAMEWORKS)}, "framework"
            )
        return code

    def person(self, people: dict[str, int]) -> int:
        found = {people.get(self.text("staff_number")), people.get(self.text("email").lower())} - {None}
        column = "staff_number" if self.text("staff_number") else "email"
        if len(found) > 1:
            raise self.refuse(_("Staff number and e-mail belong to different people."), column)
        if not found:
            raise self.refuse(_("Nobody here has this staff number or e-mail."), column)
        return found.pop()

    def day(self) -> date:
        try:
            day = date.fromisoformat(self.text("answered_on"))
        except ValueError:
            raise self.refuse(_("A date looks like 2026-12-31 here."), "answered_on") from None
        if not EARLIEST <= day <= timezone.localdate():
            raise self.refuse(_("This day lies in the future or before the framework."), "answered_on")
        return day

    def levels(self, places: list[tuple[str, int | None]]) -> Levels:
        levels, problems = [], []
        for code, column in places:
            text = self.cells[column].strip() if column is not None else ""
            if text in LEVELS:
                levels.append(LEVELS[text])
            else:
                reason = _("A level is a whole number from 1 to 8, or nothing.")
                problems.append(Problem(reason, self.line, code, text[:80]))
        if problems:
            raise Refused(problems)
        if all(level is None for level in levels):
            raise Refused([Problem(_("This row has no level at all."), self.line)])
        return levels


LEVELS = {"": None} | {str(level): level for level in range(1, HIGHEST_LEVEL + 1)}


# --- Saving -----------------------------------------------------------------------------------------------------------


def hold_campaign(organisation: Organisation, framework: Framework) -> Campaign:
    campaign, _is_new = Campaign.objects.get_or_create(
        organisation=organisation,
        kind=Kind.SELF_DECLARED,
        reference=framework.code,
        defaults={"framework": framework, "name": f"{framework.name}"},
    )
    return campaign


def save(result_import: ResultImport, answers: Sequence[Answer], moment: datetime | None = None) -> int:
    """Save the answers that are new; those of people who have not read the notice wait unread. Gives how many."""
    people = {answer.person_id for answer in answers}
    informed = set(
        result_import.organisation.acknowledgements.filter(person__in=people).values_list("person", flat=True)
    )
    keys = {answer.key for answer in answers}
    known = set(
        Result.with_held.filter(organisation=result_import.organisation, key__in=keys).values_list(
            "key", flat=True
        )
    )
    new = {answer.key: answer for answer in answers if answer.key not in known}
    Result.with_held.bulk_create(
        [
            Result(
                organisation=result_import.organisation,
                campaign=result_import.campaign,
                result_import=result_import,
                person_id=answer.person_id,
                framework=answer.framework,
                measure=Result.Measure.SELF_DECLARED,
                key=answer.key,
                is_shared=True,
                shared_at=moment or datetime.combine(answer.day, time.min, tzinfo=UTC),
                day_only=moment is None,
                levels=list(answer.levels),
                held_until=None if answer.person_id in informed else held_until(),
            )
            for answer in new.values()
        ],
        batch_size=2_000,
    )
    return len(new)


def template(framework: Framework) -> list[list[str]]:
    """The header of a file to fill in, and one line that shows how."""
    codes = [competence.code for competence in competences_of(framework)]
    example = ["00101", "", timezone.localdate().isoformat(), framework.code, *["3"] * len(codes)]
    return [[*COLUMNS, *codes], example]
