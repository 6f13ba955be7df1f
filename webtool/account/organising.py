"""Organising: a programme's draft, seen by its organisers alone, and what they confirm of it.

Nothing of it stands on the wiki. Nobody is told before an organiser has confirmed these very pairs:
where applications, profiles or answers have changed since they looked, they are asked again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from exchange.matching import reasons
from exchange.model import Profile, Suggestion, SuggestionStatus
from exchange.model.programme import (
    ApplicantStep,
    DraftPair,
    Programme,
    ProgrammeDraft,
)
from exchange.programmes.phases import able_organisers
from exchange.programmes.state import ProgrammeState
from exchange.reports.export import guard_formula
from exchange.store.programmes import CONFIRMED, LEFT_OUT, NotConfirmed, ProgrammePair
from webtool.account.auth import Answer, current_user, login_required
from webtool.account.programmes import asked_programme, draft_now
from webtool.context import context, reader
from webtool.render import capacity_text, msg

pages = Blueprint("organising", __name__)


@dataclass(frozen=True, slots=True)
class PairRow:
    """A proposed pair as an organiser sees it; ``id`` names it in the form."""

    id: str
    pair: DraftPair
    seeker: Profile
    helper: Profile
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A pair that was decided about, and what became of it; people who are gone are None.

    ``said`` is who said yes, by name, where the other of the two has not answered yet.
    """

    decided: ProgrammePair
    suggestion: Suggestion | None
    seeker: Profile | None
    helper: Profile | None
    said: str = ""


@pages.get("/me/rounds/<int:page>/pairs")
@login_required
def show_draft(page: int) -> Answer:
    """Show the pairs that could be confirmed, the waiting list, and what was confirmed before."""
    programme = asked_programme(page)
    if not _may_act(programme):
        return _forbidden(programme)
    return _draft_page(draft_now(programme))


@pages.post("/me/rounds/<int:page>/pairs")
@login_required
def confirm_draft(page: int) -> Answer:
    """Confirm the chosen pairs of the draft that was looked at, and leave out the others."""
    programme = asked_programme(page)
    if not _may_act(programme):
        abort(403)
    state, here = draft_now(programme), context()
    chosen = {*request.form.getlist("pair")}
    if not may_confirm(programme):
        return redirect(url_for("organising.show_draft", page=page))
    proposed = {pair_id(one) for one in state.draft.pairs}
    if request.form.get("draft") != state.draft.digest or not chosen <= proposed:
        return _draft_page(state, said="changed", chosen=chosen), 409
    try:
        here.store.programmes.confirm(
            programme,
            (one for one in state.draft.pairs if pair_id(one) in chosen),
            (one for one in state.draft.pairs if pair_id(one) not in chosen),
            organiser=current_user().account,
            at=here.now(),
        )
    except NotConfirmed:
        return _draft_page(draft_now(programme), said="changed", chosen=chosen), 409
    said = "done" if chosen else None
    return redirect(url_for("organising.show_draft", page=page, said=said))


@pages.post("/me/rounds/<int:page>/again")
@login_required
def take_up_pair(page: int) -> Answer:
    """Let two who were left out be proposed again."""
    programme = asked_programme(page)
    if not _may_act(programme):
        abort(403)
    seeker, _, helper = request.form.get("pair", "")[:200].partition(" ")
    context().store.programmes.take_up(page, seeker, helper)
    return redirect(url_for("organising.show_draft", page=page, said="back"))


