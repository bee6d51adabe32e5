"""Writes whole exports of every kind, language and generation the way Pix does, traps included."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.assessments.pix_export import cell

ROOT = Path(__file__).parents[2] / "assessments" / "data"
HEADERS = json.loads((ROOT / "pix-headers.json").read_text())
PIX = json.loads((ROOT / "framework-pix.json").read_text())["areas"]
GENERATIONS = {
    "2021": "2021-03..2022-11",
    "2022-12": "2022-12..2023-06",
    "2023-07": "2023-07..2024-12",
    "2024-12-utc": "2024-12-12..2024-12-17",
    "current": "since 2024-12-17",
}
ESCAPES = {"'": "&#39;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "/": "&#x2F;", "`": "&#x60;", "=": "&#x3D;"}
NOT_TESTED = HEADERS["skill_not_tested"]
PARIS = ZoneInfo("Europe/Paris")
SPANISH = {
    "organization_name": "Nombre de la organización",
    "campaign_id": "ID de la campaña",
    "campaign_code": "Código",
    "campaign_name": "Nombre de la campaña",
    "target_profile_name": "Recorrido",
    "last_name": "Apellido del participante",
    "first_name": "Nombre del participante",
    "progress": "% de progreso",
    "started_on": "Fecha y hora de inicio (Europa/París)",
    "is_shared": "Compartido (S/N)",
    "shared_on": "Fecha y hora de compartición (Europa/París)",
    "stage_reached": "Nivel obtenido (/{value})",
    "badge": "{name} obtenido (S/N)",
    "mastery_rate": "% de dominio del conjunto del perfil",
    "competence_mastery_rate": "% de dominio de la competencia {name}",
    "competence_total_items": "Número de logros de la competencia {name}",
    "competence_items_ok": "Logros dominados en la competencia {name}",
    "area_mastery_rate": "% de dominio del área {name}",
    "area_total_items": "Número de logros del área {name}",
    "area_items_ok": "Logros dominados del área {name}",
}


@dataclass(frozen=True)
class Competence:
    name: str
    area: str
    items: int


@dataclass(frozen=True)
class Campaign:
    """What decides on the columns of an export."""

    language: str = "fr"
    generation: str = "current"
    imported: tuple[str, ...] = ()
    learners: str = ""  # "group" or "division"
    label: str | None = "Matricule"
    stages: int | None = None
    badges: tuple[str, ...] = ()
    competences: tuple[Competence, ...] = ()
    skills: tuple[str, ...] = ()
    exam: bool = False

    @property
    def areas(self):
        return list(dict.fromkeys(competence.area for competence in self.competences))


@dataclass
class Taken:
    """One participation. `validated=None`: not shared."""

    last: str = "Weber"
    first: str = "Ada"
    imported: tuple[str, ...] = ()
    group: str = ""
    division: str = ""
    student_number: str = ""
    external_id: str = ""
    progress: str = "1"
    started: datetime = datetime(2024, 12, 13, 8, 0, tzinfo=UTC)
    shared: datetime | None = None
    stage: int | None = None
    badges: tuple[bool, ...] = ()
    validated: tuple[int, ...] | None = None
    skills: tuple[str, ...] = ()
    rate: str | None = None
    profile: tuple[int, ...] = field(default=())


def pix_competences(codes, items=10, language="fr"):
    """Competences of Pix by their codes, under the names that the language gives them."""
    return tuple(
        Competence(competence["titles"][language], area["titles"][language], items)
        for area in PIX
        for competence in area["competences"]
        if competence["code"] in codes
    )


# --- Headers ----------------------------------------------------------------------------------------------------------


def escaped(name):
    name = name.replace("&", "&amp;")
    return "".join(ESCAPES.get(sign, sign) for sign in name)


def text(campaign, key, value="", export="assessment"):
    if campaign.language == "es":
        header = SPANISH[key]
    else:
        by_language = HEADERS[export][key]
        headers = by_language[campaign.language]
        is_old = (
            campaign.generation == "2021"
            if key == "target_profile_name"
            else campaign.generation != "current"
        )
        header = headers[-1] if is_old else headers[0]
    header = re.sub(r"\{(name|value)\}", lambda _match: escaped(str(value)), header)
    return re.sub(r"\{\w+\}", "", header)


def first_headers(campaign, export):
    keys = ["organization_name", "campaign_id", "campaign_code", "campaign_name"]
    if campaign.generation in ("2021", "2022-12"):
        keys.remove("campaign_code")
    if export == "assessment":
        keys.append("target_profile_name")
    headers = [text(campaign, key, export=export) for key in [*keys, "last_name", "first_name"]]
    headers += campaign.imported
    if campaign.learners == "division":
        headers.append(text(campaign, "division", export=export))
    if campaign.learners == "group":
        headers += [text(campaign, "group", export=export), text(campaign, "student_number", export=export)]
    return headers + ([] if campaign.label is None else [campaign.label])


def assessment_header(campaign):
    headers = first_headers(campaign, "assessment")
    keys = (
        ["started_on", "is_shared", "shared_on"]
        if campaign.exam
        else ["progress", "started_on", "is_shared", "shared_on"]
    )
    headers += [text(campaign, key) for key in keys]
    if campaign.stages is not None:
        headers.append(text(campaign, "stage_reached", campaign.stages))
    headers += [text(campaign, "badge", badge) for badge in campaign.badges]
    headers.append(text(campaign, "mastery_rate"))
    for kind, names in (
        ("competence", [each.name for each in campaign.competences]),
        ("area", campaign.areas),
    ):
        for name in names:
            headers += [
                text(campaign, f"{kind}_{key}", name) for key in ("mastery_rate", "total_items", "items_ok")
            ]
    return [*headers, *campaign.skills]


# --- Rows -------------------------------------------------------------------------------------------------------------


class Bare(str):
    """What Pix writes without quotes though it is no whole number."""


def raw(value):
    return value if isinstance(value, Bare) else cell(value)


def written(rows):
    return ("\ufeff" + "".join(";".join(map(raw, row)) + "\n" for row in rows)).encode()


def decimal(value):
    return Bare(value.replace(".", ","))


def share(validated, items):
    return decimal(f"{int(validated * 100 / items + 0.5) / 100:.2f}".rstrip("0").rstrip("."))


def date(campaign, moment):
    if campaign.generation == "current":
        return moment.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
    if campaign.generation == "2024-12-utc":
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return Bare(moment.strftime("%Y-%m-%d"))


def first_cells(campaign, taken, export):
    code = [] if campaign.generation in ("2021", "2022-12") else ["DEMO12345"]
    cells = ["Commune fictive", 4201, *code, "Campagne 2026"]
    if export == "assessment":
        cells.append("Socle; numérique")
    cells += [taken.last, taken.first, *taken.imported]
    if campaign.learners == "division":
        cells.append(taken.division)
    if campaign.learners == "group":
        cells += [taken.group, taken.student_number]
    return cells + ([] if campaign.label is None else [taken.external_id])


def words(campaign):
    return HEADERS["yes"][campaign.language], HEADERS["no"][campaign.language]


def assessment_row(campaign, taken):
    yes, no = words(campaign)
    cells = first_cells(campaign, taken, "assessment")
    if not campaign.exam:
        cells.append(decimal(taken.progress))
    cells += [date(campaign, taken.started), no if taken.validated is None else yes]
    if taken.validated is None:
        return cells + ["NA"] * (len(assessment_header(campaign)) - len(cells))
    cells.append(date(campaign, taken.shared))
    if campaign.stages is not None:
        cells.append(taken.stage)
    cells += [yes if has else no for has in taken.badges]
    totals = [competence.items for competence in campaign.competences]
    cells.append(share(sum(taken.validated), sum(totals)) if taken.rate is None else decimal(taken.rate))
    for validated, items in zip(taken.validated, totals, strict=True):
        cells += [share(validated, items), items, validated]
    for area in campaign.areas:
        of_area = [
            (validated, competence.items)
            for validated, competence in zip(taken.validated, campaign.competences, strict=True)
            if competence.area == area
        ]
        validated, items = map(sum, zip(*of_area, strict=True))
        cells += [share(validated, items), items, validated]
    return [*cells, *taken.skills]


def assessment(campaign, people):
    return written([assessment_header(campaign), *(assessment_row(campaign, taken) for taken in people)])


def profiles(campaign, people):
    headers = first_headers(campaign, "profiles")
    keys = ("is_sent", "sent_on", "pix_score", "is_certifiable", "certifiable_count")
    headers += [text(campaign, key, export="profiles") for key in keys]
    for competence in pix_competences([f"{area}.{number}" for area in range(1, 6) for number in range(1, 5)]):
        headers += [
            text(campaign, f"competence_{key}", competence.name, export="profiles")
            for key in ("level", "pix")
        ]
    return written([headers, *(profiles_row(campaign, taken, len(headers)) for taken in people)])


def profiles_row(campaign, taken, width):
    yes, no = words(campaign)
    cells = first_cells(campaign, taken, "profiles")
    if not taken.profile:
        return [*cells, no, *["NA"] * (width - len(cells) - 1)]
    count = sum(pix >= 8 for pix in taken.profile)
    cells += [yes, date(campaign, taken.shared), sum(taken.profile), yes if count >= 5 else no, count]
    return cells + [number for pix in taken.profile for number in (pix // 8, pix)]


# --- Certifications: another writer -----------------------------------------------------------------------------------

CODES = [competence["code"] for area in PIX for competence in area["competences"]]


def certification_cell(value):
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else '"' + value.replace('"', '""') + '"'


def certification(rows, language="fr", complementary=(), is_class=False):
    """`rows` are dictionaries of what is not usual; a session with `complementary`, or a class."""
    headers = {key: by_language[language][0] for key, by_language in HEADERS["certification"].items()}
    prefix = headers.pop("complementary")
    labels = [prefix.replace("{name}", label) for label in complementary]
    order = ("number", "first", "last", "birthdate", "birthplace", "external", "status")
    after = ("comment", "session", "date") if is_class else ("comment", "session", "center", "date")
    header = [
        *(headers[key] for key in order),
        *([] if is_class else labels),
        headers["pix"],
        *CODES,
        *(headers[key] for key in after),
    ]
    lines = [header]
    for number, row in enumerate(rows):
        usual = {
            "number": 70_000 + number,
            "first": "Ada",
            "last": "Weber",
            "birthdate": "01/02/1990",
            "birthplace": "",
            "external": "",
            "status": word("certification_status", language, "validated"),
            "complementary": [word("certification_complementary", language, "not_taken")] * len(labels),
            "pix": 240,
            "levels": [3] * 16,
            "comment": None,
            "session": 9100,
            "center": "Centre",
            "date": "31/05/2024",
        } | row
        lines.append(
            [
                *(usual[key] for key in order),
                *([] if is_class else usual["complementary"]),
                usual["pix"],
                *usual["levels"],
                *(usual[key] for key in after),
            ]
        )
    return ("\ufeff" + "\n".join(";".join(map(certification_cell, line)) for line in lines)).encode()


def word(key, language, meaning):
    return next(word for word, means in HEADERS[key][language].items() if means == meaning)
