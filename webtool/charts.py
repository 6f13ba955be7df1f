"""Charts: a table's plot ready to draw.

A page draws bars and lines by its template, so that labels wrap and follow the page's colours;
``webtool/picture.py`` draws each as a picture of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.reports import ColumnType, PartyCell, Quantity, Table
from exchange.reports.export import plotted_rows
from exchange.reports.labels import Labels
from webtool.map import shade_numbers


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its number, how it is written, and the interval of the true value, if known."""

    value: float
    shown: str
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars, for each row a label and one for each series.

    ``names`` are the series' columns: offers and wants have the same colours everywhere. ``whole``
    is how many rows could be drawn; those left out are in the table.
    """

    names: tuple[str, ...]
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]
    top: float
    whole: int

    @property
    def has_intervals(self) -> bool:
        """Whether any bar shows between which numbers the true value lies."""
        return any(bar.interval for _, bars in self.rows for bar in bars)


@dataclass(frozen=True, slots=True)
class Trend:
    """A number over time: points between 0 and 1 (when, how much of the largest)."""

    name: str
    series: str
    points: tuple[tuple[float, float], ...]
    first: str
    last: str
    change: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """Lines, each on its own scale from zero; ``since`` and ``until`` in words."""

    trends: tuple[Trend, ...]
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class MatrixChart:
    """Numbers from each place (rows) to each place (columns), each with its shade."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class NetworkChart:
    """Who could teach (left) whom (right): lines between the places of two lists."""

    heads: tuple[str, str]
    left: tuple[str, ...]
    right: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]


Chart = BarChart | TrendChart | MatrixChart | NetworkChart


def chart_of(table: Table, labels: Labels, *, whole: bool = False) -> Chart | None:
    """Return a table's chart, made from its rows; None where there is nothing to draw.

    ``whole`` draws all rows of a bar chart, however many.
    """
    plot = table.sheet.plot
    if plot is None or not table.rows:
        return None
    plain = Labels(labels.wording, labels.directory)
    if plot.kind == "line":
        return _trends(table, plain)
    if plot.kind == "matrix":
        return _matrix(table, plain)
    if plot.kind == "network":
        return _network(table, plain)
    return _bars(table, plain, whole=whole)


def _bars(table: Table, labels: Labels, *, whole: bool) -> BarChart | None:
    plot, columns = table.sheet.plot, table.sheet.columns
    assert plot is not None
    at = {column.name: place for place, column in enumerate(columns)}
    held = [columns[at[name]] for name in plot.y]
    drawn, count = plotted_rows(table, labels, whole=whole)
    # Where a label comes twice, what stands in the next column tells the rows apart.
    x = at[plot.x]
    beside = columns[x + 1] if len({row[x] for row in drawn}) < len(drawn) else None
    rows = []
    for row in drawn:
        bars = []
        for column in held:
            value = row[at[column.name]]
            shown, interval = labels.cell(column.cell, value), None
            if plot.interval:
                low, high = (row[at[name]] for name in plot.interval)
                interval = _number(low), _number(high)
                ends = (labels.cell(ColumnType.RATE, one) for one in (low, high))
                shown = f"{shown} ({'–'.join(ends)})"
            bars.append(Bar(_number(value), shown, interval))
        label = labels.cell(columns[x].cell, row[x])
        if beside is not None:
            label = f"{label} – {labels.cell(beside.cell, row[x + 1])}"
        rows.append((label, tuple(bars)))
    every = [bar for _, bars in rows for bar in bars]
    top = max((max(bar.value, *(bar.interval or (0.0,))) for bar in every), default=0.0)
    if top <= 0:
        return None
    series = tuple(labels.heading(one) for one in held)
    return BarChart(plot.y, series, tuple(rows), top, count)


def _trends(table: Table, labels: Labels) -> TrendChart | None:
    plot, columns = table.sheet.plot, table.sheet.columns
    assert plot is not None
    at = {column.name: place for place, column in enumerate(columns)}
    drawn, _ = plotted_rows(table, labels)
    days = [day for row in drawn if isinstance(day := row[at[plot.x]], date)]
    if len(days) < 2:
        return None
    span = (days[-1] - days[0]).days
    trends = []
    for name in plot.y:
        column = columns[at[name]]
        known = [(day, row[at[name]]) for day, row in zip(days, drawn, strict=True)]
        known = [(day, value) for day, value in known if value is not None]
        if len(known) < 2:
            continue
        top = max(_number(value) for _, value in known) or 1
        points = tuple(((day - days[0]).days / span, _number(value) / top) for day, value in known)
        first, last = known[0][1], known[-1][1]
        change = labels.cell(ColumnType.CHANGE, round(_number(last) - _number(first)))
        ends = [labels.cell(column.cell, value) for value in (first, last)]
        trends.append(Trend(name, labels.heading(column), points, ends[0], ends[1], change))
    since, until = (labels.cell(ColumnType.DATE, day) for day in (days[0], days[-1]))
    return TrendChart(tuple(trends), since, until) if trends else None


def _matrix(table: Table, labels: Labels) -> MatrixChart:
    first, *others = table.sheet.columns
    numbers = [int(_number(value)) for row in table.rows for value in row[1:]]
    shades = shade_numbers(numbers)
    return MatrixChart(
        tuple(labels.heading(column) for column in others),
        tuple(
            (
                labels.text("not-known") if row[0] is None else labels.cell(first.cell, row[0]),
                tuple((labels.cell(ColumnType.COUNT, n), shades[int(_number(n))]) for n in row[1:]),
            )
            for row in table.rows
        ),
    )


def _network(table: Table, labels: Labels) -> NetworkChart:
    """Put who is tied to the same people near each other, so that few lines cross.

    Each side in turn goes by the mean place of those whom it is tied to; names decide ties, so
    that the same table is always the same picture.
    """
    plot = table.sheet.plot
    assert plot is not None
    names = [column.name for column in table.sheet.columns]
    x, y = names.index(plot.x), names.index(plot.y[0])
    pairs: list[tuple[PartyCell, PartyCell]] = []
    for row in table.rows[: plot.limit]:
        if isinstance(row[x], PartyCell) and isinstance(row[y], PartyCell):
            pairs.append((row[x], row[y]))  # type: ignore[arg-type]
    pairs = list(dict.fromkeys(pairs))
    left = list(dict.fromkeys(one for one, _ in pairs))
    right = list(dict.fromkeys(one for _, one in pairs))
    for _ in range(4):
        right = _by_mean(right, left, [(b, a) for a, b in pairs])
        left = _by_mean(left, right, pairs)
    return NetworkChart(
        (labels.heading(table.sheet.columns[x]), labels.heading(table.sheet.columns[y])),
        tuple(labels.party(one) for one in left),
        tuple(labels.party(one) for one in right),
        tuple(sorted((left.index(one), right.index(other)) for one, other in pairs)),
    )


def _by_mean(
    side: list[PartyCell], other: list[PartyCell], pairs: list[tuple[PartyCell, PartyCell]]
) -> list[PartyCell]:
    places = {one: at for at, one in enumerate(other)}
    means = {}
    for one in side:
        tied = [places[two] for own, two in pairs if own == one]
        means[one] = sum(tied) / len(tied)
    return sorted(side, key=lambda one: (means[one], one.name, one.key))


def _number(value: object) -> float:
    value = value.value if isinstance(value, Quantity) else value
    return max(float(value), 0.0) if isinstance(value, int | float) else 0.0
