"""Write a profiles collection as Pix Orga exports it: UTF-8 with byte order mark, `;`, Europe/Paris times."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from assessments.models import Framework

PARIS = ZoneInfo("Europe/Paris")
HEADERS = {
    "fr": (
        "Nom de l'organisation;ID Campagne;Code;Nom de la campagne;Nom du Participant;Prénom du Participant;{number};"
        "Envoi (O/N);Date et heure de l'envoi (Europe/Paris);Nombre de pix total;Certifiable (O/N);"
        "Nombre de compétences certifiables",
        "Niveau pour la compétence {name}",
        "Nombre de pix pour la compétence {name}",
    ),
    "en": (
        "Organisation’s name;Campaign ID;Code;Campaign's name;Participant's last name;Participant's first name;"
        "{number};Sent (Y/N);Sent on (Europe/Paris);Total pix score;Eligible for certification (Y/N);"
        "Number of competences eligible for certification",
        "Level reached in the competence {name}",
        "Pix score for the competence {name}",
    ),
}
WORDS = {"fr": ("Oui", "Non"), "en": ("Yes", "No")}
HIGHEST_PIX = 7 * 8 + 7  # level 7 is the highest that Pix publishes


@dataclass(frozen=True)
class Participation:
    """One row: who, when it was sent (None: not yet), and the pix earned per competence."""

    last_name: str
    first_name: str
    number: str
    sent_at: datetime | None
    pix: list[int]


def write_profiles(
    organisation, campaign_id, name, number_label, language, participations: list[Participation]
) -> bytes:
    """The export as bytes."""
    first, level, pix = HEADERS[language]
    competences = Framework.objects.pix().competences.order_by("position")
    names = [escape(competence.titles[language]).replace("&#x27;", "&#39;") for competence in competences]
    header = first.format(number=number_label).split(";")
    for competence in names:
        header += [level.format(name=competence), pix.format(name=competence)]
    start = [_text(organisation), str(campaign_id), _text(f"DEMO{campaign_id}"), _text(name)]
    lines = [";".join(map(_text, header))]
    lines += [";".join(start + _row(participation, *WORDS[language])) for participation in participations]
    return ("\ufeff" + "\n".join(lines) + "\n").encode()


def _row(participation, yes, no):
    who = [_text(participation.last_name), _text(participation.first_name), _text(participation.number)]
    if participation.sent_at is None:
        return [*who, _text(no), *['"NA"'] * 36]
    pix = participation.pix
    levels = [points // 8 for points in pix]
    reached = sum(level >= 1 for level in levels)
    when = participation.sent_at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
    pairs = [str(value) for pair in zip(levels, pix, strict=True) for value in pair]
    return [
        *who,
        _text(yes),
        _text(when),
        str(sum(pix)),
        _text(yes if reached >= 5 else no),
        str(reached),
        *pairs,
    ]


def _text(value):
    """As Pix quotes: doubled quotes, an apostrophe before what a spreadsheet would calculate."""
    if value and set(value) <= set("0123456789-"):
        return value
    if value[:1] in ("-", "@", "=", "+"):
        value = "'" + value
    return '"' + value.replace('"', '""') + '"'
