"""Invented staff: names put together at random, departments, reporting lines, and how able each one is."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

FIRST_NAMES = (
    "Adèle Aline Amel Ana Anouk Ben Benoît Carla Cédric Charel Chloé Claire Danièle David Diana Edmée Elena Eric "
    "Fabio Fabienne Félix Filipe Florence Georges Gilles Hanna Hugo Inês Irina Jang Jean Jill Joana Jonas Josy Julie "
    "Karim Kim Laure Léa Lena Liz Luc Luca Lynn Manon Marc Maria Martine Mathis Max Mia Michèle Nadia Nathalie Nico "
    "Nora Noémie Olivier Oscar Patrick Paula Pedro Pia Pol Rania Raoul Rita Romain Ronny Sam Sandra Sara Serge Sofia "
    "Steve Susana Sven Tania Théo Tiago Tim Tom Vera Vic Viviane Yann Yasmine Zoé"
).split()
LAST_BEGINNINGS = (
    "Al Bau Ber Bi Bour Cla Dell Dou Ess Fa Fell Fon Gan Gro Had Hem Hol Jun Ka Kell Kin Lam Len Lor Mar Mei Mon Mul "
    "Nol Or Pau Pet Pin Rei Ro Sal Schin Schlo Se Sim Stei Stro Tan Tho Ur Val Wa Wel Wil Zan Zeh"
).split()
LAST_ENDINGS = (
    "ardi bert bach bour chen dal der din eira elle enne ert eux feld gard gen hoff ier kart lach lano len lin mann "
    "mont more ner nick oldi ones ques rand reux rich sen ser son tel ten ter tini vel wald weiler zen"
).split()
# How much easier or harder than the others people find each competence, in levels, in Pix's order.
EASE = (0.3, 0.5, -0.6, 0.9, 0.4, 0.2, 0.0, 0.7, -0.5, -0.2, -1.6, -0.4, 0.1, 0.6, -0.9, -0.7)
LANGUAGES = [
    ["fr"],
    ["fr", "en"],
    ["fr", "de"],
    ["lb", "fr", "de"],
    ["lb", "de", "en"],
    ["pt", "fr"],
    ["de", "en"],
]


@dataclass(frozen=True)
class Setting:
    """What an invented organisation is like."""

    slug: str
    name: str
    staff: int
    departments: tuple[str, ...]
    sites: tuple[str, ...]
    job_families: tuple[str, ...]
    language: str  # of its Pix Orga
    number_label: str  # what its campaigns call the staff number
    number_prefix: str
    ability: float  # mean level


SETTINGS = (
    Setting(
        "ardoise",
        "Banque de l’Ardoise",
        400,
        (
            "Conseil clientèle",
            "Conformité",
            "Crédits",
            "Informatique",
            "Opérations",
            "Ressources humaines",
            "Risques",
        ),
        ("Luxembourg-Kirchberg", "Esch-sur-Alzette"),
        ("Conseil", "Gestion", "Informatique", "Encadrement"),
        "fr",
        "Matricule",
        "ARD-",
        3.6,
    ),
    Setting(
        "belval",
        "Administration de Belval",
        120,
        ("Accueil", "Archives", "Finances", "Informatique", "Urbanisme"),
        ("Esch-Belval",),
        ("Guichet", "Rédaction", "Technique"),
        "fr",
        "Matricule",
        "B",
        3.1,
    ),
    Setting(
        "cordier",
        "Atelier Cordier",
        40,
        ("Atelier", "Bureau", "Chantier"),
        ("Bettembourg",),
        ("Artisanat", "Bureau"),
        "en",
        "Staff number",
        "C-",
        2.7,
    ),
)


@dataclass
class Somebody:
    """One invented member of staff. `abilities` are the true levels behind what Pix will measure."""

    first_name: str
    last_name: str
    staff_number: str
    email: str
    department: str
    site: str
    job_family: str
    manager: str
    languages: list[str]
    hired_on: date
    left_on: date | None
    abilities: list[float] = field(repr=False)

    @property
    def key(self):
        return self.staff_number


def invent_staff(setting: Setting, random: Random) -> list[Somebody]:
    """The staff of an organisation: a director, a head for each department, and everybody else below a head."""
    names = _names(random, setting.staff)
    heads = {}
    staff = []
    for number, (first_name, last_name) in enumerate(names, start=1):
        department = setting.departments[number % len(setting.departments)]
        staff_number = f"{setting.number_prefix}{number:04}"
        is_director, is_head = number == 1, department not in heads and number > 1
        if is_head:
            heads[department] = staff_number
        manager = "" if is_director else f"{setting.number_prefix}0001" if is_head else heads[department]
        base = random.gauss(setting.ability, 1.1) - (0.4 if is_head or is_director else 0)
        if random.random() < 0.24:
            base = random.gauss(-0.4, 0.5)  # some have hardly used a computer at work
        staff.append(
            Somebody(
                first_name=first_name,
                last_name=last_name,
                staff_number=staff_number,
                email=f"{_plain(first_name)}.{_plain(last_name)}@{setting.slug}.example",
                department=department,
                site=random.choice(setting.sites),
                job_family=setting.job_families[number * 7 % len(setting.job_families)],
                manager=manager,
                languages=random.choice(LANGUAGES),
                hired_on=date(2004, 1, 1) + timedelta(days=random.randrange(20 * 365)),
                left_on=date(2026, 5, 31) if number % 53 == 0 else None,
                abilities=[base + ease + random.gauss(0, 0.9) for ease in EASE],
            )
        )
    return staff


def staff_file(staff: list[Somebody]) -> bytes:
    """The CSV file that an HR department would upload."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        "Nom;Prénom;E-mail;Matricule;Département;Site;Responsable;Famille de métiers;Langues;Date d’embauche;"
        "Date de départ".split(";")
    )
    for somebody in staff:
        writer.writerow(
            [
                somebody.last_name,
                somebody.first_name,
                somebody.email,
                somebody.staff_number,
                somebody.department,
                somebody.site,
                somebody.manager,
                somebody.job_family,
                ",".join(somebody.languages),
                somebody.hired_on.strftime("%d.%m.%Y"),
                somebody.left_on.strftime("%d.%m.%Y") if somebody.left_on else "",
            ]
        )
    return file.getvalue().encode("utf-8-sig")


def _names(random, number):
    """So many different names, none of which gives the same address as another."""
    taken = {}
    while len(taken) < number:
        name = random.choice(FIRST_NAMES), random.choice(LAST_BEGINNINGS) + random.choice(LAST_ENDINGS)
        taken.setdefault(_plain(".".join(name)), name)
    return list(taken.values())


def _plain(text):
    return text.lower().translate(str.maketrans("éèêëïîôöûüáàâäãçñ", "eeeeiioouuaaaaacn"))
