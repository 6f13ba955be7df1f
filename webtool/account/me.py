"""Me: my matches and what I answer, what the bot knows about me, how often it may write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from exchange.matching import reasons
from exchange.model import Frequency, Profile, Status, Suggestion
from exchange.store.notices import Notice
from exchange.store.oblivion import forget, welcome
from webtool.account.gate import keys, login_required, me, mine, moment
from webtool.context import context, reader, shelf

pages = Blueprint("me", __name__)

ANSWERS = (Status.ACCEPTED, Status.IN_TOUCH, Status.EXCHANGED, Status.DECLINED)
"""The answers that a match can be given, in the order in which things happen."""

SHOWN = (Status.OPEN, *ANSWERS)


@dataclass(frozen=True, slots=True)
class Row:
    """A suggestion as one of the two sees it: who the other is, and why the two."""

    suggestion: Suggestion
    other: Profile | None
    helping: bool
    reasons: tuple[str, ...]
    new: bool


@pages.get("/me")
@login_required
def matches() -> str:
    """Show my matches, newest first, those that wait for an answer at the top."""
    speaking = mine()
    store = context().store
    found = [each for key in sorted(keys()) for each in store.suggestions.of(key)]
    shown = {each.id: each for each in found if each.status in SHOWN}
    others = store.profiles.get_many(
        key for each in shown.values() for key in each.match.pair if key not in keys()
    )
    wishes = store.preferences.of(me().key)
    return render_template(
        "account/me.html",
        profile=speaking.get(me().key),
        groups=[profile for key, profile in speaking.items() if key != me().key],
        rows=sorted(_rows(shown.values(), others), key=_order),
        answers=ANSWERS,
        wishes=wishes,
        frequencies=list(Frequency),
        pause=_day(wishes.get("pause", "")),
        tomorrow=context().today + timedelta(days=1),
        said=request.args.get("said", ""),
    )


@pages.post("/me/matches/<int:id>")
@login_required
def answer(id: int) -> Response:
    """Take an answer to one of my matches: the newest counts, here or on the wiki."""
    store = context().store
    suggestion = store.suggestions.get(id)
    if suggestion is None or suggestion.status not in SHOWN:
        abort(404)
    by = sorted(keys() & set(suggestion.match.pair))
    if not by:
        abort(403)
    try:
        status = Status(request.form.get("status", ""))
    except ValueError:
        abort(400)
    if status not in ANSWERS:
        abort(400)
    store.suggestions.answer(id, status=status, by=by[0], via="web", at=moment())
    return redirect(url_for("me.matches", said="answered", _anchor=f"match-{id}"))


@pages.post("/me/wishes")
@login_required
def wishes() -> Response:
    """Keep how often, and from when, the bot may write to me."""
    store = context().store
    key = me().key
    stop = request.form.get("messages") == "no"
    pause = _day(request.form.get("pause", ""))
    cap = request.form.get("cap", "")
    wanted = {
        "stop": "yes" if stop else "",
        "pause": pause.isoformat() if pause and pause > context().today else "",
        "cap": cap if cap in {each.value for each in Frequency} - {"no"} else "",
    }
    with store.transaction():
        for name, value in wanted.items():
            if value:
                store.preferences.set(key, name, value, at=moment(), via="web")
            else:
                store.preferences.drop(key, name)
    return redirect(url_for("me.matches", said="kept", _anchor="messages"))


@pages.get("/me/known")
@login_required
def known() -> str:
    """Show everything that is kept about me."""
    store = context().store
    notices: list[Notice] = store.notices.to(me().account)
    found = [each for key in sorted(keys()) for each in store.suggestions.of(key)]
    return render_template(
        "account/known.html",
        profiles=list(mine().values()),
        state=store.accounts.get(me().account),
        notices=sorted(notices, key=lambda one: one.begun, reverse=True),
        suggestions=found,
        wishes=(wishes := store.preferences.of(me().key)),
        pause=_day(wishes.get("pause", "")),
        expires=me().expires,
    )


@pages.post("/me/forget")
@login_required
def forgotten() -> Response | str:
    """Forget me: asked twice, done once; it ends the login too."""
    if request.form.get("sure") != "yes":
        return render_template("account/forget.html")
    forget(context().store, me().key, account=me().account, at=moment())
    session.clear()
    return redirect(url_for("account.gone"))


@pages.post("/me/return")
@login_required
def again() -> Response:
    """Take part again after having been forgotten; the next harvest reads the profile anew."""
    welcome(context().store, me().key)
    return redirect(url_for("me.matches", said="back"))


def _rows(found: Iterable[Suggestion], others: dict[str, Profile]) -> list[Row]:
    here = context()
    rows = []
    for each in found:
        helping = each.match.helper in keys()
        other = others.get(each.match.seeker if helping else each.match.helper)
        # Whoever left the index, or is not shown in it, is not shown here either.
        shown = other if other is not None and other.key in shelf().index else None
        said = tuple(reasons(each.match, reader().wording, here.directory))
        rows.append(Row(each, shown, helping, said, each.status is Status.OPEN))
    return rows


def _order(row: Row) -> tuple[bool, float, int]:
    told = row.suggestion.told or row.suggestion.made
    return (not row.new, -told.timestamp(), row.suggestion.id)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
