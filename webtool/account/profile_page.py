"""The page where a profile stands or would stand: read, changed, compared, saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from flask import abort

from exchange.directory import Directory
from exchange.errors import EditRefused, ResponseLost, WikiError
from exchange.model import Kind, Language, Problem, Profile
from exchange.model.keys import is_group_key
from exchange.profiles.document import PageReading, ProblemCode, ProfileTemplate
from exchange.profiles.fields import PROFILE_BY_NAME
from exchange.profiles.list_rows import edit_rows
from exchange.profiles.merge import merge_readings
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.profiles.placement import user_page_above
from exchange.profiles.writer import (
    edit_profile,
    escape_value,
    render_profile,
    row_renderer,
    to_parameters,
    written_value,
)
from exchange.titles import owner_of
from webtool.account.auth import (
    auth_services,
    current_user,
    my_profiles,
    note_name,
    require_not_forgotten,
)
from webtool.account.wiki import AccountWiki, EditablePage, SiteInfo
from webtool.context import context, reader_of
from webtool.limits import TooBusy


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """Where a profile stands, or would: the title, the profile's key and name, how it is read."""

    title: str
    key: str
    name: str
    names: TemplateNames
    directory: Directory
    today: date

    @property
    def is_group(self) -> bool:
        """Whether a group speaks there."""
        return is_group_key(self.key)

    def reading(self, text: str) -> PageReading:
        """Return a text as the bot would read it on this page."""
        space = self.title.partition(":")[0].casefold() if ":" in self.title else ""
        namespace = 2 if space in self.names.user else 4 if self.is_group and space else 0
        return read_page(
            text,
            names=self.names,
            directory=self.directory,
            today=self.today,
            title=self.title,
            namespace=namespace,
        )

    def profile_index(self, text: str) -> int | None:
        """Return which of the page's profiles is theirs; None where there is none yet."""
        for at, each in enumerate(self.reading(text).profiles):
            if (each.kind is not Kind.PERSON) == self.is_group:
                return at
        return None

    @property
    def blank(self) -> ProfileTemplate:
        """A declaration that says nothing yet but what kind speaks."""
        kind = Kind.USER_GROUP if self.is_group else Kind.PERSON
        return ProfileTemplate(given=("kind",) if self.is_group else (), kind=kind)

    def declared(self, text: str) -> ProfileTemplate | None:
        """Return what the page declares for them; None where there is no profile of theirs."""
        at = self.profile_index(text)
        return None if at is None else self.reading(text).profiles[at]

    def current(self, text: str) -> ProfileTemplate:
        """Return what the page declares for them so far, a blank declaration at least."""
        return self.declared(text) or self.blank

    def with_profile(self, text: str, wanted: ProfileTemplate) -> str:
        """Return the page's text with this declaration; nothing else on the page changes.

        Raises ``ValueError`` where a value would break out of its parameter.
        """
        at = self.profile_index(text)
        if at is None:
            new = render_profile(wanted, names=self.names)
            return f"{new}\n\n{text}" if text.strip() else f"{new}\n"
        before = to_parameters(self.current(text), names=self.names)
        after = to_parameters(wanted, names=self.names)
        changes = {
            name: self._rows_changed(text, at, name, wanted) or after.get(name)
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        }
        return edit_profile(text, changes, names=self.names, which=at)

    def _rows_changed(self, text: str, at: int, name: str, wanted: ProfileTemplate) -> str | None:
        """Return a list with only the changed rows written anew; None to write it whole."""
        render = row_renderer(name, self.names)
        raw = written_value(text, name, names=self.names, which=at) if render else None
        if render is None or not raw:
            return None
        attribute = PROFILE_BY_NAME[name].attribute
        start = "{{" + self.names.profile_title + f"|{name}="

        def read_list(value: str) -> Sequence[Any]:
            found = read_page(
                f"{start}{value}\n}}}}",
                names=self.names,
                directory=self.directory,
                today=self.today,
                title=f"User:{self.name}",
            )
            return getattr(found.profiles[0], attribute) if found.profiles else ()

        return edit_rows(
            raw,
            getattr(self.reading(text).profiles[at], attribute),
            getattr(wanted, attribute),
            read=read_list,
            render=render,
            apart=row_renderer(name, self.names, apart=True),
        )


