"""Made-up figures of a whole programme, for tests that need no database."""

from dataclasses import replace

from organisations.models import Organisation
from reporting.figures import Gap, Growth, Levels, Measurements, Spread

CODES = "1.1 1.2 1.3 2.1 2.2 2.3 2.4 3.1 3.2 3.3 3.4 4.1 4.2 4.3 5.1 5.2".split()
MIDDLES = (0, 1.5, 3.5, 5.5, 7.5)


def spread(*counts):
    total = sum(count * middle for count, middle in zip(counts, MIDDLES, strict=True))
    present = [middle for count, middle in zip(counts, MIDDLES, strict=True) if count]
    return Spread(counts, total, min(present, default=0), max(present, default=0))


def measurements(**changes):
    """A programme of some size in which nothing is small."""
    levels = Levels(spread(20, 60, 80, 30, 10), spread(10, 20, 30, 15, 5))
    growth = Growth(30, 12)
    return replace(
        Measurements(
            organisations={
                "kind": {kind: Growth(3, 1) for kind in Organisation.Kind.values},
                "size_class": {size: Growth(2, 1) for size in Organisation.SizeClass.values},
                "stage": {stage: Growth(1, 0) for stage in Organisation.Stage.values},
            },
            participants={
                "enrolled": Growth(400, 160),
                "invited": Growth(380, 100),
                "assessed": Growth(300, 120),
                "shared": Growth(200, 80),
                "certifiable": Growth(40, 20),
            },
            by_kind={"private": Growth(200, 80), "public": Growth(150, 60), "host": Growth(50, 20)},
            organisations_with_people={"private": 3, "public": 3, "host": 3},
            licences=600,
            competences=dict.fromkeys(CODES, levels),
            areas=dict.fromkeys("12345", levels),
            mentoring={
                "rounds": Growth(2, 1),
                "pairs": growth,
                "sessions": Growth(90, 40),
                "confirmed": Growth(80, 30),
            },
            minutes=Growth(4800, 1830),
            learning={"choosing": growth, "chosen": Growth(45, 25)},
            compared=250,
            below=180,
            gaps=dict.fromkeys(CODES, Gap(250, 120, 4, 3)),
            offers=41,
        ),
        **changes,
    )


def framework():
    """In place of the one in the database."""
    return {
        "code": "pix",
        "version": "test",
        "areas": [{"code": code, "titles": {"en": f"Area {code}"}} for code in "12345"],
        "competences": [
            {"code": code, "area": code[0], "titles": {"en": f"Competence {code}"}} for code in CODES
        ],
    }
