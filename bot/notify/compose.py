"""Compose: a candidate and what we know -> the notice in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.notify.recipients import NoticeCandidate, contact_names
from bot.notify.unmet import UnmetWants
from bot.wiki.port import Site
from exchange.directory import Directory
from exchange.i18n.messages import Localizer
from exchange.languages import language_name
from exchange.matching import reasons
from exchange.model import Language, Profile, Suggestion, User
from exchange.model.programme import (
    Programme,
)
from exchange.notices.message import (
    NoticeContent,
    NoticeItem,
    NoticePerson,
    NoticeRequest,
    NoticeText,
    NoticeTitles,
    Role,
    linked_titles,
    write_notice,
    write_to_target,
)
from exchange.notices.reader_language import GROUP, language_for
from exchange.privacy import UNPROTECTED, CountryProtection
from exchange.store.introductions import Introduction


@dataclass(frozen=True)
class Composer:
    """Everything that notices of one run are made from.

    ``profiles`` holds every party by key, ``users`` accounts by name, ``missing`` the titles that
    would show red: they are named without a link. ``talk_pages`` gives, by user name, where a
    message to somebody is read, if that is not their own talk page. No reason names a country that
    ``protection`` covers, and no notice is written in one of ``languages_off``. ``introductions``
    are those that coordinators made, by suggestion; ``programmes`` are by the period of their
    suggestions; ``unmet`` is what the last round left open.
    """

    site: Site
    names: NoticeTitles
    directory: Directory
    profiles: Mapping[str, Profile]
    users: Mapping[str, User]
    missing: frozenset[str] = frozenset()
    talk_pages: Mapping[str, str] = field(default_factory=dict)
    protection: CountryProtection = UNPROTECTED
    languages_off: tuple[str, ...] = ()
    introductions: Mapping[int, Introduction] = field(default_factory=dict)
    programmes: Mapping[str, Programme] = field(default_factory=dict)
    unmet: UnmetWants = field(default_factory=UnmetWants)
    wording_for: Callable[[str], Localizer] = field(default=lambda code: Localizer(code, GROUP))

    @cached_property
    def page_wording(self) -> Localizer:
        """The wiki's own language, for edit summaries."""
        return self._wording(())

    def content(self, candidate: NoticeCandidate, wording: Localizer) -> NoticeContent:
        """Say what a notice to a candidate is about."""
        return NoticeContent(
            recipient=candidate.recipient,
            account=candidate.account,
            campaign=candidate.campaign,
            role=candidate.role,
            reader=self._party(candidate.profile, candidate.name),
            items=tuple(self._item(each, candidate, wording) for each in candidate.suggestions),
            lacks=candidate.lacks,
            request=self._request(candidate, wording),
            unmet=self.unmet.lines(candidate, wording, self.directory, missing=self.missing),
            only_joined=candidate.profile.stands_on_request,
        )

    def compose(self, candidate: NoticeCandidate) -> NoticeText:
        """Put a notice to a candidate into words."""
        wording = self._wording(candidate.profile.languages)
        return write_notice(
            self.content(candidate, wording),
            wording,
            names=self.names,
            page_wording=self.page_wording,
        )

    def links(self, candidate: NoticeCandidate) -> set[str]:
        """Every title that a notice to a candidate links to and that must exist."""
        return set(linked_titles(self.content(candidate, self.page_wording), self.names))

    def person_of(self, profile: Profile) -> NoticePerson:
        """Return a profile's person or group as a notice names them."""
        return self._party(profile)

    def write_to(self, person: NoticePerson) -> str:
        """Return the title that opens a new section where a message to somebody is read."""
        return write_to_target(person, self.names)

    def _wording(self, languages: Sequence[Language]) -> Localizer:
        return self.wording_for(
            language_for(languages, page_language=self.site.language, off=self.languages_off)
        )

    def _request(self, candidate: NoticeCandidate, wording: Localizer) -> NoticeRequest | None:
        taken = candidate.taken
        if taken is None:
            return None
        return NoticeRequest(
            page=taken.page,
            page_id=taken.page_id,
            capacity=self.directory.name(taken.capacity, wording.language),
            asker=self._party(self.profiles[taken.asker]),
            is_want=taken.is_want,
        )

    def _item(self, each: Suggestion, candidate: NoticeCandidate, wording: Localizer) -> NoticeItem:
        seeking = candidate.role not in (Role.HELPER, Role.INTERPRETER)
        match = self.protection.conceal_match(each.match)
        other = self.profiles[match.helper if seeking else match.seeker]
        if candidate.role is Role.CHECK_IN:  # Why it was suggested is known by now.
            name = self.directory.name(match.want, wording.language)
            return NoticeItem(match, each.period, self._party(other), name)
        third: NoticePerson | None = None
        languages: tuple[str, ...] = ()
        if (interpreted := match.interpretation) is not None:
            interpreting = candidate.role is Role.INTERPRETER
            key = match.helper if interpreting else match.interpreter
            third = self._party(self.profiles[key])
            languages = tuple(
                language_name(code, wording.language)
                for code in (interpreted.seeker_language, interpreted.helper_language)
            )
        made = self.introductions.get(each.id)
        return NoticeItem(
            match=match,
            period=each.period,
            other=self._party(other),
            capacity=self.directory.name(match.offer if seeking else match.want, wording.language),
            third=third,
            languages=languages,
            reasons=tuple(reasons(match, wording, self.directory)),
            introduced_by=made.name if made is not None else "",
            line=made.line if made is not None else "",
            programme=self.programmes.get(each.period),
            is_thing=self.directory.is_thing(match.want),
        )

    def _party(self, profile: Profile, name: str | None = None) -> NoticePerson:
        addressed = name if name is not None else next(iter(contact_names(profile)), profile.name)
        user = self.users.get(addressed)
        now = user.name if user is not None and user.exists else addressed
        shown = profile.name if profile.is_group and name is None else now
        page = "" if profile.page in self.missing else profile.page
        return NoticePerson(
            name=shown,
            user=now,
            page=page,
            page_id=profile.page_id,
            gender=user.gender if user is not None else "",
            talk_page=self.talk_pages.get(now, ""),
        )