def same_page_text(one: str, other: str) -> bool:
    """Whether two texts are one page to MediaWiki: it composes accents and trims the end."""
    return normalize("NFC", one).rstrip() == normalize("NFC", other).rstrip()


def request_text(what: str, until: date | None, note: str, *, names: TemplateNames) -> str:
    """Return ``{{Capacity Exchange request}}`` with what somebody typed in three fields."""
    rows = [f"| want = {escape_value(what)}"]
    if until:
        rows.append(f"| until = {until.isoformat()}")
    if note:
        rows.append(f"| note = {escape_value(note)}")
    return "\n".join(["{{" + names.request_title, *rows, "}}"])


@dataclass(frozen=True, slots=True)
class ProfilePreview:
    """What the bot would make of a text. ``babel_page`` is where the languages come from, if not there."""

    profile: Profile
    problems: tuple[Problem, ...]
    babel_page: str = ""


SUBPAGE = "Capacity Exchange"


@dataclass(frozen=True, slots=True)
class ProfileEdit:
    """An edit that is under way: the wiki as its author, the page as read, the profile on it.

    ``looked_at`` are the pages that were read on the way, by title.
    """

    wiki: AccountWiki
    site: SiteInfo
    draft: EditablePage
    page: ProfilePage
    looked_at: Mapping[str, EditablePage] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The summary that the edit has where its author writes none."""
        new = self.page.profile_index(self.draft.text) is None
        return self.say("account-summary-new" if new else "account-summary")

    def say(self, key: str) -> str:
        """Return a message in the wiki's language, for what everybody reads there."""
        return reader_of(self.site.language, asked=False, root="").wording.text(key)

    def save(self, text: str, *, summary: str) -> int:
        """Save the page, marked as ours where the wiki has a tag for that; return the revision.

        A save whose answer was lost is looked after: ``ResponseLost`` only where it is not there.
        """
        tag = auth_services().tag if auth_services().tag in self.wiki.tags() else ""
        try:
            return self.wiki.save(draft=self.draft, text=text, summary=summary, tag=tag)
        except ResponseLost:
            there = self.wiki.draft(title=self.draft.title)
            if not same_page_text(there.text, text):
                raise
            return there.revision

    def preview(self, text: str) -> ProfilePreview:
        """Return the profile that the bot would make of this text, and the problems it would see.

        Languages that the text lacks come from the user page above, as the bot will read them.
        """
        reading = self.page.reading(text)
        above, is_known = user_page_above(reading), True
        if above:
            languages = self.languages_on(above)
            is_known = languages is not None
            reading = replace(reading, user_babel=languages or ())
        profile, found = merge_readings(key=self.page.key, name=self.page.name, readings=[reading])
        if not is_known:  # The wiki did not say, so nothing can be said to be missing.
            found = tuple(one for one in found if one.code != ProblemCode.NO_LANGUAGES)
        return ProfilePreview(
            profile, (*reading.problems, *found), above if reading.user_babel else ""
        )

    def languages_on(self, title: str) -> tuple[Language, ...] | None:
        """Return the languages of the Babel box on a page; None where the wiki does not answer."""
        try:
            draft = self.looked_at.get(title) or self.wiki.draft(title=title)
        except (WikiError, TooBusy):
            return None
        return replace(self.page, title=title).reading(draft.text).babel


