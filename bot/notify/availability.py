"""Availability: who was not heard of for long, and is asked whether they are still there.

An edit of the profile, an answer and a login are signs of life; a contact's count for the group. A
question that nobody answers has a day from which it counts as unanswered (``Profile.unanswered``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.notify.recipients import MEMORY, AlreadyTold
from exchange.model import UNANSWERED_MOST, Frequency, Suggestion
from exchange.model.keys import ProfileKey, is_group_key
from exchange.notices.message import Role
from exchange.settings.schema import Notify
from exchange.store import Store

Asked = Mapping[int, Collection[date]]
"""The days on which somebody was asked whether they are still there, by central user id."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What is known of when each was heard of last, and of how often they were asked since.

    ``days`` lie between two questions. Of a group's contacts each is asked, so the questions to all of
    them within that time are one.
    """

    edited: Mapping[str, date]
    heard: Mapping[str, date]
    speakers: Mapping[str, frozenset[int]]
    asked: Asked
    days: int

    @classmethod
    def of(cls, store: Store, asked: Asked, *, days: int) -> Silence:
        """Read what the store knows. Four queries."""
        return cls(
            edited=store.signs_of_life.edited(),
            heard=store.signs_of_life.newest(),
            speakers=store.signs_of_life.speakers(),
            asked=asked,
            days=days,
        )

    def accounts(self, key: str) -> frozenset[int]:
        """Return who answers for a profile."""
        if is_group_key(key):
            return self.speakers.get(key, frozenset())
        return frozenset({ProfileKey.parse(key).account})

    def last_sign(self, key: str) -> date | None:
        """Return when a profile, or somebody who answers for it, was heard of last."""
        keys = {key, *(str(ProfileKey.for_person(each)) for each in self.accounts(key))}
        signs = [known[one] for one in keys for known in (self.edited, self.heard) if one in known]
        return max(signs, default=None)

    def questions(self, key: str) -> list[date]:
        """Return the day of each question since the last sign of life."""
        last = self.last_sign(key)
        days = {day for account in self.accounts(key) for day in self.asked.get(account, ())}
        found: list[date] = []
        for day in sorted(day for day in days if last is None or day > last):
            if not found or (day - found[-1]).days >= self.days:
                found.append(day)
        return found[:UNANSWERED_MOST]

    def is_due(self, key: str, today: date) -> bool:
        """Whether it is time to ask, for the first time or once more.

        A group's other contacts are asked for a while after the first one.
        """
        last = self.last_sign(key)
        if last is None or (today - last).days < self.days:
            return False
        asked = self.questions(key)
        if not asked:
            return True
        since = today - asked[-1]
        if since.days >= self.days:
            return len(asked) < UNANSWERED_MOST
        return is_group_key(key) and since < MEMORY


def due_questions(store: Store, asked: Asked, *, now: datetime, days: int) -> list[str]:
    """Return the keys of those who are to be asked whether they are still there.

    Nobody of whom no sign of life was ever known, who wants no messages, or is away as they said.
    ``days`` without a sign of life make it due; 0 asks nobody.
    """
    if not days:
        return []
    today, silence = now.date(), Silence.of(store, asked, days=days)
    due = [key for key in silence.edited if silence.is_due(key, today)]
    if not due:
        return []
    alone = store.preferences.left_alone()
    return [
        key
        for key, profile in sorted(store.profiles.get_many(due).items())
        if key not in alone and profile.notify is not Frequency.NEVER and not profile.is_away(today)
    ]


def ask_instead(
    waiting: MutableMapping[tuple[str, Role], list[Suggestion]],
    due: Iterable[str],
    *,
    besides: Collection[str] = (),
) -> None:
    """Put questions in the place of what the bot would suggest to those who are ``due``.

    Nobody is asked who is to hear something else, among them ``besides``, or whom a coordinator
    or an organiser brings together with somebody.
    """
    busy = {key for key, role in waiting if role is not Role.SEEKER} | {*besides}
    busy |= {key for (key, _), found in waiting.items() if any(s.is_by_hand for s in found)}
    for key in due:
        if key not in busy:
            waiting.pop((key, Role.SEEKER), None)
            waiting[key, Role.AVAILABLE] = []


def note_unanswered(store: Store, notify: Notify, *, now: datetime) -> int:
    """Note which questions nobody answered, and forget those of whoever was heard of since.

    Return how many profiles changed. Five queries, however many profiles there are.
    """
    wanted: dict[str, tuple[date, ...]] = dict.fromkeys(store.signs_of_life.unanswered(), ())
    asked = AlreadyTold.of(store).asked if notify.available_days else {}
    if asked:
        silence = Silence.of(store, asked, days=notify.available_days)
        patience = timedelta(days=notify.available_answer_days)
        keys = {str(ProfileKey.for_person(account)) for account in asked}
        keys |= {key for key, accounts in silence.speakers.items() if accounts & asked.keys()}
        for key in keys:
            wanted[key] = tuple(day + patience for day in silence.questions(key))
    return store.signs_of_life.set_unanswered(wanted, at=now) if wanted else 0
