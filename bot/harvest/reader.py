"""Reader: pages -> readings, by this wiki's template names and directory, with what other pages add."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.wiki.port import Wiki
from exchange import __version__
from exchange.directory import Directory
from exchange.model import WIKITEXT, Page, Problem
from exchange.model.keys import ProfileKey, is_group_key
from exchange.profiles.document import PageReading, ProblemCode
from exchange.profiles.names import USER_NAMESPACE, TemplateNames
from exchange.profiles.parser import READING_VERSION, read_page
from exchange.profiles.placement import TRANSLATOR, is_translation_title, user_page_above
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.codec import digest
from exchange.store.database import batches
from exchange.store.pages import PageRecord

UNREADABLE = "unreadable-page"
"""The problem of a page on which the reader failed: our mistake, not the page's."""

HIDDEN = "hidden-text"
"""The problem of a page whose text the wiki does not show."""

USER_PAGES = "harvest-user-pages"
"""The metadata that tells which user pages were read for which profiles, and at which revision."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page, without its text, and what it says; ``reading`` is None where reading failed."""

    page: Page
    reading: PageReading | None


@dataclass(frozen=True, slots=True)
class PageReader:
    """Everything that reading a page depends on; ``language`` is the wiki's own."""

    names: TemplateNames
    directory: Directory
    today: date
    language: str

    @property
    def mark(self) -> str:
        """What changes when the same page would be read differently, apart from the date."""
        names = {
            name: sorted(getattr(self.names, name))
            for name in ("profile", "request", "item", "programme", "babel")
        }
        return digest([__version__, READING_VERSION, names, self.directory.digest])

    def read(self, page: Page) -> ReadPage:
        """Read a page. Never raises: one bad page never stops a run."""
        bare = replace(page, text=None)
        revision = page.revision
        if revision and revision.user == TRANSLATOR and is_translation_title(page.title):
            return ReadPage(
                bare,
                PageReading(page.title, page.namespace, page.id, revision.id, revision.timestamp),
            )
        if revision is None or page.model != WIKITEXT:
            return ReadPage(
                bare, PageReading(title=page.title, namespace=page.namespace, page_id=page.id)
            )
        try:
            reading = read_page(
                page.text or "",
                names=self.names,
                directory=self.directory,
                today=self.today,
                title=page.title,
                namespace=page.namespace,
                page_id=page.id,
                revision=revision.id,
                edited=revision.timestamp,
            )
        except Exception:  # whatever it is, the other pages are read
            return ReadPage(bare, None)
        if page.text is None:
            reading = replace(reading, problems=(*reading.problems, Problem(HIDDEN)))
        return ReadPage(bare, reading)


def template_titles(settings: Settings) -> dict[str, str]:
    """The titles of our templates: {what it is for: title}."""
    names = settings.names
    return {
        "profile": f"Template:{names.profile}",
        "request": f"Template:{names.request}",
        "item": f"Template:{names.capacity}",
        "programme": f"Template:{names.programme}",
    }


def build_reader(
    *, settings: Settings, wiki: Wiki, directory: Directory, today: date
) -> PageReader:
    """Ask the wiki what our templates are called there, redirects included. Two requests."""
    titles = template_titles(settings)
    known = wiki.redirects_to(titles=titles.values())
    called = {
        use: [title, *(name for name, target in known.items() if target == title)]
        for use, title in titles.items()
    }
    site = wiki.site()
    return PageReader(
        names=TemplateNames.of(**called, namespaces=site.namespaces),
        directory=directory,
        today=today,
        language=site.language,
    )


# -- What a page needs another one for: a profile on a subpage speaks the languages of the user
# page's Babel box; a translation of a group's page is no group of its own; a request below a group's
# page is that group's.


