"""Names as people write them, made comparable, and how alike two of them are.

People leave out accents, particles and second names, swap last and first name, write umlauts as two letters, glue or
split double names, use initials and short forms, transliterate, and slip. All of this is judged word by word and
regardless of the order of the words. Nothing here knows an organisation; whose name it is, `matching` decides.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cached_property, lru_cache

CYRILLIC = dict(
    zip(
        "абвгґдеёєжзиіїйјклљмнњопрстћуўфхцчџшщъыьэюяђ",
        "a b v g g d e e ie zh z i i i i j k l lj m n nj o p r s t c u u f h ts ch dz sh shch _ y _ e iu ia dj".split(),
        strict=True,
    )
)
GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        "a v g d e z i th i k l m n x o p r s s t u f ch ps o".split(),
        strict=True,
    )
)
LATIN = {
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ø": "o",
    "œ": "oe",
    "æ": "ae",
    "þ": "th",
    "ı": "i",
    "’": "'",
    "´": "'",
    "`": "'",
}
LETTERS = str.maketrans({**CYRILLIC, **GREEK, **LATIN} | {"ъ": "", "ь": ""})
WORD = re.compile(r"[^\W\d_]+")
ELIDED = re.compile(r"\b([dlo])'")
TWO_LETTERS = re.compile(r"([aou])e")
# Words that belong to a surname and come and go: "dos Santos" and "Santos" are one person's.
PARTICLES = frozenset(
    (
        "de da do dos das du des di del della delle dello dei degli van von vom zu zum zur der den ter ten te "
        "la le les el al bin und et"
    ).split()
)
# Short forms that are no beginning of the name; the others are found by their letters.
SHORT_FORMS = {
    "alexander": "sascha sasha sandro aleks", "alexandra": "sandra", "alessandra": "sandra", "alessandro": "sandro",
    "aleksandr": "sasha", "andreas": "andi", "antoine": "tun toni tony", "antonio": "toni tony to", "brigitte": "bibi",
    "dimitri": "dima", "dmitri": "dima", "elisabeth": "lisa liz", "fernando": "nando", "francisco": "chico xico",
    "giuseppe": "beppe peppe pino", "jakub": "kuba", "jean": "jang", "joaquim": "quim", "johannes": "hannes hans",
    "jose": "ze zeca pepe", "josef": "sepp", "joseph": "jos sepp", "katarzyna": "kasia", "margarete": "greta",
    "malgorzata": "gosia", "michael": "mike misch", "michel": "mike misch", "mihail": "misha", "nicolas": "neckel",
    "peter": "pit", "pierre": "pit", "robert": "bob", "stefan": "steve", "thomas": "tom", "urszula": "ula",
    "vladimir": "vova", "william": "bill",
}  # fmt: skip
# From how many letters on a word may hold two slips.
LONG = 8
# Spellings that sound alike, and those of one letter in different transliterations.
SOUNDS = {
    "sch": "s", "shch": "s", "sh": "s", "sz": "s", "tsch": "c", "tch": "c", "cz": "c", "ch": "c", "ts": "c", "tz": "c",
    "zh": "z", "dz": "z", "dj": "d", "ph": "f", "th": "t", "dt": "t", "ck": "k", "qu": "k", "q": "k", "kh": "k",
    "w": "v", "rz": "r", "ai": "ei", "ay": "ei", "ey": "ei", "y": "i", "j": "i", "h": "", "off": "ov",
}  # fmt: skip
ONE_SOUND = re.compile(
    r"off$|(?<=[aeiou])h|" + "|".join(sorted(SOUNDS.keys() - {"off", "h"}, key=len, reverse=True))
)
DOUBLED = re.compile(r"(.)\1+")


def folded(text: str) -> str:
    """Without accents and capitals; ä, ae and a are one letter, and so are all transliterations of one table."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(LETTERS))
        text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return TWO_LETTERS.sub(r"\1", text)


OTHER_FORMS = defaultdict(set)
for _name, _shorts in SHORT_FORMS.items():
    for _short in _shorts.split():
        OTHER_FORMS[folded(_name)].add(_short)
        OTHER_FORMS[_short].add(folded(_name))


def plain(text: str) -> str:
    """Without accents, capitals and stray spaces, and otherwise as it was written."""
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(sign for sign in text if not unicodedata.combining(sign)).split())


def words_of(text: str) -> tuple[tuple[str, ...], str]:
    """The words that count, and all letters in one go."""
    everything = WORD.findall(ELIDED.sub(r"\1", folded(text)))
    counting = tuple(word for word in everything if word not in PARTICLES)
    return counting or tuple(everything), "".join(everything)


