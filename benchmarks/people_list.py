"""A page of the list of 50 000 people, its count and choices included, beside a bare indexed SELECT of 50 rows.

The floor reads the same columns of 50 rows by their key. The slowest of the pages counts: first and last page, each
sorting, a search that finds many and one that finds nobody.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
from django.db import transaction
from django.http import QueryDict

from benchmarks.measurement import Measurement, seconds_of
from organisations.models import Organisation, Person, Programme
from organisations.people_forms import SORTS, PeopleFilterForm
from organisations.scope import only

TITLE = "page of a list of 50 000 people"
LIMIT = 20.0
PEOPLE = 50_000
REPEATS = 7  # the quickest counts: it is the one that other programs disturbed least
SLOWEST = 0.05  # seconds for the queries of one page
QUERIES = [*(f"sort={name}" for name in SORTS), "q=nom4999", "q=nobody", "department=Unit 7", "page=200"]


def run() -> Measurement:
    with many_people() as organisation, transaction.atomic(), only(organisation.pk):
        numbers = list(organisation.people.by_name().values_list("pk", flat=True)[1_000:1_050])
        floor = quickest(lambda: list(organisation.people.filter(pk__in=numbers)))
        times = {query: quickest(lambda query=query: read_page(organisation, query)) for query in QUERIES}
    slowest = max(times, key=times.get)
    within = "within" if times[slowest] < SLOWEST else "NOT within"
    return Measurement(
        seconds=times[slowest],
        floor_seconds=floor,
        note=f"slowest: {slowest}, {1000 * times[slowest]:.0f} ms, {within} {1000 * SLOWEST:.0f} ms; "
        + ", ".join(f"{query} {1000 * seconds:.0f}" for query, seconds in times.items()),
    )


def quickest(work: Callable[[], object]) -> float:
    work()
    return min(seconds_of(work) for _repeat in range(REPEATS))


def read_page(organisation: Organisation, query: str) -> list[Person]:
    """What the view asks the database for."""
    asked = QueryDict(query)
    return PeopleFilterForm(asked, organisation=organisation).page(asked.get("page")).object_list


@contextmanager
def many_people() -> Iterator[Organisation]:
    """An organisation with 50 000 people, committed, and removed afterwards."""
    programme, _is_new = Programme.objects.get_or_create(
        slug="pilot", defaults={"name": "Pilot", "starts_on": "2025-06-01", "ends_on": "2030-12-31"}
    )
    organisation = Organisation.objects.create(
        programme=programme,
        slug="benchmark-people",
        name="Benchmark",
        legal_id="B000002",
        sector="other",
        kind="private",
    )
    try:
        with transaction.atomic(), only(organisation.pk):
            Person.objects.bulk_create(
                (person(organisation, number) for number in range(PEOPLE)), batch_size=2_000
            )
        vacuum()
        yield organisation
    finally:
        with transaction.atomic(), only(organisation.pk):
            organisation.people.all()._raw_delete("default")
        organisation.delete()


def vacuum() -> None:
    """What autovacuum does within a minute; only the owner may."""
    owner = psycopg2.connect(os.environ["MIGRATE_DATABASE_URL"])
    try:
        owner.autocommit = True
        owner.cursor().execute("VACUUM ANALYZE organisations_person, organisations_licencemove")
    finally:
        owner.close()


def person(organisation: Organisation, number: int) -> Person:
    shuffled = number * 7_919 % PEOPLE
    return Person(
        organisation=organisation,
        last_name=f"Nom{shuffled:05}",
        first_name="Ada" if number % 2 else "Éric",
        email=f"person{number}@benchmark.example",
        staff_number=f"S{number:05}",
        department=f"Unit {number % 40}",
        site=f"Site {number % 11}",
        job_family=f"Job {number % 23}",
        languages=["fr", "de"] if number % 3 else ["lb"],
        left_on="2026-01-01" if number % 20 == 0 else None,
    )
