"""The same campaign by file and through Pix's partner interface: the same results, whoever comes first."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from assessments import importing, maddo, undoing
from assessments.models import Completion, Result
from assessments.syncing import request
from organisations.runs import carry_out
from pilot.development.pix_stub import CLIENT_ID, CLIENT_SECRET, PixStub
from tests import make
from tests.assessments import pix_campaigns
from tests.assessments.pix_campaigns import Campaign, Taken, pix_competences

pytestmark = pytest.mark.django_db
NUMBER = 4201
COMPETENCES = pix_competences(["1.1", "2.2", "5.1"])
ASSESSMENT = Campaign(stages=3, badges=("Citoyen·ne", "Cyber"), competences=COMPETENCES)
KINDS = {
    "PROFILES_COLLECTION": (Campaign(), pix_campaigns.profiles),
    "ASSESSMENT": (ASSESSMENT, pix_campaigns.assessment),
    "EXAM": (ASSESSMENT, pix_campaigns.assessment),
}
# Whose it is and which import brought it first may differ; what it says may not.
OWN = (
    *("id", "organisation_id", "campaign_id", "result_import_id", "person_id", "identity_id"),
    *("superseded_by_id", "line"),
)


@pytest.fixture
def pix():
    with PixStub() as stub:
        yield stub


def people(kind, random):
    """Namesakes, retakes on one day with one score, people who have not shared, people without a number."""
    taken = []
    for minute in range(random.randint(1, 12)):
        started = datetime(2026, 3, 17, 6, 0, tzinfo=UTC) + timedelta(minutes=minute)
        shared = random.choice([None, started + timedelta(hours=random.choice([1, 20]))])
        score = random.choice([(8, 16, 3), (16, 8, 3), (0, 0, 1)])
        details = {
            "PROFILES_COLLECTION": {"profile": (*score, *(0,) * 13) if shared else ()},
            "ASSESSMENT": {"validated": tuple(value % 10 for value in score) if shared else None},
        }
        taken.append(
            Taken(
                last=random.choice(["Weber", "O'Neill", "=SUM(A1)", "NA"]),
                first="Ada",
                external_id=random.choice(["", "00101"]),
                started=started,
                shared=shared,
                progress="1" if shared else random.choice(["0.5", "0.125"]),
                stage=random.randint(0, 3) if shared else None,
                badges=tuple(random.choice([True, False]) for _badge in "ab") if shared else (),
                **details.get(kind, details["ASSESSMENT"]),
            )
        )
    return taken


def answers(kind, taken, random):
    """What the partner interface says of the same participations."""
    rows = []
    for number, each in enumerate(taken, start=600_001):
        is_shared = each.shared is not None
        profile = kind == "PROFILES_COLLECTION"
        rows.append(
            {
                "id": number,
                "status": "SHARED" if is_shared else random.choice(["STARTED", "TO_SHARE"]),
                "participantFirstName": each.first,
                "participantLastName": each.last,
                "participantExternalId": each.external_id or None,
                "participantId": f"{number:040x}",
                "createdAt": written(each.started + timedelta(seconds=random.randint(0, 59))),
                "sharedAt": (is_shared and written(each.shared + timedelta(seconds=random.randint(0, 59))))
                or None,
                "pixScore": sum(each.profile) if profile and is_shared else None,
                "masteryRate": sum(each.validated) / 30 if not profile and is_shared else None,
                **({} if profile else {"stages": stages(each), "badges": badges(each)}),
            }
        )
    return rows


def written(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stages(each):
    return {"reachedStage": each.stage or 0, "numberOfStages": 3}


def badges(each):
    has = each.badges or (False, False)
    return [
        {"title": title, "isAcquired": acquired}
        for title, acquired in zip(ASSESSMENT.badges, has, strict=True)
    ]


def by_file(organisation, content):
    result_import = make.result_import(organisation, file=make.stored_file(organisation, content))
    importing.import_results(result_import)
    return result_import


def by_interface(organisation, pix):
    connection = getattr(organisation, "pix_connection", None)
    if connection is None:
        connection = make.connection(
            organisation, CLIENT_SECRET, base_address=pix.address, client_id=CLIENT_ID
        )
        make.offered_campaign(connection, number=NUMBER)
    connection.refresh_from_db()
    sync = request(connection, everything=True)
    carry_out(sync.run_id)
    sync.refresh_from_db()
    assert sync.ended_at, sync.run.error
    return sync.result_import


def facts(organisation, *without):
    rows = Result.with_held.current().filter(organisation=organisation).values()
    in_order = sorted(rows, key=lambda row: (row["participation"] or 0, str(row["key"])))
    return [{name: row[name] for name in row if name not in (*OWN, *without)} for row in in_order]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", KINDS)
def test_file_and_interface_make_the_same_results_in_either_order(acme, globex, pix, kind, seed):
    random = Random(f"{kind} {seed}")
    taken = people(kind, random)
    campaign, write = KINDS[kind]
    shuffled = random.sample(taken, len(taken))
    content = write(campaign, shuffled)
    pix.offer(*answers(kind, taken, random), id=NUMBER, type=kind)

    by_file(acme, content)
    by_interface(acme, pix)
    by_interface(globex, pix)
    by_file(globex, content)

    assert facts(acme) == facts(globex)
    assert len(facts(acme)) == len(taken)
    assert acme.campaigns.get().kind == globex.campaigns.get().kind
    measured = "levels" if kind == "PROFILES_COLLECTION" else "shares"
    assert all((row[measured] is not None) == row["is_shared"] for row in facts(acme))

    for organisation in (acme, globex):
        before = facts(organisation)
        by_file(organisation, content)
        assert by_interface(organisation, pix) is None
        assert facts(organisation) == before


@pytest.mark.parametrize("kind", KINDS)
def test_undoing_the_second_leaves_what_the_first_said(acme, globex, pix, kind):
    random = Random(kind)
    taken = people(kind, random)
    campaign, write = KINDS[kind]
    pix.offer(*answers(kind, taken, random), id=NUMBER, type=kind)

    by_file(acme, write(campaign, taken))
    after_file = facts(acme)
    undoing.undo_import(by_interface(acme, pix))
    assert facts(acme) == after_file

    by_interface(globex, pix)
    after_interface = facts(globex)
    undoing.undo_import(by_file(globex, write(campaign, taken)))
    assert facts(globex) == after_interface
    assert not Completion.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_undoing_the_file_leaves_what_the_interface_said(acme, globex, pix, kind):
    random = Random(kind)
    taken = people(kind, random)
    campaign, write = KINDS[kind]
    pix.offer(*answers(kind, taken, random), id=NUMBER, type=kind)
    file = by_file(acme, write(campaign, taken))
    by_interface(acme, pix)
    by_interface(globex, pix)

    undoing.undo_import(file)

    assert facts(acme, "key") == facts(globex, "key")


def test_an_old_file_that_knows_the_day_alone_agrees(acme, globex, pix):
    campaign = Campaign(generation="2023-07")
    taken = [Taken(shared=datetime(2024, 3, 17, 22, 30, tzinfo=UTC), profile=(8, *(0,) * 15))]
    pix.offer(*answers("PROFILES_COLLECTION", taken, Random(1)), id=NUMBER)

    by_file(acme, pix_campaigns.profiles(campaign, taken))
    by_interface(acme, pix)
    by_interface(globex, pix)
    by_file(globex, pix_campaigns.profiles(campaign, taken))

    assert facts(acme) == facts(globex)
    (result,) = acme.results.all()
    assert (result.shared_at, result.day_only, result.levels[0]) == (taken[0].shared, False, 1)


def test_what_pix_deleted_does_not_come_back_with_an_old_file(acme, pix):
    taken = [Taken(shared=datetime(2026, 3, 17, 7, 30, tzinfo=UTC), profile=(8, *(0,) * 15))]
    content = pix_campaigns.profiles(Campaign(), taken)
    pix.offer(*answers("PROFILES_COLLECTION", taken, Random(1)), id=NUMBER)
    by_interface(acme, pix)
    pix.participations[NUMBER] = []
    by_interface(acme, pix)

    by_file(acme, content)

    assert not acme.results.current().exists()
    assert acme.results.count() == 1


def test_the_second_hour_of_an_autumn_night_is_the_same_moment(acme, pix):
    """The file says 02:30 and can't say which; Pix can."""
    second = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    taken = [Taken(started=second - timedelta(days=3), shared=second, profile=(8, *(0,) * 15))]
    pix.offer(*answers("PROFILES_COLLECTION", taken, Random(1)), id=NUMBER)

    by_file(acme, pix_campaigns.profiles(Campaign(), taken))
    by_interface(acme, pix)

    result = acme.results.get()
    assert (result.shared_at, result.participation) == (second, 600_001)


def test_shared_meanwhile_in_the_file(acme, pix):
    """The interface knew that somebody had begun; a file shows the result; then the interface does, too."""
    shared = datetime(2026, 3, 17, 7, 30, tzinfo=UTC)
    begun = [Taken(shared=None)]
    done = [Taken(shared=shared, profile=(8, *(0,) * 15))]
    pix.offer(*answers("PROFILES_COLLECTION", begun, Random(1)), id=NUMBER)
    by_interface(acme, pix)

    by_file(acme, pix_campaigns.profiles(Campaign(), done))
    pix.participations[NUMBER] = answers("PROFILES_COLLECTION", done, Random(1))
    by_interface(acme, pix)

    (row,) = facts(acme)
    assert (row["participation"], row["levels"][0]) == (600_001, 1)


def test_no_result_is_a_level_out_of_a_score(acme, pix):
    taken = people("PROFILES_COLLECTION", Random(3))
    pix.offer(*answers("PROFILES_COLLECTION", taken, Random(3)), id=NUMBER)

    by_interface(acme, pix)

    assert not acme.results.exclude(levels=None).exists()
    assert not acme.results.with_levels().exists()
    assert maddo.SCOPES == "meta campaigns"
