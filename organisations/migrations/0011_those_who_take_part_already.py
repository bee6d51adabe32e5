"""Organisations that took part before: their stage, their paper checklist, and their seats in the ledger."""

from datetime import UTC, datetime

from django.db import migrations


def carry_over(apps, schema_editor):
    models = {
        name: apps.get_model("organisations", name) for name in ("Checklist", "StageChange", "LicencePot")
    }
    for organisation in apps.get_model("organisations", "Organisation").objects.select_related("programme"):
        models["Checklist"].objects.create(organisation=organisation, carried_over=True)
        models["StageChange"].objects.create(
            organisation=organisation, stage=organisation.stage, day=organisation.joined_on
        )
        if organisation.stage == "closing":
            organisation.access_ends_on = organisation.programme.ends_on
            organisation.save(update_fields=["access_ends_on"])
        if organisation.licence_quota:
            move_quota_into_the_ledger(apps, organisation)


def move_quota_into_the_ledger(apps, organisation):
    """The quota becomes a grant; whoever is enrolled holds a seat, the first ones first, as far as they go."""
    move = apps.get_model("organisations", "LicenceMove")
    people = organisation.people.filter(left_on=None).order_by("enrolled_at", "pk")
    seats = list(people.values_list("pk", "enrolled_at")[: organisation.licence_quota])
    granted_at = datetime.combine(organisation.joined_on, datetime.min.time(), UTC)
    apps.get_model("organisations", "LicencePot").objects.create(
        organisation=organisation, funder="state", granted=organisation.licence_quota, assigned=len(seats)
    )
    move.objects.create(
        organisation=organisation,
        funder="state",
        kind="granted",
        number=organisation.licence_quota,
        at=granted_at,
    )
    move.objects.bulk_create(
        [
            move(organisation=organisation, funder="state", kind="assigned", number=1, person_id=pk, at=at)
            for pk, at in seats
        ],
        batch_size=5_000,
    )


class Migration(migrations.Migration):
    dependencies = [("organisations", "0010_onboarding_and_licences")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
