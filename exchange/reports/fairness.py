"""Fairness and outcome: is the load shared, do people answer, do we annoy anybody?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil

import pandas as pd

from exchange.matching.metrics import wilson_interval
from exchange.model import (
    AGREED,
    UNANSWERED_MOST,
    Held,
    Outcome,
    Reason,
    Sent,
    Skipped,
    SuggestionStatus,
    Unknown,
)
from exchange.model.keys import CandidateId
from exchange.privacy import SMALLEST_CELL, is_tellable, tellable_parts
from exchange.reports.cells import ColumnType, MessageCell, Quantity, to_int
from exchange.reports.data import ReportData
from exchange.reports.model import Column, Plot, Report, Row, Sheet
from exchange.store.introductions import TOLD

# -- Figures: the few statistics that reports quote.


def gini(values: Iterable[int]) -> float | None:
    """The Gini coefficient: 0 where all carry the same, towards 1 where one carries all.

    None where there is nobody or nothing to carry.
    """
    ordered = sorted(values)
    total, n = sum(ordered), len(ordered)
    if total == 0:
        return None
    weighted = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return 2 * weighted / (n * total) - (n + 1) / n


def quantile(values: Iterable[int], share: float) -> int | None:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


# -- Fairness and outcome: is the load shared, do people answer, do we annoy anybody?

DECIDED = AGREED | {SuggestionStatus.DECLINED, SuggestionStatus.STOPPED, SuggestionStatus.EXPIRED}
"""Suggestions that were told and came to something; silence (expired) is an answer too."""


def loads(facts: ReportData) -> list[int]:
    """How many suggestions each helper carries now; those who could help and carry none too.

    A helper is whoever offers something, is not away and has seats.
    """
    parties = facts.parties
    able = parties.index[~parties["away"].astype(bool) & (parties["seats"] > 0)]
    carried: Counter[int] = Counter(
        facts.live.loc[facts.live["status"] != SuggestionStatus.EXCHANGED, "helper"].tolist()
    )
    helpers = set(facts.offers["party"]).intersection(able) | set(carried)
    return [carried[helper] for helper in sorted(helpers)]


def waits(facts: ReportData) -> list[int]:
    """Days from a seeker's arrival to the first suggestion made for them, of all who have both."""
    if facts.suggestions.empty:
        return []
    first = facts.suggestions[facts.suggestions["seeker"] >= 0].groupby("seeker")["made"].min()
    found = []
    for seeker, made in first.items():
        arrived = facts.arrivals.get(facts.party(to_int(seeker)).key)
        if arrived is not None:
            found.append(max(0, (pd.Timestamp(made).date() - arrived).days))
    return found


def _fairness(facts: ReportData) -> list[Row]:
    load, days, asked = loads(facts), waits(facts), facts.parties["unanswered"]
    answers = tally_answers(Counter(facts.suggestions["status"].tolist()))
    return [
        _figure("load-max", ColumnType.COUNT, max(load, default=None), len(load)),
        _figure("load-p90", ColumnType.COUNT, quantile(load, 0.9), len(load)),
        _figure("load-gini", ColumnType.NUMBER, gini(load), len(load)),
        _share("load-idle", load.count(0), len(load)),
        _share("unheard", int((asked >= UNANSWERED_MOST).sum()), len(asked)),
        _figure("wait-median", ColumnType.COUNT, quantile(days, 0.5), len(days)),
        _figure("wait-p90", ColumnType.COUNT, quantile(days, 0.9), len(days)),
        (
            _share("acceptance", answers.agreed, answers.agreed + answers.refused)
            if answers.told >= {"agreed", "refused"}
            else _untold("acceptance")
        ),
        _private_share("optouts", facts.delivery.optouts, facts.delivery.messages),
        _share("reverts", *(facts.delivery.reverts or (0, 0))),
    ]


def _figure(name: str, unit: ColumnType, value: int | float | None, n: int) -> Row:
    return (MessageCell(f"figure-{name}"), Quantity(unit, value), n, None, None)


def _private_share(name: str, hits: int, n: int) -> Row:
    """A share of what is not public, which says nothing of a few."""
    return _share(name, hits, n) if is_tellable(hits, n) else _untold(name)


