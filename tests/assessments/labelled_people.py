"""An invented organisation in Luxembourg, the campaigns its people take part in, and who each participant truly is.

Written from what people do when a website asks for their name and a number, and before the matcher was: `NOISE` says
how often each thing happens. Nobody is real; names are drawn per community, common ones far more often than rare ones.
"""

import json
import random
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

# How often it happens, in hundredths: of everybody, or of those whom it can happen to.
NOISE = {
    # What HR's own list is like
    "people who left": 7,
    "people hired during the last year": 10,
    "people without a staff number in our list": 2,
    "people who bear the name of somebody else here": 1.5,
    "surnames that few people bear": 55,
    "people with two first names": 12,
    "people with two surnames": 9,
    "Portuguese with two or three surnames": 55,
    "surnames with a particle": 5,
    # Who takes part
    "people who take part": 78,
    "people who take part twice": 8,
    "participants who are not enrolled": 4,
    "of those, with a name that HR's list holds by chance or family": 4,
    "tests dated after the person left": 4,
    "participations that are not shared yet": 10,
    # How they write their names
    "accents left out": 25,
    "umlauts written as two letters": 12,
    "surname in capitals": 14,
    "all in small letters": 7,
    "stray spaces": 2,
    "last and first name swapped": 4,
    "one of two surnames only": 18,
    "one of two first names only": 22,
    "hyphen written as a space, or the other way round": 20,
    "two words written as one": 3,
    "particle left out": 15,
    "another first name added": 2,
    "surname of before or after a wedding": 2,
    "that surname added to their own": 1.5,
    "first name as an initial": 1.5,
    "short form of the first name": 3,
    "a typing slip": 3,
    "a second typing slip": 0.3,
    "another transliteration": 12,
    # What they write where the campaign asks for their staff number
    "no number": 6,
    "number with a slip": 2.5,
    "leading zeros or letter left out": 3,
    "spaces or dashes within the number": 1,
    "somebody else's number": 0.8,
    "one number for the whole team": 0.5,
    "something else: telephone, birthday, a word": 1.5,
    "work e-mail": 1,
    "not enrolled, with a number of their own": 45,
    "not enrolled, with a number that somebody here has": 3,
    # What Pix Orga knows where HR uploaded its list there
    "department that has changed since": 6,
    "department left empty": 4,
}

# Shares of the workforce, and names per community, the common ones first.
COMMUNITIES = json.loads((Path(__file__).parent / "labelled_names.json").read_text())
PARTICLES = {
    "Luxembourgish": ["van", "von", "de"],
    "French": ["de", "du", "de la", "le"],
    "German": ["von", "von der", "zu"],
    "Portuguese": ["da", "dos", "de", "do"],
    "Italian": ["Di", "De", "Della", "D'"],
    "Northern": ["van der", "de", "van den", "van"],
}
SHORT_FORMS = {
    "Alexandre": "Alex", "Alexander": "Alex", "Aleksandar": "Aleks", "Benjamin": "Ben", "Nicolas": "Nico",
    "Maximilian": "Max", "Maxime": "Max", "Thomas": "Tom", "Michael": "Mike", "Michel": "Misch", "Pierre": "Pit",
    "Jean": "Jang", "Joseph": "Jos", "José": "Zé", "Manuel": "Manu", "Giuseppe": "Beppe", "Katarzyna": "Kasia",
    "Małgorzata": "Gosia", "Elisabeth": "Lisa", "Frédéric": "Fred", "Sébastien": "Seb", "Stéphanie": "Steph",
    "Christian": "Chris", "Patrick": "Pat", "Laurent": "Lolo", "António": "Toni", "Antonio": "Toni", "Matthias": "Matt",
    "Mathieu": "Mat", "Fernando": "Nando", "Salvatore": "Totò", "Johannes": "Hannes", "Francisco": "Chico",
    "Valentina": "Vale", "Alessandro": "Sandro", "Alessandra": "Sandra", "Catarina": "Cati", "Dimitri": "Dima",
    "Guillaume": "Gui", "Véronique": "Véro", "Isabelle": "Isa", "Caroline": "Caro", "Andreas": "Andi", "Klaus": "Nikki",
}  # fmt: skip
TRANSLITERATIONS = [
    ("č", "ch"), ("ć", "c"), ("š", "sh"), ("ž", "zh"), ("đ", "dj"), ("Đ", "Dj"), ("ł", "l"), ("ř", "rz"),
    ("w", "v"), ("y", "i"), ("kh", "h"), ("ts", "c"), ("ov", "off"), ("ya", "ia"), ("sh", "sch"), ("Ž", "Zh"),
    ("Č", "Ch"), ("Š", "Sh"), ("Ć", "C"),
]  # fmt: skip
DEPARTMENTS = {
    "Opérations": 30, "Technique": 18, "Finances": 9, "Ressources humaines": 6, "Informatique": 10,
    "Accueil & services": 12, "Direction": 3, "Kundendienst": 7, "Logistik": 5,
}  # fmt: skip
SITES = ["Luxembourg", "Esch-sur-Alzette", "Ettelbruck", "Wasserbillig"]
LAST_DAY = date(2026, 9, 30)
KEYBOARD = ["qwertzuiop", "asdfghjkl", "yxcvbnm"]


