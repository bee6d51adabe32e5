"""Taking an import back: earlier values return, and people it created are removed.

Rows that somebody has touched since are left alone and listed, and so are people whom other records depend on by now.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations import licences
from organisations.consequences import follow_changes
from organisations.importing import KEYS, marks_of, plan_anew, update_people
from organisations.models import LicenceMove, Organisation, PeopleImport, Person, Run, User
from organisations.problems import Refused
from organisations.reporting_lines import find_circles
from organisations.staff_files import read_known

REASONS = {
    "touched": lambda: _("Changed since; left as it is now."),
    "gone": lambda: _("No longer on record."),
    "manager": lambda: _("Somebody who stays reports to this person."),
    "login": lambda: _("Signs in by now."),
    "records": lambda: _("Other records depend on this person by now."),
    "taken": lambda: _("Somebody else has the earlier e-mail or staff number by now."),
    "manager_gone": lambda: _("The earlier manager is no longer on record."),
    "circle": lambda: _("With the earlier manager, the reporting lines would go round in a circle."),
}


@dataclass(frozen=True)
class Left:
    """Somebody whom undoing left alone, and why, as a code."""

    person_id: int
    name: str
    code: str

    @property
    def reason(self) -> str:
        return REASONS[self.code]()


@dataclass(frozen=True)
class Undone:
    """What undoing did."""

    restored: int
    removed: int
    left: list[Left]


def undo_import(people_import: PeopleImport, user: User | None = None) -> Undone:
    """Take a committed import back. Asked again, it answers with what was done the first time."""
    with transaction.atomic():
        organisation = people_import.organisation
        organisation.take_turn()
        people_import = organisation.people_imports.select_for_update(of=["self"]).get(pk=people_import.pk)
        if people_import.is_undone:
            return undone_of(people_import)
        if not people_import.is_done:
            raise Refused(_("This file was not written, so there is nothing to undo."))
        undone = _Undoing(organisation, people_import.change_set, user).carry_out()
        people_import.undo_report = {
            "restored": undone.restored,
            "removed": undone.removed,
            "left": [asdict(each) for each in undone.left],
        }
        people_import.state = PeopleImport.State.UNDONE
        people_import.undone_at, people_import.undone_by = timezone.now(), user
        people_import.save()
    return undone


def undo_in_run(run: Run) -> None:
    undo_import(run.organisation.people_imports.get(pk=run.args["people_import"]), run.requested_by)


def undone_of(people_import: PeopleImport) -> Undone:
    report = people_import.undo_report
    return Undone(report["restored"], report["removed"], [Left(**each) for each in report["left"]])


class _Undoing:
    """The steps of one undoing, which share what they found."""

    def __init__(self, organisation: Organisation, change_set: dict, user: User | None):
        self.organisation, self.user = organisation, user
        self.created = set(change_set["created"])
        self.updated = dict(change_set["updated"])
        self.written = change_set.get("written", {})
        self.left: dict[int, str] = {}
        people = read_known(organisation.people.select_for_update(of=["self"]))
        self.people = {person.id: person for person in people}

    def carry_out(self) -> Undone:
        self.leave_touched()
        self.leave_those_in_use()
        self.leave_what_no_longer_fits()
        restored = {pk: self.earlier(pk) for pk in self.restorable()}
        removed = self.removable()
        # Whoever is removed gives up their e-mail and number first: the earlier owner gets it back.
        self.organisation.people.filter(pk__in=removed).update(email="", staff_number="", manager=None)
        update_people(self.organisation, restored, self.people)
        self.remove(removed)
        follow_changes(self.organisation, {pk: self.taken_back(pk) for pk in restored}, self.user)
        left = [
            Left(pk, self.people[pk].name if pk in self.people else f"#{pk}", code)
            for pk, code in sorted(self.left.items())
        ]
        return Undone(len(restored), len(removed), left)

    def restorable(self):
        return [pk for pk in self.updated if pk not in self.left]

    def removable(self):
        return [pk for pk in sorted(self.created) if pk not in self.left]

    def earlier(self, pk):
        return {name: old for name, (old, _new) in self.updated[pk].items()}

    def taken_back(self, pk):
        """Each field's value until now, and the earlier one that returns."""
        return {name: (new, old) for name, (old, new) in self.updated[pk].items()}

    def leave(self, ids, code):
        for pk in ids:
            self.left.setdefault(pk, code)

    def leave_touched(self):
        ids = [*self.created, *self.updated]
        self.leave([pk for pk in ids if pk not in self.people], "gone")
        marks = marks_of(self.organisation, ids)
        touched = (
            pk for pk in ids if str(pk) in self.written and marks.get(str(pk)) != self.written[str(pk)]
        )
        self.leave(touched, "touched")

    def leave_those_in_use(self):
        """People whom the file created and who have records of their own by now."""
        removable = self.removable()
        signed_in = self.organisation.people.filter(pk__in=removable, user__isnull=False)
        self.leave(signed_in.values_list("pk", flat=True), "login")
        for relation in dependants():
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": removable})
            if relation.related_model is LicenceMove:
                rows = rows.filter(kind=LicenceMove.Kind.USED)
            self.leave(rows.values_list(relation.field.attname, flat=True).distinct(), "records")

    def leave_what_no_longer_fits(self):
        """What stays may keep others: their manager, their address. So look until nothing more is found."""
        before = -1
        while before != len(self.left):
            before = len(self.left)
            gone = set(self.removable())
            after = self.as_it_would_be(gone)
            self.leave((pk for pk in self.restorable() if self.manager_is_gone(pk, after)), "manager_gone")
            self.leave((manager for _key, manager in after.values() if manager in gone), "manager")
            self.leave(self.clashes(after), "taken")
            self.leave(self.on_circles(after), "circle")

    def as_it_would_be(self, gone) -> dict[int, tuple[dict, int | None]]:
        """E-mail and number, and manager, of everybody who would be there."""
        restorable = set(self.restorable())
        after = {}
        for pk, person in self.people.items():
            if pk not in gone:
                earlier = self.earlier(pk) if pk in restorable else {}
                keys = {name: earlier.get(name, person.values[name]) for name in KEYS}
                after[pk] = keys, earlier.get("manager", person.manager_id)
        return after

    def manager_is_gone(self, pk, after):
        manager = self.earlier(pk).get("manager")
        return manager is not None and manager not in after

    def clashes(self, after):
        owners = defaultdict(list)
        for pk, (keys, _manager) in after.items():
            for name, value in keys.items():
                if value:
                    owners[name, value].append(pk)
        restorable = set(self.restorable())
        return [pk for several in owners.values() if len(several) > 1 for pk in several if pk in restorable]

    def on_circles(self, after):
        restorable = set(self.restorable())
        for circle in find_circles({pk: manager for pk, (_keys, manager) in after.items()}):
            yield from restorable.intersection(circle)

    def remove(self, removed):
        """Nothing depends on them: see `dependants`. The ledger keeps its moves, without their names."""
        licences.take_back(self.organisation, removed, self.user)
        self.organisation.licence_moves.filter(person__in=removed).update(person=None)
        plan_anew()
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {Person._meta.db_table} WHERE id = ANY(%s) AND organisation_id = %s",  # noqa: S608 - only our own names
                [removed, self.organisation.pk],
            )


def dependants():
    """Every relation to a person but the reporting line, which is judged apart.

    The ledger of seats counts once a seat is used: until then the file took it, and undoing gives it back.
    """
    return [relation for relation in Person._meta.related_objects if relation.related_model is not Person]
