"""Write files as Pix exports them: UTF-8 with byte order mark, `;`, Europe/Paris times.

Profiles collections and assessments come from Pix Orga, sessions of certifications from Pix Certif.
"""

from dataclasses import dataclass
from datetime import date, datetime
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
    names = [_escaped(competence.titles[language]) for competence in competences]
    header = first.format(number=number_label).split(";")
    for competence in names:
        header += [level.format(name=competence), pix.format(name=competence)]
    start = [_text(organisation), str(campaign_id), _text(f"DEMO{campaign_id}"), _text(name)]
    return _file(header, [start + _row(participation, *WORDS[language]) for participation in participations])


def _row(participation, yes, no):
    who = [_text(participation.last_name), _text(participation.first_name), _text(participation.number)]
    if participation.sent_at is None:
        return [*who, _text(no), *['"NA"'] * 36]
    pix = participation.pix
    levels = [points // 8 for points in pix]
    reached = sum(level >= 1 for level in levels)
    pairs = [str(value) for pair in zip(levels, pix, strict=True) for value in pair]
    return [
        *who,
        _text(yes),
        _moment(participation.sent_at),
        str(sum(pix)),
        _text(yes if reached >= 5 else no),
        str(reached),
        *pairs,
    ]


# --- Assessments ------------------------------------------------------------------------------------------------------

ASSESSMENT_HEADER = (
    "Nom de l'organisation;ID Campagne;Code;Nom de la campagne;Parcours;Nom du Participant;Prénom du Participant;"
    "{number};% de progression;Date et heure de début (Europe/Paris);Partage (O/N);"
    "Date et heure du partage (Europe/Paris);Palier obtenu (/3);{badge} obtenu (O/N);"
    "% maitrise de l'ensemble des acquis du profil"
)
COMPETENCE_HEADERS = (
    "% de maitrise des acquis de la compétence {name}",
    "Nombre d'acquis du profil cible dans la compétence {name}",
    "Acquis maitrisés dans la compétence {name}",
)
AREA_HEADERS = (
    "% de maitrise des acquis du domaine {name}",
    "Nombre d'acquis du profil cible du domaine {name}",
    "Acquis maitrisés du domaine {name}",
)
STAGES = (0.3, 0.55, 0.8)  # the share of all items from which each stage is reached
BADGE_FROM = 0.65


@dataclass(frozen=True)
class Assessed:
    """One row: who, how far they are, when they shared it (None: not yet), and the items validated per competence."""

    last_name: str
    first_name: str
    number: str
    progress: float
    started_at: datetime
    shared_at: datetime | None
    validated: list[int]


def write_assessment(
    organisation, campaign_id, name, number_label, badge, items: dict[str, int], assessed: list[Assessed]
) -> bytes:
    """The French export of a campaign that asks so many `items` of each competence, by its code."""
    competences = Framework.objects.pix().competences.filter(code__in=items).select_related("area")
    competences = list(competences.order_by("position"))
    areas = list(dict.fromkeys(competence.area for competence in competences))
    header = ASSESSMENT_HEADER.format(number=number_label, badge=_escaped(badge)).split(";")
    for headers, parts in ((COMPETENCE_HEADERS, competences), (AREA_HEADERS, areas)):
        header += [each.format(name=_escaped(part.titles["fr"])) for part in parts for each in headers]
    start = [_text(organisation), str(campaign_id), _text(f"DEMO{campaign_id}"), _text(name), _text(name)]
    places = [areas.index(competence.area) for competence in competences]
    totals = [items[competence.code] for competence in competences]
    rows = [start + _assessed_row(somebody, totals, places, len(header)) for somebody in assessed]
    return _file(header, rows)


def _assessed_row(somebody: Assessed, totals, places, width):
    yes, no = map(_text, WORDS["fr"])
    row = [_text(somebody.last_name), _text(somebody.first_name), _text(somebody.number)]
    row += [_decimal(somebody.progress), _moment(somebody.started_at)]
    if somebody.shared_at is None:
        return [*row, no, *['"NA"'] * (width - 11)]
    share = sum(somebody.validated) / sum(totals)
    row += [yes, _moment(somebody.shared_at), str(sum(share >= stage for stage in STAGES))]
    row += [yes if share >= BADGE_FROM else no, _decimal(share)]
    by_area = [[0, 0] for _area in set(places)]
    for place, validated, items in zip(places, somebody.validated, totals, strict=True):
        by_area[place][0] += validated
        by_area[place][1] += items
    for validated, items in [*zip(somebody.validated, totals, strict=True), *by_area]:
        row += [_decimal(validated / items), str(items), str(validated)]
    return row


# --- Certifications ---------------------------------------------------------------------------------------------------

CERTIFICATION_HEADER = (
    "Numéro de certification;Prénom;Nom;Date de naissance;Lieu de naissance;Identifiant Externe;Statut;Nombre de Pix;"
    "{codes};Commentaire jury pour l’organisation;Session;Centre de certification;Date de passage de la certification"
)


@dataclass(frozen=True)
class Certified:
    """One row: who, what became of it, and the level certified per competence (None: not asked)."""

    last_name: str
    first_name: str
    born_on: date
    number: str
    status: str
    levels: list[int | None]


def write_certification(session, centre, day: date, certified: list[Certified]) -> bytes:
    """The French file of a session; whatever is not validated has no level, and a rejected one 0 pix."""
    codes = Framework.objects.pix().competences.order_by("position").values_list("code", flat=True)
    rows = [
        [
            str(session * 100 + place),
            *map(
                _text,
                (each.first_name, each.last_name, f"{each.born_on:%d/%m/%Y}", "", each.number, each.status),
            ),
            str(sum(8 * (level or 0) for level in each.levels)),
            *('"-"' if level is None else str(level) for level in each.levels),
            "",
            str(session),
            _text(centre),
            _text(f"{day:%d/%m/%Y}"),
        ]
        for place, each in enumerate(certified, start=1)
    ]
    return _file(CERTIFICATION_HEADER.format(codes=";".join(codes)).split(";"), rows).removesuffix(b"\n")


# --- Cells ------------------------------------------------------------------------------------------------------------


def _file(header, rows):
    lines = [";".join(map(_text, header)), *map(";".join, rows)]
    return ("\ufeff" + "\n".join(lines) + "\n").encode()


def _escaped(name):
    return escape(name).replace("&#x27;", "&#39;")


def _moment(moment):
    return _text(moment.astimezone(PARIS).strftime("%d/%m/%Y %H:%M"))


def _decimal(share):
    """A share to the hundredth, as Pix writes it: 0,5 or 1."""
    return f"{int(share * 100 + 0.5) / 100:g}".replace(".", ",")


def _text(value):
    """As Pix quotes: doubled quotes, an apostrophe before what a spreadsheet would calculate."""
    if value and set(value) <= set("0123456789-"):
        return value
    if value[:1] in ("-", "@", "=", "+"):
        value = "'" + value
    return '"' + value.replace('"', '""') + '"'
