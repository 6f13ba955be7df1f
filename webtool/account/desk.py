"""Desk: the wiki in one's own name, and the page where a profile stands or would stand."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, render_template, url_for

from exchange.errors import NoAnswer, Refused, WikiAway, WikiError
from exchange.template import Names
from webtool.account.gate import gate, me, mine
from webtool.account.proposal import Place, same
from webtool.account.wiki import Draft, PersonalWiki
from webtool.context import context

SUBPAGE = "Capacity Exchange"


@dataclass(frozen=True, slots=True)
class Desk:
    """What an edit works with: the wiki in one's own name, the page, and where it stands."""

    wiki: PersonalWiki
    draft: Draft
    place: Place

    def save(self, text: str, *, summary: str) -> None:
        """Save the page, marked as ours where the wiki has a tag for that.

        A save whose answer was lost is looked after: ``NoAnswer`` only where it is not there.
        """
        tag = gate().tag if gate().tag in self.wiki.tags() else ""
        try:
            self.wiki.save(draft=self.draft, text=text, summary=summary, tag=tag)
        except NoAnswer:
            if not same(self.wiki.draft(title=self.draft.title).text, text):
                raise


def desk_of(key: str) -> Desk:
    """Find the page: the profile's own, else where one's profile would be expected.

    Only whoever speaks for a profile gets there. A redirect is followed on one's own pages alone,
    and to where a profile was moved: elsewhere stands what others say.
    """
    login, here = me(), context()
    profile = mine().get(key)
    if profile is None and key != login.key:
        abort(403)
    taking_part()
    wiki = gate().wiki(login)
    names = wiki.names(here.settings.names)
    name = profile.name if profile else login.name
    own = f"User:{login.name}"
    found: Desk | None = None
    for title in [profile.page] if profile and profile.page else [f"{own}/{SUBPAGE}", own]:
        draft = wiki.draft(title=title)
        theirs = draft.title == title or _belongs(draft.title, login.name, names)
        if not theirs and not (profile and draft.page == profile.page_id):
            continue
        desk = Desk(wiki, draft, Place(draft.title, key, name, names, here.directory, here.today))
        if desk.place.which(draft.text) is not None:
            return desk
        found = found or desk
    if found is None:
        raise Refused("redirect", "")
    return found


def taking_part() -> None:
    """Send those who asked to be forgotten to where they can come back."""
    if context().store.preferences.of(me().key).get("forget"):
        abort(redirect(url_for("me.matches")))


def _belongs(title: str, name: str, names: Names) -> bool:
    """Tell whether a page is somebody's own, whatever the wiki calls the user namespace."""
    space, _, rest = title.partition(":")
    return space.casefold() in names.user and rest.partition("/")[0] == name


def trouble(error: WikiError) -> tuple[str, int]:
    """Say what the wiki said no to, and what to do."""
    if isinstance(error, NoAnswer):
        return render_template("account/trouble.html", code="no-answer"), 502
    if isinstance(error, WikiAway):
        return render_template("account/trouble.html", code="wiki-away"), 502
    if not isinstance(error, Refused):
        raise error
    code = {
        "blocked": "blocked",
        "autoblocked": "blocked",
        "globalblocking-blockedtext-user": "blocked",
        "protectedpage": "protected",
        "cascadeprotected": "protected",
        "readonly": "readonly",
        "ratelimited": "ratelimited",
        "captcha": "captcha",
        "mwoauth-invalid-authorization": "withdrawn",
        "assertuserfailed": "withdrawn",
    }.get(error.code, "filter" if "filter" in error.code or "black" in error.code else "refused")
    return render_template("account/trouble.html", code=code, said=error.info), 409
