import json
import tracemalloc

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from organisations import licences
from organisations.management.commands.import_people import KEYS
from organisations.models import Funder

STAFF = "Nom;Prénom;E-mail;Matricule;Date de sortie\nWeber;Ada;ada@acme.lu;1;\nTun;Ben;ben@acme.lu;2;\n"


@pytest.fixture
def run(acme, capsys, tmp_path):
    """Run the command on a text or a file; gives the exit code and the answer."""

    def run(text, *arguments):
        path = tmp_path / "staff.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        code = 0
        try:
            call_command("import_people", "--organisation", "acme", "--json", str(path), *arguments)
        except SystemExit as stop:
            code = stop.code
        return code, json.loads(capsys.readouterr().out)

    return run


def test_it_says_what_a_file_would_do_and_does_nothing(acme, run):
    assert run(STAFF) == (
        0,
        {
            "rows": 2,
            "create": 2,
            "update": 0,
            "unchanged": 0,
            "leave": 0,
            "refused": [],
            "encoding": "utf-8",
            "separator": ";",
        },
    )
    assert (acme.people.count(), acme.people_imports.count(), acme.files.count()) == (0, 0, 0)


def test_with_commit_it_writes_and_the_second_time_nothing(acme, run):
    code, answer = run(STAFF, "--commit")
    assert (code, answer["create"], answer["change_set"]) == (0, 2, acme.people_imports.get().pk)
    assert acme.people.count() == 2

    code, answer = run(STAFF, "--commit")
    assert (code, answer["create"], answer["unchanged"], answer["change_set"]) == (0, 0, 2, None)
    assert (acme.people_imports.count(), acme.files.count()) == (1, 1), "not even the upload is noted again"


def test_leavers_are_counted(acme, run):
    run(STAFF, "--commit")

    _code, answer = run(STAFF.replace("1;\n", "1;31.10.2026\n"))

    assert (answer["leave"], answer["unchanged"]) == (1, 1)


def test_refused_rows_end_it_with_the_reasons_and_write_nothing(acme, run):
    code, answer = run(STAFF.replace("ben@acme.lu", "ben(at)acme.lu"), "--commit")

    told = [
        {
            "line": 3,
            "column": "E-mail",
            "value": "ben(at)acme.lu",
            "reason": "This is not an e-mail address. Write it like name@example.lu.",
        }
    ]
    assert (code, answer["rows"], answer["create"], answer["refused"], answer["errors"]) == (
        1,
        2,
        1,
        told,
        told,
    )
    assert acme.people.count() == 0


def test_too_few_seats_end_it_and_write_nothing(acme, run):
    licences.expire(acme, licences.licences_left(acme), Funder.STATE)
    for arguments in ([], ["--commit"]):
        code, answer = run(STAFF, *arguments)
        assert (code, answer["create"], answer["refused"]) == (1, 2, [])
        assert answer["errors"][0]["reason"].startswith("2 Pix seats are missing (needed: 2, free: 0).")
    assert (acme.people.count(), acme.people_imports.count()) == (0, 0)


@pytest.mark.parametrize("text", ["", "%PDF-1.4", "a;a\n1;2", b"\x00\x01\x02\x03\x04\x05\x06\x07" * 9])
def test_a_file_that_is_none(acme, run, text):
    code, answer = run(text, "--commit")
    assert (code, list(answer)) == (1, [*KEYS, "change_set", "errors"])
    assert (answer["rows"], answer["create"], answer["change_set"]) == (0, 0, None)
    assert answer["refused"] == answer["errors"]
    assert answer["errors"][0]["reason"]


def test_three_gigabytes_are_refused_by_their_size_alone(acme, capsys, tmp_path):
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(3 * 2**30)
    tracemalloc.start()
    try:
        with pytest.raises(SystemExit):
            call_command("import_people", "--organisation", "acme", "--json", str(file.name))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert "3221.2 MB" in json.loads(capsys.readouterr().out)["refused"][0]["reason"]


def test_a_file_without_an_end_is_read_to_the_limit(acme, capsys, settings):
    settings.STAFF_FILE_MAX_BYTES = 1_000
    with pytest.raises(SystemExit):
        call_command("import_people", "--organisation", "acme", "--json", "/dev/zero")
    assert "MB" in json.loads(capsys.readouterr().out)["refused"][0]["reason"]


def test_columns_may_be_named(acme, run):
    code, answer = run(STAFF.replace("E-mail", "Login"), "--map", "Login=email", "--map", "Matricule=")
    assert (code, answer["create"]) == (0, 2)

    code, answer = run(STAFF, "--map", "Login")
    assert (code, answer["errors"][0]["reason"]) == (
        1,
        "--map Login is not understood. Write --map HEADER=FIELD.",
    )


def test_a_workbook(acme, run, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Last name", "First name", "Staff number"])
    book.active.append(["Weber", "Ada", 1])
    book.save(tmp_path / "staff.xlsx")

    code, answer = run((tmp_path / "staff.xlsx").read_bytes())

    assert (code, answer["create"], answer["encoding"], answer["separator"]) == (0, 1, "xlsx", "")


def test_a_file_that_is_not_there(acme, capsys):
    with pytest.raises(SystemExit):
        call_command("import_people", "--organisation", "acme", "--json", "nowhere.csv")
    assert "nowhere.csv" in json.loads(capsys.readouterr().out)["errors"][0]["reason"]


def test_an_organisation_must_be_named(acme):
    with pytest.raises(CommandError):
        call_command("import_people", "staff.csv")


def test_an_import_is_taken_back_by_its_number(acme, run, capsys):
    _code, answer = run(STAFF, "--commit")

    call_command("undo_import", str(answer["change_set"]), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {"change_set": answer["change_set"], "restored": 0, "removed": 2, "left": []}
    assert acme.people.count() == 2

    call_command("undo_import", str(answer["change_set"]), "--json", "--commit")
    assert json.loads(capsys.readouterr().out) == told
    assert acme.people.count() == 0
    assert acme.people_imports.get().state == "undone"


def test_a_change_set_that_is_not_there(db, capsys):
    with pytest.raises(SystemExit):
        call_command("undo_import", "987654", "--json", "--commit")
    assert "no change set 987654" in json.loads(capsys.readouterr().out)["errors"][0]["reason"]


def test_unusable_options_are_refused_as_json(monkeypatch, capsys):
    """As from a shell: the parser's own way would print its usage and no JSON."""
    from django.core.management import execute_from_command_line

    arguments = ["manage.py", "import_people", "--json", "staff.csv"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as stop:
        execute_from_command_line(arguments)
    assert stop.value.code == 1
    (problem,) = json.loads(capsys.readouterr().out)["errors"]
    assert "--organisation" in problem["reason"]
