"""What each figure counts: one registry for pages, PDFs and the notes at their end."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Raised when a definition changes its meaning, so that no figure is compared with one that counts something else.
DEFINITIONS_VERSION = "1"


@dataclass(frozen=True)
class Definition:
    label: str | Promise
    meaning: str | Promise
    unit: str | Promise


PEOPLE, ORGANISATIONS = _("people"), _("organisations")

DEFINITIONS = {
    "organisations": Definition(
        _("Organisations"),
        _("Organisations that joined the programme by the cut-off date, by the stage they are at today."),
        ORGANISATIONS,
    ),
    "enrolled": Definition(
        _("People enrolled"),
        _(
            "Everybody whom an organisation has enrolled, including those who have left since. Each counts once."
        ),
        PEOPLE,
    ),
    "invited": Definition(
        _("People invited to sign in"),
        _("People enrolled to whom the platform has sent a personal invitation."),
        PEOPLE,
    ),
    "assessed": Definition(
        _("People who took part in Pix"),
        _("People enrolled who appear in an imported Pix campaign, whether or not they shared their result."),
        PEOPLE,
    ),
    "shared": Definition(
        _("People who shared a result"),
        _("People enrolled who have sent at least one complete Pix profile."),
        PEOPLE,
    ),
    "certifiable": Definition(
        _("People who could take the certificate"),
        _(
            "People with a shared profile that Pix calls certifiable: at least five competences at level 1 or higher."
        ),
        PEOPLE,
    ),
    "granted": Definition(
        _("Licences granted"), _("The sum of the Pix licences granted to the organisations."), _("licences")
    ),
    "used": Definition(
        _("Licences used"), _("People who took part in Pix: each of them uses one licence."), _("licences")
    ),
    "unused": Definition(_("Licences left"), _("Licences granted and not used."), _("licences")),
    "level": Definition(
        _("Level"),
        _(
            "Pix measures each competence from 0 to 8. For each person the newest shared profile counts. "
            "What was not measured is left out and is never a zero."
        ),
        _("levels"),
    ),
    "area_level": Definition(
        _("Level in an area"),
        _("For each person measured in all competences of the area: the mean of their levels there."),
        _("levels"),
    ),
    "rounds": Definition(
        _("Mentoring rounds"), _("Calls for mentors and mentees opened by an organisation."), _("rounds")
    ),
    "pairs": Definition(
        _("Mentoring pairs"),
        _("Pairs of mentor and mentee that were published, by their first day."),
        _("pairs"),
    ),
    "sessions": Definition(
        _("Sessions held"),
        _("Meetings that the mentor has logged and the mentee has not declined, by their day."),
        _("sessions"),
    ),
    "confirmed": Definition(
        _("Sessions confirmed"),
        _("Sessions that the mentee has confirmed, by the day of the confirmation."),
        _("sessions"),
    ),
    "hours": Definition(_("Hours of mentoring"), _("The length of the confirmed sessions."), _("hours")),
    "compared": Definition(
        _("People with a target"),
        _(
            "People with a shared profile for whom the organisation had set a target level by the cut-off date."
        ),
        PEOPLE,
    ),
    "below": Definition(
        _("People below a target"),
        _("People who are below their target in at least one competence."),
        PEOPLE,
    ),
    "gap": Definition(
        _("Below the target"), _("People who are below their target in this competence."), PEOPLE
    ),
    "offers": Definition(
        _("Courses in the catalogue"),
        _("Courses that could be joined on the last day of the quarter."),
        _("courses"),
    ),
    "choosing": Definition(
        _("People who chose a course"), _("People who have put at least one course on their plan."), PEOPLE
    ),
    "chosen": Definition(
        _("Courses chosen"),
        _("Courses that people have put on their plans, dropped ones included."),
        _("choices"),
    ),
}
