"""The demonstration: three organisations go through the pilot, from October 2025 to September 2026.

Everything goes through the functions that the pages use. Only dates are set back afterwards where a function rightly
says "now".
"""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from django.conf import settings
from django.utils import timezone

from assessments import syncing
from assessments.models import Connection, Kind
from assessments.reconciling import waiting_identities
from assessments.releases import refresh
from assessments.results import latest_results
from assessments.sealing import seal
from assessments.sharing import share_levels
from assessments.targets import set_targets
from mentoring import rounds, sessions
from mentoring.models import MentoringSession
from mentoring.pairing import pair
from organisations import importing as people
from organisations import licences
from organisations.models import (
    Acknowledgement,
    Checklist,
    EsfAnswers,
    EsfRecord,
    FollowUpContact,
    Funder,
    Invitation,
    Membership,
    Organisation,
    Person,
    Programme,
    ProgrammeMember,
    Role,
    User,
)
from organisations.notices import current_version
from organisations.participation import NEEDED
from organisations.scope import every_organisation, only
from pilot.demonstration.measures import take_in, take_other_measures
from pilot.demonstration.people import SETTINGS, Setting, Somebody, invent_staff, staff_file
from pilot.demonstration.pix_export import HIGHEST_PIX, Participation, write_profiles
from pilot.development import pix_stub
from reporting.periods import Quarter
from reporting.reports import request_report
from upskilling.planning import add_to_plan
from upskilling.recommending import advise_everybody

PASSWORD = "readiness-2026-demo"
ENROLLED = date(2025, 10, 6)
BASELINE = (datetime(2025, 10, 13, 8, tzinfo=UTC), 150)  # from when, and over how many days
FOLLOW_UP = (datetime(2026, 7, 1, 8, tzinfo=UTC), 90)
PAIRED_ON = date(2026, 1, 19)
TARGETS = [4, 4, 4, 4, 3, 4, 3, 4, 3, 3, 2, 4, 4, 3, 3, 3]
JOB_TARGETS = {"Informatique": [5, 5, 5, 5, 4, 5, 4, 4, 4, 4, 5, 6, 5, 4, 5, 5]}

SEATS_TO_TRY_WITH = 60_000  # granted today; a staff file may have 50 000 rows
ORGANISATIONS = {
    "ardoise": {
        "legal_id": "B900101",
        "sector": "finance",
        "size_class": "large",
        "kind": "private",
        "quota": 450,
    },
    "belval": {
        "legal_id": "P900202",
        "sector": "public",
        "size_class": "medium",
        "kind": "public",
        "quota": 130,
    },
    "cordier": {
        "legal_id": "B900303",
        "sector": "construction",
        "size_class": "small",
        "kind": "private",
        "quota": 40,
    },
}


def tell() -> dict:
    """Make everything. Returns what was made, by organisation."""
    programme = Programme.objects.get(slug="pilot")
    _make_programme_accounts(programme)
    made = {setting.slug: _organisation(programme, setting) for setting in SETTINGS}
    with every_organisation():
        _answer_questions(programme, Random("answers for the European fund"))
    officer = User.objects.get(email="officer@pilot.example")
    for quarter in ("2025Q4", "2026Q1", "2026Q2", "2026Q3"):
        request_report(programme, Quarter.parse(quarter), officer)
    return made


def logins() -> list[dict]:
    """Who can sign in to try each role."""
    cast = [
        ("programme officer", "officer@pilot.example"),
        ("committee member", "committee@pilot.example"),
        ("platform administrator", "admin@pilot.example"),
        *((f"HR manager of {setting.name}", f"hr@{setting.slug}.example") for setting in SETTINGS),
        *_staff_logins(),
    ]
    known = set(
        User.objects.filter(email__in=[email for _role, email in cast]).values_list("email", flat=True)
    )
    return [{"role": role, "email": email, "password": PASSWORD} for role, email in cast if email in known]


def _staff_logins():
    """The mentor and the mentee of the first pair that have accounts."""
    staff = (
        Membership.objects.filter(role=Role.STAFF, organisation__slug="ardoise")
        .order_by("pk")
        .select_related("user")
    )
    titles = ["mentor, also a member of staff", "mentee, also a member of staff", "member of staff"]
    return [(title, membership.user.email) for title, membership in zip(titles, staff, strict=False)]


def _make_programme_accounts(programme):
    for email, name, role in [
        ("officer@pilot.example", "Odile Officer", Role.OFFICER),
        ("committee@pilot.example", "Camille Committee", Role.COMMITTEE),
    ]:
        user = User.objects.create_user(email, PASSWORD, name=name)
        ProgrammeMember.objects.create(programme=programme, user=user, role=role)
    User.objects.create_superuser("admin@pilot.example", PASSWORD, name="Platform administrator")


