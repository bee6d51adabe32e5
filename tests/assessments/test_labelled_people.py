"""How often recognising people is right, and how often it needs nobody: measured on the labelled set.

Precision: of the participations that are attached without anybody's help, the share attached to the right person.
Automatic recall: of the participations of people who truly are enrolled, the share attached to the right person
without anybody's help. Both over all campaigns of all seeds.
"""

from collections import Counter

import pytest

from assessments.recognising import Directory, Known, Participants, recognise
from tests.assessments.labelled_people import CAMPAIGNS, SEEDS, Workforce


def directory_of(workforce):
    return Directory(
        Known(
            place,
            *(person.last_name, person.first_name, person.staff_number, person.email),
            *(person.department, person.site, person.hired_on, person.left_on),
        )
        for place, person in enumerate(workforce.people)
    )


def recognised(workforce, campaign):
    given = Participants(
        last_names=campaign.last_names,
        first_names=campaign.first_names,
        external_ids=campaign.external_ids,
        student_numbers=campaign.student_numbers,
        groups=campaign.groups,
        divisions=campaign.divisions,
        imported=campaign.imported,
        moments=campaign.shared_at,
    )
    return recognise(directory_of(workforce), given)


def counts_of(campaign, match):
    pairs = list(zip(match.people, campaign.truth, strict=True))
    return Counter(
        rows=len(pairs),
        enrolled=sum(truth is not None for _person, truth in pairs),
        attached=sum(person is not None for person, _truth in pairs),
        right=sum(person is not None and person == truth for person, truth in pairs),
    )


@pytest.fixture(scope="module")
def counts():
    """What was found in each kind of campaign, over all seeds."""
    found = {}
    for seed in SEEDS:
        workforce = Workforce(seed)
        for name, options in CAMPAIGNS.items():
            campaign = workforce.campaign(name, **options)
            found[name] = found.get(name, Counter()) + counts_of(campaign, recognised(workforce, campaign))
    return found


def shares_of(counts):
    return counts["right"] / counts["attached"], counts["right"] / counts["enrolled"]


def test_on_the_labelled_set_precision_and_recall_are_as_promised(counts):
    whole = sum(counts.values(), Counter())
    for name, each in {**counts, "all": whole}.items():
        precision, recall = shares_of(each)
        print(f"{name}: {each['rows']} rows, precision {precision:.2%}, automatic recall {recall:.2%}")

    precision, recall = shares_of(whole)
    assert whole["rows"] > 10_000
    assert precision >= 0.998
    assert recall >= 0.95


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_in_no_kind_of_campaign_results_are_attached_in_doubt(counts, name):
    assert shares_of(counts[name])[0] >= 0.996


@pytest.mark.parametrize("name", [name for name, options in CAMPAIGNS.items() if options.get("asks_number")])
def test_where_the_campaign_asks_for_a_number_few_have_to_be_looked_at(counts, name):
    assert shares_of(counts[name])[1] >= 0.96


def test_the_labelled_set_is_the_same_each_time():
    first, second = (Workforce(7, size=50).campaign("again") for _time in range(2))

    assert first == second
