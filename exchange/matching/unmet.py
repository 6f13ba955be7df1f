"""Unmet wants: why a want has no suggestion, by the reason that is hardest to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from exchange.matching.candidates.exhaustive import find_lists
from exchange.matching.columns import Bools, Ints, stretch
from exchange.matching.market import Market, PostingLists, allowed_pairs


class UnmetReason(StrEnum):
    """Why a want has no suggestion, or two people do not match; ``unmatched-<value>`` in i18n."""

    # About the want, the hardest to change first.
    NOBODY = "nobody"  # nobody offers it, nor anything narrower or broader
    PLACE = "place"  # it is of use only where it stands, and those who offer it are elsewhere
    DAYS = "days"  # those who offer it have it on other days
    LANGUAGE = "language"  # those who offer it share no usable language with the seeker
    SUGGESTED = "suggested"  # all who could help were suggested before
    AWAY = "away"  # all who could help are away or quiet; or the seeker is away
    SEATS = "seats"  # all who could help have their seats taken
    LIMIT = "limit"  # the seeker has all the suggestions that one period brings
    # About the seeker.
    QUIET = "quiet"  # wants no messages
    LATE = "late"  # the want's last day is over
    LIVE = "live"  # the want is in somebody's hands already
    ROUND = "in-round"  # it waits for a programme round to which the seeker applied
    # About two people.
    SELF = "self"  # they are one person, or one person answers for both


@dataclass(frozen=True, slots=True)
class Unmet:
    """A want without a suggestion: the seeker's key, the capacity id, and why."""

    seeker: str
    want: str
    reason: UnmetReason


def unmet_wants(market: Market, served: Ints) -> dict[int, UnmetReason]:
    """Return every open want (by row) that is not ``served`` (rows of wants), with its reason."""
    wants = market.wants
    missing = np.ones(len(wants.person), bool)
    missing[served] = False
    rows = np.flatnonzero(missing & wants.open)
    return dict(zip(rows.tolist(), find_unmet_reasons(market, rows), strict=True))


def name_unmet(market: Market, reasons: Mapping[int, UnmetReason]) -> tuple[Unmet, ...]:
    """Return unmet wants (by row) by the names of seeker and capacity."""
    wants = market.wants
    return tuple(
        Unmet(
            market.keys[wants.person[row]],
            market.words.capacities[wants.capacity[row]],
            reason,
        )
        for row, reason in reasons.items()
    )


def find_unmet_reasons(market: Market, rows: Ints) -> list[UnmetReason]:
    """Return the reason of each of these wants, all of which are open and have no suggestion.

    A want whose seeker takes no part is ``away``; one with candidates lost them to others, or its
    seeker has all the suggestions of a period. For the rest it is asked who would offer it, who
    of them speaks a common language, and so on.
    """
    person = market.wants.person[rows]
    seeking = market.people.seeks[person]
    full = market.people.most[person] <= 0
    offered = _offered(market, rows)
    speaking = _reached(market, rows, np.ones(len(market), bool), told=False)
    untold = _reached(market, rows, np.ones(len(market), bool), told=True)
    active = _reached(market, rows, market.people.helps, told=True)
    reasons = []
    for at in range(len(rows)):
        if not offered[at]:
            reason = UnmetReason.NOBODY
        elif not speaking[at]:
            reason = UnmetReason.LANGUAGE
        elif not untold[at]:
            reason = UnmetReason.SUGGESTED
        elif not seeking[at] or not active[at]:
            reason = UnmetReason.AWAY
        elif full[at]:
            reason = UnmetReason.LIMIT
        else:
            reason = UnmetReason.SEATS
        reasons.append(reason)
    return reasons


def _offered(market: Market, rows: Ints) -> Bools:
    """Return which wants anybody else offers something that meets them."""
    offers, hierarchy = market.offers, market.hierarchy
    count = len(hierarchy.starts) - 1
    by_capacity = np.bincount(offers.capacity, minlength=count)
    wanted = np.repeat(np.arange(count), np.diff(hierarchy.starts))
    meeting = np.bincount(wanted, by_capacity[hierarchy.offered], minlength=count)
    person, capacity = market.wants.person[rows], market.wants.capacity[rows]
    own = np.zeros(len(rows), np.int64)
    begin = offers.starts[person]
    row, mine = stretch(begin, offers.starts[person + 1] - begin)
    np.add.at(own, row, hierarchy.matrix[capacity[row], offers.capacity[mine]] > 0)
    return np.asarray(meeting[capacity] > own, bool)


def _reached(market: Market, rows: Ints, helping: Bools, *, told: bool) -> Bools:
    """Return which wants somebody could meet in a common language, whoever has seats."""
    reached = np.zeros(len(market.wants.person), bool)
    postings = PostingLists.of_offers(market, helping)
    looked = market if told else market.without_suggested_pairs()
    want, _, _, begin, length = find_lists(market, postings, rows)
    # One list is enough, and nearly always its first few rows are.
    while len(want):
        row, place = stretch(begin, np.minimum(length, 8))
        helper = market.offers.person[postings.row[place]]
        fine = allowed_pairs(looked, market.wants.person[want[row]], helper)
        reached[want[row[fine]]] = True
        begin, length = begin + 8, length - 8
        more = (length > 0) & ~reached[want]
        want, begin, length = want[more], begin[more], length[more]
    return np.asarray(reached[rows], bool)
