"""One plain function per model: a valid row with as little said as possible."""

import hashlib
import itertools
import uuid
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from assessments.models import (
    Campaign,
    Competence,
    Connection,
    Decision,
    Framework,
    Identity,
    Kind,
    Result,
    ResultImport,
    SharingChoice,
    TargetProfile,
)
from assessments.sealing import seal
from mentoring.models import Application, LeftOut, MentoringRound, MentoringSession, Pairing
from organisations import licences
from organisations.importing import check_upload
from organisations.models import (
    Acknowledgement,
    Checklist,
    EsfRecord,
    Interest,
    Membership,
    Organisation,
    Person,
    Programme,
    ProgrammeMember,
    Role,
    Run,
    StoredFile,
    User,
)
from organisations.notices import current_version
from organisations.participation import open_record
from organisations.scope import only
from reporting.models import Report, ReportFile
from reporting.periods import Quarter
from reporting.snapshots import frozen, hash_of
from upskilling.models import Offer, OfferCompetence, PlanItem, Recommendation

_numbers = itertools.count(1)
PASSWORD = "a quiet orchard in June"


# --- organisations ----------------------------------------------------------------------------------------------------


def programme():
    return Programme.objects.get_or_create(
        slug="pilot",
        defaults={"name": "Pilot", "starts_on": date(2025, 6, 1), "ends_on": date(2030, 12, 31)},
    )[0]


def user(email=None, **fields):
    return User.objects.create_user(email or f"user{next(_numbers)}@example.org", PASSWORD, **fields)


def organisation(slug=None, **fields):
    """Active, with a complete checklist and a hundred seats, unless told."""
    number = next(_numbers)
    quota, settled = fields.pop("licence_quota", 100), fields.pop("checklist", {})
    made = Organisation.objects.create(
        programme=programme(),
        slug=slug or f"organisation-{number}",
        **{
            "name": f"Organisation {number}",
            "legal_id": f"B{number:06}",
            "sector": Organisation.Sector.OTHER,
            "size_class": Organisation.SizeClass.MEDIUM,
            "kind": Organisation.Kind.PRIVATE,
            "languages": ["fr", "en"],
            **fields,
        },
    )
    with only(made.pk):
        if settled is not None:
            checklist(made, **settled)
        made.stage_changes.create(stage=made.stage, day=made.joined_on)
        if quota:
            licences.grant(made, quota)
            joined = datetime.combine(made.joined_on, time(), timezone.get_current_timezone())
            made.licence_moves.update(at=joined)
    return made


def checklist(organisation, **fields):
    """With nothing missing."""
    return Checklist.objects.create(
        organisation=organisation,
        **{
            "agreement_signed_on": date(2025, 6, 2),
            "data_protection_roles": Checklist.Roles.JOINT,
            "delegation_informed_on": date(2025, 6, 2),
            "contact_name": "Ada Weber",
            "contact_email": "ada@acme.example",
            "privacy_email": "privacy@acme.example",
            "headcount": 120,
            "group_links": Checklist.GroupLinks.AUTONOMOUS,
            "within_sme_limits": True,
            **fields,
        },
    )


def interest(**fields):
    return Interest.objects.create(
        programme=programme(),
        **{
            "name": "Brasserie Dudelange",
            "legal_id": "B204118",
            "kind": Organisation.Kind.PRIVATE,
            "sector": Organisation.Sector.INDUSTRY,
            "size_class": Organisation.SizeClass.SMALL,
            "contact_name": "Max Muster",
            "contact_email": "max@dudelange.example",
            **fields,
        },
    )


def member(organisation, role=Role.HR, email=None, **fields):
    """A user with a role in an organisation."""
    account = user(email, **fields)
    Membership.objects.create(organisation=organisation, user=account, role=role)
    return account


def programme_member(role=Role.OFFICER, email=None):
    account = user(email)
    ProgrammeMember.objects.create(programme=programme(), user=account, role=role)
    return account


def person(organisation, *, informed=True, **fields):
    """Somebody enrolled who, unless told, has read the information notice."""
    number = next(_numbers)
    made = Person.objects.create(
        organisation=organisation,
        **{
            "last_name": f"Last{number:04}",
            "first_name": f"First{number:04}",
            "email": f"person{number}@{organisation.slug}.example",
            "staff_number": f"P{number:05}",
            "languages": ["fr"],
            **fields,
        },
    )
    if informed:
        acknowledgement(made)
    return made


def acknowledgement(person, **fields):
    return Acknowledgement.objects.create(
        organisation=person.organisation,
        person=person,
        **{"version": current_version(), "language": "en", **fields},
    )


def esf_record(person, **fields):
    """The record of somebody who joined today and has answered nothing."""
    record = open_record(person)
    if fields:
        EsfRecord.objects.filter(pk=record.pk).delete()
        record = EsfRecord.objects.create(
            organisation=person.organisation,
            programme=person.organisation.programme,
            person=person,
            **{"due_on": record.due_on, "missing": record.missing, **fields},
        )
    return record