def _organisation(programme, setting: Setting) -> dict:
    facts = ORGANISATIONS[setting.slug]
    organisation = Organisation.objects.create(
        programme=programme,
        name=setting.name,
        slug=setting.slug,
        legal_id=facts["legal_id"],
        sector=facts["sector"],
        size_class=facts["size_class"],
        kind=facts["kind"],
        languages=["fr", "de"],
        joined_on=date(2025, 9, 15),
    )
    manager = User.objects.create_user(
        f"hr@{setting.slug}.example", PASSWORD, name=f"HR of {setting.name}", language=""
    )
    Membership.objects.create(organisation=organisation, user=manager, role=Role.HR)
    random = Random(f"demonstration of {setting.slug}")
    staff = invent_staff(setting, random)
    with only(organisation.pk):
        _settle(organisation, setting, facts["quota"])
        _enrol(organisation, staff, manager)
        set_targets(organisation, "", TARGETS, manager)
        for family, levels in JOB_TARGETS.items():
            if family in setting.job_families:
                set_targets(organisation, family, levels, manager)
        organisation.target_profiles.update(set_on=ENROLLED)
        campaign = SETTINGS.index(setting) * 10 + 4300
        baseline = _take_pix(
            organisation, setting, staff, manager, campaign + 1, "Diagnostic 2025", BASELINE, 0.82, random
        )
        _share_with_hr(organisation, random)
        pairs, held = (0, 0) if setting.slug == "cordier" else _mentor(organisation, manager, random)
        _grow(organisation, staff, random)
        follow_up = _take_pix(
            organisation, setting, staff, manager, campaign + 2, "Suivi 2026", FOLLOW_UP, 0.42, random
        )
        others = take_other_measures(organisation, setting, staff, manager) if setting.slug == "belval" else 0
        if setting.slug == "ardoise":
            _make_staff_accounts(organisation)
        if setting.slug == pix_stub.DEMONSTRATION and "PIX_STUB_ADDRESS" in os.environ:
            _connect_to_pix(organisation, manager)
        _call_for_the_next_round(organisation, setting, manager, random)
        _choose_courses(organisation, random)
        refresh(organisation)
        return {
            "people": organisation.people.count(),
            "results": baseline + follow_up + others,
            "waiting": waiting_identities(organisation).count(),
            "pairs": pairs,
            "sessions": held,
        }


def _settle(organisation, setting, quota):
    """What was agreed before anybody was enrolled, and the seats that came with it."""
    alone, day = Checklist.GroupLinks.AUTONOMOUS, organisation.joined_on
    Checklist.objects.create(
        organisation=organisation,
        agreement_signed_on=day - timedelta(days=14),
        data_protection_roles=Checklist.Roles.JOINT,
        delegation_informed_on=day - timedelta(days=30),
        contact_name=f"HR of {setting.name}",
        contact_email=f"hr@{setting.slug}.example",
        privacy_email=f"privacy@{setting.slug}.example",
        headcount=setting.staff,
        group_links=Checklist.GroupLinks.PUBLIC if organisation.kind == Organisation.Kind.PUBLIC else alone,
        within_sme_limits=setting.staff < 250,
    )
    for stage, days in (("interest", 60), ("eligible", 45), ("signed", 14), ("active", 0)):
        organisation.stage_changes.create(stage=stage, day=day - timedelta(days=days))
    licences.grant(organisation, quota, Funder.ESF)
    organisation.licence_moves.update(at=datetime.combine(day, datetime.min.time(), UTC))
    licences.grant(organisation, SEATS_TO_TRY_WITH, Funder.STATE, note="So that large files can be tried")


def _enrol(organisation, staff, manager):
    checked = people.check_upload(organisation, "personnel.csv", staff_file(staff), manager)
    people.commit_import(checked, manager)
    enrolled = datetime.combine(ENROLLED, datetime.min.time(), UTC) + timedelta(hours=9)
    _inform(organisation, enrolled)
    later = [somebody.staff_number for somebody in staff[int(len(staff) * 0.8) :]]
    organisation.people.update(enrolled_at=enrolled)
    organisation.people.filter(staff_number__in=later).update(enrolled_at=enrolled + timedelta(days=110))
    _invite(organisation, manager)


