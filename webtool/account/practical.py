"""Practical: what helps to decide on a match: free seats, how soon they answer, hours in common.

Only whoever was matched sees it: what people answered is nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from exchange.matching import load_weights
from exchange.matching.groups import AWAKE
from exchange.matching.market import QUARTERS, utc_offset
from exchange.model import Profile, Suggestion, SuggestionStatus
from exchange.store.responses import ResponseRecord
from webtool.account.answers import MatchRow
from webtool.context import context, reader
from webtool.render import msg


def practical_facts(rows: Iterable[MatchRow], own: Profile | None) -> Mapping[int, tuple[str, ...]]:
    """Return what to know before one answers: {suggestion that waits for an answer: sentences}.

    One query, however many there are, and none where nothing waits.
    """
    waiting = {
        row.suggestion.id: (row.suggestion, row.other) for row in rows if row.new and row.other
    }
    records = context().store.responses.of(other.key for _, other in waiting.values())
    return {
        id: tuple(_facts(suggestion, other, own, records[other.key]))
        for id, (suggestion, other) in waiting.items()
    }


def _facts(
    suggestion: Suggestion, other: Profile, own: Profile | None, record: ResponseRecord
) -> Iterator[str]:
    here = context()
    if suggestion.match.helper == other.key:
        yield msg("account-match-seats", free_seats(other, record, but=suggestion.id))
    if not other.is_group and (days := record.usual_days(here.now())) is not None:
        yield msg("account-match-answers", days)
    if own is not None:
        shown = here.protection.conceal(other)
        clocks = [utc_offset(one.timezone, here.today) for one in (own, shown)]
        if min(clocks) >= 0 and (spans := common_hours(*clocks)):
            shown_spans = [f"{_time(start)}–{_time(end)}" for start, end in spans]
            yield msg("account-match-hours", reader().wording.commas(shown_spans))


def free_seats(other: Profile, record: ResponseRecord, *, but: int) -> int:
    """Return how many seats of somebody's are free; the one kept for the suggestion ``but`` is."""
    here, bounds = context(), load_weights().bounds
    taken = 0
    for held in record.held:
        silent = held.status is SuggestionStatus.OPEN
        lasts = bounds.silence_days if silent else bounds.exchange_days
        # As matching counts (``is_live``): a seat comes back by itself.
        taken += held.suggestion != but and (here.today - held.since.date()).days < lasts
    return max(0, other.seats - taken)


def common_hours(own: int, other: int) -> list[tuple[int, int]]:
    """Return when both are awake, by one's own clock: [(from, to)] in quarters of an hour.

    ``own`` and ``other`` are the clocks' distances from UTC in quarters, both known.
    """
    spans: list[tuple[int, int]] = []
    for quarter in AWAKE:
        if (quarter - own + other) % QUARTERS not in AWAKE:
            continue
        if spans and spans[-1][1] == quarter:
            spans[-1] = (spans[-1][0], quarter + 1)
        else:
            spans.append((quarter, quarter + 1))
    return spans


def _time(quarter: int) -> str:
    return f"{quarter // 4}:{quarter % 4 * 15:02}"