def _untold(name: str) -> Row:
    return (MessageCell(f"figure-{name}"), Quantity(ColumnType.RATE, None), None, None, None)


def _share(name: str, hits: int, n: int) -> Row:
    low, high = wilson_interval(min(hits, n), n) or (None, None)
    rate = Quantity(ColumnType.RATE, hits / n if n else None)
    return (MessageCell(f"figure-{name}"), rate, n, low, high)


FAIRNESS = Sheet(
    id="fairness",
    head="figure",
    columns=(
        Column("figure", ColumnType.MESSAGE),
        Column("value", ColumnType.FIGURE),
        Column("n", ColumnType.COUNT, "cases"),
        Column("from", ColumnType.RATE, "share of cases"),
        Column("to", ColumnType.RATE, "share of cases"),
    ),
    rows=_fairness,
    plot=Plot(x="figure", y=("value",), interval=("from", "to")),
)


def _spread(facts: ReportData) -> list[Row]:
    return sorted(Counter(loads(facts)).items())


LOAD = Sheet(
    id="load",
    head="load",
    columns=(
        Column("load", ColumnType.COUNT, "suggestions"),
        Column("helpers-count", ColumnType.COUNT, "people", bar=True),
    ),
    rows=_spread,
    plot=Plot(x="load", y=("helpers-count",)),
)


@dataclass(frozen=True, slots=True)
class AnswerTally:
    """What became of suggestions, without a small number anywhere.

    ``agreed`` and ``refused`` (silence too) are told where ``told`` names them; ``statuses`` are
    those that are told one by one, ``rest`` all others together.
    """

    agreed: int
    refused: int
    told: frozenset[str]
    statuses: Mapping[str, int]
    rest: int


def tally_answers(counts: Mapping[str, int]) -> AnswerTally:
    """Tally all suggestions that were ever told, by what became of them.

    ``counts`` is by status. Answers are no public matter: a status is told only where no number
    below ``SMALLEST_CELL`` follows from it, from the share that agreed, and from the others.
    """
    groups: dict[str, Collection[SuggestionStatus]] = {
        "open": (SuggestionStatus.OPEN,),
        "agreed": AGREED,
        "refused": DECIDED - AGREED,
    }
    held = {
        group: {one.value: counts[one.value] for one in within if counts.get(one.value)}
        for group, within in groups.items()
    }
    sizes = {group: sum(each.values()) for group, each in held.items()}
    told = tellable_parts(sizes)
    shown = {status for group in told for status in tellable_parts(held[group])}
    statuses = {str(one): counts[one] for one in SuggestionStatus if one.value in shown}
    return AnswerTally(
        sizes["agreed"],
        sizes["refused"],
        frozenset(told | {group for group, size in sizes.items() if not size}),
        statuses,
        sum(sizes.values()) - sum(statuses.values()),
    )


def _outcomes(facts: ReportData) -> list[Row]:
    """Every suggestion that was ever told, by where it stands; few of one kind in the last row."""
    tally = tally_answers(Counter(facts.suggestions["status"].tolist()))
    rows: list[Row] = [
        (MessageCell(f"status-{status}"), number) for status, number in tally.statuses.items()
    ]
    return [*rows, (MessageCell("answers-other"), tally.rest)] if tally.rest else rows


OUTCOMES = Sheet(
    id="outcomes",
    head="status",
    columns=(
        Column("status", ColumnType.MESSAGE),
        Column("matches", ColumnType.COUNT, "suggestions", bar=True),
    ),
    rows=_outcomes,
)


# -- Run: what became of every candidate of the newest run that wrote something.

KINDS = ("sent", "skipped", "held", "unknown")


def _kind(outcome: Outcome) -> str:
    return type(outcome).__name__.lower()


def _reason(outcome: Outcome) -> str:
    return outcome.reason.value if isinstance(outcome, Skipped | Held) else ""