def _invite(organisation, manager):
    """Everybody got a link on the day of their enrolment. Those of people who sign in here are long since used."""
    made = []
    for person in organisation.people.exclude(email=""):
        invitation = Invitation(
            organisation=organisation,
            person=person,
            email=person.email,
            role=Role.STAFF,
            invited_by=manager,
            invited_at=person.enrolled_at,
        )
        invitation.renew()
        invitation.sent_at = person.enrolled_at
        invitation.expires_at = person.enrolled_at + timedelta(days=settings.INVITATION_DAYS)
        made.append(invitation)
    Invitation.objects.bulk_create(made)


def _inform(organisation, day):
    """Everybody reads the notice on their first day, in the language of the house."""
    people = list(organisation.people.all())
    Acknowledgement.objects.bulk_create(
        Acknowledgement(
            organisation=organisation, person=person, version=current_version(), language="fr", at=day
        )
        for person in people
    )
    EsfRecord.objects.bulk_create(
        EsfRecord(
            organisation=organisation,
            programme=organisation.programme,
            person=person,
            entered_on=day.date(),
            due_on=day.date() + timedelta(days=settings.ESF_ENTRY_DAYS),
            missing=list(NEEDED),
        )
        for person in people
    )


def _answer_questions(programme, random):
    """Most answer everything, some leave the last questions open, and a few have not answered at all."""
    records, answers, contacts = [], [], []
    for record in programme.esf_records.order_by("organisation__slug", "person__staff_number"):
        draw = random.random()
        if draw > 0.94:
            continue
        own = {"organisation_id": record.organisation_id, "person_id": record.person_id}
        answers.append(
            EsfAnswers(
                **own,
                gender=random.choice(EsfAnswers.Gender.values[:2]),
                birth_date=date(1965, 1, 1) + timedelta(days=random.randrange(14_000)),
                employment=EsfAnswers.Employment.EMPLOYED,
                education=random.choice(EsfAnswers.Education.values),
                contract=EsfAnswers.Contract.PERMANENT,
                working_time=EsfAnswers.WorkingTime.FULL_TIME,
                in_training=None if draw > 0.86 else random.random() < 0.1,
            )
        )
        record.missing = ["in_training", "contact"] if draw > 0.86 else []
        record.answered_at = datetime.combine(record.entered_on, datetime.min.time(), UTC) + timedelta(days=4)
        records.append(record)
        if not record.missing:
            contacts.append(FollowUpContact(**own, email=f"{record.person_id}@private.example"))
    EsfAnswers.objects.bulk_create(answers)
    FollowUpContact.objects.bulk_create(contacts)
    EsfRecord.objects.bulk_update(records, ["missing", "answered_at"], batch_size=500)


def _take_pix(organisation, setting, staff, manager, campaign, name, when, share, random) -> int:
    """Write the campaign as Pix Orga would export it, and import that file."""
    start, days = when
    participations = []
    for somebody in staff:
        if somebody.left_on and somebody.left_on < start.date():
            continue
        draw = random.random()
        if draw < share:
            sent_at = start + timedelta(days=random.randrange(days), minutes=random.randrange(540))
            participations.append(_participation(somebody, sent_at, random))
        elif draw < share + 0.08:
            participations.append(replace(_participation(somebody, None, random), pix=[]))
    export = write_profiles(
        setting.name, campaign, name, setting.number_label, setting.language, participations
    )
    end = start + timedelta(days=days)
    return take_in(organisation, f"Resultats-{campaign}.csv", export, manager, end)


def _connect_to_pix(organisation, manager):
    """To the stub that `dev.py run` starts; the first synchronisation waits for it and the worker."""
    connection = Connection.objects.create(
        organisation=organisation,
        base_address=os.environ["PIX_STUB_ADDRESS"],
        client_id=pix_stub.CLIENT_ID,
        sealed_secret=seal(pix_stub.CLIENT_SECRET),
        pix_organisation=1000,
        pix_organisation_name=organisation.name,
        made_by=manager,
    )
    connection.campaigns.create(
        organisation=organisation,
        number=pix_stub.DEMONSTRATION_CAMPAIGN,
        kind=Kind.ASSESSMENT,
        name="Bureautique 2026",
        is_followed=True,
    )
    syncing.request(connection, manager)


def _participation(somebody: Somebody, sent_at, random) -> Participation:
    """What Pix measures: the true levels with some noise. One in sixty turns the staff number's digits round."""
    pix = [
        max(0, min(HIGHEST_PIX, round((ability + random.gauss(0, 0.3)) * 8 + random.random() * 7)))
        for ability in somebody.abilities
    ]
    number = somebody.staff_number
    if random.random() < 1 / 60:
        number = number[:-3] + number[:-4:-1]
    return Participation(somebody.last_name, somebody.first_name, number, sent_at, pix)


