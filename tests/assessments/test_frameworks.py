"""Reference data: loaded from files, once, and never edited."""

import json
import shutil

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from assessments.frameworks import DATA, load_frameworks, publish
from assessments.models import Area, Competence, Crosswalk, CrosswalkEntry, Framework
from organisations.problems import Refused

pytestmark = pytest.mark.django_db


def test_three_frameworks_and_their_crosswalks_are_loaded():
    sizes = {
        framework.code: (framework.areas.count(), framework.competences.count())
        for framework in Framework.objects.all()
    }
    assert sizes == {"pix": (5, 16), "digcomp-2.2": (5, 21), "digcomp-3.0": (5, 21)}
    assert {
        (str(walk.source.code), walk.target.code, walk.entries.count()) for walk in Crosswalk.objects.all()
    } == {
        ("pix", "digcomp-2.2", 27),
        ("pix", "digcomp-3.0", 27),
        ("digcomp-2.2", "digcomp-3.0", 21),
    }


def test_positions_follow_the_codes():
    codes = list(Framework.objects.pix().competences.values_list("position", "code"))

    assert codes == list(
        enumerate("1.1 1.2 1.3 2.1 2.2 2.3 2.4 3.1 3.2 3.3 3.4 4.1 4.2 4.3 5.1 5.2".split(), start=1)
    )


def test_every_competence_has_a_title_in_four_languages():
    for competence in Competence.objects.all():
        assert {language for language, title in competence.titles.items() if title} == {
            "en",
            "fr",
            "de",
            "lb",
        }


def test_a_title_is_in_the_language_of_the_reader():
    managing_data = Framework.objects.pix().competences.get(code="1.2")
    titles = {}
    for language in ("en", "fr", "de", "lb", "nl"):
        with translation.override(language):
            titles[language] = managing_data.title

    assert titles == {
        "en": "Managing data",
        "fr": "Gérer des données",
        "de": "Daten verwalten",
        "lb": "Date geréieren",
        "nl": "Managing data",
    }


def test_six_competences_of_digcomp_have_no_primary_pix_competence():
    walk = Crosswalk.objects.get(source__code="pix", target__code="digcomp-3.0")
    primary = set(walk.entries.filter(strength="primary").values_list("target__code", flat=True))
    codes = set(walk.target.competences.values_list("code", flat=True))

    assert codes - primary == {"1.2", "2.3", "2.5", "3.3", "5.3", "5.4"}


def test_loading_again_changes_nothing(capsys):
    before = list(Framework.objects.values_list("pk", "digest"))

    call_command("load_frameworks", "--commit", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert (answer["created"], len(answer["unchanged"]), answer["errors"]) == ([], 6, [])
    assert list(Framework.objects.values_list("pk", "digest")) == before


def test_an_edited_file_under_the_same_version_is_refused(tmp_path):
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "framework-pix.json"
    path.write_text(path.read_text().replace("Managing data", "Handling data"))

    with pytest.raises(Refused, match=r"framework-pix\.json differs from what was loaded"):
        load_frameworks(tmp_path)


@pytest.fixture
def draft(tmp_path):
    """A new version of the Pix framework, loaded and not yet published."""
    data = json.loads((DATA / "framework-pix.json").read_text())
    data |= {"version": "2027", "published_on": "2027-01-01"}
    (tmp_path / "framework-pix.json").write_text(json.dumps(data))
    assert load_frameworks(tmp_path) == {"created": ["framework-pix.json"], "unchanged": []}
    return Framework.objects.get(version="2027")


def test_a_new_version_is_a_draft_until_somebody_publishes_it(draft, officer):
    before = Framework.objects.pix()
    assert before != draft

    publish(draft, officer)

    assert Framework.objects.pix() == draft
    assert Framework.objects.get(pk=draft.pk).published_by == officer
    assert before.competences.count() == draft.competences.count() == 16


def test_a_set_up_that_runs_again_publishes_no_new_version(draft, tmp_path):
    load_frameworks(tmp_path, publish=True)

    assert Framework.objects.get(pk=draft.pk).published_at is None


def test_publishing_twice_keeps_the_first_date(draft, officer):
    publish(draft, officer)
    first = Framework.objects.get(pk=draft.pk).published_at

    publish(draft, None)

    draft.refresh_from_db()
    assert (draft.published_at, draft.published_by) == (first, officer)


def test_a_map_waits_for_its_frameworks(draft, officer):
    walk = Crosswalk.objects.create(
        source=draft, target=Framework.objects.get(code="digcomp-3.0"), version="2", digest="0"
    )

    with pytest.raises(Refused, match="Publish both frameworks of this map first"):
        publish(walk, officer)


def test_a_draft_may_be_thrown_away(draft):
    draft.areas.update(titles={"en": "Other"})

    draft.delete()

    assert not Framework.objects.filter(version="2027").exists()


@pytest.mark.parametrize(
    "edit",
    [
        lambda: Framework.objects.filter(code="pix").update(name="Another"),
        lambda: Framework.objects.filter(code="pix").update(published_at=None),
        lambda: Crosswalk.objects.update(version="9"),
        lambda: Area.objects.filter(framework__code="pix").update(titles={}),
        lambda: Competence.objects.filter(framework__code="pix", code="1.1").update(position=99),
        lambda: CrosswalkEntry.objects.all()._raw_delete("default"),
    ],
)
def test_the_database_refuses_to_change_a_published_version(edit):
    with pytest.raises(IntegrityError, match="a published version never changes"), transaction.atomic():
        edit()
