"""Elsewhere: where somebody may have said something about themselves before, asked for their own form.

Each source is a small reader behind one port. All are asked at once, without a login, and waited for
together; what does not answer in time, is too large or cannot be read says nothing. Pages that are
the same for everybody are kept for an hour.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import requests

from exchange.directory import Directory
from exchange.settings import Settings
from exchange.sources.affiliates import affiliation_statements, group_statements, read_affiliates
from exchange.sources.platform import (
    CAPACITIES_TITLE,
    COMMONS,
    PEOPLE_TITLE,
    platform_offers,
    read_capacities,
    read_people,
)
from exchange.sources.statements import (
    EarlierStatement,
    mentor_statements,
    parse_json,
    read_badges,
    read_categories,
    read_mentors,
    read_tools,
    same_user,
)
from exchange.titles import normalise_title
from webtool.limits import BoundedCalls, TooBusy

log = logging.getLogger(__name__)

AT_ONCE = 8
MAX_BYTES = 4_000_000
MOST_KEPT = 200
SHARED = 3600.0
OWN = 60.0
"""Seconds for which an answer is kept: one that is the same for everybody, one about one person."""


@dataclass(frozen=True, slots=True)
class FormOwner:
    """Whose form it is: their user name, the name of the group that they speak for, if one."""

    user: str
    group: str
    directory: Directory
    today: date


class Source(Protocol):
    """A place where somebody may have said something; message ``account-said-<name>`` names it.

    ``kept`` is for how many seconds an answer holds.
    """

    name: str
    kept: float

    def address(self, who: FormOwner) -> str:
        """Return what to ask; empty where there is nothing to be asked about them."""

    def page(self, who: FormOwner) -> str:
        """Return the address of where it is said, for people."""

    def read(self, text: str, who: FormOwner) -> tuple[EarlierStatement, ...]:
        """Return what an answer says of them. ``ValueError`` or ``LookupError``: it is none."""


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """What one source says: its name, where people see it, and the statements."""

    source: str
    page: str
    statements: tuple[EarlierStatement, ...]


class _WikiPages:
    """Pages of a wiki that are the same for everybody."""

    kept = SHARED

    def __init__(self, api: str, *titles: str) -> None:
        self._api, self._titles = api, titles

    def address(self, who: FormOwner) -> str:
        titles = "|".join(self._titles)
        return _query(self._api, titles=titles, prop="revisions", rvprop="content", rvslots="main")

    def page(self, who: FormOwner) -> str:
        return _page_address(self._api, self._titles[0])


class PlatformTables(_WikiPages):
    """The tables of the Capacity Exchange platform: offers."""

    name = "platform"

    def __init__(self, api: str) -> None:
        super().__init__(api, PEOPLE_TITLE, CAPACITIES_TITLE)

    def address(self, who: FormOwner) -> str:
        """Return the address of both tables; no group has a row there."""
        return "" if who.group else super().address(who)

    def read(self, text: str, who: FormOwner) -> tuple[EarlierStatement, ...]:
        """Return what they share there."""
        texts = _page_texts(text)
        named = read_capacities(texts[CAPACITIES_TITLE])[0] if CAPACITIES_TITLE in texts else {}
        return platform_offers(read_people(texts[PEOPLE_TITLE]), named, who.user, who.directory)


class UserCategories:
    """The categories of one's own user page, of Babel and of userboxes: languages and capacities."""

    name = "categories"
    kept = OWN

    def __init__(self, api: str) -> None:
        self._api = api

    def address(self, who: FormOwner) -> str:
        """Return the address of the user page's categories."""
        title = f"User:{who.user}"
        return (
            "" if who.group else _query(self._api, titles=title, prop="categories", cllimit="max")
        )

    def page(self, who: FormOwner) -> str:
        """Return the user page's address."""
        return _page_address(self._api, f"User:{who.user}")

    def read(self, text: str, who: FormOwner) -> tuple[EarlierStatement, ...]:
        """Return what the categories say."""
        found = (one for page in _pages(text) for one in page.get("categories", ()))
        return read_categories([one["title"] for one in found], who.directory)


class NewcomersMentors(_WikiPages):
    """The mentors of newcomers on the wiki: mentoring, seats, away."""

    name = "mentors"

    def address(self, who: FormOwner) -> str:
        """Return the address of the list; no group is a mentor."""
        return "" if who.group else super().address(who)

    def read(self, text: str, who: FormOwner) -> tuple[EarlierStatement, ...]:
        """Return what the list says of them."""
        mentors = (one for page in _page_texts(text).values() for one in read_mentors(page))
        own = next((one for one in mentors if same_user(one.name, who.user)), None)
        return mentor_statements(own, who.directory, who.today) if own else ()


class AffiliatesList(_WikiPages):
    """The list of affiliates: affiliations of its contacts, and what it says of their group."""

    name = "affiliates"

    def read(self, text: str, who: FormOwner) -> tuple[EarlierStatement, ...]:
        """Return what the list says to a contact."""
        listed = [one for page in _page_texts(text).values() for one in read_affiliates(page)]
        if who.group:
            return group_statements(listed, who.group, who.user)
        return affiliation_statements(listed, who.user)


class _ByName:
    """Another server, asked by somebody's name; only where the settings say its address."""

    kept = OWN

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def address(self, who: FormOwner) -> str:
        return "" if who.group else self._pattern.replace("{name}", quote(who.user, safe=""))

    def page(self, who: FormOwner) -> str:
        return self.address(who)


