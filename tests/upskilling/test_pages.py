from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import releases
from tests import make
from upskilling.models import PlanItem


@pytest.fixture
def learner(staff, acme):
    """The staff member, two levels below the target in the first competence."""
    person = staff.people.get()
    make.result(acme, person=person, levels=[2] * 16)
    make.target_profile(acme, levels=[4, *[None] * 15])
    return person


def get(client, user, name, *arguments, **query):
    client.force_login(user)
    return client.get(reverse(f"upskilling:{name}", args=["acme", *arguments]), query)


def post(client, user, name, *arguments, follow=False):
    client.force_login(user)
    return client.post(reverse(f"upskilling:{name}", args=["acme", *arguments]), follow=follow)


# --- My learning ------------------------------------------------------------------------------------------------------


def test_a_learner_sees_what_closes_the_gap_and_why(client, staff, learner):
    make.offer(
        "1.1",
        title="Bien chercher",
        title_lang="fr",
        level_min=2,
        cost_eur=0,
        place="Esch",
        languages=["fr", "de"],
    )

    page = get(client, staff, "my-learning").content.decode()

    assert '<a lang="fr" href="/o/acme/catalogue/' in page
    for words in (
        "Bien chercher",
        "1.1 Conducting research and information monitoring",
        "It can take you from level 2 to your target, level 4.",
        "This is what the course is mainly about.",
        "It is free of charge.",
        "French, German",
        "on site, Esch",
        "Add to my plan",
        "You have not chosen a course yet.",
    ):
        assert words in page


def test_a_chosen_course_stands_in_the_plan_and_can_be_taken_out(client, staff, learner):
    offer = make.offer("1.1")

    page = post(client, staff, "choose-offer", offer.pk, follow=True)
    assert page.redirect_chain == [("/o/acme/my-learning/", 302)]
    assert "is in your plan" in page.content.decode()
    assert "in my plan" in page.content.decode()
    assert learner.plan_items.open().get().offer == offer

    page = post(client, staff, "drop-offer", offer.pk, follow=True)
    assert "is no longer in your plan" in page.content.decode()
    assert not learner.plan_items.open().exists()


def test_a_double_click_chooses_once(client, staff, learner):
    offer = make.offer("1.1")
    for _click in range(2):
        assert post(client, staff, "choose-offer", offer.pk).status_code == 302

    assert PlanItem.objects.count() == 1


def test_what_is_over_is_refused_with_a_sentence(client, staff, learner):
    offer = make.offer("1.1", title="Old course", valid_until=timezone.localdate() - timedelta(days=1))

    page = post(client, staff, "choose-offer", offer.pk, follow=True).content.decode()

    assert "Nobody can join “Old course” any more. Choose another course." in page
    assert PlanItem.objects.count() == 0


def test_a_gap_without_a_course_is_named_beside_the_others(client, staff, acme):
    make.result(acme, person=staff.people.get(), levels=[2] * 16)
    make.target_profile(acme, levels=[4] * 2 + [None] * 14)
    make.offer("1.1")

    page = get(client, staff, "my-learning").content.decode()

    assert "For these gaps no course suits you today" in page
    assert "1.2 Managing data" in page


@pytest.mark.parametrize(
    ("level", "target", "words"),
    [
        (None, 4, "No result yet"),
        (2, None, "No target yet"),
        (4, 4, "You have reached your targets"),
        (2, 4, "No course suits your gaps today"),
    ],
)
def test_an_empty_list_says_what_is_missing(client, staff, acme, level, target, words):
    if level:
        make.result(acme, person=staff.people.get(), levels=[level] * 16)
    if target:
        make.target_profile(acme, levels=[target] * 16)

    assert words in get(client, staff, "my-learning").content.decode()


def test_a_colleagues_plan_is_not_shown(client, staff, learner, acme):
    make.plan_item(make.person(acme), make.offer("4.1", title="Somebody else's course"))

    assert "Somebody else" not in get(client, staff, "my-learning").content.decode()


# --- The catalogue ----------------------------------------------------------------------------------------------------


@pytest.fixture
def courses(programme):
    return [
        make.offer("1.1", title="Chercher", title_lang="fr", languages=["fr"], cost_eur=0),
        make.offer("4.1", title="Sicherheit", title_lang="de", languages=["de", "lb"], mode="online_live"),
        make.offer("4.2 1.1", title="Privacy", provider="Académie", languages=["en"]),
        make.offer("1.1", title="Expired", valid_until=timezone.localdate() - timedelta(days=1)),
    ]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, ["Chercher", "Privacy", "Sicherheit"]),
        ({"competence": "digcomp-2.2:1.1"}, ["Chercher", "Privacy"]),
        ({"language": "lb"}, ["Sicherheit"]),
        ({"free": "on"}, ["Chercher"]),
        ({"mode": "online_live"}, ["Sicherheit"]),
        ({"q": "academie"}, ["Privacy"]),
        ({"competence": "nonsense", "language": "xx"}, ["Chercher", "Privacy", "Sicherheit"]),
        ({"free": "on", "language": "de"}, []),
    ],
)
def test_the_catalogue_can_be_narrowed(client, hr, acme, courses, query, titles):
    response = get(client, hr, "catalogue", **query)

    assert [offer.title for offer in response.context["page"]] == titles
    assert ("No course like this" in response.content.decode()) == (not titles)


