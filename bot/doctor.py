"""Doctor: is everything there that a run needs? Each finding says its fix."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import requests
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from bot.harvest.coordinators import FORM as COORDINATORS_FORM
from bot.harvest.coordinators import NamedAccounts, find_coordinators, read_coordinator_page
from bot.harvest.reader import template_titles
from bot.install import SCRIBUNTO
from bot.notify.confirm import RIGHT
from bot.notify.person import USER_TALK
from bot.wiki import Wiki
from bot.wiki.port import CHANGE_TAG, Site
from exchange import directory
from exchange.errors import EditRefused, ExchangeError, SettingsError
from exchange.geography import all_countries
from exchange.matching.weights import load_weights
from exchange.model import Page, User
from exchange.notices import section
from exchange.notices.stop_pages import SWITCH, allows_run
from exchange.profiles.names import TemplateNames
from exchange.settings import Settings, load
from exchange.store import Store, migrate
from exchange.store.erasure_marks import ErasureLog, ErasureMarks

GOOD = "good"
WARNING = "warning"
BAD = "bad"

_GRANTS = {
    "edit": "Edit existing pages",
    "createpage": "Create, edit, and move pages",
    "createtalk": "Create, edit, and move pages",
}
"""Every right that a run needs, and the grant that gives it to an OAuth consumer or bot password."""

BACKUP_AGE = timedelta(days=1, hours=2)
"""How old the newest backup may be; a daily one is not made at the same minute every day."""

_RECENT_EDITS = 500
"""How many of the bot's newest edits are looked through for notices: one request."""

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 5.0
"""How long to wait for a connection, and then for each part of the answer."""
PATIENCE = 9.0
"""Seconds for all of it: names that nobody resolves, redirects, answers that trickle in."""
_LONGEST_ANSWER = 1_000_000
"""Bytes of an answer that are read: a wiki's is a few thousand."""
_NO_API = "the server answers, but not as a MediaWiki API does"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``verdict`` is good, warning (works without) or bad."""

    subject: str
    verdict: str
    text: str
    fix: str = ""


def run_checks(
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
    if problem := settings.login_problem:
        name, _, text = problem.partition("; ")
        yield Finding("login", BAD, name, text)
    yield _privacy(settings)
    notices = yield from _database(settings, open_store)
    yield from _copies(settings, open_store)
    yield from _wiki(settings, open_wiki, notices)


def _privacy(settings: Settings) -> Finding:
    protected, of = settings.privacy.protected_countries, settings.privacy.list_date
    if not protected:
        fix = "set [privacy] protected_countries from the Foundation's list"
        return Finding("privacy", WARNING, "people can be found by every country", fix)
    if unknown := sorted(protected - set(all_countries())):
        text = f"there is no such country: {', '.join(unknown)}"
        return Finding("privacy", BAD, text, "correct [privacy] protected_countries")
    day = f", list of {of.isoformat()}" if of else ""
    return Finding("privacy", GOOD, f"{len(protected)} countries are never shown{day}")


def _files() -> Iterator[Finding]:
    problems = directory.check()
    for problem in problems:
        yield Finding("directory", BAD, problem, "fix it in config/directory")
    if not problems:
        yield Finding(
            "directory", GOOD, f"{len(list(directory.load()))} capacities, no contradiction"
        )
    try:
        load_weights()
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("weights", BAD, problem, "fix config/weights.toml")
    else:
        yield Finding("weights", GOOD, "within their bounds")


def _database(
    settings: Settings, open_store: Callable[[Settings], Store]
) -> Generator[Finding, None, int | None]:
    """Look at the database; return how many notices it knows, None where that cannot be told."""
    try:
        store = open_store(settings)
        at, wanted = migrate.current(store.database), migrate.head()
        if at != wanted:
            text = f"is at migration {at or 'none'}, this version wants {wanted}"
            yield Finding("database", WARNING, text, "any command brings it there")
            return None if at else 0
        differences = migrate.drift(store.database)
        notices = sum(store.notices.counts().values()) if not differences else None
    except ExchangeError as error:
        fix = "look at CXC_DATABASE or TOOL_TOOLSDB_*, and whether the server is up"
        yield Finding("database", BAD, str(error), fix)
        return None
    for difference in differences:
        fix = "somebody changed the tables by hand; restore a backup, or change them back"
        yield Finding("database", BAD, difference, fix)
    if not differences:
        yield Finding("database", GOOD, f"{store.database.dialect}, migration {at}")
    return notices


def _copies(settings: Settings, open_store: Callable[[Settings], Store]) -> Iterator[Finding]:
    """Look at what survives the loss of the database: its backups, and the file of erasures."""
    if settings.wiki.archive is None:
        yield _backups(settings)
        yield _erasure_log(settings, open_store)


def _backups(settings: Settings) -> Finding:
    folder = settings.backups
    if folder is None:
        text = "nobody looks whether there are any: answers and refusals are in the database alone"
        return Finding("backups", WARNING, text, "set CXC_BACKUPS to the folder they are put into")
    fix = "make one, and let a job make one every day (docs/operations.md)"
    try:
        files = [each for each in folder.iterdir() if each.is_file()]
        newest = max((each.stat().st_mtime for each in files), default=None)
    except OSError as error:
        return Finding("backups", WARNING, f"{folder} cannot be read: {error.strerror}", fix)
    if newest is None:
        return Finding("backups", WARNING, f"there is none in {folder}", fix)
    age = settings.clock() - datetime.fromtimestamp(newest, UTC)
    if age > BACKUP_AGE:
        text = f"the newest in {folder} is {int(age / timedelta(hours=1))} hours old"
        return Finding("backups", WARNING, text, fix)
    return Finding("backups", GOOD, f"the newest in {folder} is less than a day old")


def _erasure_log(settings: Settings, open_store: Callable[[Settings], Store]) -> Finding:
    path = settings.erasure.log
    if path is None:
        text = "a backup restored alone would bring back whoever was forgotten after it was made"
        fix = "set CXC_ERASURE_LOG to a file outside of the database (docs/operations.md)"
        return Finding("erasure log", WARNING, text, fix)
    try:
        store = open_store(settings)
        marks = ErasureMarks(store.database, secrets=settings.erasure_keys, log=path)
        known = len(marks.all()) if migrate.current(store.database) else 0
        if path.exists():
            ErasureLog(path).read()
            return Finding("erasure log", GOOD, f"{path} is there; {known} forgotten")
    except ExchangeError as error:
        return Finding("erasure log", BAD, str(error), "bring back the file, or fix that line")
    if not known:
        return Finding("erasure log", GOOD, "nobody was forgotten yet, so there is no file")
    text = f"{path} is missing, though {known} asked to be forgotten"
    fix = "bring the file back, or let python -m bot harvest write it anew from the database"
    return Finding("erasure log", WARNING, text, fix)


def _wiki(
    settings: Settings, open_wiki: Callable[[Settings], Wiki], notices: int | None
) -> Iterator[Finding]:
    if not settings.wiki.address:
        yield Finding("wiki", BAD, "none is named", "set CXC_WIKI to https://…/w/api.php")
        return
    if settings.wiki.archive is None:
        fault = find_address_fault(settings.wiki.address, user_agent=settings.user_agent)
        if fault:
            fix = "look at CXC_WIKI: it is the address of the wiki's api.php; is the wiki up?"
            yield Finding("wiki", BAD, fault, fix)
            return
    try:
        wiki = open_wiki(settings)
        site = wiki.site()
        about = f"{site.name}, {site.generator}" if site.generator else site.name
        yield Finding("wiki", GOOD, about)
        if settings.wiki.archive is None:
            yield _scribunto(site)
        user = yield from _account(settings, wiki)
        yield from _pages(settings, wiki, user)
        if user and notices == 0:
            yield from _lost_notices(wiki, user)
    except EditRefused as error:
        fix = "look at CXC_BOT_USER and CXC_BOT_PASSWORD or CXC_BOT_OAUTH"
        yield Finding("account", BAD, f"the wiki lets it not in: {error}", fix)
    except ExchangeError as error:
        fix = "look at CXC_WIKI, the account's settings, and whether the wiki is up"
        yield Finding("wiki", BAD, str(error), fix)


def _scribunto(site: Site) -> Finding:
    """Look at whether the wiki runs Lua, in which our templates are written."""
    if SCRIBUNTO in site.extensions:
        return Finding("scribunto", GOOD, "the wiki runs Lua modules")
    text = f"the wiki has no {SCRIBUNTO}, in which our templates are written"
    fix = "have https://www.mediawiki.org/wiki/Extension:Scribunto installed, then install ours"
    return Finding("scribunto", BAD, text, fix)


def _account(settings: Settings, wiki: Wiki) -> Generator[Finding, None, str]:
    """Look at the account that writes; return its name."""
    if settings.wiki.archive is not None:
        me = wiki.own_account()
        yield Finding("account", GOOD, me.name)
        return me.name
    if not settings.bot.can_write:
        fix = "set CXC_BOT_USER and CXC_BOT_PASSWORD or CXC_BOT_OAUTH"
        yield Finding("account", BAD, "there is none to write with", fix)
        return settings.bot.user.partition("@")[0]
    me = wiki.own_account()
    missing = [right for right in _GRANTS if right not in me.rights]
    if me.blocked or me.locked:
        fix = (
            "read the block's reason on the wiki, fix its cause, and ask for the block to be lifted"
        )
        yield Finding("account", BAD, f"{me.name} is blocked", fix)
    elif missing:
        grants = ", ".join(dict.fromkeys(f"“{_GRANTS[right]}”" for right in missing))
        fix = f"give its OAuth consumer or bot password the grants {grants}"
        yield Finding("account", BAD, f"{me.name} may not: {', '.join(missing)}", fix)
    elif "bot" not in me.groups:
        fix = "ask for the bot flag (docs/operations.md); until then reads are slower"
        yield Finding("account", WARNING, f"{me.name} has no bot flag", fix)
    else:
        yield Finding("account", GOOD, me.name)
    if wiki.has_new_messages():
        fix = f"answer on User talk:{me.name}, and open that page once while logged in as the bot"
        yield Finding("talk page", BAD, "a message to the bot pauses everything it writes", fix)
    if me.name:
        yield from _answers(wiki, me)
    return me.name


def _answers(wiki: Wiki, me: User) -> Iterator[Finding]:
    """Look at whether answers can be confirmed without a message to those who gave them."""
    if RIGHT in me.rights:
        yield Finding("confirmations", GOOD, "minor edits of the bot notify nobody")
    else:
        text = (
            f"{me.name} lacks {RIGHT}: what people answer is read, but not confirmed on their page"
        )
        fix = "ask for the bot flag, or for this right in the bot's group"
        yield Finding("confirmations", WARNING, text, fix)
    if CHANGE_TAG in wiki.site().change_tags:
        yield Finding("change tag", GOOD, f"edits carry {CHANGE_TAG}")
    else:
        text = f"the wiki has no tag {CHANGE_TAG}, so the bot's edits cannot be filtered by it"
        yield Finding("change tag", WARNING, text, "ask for it at Special:Tags (optional)")


def _lost_notices(wiki: Wiki, user: str) -> Iterator[Finding]:
    edits = islice(wiki.contributions(users=[user], namespaces=[USER_TALK]), _RECENT_EDITS)
    if any(section.parse_summary_tag(each.revision.summary) for each in edits):
        text = f"no notice is known here, and {user} wrote some on the wiki"
        fix = (
            "run: python -m bot recover, then python -m bot confirm-history; nothing is sent before"
        )
        yield Finding("notices", BAD, text, fix)


def _pages(settings: Settings, wiki: Wiki, user: str) -> Iterator[Finding]:
    names = settings.names
    install = "run: python -m bot install"
    stop_page = names.stop_page(user or "Capacity Exchange bot")
    wanted = [*template_titles(settings).values(), f"Template:{names.notice}", names.portal]
    wanted += [names.opt_out_list, names.opt_out_category]
    pages = wiki.pages(titles=[*wanted, stop_page, names.directory, names.coordinators])
    missing = [title for title in wanted if not (title in pages and pages[title].exists)]
    for title in missing:
        yield Finding("pages", BAD, f"{title} is missing", install)
    if not missing:
        yield Finding("pages", GOOD, f"{len(wanted)} templates and pages are there")
    page = pages.get(stop_page)
    if page is None or not page.exists:
        yield Finding("stop page", BAD, f"{stop_page} is missing, so nothing is written", install)
    elif not allows_run(page.text):
        fix = f"settle the matter on its talk page, then let the page say “{SWITCH}”"
        yield Finding("stop page", BAD, f"{stop_page} says stop", fix)
    else:
        yield Finding("stop page", GOOD, f"{stop_page} lets the bot write")
    yield from _coordinators(pages.get(names.coordinators), names.coordinators, wiki)
    page = pages.get(names.directory)
    if page is not None and page.exists:
        for problem in directory.check(extra=page.text or ""):
            fix = f"edit {names.directory} on the wiki; until then the last good one counts"
            yield Finding("directory page", WARNING, problem, fix)


def _coordinators(page: Page | None, title: str, wiki: Wiki) -> Iterator[Finding]:
    """Look at who may introduce people and settle what waits, and whether only few can name them."""
    found = read_coordinator_page(page) if page is not None else None
    if found is not None and found.problem:
        fix = f"edit {title} as it says: {COORDINATORS_FORM}"
        if not found.unreadable:
            fix = f"let an administrator protect {title}, as a JSON list of user names"
        yield Finding("coordinators", WARNING, found.problem, fix)
    elif found is None or not found.names:
        fix = f"put a list of user names on {title} and have it protected"
        text = "nobody can introduce people, or settle what waits in the queue"
        yield Finding("coordinators", WARNING, text, fix)
    else:
        written = TemplateNames.of(namespaces=wiki.site().namespaces)
        named = find_coordinators(page, wiki=wiki, names=written) or NamedAccounts()
        text = f"{len(named.accounts)} are named on {title}"
        if named.unknown:
            missing = f"{text}; no account is called {', '.join(named.unknown)}"
            fix = f"correct these names on {title}: accounts are renamed, and fingers slip"
            yield Finding("coordinators", WARNING, missing, fix)
        else:
            yield Finding("coordinators", GOOD, text)


def find_address_fault(api: str, *, user_agent: str, patience: float = PATIENCE) -> str:
    """Return what is wrong with the address of an ``api.php``; empty where a wiki answers there.

    One request, without an account. Whatever the server does, it ends within ``patience`` seconds.
    """
    found: list[str] = []

    def look() -> None:
        try:
            found.append(_find_fault(api, user_agent))
        except Exception as error:  # an address that no library expected is at fault, too
            found.append(str(error) or type(error).__name__)

    # In a thread, since no timeout of a client bounds the whole of a request.
    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(patience)
    fault = found[0] if found else f"no whole answer within {patience:g} seconds"
    return f"{api}: {fault}" if fault else ""


def _find_fault(api: str, user_agent: str) -> str:
    try:
        with requests.get(
            api,
            params={"action": "query", "meta": "siteinfo", "format": "json"},
            headers={"User-Agent": user_agent},
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            stream=True,
        ) as answer:
            if answer.status_code != requests.codes.ok:
                return f"the server answers with status {answer.status_code} {answer.reason}"
            text = answer.raw.read(_LONGEST_ANSWER, decode_content=True)
    except requests.exceptions.SSLError:
        return "the server's certificate is not valid for this address"
    except requests.ConnectTimeout:
        return f"no connection within {CONNECT_SECONDS:g} seconds"
    except (requests.Timeout, ReadTimeoutError):
        return f"the server takes the connection and says nothing for {ANSWER_SECONDS:g} seconds"
    except (requests.ConnectionError, ProtocolError) as error:
        if "NameResolutionError" in str(error):
            return "there is no server of this name"
        if "refused" in str(error):
            return "the server refuses the connection; is it the right port?"
        return "the connection broke off"
    try:
        body = json.loads(text)
    except ValueError:
        return _NO_API
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        # A wiki that only members may read says so here; logging in shows whether we may.
        readable = body["error"].get("code") == "readapidenied"
        return "" if readable else str(body["error"])
    try:
        return "" if "generator" in body["query"]["general"] else _NO_API
    except (KeyError, TypeError):
        return _NO_API