def _counts(facts: ReportData) -> list[Row]:
    """Outcomes and how many; every candidate is in exactly one row.

    What somebody wished or answered may be known to the tool alone: few of one such reason are
    counted together with others, without a reason.
    """
    if facts.delivery.run is None:
        return []
    tally = _without_few(
        Counter((_kind(one), _reason(one)) for one in facts.delivery.run.outcomes.values())
    )
    order = sorted(tally, key=lambda pair: (KINDS.index(pair[0]), -tally[pair], pair[1]))
    return [
        (
            MessageCell(f"run-{kind}"),
            MessageCell(f"outcome-{reason}") if reason else None,
            tally[kind, reason],
        )
        for kind, reason in order
    ]


def _without_few(tally: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Count those skipped for few of a reason that is not public together, as of no reason."""
    private = {pair: number for pair, number in tally.items() if pair[1] in _WISHES}
    told = tellable_parts(private)
    few = {pair for pair in private if pair not in told}
    together = sum(private[pair] for pair in few)
    others = sorted(
        (number, pair)
        for pair, number in tally.items()
        if pair[0] == "skipped" and pair not in private
    )
    for number, pair in others:
        if together == 0 or together >= SMALLEST_CELL:
            break
        few.add(pair)
        together += number
    found = Counter({pair: number for pair, number in tally.items() if pair not in few})
    if together:
        found["skipped", ""] = together
    return found


_WISHES = frozenset((Reason.NOTIFY_NO, Reason.AWAY, Reason.CAP, Reason.DECLINED))
"""Reasons that come from wishes and answers, which somebody may have given in the tool alone."""


def _planned(facts: ReportData) -> Row:
    return (
        MessageCell("run-planned"),
        None,
        len(facts.delivery.run.outcomes) if facts.delivery.run else 0,
    )


def _sent(facts: ReportData) -> list[Row]:
    """Every page that was written to, with the revision that says what."""
    if facts.delivery.run is None:
        return []
    outcomes = facts.delivery.run.outcomes.values()
    # Without a page where nobody may know any more whose it is.
    sent = [one for one in outcomes if isinstance(one, Sent) and one.page]
    return [
        (one.page, one.revision) for one in sorted(sent, key=lambda one: (one.page, one.revision))
    ]


def _unsent(facts: ReportData) -> list[Row]:
    """Those whom the next run takes up again, with what stood in the way."""
    if facts.delivery.run is None:
        return []
    return [
        (
            facts.find(str(CandidateId.parse(candidate).recipient.profile)),
            MessageCell(f"run-{_kind(one)}"),
            MessageCell(f"outcome-{_reason(one)}") if isinstance(one, Held) else None,
            one.detail,
        )
        for candidate, one in sorted(facts.delivery.run.outcomes.items())
        if isinstance(one, Held | Unknown)
    ]


COUNTS = Sheet(
    id="run",
    head="outcome",
    columns=(
        Column("outcome", ColumnType.MESSAGE),
        Column("reason", ColumnType.MESSAGE),
        Column("candidates", ColumnType.COUNT, "candidates", bar=True),
    ),
    rows=_counts,
    total=_planned,
)

SENT = Sheet(
    id="sent",
    head="page",
    columns=(Column("page", ColumnType.PAGE), Column("revision", ColumnType.REVISION)),
    rows=_sent,
)

UNSENT = Sheet(
    id="unsent",
    head="party",
    columns=(
        Column("party", ColumnType.PARTY),
        Column("outcome", ColumnType.MESSAGE),
        Column("reason", ColumnType.MESSAGE),
        Column("detail", ColumnType.TEXT),
    ),
    rows=_unsent,
)


def _introductions(facts: ReportData) -> list[Row]:
    """What became of those whom coordinators introduced, by coordinator; not who they are."""
    if facts.delivery.run is None:
        return []
    tally = Counter(facts.delivery.run.introductions)
    return [
        (
            name,
            MessageCell("run-sent" if outcome == TOLD else f"outcome-{outcome}"),
            count,
        )
        for (name, outcome), count in sorted(tally.items())
    ]


INTRODUCTIONS = Sheet(
    id="introductions",
    head="coordinator",
    columns=(
        Column("coordinator", ColumnType.TEXT),
        Column("outcome", ColumnType.MESSAGE),
        Column("introductions", ColumnType.COUNT, "introductions"),
    ),
    rows=_introductions,
)

LAST_RUN_REPORT = Report(id="run", sheets=(COUNTS, SENT, UNSENT, INTRODUCTIONS))