def test_what_one_can_still_join_comes_first(client, hr, acme):
    make.offer(title="A", start_type="dated", next_start=timezone.localdate() - timedelta(days=1))
    make.offer(title="B", start_type="dated", next_start=timezone.localdate())
    make.offer(title="C")

    assert [offer.title for offer in get(client, hr, "catalogue").context["page"]] == ["B", "C", "A"]


def test_hr_and_officers_find_the_gaps_from_the_catalogue(client, hr, officer, staff, acme):
    link = reverse("upskilling:gaps", args=["acme"])
    assert [link in get(client, user, "catalogue").content.decode() for user in (hr, officer, staff)] == [
        True,
        True,
        False,
    ]


def test_titles_say_their_language(client, hr, acme, courses):
    assert f'<a lang="de" href="/o/acme/catalogue/{courses[1].pk}/">Sicherheit</a>' in (
        get(client, hr, "catalogue").content.decode()
    )


def test_an_empty_catalogue_says_so(client, hr, acme):
    assert "The programme has not loaded its catalogue yet." in get(client, hr, "catalogue").content.decode()


def test_staff_can_choose_on_the_page_of_a_course_and_others_only_read(client, staff, hr, officer, courses):
    for user, may_choose in [(staff, True), (hr, False), (officer, False)]:
        page = get(client, user, "offer", courses[0].pk).content.decode()
        assert "What one learns." in page
        assert ("Add to my plan" in page) is may_choose


def test_a_course_that_is_over_can_still_be_read(client, staff, courses):
    page = get(client, staff, "offer", courses[3].pk).content.decode()

    assert "Nobody can join this course at the moment" in page
    assert "Add to my plan" not in page


# --- Gaps -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(acme):
    """Seven people at their target, eight below it, for two of whom every course starts too high."""
    make.target_profile(acme, levels=[4, *[None] * 15])
    make.offer("1.1", level_min=3)
    for level, count in [(4, 7), (3, 6), (1, 2)]:
        for _number in range(count):
            person = make.person(acme, last_name=f"Secret{count}")
            make.result(acme, person=person, levels=[level] * 16)
    releases.refresh(acme)


def test_hr_and_officers_see_how_many_and_no_small_number(client, hr, officer, acme, many):
    for user in (hr, officer):
        response = get(client, user, "gaps")
        page = response.content.decode()

        [line] = response.context["lines"]
        assert str(line.without_offer) == "‹5"
        assert '<abbr title="fewer than 5">‹5</abbr>' in page
        assert "Secret" not in page


def test_without_results_the_page_says_what_will_stand_there(client, hr, acme):
    assert "Nothing to compare yet" in get(client, hr, "gaps").content.decode()


# --- Who may, and at which price --------------------------------------------------------------------------------------


def test_nobody_but_staff_opens_learning_and_nobody_but_hr_and_officers_the_gaps(client, hr, officer, staff):
    assert [get(client, user, "my-learning").status_code for user in (hr, officer)] == [403, 403]
    assert get(client, staff, "gaps").status_code == 403


def test_a_stranger_finds_nothing(client, outsider, acme, globex):
    offer = make.offer()
    statuses = [
        get(client, outsider, name, *arguments).status_code
        for name, *arguments in [("my-learning",), ("catalogue",), ("offer", offer.pk), ("gaps",)]
    ]
    statuses += [
        post(client, outsider, name, offer.pk).status_code for name in ("choose-offer", "drop-offer")
    ]
    assert statuses == [404] * 6


def test_choosing_needs_a_post(client, staff, learner):
    offer = make.offer()
    assert [get(client, staff, name, offer.pk).status_code for name in ("choose-offer", "drop-offer")] == [
        405,
        405,
    ]


def queries_of(client, user, name):
    client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(f"upskilling:{name}", args=["acme"])).status_code == 200
    bookkeeping = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    return len([query for query in captured if not query["sql"].startswith(bookkeeping)])


@pytest.mark.parametrize(("name", "most"), [("my-learning", 13), ("catalogue", 10), ("gaps", 14)])
def test_a_page_takes_the_same_queries_for_one_row_and_for_three(
    client, staff, hr, learner, acme, name, most
):
    user = staff if name == "my-learning" else hr
    counts = []
    for rows in (1, 2):
        for _row in range(rows):
            make.plan_item(learner, make.offer("1.1 4.1"))
            make.result(acme, person=make.person(acme), levels=[1] * 16)
        counts.append(queries_of(client, user, name))
    assert counts[0] == counts[1] <= most


# --- The first page ---------------------------------------------------------------------------------------------------


def home(client, user):
    client.force_login(user)
    return client.get(reverse("organisations:home", args=["acme"]))


def words(response):
    return [(need.count, need.words) for need in response.context["needs"]]


def facts(response):
    return {fact.label: str(fact.value) for fact in response.context["facts"]}


def test_the_first_page_tells_a_learner_about_gaps_until_a_course_is_chosen(client, staff, learner):
    response = home(client, staff)
    assert (1, "competence is below your target: choose a course") in words(response)
    assert facts(response)["Courses in my plan"] == "0"

    make.plan_item(learner)

    response = home(client, staff)
    assert not any("choose a course" in sentence for _count, sentence in words(response))
    assert facts(response)["Courses in my plan"] == "1"


def test_the_first_page_tells_hr_how_many_have_chosen_when_they_are_enough(client, hr, acme):
    for _number in range(4):
        make.plan_item(make.person(acme))
    assert facts(home(client, hr))["People who have chosen a course"] == "‹5"

    make.plan_item(make.person(acme))
    assert facts(home(client, hr))["People who have chosen a course"] == "5"
