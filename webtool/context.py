"""What every page works with: the store, its snapshot, the clock and the reader's language."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import current_app, g, request

from exchange.directory import Directory
from exchange.i18n.messages import Localizer, available_languages
from exchange.languages import autonym, canonical, fallback_chain, is_known, text_direction
from exchange.matching import Lookup
from exchange.privacy import CountryProtection
from exchange.store.store import Store
from webtool.snapshot import ReportCache, Snapshot, SnapshotCache, Versioned

log = logging.getLogger(__name__)
WATCH_SECONDS = 60.0
"""Seconds between two looks at the store while nobody asks."""
GROUP = "web"
_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9-]{1,24}$")


class ReaderLocale:
    """A reader's language and the messages in it.

    ``language`` is what was asked for (any language that MediaWiki knows), ``asked`` tells
    whether the address itself asked for it: then it stays in the links of the page. ``root`` is
    the path that the tool stands under, with which all links begin.
    """

    def __init__(self, language: str, *, asked: bool = False, root: str = "") -> None:
        self.language = canonical(language)
        self.asked = asked
        self.root = root
        self.wording = Localizer(self.language, GROUP, "report", "account")

    @cached_property
    def interface(self) -> str:
        """The language that most messages come in: the first of the chain that has any."""
        translated = translated_languages()
        chain = (self.language, *fallback_chain(self.language))
        return next((code for code in chain if code in translated), "en")

    @cached_property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, as the interface's language is written."""
        return text_direction(self.interface)

    @property
    def autonym(self) -> str:
        """The language's own name for itself."""
        return autonym(self.language)


@lru_cache(maxsize=1)
def translated_languages() -> tuple[str, ...]:
    """Return the languages that the pages are translated into, English first."""
    return available_languages(GROUP)


@lru_cache(maxsize=256)
def reader_of(language: str, asked: bool, root: str) -> ReaderLocale:
    """Return the locale of a language, made once."""
    return ReaderLocale(language, asked=asked, root=root)


def negotiate_language() -> ReaderLocale:
    """Return the reader's language: by ``uselang``, else Accept-Language, else English."""
    wanted = request.args.get("uselang", "")
    if _CODE.match(wanted) and is_known(wanted):
        return reader_of(canonical(wanted), True, request.script_root)
    accepted = (
        code for code, quality in request.accept_languages if quality > 0 and _CODE.match(code)
    )
    return reader_of(_best(accepted), False, request.script_root)


def _best(accepted: Iterable[str]) -> str:
    for at, code in enumerate(accepted):
        if at == 10:
            break
        for one in (code, code.partition("-")[0]):
            if is_known(one) and any(
                c in translated_languages() for c in (canonical(one), *fallback_chain(one)[:-1])
            ):
                return canonical(one)
    return "en"


T = TypeVar("T")
_NAME = "capacity-exchange"


@dataclass(frozen=True, slots=True)
class Context:
    """The store, the snapshots of it, and the clock.

    ``wiki`` is the address of the wiki's index.php, empty where there is no wiki to link to.
    """

    store: Store
    snapshots: SnapshotCache
    now: Callable[[], datetime]
    settings: Any
    wiki: str = ""

    @property
    def protection(self) -> CountryProtection:
        """The countries by which nobody may be found."""
        return CountryProtection(self.settings.privacy.protected_countries)

    @property
    def directory(self) -> Directory:
        """The directory as this wiki has it, the same for the whole request."""
        return current_snapshot().directory

    @property
    def today(self) -> date:
        """The day it is, in UTC."""
        return self.now().date()


def attach_context(app: Any, context: Context) -> None:
    """Tie a context to an application."""
    app.extensions[_NAME] = context
    # What is left of a request may wait for the garbage collector; an old index must not.
    app.teardown_appcontext(lambda _: g.pop("snapshot", None))


def context_of(app: Any) -> Context:
    """Return the context of an application."""
    return cast(Context, app.extensions[_NAME])


def context() -> Context:
    """Return the context of the application that answers now."""
    return context_of(current_app._get_current_object())  # type: ignore[attr-defined]


def current_snapshot() -> Snapshot:
    """Return the snapshot that this request is answered from, the same to its end."""
    scope = g._get_current_object()
    if (snapshot := scope.get("snapshot")) is None:
        here = context()
        snapshot = scope.snapshot = here.snapshots.current(here.today)
    return cast(Snapshot, snapshot)


def current_reports() -> Versioned[ReportCache]:
    """Return the reports, and of when they are."""
    return _note_stale(context().snapshots.reports(current_snapshot()))


def current_lookup() -> Versioned[Lookup]:
    """Return what finds helpers, and of when it is."""
    return _note_stale(context().snapshots.lookup(current_snapshot()))


def _note_stale(made: Versioned[T]) -> Versioned[T]:
    """Note that an answer shows an older version: it must not be cached as the current one."""
    snapshot = current_snapshot()
    if made.version not in (snapshot.version, snapshot.index_version):
        g.stale_since = made.written
    return made


def reader() -> ReaderLocale:
    """Return the language of the person who reads this answer."""
    scope = g._get_current_object()
    if (locale := scope.get("reader")) is None:
        locale = scope.reader = negotiate_language()
    return cast(ReaderLocale, locale)


P = ParamSpec("P")
language_caches: dict[str, Any] = {}
"""Every cache of ``cached_per_language``, by the function's name: to be measured and cleared."""


def cached_per_language(size: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Cache what a function returns for each reader's language and each set of arguments.

    It may depend on nothing else. ``size`` results are kept for all languages together; the least
    used make room.
    """

    def wrap(make: Callable[P, T]) -> Callable[P, T]:
        def make_for(_: object, *args: P.args, **named: P.kwargs) -> T:
            return make(*args, **named)

        cache: Any = lru_cache(maxsize=size)(make_for)
        language_caches[f"{make.__module__}.{make.__qualname__}"] = cache

        @wraps(make)
        def cached(*args: P.args, **named: P.kwargs) -> T:
            result: T = cache(reader(), *args, **named)
            return result

        return cached

    return wrap


def watch_store(here: Context, *, pause: Callable[[float], object] = time.sleep) -> None:
    """Refresh again and again, so that a visitor after a quiet day finds what is new.

    Never returns. Errors are logged and tried again: the database may be away.
    """
    while True:
        try:
            refresh_snapshots(here)
        except Exception:
            log.exception("cannot refresh the snapshots")
        pause(WATCH_SECONDS)


def refresh_snapshots(here: Context) -> None:
    """Make what is not there yet, before anybody waits for it, and refresh what is old."""
    snapshot = here.snapshots.current(here.today)
    here.snapshots.lookup(snapshot)
    here.snapshots.reports(snapshot)
