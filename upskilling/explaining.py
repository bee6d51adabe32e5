"""Reasons as sentences, in the reader's language. They are stored as codes, so that old ones can be read, too."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Competence

SENTENCES = {
    "closes_gap": gettext_lazy("It can take you from level %(level)s to your target, level %(target)s."),
    "narrows_gap": gettext_lazy(
        "It can take you from level %(level)s to level %(reaches)s. Your target is level %(target)s."
    ),
    "covers_part": gettext_lazy("It covers a part of this competence."),
    "touches": gettext_lazy("It only touches this competence."),
    "main_topic": gettext_lazy("This is what the course is mainly about."),
    "at_level": gettext_lazy("It starts where you stand."),
    "reviewed": gettext_lazy("Somebody of the programme has checked what it teaches."),
    "free": gettext_lazy("It is free of charge."),
    "short": gettext_lazy("It is short."),
    "for_everybody": gettext_lazy("It is meant for everybody, whatever their job."),
    "any_time": gettext_lazy("You can start when you like, or ask for a date."),
    "soon": gettext_lazy("It starts soon: on %(date)s."),
    "also": gettext_lazy("It helps with other gaps of yours, too: %(competences)s."),
    "for_variety": gettext_lazy(
        "It stands further up so that you have a choice of providers, costs and lengths."
    ),
}

MISSING = {
    "result": (
        gettext_lazy("No result yet"),
        gettext_lazy(
            "Take the Pix test and share your result in Pix. Once it is here, courses that suit you are listed."
        ),
    ),
    "target": (
        gettext_lazy("No target yet"),
        gettext_lazy(
            "Your organisation has not said yet which levels it aims at. Until then, look around in the catalogue."
        ),
    ),
    "comparison": (
        gettext_lazy("Nothing to compare yet"),
        gettext_lazy("You have not been measured on the competences that have a target."),
    ),
    "gap": (
        gettext_lazy("You have reached your targets"),
        gettext_lazy("There is no gap to close. The catalogue has courses beyond your targets, too."),
    ),
    "offer": (
        gettext_lazy("No course suits your gaps today"),
        gettext_lazy(
            "No course at your level is held in a language you work in. We count such gaps, to find courses for them."
        ),
    ),
}

Competences = Mapping[int, Competence]


def sentences(reasons: Iterable[Mapping], competences: Competences) -> list[str]:
    """Reasons, as they are stored, in words. Those of a rule that no longer exists are left out."""
    return [_sentence(reason, competences) for reason in reasons if reason["code"] in SENTENCES]


def _sentence(reason, competences):
    words = dict(reason)
    if "date" in reason:
        words["date"] = date_format(date.fromisoformat(reason["date"]), "DATE_FORMAT")
    if "competences" in reason:
        titles = [str(competences[position]) for position in reason["competences"]]
        words["competences"] = get_text_list(titles, _("and"))
    return SENTENCES[reason["code"]] % words
