"""The values of an assessment campaign's export, and whether they agree with each other."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.pix_assessment_layouts import AssessmentLayout, cut_or_edited
from assessments.pix_assessments import AssessmentExport, Block, first_known, told_apart
from assessments.pix_competences import codes_of, misses_an_area, sizes_of_areas
from assessments.pix_exports import total
from assessments.pix_reading import Checks, Reader
from assessments.pix_tables import Table
from assessments.pix_words import LANGUAGES, NOT_AVAILABLE, WORDS, unguarded
from organisations.problems import Problem

VALIDATED, FAILED, NOT_TESTED = "OK", "KO", "NOT_TESTED"


def read_assessment(table: Table, layout: AssessmentLayout) -> AssessmentExport:
    return AssessmentReader(table, layout).read()


class AssessmentReader(Reader):
    def read(self) -> AssessmentExport:
        layout = self.layout
        words = self.yes_or_no(*layout.badges)
        shared = self.convert(layout.status, words)
        (started_at, shared_at), day_only, generation = self.dates(layout.status - 1, layout.status + 1)
        blocks = self.blocks(layout.competences, layout.competence_names)
        areas = self.blocks(layout.areas, layout.area_names)
        badge_names = told_apart(layout.badge_names)
        export = AssessmentExport(
            table=self.table,
            layout=layout,
            generation=generation,
            **self.campaign(),
            **self.names(),
            shared=shared,
            shared_at=shared_at,
            day_only=day_only,
            target_profile_name=self.same_everywhere(layout.target_profile),
            exam=layout.progress is None,
            progress=self.progress(),
            started_at=started_at,
            started_day_only=day_only,
            highest_stage=layout.highest_stage,
            stages=self.nothing() if layout.stage is None else self.numbers(layout.stage),
            badge_names=badge_names,
            badges=self.badges(badge_names, words),
            mastery_rates=self.fractions(layout.mastery),
            blocks=blocks,
            areas=areas,
            codes=None,
            skills=self.skills(),
        )
        self.check_availability(export)
        self.refuse_all()
        totals = export.item_totals(), export.area_totals()
        sizes = sizes_of_areas(*totals)
        export.codes = codes_of(layout.competence_names, layout.area_names, sizes, layout.language)
        if misses_an_area(*totals, export.codes or (), layout.area_names):
            raise cut_or_edited()
        export.warnings = AssessmentChecks(export, sizes).warnings()
        return export

    def nothing(self) -> list[None]:
        return [None] * len(self.table.rows)

    def progress(self) -> list[Decimal | None]:
        return self.nothing() if self.layout.progress is None else self.fractions(self.layout.progress, 3)

    def badges(self, names: list[str], words: dict[str, bool]) -> list[list[str] | None]:
        """The names of the badges that each person has; None where nothing is said about badges."""
        columns = [self.convert(at, words | {NOT_AVAILABLE: None}) for at in self.layout.badges]
        if not columns:
            return self.nothing()
        return [
            None
            if has == (None,) * len(has)
            else [name for name, is_there in zip(names, has, strict=True) if is_there]
            for has in zip(*columns, strict=True)
        ]

    def blocks(self, starts: Sequence[int], names: Sequence[str]) -> list[Block]:
        return [
            Block(
                name=name,
                items=self.numbers(at + 1),
                validated=self.numbers(at + 2),
                shares=self.hundredths(at),
            )
            for at, name in zip(starts, names, strict=True)
        ]

    def skills(self) -> dict[str, list[str | None]]:
        labels = told_apart([unguarded(self.table.header[at]) for at in self.layout.skills])
        words = self.words_of_skills()
        reason = _("Only the words for passed, failed and not tested can stand here.")
        return {
            label: self.convert(at, words, reason)
            for label, at in zip(labels, self.layout.skills, strict=True)
        }

    def words_of_skills(self) -> dict[str, str | None]:
        """In a language that we do not know, the one other word of all these columns means `not tested`."""
        words = {NOT_AVAILABLE: None, "OK": VALIDATED, "KO": FAILED}
        if self.layout.language in LANGUAGES:
            return words | {WORDS["skill_not_tested"][self.layout.language]: NOT_TESTED}
        others = {cell for at in self.layout.skills for cell in self.columns[at]} - words.keys()
        return words | {word: NOT_TESTED for word in others if len(others) == 1}

    def check_availability(self, export: AssessmentExport) -> None:
        """Who has shared has every value; who has not has only their progress. Not shared is never a zero."""
        first = self.layout.status + 1
        nothing = [NOT_AVAILABLE] * (self.layout.columns - first)
        needed = [first, *range(self.layout.competences[0], self.layout.areas[-1] + 3)]
        for number, (row, is_shared) in enumerate(zip(self.table.rows, export.shared, strict=True)):
            values = row[first:]
            if is_shared and NOT_AVAILABLE in values:
                missing = [at for at in needed if row[at] == NOT_AVAILABLE]
                if missing:
                    reason = _("This person has shared their results, but the value is not available.")
                    self.problem(number, missing[0], reason)
            elif is_shared is False and values != nothing:
                at = first + next(place for place, cell in enumerate(values) if cell != NOT_AVAILABLE)
                self.problem(number, at, _("This person has not shared their results, but there is a value."))
        for at in (self.layout.status - 1, self.layout.progress):
            if at is not None and NOT_AVAILABLE in self.columns[at]:
                self.cells_like(at, {NOT_AVAILABLE}, _("This value is there for everybody who has started."))
        starts = (*self.layout.competences, *self.layout.areas)
        for block, at in zip((*export.blocks, *export.areas), starts, strict=True):
            self.check_items(block, at)

    def check_items(self, block: Block, at: int) -> None:
        rows = list(zip(block.items, block.validated, strict=True))
        wrong = {row for row in set(rows) if None not in row and row[1] > row[0]}
        if wrong:
            for number, row in enumerate(rows):
                if row in wrong:
                    self.problem(number, at + 2, _("More items are validated than the test has."))


# --- Does the file agree with itself? ---------------------------------------------------------------------------------


class AssessmentChecks(Checks):
    def __init__(self, export: AssessmentExport, sizes: list[int] | None):
        super().__init__(export)
        self.sizes = sizes

    def of_values(self) -> Iterable[Problem]:
        layout = self.export.layout
        for block, at in zip(
            (*self.export.blocks, *self.export.areas), (*layout.competences, *layout.areas), strict=True
        ):
            yield from self.shares(block, at)
            yield from self.items(block, at)
        yield from self.areas()
        yield from self.mastery()
        yield from self.progress()
        yield from self.stages()
        yield from self.deleted_accounts()

    def shares(self, block: Block, at: int) -> Iterable[Problem]:
        """A share is round(validated / items, 2). Halves may have been rounded either way."""
        rows = list(zip(block.shares, block.validated, block.items, strict=True))
        wrong = {row for row in set(rows) if not agrees(*row)}
        if wrong:
            for number, row in enumerate(rows):
                if row in wrong:
                    reason = _("%(validated)s of %(items)s items are another share.")
                    yield self.doubt(number, at, reason % {"validated": row[1], "items": row[2]})

    def items(self, block: Block, at: int) -> Iterable[Problem]:
        usual = first_known(block.items)
        if set(block.items) - {None, usual}:
            for number, items in enumerate(block.items):
                if items not in (None, usual):
                    reason = _(
                        "The rows above have %(usual)s items here; the test is the same for everybody."
                    )
                    yield self.doubt(number, at + 1, reason % {"usual": usual})

    def areas(self) -> Iterable[Problem]:
        """An area is the sum of its competences."""
        if self.sizes is None:
            if any(self.export.area_totals()):
                yield Problem(
                    _("The items of the areas are not the sums of the items of the competences."), 1
                )
            return
        place = 0
        for area, size, at in zip(self.export.areas, self.sizes, self.export.layout.areas, strict=True):
            blocks = self.export.blocks[place : place + size]
            place += size
            sums = [
                None if row[0] is None else sum(row)
                for row in zip(*(block.validated for block in blocks), strict=True)
            ]
            if sums != area.validated:
                for number, (said, sum_) in enumerate(zip(area.validated, sums, strict=True)):
                    if said != sum_:
                        reason = _("The competences of this area have %(sum)s validated items.")
                        yield self.doubt(number, at + 2, reason % {"sum": sum_})

    def mastery(self) -> Iterable[Problem]:
        """The rate of the whole, but for deleted accounts, which keep their rate and lose their items."""
        validated = list(zip(*(block.validated for block in self.export.blocks), strict=True))
        items = list(zip(*(block.items for block in self.export.blocks), strict=True))
        for number, rate in enumerate(self.export.mastery_rates):
            if self.export.shared[number] and rate is None:
                reason = _("The share of all items is missing.")
                yield self.doubt(number, self.export.layout.mastery, reason)
            elif rate is not None and any(validated[number]):
                sums = total(validated[number]), total(items[number])
                if not agrees(int(rate * 100), *sums):
                    reason = _("%(validated)s of %(items)s items are another share.")
                    yield self.doubt(
                        number, self.export.layout.mastery, reason % {"validated": sums[0], "items": sums[1]}
                    )

    def progress(self) -> Iterable[Problem]:
        for number, (progress, shared) in enumerate(
            zip(self.export.progress, self.export.shared, strict=True)
        ):
            if shared and progress is not None and progress != 1:
                reason = _("Whoever has shared their results has finished the test.")
                yield self.doubt(number, self.export.layout.progress, reason)

    def stages(self) -> Iterable[Problem]:
        highest = self.export.highest_stage
        for number, stage in enumerate(self.export.stages):
            if highest is not None and stage is not None and stage > highest:
                reason = _("The highest stage is %(stage)s.")
                yield self.doubt(number, self.export.layout.stage, reason % {"stage": highest})

    def deleted_accounts(self) -> Iterable[Problem]:
        count = sum(self.export.anonymised)
        if count:
            reason = ngettext(
                "%(count)s shared result is of a deleted account: it keeps its rate, and its competences count as not "
                "measured.",
                "%(count)s shared results are of deleted accounts: they keep their rate, and their competences count "
                "as not measured.",
                count,
            )
            yield Problem(reason % {"count": count})


def agrees(share: int | None, validated: int | None, items: int | None) -> bool:
    if share is None or validated is None or items is None:
        return share is validated is items is None
    return share == 0 if not items else 2 * abs(share * items - 100 * validated) <= items
