"""What every run that writes shares: a circuit breaker, the wiki's error codes, a run lock.

One edit on the stop page ends all writing, and one run writes at a time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from bot.wiki.port import Wiki
from exchange.errors import EditRefused, WikiError
from exchange.model import Held, Page, Reason, Skipped
from exchange.notices import stop_pages
from exchange.store import Store


class CircuitBreaker:
    """Counts what happened in a run and says when to stop.

    Once open it stays open for the rest of the run: to go on, start a new run.
    """

    def __init__(
        self,
        wiki: Wiki,
        *,
        stop_page: str,
        daily_cap: int,
        max_failures: int,
        sent_today: int = 0,
        renew: Callable[[], bool] = lambda: True,
    ) -> None:
        """``renew`` extends the run lock; False where another run has taken it."""
        self.stop_page = stop_page
        self._wiki = wiki
        self._left = daily_cap - sent_today
        self._max_failures = max_failures
        self._failures = 0
        self._renew = renew
        self._halted: Held | None = None

    @property
    def halted(self) -> Held | None:
        """Why nothing more is written in this run, or None."""
        return self._halted

    def halt(self, held: Held) -> Held:
        """Stop writing for the rest of the run."""
        if self._halted is None:
            self._halted = held
        return self._halted

    def check_write(self, page: Page | None = None) -> Held | None:
        """Return why the next write may not go ahead, or None. Asked before every write.

        ``page`` is the stop page as it was just read; without it, it is read now.
        """
        if self.check_counts() is not None:
            return self._halted
        try:
            if page is None:
                page = self._wiki.pages(titles=[self.stop_page]).get(self.stop_page)
            if page is None or not page.exists:
                missing = f"{self.stop_page} is missing: run python -m bot install"
                return self.halt(Held(Reason.STOP_PAGE, missing))
            if not stop_pages.allows_run(page.text):
                return self.halt(Held(Reason.STOP_PAGE, self.stop_page))
            if self._wiki.has_new_messages():
                return self.halt(Held(Reason.PAUSED, "there is a message on the bot's talk page"))
        except WikiError as error:
            # What cannot be read means stop.
            return self.halt(Held(Reason.STOP_PAGE, f"{self.stop_page} cannot be read: {error}"))
        if not self._renew():
            return self.halt(Held(Reason.INTERRUPTED, "another run has taken over"))
        return None

    def check_counts(self) -> Held | None:
        """Return why the next write may not go ahead as far as is known without asking the wiki."""
        if self._halted is None and self._failures >= self._max_failures:
            return self.halt(Held(Reason.BREAKER, f"{self._failures} failures in a row"))
        if self._halted is None and self._left <= 0:
            return self.halt(Held(Reason.DAILY_CAP))
        return self._halted

    def sent(self) -> None:
        """Count a message that stands."""
        self._left -= 1
        self._failures = 0

    def failed(self) -> None:
        """Count a failure; enough of them in a row stop the run."""
        self._failures += 1


class NextStep(Enum):
    """What comes after a refusal."""

    NEXT = auto()  # this notice is done, the next one may go
    RETRY = auto()  # nothing was written, and reading the page again may help
    HALT = auto()  # no further write in this run


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error code of the wiki means: the outcome of this write, and what comes next."""

    outcome: Skipped | Held
    then: NextStep


