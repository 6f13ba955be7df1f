"""Answers: what people wrote into our notices, read back and obeyed. The newest answer counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notify.recipient import owner
from bot.wiki.port import Wiki
from exchange.model import Page, Revision, Status
from exchange.notice import wrapper
from exchange.notice.answer import Answers
from exchange.notice.wrapper import Wrapper
from exchange.store import Store
from exchange.store.notices import Notice
from exchange.template.names import normalise

VIA = "wiki"
READ_FOR = timedelta(days=200)
"""How long after its notice an answer is still looked for."""

HISTORY = 100
"""How many revisions are looked through for the one in which an answer came."""

RESTRICTIVE = frozenset({Status.DECLINED, Status.STOPPED})
"""Answers that count whoever wrote them: nobody is harmed by a message that is not sent."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of reading: new answers, words not understood, and words from others' hands."""

    answers: int = 0
    unclear: int = 0
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class _New:
    """An answer on a page that our records do not have."""

    row: Notice
    number: int
    suggestion: int
    status: Status


def read_answers(
    store: Store,
    wiki: Wiki,
    *,
    is_wrapper: Callable[[str], bool],
    words: Answers,
    clock: Callable[[], datetime],
) -> Heard:
    """Read every notice that may still be answered, and record what is new.

    About one request for 500 talk pages; two more for each page with a new answer, to tell when
    it was written and by whom. An agreeing answer counts only from the recipient's own hand.
    """
    now = clock()
    rows = {row.id: row for row in store.notices.sent(since=now - READ_FOR) if row.suggestions}
    if not rows:
        return Heard()
    pages = _pages(wiki, rows.values())
    recorded = _recorded(store)
    unclear = 0
    fresh: dict[str, list[_New]] = defaultdict(list)
    for title, page in sorted(pages.items()):
        for found in _wrappers(page, is_wrapper):
            row = rows.get(found.id)
            if row is None or title not in (row.page, _onward(pages, row.page)):
                continue
            for number, suggestion in enumerate(row.suggestions, 1):
                status = words.read(found.answer(number))
                unclear += bool(found.answer(number)) and status is None
                if status is not None and recorded.get(suggestion) is not status:
                    fresh[page.title].append(_New(row, number, suggestion, status))
            _resume(store, row, found, words)
    answers = foreign = 0
    for title, news in sorted(fresh.items()):
        versions = _versions(wiki, title, is_wrapper, {new.row.id for new in news})
        for new in news:
            origin = _origin(versions, new, words)
            own = origin is not None and _is_by(origin, new.row)
            if not own and new.status not in RESTRICTIVE:
                foreign += 1
                continue
            _record(store, new, origin if own else None, at=origin.timestamp if origin else now)
            answers += 1
    return Heard(answers, unclear, foreign)


def _pages(wiki: Wiki, rows: Iterable[Notice]) -> dict[str, Page]:
    """The talk pages of these notices, and where they redirect to by now."""
    pages = wiki.pages(titles=dict.fromkeys(row.page for row in rows if row.page))
    site = wiki.site()
    onward = {page.redirect.partition("#")[0] for page in pages.values() if page.redirect}
    onward = {title for title in onward if owner(title, site)} - pages.keys()
    return pages | (wiki.pages(titles=sorted(onward)) if onward else {})


def _onward(pages: Mapping[str, Page], title: str) -> str:
    page = pages.get(title)
    return page.redirect.partition("#")[0] if page is not None else ""


def _wrappers(page: Page, is_wrapper: Callable[[str], bool]) -> Sequence[Wrapper]:
    if not page.exists or not page.text:
        return ()
    return tuple(wrapper.find(page.text, is_wrapper=is_wrapper))


def _recorded(store: Store) -> dict[int, Status]:
    """The newest answer from the wiki for each suggestion, as far as we know."""
    return {each.suggestion: each.status for each in store.suggestions.answers() if each.via == VIA}


def _versions(
    wiki: Wiki, title: str, is_wrapper: Callable[[str], bool], notices: set[str]
) -> list[tuple[Revision, dict[str, Wrapper]]]:
    """The newest revisions of a page with our wrappers in each, newest first. Two requests."""
    history = wiki.history(title=title, limit=HISTORY)
    texts = wiki.text_of(revisions=[revision.id for revision in history])
    return [
        (
            revision,
            {
                found.id: found
                for found in wrapper.find(texts.get(revision.id, ""), is_wrapper=is_wrapper)
                if found.id in notices
            },
        )
        for revision in history
    ]


def _origin(
    versions: Sequence[tuple[Revision, Mapping[str, Wrapper]]], new: _New, words: Answers
) -> Revision | None:
    """The revision in which an answer came to stand as it stands now."""
    origin = None
    for revision, wrappers in versions:
        found = wrappers.get(new.row.id)
        if found is None or words.read(found.answer(new.number)) is not new.status:
            break
        origin = revision
    return origin


def _is_by(revision: Revision, row: Notice) -> bool:
    if revision.user_id and row.account:
        return revision.user_id == row.account
    return normalise(revision.user) == normalise(row.name)


def _record(store: Store, new: _New, origin: Revision | None, *, at: datetime) -> None:
    party = new.row.recipient.partition(">")[0]
    with store.transaction():
        store.suggestions.answer(
            new.suggestion,
            status=new.status,
            by=party if origin is not None else "",
            via=VIA,
            at=at,
            revision=origin.id if origin is not None else None,
        )
        if new.status is Status.STOPPED:
            key = f"user:{new.row.account}"
            store.preferences.set(key, "stop", f"notice {new.row.id}", at=at, via=VIA)


def _resume(store: Store, row: Notice, found: Wrapper, words: Answers) -> None:
    """Take back a stop that was said in this notice and stands there no more."""
    key = f"user:{row.account}"
    said = {words.read(found.answer(number)) for number in range(1, len(row.suggestions) + 1)}
    if Status.STOPPED in said or store.preferences.of(key).get("stop") != f"notice {row.id}":
        return
    store.preferences.drop(key, "stop")


def is_wrapper_of(titles: Iterable[str]) -> Callable[[str], bool]:
    """Make the test for "is this our wrapper template?" from its titles, redirects included."""
    bare = {normalise(title.partition(":")[2] or title) for title in titles}

    def is_wrapper(written: str) -> bool:
        title = normalise(written)
        return title in bare or title.partition(":")[2] in bare

    return is_wrapper
