"""What is on offer for one organisation on one day, ready to be asked for one gap after another.

The catalogue is read once. What suits a gap depends on competence, level and target alone, so each answer is worked
out once and serves everybody with the same gap.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from assessments.models import Competence, Crosswalk, CrosswalkEntry, Framework
from organisations.models import Organisation
from upskilling.gaps import Gap
from upskilling.models import Offer
from upskilling.scoring import PRIMARY, Link, Match, match, suits

LinksByTopic = dict[int, list[tuple[int, str]]]


class Shelf:
    """Courses that people of the organisation can still join."""

    def __init__(
        self,
        offers: Iterable[Offer],
        competences: Iterable[Competence],
        links: LinksByTopic,
        working_languages: Iterable[str],
        day: date,
    ):
        self.day = day
        self.competences = {competence.position: competence for competence in competences}
        self.working_languages = frozenset(working_languages)
        self._teaching: dict[int, list[tuple[Offer, Link]]] = defaultdict(list)
        for offer in offers:
            for position, link in _links_of(offer, links).items():
                self._teaching[position].append((offer, link))
        self._matches: dict[tuple[Gap, frozenset[str]], list[Match]] = {}

    @classmethod
    def of(cls, organisation: Organisation, day: date | None = None) -> "Shelf":
        """Five queries, however many offers there are."""
        day = day or timezone.localdate()
        offers = organisation.programme.offers.open(day).meant_for(organisation)
        offers = offers.exclude(tag_status=Offer.TagStatus.REJECTED).with_topics()
        competences = list(Framework.objects.pix().competences.select_related("area"))
        return cls(offers, competences, links_from(competences), organisation.languages, day)

    def matches(self, gap: Gap, languages: Iterable[str]) -> list[Match]:
        """Courses for this gap held in one of the languages.

        For people whose languages nobody has written down, the organisation's working languages count.
        """
        spoken = frozenset(languages) or self.working_languages
        if (gap, spoken) not in self._matches:
            self._matches[gap, spoken] = [
                match(offer, gap, link, self.day)
                for offer, link in self._teaching[gap.position]
                if suits(offer, gap) and not spoken.isdisjoint(offer.languages)
            ]
        return self._matches[gap, spoken]


def _links_of(offer, links):
    """For each Pix competence that the offer teaches, its closest link."""
    found: dict[int, Link] = {}
    for topic in offer.topics.all():
        for position, strength in links.get(topic.competence_id, ()):
            link = Link(strength, topic.is_primary)
            if position not in found or link.weight > found[position].weight:
                found[position] = link
    return found


def links_from(competences: list[Competence]) -> LinksByTopic:
    """For each competence that a course may teach: those of these it stands for, and how closely.

    From the newest crosswalk to each framework. They stand for themselves, too.
    """
    links: LinksByTopic = defaultdict(list)
    for competence in competences:
        links[competence.pk].append((competence.position, PRIMARY))
    frameworks = {competence.framework_id for competence in competences}
    crosswalks = Crosswalk.objects.published().filter(source__in=frameworks)
    newest = crosswalks.order_by("target_id", "-published_at", "-pk").distinct("target_id")
    entries = CrosswalkEntry.objects.filter(crosswalk__in=newest.values("pk"))
    for topic, position, strength in entries.values_list("target_id", "source__position", "strength"):
        links[topic].append((position, strength))
    return links
