"""Pictures: a chart as SVG that needs no page around it, to download and to embed.

It has everything in it: title, description, labels, colours, date and licence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

from markupsafe import Markup

from exchange.reports.cells import ColumnType
from exchange.reports.labels import Labels
from webtool.charts import Bar, BarChart, Chart, MatrixChart, NetworkChart, TrendChart
from webtool.map import shade_bounds, shade_levels, world_drawing

COLOURS = {
    "offers": "#0b6e5b",
    "wants": "#3056a9",
    "wanting": "#3056a9",
    "people": "#6a5a8c",
    "matches": "#a2410c",
    "unmet": "#a2410c",
}
"""The colours of series, by their columns; each other has the first. As in the style sheet."""

SHADES = ("#fbf7ec", "#badfd6", "#82c3b4", "#4aa391", "#147a68", "#08463b")
"""The shades of a matrix and of the map, from zero on. As in the style sheet."""

INK, PALE, PAPER = "#202122", "#54595d", "#ffffff"
SEA, LAND, HATCH = "#f3f6fa", "#d7dbe1", "#6b7685"


def width_of(text: str) -> float:
    """Return about how wide a text is, in units of its size; rather too wide than too narrow."""
    return sum(1.0 if east_asian_width(sign) in "WF" else 0.62 for sign in text)


def wrap(text: str, width: float, size: float = 13) -> list[str]:
    """Break a text into lines that fit; a word that is longer than a line is broken, too."""
    lines, line = [], ""
    for word in text.split():
        if line and width_of(f"{line} {word}") * size <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        line = ""
        for sign in word:
            if line and width_of(line + sign) * size > width:
                lines.append(line)
                line = ""
            line += sign
    return [*lines, line]


class Picture:
    """An SVG that grows downwards; in a right-to-left language everything stands mirrored.

    ``inline`` makes it part of a page, in the page's colours.
    """

    def __init__(self, width: int, direction: str, *, inline: bool = False) -> None:
        self.width, self.rtl, self.inline = width, direction == "rtl", inline
        self.parts: list[Markup] = []
        self.y = 0.0

    def text(
        self,
        lines: Sequence[str],
        x: float,
        y: float,
        *,
        fill: str = INK,
        size: int = 13,
        anchor: str = "start",
        weight: str = "normal",
    ) -> float:
        """Write lines from a point on; return where the next line would stand."""  # fmt: skip
        for line in lines:
            self.parts.append(
                Markup(
                    '<text x="{}" y="{}" fill="{}" font-size="{}" text-anchor="{}"'
                    ' font-weight="{}"{}>{}</text>'
                ).format(
                    self._x(x), _short(y), self._ink(fill), size, anchor, weight,
                    Markup(' direction="rtl"') if self.rtl else "", line,
                )
            )  # fmt: skip
            y += size * 1.35
        return y

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Draw a bar or cell."""
        left = self.width - x - width if self.rtl else x
        self.parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(
                _short(left), _short(y), _short(width), _short(height), fill
            )
        )

    def line(self, points: Sequence[tuple[float, float]], stroke: str, width: float = 2) -> None:
        """Draw a line through points."""
        path = " ".join(f"{self._x(x)},{_short(y)}" for x, y in points)
        self.parts.append(
            Markup(
                '<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"'
                ' stroke-linejoin="round" stroke-linecap="round"/>'
            ).format(path, self._ink(stroke), width)
        )

    def _ink(self, colour: str) -> str:
        if not self.inline:
            return colour
        return "currentColor" if colour in (INK, PALE) else "var(--offer)"

    def _x(self, x: float) -> str:
        return _short(self.width - x if self.rtl else x)

    def svg(self, *, title: str, description: str, language: str) -> str:
        """Return the whole picture."""
        height = _short(self.y + 8)
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            ' width="{width}" height="{height}" role="img" aria-labelledby="title desc"'
            ' lang="{language}" font-family="system-ui, sans-serif">\n'
            '<title id="title">{title}</title>\n<desc id="desc">{description}</desc>\n'
            '<rect width="100%" height="100%" fill="{paper}"/>\n{parts}\n</svg>\n'
        ).format(
            width=self.width, height=height, language=language, title=title,
            description=description, paper=PAPER, parts=Markup("\n").join(self.parts),
        )  # fmt: skip


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