def people_import(organisation, content=b"last_name,first_name,staff_number\nWeber,Ada,1\n", user=None):
    """A staff file that was uploaded and looked at; nothing is written yet."""
    return check_upload(organisation, "staff.csv", content, user)


def run(kind="nothing", key="", **fields):
    return Run.objects.create(kind=kind, key=key or f"wish-{next(_numbers)}", **fields)


# --- assessments ------------------------------------------------------------------------------------------------------


def stored_file(organisation, content=b"a file", **fields):
    return StoredFile.objects.keep(organisation, fields.pop("name", "file.csv"), content, **fields)


def campaign(organisation, **fields):
    return Campaign.objects.create(
        organisation=organisation,
        **{
            "framework": Framework.objects.pix(),
            "kind": Kind.PROFILES,
            "reference": str(next(_numbers)),
            "name": "Campaign",
            **fields,
        },
    )


def result_import(organisation, **fields):
    return ResultImport.objects.create(
        organisation=organisation,
        **{
            "file": fields.pop("file", None) or stored_file(organisation),
            "kind": Kind.PROFILES,
            **fields,
        },
    )


def result(organisation, person=None, levels=None, **fields):
    """A shared profile; level 3 in every competence unless told."""
    return Result.objects.create(
        organisation=organisation,
        person=person,
        **{
            "campaign": fields.pop("campaign", None) or campaign(organisation),
            "result_import": fields.pop("result_import", None) or result_import(organisation),
            "framework": Framework.objects.pix(),
            "measure": Result.Measure.PROFILE,
            "key": uuid.uuid4(),
            "is_shared": True,
            "shared_at": timezone.now(),
            "levels": levels or [3] * 16,
            "pix": [8 * level if level is not None else None for level in levels or [3] * 16],
            **fields,
        },
    )


