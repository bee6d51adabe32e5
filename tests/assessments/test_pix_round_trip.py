"""What Pix writes is what we read: every kind, language and generation, with every trap; and any bytes at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.pix_files import read_export
from organisations.problems import Refused
from tests.assessments import pix_campaigns
from tests.assessments.pix_campaigns import (
    CODES,
    GENERATIONS,
    Campaign,
    Competence,
    Taken,
    assessment,
    certification,
    pix_competences,
    profiles,
    word,
)
from tests.assessments.pix_export import EXPECTED, SAMPLES, sample
from tests.assessments.test_pix_files import read_or_refused, work

KINDS = {"assessment": assessment, "profiles": profiles}
FILES = sorted(path.name for path in SAMPLES.glob("*.csv"))
PIX_PLUS = (
    Competence("Droit: l'essentiel <1>", "Pix+ Droit", 9),
    Competence("Preuve & trace", "Pix+ Droit", 4),
)
TRAPS = ["", "NA", "Oui", "Non", "12-34", "-5", "007", "=A1", "+x", "@y", "-z", "'quoted'", "'", "a;b", 'a"b',
         "Zwei\nZeilen",          "&amp;", "<b>", "Ελλ", "東京", "  spaces ", "Ja", "OK", "1.1"]  # fmt: skip
words = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
).filter(lambda text: not (text[:1] == "'" and text[1:2] in ("-", "@", "=", "+")))
labels = st.one_of(
    st.sampled_from(
        ["Matricule", "Code", "Groupe", "Group", "12-34", "% de progression", "=A1", "NA", "'@x"]
    ),
    st.none(),
)
moments = st.datetimes(datetime(2021, 3, 1), datetime(2026, 11, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)


@st.composite
def campaigns(draw):
    language = draw(st.sampled_from(["fr", "en", "nl", "de"]))
    generations = {
        "fr": list(GENERATIONS),
        "en": list(GENERATIONS),
        "nl": list(GENERATIONS)[2:],
        "de": ["current"],
    }
    imported, label = draw(
        st.one_of(
            labels.map(lambda label: ((), label)),
            st.tuples(
                st.sampled_from([("Direction", "Date de naissance"), ("=A1", "Ville", "Ville")]),
                st.sampled_from(["Matricule", "Code", "12-34", None]),
            ),
        )
    )
    codes = draw(st.sets(st.sampled_from(CODES), min_size=1))
    return Campaign(
        language=language,
        generation=draw(st.sampled_from(generations[language])),
        learners=draw(st.sampled_from(["", "group", "division"])),
        imported=imported,
        label=label,
        stages=draw(st.one_of(st.none(), st.integers(1, 5))),
        badges=draw(st.sampled_from([(), ("Citoyen",), ('L\'essentiel & plus; "sûr"', "<base> (O/N)")])),
        competences=pix_competences(codes, draw(st.integers(1, 40)), "fr" if language == "nl" else language)
        + draw(st.sampled_from([(), PIX_PLUS] if language != "nl" else [()])),
        skills=draw(st.sampled_from([(), ("@a1", "@b2")])),
    )


@st.composite
def participations(draw, campaign, kind):
    is_shared = draw(st.booleans())
    started = draw(moments)
    taken = Taken(
        last=draw(words),
        first=draw(words),
        imported=tuple(draw(words) for _label in campaign.imported),
        group=draw(words),
        division=draw(words),
        student_number=draw(words),
        external_id=draw(words),
        started=started,
        progress=draw(st.sampled_from(["0", "0.459", "0.5", "1"])),
    )
    if not is_shared:
        return taken
    return replace(
        taken,
        progress="1",
        shared=started + timedelta(minutes=draw(st.integers(0, 10_000))),
        stage=draw(st.integers(0, campaign.stages or 1)),
        badges=tuple(draw(st.booleans()) for _badge in campaign.badges),
        validated=tuple(draw(st.integers(0, each.items)) for each in campaign.competences),
        skills=tuple(
            draw(st.sampled_from(["OK", "KO", pix_campaigns.NOT_TESTED[campaign.language], "NA"]))
            for _skill in campaign.skills
        ),
        profile=tuple(draw(st.integers(0, 64)) for _competence in range(16)) if kind == "profiles" else (),
    )


def as_read(campaign, moment):
    """The moment as the file can say it: a UTC day, or a minute of Paris whose repeated hour counts as the first."""
    if moment is None:
        return None
    if campaign.generation == "2024-12-utc":
        return moment
    if campaign.generation != "current":
        return moment.replace(hour=0, minute=0)
    local = moment.astimezone(pix_campaigns.PARIS)
    return local.replace(fold=0).astimezone(UTC)


def left(export):
    imported = zip(*export.imported.values(), strict=True) if export.imported else [()] * len(export)
    return list(
        zip(
            export.last_names, export.first_names, imported, export.groups, export.divisions,
            export.student_numbers, export.external_ids, export.shared_at, strict=True,
        )
    )  # fmt: skip


def left_written(campaign, taken):
    has_groups, has_divisions = campaign.learners == "group", campaign.learners == "division"
    return (
        taken.last,
        taken.first,
        taken.imported,
        taken.group if has_groups else "",
        taken.division if has_divisions else "",
        taken.student_number if has_groups else "",
        taken.external_id if campaign.label is not None else "",
        as_read(campaign, taken.shared),
    )


@given(st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_assessments_are_read_as_they_were_written(data):
    campaign = data.draw(campaigns())
    people = data.draw(st.lists(participations(campaign, "assessment"), max_size=4))

    export = read_export(assessment(campaign, people))

    assert (export.language, export.generation) == (
        campaign.language,
        generation_of(campaign, people, "assessment"),
    )
    assert left(export) == [left_written(campaign, taken) for taken in people]
    assert export.started_at == [as_read(campaign, taken.started) for taken in people]
    assert export.progress == [Decimal(taken.progress) for taken in people]
    assert [tuple(block.validated[number] for block in export.blocks) for number in range(len(people))] == [
        taken.validated or (None,) * len(campaign.competences) for taken in people
    ]
    assert [[block.items[number] for block in export.blocks] for number in range(len(people))] == [
        [each.items if taken.validated else None for each in campaign.competences] for taken in people
    ]
    assert export.stages == [taken.stage if campaign.stages else None for taken in people]
    names = export.badge_names
    assert export.badges == [
        [name for name, has in zip(names, taken.badges, strict=True) if has] if taken.badges else None
        for taken in people
    ]
    if campaign.language != "nl":
        assert names == list(campaign.badges)
        expected = [
            code for code in CODES if pix_competences([code], 1, campaign.language)[0].name in named(campaign)
        ]
        assert list(export.competences) == expected
        assert len(export.other_competences) == len(campaign.competences) - len(expected)
    not_tested = pix_campaigns.NOT_TESTED[campaign.language]
    meanings = {"NA": None, not_tested: "NOT_TESTED", "OK": "OK", "KO": "KO"}
    assert [list(skill) for skill in zip(*export.skills.values(), strict=True)] == (
        [[meanings[word] for word in taken.skills or ("NA", "NA")] for taken in people]
        if campaign.skills
        else []
    )
    assert [warning for warning in export.warnings if warning.line and warning.line > 1] == []
    assert len(export.rows()) == len(people)
    assert export.summary()["participations"] == len(people)


def named(campaign):
    return {each.name for each in campaign.competences}


def generation_of(campaign, people, kind):
    """Without any date nothing tells the few days of UTC times from the years before."""
    if campaign.generation == "2024-12-utc" and not any(
        taken.shared or kind == "assessment" for taken in people
    ):
        return "2023-07..2024-12"
    if kind == "profiles" and campaign.generation in ("2021", "2022-12"):
        return "2021-03..2023-06"
    return GENERATIONS[campaign.generation]


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_profiles_are_read_as_they_were_written(data):
    campaign = data.draw(campaigns())
    people = data.draw(st.lists(participations(campaign, "profiles"), max_size=4))

    export = read_export(profiles(campaign, people))

    assert (export.language, export.generation) == (
        campaign.language,
        generation_of(campaign, people, "profiles"),
    )
    assert left(export) == [left_written(campaign, taken) for taken in people]
    assert [tuple(column[number] for column in export.pix_columns) for number in range(len(people))] == [
        taken.profile or (None,) * 16 for taken in people
    ]
    assert [warning for warning in export.warnings if warning.line and warning.line > 1] == []


@given(
    st.sampled_from(["fr", "en", "nl"]),
    st.booleans(),
    st.lists(
        st.tuples(
            words, words, words, words,
            st.sampled_from(["validated", "rejected", "cancelled", "error", "started"]),
            st.lists(st.integers(0, 8), min_size=16, max_size=16),
            st.integers(1, 1024),
        ),
        max_size=5,
    ),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_certifications_are_read_as_they_were_written(language, is_class, candidates):
    rows = []
    for last, first, external, comment, status, levels, pix in candidates:
        is_measured = status in ("validated", "started")
        rows.append(
            {
                "last": last,
                "first": first,
                "external": external,
                "comment": comment,
                "status": word("certification_status", language, status),
                "pix": pix if is_measured else "0" if status == "rejected" else "-",
                "levels": [level if is_measured else 0 if status == "rejected" else "-" for level in levels],
            }
        )

    export = read_export(certification(rows, language, ["Pix+ Édu"], is_class))

    measured = {
        "validated": lambda value: value,
        "started": lambda value: value,
        "rejected": lambda _value: 0,
    }
    assert [
        (*who, status, list(levels), pix)
        for *who, status, levels, pix in zip(
            export.last_names, export.first_names, export.external_ids, export.statuses,
            zip(*export.level_columns, strict=True), export.pix_scores, strict=True,
        )
    ] == [
        (last, first, external, status, [measured.get(status, lambda _value: None)(level) for level in levels],
         measured.get(status, lambda _value: None)(pix))
        for last, first, external, _comment, status, levels, pix in candidates
    ]  # fmt: skip
    assert export.warnings == []


# --- Saved again by a spreadsheet -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_saved_again_is_read_with_its_accents(kind, separator, encoding):
    campaign = Campaign(competences=pix_competences(["1.1", "5.2"]), label="Matricule")
    shared = datetime(2026, 3, 1, 8, tzinfo=UTC)
    people = [
        Taken("Müller-Ébauche", shared=shared, validated=(3, 4), profile=(9,) * 16),
        Taken("Ôrtiz", progress="0.5"),
    ]
    content = KINDS[kind](campaign, people)
    text = content.decode("utf-8-sig").replace('"Socle; numérique"', "Socle")
    text = text.replace('"', "").replace(";", separator).replace("\n", "\r\n").removesuffix("\r\n")

    again = read_export(text.encode(encoding))

    assert again.rows() == read_export(content).rows()
    assert [warning.reason for warning in again.warnings] == [
        "This file was saved again by another program. Numbers such as 00101 may have lost their zeros."
    ]


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_accents_that_were_read_in_another_encoding_are_refused(language):
    campaign = Campaign(language=language, competences=pix_competences(["1.1"]))
    garbled = assessment(campaign, [Taken("Müller")]).decode("utf-8-sig").encode().decode("cp1252").encode()

    with pytest.raises(Refused, match="accents"):
        read_export(garbled)


@pytest.mark.parametrize("encoding", ["mac-roman", "cp850"])
def test_accents_that_would_be_garbled_are_refused(encoding):
    campaign = Campaign(competences=pix_competences(["1.1"]))
    text = assessment(campaign, [Taken("Éric")]).decode("utf-8-sig")

    with pytest.raises(Refused, match="accents"):
        read_export(text.encode(encoding, errors="replace"))


def test_quotes_that_were_lost_around_a_separator_are_refused_with_the_line():
    campaign = Campaign(competences=pix_competences(["1.1"]))
    text = (
        assessment(campaign, [Taken(), Taken("a;b")])
        .decode("utf-8-sig")
        .replace('"Socle; numérique"', "Socle")
    )

    with pytest.raises(Refused) as caught:
        read_export(text.replace('"', "").encode())

    assert [problem.line for problem in caught.value.problems] == [3]


# --- Any bytes --------------------------------------------------------------------------------------------------------


def tried(content):
    """What the file says, as far as anybody may ask, or None where it was refused with reasons."""
    export = read_or_refused(content)
    if export:
        assert len(export.rows()) == export.summary()["participations"]
    return export


@given(
    st.sampled_from(FILES),
    st.lists(
        st.tuples(st.integers(0, 20_000), st.binary(max_size=6), st.integers(0, 8)), min_size=1, max_size=6
    ),
)
@settings(max_examples=400, deadline=None)
def test_damaged_files_give_a_result_or_a_refusal(name, damages):
    content = sample(name)
    for place, inserted, removed in damages:
        content = content[:place] + inserted + content[place + removed :]

    tried(content)


@given(st.sampled_from(FILES), st.data())
@settings(max_examples=300, deadline=None)
def test_other_cells_give_a_result_or_a_refusal(name, data):
    """Cells, rows and columns swapped, dropped or replaced by what stands elsewhere."""
    rows = [line.split(";") for line in sample(name).decode().splitlines()]
    for _change in range(data.draw(st.integers(1, 5))):
        row = data.draw(st.sampled_from(rows))
        at = data.draw(st.integers(0, len(row) - 1))
        row[at] = data.draw(
            st.sampled_from([*rows[0], *rows[-1], '""', '"NA"', "0,5", "1", "-1", "²", "1e5", '"@x"'])
        )
    if data.draw(st.booleans()):
        column = data.draw(st.integers(0, len(rows[0]) - 1))
        rows = [row[:column] + row[column + 1 :] for row in rows]

    tried("\n".join(";".join(row) for row in rows).encode())


@given(st.lists(st.one_of(st.sampled_from([*CODES, "21.1", "6.1"]), st.text(max_size=4)), max_size=10))
@settings(max_examples=200, deadline=None)
def test_any_answer_fits_or_is_refused(answer):
    export = read_export(sample("assessment-nl.csv"))
    try:
        told = export.told(answer)
    except Refused as refusal:
        told, reasons = None, [problem.reason for problem in refusal.problems]
    assert told.summary()["competences_in_order"] if told else all(reasons)


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("learner")])
@pytest.mark.parametrize("step", [397])
def test_a_file_that_was_cut_off_gives_whole_rows_or_a_refusal(name, step):
    content = sample(name)
    whole = {row["line"]: row for row in read_export(content).rows()}

    for length in range(0, len(content), step):
        export = tried(content[:length])
        if export and export.competences == read_export(content).competences:
            assert export.rows() == [whole[line] for line in export.lines]


def many(kind, count):
    competences = pix_competences(CODES)
    people = [
        Taken(f"Nom{number}", external_id=f"S{number}", shared=datetime(2026, 3, 1 + number % 28, tzinfo=UTC),
              validated=tuple(number * step % 11 for step in range(16)), profile=(number % 60,) * 16)
        for number in range(count)
    ]  # fmt: skip
    if kind == "certification":
        return certification(
            [{"last": taken.last, "number": 70_000 + place} for place, taken in enumerate(people)]
        )
    return KINDS[kind](Campaign(competences=competences), people)


@pytest.mark.parametrize("kind", ["assessment", "certification"])
def test_reading_takes_work_in_proportion_to_the_rows(kind):
    small, large = many(kind, 500), many(kind, 2_000)

    assert work(lambda: read_export(large)) < 4.4 * work(lambda: read_export(small))


def test_a_wide_header_takes_work_in_proportion_to_its_width():
    def wide(columns):
        header = pix_campaigns.assessment_header(Campaign(competences=pix_competences(CODES)))
        return pix_campaigns.written(
            [[*header[:6], *[f"Spalte {number} (J/N)" for number in range(columns)], *header[6:]]]
        )

    small, large = wide(300), wide(1_200)
    for content in (small, large):
        tried(content)

    assert work(lambda: tried(large)) < 4.4 * work(lambda: tried(small))


def test_every_sample_is_tried():
    assert set(EXPECTED) < set(FILES)
