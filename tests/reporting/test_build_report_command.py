import io
import json

import pytest
from django.core.management import call_command

from reporting.models import Report, ReportFile


def build(*arguments):
    printed = io.StringIO()
    code = 0
    try:
        call_command("build_report", *arguments, "--json", stdout=printed)
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(printed.getvalue())


def test_without_commit_only_the_file_is_written(programme, tmp_path):
    out = tmp_path / "report.pdf"

    code, answer = build("2026Q3", "--out", str(out))

    assert code == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert answer == {
        "report": "2026Q3",
        "version": 1,
        "language": "en",
        "out": str(out),
        "bytes": out.stat().st_size,
        "hash": answer["hash"],
        "hidden": {"primary": 0, "secondary": 0},
        "kept": False,
        "errors": [],
    }
    assert not Report.objects.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


def test_with_commit_the_report_is_kept_with_all_its_files(programme, tmp_path):
    out = tmp_path / "report.pdf"

    code, answer = build("2026Q3", "--out", str(out), "--language", "fr", "--commit")

    report = Report.objects.get()
    assert (code, answer["kept"], answer["hash"]) == (0, True, report.snapshot_hash)
    assert report.is_complete
    assert bytes(ReportFile.objects.get(language="fr").content) == out.read_bytes()
    assert ReportFile.objects.count() == 3


def test_a_report_that_is_kept_already_is_written_from_its_frozen_figures(programme, tmp_path):
    out = tmp_path / "report.pdf"
    build("2026Q3", "--out", str(out), "--commit")
    kept = out.read_bytes()

    for arguments in ([], ["--commit"]):
        assert build("2026Q3", "--out", str(out), *arguments)[0] == 0
        assert out.read_bytes() == kept
    assert Report.objects.count() == 1


@pytest.mark.parametrize("quarter", ["2026Q9", "2026Q4", "2020Q1", "yesterday"])
def test_a_quarter_that_cannot_be_reported_ends_with_its_reason(programme, tmp_path, quarter):
    out = tmp_path / "report.pdf"

    code, answer = build(quarter, "--out", str(out), "--commit")

    assert code == 1
    assert [problem["reason"] for problem in answer["errors"]] != []
    assert not out.exists()
    assert not Report.objects.exists()


def test_a_place_that_cannot_be_written_to_ends_with_its_reason(programme, tmp_path):
    code, answer = build("2026Q3", "--out", str(tmp_path / "nowhere" / "report.pdf"))

    assert code == 1
    assert "can't be written" in answer["errors"][0]["reason"]


@pytest.mark.django_db
def test_without_a_programme_there_is_nothing_to_report(tmp_path):
    from organisations.models import Programme

    Programme.objects.all().delete()

    code, answer = build("2026Q3", "--out", str(tmp_path / "report.pdf"))

    assert code == 1
    assert "no programme yet" in answer["errors"][0]["reason"]