MARGIN = 12
BODY = 640
"""How wide a picture of bars or lines is."""


def draw(chart: Chart, labels: Labels, *, title: str, note: str) -> str:
    """Return a chart as SVG; ``note`` says of when it is, where it is from and its licence."""
    width = 220 + 92 * len(chart.columns) if isinstance(chart, MatrixChart) else BODY
    picture = Picture(width, labels.wording.direction)
    size = 16
    lines = wrap(title, width - 2 * MARGIN, size)
    picture.y = picture.text(lines, MARGIN, MARGIN + size, size=size, weight="bold") + 4
    match chart:
        case BarChart():
            _draw_bars(picture, chart)
        case TrendChart():
            _draw_trends(picture, chart)
        case MatrixChart():
            _draw_matrix(picture, chart)
        case NetworkChart():
            _draw_network(picture, chart)
    end = picture.text(
        wrap(note, width - 2 * MARGIN, 11), MARGIN, picture.y + 18, fill=PALE, size=11
    )
    picture.y = end - 8
    return picture.svg(title=title, description=describe(chart), language=labels.language)


def describe(chart: Chart) -> str:
    """Return what a chart shows, in its own words: every label with its number."""
    match chart:
        case BarChart():
            return "; ".join(
                f"{label}: {', '.join(bar.shown for bar in bars)}" for label, bars in chart.rows
            )
        case TrendChart():
            told = (f"{one.series}: {one.first} – {one.last}" for one in chart.trends)
            return f"{chart.since} – {chart.until}. {'; '.join(told)}"
        case MatrixChart():
            return "; ".join(
                f"{label} → {column}: {shown}"
                for label, cells in chart.rows
                for column, (shown, shade) in zip(chart.columns, cells, strict=True)
                if shade
            )
        case NetworkChart():
            return "; ".join(f"{chart.left[one]} → {chart.right[two]}" for one, two in chart.lines)


INLINE = 360
"""How wide a network is within a page: so that its names can be read in a narrow window."""


