"""Compose: a candidate and what we know -> the notice in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.notify.candidate import Candidate, names
from bot.wiki.port import Site
from exchange.directory import Directory
from exchange.matching import reasons
from exchange.model import Profile, Suggestion, User
from exchange.notice.message import (
    GROUP,
    Item,
    Matter,
    Message,
    Names,
    Party,
    Role,
    language_for,
    titles,
    write,
)
from exchange.wording import Wording

REASONS = 4
"""How many reasons a suggestion gives at most, the weightiest first."""

_SAID = ("capacity", "small-language", "freshness")
"""Parts of a score that the line above the reasons says already, or that concern nobody."""


@dataclass(frozen=True)
class Composer:
    """Everything that notices of one run are made from.

    ``profiles`` holds every party by key, ``users`` accounts by name, ``missing`` the titles that
    would show red: they are named without a link.
    """

    site: Site
    names: Names
    directory: Directory
    profiles: Mapping[str, Profile]
    users: Mapping[str, User]
    silence_days: int
    missing: frozenset[str] = frozenset()
    wording_for: Callable[[str], Wording] = field(default=lambda code: Wording(code, GROUP))

    @cached_property
    def _page_wording(self) -> Wording:
        return self.wording_for(language_for((), page_language=self.site.language))

    def matter(self, candidate: Candidate, wording: Wording) -> Matter:
        """Say what a notice to a candidate is about."""
        return Matter(
            recipient=candidate.recipient,
            account=candidate.account,
            campaign=candidate.campaign,
            role=candidate.role,
            reader=self._party(candidate.profile, candidate.name),
            items=tuple(self._item(each, candidate, wording) for each in candidate.suggestions),
        )

    def compose(self, candidate: Candidate) -> Message:
        """Put a notice to a candidate into words."""
        language = language_for(candidate.profile.languages, page_language=self.site.language)
        wording = self.wording_for(language)
        return write(
            self.matter(candidate, wording),
            wording,
            names=self.names,
            page_wording=self._page_wording,
            silence_days=self.silence_days,
        )

    def links(self, candidate: Candidate) -> set[str]:
        """Every title that a notice to a candidate links to and that must exist."""
        return set(titles(self.matter(candidate, self._page_wording), self.names))

    def _item(self, each: Suggestion, candidate: Candidate, wording: Wording) -> Item:
        seeking = candidate.role is Role.SEEKER
        match = each.match
        other = self.profiles[match.helper if seeking else match.seeker]
        why = sorted(
            (part for part in match.parts if part.name not in _SAID and part.points > 0),
            key=lambda part: -part.points,
        )[:REASONS]
        kept = [part for part in match.parts if part in why]
        said = type(match)(
            match.seeker, match.helper, match.want, match.offer, match.score, tuple(kept)
        )
        return Item(
            match=match,
            period=each.period,
            other=self._party(other),
            capacity=self.directory.name(match.offer if seeking else match.want, wording.language),
            reasons=tuple(reasons(said, wording, self.directory, least=0)),
        )

    def _party(self, profile: Profile, name: str | None = None) -> Party:
        addressed = name if name is not None else next(iter(names(profile)), profile.name)
        user = self.users.get(addressed)
        now = user.name if user is not None and user.exists else addressed
        shown = profile.name if profile.is_group and name is None else now
        page = "" if profile.page in self.missing else profile.page
        return Party(
            name=shown,
            user=now,
            page=page,
            page_id=profile.page_id,
            gender=user.gender if user is not None else "",
        )
