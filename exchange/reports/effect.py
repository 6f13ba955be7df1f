"""Effect: what suggestions did, and what happens without them where a hold-out is on.

Counted by the draw and not by what came of it (intention to treat): what was planned and never told
counts among those that were to be told at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from exchange.matching.metrics import wilson_interval
from exchange.model import QUALITIES, SuggestionStatus
from exchange.privacy import SMALLEST_CELL, is_tellable, tellable_parts
from exchange.reports.arms import STEPS
from exchange.reports.cells import ColumnType, MessageCell
from exchange.reports.data import ReportData
from exchange.reports.fairness import FAIRNESS, LOAD, OUTCOMES, tally_answers
from exchange.reports.model import Column, Report, Row, Sheet


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of the comparison: how many were drawn, and how many came to each step at least."""

    n: int
    reached: tuple[int | None, ...]


def count_arm(reached: Iterable[int]) -> Arm:
    """Count an arm; a step is None where a few could be told from it and the others."""
    sizes = Counter(reached)
    n = sizes.total()
    told = tellable_parts(dict(sizes))
    steps: list[int | None] = []
    for step in range(1, len(STEPS) + 1):
        within = [level for level in sizes if level >= step]
        count = sum(sizes[level] for level in within)
        steps.append(count if not count or told.issuperset(within) else None)
    return Arm(n, tuple(steps) if n >= SMALLEST_CELL else (None,) * len(STEPS))


def difference(hits: int, n: int, others: int, m: int) -> tuple[float, float, float] | None:
    """Return how far two shares lie apart, with the 95 % interval of R. G. Newcombe (1998).

    His method 10: put together from the two Wilson intervals.
    """
    first, second = wilson_interval(hits, n), wilson_interval(others, m)
    if first is None or second is None:
        return None
    one, other = hits / n, others / m
    below = sqrt((one - first[0]) ** 2 + (second[1] - other) ** 2)
    above = sqrt((first[1] - one) ** 2 + (other - second[0]) ** 2)
    return one - other, one - other - below, one - other + above


def _share(step: str, arm: str, hits: int | None, n: int) -> Row:
    low, high = (wilson_interval(hits, n) if hits is not None else None) or (None, None)
    rate = hits / n if hits is not None and n else None
    return (MessageCell(step), MessageCell(arm), hits, n, rate, low, high)


def _so_far(facts: ReportData) -> list[Row]:
    """What came of all suggestions that were ever told; nothing new about the answers of a few."""
    counts = Counter(facts.suggestions["status"].tolist())
    tally = tally_answers(counts)
    whole = sum(tally.statuses.values()) + tally.rest
    told = (MessageCell("effect-told"), MessageCell("arm-all"), whole, None, None, None, None)
    rows: list[Row] = [told]
    for step, statuses in STEPS:
        # Sums of what the table of outcomes tells anyway.
        if all(not counts[one.value] or one.value in tally.statuses for one in statuses):
            hits = sum(counts[one.value] for one in statuses)
            rows.append(_share(step, "arm-all", hits, whole))
        else:
            rows.append(_share(step, "arm-all", None, whole))
    return rows


def _helpers(facts: ReportData) -> Row:
    """Learners who now offer what they learnt, of all whose exchange took place."""
    frame = facts.suggestions
    learnt = frame[(frame["status"] == SuggestionStatus.EXCHANGED) & (frame["seeker"] >= 0)]
    offers = set(zip(facts.offers["party"], facts.offers["capacity"], strict=True))
    pairs = set(zip(learnt["seeker"], learnt["want"], strict=True))
    learners = {seeker for seeker, _ in pairs}
    became = {seeker for seeker, want in pairs if (seeker, want) in offers}
    tellable = len(learners) >= SMALLEST_CELL and is_tellable(len(became), len(learners))
    if not tellable:
        return (MessageCell("effect-helpers"), MessageCell("arm-all"), None, None, None, None, None)
    return _share("effect-helpers", "arm-all", len(became), len(learners))


def _quality(facts: ReportData) -> list[Row]:
    """How much it helped, of those who said so; nothing of a few, nor of the few who did not."""
    frame = facts.suggestions
    sizes = Counter(frame[frame["status"] == SuggestionStatus.EXCHANGED]["quality"].tolist())
    said = sum(sizes[quality] for quality in QUALITIES)
    enough = said >= SMALLEST_CELL and is_tellable(said, sizes.total())
    told = tellable_parts(dict(sizes))
    rows: list[Row] = []
    for quality in reversed(QUALITIES):
        name = f"effect-quality-{quality}"
        # None of none at all: that nobody said so of many may be told.
        if enough and (quality in told or not sizes[quality]):
            rows.append(_share(name, "arm-all", sizes[quality], said))
        else:
            rows.append((MessageCell(name), MessageCell("arm-all"), None, None, None, None, None))
    return rows


def _reach(facts: ReportData) -> list[Row]:
    """Seekers with a suggestion that stands, and suggestions in which both can help."""
    wants, live = facts.wants, facts.live
    served = wants[wants["served"].astype(bool)]["party"].nunique()
    seekers = wants["party"].nunique()
    return [
        _share("column-coverage", "arm-all", served, seekers),
        _share("column-reciprocity", "arm-all", int(live["back"].sum()), len(live)),
    ]


def _effect(facts: ReportData) -> list[Row]:
    rows = [*_so_far(facts), *_quality(facts), _helpers(facts), *_reach(facts)]
    if not facts.drawn:
        return rows
    at_once = count_arm(one.reached for one in facts.drawn if not one.waits)
    delayed = count_arm(one.reached for one in facts.drawn if one.waits)
    for at, (step, _) in enumerate(STEPS):
        one, other = at_once.reached[at], delayed.reached[at]
        rows.append(_share(step, "arm-at-once", one, at_once.n))
        rows.append(_share(step, "arm-delayed", other, delayed.n))
        apart = None
        if one is not None and other is not None:
            apart = difference(one, at_once.n, other, delayed.n)
        between = (MessageCell(step), MessageCell("arm-difference"), None)
        rows.append((*between, at_once.n + delayed.n, *(apart or (None, None, None))))
    return rows


EFFECT = Sheet(
    id="effect",
    head="figure",
    columns=(
        Column("figure", ColumnType.MESSAGE),
        Column("arm", ColumnType.MESSAGE),
        Column("matches", ColumnType.COUNT, "suggestions"),
        Column("n", ColumnType.COUNT, "cases"),
        Column("value", ColumnType.RATE, "share of cases"),
        Column("from", ColumnType.RATE, "share of cases"),
        Column("to", ColumnType.RATE, "share of cases"),
    ),
    rows=_effect,
)

FAIRNESS_REPORT = Report(id="fairness", sheets=(EFFECT, FAIRNESS, LOAD, OUTCOMES))