def draw_inline(chart: NetworkChart, labels: Labels, *, title: str) -> Markup:
    """Return a network as a part of a page; the page has its caption and a table beside it."""
    picture = Picture(INLINE, labels.wording.direction, inline=True)
    _draw_network(picture, chart)
    return Markup(
        '<svg class="network" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(INLINE, _short(picture.y), title, Markup("").join(picture.parts))


def _draw_bars(picture: Picture, chart: BarChart) -> None:
    room = BODY - 2 * MARGIN
    widest = max(
        width_of(_beside(chart, at, bar)) for _, bars in chart.rows for at, bar in enumerate(bars)
    )
    long = max(room - widest * 13 - 8, room / 3)
    for label, bars in chart.rows:
        picture.y = picture.text(wrap(label, room), MARGIN, picture.y + 15) - 11
        for at, bar in enumerate(bars):
            fill = COLOURS.get(chart.names[at], COLOURS["offers"])
            length = long * bar.value / chart.top
            picture.rect(MARGIN, picture.y, length, 14, fill)
            end = length
            if bar.interval:
                low, high = (MARGIN + long * one / chart.top for one in bar.interval)
                middle = picture.y + 7
                picture.line([(low, middle), (high, middle)], INK, 1.5)
                for x in (low, high):
                    picture.line([(x, middle - 4), (x, middle + 4)], INK, 1.5)
                end = max(end, high - MARGIN)
            picture.text([_beside(chart, at, bar)], MARGIN + end + 6, picture.y + 12)
            picture.y += 18
        picture.y += 4


def _beside(chart: BarChart, at: int, bar: Bar) -> str:
    return f"{bar.shown} {chart.series[at]}" if len(chart.series) > 1 else bar.shown


def _draw_trends(picture: Picture, chart: TrendChart) -> None:
    room, tall = BODY - 2 * MARGIN, 64
    for one in chart.trends:
        colour = COLOURS.get(one.name, COLOURS["offers"])
        arrow = "←" if picture.rtl else "→"
        # Isolated, or a sign would stand on the wrong side of its number.
        change = f"(\u2068{one.change}\u2069)"
        words = f"{one.series}: {one.first} {arrow} {one.last} {change}"
        top = picture.text(wrap(words, room), MARGIN, picture.y + 18) - 6
        picture.line([(MARGIN, top + tall), (MARGIN + room, top + tall)], PALE, 1)
        picture.line([(MARGIN + room * x, top + tall * (1 - y)) for x, y in one.points], colour)
        picture.y = top + tall + 6
    picture.text([chart.since], MARGIN, picture.y + 12, fill=PALE)
    picture.text([chart.until], MARGIN + room, picture.y + 12, fill=PALE, anchor="end")
    picture.y += 16


def _draw_matrix(picture: Picture, chart: MatrixChart) -> None:
    side, wide = 200, 92
    heads = [wrap(column, wide - 8, 11) for column in chart.columns]
    top = picture.y + 15 * max(map(len, heads)) + 6
    for at, lines in enumerate(heads):
        picture.text(lines, MARGIN + side + wide * at + 4, picture.y + 14, size=11)
    for label, cells in chart.rows:
        lines = wrap(label, side - 8)
        tall = max(34.0, 18.0 * len(lines) + 8)
        picture.text(lines, MARGIN, top + 20)
        for at, (shown, shade) in enumerate(cells):
            x = MARGIN + side + wide * at
            picture.rect(x, top, wide - 2, tall - 2, SHADES[shade])
            ink = PAPER if shade > 3 else INK
            picture.text([shown], x + wide / 2, top + tall / 2 + 4, fill=ink, anchor="middle")
        top += tall
    picture.y = top


NAMES = 0.36
"""The part of a network's width that the names of each side take."""


def _draw_network(picture: Picture, chart: NetworkChart) -> None:
    room = (picture.width - 2 * MARGIN) * NAMES
    start, end = MARGIN + room, picture.width - MARGIN - room
    sides: list[list[float]] = []
    heights = [
        sum(18 * len(wrap(name, room - 10)) + 8 for name in side)
        for side in (chart.left, chart.right)
    ]
    ends = ((start - 10, "end"), (end + 10, "start"))
    for head, (x, anchor) in zip(chart.heads, ends, strict=True):
        picture.text([head], x, picture.y + 14, anchor=anchor, weight="bold")
    picture.y += 16
    for names, (x, anchor) in zip((chart.left, chart.right), ends, strict=True):
        places, y = [], picture.y + 8 + (max(heights) - heights[len(sides)]) / 2
        for name in names:
            lines = wrap(name, room - 10)
            picture.text(lines, x, y + 13, anchor=anchor)
            places.append(y + 9 * len(lines))
            y += 18 * len(lines) + 8
        sides.append(places)
    for one, other in chart.lines:
        picture.line([(start, sides[0][one]), (end, sides[1][other])], COLOURS["offers"], 1.5)
    picture.y += 8 + max(heights)


WORLD = 880
"""How wide a picture of the map is."""

_HATCHED = "url(#hatch)"


def draw_map(
    values: Mapping[str, int],
    labels: Labels,
    *,
    title: str,
    note: str,
    unknown: str,
    box: tuple[int, int, int, int] | None = None,
) -> str:
    """Return the map as SVG, shaded by a number for each country, with its legend.

    ``unknown`` says what is hatched: a country without a number. ``box`` is the part of the
    drawing that is shown. Maps are not mirrored in right-to-left languages; the words around are.
    """
    picture = Picture(WORLD, labels.wording.direction)
    room = WORLD - 2 * MARGIN
    picture.y = picture.text(wrap(title, room, 16), MARGIN, 28, size=16, weight="bold")
    _draw_countries(picture, values, labels, unknown, box)
    legend = [
        (SHADES[int(shade[1:])], labels.cell(ColumnType.COUNT, low)
        + (f"\u2013{labels.cell(ColumnType.COUNT, high)}" if high != low else ""))
        for shade, low, high in shade_bounds(values)
    ]  # fmt: skip
    x = float(MARGIN)
    for fill, words in (*legend, (_HATCHED, unknown)):
        wide = 34 + width_of(words) * 13
        if x > MARGIN and x + wide > WORLD - MARGIN:
            x, picture.y = float(MARGIN), picture.y + 22
        picture.rect(x, picture.y + 8, 20, 12, fill)
        picture.text([words], x + 26, picture.y + 19)
        x += wide + 10
    picture.y += 30
    end = picture.text(wrap(note, room, 11), MARGIN, picture.y + 14, fill=PALE, size=11)
    picture.y = end - 8
    order = sorted(values, key=lambda code: (-values[code], code))
    told = (_told(labels, code, labels.cell(ColumnType.COUNT, values[code])) for code in order)
    return picture.svg(title=title, description="; ".join(told), language=labels.language)


def _told(labels: Labels, code: str, words: str) -> str:
    return f"{labels.cell(ColumnType.COUNTRY, code)}: {words}"


def _draw_countries(
    picture: Picture,
    values: Mapping[str, int],
    labels: Labels,
    unknown: str,
    box: tuple[int, int, int, int] | None,
) -> None:
    world = world_drawing()
    box = box or (0, 0, world["width"], world["height"])
    shades = {code: SHADES[int(shade[1:])] for code, shade in shade_levels(values).items()}
    wide = min(WORLD - 2 * MARGIN, WORLD * box[2] / box[3])
    high = wide * box[3] / box[2]
    shape = Markup('<path d="{}" fill="{}"{}>{}</path>')
    edges = {
        # Zero is nearly as light as the sea.
        code: Markup(' stroke="{}"').format(HATCH if fill == SHADES[0] else PAPER)
        for code, fill in shades.items()
    }
    edge = Markup(' stroke="{}"').format(PAPER)

    def name(code: str) -> Markup:
        words = labels.cell(ColumnType.COUNT, values[code]) if code in values else unknown
        return Markup("<title>{}</title>").format(_told(labels, code, words))

    dot = Markup('<circle cx="{}" cy="{}" r="{}" fill="{}"{}>{}</circle>')
    picture.parts += [
        Markup('<svg x="{}" y="{}" width="{}" height="{}" viewBox="{} {} {} {}">').format(
            _short((WORLD - wide) / 2), _short(picture.y), _short(wide), _short(high), *box
        ),
        Markup(
            '<defs><pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><path fill="{}" d="M0 0h9v9H0z"/>'
            '<path fill="{}" d="M0 0h2v9H0z"/></pattern></defs>'
        ).format(LAND, HATCH),
        shape.format(world["sphere"], SEA, "", ""),
        *(shape.format(one, _HATCHED, edge, "") for one in world["rest"]),
        *(
            shape.format(path, shades.get(code, _HATCHED), edges.get(code, edge), name(code))
            # What is zero comes last, so that no neighbour's border lies over its outline.
            for code, path in sorted(
                world["shapes"].items(), key=lambda one: shades.get(one[0]) == SHADES[0]
            )
        ),
        *(
            dot.format(x, y, _short(box[2] / 240), shades[code], edges[code], name(code))
            for code, (x, y) in world["dots"].items()
            if code in shades
        ),
        Markup("</svg>"),
    ]
    picture.y += high + 6
