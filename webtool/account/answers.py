"""Answers in one click: a link of a notice opens a page with the button, and a post is the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from exchange.matching import reasons
from exchange.model import Profile, Suggestion, SuggestionStatus
from exchange.model.keys import Recipient
from exchange.notices.answers import LINKS, NOT_YET, READ_FOR, STILL_OPEN
from exchange.notices.message import Role, meant_by, role_of
from exchange.store.erasure import ERASED
from exchange.store.notices import Notice, NoticeState
from exchange.store.signs_of_life import SEEN
from exchange.store.unclear_answers import VIA_WEB
from webtool.account.auth import (
    Answer,
    current_user,
    login_required,
    my_keys,
    my_profile,
    my_profiles,
    require_not_forgotten,
)
from webtool.context import context, current_snapshot, reader
from webtool.pages.contact import contact_of

pages = Blueprint("answers", __name__)

STOP = "stop"
"""The preference that a stop sets."""


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A suggestion as one of its parties sees it: the other person, and the reasons.

    ``helping`` and ``interpreting`` say which part is mine. Where somebody interprets, ``third`` is
    the interpreter, or to the interpreter the helper.
    """

    suggestion: Suggestion
    other: Profile | None
    helping: bool
    reasons: tuple[str, ...]
    new: bool
    interpreting: bool = False
    third: Profile | None = None


@dataclass(frozen=True, slots=True)
class NoticeChoice:
    """One suggestion of a notice by its number, and whether it has the answer that the link gives.

    ``mine``: that answer was given here, and can be taken back.
    """

    number: int
    suggestion: int
    given: bool
    mine: bool


def record_answer(suggestions: list[int], status: SuggestionStatus, *, by: str) -> None:
    """Keep an answer of the current user's, as a reply on the wiki would be kept.

    Whatever they wrote that nobody understood needs no answer any more; a stop ends all messages.
    """
    store, now = context().store, context().now()
    with store.transaction():
        for id in suggestions:
            store.suggestions.answer(id, status=status, by=by, via=VIA_WEB, at=now)
        if status is SuggestionStatus.STOPPED:
            store.preferences.set(current_user().key, STOP, "yes", at=now, via=VIA_WEB)
        settle_own_words()
        say_available()


def say_available() -> None:
    """Keep that the current user is there; they and their groups take part again at once."""
    here = context()
    here.store.signs_of_life.record(current_user().account, at=here.now(), via=VIA_WEB)


def settle_own_words() -> None:
    """Let go whatever the current user wrote on the wiki that nobody understood."""
    login = current_user()
    context().store.unclear_answers.settle_all(
        login.account, by=login.key, via=VIA_WEB, at=context().now()
    )


def undo_answer(suggestions: list[int], status: SuggestionStatus, *, by: str) -> None:
    """Take back an answer that was given here; one on the wiki is taken back there."""
    store = context().store
    with store.transaction():
        for id in suggestions:
            newest = store.suggestions.answers(id)[-1:]
            if newest and newest[0].status is status:
                store.suggestions.take_back(id, by=by, via=VIA_WEB)
        if status is SuggestionStatus.STOPPED and _stopped_here():
            store.preferences.drop(current_user().key, STOP)


def _stopped_here() -> bool:
    """Whether the current user said stop in the tool: on the wiki it names its notice."""
    return context().store.preferences.of(current_user().key).get(STOP) == "yes"


@pages.get("/answer/<id>/<word>")
@login_required
def show_answer(id: str, word: str) -> Answer:
    """Show the button that gives an answer, or that it is given and how to take it back."""
    asked = _asked(id, word)
    if not isinstance(asked, AskedAnswer):
        return render_template("account/answer.html", refused=asked), _STATUS[asked]
    notice, status, _, choices = asked
    store = context().store
    known = store.suggestions.get_many(each.suggestion for each in choices)
    others = store.profiles.get_many(key for one in known.values() for key in one.match.parties)
    return render_template(
        "account/answer.html",
        refused="",
        status=status,
        label=NOT_YET if word == NOT_YET else status,
        word=word,
        notice=notice,
        rows={row.suggestion.id: row for row in match_rows(known.values(), others)},
        choices=[each for each in choices if each.suggestion in known],
        stopped=store.preferences.of(current_user().key).get(STOP),
        undone=request.args.get("said") == "undone",
        contact_of=lambda row: contact_of(row.other, my_profile(), about=row.suggestion),
        offered={one.capacity for each in my_profiles().values() for one in each.offers},
        asks=_asks(notice, status),
        here=store.preferences.of(current_user().key).get(SEEN, "") >= _day_of(notice),
    )


