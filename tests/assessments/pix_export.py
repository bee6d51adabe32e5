"""Writes profiles collections the way Pix Orga does, so that tests can vary them."""

import json
import re
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())
HEADERS = {
    "fr": (
        "Nom de l'organisation|ID Campagne|Code|Nom de la campagne|Nom du Participant|Prénom du Participant",
        "Envoi (O/N)|Date et heure de l'envoi (Europe/Paris)|Nombre de pix total|Certifiable (O/N)"
        "|Nombre de compétences certifiables",
        "Niveau pour la compétence ",
        "Nombre de pix pour la compétence ",
    ),
    "de": (
        "Name der Organisation|ID Kampagne|Code|Name der Kampagne|Name des Teilnehmers|Vorname des Teilnehmers",
        "Senden (J/N)|Datum und Uhrzeit der Absendung (Europa/Paris)|Anzahl der Pix insgesamt|Zertifizierbar (J/N)"
        "|Anzahl der zertifizierbaren Kompetenzen",
        "Stufe für die Fertigkeit ",
        "Anzahl der Pix für die Fertigkeit ",
    ),
    "es": (
        "Nombre de la organización|ID de la campaña|Código|Nombre de la campaña|Apellido|Nombre",
        "Envío (S/N)|Fecha y hora de envío (Europa/París)|Total de pix|Certificable (S/N)|Número certificable",
        "Nivel de la competencia ",
        "Pix de la competencia ",
    ),
}
YES = {"fr": ("Oui", "Non"), "de": ("Ja", "Nicht"), "es": ("Sí", "No")}
NAMES = [f"compétence {number}" for number in range(1, 17)]


def sample(name):
    return (SAMPLES / name).read_bytes()


def cell(text):
    """One cell as Pix writes it: numbers bare, texts in quotes, formulas guarded."""
    if isinstance(text, int):
        return str(text)
    if re.fullmatch(r"[0-9-]+", text):
        return text
    if text[:1] in ("-", "@", "=", "+") and text:
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"'


def header(language="fr", labels=("Matricule",), code=True, current=True, names=NAMES):
    first, last, level, pix = HEADERS[language]
    first, last = first.split("|"), last.split("|")
    if not code:
        first.pop(2)
    if not current:
        last[1] = {"fr": "Date de l'envoi", "de": "Sendedatum", "es": "Fecha de envío"}[language]
    pairs = [cell for name in names for cell in (level + name, pix + name)]
    return [*first, *labels, *last, *pairs]


def participation(
    last="Weber",
    first="Ada",
    extra=("00101",),
    sent="17/03/2026 01:54",
    pix=(20, 11) + (0,) * 14,
    language="fr",
    code=True,
):
    """One row; `sent=None` for somebody who has not shared."""
    yes, no = YES[language]
    campaign = ["Commune fictive", "4201", "DEMOPC421", "Collecte 2026"]
    if not code:
        campaign.pop(2)
    who = [*campaign, last, first, *extra]
    if sent is None:
        return [*who, no, *["NA"] * 36]
    levels = [value // 8 for value in pix]
    certifiable = sum(level > 0 for level in levels)
    pairs = [number for pair in zip(levels, pix, strict=True) for number in pair]
    return [*who, yes, sent, sum(pix), yes if certifiable >= 5 else no, certifiable, *pairs]


def csv_bytes(*rows):
    return ("\ufeff" + "".join(";".join(map(cell, row)) + "\n" for row in rows)).encode()


def export(*participations, **options):
    return csv_bytes(header(**options), *participations)


def many(count):
    """An export of that many participations, each person with a number of their own."""
    rows = [
        participation(
            last=f"Nom{number:05}",
            first="Ada",
            extra=(f"S{number:05}",),
            sent=None
            if number % 4 == 3
            else f"{number % 28 + 1:02}/03/2026 {number % 24:02}:{number % 60:02}",
            pix=tuple((number * step) % 57 for step in range(1, 17)),
        )
        for number in range(count)
    ]
    return export(*rows)
