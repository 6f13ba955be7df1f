"""Wishes: what I ask of the bot beside my profile. Stop and pause, never this person, forget me."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from exchange.errors import EditRefused, ResponseLost, WikiError, WikiUnavailable
from exchange.model import Frequency, SuggestionStatus, User
from exchange.model.keys import ProfileKey
from exchange.store.blocks import add_block, drop_block, list_blocks
from exchange.store.erasure import erase_person, restore_person
from exchange.titles import normalise_title
from webtool.account.answers import may_see, record_answer
from webtool.account.auth import (
    Answer,
    auth_services,
    current_user,
    erasure_marks,
    login_required,
    my_keys,
    require_not_forgotten,
)
from webtool.account.kept import drop_saved_profile, keep_saved_profile
from webtool.account.me import matches_page, parse_day
from webtool.account.profile_page import open_profile_page
from webtool.account.submitted import REFUSALS, refusal_page, wiki_names
from webtool.account.withdrawal import (
    Withdrawal,
    WithdrawnPage,
    profile_titles,
    withdraw_profile,
)
from webtool.context import context
from webtool.limits import TooBusy

pages = Blueprint("wishes", __name__)

MAX_NAME = 500
"""Characters of a name as somebody wrote it: the address of a user page may be long."""
UNDO_FOR = timedelta(days=1)
UNTOLD = (SuggestionStatus.OPEN, SuggestionStatus.ACCEPTED)
"""The suggestions that end when one of the two never wants to meet the other."""


# -- messages -----------------------------------------------------------------------------------


@pages.post("/me/wishes")
@login_required
def save_preferences() -> Response:
    """Save how often, and from when, the bot may write to me."""
    require_not_forgotten()
    store = context().store
    key = current_user().key
    stop = request.form.get("messages") == "no"
    pause = parse_day(request.form.get("pause", ""))
    cap = request.form.get("cap", "")
    wanted = {
        "stop": "yes" if stop else "",
        "pause": pause.isoformat() if pause and pause > context().today else "",
        "cap": cap if cap in {each.value for each in Frequency} - {"no"} else "",
    }
    before = store.preferences.of(key)
    with store.transaction():
        for name, value in wanted.items():
            if value:
                store.preferences.set(key, name, value, at=context().now(), via="web")
            else:
                store.preferences.drop(key, name)
    if stop and not before.get("stop") and profile_titles():
        return redirect(url_for("wishes.show_stop", said="kept"))
    return redirect(url_for("me.show_matches", said="kept", _anchor="messages"))


@pages.get("/me/stop")
@login_required
def show_stop() -> str:
    """Ask whether the wiki shall say, too, that I want no messages."""
    require_not_forgotten()
    return _stop_page(Withdrawal.NOTIFY_NO)


def _stop_page(
    chosen: Withdrawal, *, is_done: bool = False, changed: Sequence[WithdrawnPage] = ()
) -> str:
    return render_template(
        "account/stop.html",
        titles=[] if is_done else profile_titles(),
        said=request.args.get("said", ""),
        chosen=chosen,
        is_done=is_done,
        changed=changed,
    )


@pages.post("/me/stop")
@login_required
def withdraw_from_wiki() -> Answer:
    """Write on my pages of the wiki what I chose, in my name."""
    require_not_forgotten()
    choice = _chosen()
    if request.form.get("step") == "form":
        return _stop_page(choice)
    if choice is Withdrawal.LEAVE:
        return redirect(url_for("me.show_matches", said="kept", _anchor="messages"))
    try:
        changed = withdraw_profile(choice)
    except REFUSALS as error:
        return refusal_page(
            error, action=url_for("wishes.withdraw_from_wiki"), besides="account-stop-kept"
        )
    drop_saved_profile()
    return _stop_page(choice, is_done=True, changed=changed)


def _chosen() -> Withdrawal:
    try:
        return Withdrawal(request.form.get("page", Withdrawal.LEAVE))
    except ValueError:
        abort(400)


# -- never this person --------------------------------------------------------------------------


class BlockedPerson(NamedTuple):
    """Somebody who is meant: the key of their profile, and what they are called."""

    key: str
    name: str


class UnknownPerson(Exception):
    """Nobody is meant by what was written; ``reason`` is the end of ``account-never-…``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@pages.post("/me/never")
@login_required
def save_never() -> Answer:
    """Never suggest somebody to me nor me to them, by name or out of a suggestion; or take it back."""
    require_not_forgotten()
    if "back" in request.form:
        return _take_back(request.form["back"])
    typed = request.form.get("person", "")[:MAX_NAME]
    try:
        if "undo" in request.form:
            person = _unsealed(request.form["undo"])
        elif "match" in request.form:
            person = _suggested(request.form["match"])
        else:
            person = find_person(typed)
    except UnknownPerson as error:
        status = 502 if error.reason == "away" else 422
        return matches_page(typed=typed, wrong=error.reason), status
    _keep_apart(person)
    return redirect(url_for("me.show_matches", said="never", _anchor="never"))


def find_person(typed: str) -> BlockedPerson:
    """Return whom somebody means by a name as people write them.

    The wiki is asked first, since names change hands; then what we know, groups included.
    Raises ``UnknownPerson``.
    """
    names = wiki_names().users_written(typed)
    if not typed.strip():
        raise UnknownPerson("missing")
    user, is_away = _find_account(names) if names else (None, False)
    if user is not None:
        person = BlockedPerson(str(ProfileKey.for_person(user.id)), user.name)
    else:
        # A group, or whoever had the name at the last harvest.
        store = context().store
        title = normalise_title(typed.strip("[] "))
        named = (one for name in (*names, title) for one in store.profiles.named(name[:255]))
        known = next(named, None)
        if known is None:
            raise UnknownPerson("away" if is_away else "nobody")
        person = BlockedPerson(known.key, known.name)
    if person.key == current_user().key:
        raise UnknownPerson("self")
    return person


