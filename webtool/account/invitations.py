"""Invitations: texts for people whom a coordinator knows, each with a link to their own form.

Nothing is sent, and nothing about the people named is kept: whoever wrote the texts passes them on.
The draft on the wiki links no user's page, because a signed link would notify them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for

from exchange.i18n.escape import escape_wikitext
from exchange.titles import normalise_title, normalise_user_name
from webtool.account.auth import Answer, FormRefused, login_required
from webtool.account.form import FieldError, FormFields
from webtool.account.kept import take_kept_form, typed_form
from webtool.account.submitted import FormStart, refusal_page
from webtool.context import context, reader
from webtool.render import msg, wiki_link

pages = Blueprint("invitations", __name__)

MOST_NAMES = 50
MAX_TEXT = 5_000
MAX_ADDRESS = 6_000
"""Characters of an address that browsers and servers still take."""
PAGE = "Capacity Exchange invitations"
_PREFIX = re.compile(r"^[\s*#:;]*\[*\s*(?:user|u)\s*:\s*", re.IGNORECASE)
_NO_NAME = re.compile(r"[#<>\[\]|{}/@:=]")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A text for one person."""

    name: str
    text: str


@pages.get("/me/invitations")
@login_required
def show_invitations() -> Answer:
    """Show the two fields, with what was kept over a login."""
    take_kept_form()
    return _page(_fields(), [], [])


@pages.post("/me/invitations")
@login_required
def write_invitations() -> Answer:
    """Show a text for everybody who is named."""
    fields = _fields()
    if fields.get("step") == "form":
        return _page(fields, [], [])
    names, errors = parse_names(fields.text("names", MAX_TEXT))
    text = fields.text("text", MAX_TEXT)
    if not text:
        errors.append(FieldError("text", "blank"))
    if errors:
        return _page(fields, errors, []), 422
    return _page(fields, [], [Invitation(name, invitation_text(text, name)) for name in names])


@pages.errorhandler(FormRefused)
def hold_invitations(refused: FormRefused) -> Answer:
    """Show what was typed into a form that cannot be taken now."""
    fields = _fields()
    typed = [fields.text("names", MAX_TEXT), fields.text("text", MAX_TEXT)]
    return refusal_page(
        refused,
        action=url_for("invitations.write_invitations"),
        text="\n\n".join(filter(None, typed)),
        again="form" if refused.code == "changed" else "",
    )


def _fields() -> FormFields:
    return FormFields(typed_form().to_dict(flat=False))


def parse_names(text: str) -> tuple[list[str], list[FieldError]]:
    """Return the user names in a list, a line each or with commas between, and what is wrong."""
    names: dict[str, None] = {}
    for part in re.split(r"[\n,،、;]", text):
        name = normalise_user_name(_PREFIX.sub("", part).strip(" *\t]").partition("|")[0])
        if not name:
            continue
        if _NO_NAME.search(name) or not normalise_title(name) or len(name.encode()) > 255:
            return [*names], [FieldError("names", "username", name)]
        names[name] = None
    if not names:
        return [], [FieldError("names", "blank")]
    if len(names) > MOST_NAMES:
        return [*names], [FieldError("names", "many", str(MOST_NAMES))]
    return [*names], []


def invitation_text(text: str, name: str) -> str:
    """Return the text for one person; the link stands where the text says, else at its end."""
    text = text if "{link}" in text else f"{text}\n\n{{link}}"
    return text.replace("{name}", name).replace("{link}", form_link())


def form_link() -> str:
    """Return the address at which whoever opens it finds their own form, in the reader's language."""
    path = url_for("editor.show_editor", uselang=reader().language)
    return f"{context().settings.web_address}{path}"


def draft_address(invitations: list[Invitation]) -> str:
    """Return where a page of one's own begins with all texts; without them where they are too long."""
    names = context().settings.names
    preload = f"Template:{names.profile}/message"
    text = "\n\n".join(f"== {escape_wikitext(one.name, 255)} ==\n{one.text}" for one in invitations)
    title = f"Special:MyPage/{PAGE}"
    address = wiki_link(title, action="edit", preload=preload, **{"preloadparams[]": text})
    return address if len(address) <= MAX_ADDRESS else wiki_link(title, action="edit")


def _page(fields: FormFields, errors: list[FieldError], invitations: list[Invitation]) -> str:
    began = typed_form().get("began") or FormStart.of_request().seal()
    draft = draft_address(invitations) if invitations else ""
    return render_template(
        "account/invitations.html",
        names=fields.text("names", MAX_TEXT),
        text=fields.text("text", MAX_TEXT) or msg("account-invite-example"),
        errors={one.field: one for one in errors},
        invitations=invitations,
        draft=draft,
        is_preloaded="preload=" in draft,
        most=MOST_NAMES,
        began=began,
    )
