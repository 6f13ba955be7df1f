"""Sharing: whoever learnt something may say how much it helped, and offer it to others, by one click."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for

from exchange.errors import EditRefused
from exchange.model import QUALITIES, UNLISTED, Match, Offer, SuggestionStatus
from exchange.profiles.document import ProfileTemplate
from webtool.account.auth import Answer, login_required, match_as_seeker
from webtool.account.form import with_carried
from webtool.account.kept import keep_saved_profile
from webtool.account.profile_page import ProfileEdit, open_profile_page, same_page_text
from webtool.account.submitted import REFUSALS, refusal_page
from webtool.context import context

pages = Blueprint("sharing", __name__)


@pages.post("/me/matches/<int:id>/share")
@login_required
def share_learnt(id: int) -> Answer:
    """Add what was learnt to the learner's own offers on the wiki, or take just that back."""
    match = match_as_seeker(id, [SuggestionStatus.EXCHANGED])
    is_undo = request.form.get("step") == "undo"
    try:
        opened = _save(match, undo=is_undo)
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


def _save(match: Match, *, undo: bool) -> ProfileEdit | None:
    """Save the profile with or without the offer; None where there is no profile on the wiki.

    Somebody else's edit in between is no trouble: the offer goes onto the newer text.
    """
    for _ in range(2):
        opened = open_profile_page(match.seeker)
        declared = opened.page.declared(opened.draft.text)
        if declared is None:
            return None
        wanted = _without(declared, match.want) if undo else _with(declared, match.want, opened)
        text = opened.page.with_profile(opened.draft.text, wanted)
        if same_page_text(text, opened.draft.text):
            return opened
        summary = opened.say("account-share-summary" if not undo else "account-summary")
        try:
            revision = opened.save(text, summary=summary)
        except EditRefused as refusal:
            if refusal.code != "editconflict":
                raise
            conflict = refusal
            continue
        if not opened.page.is_group:
            profile = opened.preview(text).profile
            keep_saved_profile(replace(profile, revision=revision or opened.draft.revision))
        return opened
    raise conflict


def _with(declared: ProfileTemplate, capacity: str, opened: ProfileEdit) -> ProfileTemplate:
    carried = with_carried(
        declared,
        offer=capacity.removeprefix(UNLISTED),
        want="",
        directory=context().directory,
        language=opened.site.language,
    )
    return replace(carried, given=tuple(dict.fromkeys((*declared.given, "offers"))))


def _without(declared: ProfileTemplate, capacity: str) -> ProfileTemplate:
    """Return a declaration without the bare offer; one that says more was written by hand."""
    left = tuple(
        each
        for each in declared.offers
        if each.capacity != capacity or each != Offer(each.capacity, each.text)
    )
    given = tuple(each for each in declared.given if left or each != "offers")
    return replace(declared, offers=left, given=given)
