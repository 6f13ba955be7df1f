"""One click: an offer or a want added to one's own profile on the wiki, or just that taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from exchange.errors import EditRefused
from exchange.model import UNLISTED, Offer, Want
from exchange.profiles.document import ProfileTemplate
from webtool.account.form import with_carried
from webtool.account.kept import keep_saved_profile
from webtool.account.profile_page import ProfileEdit, open_profile_page, same_page_text
from webtool.context import context

ATTEMPTS = 3
"""How often an edit is tried while others change the page: a bare item fits on any version of it."""


@dataclass(frozen=True, slots=True)
class BareItem:
    """An offer or a want that says no more than what it is: the capacity, and the words for it."""

    side: Literal["offers", "wants"]
    capacity: str
    text: str = ""

    def is_in(self, declared: ProfileTemplate) -> bool:
        """Whether a declaration has it, perhaps with more said of it."""
        return any(one.capacity == self.capacity for one in self._held(declared))

    def added_to(self, declared: ProfileTemplate, language: str) -> ProfileTemplate:
        """Return a declaration with it; as it was where it has it already."""
        words = self.text or self.capacity.removeprefix(UNLISTED)
        carried = with_carried(
            declared,
            offer=words if self.side == "offers" else "",
            want=words if self.side == "wants" else "",
            directory=context().directory,
            language=language,
        )
        return replace(carried, given=tuple(dict.fromkeys((*declared.given, self.side))))

    def taken_from(self, declared: ProfileTemplate) -> ProfileTemplate:
        """Return a declaration without it; one that says more was written by hand, and stays."""
        bare = [*map(self._bare, self._held(declared))]
        if self.side == "offers":
            offers = tuple(
                one for one, is_it in zip(declared.offers, bare, strict=True) if not is_it
            )
            return replace(declared, offers=offers, given=self._given(declared, offers))
        wants = tuple(one for one, is_it in zip(declared.wants, bare, strict=True) if not is_it)
        return replace(declared, wants=wants, given=self._given(declared, wants))

    def stays_in(self, declared: ProfileTemplate) -> bool:
        """Whether a declaration says more of it, so that one click does not take it out."""
        return self.is_in(self.taken_from(declared))

    def _bare(self, one: Offer | Want) -> bool:
        bare = type(one)(capacity=one.capacity, text=one.text)
        return one.capacity == self.capacity and one == bare

    def _given(self, declared: ProfileTemplate, left: tuple[object, ...]) -> tuple[str, ...]:
        return tuple(each for each in declared.given if left or each != self.side)

    def _held(self, declared: ProfileTemplate) -> tuple[Offer, ...] | tuple[Want, ...]:
        return declared.offers if self.side == "offers" else declared.wants


def save_item(key: str, item: BareItem, *, undo: bool, summary: str) -> ProfileEdit | None:
    """Save a profile with or without the item; None where there is no profile on the wiki.

    ``summary`` is the message of the edit summary. Somebody else's edit in between is no trouble:
    the item goes onto the newer text.
    """
    conflict: EditRefused | None = None
    for _ in range(ATTEMPTS):
        opened = open_profile_page(key)
        declared = opened.page.declared(opened.draft.text)
        if declared is None:
            return None
        wanted = (
            item.taken_from(declared) if undo else item.added_to(declared, opened.site.language)
        )
        text = opened.page.with_profile(opened.draft.text, wanted)
        if same_page_text(text, opened.draft.text):
            return opened
        try:
            revision = opened.save(text, summary=opened.say(summary))
        except EditRefused as refusal:
            if refusal.code != "editconflict":
                raise
            conflict = refusal
            continue
        if not opened.page.is_group:
            profile = opened.preview(text).profile
            keep_saved_profile(replace(profile, revision=revision or opened.draft.revision))
        return opened
    assert conflict is not None
    raise conflict
