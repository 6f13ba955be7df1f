"""Doctor: is everything there that a run needs? Each finding says its mend."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass

from bot.harvest.reader import templates
from bot.wiki import Wiki
from exchange import directory
from exchange.errors import ExchangeError, SettingsError
from exchange.matching.weights import load_weights
from exchange.notice import stop
from exchange.settings import Settings, load
from exchange.store import Store, migrate

GOOD = "good"
WARNING = "warning"
BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``verdict`` is good, warning (works without) or bad."""

    subject: str
    verdict: str
    text: str
    mend: str = ""


def examine(
    environment: Mapping[str, str],
    *,
    open_store: Callable[[Settings], Store],
    open_wiki: Callable[[Settings], Wiki],
) -> Iterator[Finding]:
    """Look at everything, one finding after the other; nothing is written anywhere.

    What cannot be looked at (no settings, no database, no wiki) is one finding, and the rest goes
    on without it.
    """
    try:
        settings = load(environment)
    except SettingsError as error:
        for problem in error.problems:
            name, _, text = problem.partition(": ")
            yield Finding("settings", BAD, name, text)
        settings = None
    else:
        yield Finding("settings", GOOD, "complete and within their bounds")
    yield from _files()
    if settings is None:
        return
    yield from _database(settings, open_store)
    yield from _wiki(settings, open_wiki)


def _files() -> Iterator[Finding]:
    problems = directory.check()
    for problem in problems:
        yield Finding("directory", BAD, problem, "mend config/directory/capacities.json")
    if not problems:
        yield Finding(
            "directory", GOOD, f"{len(list(directory.load()))} capacities, no contradiction"
        )
    try:
        load_weights()
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("weights", BAD, problem, "mend config/weights.toml")
    else:
        yield Finding("weights", GOOD, "within their bounds")


def _database(settings: Settings, open_store: Callable[[Settings], Store]) -> Iterator[Finding]:
    try:
        store = open_store(settings)
        at, wanted = migrate.current(store.database), migrate.head()
        if at != wanted:
            text = f"is at migration {at or 'none'}, this version wants {wanted}"
            yield Finding("database", WARNING, text, "any command brings it there")
            return
        differences = migrate.drift(store.database)
    except ExchangeError as error:
        mend = "look at CXC_DATABASE or TOOL_TOOLSDB_*, and whether the server is up"
        yield Finding("database", BAD, str(error), mend)
        return
    for difference in differences:
        mend = "somebody changed the tables by hand; restore a backup, or change them back"
        yield Finding("database", BAD, difference, mend)
    if not differences:
        yield Finding("database", GOOD, f"{store.database.dialect}, migration {at}")


def _wiki(settings: Settings, open_wiki: Callable[[Settings], Wiki]) -> Iterator[Finding]:
    if not settings.wiki.address:
        yield Finding("wiki", BAD, "none is named", "set CXC_WIKI to https://…/w/api.php")
        return
    try:
        wiki = open_wiki(settings)
        site = wiki.site()
        about = f"{site.name}, {site.generator}" if site.generator else site.name
        yield Finding("wiki", GOOD, about)
        user = yield from _account(settings, wiki)
        yield from _pages(settings, wiki, user)
    except ExchangeError as error:
        mend = "look at CXC_WIKI, the account's settings, and whether the wiki is up"
        yield Finding("wiki", BAD, str(error), mend)


def _account(settings: Settings, wiki: Wiki) -> Generator[Finding, None, str]:
    """Look at the account that writes; give its name."""
    if settings.wiki.archive is None and not settings.bot.can_write:
        mend = "set CXC_BOT_USER and CXC_BOT_PASSWORD or CXC_BOT_OAUTH"
        yield Finding("account", BAD, "there is none to write with", mend)
        return settings.bot.user.partition("@")[0]
    me = wiki.me()
    if me.blocked or me.locked:
        mend = "read the block's reason on the wiki, mend it, and ask for the block to be lifted"
        yield Finding("account", BAD, f"{me.name} is blocked", mend)
    elif settings.wiki.archive is None and "bot" not in me.groups:
        mend = "ask for the bot flag (docs/operations.md); until then reads are slower"
        yield Finding("account", WARNING, f"{me.name} has no bot flag", mend)
    else:
        yield Finding("account", GOOD, me.name)
    return me.name


def _pages(settings: Settings, wiki: Wiki, user: str) -> Iterator[Finding]:
    names = settings.names
    install = "run: python -m bot install"
    stop_page = names.stop_page(user or "Capacity Exchange bot")
    wanted = [*templates(settings).values(), f"Template:{names.notice}", names.portal]
    wanted += [names.opt_out_list, names.opt_out_category]
    pages = wiki.pages(titles=[*wanted, stop_page, names.directory])
    missing = [title for title in wanted if not (title in pages and pages[title].exists)]
    for title in missing:
        yield Finding("pages", BAD, f"{title} is missing", install)
    if not missing:
        yield Finding("pages", GOOD, f"{len(wanted)} templates and pages are there")
    page = pages.get(stop_page)
    if page is None or not page.exists:
        yield Finding("stop page", BAD, f"{stop_page} is missing, so nothing is written", install)
    elif not stop.allows(page.text):
        mend = f"settle the matter on its talk page, then let the page say “{stop.SWITCH}”"
        yield Finding("stop page", BAD, f"{stop_page} says stop", mend)
    else:
        yield Finding("stop page", GOOD, f"{stop_page} lets the bot write")
    page = pages.get(names.directory)
    if page is not None and page.exists:
        for problem in directory.check(extra=page.text or ""):
            mend = f"edit {names.directory} on the wiki; until then the last good one counts"
            yield Finding("directory page", WARNING, problem, mend)
