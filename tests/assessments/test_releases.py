"""What is shown of an organisation's levels, and what a change makes of it."""

import pytest

from assessments import releases
from assessments.models import CountedResult, Release
from tests import make


def people_with(organisation, levels, count, shares=False, **fields):
    made = []
    for _number in range(count):
        person = make.person(organisation, **fields)
        make.result(organisation, person=person, levels=[levels] * 16)
        if shares:
            make.sharing_choice(person)
        made.append(person)
    return made


def published(organisation, reader="hr", column=0):
    """Each group's counts by band, as they are shown."""
    shown = releases.publish(organisation).figures[reader]
    names = [group["name"] for group in shown["groups"]]
    return dict(zip(names, shown["columns"][column]["rows"], strict=True))


def test_departments_are_shown_with_all_that_are_large_enough(acme, globex):
    people_with(acme, 0, 6, department="Sales")
    people_with(acme, 4, 7, department="Sales")
    people_with(acme, 2, 5, department="Finance")
    people_with(acme, 4, 5, department="Finance")
    people_with(globex, 8, 30, department="Sales")

    assert published(acme) == {"Finance": [0, 5, 5, 0, 0, 0], "Sales": [6, 0, 7, 0, 0, 0]}


def test_a_department_is_one_however_it_is_spelt(acme):
    people_with(acme, 0, 4, department="Sales")
    people_with(acme, 4, 4, department="SALES")

    [group] = releases.publish(acme).figures["hr"]["groups"]

    assert group["people"] == 8
    assert group["name"] in [name for name, *_counts in releases.publish(acme).figures["progress"]]


@pytest.mark.parametrize("edit", ["department", "left_on", "result", "job_family"])
def test_one_change_changes_nothing_that_is_shown(acme, edit):
    people = people_with(acme, 0, 6, department="Sales") + people_with(acme, 4, 7, department="Sales")
    people_with(acme, 2, 5, department="Finance")
    people_with(acme, 4, 5, department="Finance")
    before = releases.publish(acme)

    if edit == "result":
        make.result(acme, person=people[0], levels=[8] * 16)
    elif edit == "job_family":
        make.target_profile(acme, job_family="Clerk")
        acme.people.filter(pk=people[0].pk).update(job_family="Clerk")
    else:
        value = {"department": "Finance", "left_on": "2026-01-01"}[edit]
        acme.people.filter(pk=people[0].pk).update(**{edit: value})

    after = releases.publish(acme).figures
    assert {name: after[name] for name in ("hr", "officer")} == {
        name: before.figures[name] for name in ("hr", "officer")
    }


def test_six_new_results_change_the_figures_together(acme):
    people = people_with(acme, 0, 6, department="Sales") + people_with(acme, 4, 7, department="Sales")
    releases.publish(acme)

    for person in people[:6]:
        make.result(acme, person=person, levels=[8] * 16)
    assert published(acme) == {
        "Sales": None
    }  # the six were all alike before, and so are the seven who remain

    for person in people:
        make.result(acme, person=person, levels=[6 if person.pk % 2 else 8] * 16)
    counts = published(acme)["Sales"]
    assert counts[:3] == [0, 0, 0]
    assert sum(counts) == 13


def test_what_was_counted_is_known_without_names_and_forgotten_once_it_is_spent(acme):
    people = people_with(acme, 0, 3) + people_with(acme, 4, 4)
    releases.publish(acme)
    acme.people.filter(pk__in=[person.pk for person in people]).update(left_on="2026-01-01")

    releases.publish(acme)

    assert {(row.cohort_id, row.levels) for row in CountedResult.objects.all()} == {(None, None)}
    assert not acme.cohorts.exists()


def test_hr_sees_no_number_that_the_known_levels_would_open(acme):
    """Six in a band, of whom five share: HR would know that there is one more."""
    people_with(acme, 4, 5, shares=True)
    people_with(acme, 4, 2)
    people_with(acme, 0, 9)

    hr, officer = published(acme)[""], published(acme, "officer")[""]

    assert (hr[2], officer) == ("nothing", [9, 0, 7, 0, 0, 0])


def test_a_department_whose_last_few_keep_their_levels_is_hidden_from_hr(acme):
    people = people_with(acme, 0, 4, department="Sales") + people_with(acme, 4, 4, department="Sales")
    assert "Sales" in published(acme)

    for person in people[:4]:
        make.sharing_choice(person)

    assert published(acme) == {}
    assert "Sales" in published(acme, "officer")


def test_change_since_the_baseline_is_shown_for_whole_cohorts(acme):
    for number in range(12):
        person = make.person(acme)
        make.result(acme, person=person, levels=[2] * 16, shared_at="2026-01-10T12:00Z")
        make.result(acme, person=person, levels=[2 + number % 2] * 16, shared_at="2026-06-10T12:00Z")

    [first, *_others] = releases.publish(acme).figures["hr"]["changes"]

    assert first == {"n": 12, "mean": 0.5, "deviation": 0.52, "counts": [0, 6, 6]}


def test_a_release_that_would_say_the_same_is_not_made_again(acme):
    people_with(acme, 0, 6)

    assert releases.publish(acme) == releases.publish(acme)


def test_the_refresh_publishes(acme):
    people_with(acme, 0, 3)
    people_with(acme, 4, 4)

    assert releases.refresh(acme)["release"] == Release.objects.get(organisation=acme).pk


def test_publishing_takes_the_same_number_of_queries(acme, django_assert_num_queries):
    for number in range(2):
        people_with(acme, 1, 4, department=f"D{number}")
        people_with(acme, 4, 4, department=f"D{number}")
        releases.publish(acme)
        with django_assert_num_queries(14):
            releases.publish(acme)
