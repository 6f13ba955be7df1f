"""Wanting: "I need this too", of a want in somebody's profile that the directory does not know.

Nobody signs in somebody else's profile: whoever needs the same says so in their own, by one click,
and by the name that both wrote the two count together (``exchange.matching.shared_wants``).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for

from exchange.model import UNLISTED, Profile, Want, is_unlisted
from exchange.profiles.document import ProfileTemplate
from webtool.account.auth import (
    Answer,
    FormRefused,
    count_write,
    current_user,
    login_required,
    my_keys,
    require_not_forgotten,
)
from webtool.account.edit import hold_click, seen_refusal
from webtool.account.one_click import BareItem, save_item
from webtool.account.profile_page import ProfileEdit, open_profile_page
from webtool.account.submitted import REFUSALS, FormStart, refusal_page
from webtool.context import context, current_snapshot
from webtool.render import profile_url

pages = Blueprint("wanting", __name__)


@dataclass(frozen=True, slots=True)
class _SomebodysWant:
    """An unlisted want in somebody's profile."""

    party: Profile
    want: Want

    @property
    def item(self) -> BareItem:
        """The same want, as it is written into one's own profile."""
        text = self.want.text
        same = context().directory.identify(text) == self.want.capacity
        return BareItem("wants", self.want.capacity, text if same else "")

    @property
    def address(self) -> str:
        """Where it is wanted, too, or no longer."""
        return url_for("wanting.show_wanting", of=self.party.key, what=self.want.capacity)


@pages.get("/me/wanted")
@login_required
def show_wanting() -> Answer:
    """Show what needing the same writes where, or that it stands there already."""
    wanted = _somebodys_want()
    try:
        opened = open_profile_page(current_user().key)
    except REFUSALS as error:
        return _refused(error, wanted)
    declared = opened.page.declared(opened.draft.text)
    if declared is None:
        return _without_profile(wanted)
    return _wanting_page(wanted, opened, declared, "there" if wanted.item.is_in(declared) else "")


@pages.post("/me/wanted")
@login_required
def submit_wanting() -> Answer:
    """Write the want into one's own profile, or take just that out; a second time does nothing."""
    leaves = request.form.get("step") == "leave"
    wanted = _somebodys_want(leaves=leaves)
    if request.form.get("step") == "form":
        return redirect(wanted.address)
    count_write()
    summary = f"account-join-summary{'-leave' if leaves else ''}"
    try:
        opened = save_item(current_user().key, wanted.item, undo=leaves, summary=summary)
    except REFUSALS as error:
        return _refused(error, wanted)
    if opened is None:
        return _without_profile(wanted)
    declared = opened.page.current(opened.draft.text)
    stays = leaves and wanted.item.stays_in(declared)
    state = "there" if stays else "left" if leaves else "wanted"
    return _wanting_page(wanted, opened, declared, state)


pages.register_error_handler(FormRefused, hold_click)


def _somebodys_want(*, leaves: bool = False) -> _SomebodysWant:
    """Return the want that the address names; 404 where nobody's profile has it."""
    require_not_forgotten()
    key, capacity = request.args.get("of", "")[:80], request.args.get("what", "")[:190]
    shown = leaves or key in current_snapshot().index
    party = context().store.profiles.get(key) if shown and is_unlisted(capacity) else None
    if party is not None and key in my_keys():
        abort(redirect(profile_url(party)))
    wants = party.wants if party else ()
    want = next((w for w in wants if not w.is_own_request and w.capacity == capacity), None)
    if party is None or want is None:
        abort(404)
    return _SomebodysWant(context().protection.conceal(party), want)


def _without_profile(wanted: _SomebodysWant) -> Answer:
    """Lead to the form that makes a profile, with the want in it."""
    words = wanted.item.text or wanted.want.capacity.removeprefix(UNLISTED)
    return redirect(url_for("editor.show_editor", want=words))


def _wanting_page(
    wanted: _SomebodysWant, opened: ProfileEdit, declared: ProfileTemplate, state: str
) -> str:
    """Return the page; ``declared`` is what the profile said before anything was saved."""
    return render_template(
        "account/wanting.html",
        wanted=wanted,
        title=opened.draft.title,
        state=state,
        by_hand=wanted.item.stays_in(declared),
        began=FormStart.of_request().seal(),
        refusal=None if state in ("wanted", "left") else seen_refusal(opened),
    )


def _refused(error: Exception, wanted: _SomebodysWant) -> Answer:
    return refusal_page(error, action=wanted.address, text=f"* {wanted.want.text}")