class EarnedBadges(_ByName):
    """Badges of courses: offers."""

    name = "badges"

    def read(self, text: str, who: FormOwner) -> tuple[EarlierStatement, ...]:
        """Return the capacities that the badges name."""
        return read_badges(text, who.directory)


class MaintainedTools(_ByName):
    """Tools that somebody maintains: offers."""

    name = "tools"

    def read(self, text: str, who: FormOwner) -> tuple[EarlierStatement, ...]:
        """Return what their tools are made with."""
        return read_tools(text, who.user, who.directory)


def chosen_sources(settings: Settings) -> tuple[Source, ...]:
    """Return the sources that the settings ask, those first that say most."""
    wiki = settings.web.wiki.removesuffix("index.php") + "api.php"
    where, platform = settings.sources, settings.platform_api(commons=COMMONS)
    sources: list[Source] = [PlatformTables(platform)] if platform else []
    sources.append(UserCategories(wiki))
    sources += [NewcomersMentors(wiki, where.mentors)] if where.mentors else []
    sources += [AffiliatesList(wiki, where.affiliates)] if where.affiliates else []
    sources += [EarnedBadges(where.badges)] if where.badges else []
    sources += [MaintainedTools(where.tools)] if where.tools else []
    return tuple(sources)


def ask_sources(
    sources: Iterable[Source], who: FormOwner, pages: PublicPages
) -> list[SaidElsewhere]:
    """Return what each source says of somebody; a source that fails says nothing."""
    asked = {one: address for one in sources if (address := one.address(who))}
    texts = pages.read({address: one.kept for one, address in asked.items()})
    found = []
    for source, address in asked.items():
        try:
            said = source.read(texts[address], who) if address in texts else ()
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("source unreadable source=%s error=%s", source.name, error)
            said = ()
        if said:
            found.append(SaidElsewhere(source.name, source.page(who), said))
    return found


class PublicPages:
    """Reads public addresses, several at once, within a time and a size, and keeps the answers.

    An answer that has become old still counts where no newer one comes in time.
    """

    def __init__(self, *, user_agent: str, seconds: float) -> None:
        self._agent, self._seconds = user_agent, seconds
        self._calls = BoundedCalls(AT_ONCE, seconds)
        self._lock = Lock()
        self._answers: OrderedDict[str, tuple[float, str | None]] = OrderedDict()
        self._asked: dict[str, Future[str | None]] = {}

    def read(self, wanted: Mapping[str, float]) -> dict[str, str]:
        """Return the texts at these addresses, as far as they came; each is kept so many seconds."""
        waiting = [asked for each, kept in wanted.items() if (asked := self._ask(each, kept))]
        wait(waiting, timeout=self._seconds)
        with self._lock:
            answers = {each: self._answers.get(each, (0.0, None))[1] for each in wanted}
        return {each: text for each, text in answers.items() if text is not None}

    def _ask(self, address: str, kept: float) -> Future[str | None] | None:
        """Ask for an address, unless its answer is fresh; whoever asked first asks for all."""
        with self._lock:
            until, _ = self._answers.get(address, (0.0, None))
            if until > time.monotonic():
                return None
            if address not in self._asked:
                try:
                    self._asked[address] = self._calls.start(lambda: self._fetch(address, kept))
                except TooBusy:
                    return None
            return self._asked[address]

    def _fetch(self, address: str, kept: float) -> str | None:
        text = None
        try:
            text = self._download(address)
        except (requests.RequestException, ValueError, OSError) as error:
            log.warning("source unavailable address=%s error=%s", address, type(error).__name__)
        with self._lock:
            before = self._answers.pop(address, (0.0, None))[1]
            holds = kept if text is not None else OWN
            self._answers[address] = (time.monotonic() + holds, before if text is None else text)
            while len(self._answers) > MOST_KEPT:
                self._answers.popitem(last=False)
            self._asked.pop(address, None)
        return text

    def _download(self, address: str) -> str:
        # Longer than anybody waits: what comes late is there for whoever asks next.
        patience = 4 * self._seconds
        ends, body = time.monotonic() + patience, bytearray()
        with requests.get(
            address, headers={"User-Agent": self._agent}, stream=True, timeout=patience
        ) as reply:
            reply.raise_for_status()
            while part := reply.raw.read1(65_536, decode_content=True):
                body += part
                if len(body) > MAX_BYTES or time.monotonic() > ends:
                    raise ValueError("too large or too slow")
        return body.decode("utf-8")


def _query(api: str, **fields: str) -> str:
    fixed = {"action": "query", "format": "json", "formatversion": "2", "redirects": "1"}
    return f"{api}?{urlencode(fixed | fields)}"


def _page_address(api: str, title: str) -> str:
    return f"{api.removesuffix('api.php')}index.php?{urlencode({'title': title.replace(' ', '_')})}"


def _pages(text: str) -> list[dict[str, Any]]:
    """Return the pages in an answer of the API; ``LookupError`` or ``TypeError`` where it is none."""
    content = parse_json(text)
    return list(content["query"]["pages"])


def _page_texts(text: str) -> dict[str, str]:
    """Return the texts of the pages in an answer of the API that there are, by title."""
    return {
        normalise_title(page["title"]): page["revisions"][0]["slots"]["main"]["content"]
        for page in _pages(text)
        if "revisions" in page
    }
