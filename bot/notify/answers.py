"""Answers: what people wrote into our notices, read back and obeyed.

A reply below the notice, a word after ``status=``, or words anywhere else in the section: whatever
is not ours was said by somebody. What its recipient said and we do not understand holds every
further message to them, until they say something that we do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.notify.person import talk_page_owner
from bot.notify.recipients import JOINED, ONCE
from bot.wiki.port import Wiki
from exchange.languages import canonical, fallback_chain
from exchange.model import AGREED, Page, Revision, SuggestionStatus
from exchange.model.keys import ProfileKey, Recipient
from exchange.notices.answers import READ_FOR, AnswerReader, ReplyMeaning
from exchange.notices.message import Role, meant_by, role_of
from exchange.notices.replies import Statement, Version, read_statements
from exchange.notices.template import find_templates
from exchange.notices.vocabulary import Meaning
from exchange.store import Store
from exchange.store.erasure import ERASED
from exchange.store.notices import Notice
from exchange.store.suggestions import SuggestionAnswer
from exchange.titles import normalise_title

VIA = "wiki"
HISTORY = 100
"""How many of a page's newest revisions are looked through for who wrote what."""

STOP = "stop"
"""The preference that an answer can set."""


@dataclass(frozen=True, slots=True)
class AnswersRead:
    """What came of reading: new answers, words not understood, and words from others' hands."""

    answers: int = 0
    unclear: int = 0
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in one notice: the newest understood answer to each suggestion, and more.

    ``statuses`` gives (status, the revision, whether it is the recipient's own) by number.
    ``unclear`` is the newest revision in which the recipient wrote what we do not understand,
    after everything that we do. ``foreign`` counts agreeing answers from other hands. ``refusals``
    are those of introductions that the recipient wrote, each with its revision; ``own`` is the
    newest revision in which they wrote anything.
    """

    statuses: Mapping[int, tuple[SuggestionStatus, Version | None, bool]] = field(
        default_factory=dict
    )
    stopped: bool = False
    never: bool = False
    unclear: Version | None = None
    foreign: int = 0
    refusals: Sequence[tuple[Meaning, Version]] = ()
    own: Version | None = None


def read_answers(
    store: Store,
    wiki: Wiki,
    *,
    is_notice_template: Callable[[str], bool],
    words: AnswerReader,
    me: str,
    clock: Callable[[], datetime],
) -> AnswersRead:
    """Read every notice that may still be answered, and record what is new.

    About one request for 500 talk pages; two more for each page that somebody edited since it was
    last read, to tell who wrote what. An agreeing answer counts only from the recipient's own
    hand, in a revision of their own; a stop counts whoever says it.
    """
    now = clock()
    rows = [
        row
        for row in store.notices.sent(since=now - READ_FOR)
        if row.suggestions
        or row.campaign == ONCE
        or row.campaign.startswith(JOINED)
        or role_of(row.campaign) is Role.AVAILABLE
    ]
    if not rows:
        return AnswersRead()
    pages = _pages(wiki, rows)
    counted = AnswersRead()
    newest = {e.suggestion: e for e in store.suggestions.answers()}
    recorded = {(e.suggestion, e.by): e for e in store.suggestions.answers() if e.via == VIA}
    histories: dict[str, list[Revision]] = {}
    for row in rows:
        page = _page_of(row, pages, is_notice_template)
        current = page.revision.id if page is not None and page.revision is not None else 0
        if page is None or current <= max(row.read_revision, row.revision or 0):
            continue
        if page.title not in histories:
            histories[page.title] = wiki.history(title=page.title, limit=HISTORY)
        said = _read_notice(
            row, histories[page.title], store, wiki, is_notice_template, words, me=me
        )
        if said is not None:
            with store.transaction():
                fresh, unclear = _record(store, row, said, recorded, newest, now)
                store.notices.mark_read(row.id, revision=current)
            counted = AnswersRead(
                counted.answers + fresh,
                counted.unclear + unclear,
                counted.foreign + said.foreign,
            )
    return counted


def _pages(wiki: Wiki, rows: Iterable[Notice]) -> dict[str, Page]:
    """The talk pages of these notices, and where they redirect to by now."""
    pages = wiki.pages(titles=dict.fromkeys(row.page for row in rows if row.page))
    site = wiki.site()
    onward = {page.redirect.partition("#")[0] for page in pages.values() if page.redirect}
    onward = {title for title in onward if talk_page_owner(title, site)} - pages.keys()
    return pages | (wiki.pages(titles=sorted(onward)) if onward else {})


def _page_of(
    row: Notice, pages: Mapping[str, Page], is_notice_template: Callable[[str], bool]
) -> Page | None:
    """Return the page whose history tells of a notice: its own, or the one it was moved to."""
    page = pages.get(row.page)
    onward = pages.get(page.redirect.partition("#")[0]) if page is not None else None
    for each in (page, onward):
        if each is not None and any(
            found.id == row.id
            for found in find_templates(each.text or "", is_notice_template=is_notice_template)
        ):
            return each
    # Where the notice is gone, the page on which answers are written by its links.
    return next((each for each in (onward, page) if each is not None and each.exists), None)


def _read_notice(
    row: Notice,
    history: Sequence[Revision],
    store: Store,
    wiki: Wiki,
    is_notice_template: Callable[[str], bool],
    words: AnswerReader,
    *,
    me: str,
) -> Said | None:
    """Return what was said in a notice; None where what we wrote can no longer be read."""
    if row.revision is None:
        return None
    later = [each for each in history if each.id > row.revision]
    texts = wiki.revision_texts(revisions=[row.revision, *(each.id for each in later)])
    written = texts.get(row.revision)
    if written is None:
        return None
    versions = [
        Version(each.id, each.user, each.user_id, each.timestamp, texts[each.id])
        for each in reversed(later)
        if each.id in texts
    ]
    statements = read_statements(
        versions,
        notice=row.id,
        written=written,
        owner=lambda version: _is_by(version, row),
        ours=lambda version: version.user == me,
        is_notice_template=is_notice_template,
        complete=len(later) < len(history) or len(history) < HISTORY,
    )
    known = store.suggestions.get_many(row.suggestions)
    check_in = role_of(row.campaign) is Role.CHECK_IN
    said = understand_statements(
        statements,
        count=len(row.suggestions),
        introduced=[
            number
            for number, id in enumerate(row.suggestions, 1)
            if id in known and known[id].is_introduction
        ],
        words=words,
        languages=_languages(row, written, store, is_notice_template),
        owner=lambda version: _is_by(version, row),
        check_in=check_in,
    )
    statuses = {
        number: (status if check_in else meant_by(status, row.campaign), version, own)
        for number, (status, version, own) in said.statuses.items()
    }
    refused = any(own and each is SuggestionStatus.STOPPED for each, _, own in statuses.values())
    return replace(said, statuses=statuses, stopped=said.stopped or refused)


def understand_statements(
    statements: Iterable[Statement],
    *,
    count: int,
    words: AnswerReader,
    languages: Iterable[str],
    owner: Callable[[Version], bool],
    introduced: Iterable[int] = (),
    check_in: bool = False,
) -> Said:
    """Return what statements, oldest first, say about ``count`` suggestions; the newest counts.

    Where nothing was suggested, nothing was asked: only a stop counts. Whoever wants no
    introductions and says no more declines those that a coordinator ``introduced``, by number.
    """
    spoken = tuple(languages)
    asked, count = count > 0, max(1, count)
    statuses: dict[int, tuple[SuggestionStatus, Version | None, bool]] = {}
    stopped = never = False
    unclear: Version | None = None
    foreign = 0
    introductions = tuple(introduced)
    refusals: list[tuple[Meaning, Version]] = []
    newest: Version | None = None
    for each in statements:
        own = each.version is not None and owner(each.version)
        newest = each.version if own else newest
        if each.number is None:
            answer = words.read_reply(each.text, languages=spoken, count=count, check_in=check_in)
        else:
            answer = words.read_field(each.text, check_in=check_in)
        answer, agreed = _permitted(answer, own=own, field=each.number is not None)
        foreign += agreed
        refuses = answer.refuses
        if own and each.version is not None and refuses is not None:
            if refuses is Meaning.NO_INTRODUCER and not introductions:
                answer = replace(answer, unclear=True)  # By whom?
            else:
                refusals.append((refuses, each.version))
                unclear = None
                if not answer.understood:
                    answer = replace(
                        answer, each=dict.fromkeys(introductions, SuggestionStatus.DECLINED)
                    )
        if own and answer.unclear and asked:
            unclear = each.version
        numbers = range(1, count + 1) if each.number in (None, 0) else (each.number or 0,)
        for number in numbers:
            status = answer.status_of(number)
            if status is None:
                continue
            if status is SuggestionStatus.STOPPED:
                stopped = True
            statuses[number] = (status, each.version, own)
            unclear = None if own else unclear
        never = never or (own and answer.never)
    if stopped:
        statuses = {
            number: said
            for number, said in statuses.items()
            if said[0] is SuggestionStatus.STOPPED or said[0] in _AGREED_BEFORE
        }
    return Said(statuses, stopped, never, unclear, foreign, refusals, newest)


_AGREED_BEFORE = frozenset(
    {SuggestionStatus.IN_TOUCH, SuggestionStatus.EXCHANGED, SuggestionStatus.DECLINED}
)
"""Answers that stay true beside a stop; nothing new comes of them."""


def _permitted(answer: ReplyMeaning, *, own: bool, field: bool) -> tuple[ReplyMeaning, int]:
    """Return what counts of an answer, and whether an agreeing one from another hand does not."""
    if own:
        return answer, 0
    # Anybody may say stop for anybody; "no" in a conversation may mean anything.
    allowed = {SuggestionStatus.STOPPED} | ({SuggestionStatus.DECLINED} if field else set())
    if answer.all in allowed:
        return ReplyMeaning(all=answer.all), 0
    return ReplyMeaning(), int(field and answer.understood)


def _languages(
    row: Notice, written: str, store: Store, is_notice_template: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return the notice's language and its reader's own, with those that stand in for them."""
    found = [
        each.language
        for each in find_templates(written, is_notice_template=is_notice_template)
        if each.id == row.id and each.language
    ]
    for key in dict.fromkeys(
        (str(ProfileKey.for_person(row.account)), str(Recipient.parse(row.recipient).profile))
    ):
        profile = store.profiles.get(key)
        found += [each.code for each in profile.languages] if profile is not None else []
    known = [canonical(code) for code in found]
    return tuple(dict.fromkeys((*known, *(c for code in known for c in fallback_chain(code)))))


def _is_by(version: Version, row: Notice) -> bool:
    if version.user_id and row.account:
        return version.user_id == row.account
    return normalise_title(version.user) == normalise_title(row.name)


def _record(
    store: Store,
    row: Notice,
    said: Said,
    recorded: dict[tuple[int, str], SuggestionAnswer],
    newest: dict[int, SuggestionAnswer],
    now: datetime,
) -> tuple[int, int]:
    """Keep what was said: (how many answers are new, whether something unclear is).

    ``recorded`` are each person's newest answers read on the wiki, ``newest`` those of anybody, any way.
    """
    profile = str(Recipient.parse(row.recipient).profile)
    person = str(ProfileKey.for_person(row.account))
    fresh = 0
    for number, (status, version, own) in sorted(said.statuses.items()):
        if not 1 <= number <= len(row.suggestions):
            continue
        suggestion = row.suggestions[number - 1]
        answer = SuggestionAnswer(
            suggestion,
            status,
            by=profile if own else "",
            via=VIA,
            at=version.at if version is not None else now,
            revision=version.revision if own and version is not None else None,
        )
        if suggestion == ERASED or _is_recorded(
            answer, recorded.get((suggestion, answer.by)), newest.get(suggestion)
        ):
            continue
        store.suggestions.answer(
            suggestion,
            status=status,
            by=answer.by,
            via=VIA,
            at=answer.at,
            revision=answer.revision,
        )
        recorded[suggestion, answer.by] = newest[suggestion] = answer
        fresh += 1
    _record_sign_of_life(store, row, said)
    wishes = store.preferences.of(person)
    here = stop_in(row)
    if said.stopped:
        if not wishes.get(STOP):
            store.preferences.set(person, STOP, here, at=now, via=VIA)
    elif wishes.get(STOP) == here:
        # Its owner, or the hand that put it in, took the word out.
        store.preferences.drop(person, STOP)
    _record_refusals(store, row, said, now)
    if said.never:
        for id in row.suggestions:
            each = store.suggestions.get(id)
            if each is not None:
                # Of three people, it is not known which of the others is meant: neither, then.
                for other in {*each.match.parties} - {profile}:
                    known = store.profiles.get(other)
                    name = known.name if known is not None else ""
                    store.preferences.block(person, other, at=now, via=VIA, name=name)
    return fresh, _record_unclear(store, row, said, now)


def _record_sign_of_life(store: Store, row: Notice, said: Said) -> None:
    """Keep that a recipient is there: whatever they wrote, they wrote something."""
    if said.own is None or said.own.revision <= row.read_revision or not row.account:
        return
    agreed = any(own and status in AGREED for status, _, own in said.statuses.values())
    asked = role_of(row.campaign) is Role.AVAILABLE
    store.signs_of_life.record(
        row.account, at=said.own.at, via=VIA, notice=row.id if asked and agreed else ""
    )


def _record_refusals(store: Store, row: Notice, said: Said, now: datetime) -> None:
    """Keep who wants no introductions; what was read before may have been taken back since."""
    speakers = {
        str(Recipient.parse(row.recipient).profile),
        str(ProfileKey.for_person(row.account)),
    }
    for meaning, version in said.refusals:
        about = {""}
        if meaning is Meaning.NO_INTRODUCER:
            made = store.introductions.of(row.suggestions).values()
            about = {one.coordinator_key for one in made} - {""}
        if version.revision > row.read_revision:
            for speaker in sorted(speakers):
                for each in sorted(about):
                    store.introductions.refuse(speaker, each, at=now, via=VIA)


def _is_recorded(
    answer: SuggestionAnswer, before: SuggestionAnswer | None, newest: SuggestionAnswer | None
) -> bool:
    """Whether an answer was read before, or says once more what counts already."""
    if before is None or before.status is not answer.status:
        return False
    again = (answer.revision or 0) > (before.revision or 0)
    return not again or (newest is not None and newest.status is answer.status)


def stop_in(row: Notice) -> str:
    """Return the value of the preference ``STOP`` that was said in a notice."""
    return f"notice {row.id}"


def _record_unclear(store: Store, row: Notice, said: Said, now: datetime) -> int:
    """Keep what was not understood, and let go what an understood answer explains; how many are new."""
    new = False
    if said.unclear is not None:
        new = store.unclear_answers.note(
            row.id, account=row.account, revision=said.unclear.revision, at=now
        )
    understood = max(
        (v.revision for _, v, own in said.statuses.values() if own and v is not None), default=0
    )
    if said.unclear is not None:
        understood -= 1  # In one revision the later words count, and these are not understood.
    if understood > 0 and row.account:
        # Whatever they wrote before it, wherever it was: now we know what they mean.
        store.unclear_answers.settle_all(
            row.account,
            by=str(ProfileKey.for_person(row.account)),
            via=VIA,
            at=now,
            until=understood,
        )
    return int(new)


def notice_template_test(titles: Iterable[str]) -> Callable[[str], bool]:
    """Return the test for "is this our template?" from its titles, redirects included."""
    bare = {normalise_title(title.partition(":")[2] or title) for title in titles}

    def is_notice_template(written: str) -> bool:
        title = normalise_title(written)
        return title in bare or title.partition(":")[2] in bare

    return is_notice_template
