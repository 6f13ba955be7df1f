"""Unmet: what a message says of its reader's other wants, for which there is no suggestion yet.

It is said only in a message with suggestions, which is sent anyway: no message is sent for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.notify.recipients import NoticeCandidate
from exchange.directory import Directory
from exchange.i18n.escape import escape_wikitext
from exchange.i18n.messages import Localizer
from exchange.matching import UnmetReason
from exchange.model import USABLE, Cohort
from exchange.notices.message import NoticeUnmet, Role
from exchange.store import Store
from exchange.ways import MOST_WAYS, WayTitles, way_words, ways_on

MOST_WANTS = 2
"""How many wants without a suggestion a message names: it is about the suggestions."""

_OFFERED = frozenset(
    (UnmetReason.LANGUAGE, UnmetReason.SUGGESTED, UnmetReason.AWAY, UnmetReason.SEATS)
)
"""Reasons that say that somebody shares it. Where only the next round has room for it (``limit``),
there is nothing to say."""

_NOWHERE = frozenset((UnmetReason.NOBODY, UnmetReason.PLACE, UnmetReason.DAYS))
"""Reasons that say that nobody shares it, or not where and when it is of use."""


@dataclass(frozen=True, slots=True)
class UnmetWants:
    """What the last round found: why wants are unmet, by profile key and capacity, and its cohorts.

    ``declined`` are (profile key, capacity, language) of those who want to be in no such cohort.
    """

    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cohorts: Sequence[Cohort] = ()
    declined: Collection[tuple[str, str, str]] = ()
    titles: WayTitles = field(default_factory=WayTitles)
    today: date = date.min

    @classmethod
    def read(
        cls, store: Store, seekers: Iterable[str], *, titles: WayTitles, today: date
    ) -> UnmetWants:
        """Read what is known of some seekers (profile keys): three queries, none for nobody."""
        wanted = frozenset(seekers)
        if not wanted:
            return cls()
        reasons: dict[str, dict[str, str]] = {}
        for key, capacity, reason in store.rounds.unmet():
            if key in wanted:
                reasons.setdefault(key, {})[capacity] = reason
        return cls(reasons, store.rounds.cohorts(), store.declined_cohorts.all(), titles, today)

    def lines(
        self,
        candidate: NoticeCandidate,
        wording: Localizer,
        directory: Directory,
        *,
        missing: Collection[str] = (),
    ) -> tuple[NoticeUnmet, ...]:
        """Return what to say of somebody's unmet wants, the most pressing first.

        Nothing leads to a page that is ``missing``: there is no message without the portal.
        """
        reasons = self.reasons.get(candidate.profile.key)
        if reasons is None or candidate.role is not Role.SEEKER:
            return ()
        told = {each.match.want for each in candidate.suggestions}
        wants = {
            want.capacity: want
            for want in sorted(candidate.profile.open_wants(self.today), key=lambda w: w.priority)
            if want.capacity not in told and reasons.get(want.capacity) in {*_OFFERED, *_NOWHERE}
        }
        return tuple(
            self._line(candidate, id, wording, directory, missing)
            for id in [*reversed(wants)][:MOST_WANTS]
        )

    def _line(
        self,
        candidate: NoticeCandidate,
        capacity: str,
        wording: Localizer,
        directory: Directory,
        missing: Collection[str],
    ) -> NoticeUnmet:
        profile, language = candidate.profile, wording.language
        ways = ways_on(
            capacity,
            directory=directory,
            is_offered=self.reasons[profile.key][capacity] in _OFFERED,
            cohorts=[
                one
                for one in self.cohorts
                if (profile.key, capacity, one.language) not in self.declined
            ],
            seeker=profile.key,
            languages=[one.code for one in profile.languages if one.level >= USABLE],
            is_request=any(
                one.is_own_request and one.capacity == capacity for one in profile.wants
            ),
        )
        pages = {way: self.titles.title(way, language) for way in ways}
        left = [way for way, title in pages.items() if title not in missing][:MOST_WAYS]
        return NoticeUnmet(
            capacity=directory.name(capacity, language),
            links=tuple(
                self.titles.link(
                    way, way_words(way, wording, directory, escape=escape_wikitext), language
                )
                for way in left
            ),
            titles=tuple(filter(None, pages.values())),
        )
