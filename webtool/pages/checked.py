"""Checked: what a page says, whether it counts, for whom, and what does not count of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from exchange.model import GONE, Language, Problem, Profile
from exchange.profiles.document import Omission, PageReading, ProblemCode
from exchange.profiles.merge import merge_readings
from exchange.profiles.names import USER_NAMESPACE, TemplateNames
from exchange.profiles.parser import read_page
from exchange.profiles.placement import (
    TRANSLATOR,
    Aside,
    find_aside,
    is_translation_title,
    user_page_above,
)
from exchange.profiles.programme_values import ApplicantLine
from exchange.store.pages import PageRecord
from exchange.titles import CANONICAL, Titles
from exchange.wikitext.markup import namespace_names
from webtool.context import context, current_snapshot
from webtool.limits import AtMost

AT_ONCE = 2
"""Texts that a process checks at a time: reading them is the most work that a visitor can ask for."""

EXAMPLE_PAGE = "User:Example"
"""Where a text would stand if nobody says where."""

_NO_LANGUAGES = ProblemCode.NO_LANGUAGES
_checking = AtMost(AT_ONCE)


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """What a page says. ``title`` is empty for a text that stands nowhere.

    ``aside`` tells why nothing on the page counts, and ``source`` which page it translates;
    ``profile`` for whom it counts. ``user_page`` is the one whose Babel box will count, where
    that has not been read yet.
    """

    title: str
    reading: PageReading
    problems: tuple[Problem, ...] = ()
    aside: Aside | None = None
    source: str = ""
    profile: Profile | None = None
    user_page: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of ours stands there."""
        return self.reading.is_empty and self.reading.programme is None

    @property
    def omissions(self) -> tuple[Omission, ...]:
        """What was understood and counts for nothing."""
        return self.reading.omissions

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages of the Babel box that counts where the template names none."""
        return self.reading.babel or self.reading.user_babel

    @property
    def babel_page(self) -> str:
        """The user page whose Babel box gave the languages, or ``""`` where the page's own did."""
        return "" if self.reading.babel else user_page_above(self.reading)

    @property
    def is_understood(self) -> bool:
        """Whether there is something, and every value of it counts as it is written."""
        return not (self.is_empty or self.problems or self.omissions or self.aside)


def check_text(text: str, title: str = "") -> CheckedPage:
    """Read a text as if it stood on a page; where nothing there counts, as on a user page."""
    namespace, bare = _TITLES.split(title or EXAMPLE_PAGE)
    space = "User" if namespace == USER_NAMESPACE else ""
    asked = f"{space}:{bare}" if space else title
    aside = find_aside(asked, namespace, namespaces=context().settings.harvest.namespaces)
    below = space and "/" in bare
    instead = f"{asked.partition('/')[0]}/Profile" if below else EXAMPLE_PAGE
    with _checking.enter():
        reading = _read(text, *((instead, USER_NAMESPACE) if aside else (asked, namespace)))
        if reading.translatable and is_translation_title(asked):
            aside = Aside.TRANSLATION
            reading = _read(text, instead, USER_NAMESPACE)
    known = context().store.pages.by_title(title) if title else None
    if known is not None:
        before = PageReading.from_json(known.reading)
        reading = replace(reading, user_babel=before.user_babel)
    # A Babel box that nobody has read yet is no missing language.
    user_page = "" if known is not None else user_page_above(reading)
    problems = reading.problems
    if reading.profiles:  # What somebody asks elsewhere lacks nothing: their profile has it.
        key = "page:0" if reading.is_group else "user:0"
        _, found = merge_readings(key=key, name="", readings=[reading])
        problems += tuple(one for one in found if one.code != _NO_LANGUAGES or not user_page)
    return CheckedPage(
        title=title,
        reading=reading,
        problems=tuple(dict.fromkeys(problems)),
        aside=aside,
        source=asked.rpartition("/")[0] if aside is Aside.TRANSLATION else "",
        user_page=user_page,
    )


def check_known(title: str) -> CheckedPage | None:
    """Return what was read on a page, or None where it was not read or nobody may see whose it is."""
    here = context()
    record = here.store.pages.by_title(title) or here.store.pages.by_title(_TITLES.normalise(title))
    if record is None or not record.title:
        return None
    owner = here.store.profiles.records([record.party]).get(record.party)
    if owner is not None and owner.state in GONE:
        return None
    aside = find_aside(record.title, record.namespace, namespaces=here.settings.harvest.namespaces)
    source = "" if aside else _translated_page(record)
    shown = owner.profile if owner and owner.profile.key in current_snapshot().index else None
    return CheckedPage(
        title=record.title,
        reading=_with_people(PageReading.from_json(record.reading), record.id),
        problems=tuple(one.problem for one in here.store.problems.on(record.id)),
        aside=Aside.TRANSLATION if source else aside,
        source=source,
        profile=shown,
    )


def _with_people(reading: PageReading, page: int) -> PageReading:
    """Return a reading with those who stand in its programme by their own hand, as they are known."""
    if reading.programme is None:
        return reading
    store = context().store
    organisers = sorted(store.programmes.organisers(page))
    applicants = [one.account for one in store.programmes.applications(page)]
    users = store.accounts.get_many({*organisers, *applicants})
    gone = store.accounts.gone(users)
    names = {id: user.name for id, user in users.items() if id not in gone}
    programme = replace(
        reading.programme,
        organisers=tuple(names[id] for id in organisers if id in names),
        applicants=tuple(ApplicantLine(names[id]) for id in applicants if id in names),
    )
    return replace(reading, programme=programme)


def template_names() -> TemplateNames:
    """Return the names of the templates, as the settings have them."""
    set_ = context().settings.names
    return TemplateNames.of(
        profile=[set_.profile],
        request=[set_.request],
        item=[set_.capacity],
        programme=[set_.programme],
    )


_USERS = ("User", *sorted(namespace_names("user")))
_USER_TALKS = ("User talk", *sorted(namespace_names("user talk")))
_TITLES = Titles({**CANONICAL, 2: _USERS, 3: _USER_TALKS})


def _read(text: str, title: str, namespace: int) -> PageReading:
    here = context()
    return read_page(
        text,
        names=template_names(),
        directory=here.directory,
        today=here.today,
        title=title,
        namespace=namespace,
    )


def _translated_page(record: PageRecord) -> str:
    """Return the title of the page that this one translates, where nothing on it counts, or ``""``."""
    source = record.title.rpartition("/")[0]
    if record.party or not is_translation_title(record.title):
        return ""
    above = context().store.pages.by_title(source)
    translated = above is not None and PageReading.from_json(above.reading).translatable
    own = PageReading.from_json(record.reading).translatable
    return source if translated or own or record.editor == TRANSLATOR else ""
