"""All organisations beside each other, for officers."""

import pytest
from django.urls import reverse

from assessments import releases
from assessments.side_by_side import rows_of, sum_of
from tests import make

ADDRESS = reverse("assessments:organisations")


def organisation_with(slug, *levels, **fields):
    """Eight people at each level, everything counted."""
    made = make.organisation(slug, **fields)
    for level in levels:
        for _number in range(8):
            make.result(made, person=make.person(made), levels=[level] * 16)
    releases.refresh(made)
    return made


@pytest.fixture
def four(programme):
    return [
        organisation_with("one", 0, 4, sector="health"),
        organisation_with("two", 2, 4, sector="health"),
        organisation_with("three", 4, 8, sector="health"),
        organisation_with("four", 4, sector="trade"),  # all alike: nothing may be said
    ]


def test_every_organisation_has_a_row_and_complete_ones_are_summed(four, programme):
    make.organisation("new")

    rows = rows_of(programme.organisations.order_by("pk"), column=0)

    assert [row.figures and [str(figure) for figure in row.figures] for row in rows] == [
        ["8", "0", "8", "0", "0", "0", "16"],
        ["0", "8", "8", "0", "0", "0", "16"],
        ["0", "0", "8", "0", "8", "0", "16"],
        ["·"] * 7,
        None,
    ]
    assert [row.progress.shared for row in rows] == [16, 16, 16, 8, 0]
    assert sum_of(rows) == [8, 8, 24, 0, 8, 0, 48]
    assert sum_of(rows[1:]) is None  # two complete rows only


def test_an_organisation_that_dominates_is_not_summed_with_others(four, programme):
    rows = rows_of(programme.organisations.order_by("pk"), column=0)
    large = rows[0].__class__(
        rows[0].organisation, rows[0].made_at, rows[0].progress, [400, 0, 0, 0, 0, 0, 400]
    )

    assert sum_of([large, *rows[1:]]) is None


def test_an_officer_compares_organisations_and_filters_them(client, four, officer):
    client.force_login(officer)

    everybody = client.get(ADDRESS)
    health = client.get(ADDRESS + "?sector=health&subject=3.1")
    unknown = client.get(ADDRESS + "?sector=magic&subject=99")

    assert len(everybody.context["rows"]) == len(unknown.context["rows"]) == 4
    assert "One organisation" not in everybody.content.decode()
    assert reverse("assessments:skills", args=["one"]) in everybody.content.decode()
    assert [row.organisation.slug for row in health.context["rows"]] != []
    assert len(health.context["rows"]) == 3
    assert health.context["subject"].code == "3.1"


@pytest.mark.parametrize("who", ["hr", "staff", "committee", "outsider"])
def test_nobody_else_sees_the_page(client, request, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(ADDRESS).status_code in (403, 404)


def test_the_page_asks_as_often_for_one_organisation_as_for_four(
    client, officer, django_assert_max_num_queries
):
    client.force_login(officer)
    for number in range(3):
        organisation_with(f"more-{number}", 1, 4)
        with django_assert_max_num_queries(15):
            client.get(ADDRESS)
