"""Ways on: where a want leads for which no suggestion stands, the same on every page and in every notice.

Every want leads somewhere: what there is comes in one order, the nearest to learning first, and
the last of it is there for all. Nobody is named: who could teach stands where they stand anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

from exchange.directory import Directory
from exchange.i18n.messages import Localizer
from exchange.languages import fallback_chain
from exchange.model import Cohort, Resource

MOST_WAYS = 3
"""How many ways on are shown of one want: more would have to be compared."""


class WayKind(StrEnum):
    """Where a want leads, in the order in which it is said; the message is ``way-<kind>``."""

    RESOURCE = "resource"  # a link to learn it from, or what is broader
    COHORT = "cohort"  # the cohort that forms
    TRAINERS = "trainers"  # those who share it, though they cannot help now
    REQUEST = "request"  # ask for it once, on a page of its own
    COORDINATORS = "coordinators"  # who they are
    NEARBY = "nearby"  # what is broader
    HELP = "help"  # how to take part
    THINGS = "things"  # of money, places and equipment: what there is at all


@dataclass(frozen=True, slots=True)
class WayOn:
    """One way on from a want: ``capacity`` is what it is about, which may be broader than the want.

    ``resources`` are the links of that capacity, ``people`` how many a cohort has.
    """

    kind: WayKind
    capacity: str
    resources: tuple[Resource, ...] = ()
    people: int = 0

    @property
    def message(self) -> str:
        """The message key of its words."""
        return f"way-{self.kind}"

    def resource(self, language: str) -> Resource | None:
        """The link for a reader: in their language, else in all, else in English, else the first."""
        order = (language, *fallback_chain(language)[:-1], "", "en")
        return min(
            self.resources,
            key=lambda one: order.index(one.language) if one.language in order else len(order),
            default=None,
        )


def ways_on(
    capacity: str,
    *,
    directory: Directory,
    is_offered: bool,
    cohorts: Iterable[Cohort] = (),
    seeker: str = "",
    languages: Collection[str] = (),
    is_request: bool = False,
) -> tuple[WayOn, ...]:
    """Return everywhere an unmet want leads, the nearest to learning first; never nothing.

    A page shows the first ``MOST_WAYS`` of them.

    ``is_offered`` is whether somebody else shares it who takes messages, and only cannot help now.
    Of the ``cohorts`` it is that of the ``seeker`` (a profile key), else one in a language of
    theirs; without a seeker, the largest. A request is not told to ask once more.
    """
    if directory.is_thing(capacity):
        # Nothing of it is learnt: no link, cohort or trainer leads on.
        asked = (WayKind.REQUEST,) if not is_request else ()
        kinds = (WayKind.THINGS, *asked, WayKind.COORDINATORS, WayKind.HELP)
        return tuple(WayOn(kind, capacity) for kind in kinds)
    found: list[WayOn] = []
    broader = directory.broader(capacity)
    for id in (capacity, *broader):
        known = directory.get(id)
        if known is not None and known.resources:
            found.append(WayOn(WayKind.RESOURCE, id, resources=known.resources))
            break
    cohort = _cohort_for(capacity, cohorts, seeker, languages)
    if cohort is not None:
        found.append(WayOn(WayKind.COHORT, capacity, people=len(cohort.members)))
    if is_offered:
        found.append(WayOn(WayKind.TRAINERS, capacity))
    if not is_request:
        found.append(WayOn(WayKind.REQUEST, capacity))
    found.append(WayOn(WayKind.COORDINATORS, capacity))
    found += [WayOn(WayKind.NEARBY, id) for id in broader[:1]]
    found.append(WayOn(WayKind.HELP, capacity))
    return tuple(found)


def _cohort_for(
    capacity: str, cohorts: Iterable[Cohort], seeker: str, languages: Collection[str]
) -> Cohort | None:
    """Return the cohort that somebody is in or could be in, the largest of several."""
    open_to = [
        one
        for one in cohorts
        if one.capacity == capacity
        and (not seeker or seeker in one.members or one.language in languages)
    ]
    return min(
        open_to,
        key=lambda one: (seeker not in one.members, -len(one.members), one.language),
        default=None,
    )


def way_words(
    way: WayOn, wording: Localizer, directory: Directory, *, escape: Callable[[str], str] = str
) -> str:
    """Return where a want leads, in words; ``escape`` makes names safe for where they go."""
    resource = way.resource(wording.language)
    if resource is not None:
        return wording.text(way.message, escape(resource.title))
    if way.kind is WayKind.COHORT:
        return wording.text(way.message, way.people)
    return wording.text(way.message, escape(directory.name(way.capacity, wording.language)))


# -- On a wiki: links of core wikitext, each to a page that is there or to a site of Wikimedia's.

_SITES = (
    *("wikimedia.org", "wikipedia.org", "wikidata.org", "mediawiki.org", "wiktionary.org"),
    *("wikibooks.org", "wikiquote.org", "wikisource.org", "wikinews.org", "wikiversity.org"),
    *("wikivoyage.org", "wikifunctions.org", "toolforge.org", "wmcloud.org", "learn.wiki"),
)
"""Where a bot may link to from any page: no wiki of Wikimedia's has these on its spam blacklist."""


@dataclass(frozen=True, slots=True)
class WayTitles:
    """The titles of our pages that ways on lead to."""

    reports: str = "Capacity Exchange/Reports"
    portal: str = "Capacity Exchange"
    directory: str = "Capacity Exchange/Directory.json"
    coordinators: str = "Capacity Exchange/Coordinators.json"

    def title(self, way: WayOn, language: str) -> str:
        """The title of the page that a way leads to; empty where it leads to another site.

        A link that coordinators wrote and that is on no site of Wikimedia's leads to where they
        wrote it: a wiki may refuse a whole page for one address.
        """
        if way.kind is WayKind.RESOURCE:
            return "" if _is_ours(way.resource(language)) else self.directory
        return {
            WayKind.COHORT: f"{self.reports}/cohorts",
            WayKind.TRAINERS: f"{self.reports}/interventions",
            WayKind.COORDINATORS: self.coordinators,
            WayKind.NEARBY: f"{self.reports}/gaps",
            WayKind.THINGS: f"{self.reports}/things",
        }.get(way.kind, self.portal)

    def link(self, way: WayOn, words: str, language: str) -> str:
        """Return a way as wikitext; ``words`` are safe in it already."""
        title = self.title(way, language)
        if title:
            return f"[[:{title}|{words}]]"
        resource = way.resource(language)
        assert resource is not None
        # Nothing that ends an address in wikitext is left in it.
        address = quote(resource.url, safe="/:?#@!$&*+,;=%")
        address = address.replace("~", "%7E").replace("__", "%5F%5F")
        return f'<span class="plainlinks">[{address} {words}]</span>'


def _is_ours(resource: Resource | None) -> bool:
    host = (urlsplit(resource.url).hostname or "") if resource is not None else ""
    return any(host == site or host.endswith(f".{site}") for site in _SITES)
