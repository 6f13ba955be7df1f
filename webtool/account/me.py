"""My matches and answers, and my data."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from exchange.model import (
    AGREED,
    Chain,
    Cohort,
    Frequency,
    Profile,
    Suggestion,
    SuggestionStatus,
)
from exchange.model.keys import ProfileKey
from exchange.notices.answers import LINKS
from exchange.programmes.state import wants_in_programmes
from exchange.store.blocks import Block, read_wishes
from exchange.store.notices import Notice
from exchange.store.personal_data import collect_rows
from webtool.account.answers import (
    MatchRow,
    match_rows,
    may_see,
    record_answer,
    say_available,
    settle_own_words,
    undo_answer,
)
from webtool.account.auth import (
    current_user,
    erasure_marks,
    login_required,
    my_keys,
    my_profiles,
    require_not_forgotten,
)
from webtool.account.joining import joined_requests
from webtool.account.kept import saved_profile
from webtool.account.practical import practical_facts
from webtool.context import context, current_snapshot
from webtool.pages.contact import contact_of
from webtool.suggest import unmet_wants_of

pages = Blueprint("me", __name__)

ANSWERS = tuple(LINKS.values())
"""The answers that a match can be given, as notices offer them."""

SHOWN_STATUSES = (SuggestionStatus.OPEN, *ANSWERS)


@pages.get("/me")
@login_required
def show_matches() -> str:
    """Show my matches, newest first, those that wait for an answer at the top."""
    return matches_page()


def matches_page(*, typed: str = "", wrong: str = "") -> str:
    """Return the page of my matches; ``wrong`` says why nobody is meant by the name ``typed``."""
    speaking = my_profiles()
    own = speaking.get(current_user().key)
    store = context().store
    found = [each for key in sorted(my_keys()) for each in store.suggestions.involving(key)]
    shown = {each.id: each for each in found if each.status in SHOWN_STATUSES and may_see(each)}
    wishes, blocks, refused, declined = read_wishes(store, current_user().key, my_keys())
    cohorts, chains = store.rounds.groups_with(my_keys())
    willing = [one for one in cohorts if (one.capacity, one.language) not in declined]
    never = {one.about for one in blocks}
    others = store.profiles.get_many(
        never | {key for each in shown.values() for key in each.match.parties} - my_keys()
    )
    saved = saved_profile(own)
    rows = match_rows(shown.values(), others)
    return render_template(
        "account/me.html",
        profile=own,
        saved=saved,
        practical=practical_facts(rows, saved or own),
        asked=[profile for profile in speaking.values() if profile.unanswered],
        groups=[profile for key, profile in speaking.items() if key != current_user().key],
        rows=sorted(
            (row for row in rows if not never & {*row.suggestion.match.parties}),
            key=_order,
        ),
        answers=ANSWERS,
        chained=_chained(shown.values(), chains),
        wishes={"stop": "", "cap": ""} | wishes,
        erased=erasure_marks().has(current_user().account),
        frequencies=list(Frequency),
        pause=parse_day(wishes.get("pause", "")),
        blocks=_named(blocks, others),
        introduced=store.introductions.of(row.id for row in shown.values() if row.is_introduction),
        refusals=_named_coordinators(refused),
        typed=typed,
        wrong=wrong,
        held_share=context().settings.notify.hold_out,
        undo=request.args.get("undo", ""),
        silent=own is not None and own.notify is Frequency.NEVER,
        tomorrow=context().today + timedelta(days=1),
        unclear=store.unclear_answers.of(current_user().account),
        said=request.args.get("said", ""),
        undoable=request.args.get("of", type=int),
        cohorts=_cohorts(cohorts, declined),
        joined=joined_requests(store),
        waits=wants_in_programmes(
            store,
            current_user().account,
            speaking,
            directory=context().directory,
            today=context().today,
        ),
        unmet=[
            (each, wants)
            for each in (*filter(None, (own,)), *(one for one in speaking.values() if one != own))
            if (wants := unmet_wants_of(each, found, willing))
        ],
        offered={
            one.capacity for each in (saved, *speaking.values()) if each for one in each.offers
        },
    )


def _cohorts(
    cohorts: Iterable[Cohort], declined: Collection[tuple[str, str]]
) -> list[tuple[Cohort, bool]]:
    """Return the cohorts in which I stand, and those that I declined: (cohort, whether declined)."""
    found = {
        (one.capacity, one.language): one
        for one in cohorts
        if (one.capacity, one.language) not in declined
    }
    return [
        *((one, False) for _, one in sorted(found.items())),
        *((Cohort(*about, members=()), True) for about in sorted(declined)),
    ]


@pages.post("/me/cohorts")
@login_required
def answer_cohort() -> Response:
    """Say that a cohort in which I stand is not for me, or take that back."""
    require_not_forgotten()
    here, mine = context(), my_keys()
    about = (request.form.get("capacity", "")[:190], request.form.get("language", "")[:20])
    if request.form.get("step") == "undo":
        for key in sorted(mine):
            here.store.declined_cohorts.take_back(key, *about, at=here.now())
    else:
        found = here.store.rounds.cohorts_with(mine)
        named = [one for one in found if (one.capacity, one.language) == about]
        if not named:
            abort(404)
        keys = {key for one in named for key in (*one.members, *one.helpers)}
        for key in sorted(mine & keys):
            here.store.declined_cohorts.decline(key, *about, at=here.now(), via="web")
    return redirect(url_for("me.show_matches", said="kept", _anchor="cohorts"))


@pages.get("/me/write/<key>")
@login_required
def write_to(key: str) -> Response:
    """Lead to the page on the wiki where a message to one of my matches begins.

    ``match`` is the one that it is about.
    """
    other = context().store.profiles.get(key) if key in current_snapshot().index else None
    mine = my_profiles().get(current_user().key)
    about = context().store.suggestions.get(request.args.get("match", 0, type=int))
    if about is not None and (about.status not in AGREED or not _is_ours(about, key)):
        about = None
    contact = contact_of(other, saved_profile(mine) or mine, about=about) if other else None
    if contact is None:
        abort(404)
    return redirect(contact.address)


@pages.post("/me/matches/<int:id>")
@login_required
def answer_match(id: int) -> Response:
    """Record an answer to one of my matches, or undo it: the newest counts, here or on the wiki."""
    require_not_forgotten()
    store = context().store
    suggestion = store.suggestions.get(id)
    if suggestion is None or suggestion.status not in SHOWN_STATUSES:
        abort(404)
    by = sorted(my_keys() & set(suggestion.match.parties))
    if not by or not may_see(suggestion):
        abort(403)
    try:
        status = SuggestionStatus(request.form.get("status", ""))
    except ValueError:
        abort(400)
    if status not in ANSWERS:
        abort(400)
    undo = request.form.get("step") == "undo"
    (undo_answer if undo else record_answer)([id], status, by=by[0])
    of, said = (None, "undone") if undo else (id, "answered")
    return redirect(url_for("me.show_matches", said=said, of=of, _anchor=f"match-{id}"))


@pages.post("/me/available")
@login_required
def answer_available() -> Response:
    """Say that I am still there: I am suggested again, and so are my groups."""
    require_not_forgotten()
    say_available()
    return redirect(url_for("me.show_matches", said="available"))


@pages.post("/me/unclear")
@login_required
def settle_unclear() -> Response:
    """Let the bot write to me again, though it did not understand what I wrote."""
    require_not_forgotten()
    settle_own_words()
    return redirect(url_for("me.show_matches", said="settled"))


@pages.get("/me/known")
@login_required
def show_my_data() -> str:
    """Show what is stored about me."""
    store = context().store
    notices: list[Notice] = store.notices.to(current_user().account)
    involved = (each for key in sorted(my_keys()) for each in store.suggestions.involving(key))
    found = [each for each in involved if may_see(each)]
    wishes, blocks, _, declined = read_wishes(store, current_user().key, my_keys())
    return render_template(
        "account/my_data.html",
        profiles=list(my_profiles().values()),
        state=store.accounts.get(current_user().account),
        notices=sorted(notices, key=lambda one: one.begun, reverse=True),
        suggestions=found,
        wishes=wishes,
        blocks=blocks,
        declined=sorted(declined),
        unclear=store.unclear_answers.of(current_user().account, settled=True),
        pause=parse_day(wishes.get("pause", "")),
        seen=parse_day(wishes.get("seen", "")[:10]),
        expires=current_user().expires,
    )


@pages.get("/me/known/rows")
@login_required
def show_stored_rows() -> str:
    """Show every row that is stored about me, from all tables."""
    tables = collect_rows(context().store.database, current_user().account)
    return render_template("account/rows.html", tables=tables)


@pages.get("/me/known.json")
@login_required
def export_my_data() -> Response:
    """Return every row that is stored about me, from all tables."""
    answer = jsonify(collect_rows(context().store.database, current_user().account))
    answer.headers["Content-Disposition"] = "attachment; filename=capacity-exchange.json"
    return answer


def _is_ours(suggestion: Suggestion, other: str) -> bool:
    """Whether a suggestion brought somebody together with the current user."""
    parties = {*suggestion.match.parties}
    return other in parties and bool(my_keys() & (parties - {other}))


def _named(blocks: Iterable[Block], known: dict[str, Profile]) -> list[Block]:
    """Return blocks with the names of those whose name was not kept, as far as they are known."""
    return [
        one if one.name or one.about not in known else replace(one, name=known[one.about].name)
        for one in blocks
    ]


def _named_coordinators(about: Iterable[str]) -> list[tuple[str, str]]:
    """Return whose introductions I do not want: (key, name), empty for everybody's."""
    ids = {by: ProfileKey.parse(by).account for by in about if ":" in by}
    people = context().store.accounts.get_many(ids.values())
    return [(by, people[ids[by]].name if ids.get(by) in people else "") for by in about]


def _chained(shown: Iterable[Suggestion], chains: Iterable[Chain]) -> dict[int, str]:
    """Return what somebody else could learn from me in turn: {suggestion: capacity}."""
    links = {
        (helper, seeker): passed_on
        for chain in chains
        for helper, seeker, passed_on in zip(
            chain.members, chain.members[1:], chain.capacities[1:], strict=False
        )
    }
    return {
        each.id: links[each.match.helper, each.match.seeker]
        for each in shown
        if each.match.seeker in my_keys() and (each.match.helper, each.match.seeker) in links
    }


def _order(row: MatchRow) -> tuple[bool, float, int]:
    told = row.suggestion.notified_at or row.suggestion.created_at
    return (not row.new, -told.timestamp(), row.suggestion.id)


def parse_day(text: str) -> date | None:
    """Return a day as forms send it, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