def open_profile_page(key: str) -> ProfileEdit:
    """Return the page of a profile: its own, else where one's profile would be expected.

    Only people who speak for a profile may open it. A redirect is followed on one's own pages alone,
    and to where a profile was moved: elsewhere stands what others say. Whose pages are one's own
    goes by the name that the wiki says one has now.
    """
    login, here = current_user(), context()
    profile = my_profiles().get(key)
    if profile is None and key != login.key:
        abort(403)
    require_not_forgotten()
    if profile is not None and profile.stands_on_request:
        profile = None  # The page is somebody else's, whose request they joined.
    wiki = auth_services().open_wiki(login)
    site = wiki.site_info(here.settings.names)
    note_name(site.user)
    group = is_group_key(key)
    name = profile.name if profile and group else site.user
    found: ProfileEdit | None = None
    looked_at: dict[str, EditablePage] = {}
    for title in _titles(profile, site, group=group):
        draft = looked_at[title] = wiki.draft(title=title)
        owned = owner_of(draft.title, site.names.user) == site.user
        theirs = draft.title == title if group else owned
        if not theirs and not (profile and draft.page and draft.page == profile.page_id):
            continue
        opened = ProfileEdit(
            wiki,
            site,
            draft,
            ProfilePage(draft.title, key, name, site.names, here.directory, here.today),
            looked_at,
        )
        if opened.page.profile_index(draft.text) is not None:
            return opened
        found = found or opened
    if found is None:
        raise EditRefused("redirect", "")
    return found


def open_own_subpage(name: str) -> ProfileEdit:
    """Return a page below where one's own profile usually stands, to be edited; there or not yet."""
    login, here = current_user(), context()
    wiki = auth_services().open_wiki(login)
    site = wiki.site_info(here.settings.names)
    note_name(site.user)
    draft = wiki.draft(title=f"User:{site.user}/{SUBPAGE}/{name}")
    if owner_of(draft.title, site.names.user) != site.user:
        raise EditRefused("redirect", "")
    page = ProfilePage(draft.title, login.key, site.user, site.names, here.directory, here.today)
    return ProfileEdit(wiki, site, draft, page)


def _titles(profile: Profile | None, site: SiteInfo, *, group: bool) -> list[str]:
    """Return where a profile may stand, the likeliest first.

    Somebody who was renamed since the bot read their page has it under the new name.
    """
    if profile and group:
        return [profile.page]
    own = f"User:{site.user}"
    usual = [f"{own}/{SUBPAGE}", own]
    if profile is None or not profile.page:
        return usual
    owner = owner_of(profile.page, site.names.user)
    if owner in ("", site.user):
        return [profile.page]
    _, slash, rest = profile.page.partition("/")
    return list(dict.fromkeys([f"{own}{slash}{rest}", *usual]))


CONTEXT_LINES = 2
MAX_LINES = 4000
"""Longer pages are compared only where they differ at the start or the end."""


class DiffKind(StrEnum):
    """What became of a line; ``GAP`` stands for lines that are left out."""

    SAME = "same"
    OLD = "old"
    NEW = "new"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a diff: its text, and its number on the side where it stands."""

    kind: DiffKind
    text: str = ""
    number: int = 0


def diff_lines(before: str, after: str) -> list[DiffLine]:
    """Return what changes between two texts; empty where they are the same."""
    if before == after:
        return []
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    if len(old) + len(new) > 2 * MAX_LINES:
        return _ends(old, new)
    lines: list[DiffLine] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT_LINES):
        if lines or group[0][1] > 0:
            lines.append(DiffLine(DiffKind.GAP))
        for tag, start, end, first, last in group:
            if tag == "equal":
                lines += [DiffLine(DiffKind.SAME, old[at], at + 1) for at in range(start, end)]
            else:
                lines += [DiffLine(DiffKind.OLD, old[at], at + 1) for at in range(start, end)]
                lines += [DiffLine(DiffKind.NEW, new[at], at + 1) for at in range(first, last)]
    return lines


def _ends(old: list[str], new: list[str]) -> list[DiffLine]:
    """Cut what is the same at both ends; the rest is one change. Linear, for very long pages."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    return [
        DiffLine(DiffKind.GAP),
        *(DiffLine(DiffKind.OLD, old[at], at + 1) for at in range(head, len(old) - tail)),
        *(DiffLine(DiffKind.NEW, new[at], at + 1) for at in range(head, len(new) - tail)),
        DiffLine(DiffKind.GAP),
    ]