def _asks(notice: Notice, status: SuggestionStatus) -> bool:
    """Whether a notice asks whether somebody is still there, and this says yes to it."""
    is_question = role_of(notice.campaign) is Role.AVAILABLE
    return is_question and status is not SuggestionStatus.STOPPED


def _day_of(notice: Notice) -> str:
    return (notice.ended or notice.begun).date().isoformat()


@pages.post("/answer/<id>/<word>")
@login_required
def give_answer(id: str, word: str) -> Answer | Response:
    """Record the answer to one suggestion of a notice, to all of them by a stop, or undo that."""
    require_not_forgotten()
    asked = _asked(id, word)
    if not isinstance(asked, AskedAnswer):
        return render_template("account/answer.html", refused=asked), _STATUS[asked]
    notice, status, by, choices = asked
    if _asks(notice, status):
        say_available()
        return redirect(url_for("answers.show_answer", id=id, word=word))
    number = request.form.get("number", "")
    chosen = [
        each.suggestion
        for each in choices
        if status is SuggestionStatus.STOPPED or str(each.number) == number
    ]
    if not chosen and status is not SuggestionStatus.STOPPED:
        abort(400)
    undo = request.form.get("step") == "undo"
    (undo_answer if undo else record_answer)(chosen, status, by=by)
    said = "undone" if undo else None
    return redirect(url_for("answers.show_answer", id=id, word=word, said=said))


_STATUS = {"unknown": 404, "foreign": 403, "old": 410}


class AskedAnswer(NamedTuple):
    """An answer that the current user can give: to which notice, as which party, to what."""

    notice: Notice
    status: SuggestionStatus
    by: str
    choices: list[NoticeChoice]


def _asked(id: str, word: str) -> AskedAnswer | str:
    """Return the answer that an address is about, or why the current user cannot give it."""
    status = STILL_OPEN if word == NOT_YET else LINKS.get(word)
    notice = context().store.notices.get(id)
    if status is None or notice is None or notice.state is not NoticeState.SENT:
        return "unknown"
    if notice.account != current_user().account:
        return "foreign"
    if (notice.ended or notice.begun) < context().now() - READ_FOR:
        return "old"
    by = str(Recipient.parse(notice.recipient).profile)
    if word != NOT_YET:
        status = meant_by(status, notice.campaign)
    elif role_of(notice.campaign) is not Role.CHECK_IN:
        return "unknown"
    return AskedAnswer(notice, status, by, _choices(notice, status, by=by))


def _choices(notice: Notice, status: SuggestionStatus, *, by: str) -> list[NoticeChoice]:
    """Return the suggestions of a notice that are still kept, at most three."""
    found = []
    check_in = role_of(notice.campaign) is Role.CHECK_IN
    for number, id in enumerate(notice.suggestions, 1):
        if id == ERASED:
            continue
        newest = context().store.suggestions.answers(id)[-1:]
        given = bool(newest) and newest[0].status is status
        # What was said before a check-in is no answer to it.
        given = given and (not check_in or newest[0].at >= notice.begun)
        mine = given and (newest[0].by, newest[0].via) == (by, VIA_WEB)
        found.append(NoticeChoice(number, id, given, mine))
    return found


def match_rows(found: Iterable[Suggestion], others: Mapping[str, Profile]) -> list[MatchRow]:
    """Return suggestions as the current user sees them; ``others`` are the profiles, by key."""
    here = context()
    rows = []
    for each in found:
        match, mine = each.match, my_keys()
        helping, interpreting = match.helper in mine, match.interpreter in mine
        other = _shown(others, match.seeker if helping or interpreting else match.helper)
        third = _shown(others, match.helper if interpreting else match.interpreter)
        said = tuple(
            reasons(here.protection.conceal_match(match), reader().wording, here.directory)
        )
        new = each.status is SuggestionStatus.OPEN
        rows.append(MatchRow(each, other, helping, said, new, interpreting, third))
    return rows


def _shown(profiles: Mapping[str, Profile], key: str) -> Profile | None:
    """Return a profile; whoever left the index, or is not shown in it, is not shown here either."""
    found = profiles.get(key)
    return found if found is not None and found.key in current_snapshot().index else None


def may_see(suggestion: Suggestion) -> bool:
    """Whether the current user may know of a suggestion that they are named in.

    Where somebody interprets, the helper and the interpreter hear of it once the seeker said yes.
    """
    told = suggestion.match.interpretation is None or suggestion.match.seeker in my_keys()
    return told or suggestion.status is not SuggestionStatus.OPEN
