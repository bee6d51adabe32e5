from collections import Counter

from organisations.commands import ReportingCommand
from upskilling.coverage import gaps_without_offer
from upskilling.recommending import advise_everybody, keep
from upskilling.scoring import RULE_VERSION

TOP = 10


class Command(ReportingCommand):
    help = "Work out which courses to suggest to the people of an organisation; with --commit, keep it for the day."
    organisation_option = True

    def answer(self, organisation, **options):
        people, recommendations, suggested, offers = Counter(), 0, Counter(), {}
        for advice in keep(organisation, advise_everybody(organisation)):
            people["all"] += 1
            people["with_gap"] += bool(advice.gaps)
            people["without_offer"] += advice.missing == "offer"
            recommendations += len(advice.suggestions)
            for suggestion in advice.suggestions:
                offers[suggestion.offer.pk] = suggestion.offer
                suggested[suggestion.offer.pk] += 1
        return {
            "people": people["all"],
            "with_gap": people["with_gap"],
            "recommendations": recommendations,
            "people_without_offer": people["without_offer"],
            "top_offers": [
                {
                    "provider": offers[pk].provider,
                    "offer_id": offers[pk].offer_id,
                    "title": offers[pk].title,
                    "people": count,
                }
                for pk, count in suggested.most_common(TOP)
            ],
            "gaps_without_offer": [
                {
                    "competence": line.competence.code,
                    "title": line.competence.title,
                    "people": line.without_offer,
                }
                for line in gaps_without_offer(organisation)
            ],
            "rule_version": RULE_VERSION,
            "errors": [],
        }
