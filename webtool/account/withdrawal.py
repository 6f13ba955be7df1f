"""Withdrawal: what somebody refused in the tool, written on their pages of the wiki as well.

What stands on the wiki survives the loss of our database: ``notify=no`` in the profile, or no
profile any more. The edit is theirs, made only where they chose it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from exchange.errors import EditRefused
from exchange.model import Frequency, Kind
from exchange.profiles.writer import edit_profile, remove_templates
from exchange.titles import owner_of
from webtool.account.auth import auth_services, current_user, note_name
from webtool.account.profile_page import SUBPAGE, ProfileEdit, ProfilePage, same_page_text
from webtool.context import context

ATTEMPTS = 3
"""How often an edit is tried while others change the page: it fits on any version of it."""


class Withdrawal(StrEnum):
    """What is to become of the profile on the wiki."""

    LEAVE = "leave"
    NOTIFY_NO = "notify"
    TAKE_OFF = "remove"


@dataclass(frozen=True, slots=True)
class WithdrawnPage:
    """A page that was changed, and the revision of the edit."""

    title: str
    revision: int


def profile_titles() -> list[str]:
    """Return the titles of the current user's own pages with a profile, as they were last read."""
    records = context().store.pages.of([current_user().key])
    return [record.title for record in records if record.title]


def withdraw_profile(choice: Withdrawal) -> list[WithdrawnPage]:
    """Carry a choice out on every page of the current user's; return those that were changed.

    What was done already is not done again, so that a second try goes on where the first ended.
    Errors: as ``UserWiki``; pages before the one that was refused are changed.
    """
    if choice is Withdrawal.LEAVE:
        return []
    login, here = current_user(), context()
    wiki = auth_services().open_wiki(login)
    site = wiki.site_info(here.settings.names)
    note_name(site.user)
    own = f"User:{site.user}"
    changed: dict[str, WithdrawnPage] = {}
    for title in dict.fromkeys([*profile_titles(), f"{own}/{SUBPAGE}", own]):
        for attempt in range(1, ATTEMPTS + 1):
            draft = wiki.draft(title=title)
            if owner_of(draft.title, site.names.user) != site.user:
                break  # It leads to somebody else's page by now.
            page = ProfilePage(
                draft.title, login.key, site.user, site.names, here.directory, here.today
            )
            text = withdrawn_text(page, draft.text, choice)
            if same_page_text(text, draft.text):
                break
            try:
                edit = ProfileEdit(wiki, site, draft, page)
                summary = edit.say(f"account-withdraw-summary-{choice}")
                revision = edit.save(text, summary=summary)
            except EditRefused as refusal:
                if refusal.code not in ("editconflict", "articleexists") or attempt == ATTEMPTS:
                    raise
                continue
            changed[draft.title] = WithdrawnPage(draft.title, revision)
            break
    return list(changed.values())


def withdrawn_text(page: ProfilePage, text: str, choice: Withdrawal) -> str:
    """Return a page's text with ``notify=no`` in the person's profile, or without the profile."""

    reading = page.reading(text)

    def is_groups(template: str) -> bool:
        alone = page.reading(template)
        # A request speaks for whom the page speaks.
        return alone.is_group if alone.profiles else reading.is_group

    if choice is Withdrawal.TAKE_OFF:
        return remove_templates(text, names=page.names, keep=is_groups)
    for at, each in enumerate(reading.profiles):
        if each.kind is Kind.PERSON and each.notify is not Frequency.NEVER:
            text = edit_profile(text, {"notify": "no"}, names=page.names, which=at)
    return text