@pages.get("/me/rounds/<int:page>/pairs.csv")
@login_required
def download_draft(page: int) -> Answer:
    """Send everybody who applied, with where they stand, as a table."""
    programme = asked_programme(page)
    if not _may_act(programme):
        abort(403)
    state = draft_now(programme)
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\r\n")
    rows.writerow(["applicant", "applied", "step", "reason", "learns_from", "capacity", "helps"])
    for row in draft_rows(state):
        rows.writerow([guard_formula(cell) for cell in row])
    answer = Response("\ufeff" + file.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="round-{page}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def draft_rows(state: ProgrammeState) -> Iterator[list[str]]:
    """Yield a row for each applicant: who, when, the step, why they wait, whom they learn from, what, whom they help."""
    draft, named = state.draft, context().protection.conceal
    names = {key: named(one).name for key, one in state.profiles.items()}
    why = {one.key: msg(f"account-waiting-{one.reason}") for one in draft.waiting}
    matches = [one.match for one in draft.pairs]
    matches += [
        state.suggestions[one.suggestion].match
        for one in state.decided
        if one.state == CONFIRMED
        and not one.outcome
        and one.suggestion in state.suggestions
        and state.suggestions[one.suggestion].status not in _OVER
    ]
    matches += [one.match for one in draft.before]
    since = {
        key: msg(
            "account-organise-before-day", (one.answered_at or one.created_at).date().isoformat()
        )
        for one in draft.before
        for key in one.match.pair
    }
    accounts = context().store.accounts.get_many(one.account for one in state.applications)
    for each in state.applications:
        key = draft.keys.get(each.account, "")
        user = accounts.get(each.account)
        learns = [one for one in matches if one.seeker == key]
        yield [
            names.get(key) or (user.name if user else ""),
            each.applied.isoformat(timespec="minutes"),
            step_words(draft.steps[each.account]),
            why.get(key) or since.get(key, ""),
            ", ".join(names.get(one.helper, "") for one in learns),
            ", ".join(capacity_text(one.want) for one in learns),
            ", ".join(names.get(one.seeker, "") for one in matches if one.helper == key),
        ]


_OVER = (
    SuggestionStatus.DECLINED,
    SuggestionStatus.STOPPED,
    SuggestionStatus.EXPIRED,
    SuggestionStatus.WITHDRAWN,
)
"""Where two are no pair any more: neither learns from the other."""

_STANDS = {
    ApplicantStep.PAIRED: "account-organise-pairs",
    ApplicantStep.WAITING: "account-organise-waiting",
    ApplicantStep.CONFIRMED: "account-organise-confirmed",
    ApplicantStep.TOLD: "status-open",
    ApplicantStep.ASKED: "status-open",
    ApplicantStep.YES: "status-open",
    ApplicantStep.AGREED: "status-accepted",
}


def step_words(step: ApplicantStep) -> str:
    """Return where an applicant stands, in the words of the page."""
    return msg(_STANDS.get(step, f"account-step-{step}"))


def pair_id(one: DraftPair) -> str:
    """Return what names a proposed pair in the form."""
    return f"{one.match.seeker} {one.match.helper}"


def may_confirm(programme: Programme) -> bool:
    """Whether its pairs can be confirmed: while people still apply, nobody has a place yet."""
    return programme.closes is None or programme.is_closed(context().today)


def _may_act(programme: Programme) -> bool:
    return current_user().account in able_organisers(context().store, programme)


def _forbidden(programme: Programme) -> Answer:
    page = render_template("account/organising.html", forbidden=True, programme=programme)
    return page, 403


def _draft_page(state: ProgrammeState, *, said: str = "", chosen: set[str] | None = None) -> str:
    here, draft = context(), state.draft
    people = {key: here.protection.conceal(one) for key, one in state.profiles.items()}
    rows = [
        PairRow(
            pair_id(one),
            one,
            people[one.match.seeker],
            people[one.match.helper],
            reasons(here.protection.conceal_match(one.match), reader().wording, here.directory),
        )
        for one in draft.pairs
    ]
    decided = [
        DecidedRow(
            one,
            state.suggestions.get(one.suggestion),
            people.get(one.seeker),
            people.get(one.helper),
            _only_yes(state, one, people),
        )
        for one in state.decided
    ]
    problems = [each.problem for each in here.store.problems.on(state.programme.page)]
    claims = [one for one in problems if one.code.startswith("organiser-")]
    return render_template(
        "account/organising.html",
        forbidden=False,
        programme=state.programme,
        draft=draft,
        rows=rows,
        chosen={row.id for row in rows} if chosen is None else chosen,
        confirmed=[one for one in decided if one.decided.state == CONFIRMED],
        left_out=[one for one in decided if one.decided.state == LEFT_OUT],
        before=[(one, people[one.match.helper], people[one.match.seeker]) for one in draft.before],
        waiting=[(people[one.key], one) for one in draft.waiting],
        refused=list(_refused(draft, people)),
        figures=state.figures(),
        problems=[one for one in problems if one not in claims],
        can_confirm=may_confirm(state.programme),
        organisers=_organisers(state.programme),
        claims=claims,
        said=said or request.args.get("said", ""),
    )


def _only_yes(state: ProgrammeState, one: ProgrammePair, people: dict[str, Profile]) -> str:
    """Return the name of the one who said yes, where the other of a pair has not answered yet."""
    made, yes = state.suggestions.get(one.suggestion), state.yes.get(one.suggestion, ())
    if made is None or made.status is not SuggestionStatus.ACCEPTED or made.is_agreed(yes):
        return ""
    return next((people[key].name for key in made.match.pair if key in yes and key in people), "")


def _organisers(programme: Programme) -> list[tuple[str, bool]]:
    """Return who organises a programme, by name, and whether they may act for one now."""
    store = context().store
    accounts = store.programmes.organisers(programme.page)
    able = able_organisers(store, programme)
    gone = store.accounts.gone(accounts)
    users = store.accounts.get_many(accounts)
    return sorted((user.name, id in able) for id, user in users.items() if id not in gone)


def _refused(
    draft: ProgrammeDraft, people: dict[str, Profile]
) -> Iterator[tuple[str, ApplicantStep]]:
    """Yield who cannot take part, by name, and why; nothing of those whose account is hidden."""
    store = context().store
    refused = {account: step for account, step in draft.steps.items() if not step.is_eligible}
    gone = store.accounts.gone(refused)
    users = store.accounts.get_many(refused)
    for account, step in refused.items():
        profile = people.get(draft.keys.get(account, ""))
        user = users.get(account)
        name = profile.name if profile else user.name if user else ""
        if account not in gone and name:
            yield name, step
