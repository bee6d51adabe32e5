"""Quarters of the year, counted in Luxembourg days."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

HOME = ZoneInfo("Europe/Luxembourg")
_CODE = re.compile(r"(20\d\d)[ -]?Q([1-4])", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year, such as 2026Q3."""

    year: int
    number: int

    @classmethod
    def parse(cls, code: str) -> "Quarter":
        """Read "2026Q3". Raises ValidationError with a sentence for whoever typed something else."""
        match = _CODE.fullmatch(code.strip())
        if match is None:
            message = _("“%(code)s” is not a quarter. Write the year and the quarter, such as 2026Q3.")
            raise ValidationError(message, code="unknown", params={"code": code[:30]})
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @property
    def code(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first_day, time.min, HOME)

    @property
    def ends_at(self) -> datetime:
        """The first moment that no longer belongs to it."""
        return self.next.starts_at

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def label(self) -> str:
        """In the reader's language: "third quarter of 2026"."""
        names = (
            _("first quarter of %(year)s"),
            _("second quarter of %(year)s"),
            _("third quarter of %(year)s"),
            _("fourth quarter of %(year)s"),
        )
        return names[self.number - 1] % {"year": self.year}

    def __str__(self) -> str:
        return self.code

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def last_ended_quarter() -> Quarter:
    return Quarter.of(timezone.now().astimezone(HOME).date()).previous


def check_quarter(quarter: Quarter, starts_on: date) -> Quarter:
    """Refuse a quarter that has not ended, or that ended before the programme started."""
    if not quarter.has_ended:
        message = _("The %(quarter)s ends on %(day)s. Its report can be made from the next day on.")
        raise ValidationError(
            message,
            code="not_ended",
            params={"quarter": quarter.label, "day": date_format(quarter.last_day, "DATE_FORMAT")},
        )
    if quarter.last_day < starts_on:
        message = _("The programme started on %(day)s: there is nothing to report for the %(quarter)s.")
        raise ValidationError(
            message,
            code="too_early",
            params={"quarter": quarter.label, "day": date_format(starts_on, "DATE_FORMAT")},
        )
    return quarter


def quarters_to_report(starts_on: date) -> list[Quarter]:
    """All quarters that have ended since the programme started, the newest first."""
    quarters = [last_ended_quarter()]
    while quarters[-1].previous.last_day >= starts_on:
        quarters.append(quarters[-1].previous)
    return [quarter for quarter in quarters if quarter.last_day >= starts_on]