def shares_of_items(organisation, person=None, shares=(50, *[None] * 15), **fields):
    """A shared assessment: the share of items of each competence in hundredths, of ten items each; no level."""
    shares = list(shares)
    return Result.objects.create(
        organisation=organisation,
        person=person,
        **{
            "campaign": fields.pop("campaign", None) or campaign(organisation, kind=Kind.ASSESSMENT),
            "result_import": fields.pop("result_import", None)
            or result_import(organisation, kind=Kind.ASSESSMENT),
            "framework": Framework.objects.pix(),
            "measure": Result.Measure.SHARE_OF_ITEMS,
            "key": uuid.uuid4(),
            "is_shared": True,
            "shared_at": timezone.now(),
            "shares": shares,
            "items": [None if share is None else 10 for share in shares],
            "validated": [None if share is None else share // 10 for share in shares],
            **fields,
        },
    )


def unshared_result(organisation, **fields):
    """Somebody who takes part and has not shared their profile in Pix."""
    return Result.objects.create(
        organisation=organisation,
        **{
            "campaign": fields.pop("campaign", None) or campaign(organisation),
            "result_import": fields.pop("result_import", None) or result_import(organisation),
            "framework": Framework.objects.pix(),
            "measure": Result.Measure.PROFILE,
            "key": uuid.uuid4(),
            "is_shared": False,
            **fields,
        },
    )


def identity(organisation, **fields):
    """Somebody whom a source names and who was not recognised."""
    return Identity.objects.create(
        organisation=organisation,
        **{"key": uuid.uuid4(), "last_name": "Weber", "first_name": "Ada", "reason": "name_alone", **fields},
    )


def decision(identity, person=None, **fields):
    """That the identity is this person, or nobody enrolled here."""
    return Decision.objects.create(
        organisation=identity.organisation, identity=identity, person=person, **fields
    )


def connection(organisation, secret="a secret of Pix", **fields):
    return Connection.objects.create(
        organisation=organisation,
        sealed_secret=seal(secret),
        **{
            "base_address": "https://pix.example",
            "client_id": "acme-client",
            "pix_organisation": 1000,
            "pix_organisation_name": "Acme at Pix",
            **fields,
        },
    )


def offered_campaign(connection, **fields):
    """Followed, unless told."""
    number = fields.pop("number", None) or next(_numbers)
    return connection.campaigns.create(
        organisation=connection.organisation,
        number=number,
        **{"kind": Kind.PROFILES, "name": f"Campaign {number}", "is_followed": True, **fields},
    )


def target_profile(organisation, levels=None, **fields):
    """Level 4 in every competence for everyone, unless told."""
    return TargetProfile.objects.create(
        organisation=organisation,
        **{"framework": Framework.objects.pix(), "levels": levels or [4] * 16, **fields},
    )


def sharing_choice(person, **fields):
    return SharingChoice.objects.create(organisation=person.organisation, person=person, **fields)


# --- mentoring --------------------------------------------------------------------------------------------------------


def mentoring_round(organisation, **fields):
    return MentoringRound.objects.create(
        organisation=organisation,
        **{"name": f"Round {next(_numbers)}", "framework": Framework.objects.pix(), **fields},
    )


def application(mentoring_round, person=None, *, offered=(), wanted=(), **fields):
    person = person or globals()["person"](mentoring_round.organisation)
    return Application.objects.create(
        organisation=mentoring_round.organisation,
        round=mentoring_round,
        person=person,
        **{
            "as_mentor": bool(offered),
            "as_mentee": bool(wanted),
            "offered": list(offered),
            "wanted": list(wanted),
            "languages": person.languages,
            **fields,
        },
    )


def mentor(mentoring_round, offered=(1,), level=6, **fields):
    """Somebody who has applied as a mentor and has the same level in every competence."""
    capacity = fields.pop("capacity", 1)
    somebody = person(mentoring_round.organisation, **fields)
    result(mentoring_round.organisation, person=somebody, levels=[level] * 16)
    application(mentoring_round, somebody, offered=offered, capacity=capacity)
    return somebody


def mentee(mentoring_round, wanted=(1,), level=2, **fields):
    """Somebody who has applied as a mentee and has the same level in every competence."""
    somebody = person(mentoring_round.organisation, **fields)
    result(mentoring_round.organisation, person=somebody, levels=[level] * 16)
    application(mentoring_round, somebody, wanted=wanted)
    return somebody


def pairing(organisation, **fields):
    """An active pair."""
    return Pairing.objects.create(
        organisation=organisation,
        **{
            "round": fields.pop("round", None)
            or mentoring_round(
                organisation, state="published", paired_at=timezone.now(), published_on=timezone.localdate()
            ),
            "mentor": fields.pop("mentor", None) or person(organisation),
            "mentee": fields.pop("mentee", None) or person(organisation),
            "focus": [1],
            "languages": ["fr"],
            "score": 20,
            "state": Pairing.State.ACTIVE,
            "started_on": timezone.localdate() - timedelta(days=30),
            **fields,
        },
    )


def left_out(mentoring_round, **fields):
    return LeftOut.objects.create(
        organisation=mentoring_round.organisation,
        round=mentoring_round,
        **{
            "person": fields.pop("person", None) or person(mentoring_round.organisation),
            "as_role": "mentee",
            "reason": LeftOut.Reason.NO_RESULT,
            **fields,
        },
    )


def mentoring_session(pairing, **fields):
    return MentoringSession.objects.create(
        organisation=pairing.organisation,
        pairing=pairing,
        **{
            "held_on": timezone.localdate() - timedelta(days=1),
            "minutes": 60,
            "competences": pairing.focus,
            "logged_by": pairing.mentor,
            **fields,
        },
    )


# --- upskilling -------------------------------------------------------------------------------------------------------


def offer(competences="1.1", **fields):
    """A course that can be joined at any time; the first of the DigComp codes is its main topic."""
    number = next(_numbers)
    framework = fields.setdefault(
        "framework", Framework.objects.filter(code="digcomp-2.2").latest("published_at")
    )
    made = Offer.objects.create(
        **{
            "programme": fields.pop("programme", None) or programme(),
            "provider": f"Provider {number}",
            "offer_id": f"C{number:04}",
            "provider_kind": Offer.ProviderKind.PUBLIC,
            "title": f"Course {number}",
            "title_lang": "en",
            "summaries": {"en": "What one learns."},
            "level_min": 1,
            "level_max": 8,
            "hours": 16,
            "cost_eur": 100,
            "cost_basis": Offer.CostBasis.PER_PERSON,
            "languages": ["fr"],
            "mode": Offer.Mode.ON_SITE,
            "place": "Luxembourg",
            "audience": Offer.Audience.OFFICE,
            "certificate": Offer.Certificate.ATTENDANCE,
            "start_type": Offer.StartType.CONTINUOUS,
            "url": "https://example.org/course",
            **fields,
        },
    )
    for place, code in enumerate(competences.split()):
        competence = Competence.objects.get(framework=framework, code=code)
        OfferCompetence.objects.create(offer=made, competence=competence, is_primary=place == 0)
    return made


def plan_item(person, offer=None, **fields):
    return PlanItem.objects.create(
        organisation=person.organisation, person=person, offer=offer or globals()["offer"](), **fields
    )


def recommendation(person, offer=None, **fields):
    return Recommendation.objects.create(
        organisation=person.organisation,
        person=person,
        offer=offer or globals()["offer"](),
        **{"rank": 1, "competence": 1, "gap": 2, "rule_version": "2026-1", **fields},
    )


# --- reporting --------------------------------------------------------------------------------------------------------


def report(period="2026Q3", **fields):
    """Asked for, and nothing more; with `figures` they are frozen."""
    quarter = Quarter.parse(period)
    if "figures" in fields:
        fields["figures"] = frozen(fields["figures"])
        fields |= {
            "snapshot_hash": hash_of(fields["figures"]),
            "frozen_at": timezone.now(),
            "rule_version": "1",
        }
    return Report.objects.create(
        programme=programme(),
        year=quarter.year,
        quarter=quarter.number,
        **{"cut_off": quarter.ends_at, **fields},
    )


def report_file(report, language="en", content=b"%PDF-1.7 a report", **fields):
    return ReportFile.objects.create(
        report=report,
        language=language,
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
        **fields,
    )
