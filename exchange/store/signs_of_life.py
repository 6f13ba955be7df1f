"""Signs of life: when somebody last answered or logged in, so that we know that they are still there.

An edit of a profile is one, too: it stands with the profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from exchange.model.keys import GROUP_PREFIX, ProfileKey
from exchange.store.codec import digest, pack_days, unpack_days
from exchange.store.database import Database, batches
from exchange.store.pages import Pages
from exchange.store.people import Preferences
from exchange.store.runs import INDEX_VERSION, MetadataTexts
from exchange.store.schema import answer, page, profile

SEEN = "seen"
"""The preference that holds the day of somebody's newest sign of life, and the id of our notice
where it was an answer below one."""


class SignsOfLife:
    """Days by person, and which profiles left how many questions unanswered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pages = Pages(database)
        self._preferences = Preferences(database)
        self._texts = MetadataTexts(database)

    def record(self, account: int, *, at: datetime, via: str, notice: str = "") -> None:
        """Keep that somebody is there, at most once a day, and let them take part again at once.

        So do the groups that they speak for. ``notice`` is what they answered. Of whoever has no
        profile and speaks for none, nothing is kept.
        """
        key = str(ProfileKey.for_person(account))
        before, _, answered = self._preferences.of(key).get(SEEN, "").partition(" ")
        day = at.date().isoformat()
        if before > day or (before == day and notice in ("", answered)):
            return
        theirs = [key, *self._pages.groups_of(account)]
        known = select(profile.c.key).where(profile.c.key.in_(theirs)).limit(1)
        with self._database.writing() as connection:
            if connection.scalar(known) is not None:
                self._preferences.set(key, SEEN, f"{day} {notice}".strip(), at=at, via=via)
                self.set_unanswered(dict.fromkeys(theirs, ()), at=at)

    def newest(self) -> dict[str, date]:
        """The day on which each last answered or logged in, as far as known: {profile key: day}."""
        given = select(answer.c.by, func.max(answer.c.at)).where(answer.c.by != "")
        found = {}
        with self._database.reading() as connection:
            for key, at in connection.execute(given.group_by(answer.c.by)):
                found[key] = at.date()
        for key, value in self._preferences.all(SEEN).items():
            day = date.fromisoformat(value.partition(" ")[0])
            found[key] = max(day, found.get(key, day))
        return found

    def answered_notices(self) -> frozenset[str]:
        """The ids of the notices below which somebody's newest sign of life stands."""
        values = self._preferences.all(SEEN).values()
        return frozenset(notice for _, _, notice in (each.partition(" ") for each in values))

    def edited(self) -> dict[str, date]:
        """The day on which each active profile was last edited, as far as known: {key: day}."""
        query = select(profile.c.key, profile.c.edited).where(
            profile.c.active.is_(True), profile.c.edited.is_not(None)
        )
        with self._database.reading() as connection:
            return {key: edited.date() for key, edited in connection.execute(query)}

    def speakers(self) -> dict[str, frozenset[int]]:
        """Who agreed to speak for each group: {profile key: central user ids}."""
        query = select(page.c.party, page.c.agreed).where(page.c.party.startswith(GROUP_PREFIX))
        found: dict[str, frozenset[int]] = {}
        with self._database.reading() as connection:
            for party, agreed in connection.execute(query):
                found[party] = found.get(party, frozenset()) | frozenset(agreed)
        return found

    def unanswered(self) -> dict[str, tuple[date, ...]]:
        """Who left questions unanswered, as ``Profile.unanswered``: {profile key: days}."""
        query = select(profile.c.key, profile.c.unanswered).where(profile.c.unanswered != "")
        with self._database.reading() as connection:
            return {key: unpack_days(days) for key, days in connection.execute(query)}

    def set_unanswered(self, wanted: Mapping[str, Sequence[date]], *, at: datetime) -> int:
        """Keep which questions profiles left unanswered, none where empty; how many changed.

        Whatever is made from the index is made anew where something changed.
        """
        with self._database.writing() as connection:
            before = dict[str, str]()
            for part in batches(sorted(wanted)):
                query = select(profile.c.key, profile.c.unanswered).where(profile.c.key.in_(part))
                before |= dict(connection.execute(query).all())
            changed = [
                (key, days)
                for key, days in _packed(wanted)
                if key in before and days != before[key]
            ]
            for key, days in changed:
                connection.execute(
                    profile.update().where(profile.c.key == key).values(unanswered=days)
                )
            if changed:
                index = self._texts.get(INDEX_VERSION)
                self._texts.set(INDEX_VERSION, digest([index, *changed])[:16], at=at)
        return len(changed)


def _packed(wanted: Mapping[str, Sequence[date]]) -> Iterable[tuple[str, str]]:
    return ((key, pack_days(days)) for key, days in sorted(wanted.items()))
