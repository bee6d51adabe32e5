"""The PDF: for everybody's eyes and ears, for the archive, and with nothing in it that is hidden."""

import io
import json
import re

import page
import pypdf
import pytest

from assessments.disclosure import Hidden
from organisations import pdf
from organisations.pdf import Blocked
from reporting import snapshots
from reporting.documents import ASSETS, STYLE, write_html, write_pdf
from reporting.figures import Growth, Levels
from reporting.periods import Quarter
from tests import make
from tests.reporting.measured import CODES, measurements, spread


@pytest.fixture
def small_report(programme):
    """With numbers that occur nowhere else, so that they would be found wherever they were."""
    measured = measurements(
        participants=measurements().participants
        | {"enrolled": Growth(12452, 25), "certifiable": Growth(0, 3)},
        by_kind={"private": Growth(7331, 11), "public": Growth(2, 1), "host": Growth(5119, 13)},
        competences=dict.fromkeys(CODES, Levels(spread(0, 0, 0, 0, 0), spread(2, 6143, 9000, 8000, 7000))),
    )
    return make.report(figures=snapshots.make_snapshot(programme, Quarter(2026, 3), measured))


def text_of(content):
    return "\n".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_pdf_conforms_to_pdf_ua_and_pdf_a(report, language):
    content = write_pdf(report, language)

    for profile in ("ua1", "3a"):
        checked = page.validate_pdf_bytes(content, profile=profile)
        assert [(failure.rule_id, failure.message) for failure in checked.failures] == []
        assert checked.is_compliant


def test_a_validator_that_finds_nothing_wrong_would_be_of_no_use(report, monkeypatch):
    monkeypatch.setattr(pdf, "finish", lambda content: content)

    assert not page.is_pdf_compliant_bytes(write_pdf(report, "en"), profile="ua1")


def test_the_same_figures_give_the_same_bytes(report):
    assert write_pdf(report, "fr") == write_pdf(report, "fr")


def test_a_report_that_is_kept_gives_the_same_bytes_as_one_that_is_not(report):
    """The database keeps the keys of the figures in an order of its own."""
    before = write_pdf(report, "en")
    report.refresh_from_db()

    assert write_pdf(report, "en") == before


def test_the_pdf_speaks_its_language_and_names_its_figures(report):
    reader = pypdf.PdfReader(io.BytesIO(write_pdf(report, "de")))

    assert reader.trailer["/Root"]["/Lang"] == "de"
    assert reader.metadata.title
    assert report.short_hash in reader.pages[3].extract_text()
    assert reader.pages[3].extract_text().count(str(len(reader.pages))) >= 1


def test_no_hidden_number_is_anywhere_in_the_pdf(small_report):
    content = write_pdf(small_report, "en")

    text = text_of(content)
    assert "‹5" in text
    assert "·" in text
    reader = pypdf.PdfReader(io.BytesIO(content))
    attached = b"".join(body for bodies in reader.attachments.values() for body in bodies)
    everything = text + attached.decode() + str(reader.metadata) + write_html(small_report, "en")
    for hidden in ("5119", "5132", "6143"):
        assert hidden not in everything


def test_the_figures_are_attached_as_they_are_frozen(small_report):
    reader = pypdf.PdfReader(io.BytesIO(write_pdf(small_report, "en")))

    ((name, (content,)),) = reader.attachments.items()
    assert name == "figures-2026Q3.json"
    assert json.loads(content) == small_report.figures
    assert snapshots.hash_of(json.loads(content)) == small_report.snapshot_hash


def test_pictures_show_hidden_figures_as_such(small_report):
    pictures = re.findall(r"<svg.*?</svg>", write_html(small_report, "en"), re.DOTALL)

    assert any("‹5" in picture for picture in pictures)


def test_nothing_but_our_own_files_can_be_fetched():
    assert ASSETS.fetch(STYLE).read().startswith(b"/* A report on paper")
    for address in (
        "https://example.org/",
        "file:///etc/passwd",
        "asset:other.css",
        "data:text/css,",
        "ftp://x",
    ):
        with pytest.raises(Blocked):
            ASSETS.fetch(address)


def test_a_name_from_the_database_cannot_become_markup(programme, quarter):
    programme.name = "<img src=https://example.org/x.png>&"
    figures = snapshots.make_snapshot(programme, quarter, measurements())

    html = write_html(make.report(figures=figures), "en")

    assert "<img" not in html
    assert "&lt;img src=https://example.org/x.png&gt;&amp;" in html


def test_a_report_of_nothing_can_be_written(programme, quarter):
    from reporting.reports import unsaved_report

    report = unsaved_report(programme, quarter)

    assert write_pdf(report, "en").startswith(b"%PDF")
    assert not isinstance(report.figures["figures"]["participants"]["enrolled"]["since"], Hidden)
