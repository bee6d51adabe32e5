"""Why somebody was paired, or not, in sentences. They tell no level of anybody."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Competence
from mentoring.models import LeftOut, Pairing, TheirRole
from organisations.models import Language

Reason = LeftOut.Reason


Known = dict[tuple[int, int], Competence]


def competences_of(frameworks: Iterable[int]) -> Known:
    """Competences with their areas, by the id of their framework and their position. One query."""
    competences = Competence.objects.filter(framework__in=set(frameworks)).select_related("area")
    return {(competence.framework_id, competence.position): competence for competence in competences}


def explain_pairs(
    pairings: Iterable[Pairing], known: Known, wishes: dict[tuple[int, int], list[int]] | None = None
) -> list[Pairing]:
    """Give each pair, whose round is loaded, what its page says: its competences and the reasons.

    `wishes` holds what mentees want to learn, by round and person; what goes beyond the pair's focus is shown, too.
    """
    pairings = list(pairings)
    for pairing in pairings:
        framework = pairing.round.framework_id
        more = set((wishes or {}).get((pairing.round_id, pairing.mentee_id), ())) - set(pairing.focus)
        pairing.competences = [known[framework, position] for position in pairing.focus]
        pairing.also_wanted = [known[framework, position] for position in sorted(more)]
        pairing.language_names = language_names(pairing.languages)
        pairing.reasons = reasons_of(pairing)
    return pairings


def reasons_of(pairing: Pairing) -> list[str]:
    gap = pairing.round.minimum_gap
    reasons = [
        ngettext(
            "The mentor is at least %(count)d level above on each of these.",
            "The mentor is at least %(count)d levels above on each of these.",
            gap,
        )
        % {"count": gap},
        _("Languages in common: %(languages)s.") % {"languages": pairing.language_names},
    ]
    if pairing.explanation.get("other_department"):
        reasons.append(_("They work in different departments."))
    if pairing.explanation.get("other_site"):
        reasons.append(_("They work at different sites."))
    return reasons


def language_names(codes: list[str]) -> str:
    return ", ".join(str(Language(code).label) for code in codes)


def explain_left_out(people: Iterable[LeftOut], known: Known, framework: int) -> list[LeftOut]:
    """Give each person left out their sentence and the competences that it is about."""
    people = list(people)
    for left_out in people:
        positions = left_out.detail.get("competences", [])
        left_out.competences = [known[framework, position] for position in sorted(positions)]
        left_out.sentence = sentence_for(left_out)
    return people


def sentence_for(left_out: LeftOut) -> str:
    count = left_out.detail.get("suitable", 0)
    is_mentor = left_out.as_role == TheirRole.MENTOR
    match left_out.reason:
        case Reason.GONE:
            return _("Has left the organisation.")
        case Reason.HAS_MENTOR:
            return _("Has a mentor already.")
        case Reason.NO_ROOM:
            return _("Has as many mentees as they have room for.")
        case Reason.NO_RESULT:
            return _("No Pix result is shared yet. Once it is, make the pairs again.")
        case Reason.NOT_MEASURED:
            return _("Pix has not measured the chosen competences yet.")
        case Reason.NOBODY_SUITS if is_mentor:
            return _("Nobody who wants to learn this is far enough below.")
        case Reason.NOBODY_SUITS:
            return _("No mentor who offers this is far enough above.")
        case Reason.NO_LANGUAGE:
            return _("Those who would suit speak no language in common.")
        case Reason.OWN_LINE:
            return _("Only people of the same reporting line would suit, and they are never paired.")
        case Reason.NOT_NEEDED:
            return ngettext(
                "Not needed this time: the %(count)d mentee who would suit has another mentor.",
                "Not needed this time: the %(count)d mentees who would suit have other mentors.",
                count,
            ) % {"count": count}
        case Reason.ALL_FULL:
            return ngettext(
                "The %(count)d mentor who would suit has no room left.",
                "The %(count)d mentors who would suit have no room left.",
                count,
            ) % {"count": count}
    return left_out.get_reason_display()