@dataclass(frozen=True)
class Somebody:
    """Somebody as HR's list has them."""

    community: str
    last_name: str
    first_name: str
    staff_number: str
    email: str
    department: str
    site: str
    hired_on: date
    left_on: date | None


@dataclass
class LabelledCampaign:
    """Parallel lists, as a parsed export has them; `truth` is each row's place in HR's list (None: not enrolled)."""

    name: str
    last_names: list[str] = field(default_factory=list)
    first_names: list[str] = field(default_factory=list)
    external_ids: list[str] = field(default_factory=list)
    student_numbers: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    divisions: list[str] = field(default_factory=list)
    imported: dict[str, list[str]] = field(default_factory=dict)
    shared_at: list[datetime | None] = field(default_factory=list)
    truth: list[int | None] = field(default_factory=list)

    def __len__(self):
        return len(self.truth)

    @property
    def lines(self):
        return range(2, len(self) + 2)


class Workforce:
    """One organisation, made from a seed, and its campaigns."""

    def __init__(self, seed, size=1_000):
        self.chance = random.Random(seed)
        self.number_form = self.chance.choice(["{:05}", "P{:05}", "{}", "LU-{:04}"])
        self.next_number = self.chance.randrange(100, 3_000)
        self.people = []
        for _place in range(size):
            self.people.append(self.somebody())

    def happens(self, what):
        return self.chance.random() * 100 < NOISE[what]

    # --- HR's list ----------------------------------------------------------------------------------------------------

    def somebody(self):
        community, last_name, first_name = self.name()
        if self.people and self.happens("people who bear the name of somebody else here"):
            other = self.chance.choice(self.people)
            community, last_name, first_name = other.community, other.last_name, other.first_name
        number = self.new_number()
        hired_on = LAST_DAY - timedelta(days=self.chance.randrange(400, 9_000))
        if self.happens("people hired during the last year"):
            hired_on = LAST_DAY - timedelta(days=self.chance.randrange(20, 365))
        left_on = None
        if self.happens("people who left"):
            left_on = max(hired_on, LAST_DAY - timedelta(days=self.chance.randrange(10, 500)))
        return Somebody(
            community=community,
            last_name=last_name,
            first_name=first_name,
            staff_number="" if self.happens("people without a staff number in our list") else number,
            email=f"{plain(first_name)}.{plain(last_name)}{len(self.people)}@acme.example",
            department=self.pick_weighted(DEPARTMENTS),
            site=self.chance.choice(SITES),
            hired_on=hired_on,
            left_on=left_on,
        )

    def new_number(self):
        """Numbers are handed out in order, with a few gaps."""
        self.next_number += self.chance.choice([1, 1, 1, 1, 2, 3, 9])
        return self.number_form.format(self.next_number)

    def name(self):
        community = self.pick_weighted({name: names["share"] for name, names in COMMUNITIES.items()})
        first_name, last_name = self.first_name(community), self.surname(community)
        if self.happens("people with two first names"):
            first_name += self.chance.choice(["-", " "]) + self.first_name(community)
        if self.happens("surnames with a particle") and community in PARTICLES:
            particle = self.chance.choice(PARTICLES[community])
            last_name = f"{particle}{'' if particle.endswith(chr(39)) else ' '}{last_name}"
        if community == "Portuguese":
            if self.happens("Portuguese with two or three surnames"):
                between = self.chance.choice([" ", " ", " da ", " dos ", " de "])
                last_name += between + self.surname(community)
                if self.chance.random() < 0.2:
                    last_name += " " + self.surname(community)
        elif self.happens("people with two surnames"):
            last_name += self.chance.choice(["-", "-", " "]) + self.surname(community)
        return community, last_name, first_name

    def first_name(self, community):
        return self.pick_common(COMMUNITIES[community]["first_names"].split())

    def surname(self, community):
        """A common one, or one of the very many that few people bear."""
        names = COMMUNITIES[community]
        if self.happens("surnames that few people bear"):
            return self.chance.choice(names["roots"].split()) + self.chance.choice(names["endings"].split())
        return self.pick_common(names["last_names"].split())

    def pick_common(self, names):
        """The common ones come first and are drawn far more often."""
        return self.chance.choices(names, [1 / (place + 20) for place in range(len(names))])[0]

    def pick_weighted(self, shares):
        return self.chance.choices(list(shares), list(shares.values()))[0]

    # --- Campaigns ----------------------------------------------------------------------------------------------------

    def campaign(self, name, asks_number=True, knows=()):
        """Everybody gets the link; `knows` names what Pix Orga exports because HR uploaded its list there."""
        campaign = LabelledCampaign(name)
        rows = []
        for place, person in enumerate(self.people):
            if not self.happens("people who take part"):
                continue
            moment = self.moment(person)
            if moment is None:
                continue
            spelling = self.spelled(person.community, person.last_name, person.first_name)
            number = self.number_of(person) if asks_number else ""
            rows.append((place, spelling, number, moment))
            if self.happens("people who take part twice"):
                if self.chance.random() < 0.3:
                    spelling = self.spelled(person.community, person.last_name, person.first_name)
                if self.chance.random() < 0.3:
                    number = self.number_of(person) if asks_number else ""
                rows.append((place, spelling, number, moment))
        for _stranger in range(round(len(rows) * NOISE["participants who are not enrolled"] / 100)):
            rows.append((None, *self.stranger(asks_number)))
        self.chance.shuffle(rows)
        for place, (last_name, first_name), number, moment in rows:
            campaign.truth.append(place)
            campaign.last_names.append(last_name)
            campaign.first_names.append(first_name)
            campaign.external_ids.append(number)
            not_shared = self.happens("participations that are not shared yet")
            campaign.shared_at.append(None if not_shared else moment)
        empty = [""] * len(campaign)
        campaign.student_numbers, campaign.divisions = [*empty], [*empty]
        departments = [self.department_of(place) for place in campaign.truth]
        campaign.groups = departments if "group" in knows else [*empty]
        if "columns" in knows:
            campaign.imported = {
                "Service": departments,
                "N° agent": [
                    "" if place is None else self.people[place].staff_number for place in campaign.truth
                ],
                "Catégorie": [self.chance.choice(["A", "B1", "C", "12", "7"]) for _row in empty],
            }
        return campaign

    def moment(self, person):
        """When the person took the test: while employed here, but for a few."""
        first = max(person.hired_on, date(2025, 9, 1))
        last = LAST_DAY if person.left_on is None else person.left_on
        if person.left_on is not None and self.happens("tests dated after the person left"):
            first, last = person.left_on, LAST_DAY
        if first >= last:
            return None
        day = first + timedelta(days=self.chance.randrange((last - first).days))
        return datetime(day.year, day.month, day.day, 7 + self.chance.randrange(10), 5, tzinfo=UTC)

    def stranger(self, asks_number):
        """Somebody who got the link and is not enrolled: a contractor, an apprentice, somebody of a sister company."""
        community, last_name, first_name = self.name()
        if self.happens("of those, with a name that HR's list holds by chance or family"):
            relative = self.chance.choice(self.people)
            community, last_name = relative.community, relative.last_name
            if self.chance.random() < 0.3:
                first_name = relative.first_name
        number = ""
        if asks_number:
            if self.happens("not enrolled, with a number of their own"):
                number = self.number_form.format(self.next_number + self.chance.randrange(1, 4_000))
            elif self.happens("not enrolled, with a number that somebody here has"):
                number = self.chance.choice(self.people).staff_number
        day = date(2025, 9, 1) + timedelta(days=self.chance.randrange(390))
        moment = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
        return self.spelled(community, last_name, first_name), number, moment

    def department_of(self, place):
        if place is None or self.happens("department left empty"):
            return ""
        if self.happens("department that has changed since"):
            return self.pick_weighted(DEPARTMENTS)
        return self.people[place].department

    # --- How people write their names ---------------------------------------------------------------------------------

    def spelled(self, community, last_name, first_name):
        last_name, first_name = self.other_words(community, last_name, first_name)
        last_name, first_name = self.fewer_words(last_name), self.fewer_first_names(first_name)
        if community == "Slavic" and self.happens("another transliteration"):
            last_name = transliterated(last_name, self.chance)
        both = [self.other_letters(last_name), self.other_letters(first_name)]
        for slip in ("a typing slip", "a second typing slip"):
            if self.happens(slip):
                which = self.chance.choice([0, 1])
                both[which] = self.with_slip(both[which])
        last_name, first_name = both
        if self.happens("surname in capitals"):
            last_name = last_name.upper()
        elif self.happens("all in small letters"):
            last_name, first_name = last_name.lower(), first_name.lower()
        if self.happens("stray spaces"):
            last_name = f" {last_name} "
        if self.happens("last and first name swapped"):
            last_name, first_name = first_name, last_name
        return last_name, first_name

    def other_words(self, community, last_name, first_name):
        if self.happens("surname of before or after a wedding"):
            last_name = self.surname(community)
        elif self.happens("that surname added to their own"):
            last_name = f"{last_name}{self.chance.choice(['-', ' '])}{self.surname(community)}"
        if self.happens("another first name added"):
            first_name = f"{first_name} {self.first_name(community)}"
        elif first_name in SHORT_FORMS and self.happens("short form of the first name"):
            first_name = SHORT_FORMS[first_name]
        elif self.happens("first name as an initial"):
            first_name = first_name[0] + self.chance.choice(["", "."])
        return last_name, first_name

    def fewer_words(self, last_name):
        words = re.split(r"[ -]", last_name)
        names = [word for word in words if word[:1].isupper() and word not in ("Di", "De", "Della")]
        if len(names) > 1 and self.happens("one of two surnames only"):
            return self.chance.choice([names[0], names[-1]])
        if len(words) > 1:
            if len(words) > len(names) and self.happens("particle left out"):
                return " ".join(names)
            return self.other_joints(last_name)
        return last_name

    def fewer_first_names(self, first_name):
        words = re.split(r"[ -]", first_name)
        if len(words) == 1:
            return first_name
        if self.happens("one of two first names only"):
            return words[0] if self.chance.random() < 0.9 else words[1]
        return self.other_joints(first_name)

    def other_joints(self, name):
        if self.happens("hyphen written as a space, or the other way round"):
            return name.replace("-", " ") if "-" in name else name.replace(" ", "-")
        if self.happens("two words written as one"):
            return re.sub(r"[ -]", "", name).capitalize()
        return name

    def other_letters(self, name):
        if self.happens("umlauts written as two letters"):
            for sign, letters in {
                "ä": "ae",
                "ö": "oe",
                "ü": "ue",
                "ß": "ss",
                "ø": "oe",
                "Ö": "Oe",
                "œ": "oe",
            }.items():
                name = name.replace(sign, letters)
        if self.happens("accents left out"):
            name = unaccented(name)
        return name

    def with_slip(self, name):
        """A letter left out, doubled, hit beside, or two swapped; seldom the first one."""
        if len(name) < 4:
            return name
        place = self.chance.randrange(1, len(name) - 1)
        kind = self.chance.choice(["omit", "double", "beside", "beside", "swap"])
        if kind == "omit":
            return name[:place] + name[place + 1 :]
        if kind == "double":
            return name[: place + 1] + name[place:]
        if kind == "swap":
            return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        return name[:place] + self.key_beside(name[place]) + name[place + 1 :]

    def key_beside(self, letter):
        for row in KEYBOARD:
            if letter in row:
                place = row.index(letter) + self.chance.choice([-1, 1])
                return row[place % len(row)]
        return "e"

    # --- What they write as their number ------------------------------------------------------------------------------

    def number_of(self, person):
        number = person.staff_number
        if not number or self.happens("no number"):
            return ""
        if self.happens("number with a slip"):
            digits = [place for place, sign in enumerate(number) if sign.isdigit()]
            place = self.chance.choice(digits)
            return number[:place] + self.chance.choice("0123456789") + number[place + 1 :]
        if self.happens("leading zeros or letter left out"):
            return re.sub(r"^[^1-9]+", "", number)
        if self.happens("spaces or dashes within the number"):
            return f"{number[:-2]}{self.chance.choice(' -.')}{number[-2:]}"
        if self.happens("somebody else's number"):
            return self.chance.choice(self.people).staff_number
        if self.happens("one number for the whole team"):
            return next(each.staff_number for each in self.people if each.department == person.department)
        if self.happens("something else: telephone, birthday, a word"):
            return self.chance.choice(
                ["621 445 889", "12/04/1986", "néant", "?", "1", person.department, "0000"]
            )
        if self.happens("work e-mail"):
            return person.email
        return number


def plain(name):
    return re.sub(r"[^a-z]", "", unaccented(name).lower())


def unaccented(name):
    """As somebody types whose keyboard has no accents."""
    for sign, letter in {
        "ß": "ss",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ø": "o",
        "œ": "oe",
        "Œ": "Oe",
    }.items():
        name = name.replace(sign, letter)
    return "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))


def transliterated(name, chance):
    possible = [(sign, letters) for sign, letters in TRANSLITERATIONS if sign in name]
    if not possible:
        return name
    sign, letters = chance.choice(possible)
    return name.replace(sign, letters)


SEEDS = (11, 23, 37, 41, 59)
CAMPAIGNS = {
    "number asked for": {"asks_number": True},
    "number asked for, department known": {"asks_number": True, "knows": ("group",)},
    "HR's columns known": {"asks_number": False, "knows": ("columns",)},
    "names only": {"asks_number": False},
}