_SKIPPED = {
    Reason.PAGE_PROTECTED: (
        "protectedpage protectednamespace protectednamespace-interface namespaceprotected "
        "cascadeprotected customcssjsprotected editcontentmodel-cannot-directly-edit"
    ),
    Reason.PAGE_SALTED: "protectedtitle cantcreate cantcreate-anon nocreate-loggedin",
    Reason.PAGE_TOO_LARGE: "contenttoobig",
    Reason.PAGE_MODEL: "contentmodel-mismatch no-direct-editing unsupported-content-model",
    Reason.SPAM_BLACKLIST: "spamblacklist spamprotectiontext spamdetected abusefilter-blocked-domain",
    Reason.TITLE_BLACKLIST: "titleblacklist-forbidden titleblacklist-forbidden-edit",
    Reason.CAPTCHA: "captcha captcha-edit-fail captcha-create-fail hcaptcha",
}
_HALTED = {
    Reason.BOT_BLOCKED: "blocked autoblocked blockedfrommail globalblocking-blocked systemblocked",
    Reason.LOGGED_OUT: (
        "assertuserfailed assertbotfailed assertnameduserfailed notloggedin login "
        "mwoauth-invalid-authorization mwoauth-invalid-authorization-invalid-user "
        "permissiondenied writeapidenied noedit noedit-anon readapidenied badtoken notoken"
    ),
    Reason.ABUSE_FILTER: (
        "abusefilter-warning abusefilter-disallowed abusefilter-warned abusefilter-degrouped "
        "abusefilter-throttled abusefilter-autoblocked"
    ),
    Reason.WIKI_READONLY: "readonly readonlytext",
    Reason.RATE_LIMITED: "ratelimited actionthrottledtext",
    Reason.WIKI_AWAY: "maxlag",
}
_RETRIED = (
    "editconflict articleexists missingtitle pagedeleted nosuchrevid revwrongpage undofailure"
)

_TABLE: dict[str, Refusal] = {}
for _reason, _codes in _SKIPPED.items():
    _TABLE |= {code: Refusal(Skipped(_reason), NextStep.NEXT) for code in _codes.split()}
for _reason, _codes in _HALTED.items():
    _TABLE |= {code: Refusal(Held(_reason), NextStep.HALT) for code in _codes.split()}
_TABLE |= {code: Refusal(Held(Reason.EDIT_CONFLICT), NextStep.RETRY) for code in _RETRIED.split()}


def classify_refusal(refused: EditRefused) -> Refusal:
    """Return what a refusal means. An unknown code skips this one page and counts as a failure."""
    code = refused.code.casefold()
    known = _TABLE.get(code)
    if known is None and code.startswith("abusefilter"):
        known = _TABLE["abusefilter-disallowed"]
    if known is None and ("block" in code and "global" in code):
        known = _TABLE["blocked"]
    if known is None:
        return Refusal(Skipped(Reason.REFUSED, str(refused)[:255]), NextStep.NEXT)
    kind = type(known.outcome)
    return Refusal(kind(known.outcome.reason, str(refused)[:255]), known.then)


NOTIFY_LOCK = "notify"
ANOTHER_RUN = "another run is writing"
"""What is told where the lock is taken."""

LOCK_TTL = timedelta(minutes=10)
"""How long the lock is kept without being renewed."""


def first_details(outcomes: Iterable[Skipped | Held]) -> dict[str, str]:
    """Return an example of each reason in words: {reason: detail}."""
    details: dict[str, str] = {}
    for each in outcomes:
        if each.detail:
            details.setdefault(each.reason.value, each.detail)
    return details


@dataclass(frozen=True, slots=True)
class RunLock:
    """The right to write, held by this run."""

    store: Store
    name: str
    holder: str

    def renew(self) -> bool:
        """Whether the lock is still ours; it then lasts ``LOCK_TTL`` from now."""
        return self.store.locks.renew(self.name, self.holder, now=_now(), ttl=LOCK_TTL)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def run_lock(
    store: Store, *, name: str = NOTIFY_LOCK, folder: Path | None = None
) -> Iterator[RunLock | None]:
    """Take the lock under ``name``, or give None where another run has it.

    A lease in the database, and a file lock on this machine beside it, which tells at once that
    the run that held the lease is dead. Where ``RunLock.renew`` says False, another run has taken
    over and nothing more may be written. Time is the machine's, not the run's: that may be fixed.
    """
    url = store.database.url.render_as_string(hide_password=True)
    digest = hashlib.sha256(f"{url} {name}".encode()).hexdigest()[:16]
    path = (folder or Path(tempfile.gettempdir())) / f"capacity-exchange-{digest}.lock"
    place = f"{socket.gethostname()}:{digest}"
    holder = f"{place}:{os.getpid()}"[:120]
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        lease = store.locks.get(name)
        if lease is not None and lease.holder.startswith(f"{place}:"):
            store.locks.release(name, lease.holder)
        if not store.locks.acquire(name, holder, now=_now(), ttl=LOCK_TTL):
            yield None
            return
        try:
            yield RunLock(store, name, holder)
        finally:
            store.locks.release(name, holder)
