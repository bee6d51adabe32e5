import pytest
from django.urls import reverse

from tests import make
from upskilling.models import Offer


@pytest.fixture
def admin(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.mark.parametrize("model", ["offer", "planitem", "recommendation"])
def test_lists_take_the_same_queries_for_one_row_and_for_three(
    admin, acme, model, django_assert_max_num_queries
):
    counts = []
    for rows in (1, 2):
        for _row in range(rows):
            person, offer = make.person(acme), make.offer()
            make.plan_item(person, offer)
            make.recommendation(person, offer)
        with django_assert_max_num_queries(20) as counted:
            page = admin.get(reverse(f"admin:upskilling_{model}_changelist"), {"q": "Course"})
        assert page.status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("action", "status"),
    [("mark_reviewed", Offer.TagStatus.REVIEWED), ("mark_rejected", Offer.TagStatus.REJECTED)],
)
def test_an_admin_judges_what_courses_claim_to_teach(admin, admin_user, programme, action, status):
    offer = make.offer()

    admin.post(
        reverse("admin:upskilling_offer_changelist"), {"action": action, "_selected_action": [offer.pk]}
    )

    offer.refresh_from_db()
    assert (offer.tag_status, offer.reviewed_by, offer.reviewed_on is None) == (status, admin_user, False)


def test_an_admin_sees_a_suggestion_without_the_gap(admin, acme):
    row = make.recommendation(make.person(acme), gap=3, reasons=[{"code": "closes_gap", "level": 1}])

    page = admin.get(reverse("admin:upskilling_recommendation_change", args=[row.pk])).content.decode()

    assert str(row.offer) in page
    assert "closes_gap" not in page
    assert "field-gap" not in page


def test_a_course_can_be_opened_with_its_topics_and_not_deleted(admin, programme):
    offer = make.offer("1.1 4.1")

    page = admin.get(reverse("admin:upskilling_offer_change", args=[offer.pk])).content.decode()

    assert "4.1" in page
    assert admin.get(reverse("admin:upskilling_offer_delete", args=[offer.pk])).status_code == 403
