"""Sharing: whoever learnt something may say how much it helped, and offer it to others, by one click."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for

from exchange.model import QUALITIES, UNLISTED, SuggestionStatus
from webtool.account.auth import Answer, login_required, match_as_seeker
from webtool.account.one_click import BareItem, save_item
from webtool.account.submitted import REFUSALS, refusal_page
from webtool.context import context

pages = Blueprint("sharing", __name__)


@pages.post("/me/matches/<int:id>/share")
@login_required
def share_learnt(id: int) -> Answer:
    """Add what was learnt to the learner's own offers on the wiki, or take just that back."""
    match = match_as_seeker(id, [SuggestionStatus.EXCHANGED])
    if context().directory.is_thing(match.want):
        abort(404)  # Whoever borrowed a camera has none to lend.
    is_undo = request.form.get("step") == "undo"
    try:
        opened = save_item(
            match.seeker,
            BareItem("offers", match.want),
            undo=is_undo,
            summary="account-summary" if is_undo else "account-share-summary",
        )
    except REFUSALS as error:
        return refusal_page(error, action=url_for("me.show_matches"))
    if opened is None:
        # There is no profile to add it to: the form makes one.
        learnt = match.want.removeprefix(UNLISTED)
        return redirect(url_for("editor.show_editor", of=match.seeker, offer=learnt))
    return render_template(
        "account/shared.html", id=id, match=match, title=opened.draft.title, is_undo=is_undo
    )


@pages.post("/me/matches/<int:id>/quality")
@login_required
def rate_exchange(id: int) -> Answer:
    """Keep how much an exchange helped, as whoever learnt says."""
    match_as_seeker(id, [SuggestionStatus.EXCHANGED])
    quality = request.form.get("quality", 0, type=int)
    if quality not in QUALITIES:
        abort(400)
    context().store.responses.rate(id, quality)
    return redirect(url_for("me.show_matches", said="answered", _anchor=f"match-{id}"))