class Name:
    """Somebody's last and first name, as words."""

    __slots__ = ("__dict__", "first", "last", "squeezed")

    def __init__(self, last_name: str, first_name: str):
        self.last, last_squeezed = words_of(last_name)
        self.first, first_squeezed = words_of(first_name)
        self.squeezed = {last_squeezed, first_squeezed}

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.last + self.first)

    @property
    def keys(self) -> Iterator[str]:
        """What the name can be found by."""
        yield from self.words
        yield from self.squeezed - self.words - {""}


class Likeness(IntEnum):
    """How alike two names are."""

    OTHER = 0  # nothing in common
    SOME = 1  # something in common, and both hold something else
    PART = 2  # one of them holds the other, which has a last and a first name
    CLOSE = 3  # all words agree but for slips, initials and short forms
    SAME = 4


class Agreement(IntEnum):
    """How two words agree that may stand for each other."""

    INITIAL = 0
    SHORT = 1
    SPELLING = 2
    SAME = 3


def agreement(given: str, known: str) -> Agreement:
    if given == known:
        return Agreement.SAME
    if len(given) == 1 or len(known) == 1:
        return Agreement.INITIAL
    return Agreement.SPELLING if are_spellings(given, known) else Agreement.SHORT


def compare(given: Name, known: Name) -> tuple[Likeness, dict[str, str]]:
    """How alike they are, and which of the known name's words agrees with which of the given one."""
    agreeing = {word: word for word in given.words & known.words}
    mine = [word for word in given.words if word not in agreeing]
    theirs = [word for word in known.words if word not in agreeing]
    if (not mine and not theirs) or given.squeezed == known.squeezed:
        return Likeness.SAME, {word: word for word in known.words}
    for word in list(mine):
        counterpart = next((other for other in theirs if are_close(word, other, known)), None)
        if counterpart is not None:
            agreeing[counterpart] = word
            mine.remove(word)
            theirs.remove(counterpart)
    if mine and theirs:
        match_glued(mine, theirs, agreeing)
    if not mine and not theirs:
        return Likeness.CLOSE, agreeing
    has_both = not agreeing.keys().isdisjoint(known.last) and not agreeing.keys().isdisjoint(known.first)
    if has_both and not (mine and theirs):
        return Likeness.PART, agreeing
    something = any(len(word) > 1 and len(other) > 1 for other, word in agreeing.items())
    return (Likeness.SOME if something else Likeness.OTHER), agreeing


def match_glued(mine: list[str], theirs: list[str], agreeing: dict[str, str]) -> None:
    """Two words written as one, on either side."""
    for long, short, is_given in ((mine, theirs, True), (theirs, mine, False)):
        for word in list(long):
            parts = [part for part in short if part in word]
            if len(parts) > 1 and sum(map(len, parts)) == len(word):
                agreeing.update(dict.fromkeys(parts, word) if is_given else {word: "".join(parts)})
                long.remove(word)
                short[:] = [part for part in short if part not in parts]


def are_close(given: str, known: str, name: Name) -> bool:
    """Whether one word may stand for the other: a slip, another spelling, an initial or a short form."""
    if len(given) == 1 or len(known) == 1:
        return given[0] == known[0] and (known in name.first or len(known) == 1)
    return are_spellings(given, known) or (known in name.first and is_short_form(given, known))


@lru_cache(maxsize=100_000)
def are_spellings(one: str, other: str) -> bool:
    """Sound alike, or one slip apart; two slips in long words."""
    if min(len(one), len(other)) < 4:
        return False
    one_sound, other_sound = sound(one), sound(other)
    if one_sound == other_sound or is_one_slip(one_sound, other_sound) or is_one_slip(one, other):
        return True
    return min(len(one), len(other)) >= LONG and abs(len(one) - len(other)) <= 2 and slips(one, other) <= 2


def is_short_form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return (len(long) > len(short) + 1 >= 4 and long.startswith(short)) or short in other_forms(long)


def other_forms(word: str) -> set[str]:
    """The short forms of a first name, or the first names that it is the short form of."""
    return OTHER_FORMS.get(word, set())


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    return DOUBLED.sub(r"\1", ONE_SOUND.sub(lambda found: SOUNDS[found[0]], word))


def is_one_slip(one: str, other: str) -> bool:
    """Whether one letter was left out, added, replaced, or swapped with its neighbour (Damerau-Levenshtein of 1)."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start : start + 1]
    return one[start + 1 :] == other[start + 1 :] or (
        swapped == other[start : start + 2] and one[start + 2 :] == other[start + 2 :]
    )


def slips(one: str, other: str) -> int:
    """How many of those slips lie between them, each place used once."""
    before, above = [], list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, counterpart in enumerate(other, 1):
            is_same = letter == counterpart
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (not is_same))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == counterpart:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1]


def shortened(word: str) -> Iterable[str]:
    """The word, and the word without each of its letters in turn: two words one slip apart share one of these."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
