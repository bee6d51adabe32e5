"""Assessment campaigns: the share of items that somebody validated in each competence. No level, no pix."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import ngettext

from assessments.pix_competences import check_answer
from assessments.pix_exports import Export, as_number, total, written
from assessments.pix_words import competence_codes
from organisations.problems import Refused


@dataclass(frozen=True)
class Block:
    """Three columns of a competence or an area: items in the test, items validated, and the share in hundredths."""

    name: str
    items: list[int | None]
    validated: list[int | None]
    shares: list[int | None]


@dataclass(kw_only=True)
class AssessmentExport(Export):
    """All participations of an assessment campaign, or of an exam, whose file looks the same.

    `blocks` has every competence that the test aims at, in the order of the file. `codes` says for each of them which
    it is, with None or another number than the sixteen have for one of another framework; None: the file cannot say.
    """

    target_profile_name: str
    exam: bool
    progress: list[Decimal | None]
    started_at: list[datetime | None]
    started_day_only: bool
    highest_stage: int | None
    stages: list[int | None]
    badge_names: list[str]
    badges: list[list[str] | None]
    mastery_rates: list[Decimal | None]
    blocks: list[Block]
    areas: list[Block]
    codes: tuple[str | None, ...] | None
    skills: dict[str, list[str | None]]

    kind = "assessment"

    @property
    def competences(self) -> tuple[str, ...] | None:
        """Codes of the competences that the test aims at, or None: nobody has said which they are."""
        return (
            None if self.codes is None else tuple(code for code in self.codes if code in competence_codes())
        )

    @property
    def targeted(self) -> list[Block]:
        """The blocks of `competences`; all of them while nobody has said which they are."""
        if self.codes is None:
            return self.blocks
        coded = zip(self.blocks, self.codes, strict=True)
        return [block for block, code in coded if code in competence_codes()]

    @property
    def other_competences(self) -> dict[str, Block]:
        """Competences of other frameworks (Pix+), by name."""
        coded = zip(self.blocks, self.codes or (), strict=False)
        others = [
            (block.name or code or "", block) for block, code in coded if code not in competence_codes()
        ]
        names = told_apart([name for name, _block in others])
        return dict(zip(names, (block for _name, block in others), strict=True))

    @property
    def item_columns(self) -> list[list[int | None]]:
        return [block.items for block in self.targeted]

    @property
    def validated_columns(self) -> list[list[int | None]]:
        return [block.validated for block in self.targeted]

    @property
    def share_columns(self) -> list[list[int | None]]:
        return [block.shares for block in self.targeted]

    @property
    def anonymised(self) -> list[bool]:
        """Shared participations of deleted accounts: the rate is kept, and no item is said to be validated."""
        none_validated = [
            not any(row) for row in zip(*(block.validated for block in self.blocks), strict=True)
        ]
        return [bool(rate) and none for rate, none in zip(self.mastery_rates, none_validated, strict=True)]

    def item_totals(self) -> list[int | None]:
        """How many items each competence has in the test; None in a campaign that nobody has shared."""
        return [first_known(block.items) for block in self.blocks]

    def area_totals(self) -> list[int | None]:
        return [first_known(area.items) for area in self.areas]

    def told(self, codes: Sequence[str] | None, badge_names: Sequence[str] = ()) -> "AssessmentExport":
        """The same export with the competences (and badges) that somebody named; `Refused` if they don't fit."""
        names = check_badge_names(badge_names, self.badge_names) if badge_names else self.badge_names
        renamed = dict(zip(self.badge_names, names, strict=True))
        badges = [badges and [renamed[badge] for badge in badges] for badges in self.badges]
        codes = self.codes if codes is None else check_answer(codes, self)
        return replace(self, codes=codes, badge_names=names, badges=badges)

    def keys(self) -> Sequence[str]:
        """What the competences are called in summaries: their codes, or their places."""
        if self.competences is None:
            return [str(place) for place in range(1, len(self.blocks) + 1)]
        return self.competences

    def summary(self) -> dict:
        rates = [rate for rate in self.mastery_rates if rate is not None]
        unfinished = [
            progress for progress, shared in zip(self.progress, self.shared, strict=True) if not shared
        ]
        finished = sum(progress == 1 for progress in unfinished)
        others = {name: total(block.validated) for name, block in self.other_competences.items()}
        return {
            **self.head(),
            "exam": self.exam,
            "competences_in_order": None if self.competences is None else list(self.competences),
            "started_not_finished": None if self.exam else len(unfinished) - finished,
            "finished_not_shared": None if self.exam else finished,
            "mean_mastery_rate": float(round(sum(rates) / len(rates), 6)) if rates else None,
            "sum_validated_per_competence": {
                key: total(column) for key, column in zip(self.keys(), self.validated_columns, strict=True)
            },
            **({"sum_validated_per_other_competence": others} if others else {}),
            "badges_acquired": dict(Counter(badge for badges in self.badges for badge in badges or ())),
            "reached_stage_histogram": dict(
                Counter(str(stage) for stage in self.stages if stage is not None)
            ),
            "distinct_last_first_pairs": self.distinct_names(),
        }

    def row(self, number: int) -> dict:
        progress = self.progress[number]
        status = "NOT_SHARED" if progress is None else "TO_SHARE" if progress == 1 else "STARTED"
        return {
            **self.who(number),
            "status": "SHARED" if self.shared[number] else status,
            "createdAt": written(self.started_at[number], self.started_day_only),
            "sharedAt": self.written_date(number),
            "masteryRate": as_number(self.mastery_rates[number]),
            "stage": self.stages[number],
            "badges": self.badges[number] or [],
            "progress": as_number(progress),
            "perComp": self.per_competence(number) if self.shared[number] else {},
        }

    def per_competence(self, number: int) -> dict:
        return {
            key: {
                "total": block.items[number],
                "validated": block.validated[number],
                "rate": as_number(Decimal(block.shares[number] or 0) / 100),
            }
            for key, block in zip(self.keys(), self.targeted, strict=True)
        }


def told_apart(names: Sequence[str]) -> list[str]:
    """Names that are all different: the place instead of no name, and beside one that comes twice."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        label = name or str(place)
        while label in found:
            label = f"{label} ({place})"
        found[label] = None
    return list(found)


def first_known(column: list[int | None]) -> int | None:
    return next((value for value in column if value is not None), None)


def check_badge_names(given: Sequence[str], known: Sequence[str]) -> list[str]:
    if len(given) != len(known) or len(set(given)) < len(given) or not all(given):
        reason = ngettext(
            "The file has %(count)s badge; name each once, in the order of the columns.",
            "The file has %(count)s badges; name each once, in the order of the columns.",
            len(known),
        )
        raise Refused(reason % {"count": len(known)})
    return list(given)
