"""Kept for somebody: a form while they log in again, the profile that they have just saved.

Both are encrypted in the database, dropped soon, and given back to nobody else. Whose a form is says
its sealed beginning. No cookie is set for it: another cookie would make the pages before it unknown
to "back".
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from datetime import timedelta

from flask import g, request
from werkzeug.datastructures import MultiDict

from exchange.model import Profile
from exchange.store.codec import pack_profile, unpack_profile
from webtool.account.auth import auth_services, current_user
from webtool.account.prefill import add_row, add_statements
from webtool.context import context, reader

KEPT = "kept"
"""The name in addresses under which the id of a kept form stands."""
FORM_KEPT = timedelta(hours=1)
SAVED_KEPT = timedelta(days=1)
MAX_BYTES = 60_000
"""Bytes of what is kept at a time, as the database's column holds them."""
PICK = "-pick"
"""How the names of the boxes and buttons of a tree end; the field's name comes before."""
SAID, SHOWN, TAKE = "said", "shown", "take"
"""What was said elsewhere: the boxes, all of them, and the step that takes over all."""
MAX_FORMS = 20
"""Texts that are kept for one account at a time."""


def keep_form(account: int) -> str:
    """Keep the form that was sent for after a login, and return its id; "" where that cannot be.

    ``account`` is whose form it is, 0 where nobody knows: then it is not kept.
    """
    here = context()
    here.store.kept_texts.expire(now=here.now())
    if not account or here.store.kept_texts.count(account=account) >= MAX_FORMS:
        return ""
    typed = [*typed_form().items(multi=True)]
    id = secrets.token_urlsafe(16)
    kept = _keep(f"form {id}", json.dumps(typed), account=account, lasts=FORM_KEPT)
    return id if kept else ""


def take_kept_form() -> bool:
    """Let what the address names as kept stand for the form; whether there is anything kept."""
    id = request.args.get(KEPT, "")
    text = _read(f"form {id}") if id else ""
    if text:
        g.typed_form = MultiDict(json.loads(text))
    return bool(text)


def typed_form() -> MultiDict[str, str]:
    """Return what was typed: the form that was sent, or the one that was kept over a login.

    What was picked in the tree of capacities, or taken over from elsewhere, stands in it as if it
    had been typed.
    """
    if "typed_form" not in g:
        g.typed_form = _with_ticks(request.form)
    form: MultiDict[str, str] = g.typed_form
    return form


def _with_ticks(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return a form with what was ticked in its fields; what is in a list already is left out."""
    form, directory = MultiDict(sent), context().directory
    picked = {
        field: [id for id in form.poplist(f"{field}{PICK}") if id in directory]
        for field in ("offers", "wants", "what")
    }
    names = {id: directory.name(id, reader().language) for ids in picked.values() for id in ids}
    for id in picked.pop("what")[:1]:
        form["what"], form["step"] = names[id], "form"
    for side, ids in picked.items():
        for id in ids:
            add_row(form, side, {"": names[id]}, directory.identify)
    ticked, shown = form.poplist(SAID), form.poplist(SHOWN)
    if form.get("step") == TAKE:
        ticked, form["step"] = shown, "preview"
    add_statements(form, ticked, directory)
    return form


def keep_saved_profile(profile: Profile) -> None:
    """Keep one's own profile as it was just saved, to be shown until the bot has read it.

    And from which form: who goes back to it and corrects a word goes on from what was saved.
    """
    _keep(
        f"save {profile.key}",
        json.dumps([pack_profile(profile), _form_mark()]),
        account=current_user().account,
        lasts=SAVED_KEPT,
    )


def _form_mark() -> str:
    began = typed_form().get("began", "")
    return _id(f"began {began}") if began else ""


def _last_save(key: str) -> tuple[Profile | None, str]:
    """Return the profile that is kept as it was saved, and the mark of its form."""
    text = _read(f"save {key}") if current_user().keeps else ""
    if not text:
        return None, ""
    packed, mark = json.loads(text)
    return unpack_profile(packed), mark


def is_saved_from_form(key: str, revision: int) -> bool:
    """Whether this revision is what the form that was sent was saved as before."""
    profile, mark = _last_save(key)
    same = bool(mark) and mark == _form_mark()
    return same and profile is not None and profile.revision == revision


def drop_saved_profile() -> None:
    """Keep it no longer: the page has changed otherwise."""
    context().store.kept_texts.drop(_id(f"save {current_user().key}"))


def saved_profile(read: Profile | None) -> Profile | None:
    """Return one's own profile as it was saved, where that is newer than what the bot ``read``."""
    saved, _ = _last_save(current_user().key)
    if saved is None or (read is not None and read.revision >= saved.revision):
        return None
    return saved


def _keep(name: str, text: str, *, account: int, lasts: timedelta) -> bool:
    sealed = auth_services().logins.encrypt_bytes(zlib.compress(text.encode()))
    if len(sealed) > MAX_BYTES:
        return False
    now = context().now()
    context().store.kept_texts.keep(
        _id(name), sealed, account=account, now=now, expires=now + lasts
    )
    return True


def _read(name: str) -> str:
    store, account = context().store, current_user().account
    sealed = store.kept_texts.get(_id(name), account=account, now=context().now())
    opened = auth_services().logins.decrypt_bytes(sealed) if sealed else None
    return zlib.decompress(opened).decode() if opened else ""


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
