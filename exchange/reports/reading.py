"""Reading: the facts of a movement out of the store, in one consistent state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from exchange.directory import Directory
from exchange.matching.shared_wants import count_shared
from exchange.model import Outcome, Profile, Sent, SuggestionStatus
from exchange.model.keys import CandidateId, ProfileKey, Recipient
from exchange.privacy import SMALLEST_CELL, CountryProtection
from exchange.reports.arms import read_drawn
from exchange.reports.data import (
    LATENT_HELP,
    DeliveryHistory,
    DeliveryRun,
    ReportData,
    RoundHistory,
)
from exchange.reports.programme_counts import count_programmes

if TYPE_CHECKING:
    from exchange.store import Store


def read_report_data(
    store: Store,
    *,
    directory: Directory,
    today: date,
    profiles: Iterable[Profile] | None = None,
    protection: CountryProtection,
) -> ReportData:
    """Read everything that reports count; ``directory`` is the one that the wiki has.

    No row is of a country that ``protection`` covers. Where the active ``profiles`` are at hand
    already, they are not read again.
    """
    with store.snapshot():
        suggestions = store.suggestions.history()
        unmet, arrivals = store.rounds.seekers()
        messages, refusing, alone, declined = store.notices.delivery_stats()
        unclear = store.unclear_answers.waiting()
        gone = store.accounts.gone(one.account for one in unclear)
        measures, place_weeks = store.place_weeks.all_with_measures()
        stopped = {
            one.match.seeker for one in suggestions if one.status is SuggestionStatus.STOPPED
        }
        data = ReportData(
            today=today,
            profiles=count_shared(store.profiles.all() if profiles is None else profiles, today),
            protection=protection,
            broader={capacity.id: capacity.broader for capacity in directory},
            suggestions=suggestions,
            round_history=RoundHistory(
                unmet, store.rounds.cohorts(), arrivals, alone, declined, directory.things
            ),
            problems=[(one.page, one.profile, one.problem) for one in store.problems.all()],
            measures=[one for one in measures if not one[1].startswith(LATENT_HELP)],
            delivery=DeliveryHistory(
                run=_newest(store),
                messages=messages,
                optouts=len(stopped | refusing),
                reverts=_counted(measures, "reverts"),
                unclear=[
                    (one.page, one.revision, one.at.date(), str(ProfileKey.for_person(one.account)))
                    for one in unclear
                    if one.account not in gone
                ],
            ),
        )
        data.directory = directory
        data.programmes = count_programmes(store, suggestions)
        data.latent = {
            name.removeprefix(LATENT_HELP): int(value)
            for _, name, value, _ in measures
            if name.startswith(LATENT_HELP)
            and value >= SMALLEST_CELL
            and name.removeprefix(LATENT_HELP) not in directory.things
        }
        data.drawn = read_drawn(
            store,
            measures,
            today=today,
            period_days=data.bounds.period_days,
            things=directory.things,
        )
        data.add_place_weeks(place_weeks)
        return data


def _counted(
    history: Iterable[tuple[date, str, float, int | None]], measure: str
) -> tuple[int, int] | None:
    """The newest value of a measure that counts, and out of how many; None before any count."""
    found = [(day, value, n) for day, name, value, n in history if name == measure]
    if not found:
        return None
    _, value, n = max(found, key=lambda one: one[0])
    return int(value), n or 0


def _newest(store: Store) -> DeliveryRun | None:
    """The newest run in which somebody was written to, or else the newest with candidates."""
    found = store.runs.last_delivery()
    if found is None:
        return None
    run, outcomes, introductions = found
    recipients = {id: CandidateId.parse(id).recipient for id in outcomes}
    people = {id: _accounts(one) for id, one in recipients.items()}
    gone = store.accounts.gone(account for each in people.values() for account in each)
    shown = {id: _without_names(one) if gone & people[id] else one for id, one in outcomes.items()}
    ended = store.introductions.ended_in(run.id) if introductions else []
    hidden = store.accounts.gone(each.coordinator for each in ended)
    made = [("" if each.coordinator in hidden else each.name, each.shown_outcome) for each in ended]
    return DeliveryRun(run.id, run.begun.date(), shown, made)


def _accounts(recipient: Recipient) -> set[int]:
    """The accounts that an outcome names: the profile's own, and a group's contact."""
    contact = recipient.contact
    spoken = contact.account if isinstance(contact, ProfileKey) else 0
    return {recipient.profile.account, spoken} - {0}


def _without_names(outcome: Outcome) -> Outcome:
    """An outcome that still counts and no longer tells of whom: their account is hidden."""
    return replace(outcome, page="") if isinstance(outcome, Sent) else replace(outcome, detail="")
