"""Frameworks and crosswalks come from files as drafts; an officer publishes them. A change is a new version."""

import hashlib
import json
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.digcomp import Map, moved_by_the_map
from assessments.disclosure import Figure, protect_counts
from assessments.models import Area, Competence, Crosswalk, CrosswalkEntry, Framework, Result
from organisations.models import User
from organisations.problems import Problem, Refused

DATA = Path(__file__).parent / "data"


def load_frameworks(directory: Path = DATA, *, publish: bool = False) -> dict[str, list[str]]:
    """Load every framework and crosswalk of the directory that is not there yet. Running it again changes nothing.

    They are drafts. With `publish` the first version of each is in use at once, as a first set-up needs it; later
    versions wait for an officer all the same. Raises `Refused` for a file that differs from what was loaded.
    """
    done: dict[str, list[str]] = {"created": [], "unchanged": []}
    with transaction.atomic():
        for pattern, load in (("framework-*.json", load_framework), ("crosswalk-*.json", load_crosswalk)):
            for path in sorted(directory.glob(pattern)):
                content = path.read_bytes()
                is_new = load(json.loads(content), hashlib.sha256(content).hexdigest(), path.name)
                done["created" if is_new else "unchanged"].append(path.name)
        if publish:
            publish_first_versions()
    return done


def publish_first_versions() -> None:
    """Put in use what has no version in use yet."""
    frameworks = Framework.objects.published().values("code")
    Framework.objects.exclude(code__in=frameworks).update(published_at=timezone.now())
    for draft in Crosswalk.objects.filter(published_at=None).select_related("source", "target"):
        both_published = draft.source.published_at and draft.target.published_at
        if both_published and published_before(draft) is None:
            publish(draft, None)


def publish(version: Framework | Crosswalk, user: User | None) -> None:
    """Put a version in use; from then on nobody can change it. A map needs both its frameworks published first.

    Publishing again changes nothing. Raises `Refused`.
    """
    if isinstance(version, Crosswalk) and not (version.source.published_at and version.target.published_at):
        raise Refused(_("Publish both frameworks of this map first."))
    type(version).objects.filter(pk=version.pk, published_at=None).update(
        published_at=timezone.now(), published_by=user
    )


def load_framework(data: dict, digest: str, name: str) -> bool:
    framework, is_new = Framework.objects.get_or_create(
        code=data["code"],
        version=data["version"],
        defaults={
            "name": data["name"],
            "source": data["source"],
            "digest": digest,
            "issued_on": date.fromisoformat(data["published_on"]),
        },
    )
    refuse_an_edit(framework.digest, digest, name)
    if is_new:
        add_competences(framework, data["areas"])
    return is_new


def add_competences(framework: Framework, areas: list[dict]) -> None:
    competences = []
    for position, described in enumerate(areas, start=1):
        area = Area.objects.create(
            framework=framework, code=described["code"], position=position, titles=described["titles"]
        )
        competences += [
            Competence(framework=framework, area=area, code=competence["code"], titles=competence["titles"])
            for competence in described["competences"]
        ]
    for position, competence in enumerate(competences, start=1):
        competence.position = position
    Competence.objects.bulk_create(competences)


def load_crosswalk(data: dict, digest: str, name: str) -> bool:
    source, target = newest(data["source"]), newest(data["target"])
    crosswalk, is_new = Crosswalk.objects.get_or_create(
        source=source,
        target=target,
        version=data["version"],
        defaults={
            "note": data["note"],
            "digest": digest,
            "issued_on": date.fromisoformat(data["published_on"]),
        },
    )
    refuse_an_edit(crosswalk.digest, digest, name)
    if is_new:
        from_code = {competence.code: competence for competence in source.competences.all()}
        to_code = {competence.code: competence for competence in target.competences.all()}
        CrosswalkEntry.objects.bulk_create(
            CrosswalkEntry(
                crosswalk=crosswalk,
                source=from_code[entry["source"]],
                target=to_code[entry["target"]],
                strength=entry["strength"],
                note=entry["note"],
            )
            for entry in data["entries"]
        )
    return is_new


def newest(code: str) -> Framework:
    return Framework.objects.filter(code=code).latest("issued_on", "pk")


def refuse_an_edit(loaded: str, digest: str, name: str) -> None:
    if loaded != digest:
        reason = _(
            "%(file)s differs from what was loaded under this version. Give the change a version of its own."
        )
        raise Refused([Problem(reason % {"file": name})])


# --- For officers -----------------------------------------------------------------------------------------------------


def every_framework():
    """All versions, drafts included, with the number of their competences."""
    return Framework.objects.annotate(count=Count("competences")).order_by("code", "-issued_on", "-pk")


def every_crosswalk():
    """All versions of all maps, drafts included, with the number of their pairs."""
    crosswalks = Crosswalk.objects.select_related("source", "target").annotate(count=Count("entries"))
    return crosswalks.order_by("source__code", "target__code", "-issued_on", "-pk")


def entries_of(crosswalk: Crosswalk):
    entries = crosswalk.entries.select_related("source", "target")
    return entries.order_by("target__position", "source__position")


def published_before(crosswalk: Crosswalk) -> Crosswalk | None:
    """The map in use between the same two lists of competences, if that is another one."""
    published = Crosswalk.objects.published().filter(
        source=crosswalk.source, target__code=crosswalk.target.code
    )
    return published.exclude(pk=crosswalk.pk).order_by("-published_at", "-pk").first()


def moves_through(crosswalk: Crosswalk) -> dict[str, Figure]:
    """How many people of each organisation would read otherwise through this draft although nobody was tested anew.

    They are listed apart, so that a new map is never taken for progress. Small numbers are hidden. Nothing for a map
    that is published already, or that replaces none.
    """
    in_use = published_before(crosswalk)
    if crosswalk.published_at or in_use is None:
        return {}
    before, after = Map(in_use), Map(crosswalk)
    newest = Result.objects.profiles().shared().with_levels().filter(framework=crosswalk.source)
    counts: dict[str, int] = {}
    for name, levels in newest.newest_per_person().values_list("organisation__name", "levels"):
        counts[name] = counts.get(name, 0) + bool(moved_by_the_map(levels, before, after))
    return protect_counts(dict(sorted(counts.items())), total=False).counts