@dataclass(slots=True)
class UserPages:
    """The user pages behind profiles on subpages.

    ``found`` are the pages of this harvest with their user page's languages, ``records`` those of
    earlier ones whose user page changed since, ``known`` is {page id: (user page, revision)}.
    """

    found: list[ReadPage]
    records: list[PageRecord] = field(default_factory=list)
    known: dict[int, tuple[str, int]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return what to remember until the next harvest."""
        return json.dumps(self.known, ensure_ascii=False, separators=(",", ":"))


def read_user_pages(
    found: Sequence[ReadPage],
    *,
    store: Store,
    wiki: Wiki,
    reader: PageReader,
    gone: Iterable[int],
    whole: bool,
) -> UserPages:
    """Read the user pages of profiles on subpages that say no language themselves.

    By title and a batch at a time; those read before only where their revision is another one.
    ``whole`` says that this harvest looks at all pages, not just at some.
    """
    stored = json.loads(store.metadata.get(USER_PAGES) or "{}")
    here = {each.page.id for each in found}
    before: dict[int, tuple[str, int]] = {
        int(id): (title, revision)
        for id, (title, revision) in stored.items()
        if int(id) not in here and int(id) not in set(gone)
    }
    needed = {each.page.id: user_page_above(each.reading) if each.reading else "" for each in found}
    wanted = {title for title in needed.values() if title}
    if whole:
        seen = dict(before.values())
        for part in batches(sorted(seen.keys() - wanted)):
            for title, page in wiki.pages(titles=part, content=False).items():
                if _revision(page) != seen[title]:
                    wanted.add(title)
    pages: dict[str, Page] = {}
    for part in batches(sorted(wanted)):
        pages |= wiki.pages(titles=part)
    spoken = {
        title: reading.babel if (reading := reader.read(page).reading) else ()
        for title, page in pages.items()
    }
    made = UserPages(
        [
            replace(each, reading=replace(each.reading, user_babel=spoken.get(title, ())))
            if each.reading is not None and (title := needed[each.page.id])
            else each
            for each in found
        ],
        known=before,
    )
    changed = {id: title for id, (title, _) in before.items() if title in pages}
    for id, record in store.pages.by_ids(changed).items():
        reading = PageReading.from_json(record.reading)
        if reading.user_babel != spoken[changed[id]]:
            reading = replace(reading, user_babel=spoken[changed[id]])
            made.records.append(replace(record, reading=reading.to_json()))
    made.known |= {id: (title, _revision(pages[title])) for id, title in changed.items()}
    made.known |= {
        id: (title, _revision(pages[title])) for id, title in needed.items() if title in pages
    }
    return made


def _revision(page: Page) -> int:
    return page.revision.id if page.revision else 0


def without_translations(found: Sequence[ReadPage], *, store: Store) -> list[ReadPage]:
    """Take the templates of pages that translate another page of these, or of the index."""
    sources = {
        each.page.title.rpartition("/")[0]: False
        for each in found
        if each.reading and not each.reading.is_empty and is_translation_title(each.page.title)
    }
    if not sources:
        return list(found)
    for record in store.pages.by_ids(store.pages.ids(sources)).values():
        sources[record.title] = PageReading.from_json(record.reading).translatable
    for each in found:
        if each.page.title in sources and each.reading:
            sources[each.page.title] = each.reading.translatable
    return [
        replace(each, reading=each.reading.emptied())
        if each.reading
        and is_translation_title(each.page.title)
        and sources.get(each.page.title.rpartition("/")[0])
        else each
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class Group:
    """The group whose page stands above a request: its profile key and its contacts."""

    key: str
    contacts: tuple[str, ...]


def groups_above(found: Sequence[ReadPage], *, store: Store) -> dict[int, Group]:
    """Return for requests below a group's page whose they are: {page id: group}."""
    above = {
        each.page.id: _titles_above(each.page.title)
        for each in found
        if each.reading
        and each.page.namespace != USER_NAMESPACE
        and each.reading.requests
        and not each.reading.profiles
    }
    titles = {title for several in above.values() for title in several}
    groups: dict[str, Group] = {}
    for record in store.pages.by_ids(store.pages.ids(titles)).values():
        reading = PageReading.from_json(record.reading)
        if is_group_key(record.party) and reading.profiles:
            groups[record.title] = Group(record.party, reading.contacts)
    for each in found:
        if each.page.title in titles and each.reading:
            groups.pop(each.page.title, None)
            if each.reading.profiles and each.reading.is_group and each.reading.contacts:
                key = str(ProfileKey.for_group(each.page.id))
                groups[each.page.title] = Group(key, each.reading.contacts)
    return {
        id: next(groups[title] for title in several if title in groups)
        for id, several in above.items()
        if any(title in groups for title in several)
    }


def with_group_contacts(found: Sequence[ReadPage], groups: Mapping[int, Group]) -> list[ReadPage]:
    """Let a group's contacts speak for the requests below its page that name none."""
    return [
        replace(each, reading=as_group(each.reading, group))
        if each.reading and (group := groups.get(each.page.id))
        else each
        for each in found
    ]


def as_group(reading: PageReading, group: Group) -> PageReading:
    """Return the reading of a page below a group's, with the group's contacts where it has none."""
    requests = tuple(
        one if one.contacts else replace(one, contacts=group.contacts) for one in reading.requests
    )
    problems = (one for one in reading.problems if one.code != ProblemCode.MISSING_CONTACT)
    return replace(reading, requests=requests, problems=tuple(problems))


def _titles_above(title: str) -> list[str]:
    parts = title.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