def _share_with_hr(organisation, random):
    for person in organisation.people.order_by("pk"):
        if random.random() < 0.3:
            share_levels(person)


def _mentor(organisation, manager, random) -> tuple[int, int]:
    """The first round: people apply, are paired, and meet about once a month."""
    mentoring_round = rounds.open_round(
        organisation, "Winter 2026", by=manager, day=PAIRED_ON - timedelta(days=28)
    )
    _apply(mentoring_round, random, share=0.35)
    pair(mentoring_round)
    mentoring_round.refresh_from_db()
    rounds.publish(mentoring_round, by=manager, day=PAIRED_ON)
    held = 0
    for pairing in (
        organisation.pairings.active().select_related("mentor", "mentee", "organisation").order_by("pk")
    ):
        held += _meet(pairing, random)
    return organisation.pairings.active().count(), held


def _apply(mentoring_round, random, share):
    """Some offer what they are good at, others want what they are weak in; each from their own latest result."""
    organisation = mentoring_round.organisation
    people_by_id = {person.pk: person for person in organisation.people.present()}
    for person_id, result in sorted(latest_results(organisation).items()):
        if person_id not in people_by_id or random.random() > share:
            continue
        ranked = sorted(range(1, 17), key=lambda position: result.levels[position - 1])
        strong = sum(result.levels) / 16 >= 3.4
        rounds.apply(
            mentoring_round,
            people_by_id[person_id],
            offered=ranked[-4:] if strong else [],
            wanted=[] if strong else ranked[:3],
            languages=people_by_id[person_id].languages,
            capacity=random.choice([1, 1, 2]) if strong else 1,
        )


def _meet(pairing, random) -> int:
    held = 0
    day = PAIRED_ON + timedelta(days=random.randrange(5, 20))
    for _meeting in range(random.choice([2, 4, 5, 6, 6, 7])):
        if day.weekday() >= 5:
            day += timedelta(days=2)
        at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=16)
        session = sessions.log_session(
            pairing,
            pairing.mentor,
            held_on=day,
            minutes=random.choice([45, 60, 60, 75]),
            mode=random.choice(MentoringSession.Mode.values),
            competences=pairing.focus,
            next_step=random.choice(["Essayer à deux", "Apporter un cas réel", "Revoir les réglages", ""]),
            at=at,
        )
        if random.random() < 0.9:
            sessions.confirm(session, pairing.mentee, at=at + timedelta(days=1))
        held += 1
        day += timedelta(days=random.randrange(24, 40))
    return held


def _grow(organisation, staff: list[Somebody], random):
    """People learn in half a year: a little everywhere, more where a mentor helped."""
    mentored = {
        pairing.mentee.staff_number: pairing.focus
        for pairing in organisation.pairings.select_related("mentee")
    }
    for somebody in staff:
        focus = mentored.get(somebody.staff_number, [])
        somebody.abilities[:] = [
            ability + 0.25 + (random.gauss(1.1, 0.5) if position in focus else 0)
            for position, ability in enumerate(somebody.abilities, start=1)
        ]


def _make_staff_accounts(organisation):
    """A mentor, their mentee and somebody without a pair can sign in."""
    pairing = organisation.pairings.active().select_related("mentor", "mentee").order_by("pk").first()
    alone = (
        organisation.people.present()
        .filter(results__isnull=False, mentoring_applications=None)
        .order_by("pk")
        .first()
    )
    for person in (pairing.mentor, pairing.mentee, alone):
        user = User.objects.create_user(person.email, PASSWORD, name=person.full_name)
        Membership.objects.create(organisation=organisation, user=user, role=Role.STAFF)
        Person.objects.filter(pk=person.pk).update(user=user)
        person.invitations.update(used_at=person.enrolled_at + timedelta(days=1))


def _call_for_the_next_round(organisation, setting, manager, random):
    """A round that is open now, so that visitors can apply, pair and publish themselves."""
    mentoring_round = rounds.open_round(organisation, "Autumn 2026", by=manager, day=timezone.localdate())
    _apply(mentoring_round, random, share=0.5 if setting.slug == "cordier" else 0.25)


def _choose_courses(organisation, random):
    """Some put the first suggested course that can always be joined into their plan."""
    for advice in advise_everybody(organisation, ENROLLED):
        always_open = [each.offer for each in advice.suggestions if each.offer.next_start is None]
        if always_open and random.random() < 0.2:
            item = add_to_plan(advice.person, always_open[0])
            item.chosen_at = BASELINE[0] + timedelta(days=random.randrange(120, 340))
            item.save(update_fields=["chosen_at"])
