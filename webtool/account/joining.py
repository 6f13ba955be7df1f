"""Joining: "I need this too", written onto the page of a request in one's own name, or taken back.

It counts once the bot has read it there, by whose hand it is. The store knows it before that, so
that it shows on one's own page and nobody who has left is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for

from exchange.errors import EditRefused
from exchange.model import Profile, Want
from exchange.profiles.joining import JoinableRequest
from exchange.store import Store
from webtool.account.auth import (
    Answer,
    FormRefused,
    auth_services,
    count_write,
    current_user,
    login_required,
    my_keys,
    note_name,
    require_not_forgotten,
)
from webtool.account.edit import hold_click, seen_refusal
from webtool.account.profile_page import ProfileEdit, ProfilePage, same_page_text
from webtool.account.submitted import REFUSALS, FormStart, refusal_page
from webtool.context import context, current_snapshot
from webtool.render import profile_url

pages = Blueprint("joining", __name__)

ATTEMPTS = 3
"""How often an edit is tried while others change the page: a name fits on any version of it."""


@dataclass(frozen=True, slots=True)
class JoinedRequest:
    """A request of somebody else's: who asks, for what."""

    asker: Profile
    want: Want

    @property
    def address(self) -> str:
        """Where it is joined and left."""
        return url_for("joining.show_joining", of=self.asker.key, what=self.want.capacity)


@dataclass(frozen=True, slots=True)
class _OpenedRequest:
    """A request on its page as the page is now; None where the page no longer asks for it."""

    edit: ProfileEdit
    request: JoinableRequest | None
    former: frozenset[str] = frozenset()

    @property
    def own_names(self) -> frozenset[str]:
        """What one is and was called, as far as it stands there: a rename changes no page."""
        return self.former | {self.edit.site.user}

    @property
    def is_joined(self) -> bool:
        return self.request is not None and not self.own_names.isdisjoint(self.request.joined)


@pages.get("/me/joined")
@login_required
def show_joining() -> Answer:
    """Show what joining a request writes where, or that it is joined already."""
    asked = _asked_request()
    try:
        opened = _open(asked)
    except REFUSALS as error:
        return _refused(error, asked)
    return _joining_page(asked, opened, "there" if opened.is_joined else "")


@pages.post("/me/joined")
@login_required
def submit_joining() -> Answer:
    """Write one's own name onto the page of a request, or take it out; a second time does nothing."""
    leaves = request.form.get("step") == "leave"
    asked = _asked_request(leaves=leaves)
    if request.form.get("step") == "form":
        return redirect(asked.address)
    count_write()
    try:
        opened = _save(asked, leaves=leaves)
    except REFUSALS as error:
        return _refused(error, asked)
    return _joining_page(asked, opened, "left" if leaves else "joined")


pages.register_error_handler(FormRefused, hold_click)


def joined_requests(store: Store) -> list[JoinedRequest]:
    """Return what the current user joined, as far as it still stands, by who asks."""
    conceal = context().protection.conceal
    found = store.joined_requests.askers(current_user().account)
    return [JoinedRequest(conceal(asker), want) for asker, want in found]


def _asked_request(*, leaves: bool = False) -> JoinedRequest:
    """Return the request that the address names; 404 where there is none that can be joined."""
    require_not_forgotten()
    key, capacity = request.args.get("of", "")[:80], request.args.get("what", "")[:190]
    if key in my_keys():
        mine = context().store.profiles.get(key)
        abort(redirect(profile_url(mine)) if mine else 404)
    shown = leaves or key in current_snapshot().index
    asker = context().store.profiles.get(key) if shown else None
    wants = asker.wants if asker else ()
    want = next((w for w in wants if w.is_own_request and w.capacity == capacity), None)
    if asker is None or want is None:
        abort(404)
    return JoinedRequest(context().protection.conceal(asker), want)


def _open(asked: JoinedRequest) -> _OpenedRequest:
    """Return the request's page, redirects followed, to be edited as the current user."""
    login, here = current_user(), context()
    wiki = auth_services().open_wiki(login)
    site = wiki.site_info(here.settings.names)
    note_name(site.user)
    draft = wiki.draft(title=asked.want.request)
    page = ProfilePage(
        draft.title, asked.asker.key, asked.asker.name, site.names, here.directory, here.today
    )
    known = here.store.pages.by_title(asked.want.request)
    there = draft.exists and known is not None and draft.page == known.id
    found = (
        JoinableRequest.find(draft.text, asked.want.capacity, names=site.names, read=page.reading)
        if there
        else None
    )
    others = [name for name in found.joined if name != site.user] if found else []
    former = wiki.former_names(names=others, now=site.user)
    return _OpenedRequest(ProfileEdit(wiki, site, draft, page), found, former)


def _save(asked: JoinedRequest, *, leaves: bool) -> _OpenedRequest:
    conflict: EditRefused | None = None
    for _ in range(ATTEMPTS):
        opened = _open(asked)
        edit, found = opened.edit, opened.request
        if found is None:
            return opened
        if leaves:
            text = found.without_names(opened.own_names)
        else:
            text = found.text if opened.is_joined else found.with_name(edit.site.user)
        if not same_page_text(text, edit.draft.text):
            try:
                edit.save(
                    text, summary=edit.say(f"account-join-summary{'-leave' if leaves else ''}")
                )
            except EditRefused as refusal:
                if refusal.code != "editconflict":
                    raise
                conflict = refusal
                continue
        joined = [] if leaves else [want.capacity for want in found.wants]
        context().store.joined_requests.set(edit.draft.page, current_user().account, joined)
        return opened
    assert conflict is not None
    raise conflict


def _joining_page(asked: JoinedRequest, opened: _OpenedRequest, state: str) -> Answer:
    found = opened.request
    page = render_template(
        "account/joining.html",
        asked=asked,
        title=opened.edit.draft.title,
        wants=[want.capacity for want in found.wants] if found else (),
        state=state if found else "gone",
        began=FormStart.of_request().seal(),
        refusal=None if state in ("joined", "left") else seen_refusal(opened.edit),
        row=_row(opened.edit.site.user),
    )
    return page if found else (page, 404)


def _row(name: str) -> str:
    return f"* [[User:{name}]]"


def _refused(error: Exception, asked: JoinedRequest) -> Answer:
    text = _row(current_user().name)
    return refusal_page(error, action=asked.address, text=text, where=asked.want.request)