def _find_account(names: tuple[str, ...]) -> tuple[User | None, bool]:
    """Return the account of one of these names, and whether the wiki did not say."""
    try:
        return auth_services().open_wiki(current_user()).find_user(names=names), False
    except (EditRefused, ResponseLost, WikiUnavailable, TooBusy):
        return None, True


def _suggested(id: str) -> BlockedPerson:
    """Return the other one of a suggestion of mine; of three, the one whose key follows the id."""
    store = context().store
    id, _, key = id.partition(" ")
    suggestion = store.suggestions.get(int(id)) if id.isdecimal() and len(id) < 19 else None
    if suggestion is None:
        abort(404)
    parties = {*suggestion.match.parties}
    others = parties - my_keys()
    if others == parties or not may_see(suggestion):
        abort(403)
    chosen = others & {key} if key else others
    if len(chosen) != 1:
        abort(403)
    (other,) = chosen
    known = store.profiles.get(other)
    return BlockedPerson(other, known.name if known is not None else "")


def _keep_apart(person: BlockedPerson) -> None:
    """Keep it, and end what was suggested and not begun."""
    store, now = context().store, context().now()
    with store.transaction():
        add_block(
            store,
            speaker=current_user().key,
            about=person.key,
            marks=erasure_marks(),
            at=now,
            via="web",
            name=person.name,
        )
        for key in sorted(my_keys()):
            for each in store.suggestions.involving(key):
                if person.key in each.match.parties and each.status in UNTOLD:
                    store.suggestions.answer(
                        each.id, status=SuggestionStatus.DECLINED, by=key, via="web", at=now
                    )


def _take_back(about: str) -> Response:
    store, key = context().store, current_user().key
    block = next((one for one in list_blocks(store, key) if one.about == about), None)
    if block is None:
        return redirect(url_for("me.show_matches", _anchor="never"))
    drop_block(store, speaker=key, about=about)
    sealed = auth_services().logins.encrypt(json.dumps(["never", key, about, block.name]))
    return redirect(url_for("me.show_matches", said="back-never", undo=sealed, _anchor="never"))


def _unsealed(sealed: str) -> BlockedPerson:
    """Return who was taken back a moment ago; the address does not show whom it is about."""
    seconds = int(UNDO_FOR.total_seconds())
    text = auth_services().logins.decrypt(sealed, seconds=seconds)
    try:
        kind, by, about, name = json.loads(text or "")
    except ValueError:
        abort(400)
    if (kind, by) != ("never", current_user().key):
        abort(400)
    return BlockedPerson(about, name)


# -- introductions ------------------------------------------------------------------------------


@pages.post("/me/introductions")
@login_required
def save_introductions() -> Response:
    """Refuse introductions, all or those by the coordinator of a match of mine; or allow them again."""
    require_not_forgotten()
    store, now = context().store, context().now()
    about, declined = request.form.get("allow", ""), None
    if "match" in request.form:
        id = request.form["match"]
        declined = store.suggestions.get(int(id)) if id.isdecimal() and len(id) < 19 else None
        made = store.introductions.of([declined.id] if declined else []).values()
        about = next((one.coordinator_key for one in made), "")
        if declined is None or not about:
            abort(404)
        if not my_keys() & {*declined.match.pair}:
            abort(403)
    with store.transaction():
        for key in sorted(my_keys()):
            if "allow" in request.form:
                store.introductions.allow(key, about)
            else:
                store.introductions.refuse(key, about, at=now, via="web")
        if declined is not None and declined.status is SuggestionStatus.OPEN:
            by = min(my_keys() & {*declined.match.pair})
            record_answer([declined.id], SuggestionStatus.DECLINED, by=by)
    return redirect(url_for("me.show_matches", said="kept", _anchor="introductions"))


# -- forget me ----------------------------------------------------------------------------------


@pages.post("/me/forget")
@login_required
def erase_me() -> Answer:
    """Erase my data, after a second question; this ends the login too.

    What I want to become of my page on the wiki comes first: afterwards nobody knows who I am.
    """
    choice = _chosen()
    if request.form.get("sure") != "yes" or request.form.get("step") == "form":
        return render_template("account/forget.html", titles=profile_titles(), chosen=choice)
    try:
        withdraw_profile(choice)
    except REFUSALS as error:
        return refusal_page(
            error, action=url_for("wishes.erase_me"), besides="account-forget-not-yet"
        )
    erase_person(context().store, current_user().account, marks=erasure_marks(), at=context().now())
    session.clear()
    return redirect(url_for("account.show_erased", page=choice))


@pages.post("/me/return")
@login_required
def rejoin() -> Response:
    """Take part again after an erasure; the next harvest reads the profile again.

    What stands on the wiki is shown at once, as far as the wiki answers.
    """
    restore_person(
        context().store, current_user().account, marks=erasure_marks(), at=context().now()
    )
    with suppress(WikiError, TooBusy):
        opened = open_profile_page(current_user().key)
        if opened.page.declared(opened.draft.text) is not None:
            seen = opened.preview(opened.draft.text)
            keep_saved_profile(replace(seen.profile, revision=opened.draft.revision))
    return redirect(url_for("me.show_matches", said="back"))
