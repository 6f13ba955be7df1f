"""A list is changed row by row: every other byte of it stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.model import Level, Method, Offer
from exchange.profiles.list_rows import edit_rows
from exchange.profiles.parser import read_page
from exchange.profiles.writer import render_item, row_renderer
from tests.support.examples import examples
from tests.unit.profiles.strategies import DIRECTORY, NAMES, TODAY


def read(raw: str) -> Sequence[Offer]:
    text = f"{{{{Capacity Exchange profile|offers={raw}\n}}}}"
    found = read_page(text, names=NAMES, directory=DIRECTORY, today=TODAY, title="User:Ada")
    return found.profiles[0].offers if found.profiles else ()


def render(offer: Offer) -> str:
    return render_item(offer, names=NAMES)


def render_apart(offer: Offer) -> str:
    write = row_renderer("offers", NAMES, apart=True)
    assert write is not None
    return write(offer)


def edited(raw: str, after: Sequence[Offer]) -> str | None:
    return edit_rows(raw, read(raw), after, read=read, render=render, apart=render_apart)


LUA = Offer("lua", "Lua", note="new")
BULLETS = """* '''Wikidata''' (expert) <!-- ask -->
* [[Lua]] – see {{tl|x}}
* {{Capacity|Governance|level=basic}}"""
LISTS = [
    BULLETS,
    "Wikidata, ''Lua'', {{Capacity|Governance}}",
    "Wikidata; Lua (expert, mentoring); Governance",
    "=== Technical ===\n* '''Wikidata'''\n* Lua <!-- x -->\n=== Social ===\n* Governance – in Lagos",
    "# Wikidata\n## queries\n# Lua\n# Governance",
    "* Technical\n** Wikidata\n** Lua\n* Social\n** Governance",
    "; Technical\n: Wikidata\n: Lua\n: Governance",
    "Wikidata<br>Lua<br>Governance",
    "* [[File:A.svg|20px]] Wikidata\n* <s>Grant writing</s>\n* Lua\n* Governance",
    "<!-- all -->Wikidata، Lua، Governance",
]


@pytest.mark.parametrize("raw", LISTS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_changed_note_leaves_the_other_rows_alone(raw: str, at: int) -> None:
    before = read(raw)
    assert [offer.capacity for offer in before] == ["wikidata", "lua", "governance"]
    changed = replace(before[at], note="only in May")
    after = edited(raw, [*before[:at], changed, *before[at + 1 :]])
    assert after is not None
    assert tuple(read(after)) == (*before[:at], changed, *before[at + 1 :])
    kept = after.replace(render(changed), "\x00", 1).split("\x00")
    assert len(kept) == 2
    assert raw.startswith(kept[0])
    assert raw.endswith(kept[1])


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        ("1) Wikidata 2) ''Lua'' 3) Governance", "1) Wikidata\n2) ''Lua''\n3) {}"),
        ("1. Wikidata (expert), 2. Lua, 3. Governance", "1. Wikidata (expert)\n2. Lua\n3. {}"),
        ("* Wikidata * {{Capacity|Lua}} * Governance", "* Wikidata\n* {{Capacity|Lua}}\n* {}"),
    ],
)
def test_items_of_one_line_get_lines_where_one_is_changed(raw: str, after: str) -> None:
    before = read(raw)
    changed = replace(before[2], note="only in May")
    head, tail = after.split("{}")
    assert edited(raw, [*before[:2], changed]) == head + render(changed) + tail
    assert edited(raw, before[:2]) == head.rpartition("\n")[0]


@pytest.mark.parametrize("raw", LISTS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_row_less_leaves_the_other_rows_alone(raw: str, at: int) -> None:
    before = read(raw)
    rest = [*before[:at], *before[at + 1 :]]
    after = edited(raw, rest)
    assert after is not None
    assert list(read(after)) == rest
    assert len(after) < len(raw)
    if "\n" in raw:
        assert {*after.split("\n")} <= {*raw.split("\n")}


@pytest.mark.parametrize("raw", LISTS)
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_one_row_more_leaves_the_other_rows_alone(raw: str, at: int) -> None:
    before = read(raw)
    new = Offer("mediation", "mediation") if DIRECTORY.get("mediation") else None
    new = new or Offer("unlisted:knitting", "Knitting", level=Level.EXPERT)
    after = edited(raw, [*before[:at], new, *before[at:]])
    assert after is not None
    assert list(read(after)) == [*before[:at], new, *before[at:]]
    assert len(after) > len(raw)


ROWS = st.sampled_from(
    [
        "'''Wikidata'''", "Lua <!-- c -->", "[[Governance]] (expert)", "{{Capacity|Finance|note={{tl|x}}}}",
        "grant writing – with care", "Knitting (mentoring; basic)", "<small>Mediation</small>",
        "Privacy, Security & GDPR", "photo contests – a; b", "Python – `x` & y",
    ]
)  # fmt: skip


@given(
    st.lists(ROWS, min_size=2, max_size=6, unique=True),
    st.integers(0, 5),
    st.sampled_from(["* ", "# ", "*", "- "]),
)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_list_is_changed_row_by_row(rows: list[str], at: int, bullet: str) -> None:
    at %= len(rows)
    raw = "\n".join(bullet + row for row in rows)
    before = read(raw)
    if len(before) != len(rows):
        return
    changed = replace(before[at], note="changed")
    after = edited(raw, [*before[:at], changed, *before[at + 1 :]])
    assert after is not None
    lines = after.split("\n")
    assert [line for number, line in enumerate(lines) if number != at] == [
        bullet + row for number, row in enumerate(rows) if number != at
    ]
    assert tuple(read(after)) == (*before[:at], changed, *before[at + 1 :])


KNOWN = [
    "'''Wikidata'''", "Lua <!-- c -->", "[[Governance]] (expert)", "{{Capacity|Finance|note={{tl|x}}}}",
    "grant writing – with care", "photo contests – a; b", "Python – `x` & y", "event management",
]  # fmt: skip
HEADINGS = ["Things I like", "On Meta", "At work"]
STYLES = {  # How a heading is written, and the bullet of what stands under it.
    "section": ("== {} ==", "* "),
    "smaller": ("==== {} ====", "# "),
    "bullet": ("* {}", "** "),
    "bullet with a colon": ("* {}:", "** "),
    "definition": ("; {}", ": "),
    "line with a colon": ("{}:", "* "),
    "bold line with a colon": ("'''{}''':", "* "),
    "bold line": ("'''{}'''", "* "),
}
NEW = Offer(DIRECTORY.identify("Knitting"), "Knitting", level=Level.EXPERT)


@st.composite
def grouped_lists(draw: st.DrawFn) -> tuple[list[tuple[str, list[str]]], str]:
    """Groups of rows, each (heading, rows) as written, and the list that they make."""
    heading, bullet = STYLES[draw(st.sampled_from([*STYLES]))]
    rows = draw(st.permutations(KNOWN))
    groups = []
    for name in draw(st.permutations(HEADINGS))[: draw(st.integers(1, 3))]:
        count = draw(st.integers(1, 2))
        groups.append((heading.format(name), [bullet + row for row in rows[:count]]))
        rows = rows[count:]
    return groups, "\n".join(line for head, under in groups for line in (head, *under))


@given(grouped_lists(), st.data())
@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_row_goes_with_the_heading_that_it_leaves_alone_and_nothing_else_does(
    made: tuple[list[tuple[str, list[str]]], str], data: st.DataObject
) -> None:
    groups, raw = made
    before = read(raw)
    assert len(before) == sum(len(under) for _, under in groups)
    at = data.draw(st.integers(0, len(before) - 1))
    if len(before) > 1:
        left: list[str] = []
        number = 0
        for head, under in groups:
            kept = [row for offset, row in enumerate(under) if number + offset != at]
            number += len(under)
            left += [head, *kept] if kept else []
        assert edited(raw, [*before[:at], *before[at + 1 :]]) == "\n".join(left)
    changed = replace(before[at], note="changed")
    after = edited(raw, [*before[:at], changed, *before[at + 1 :]])
    assert after is not None
    lines = raw.split("\n")
    assert [line in lines for line in after.split("\n")].count(False) == 1
    assert len(after.split("\n")) == len(lines)
    more = edited(raw, [*before[: at + 1], NEW, *before[at + 1 :]])
    assert more is not None
    assert [line for line in more.split("\n") if "Knitting" not in line] == lines


SHARED = [  # Several items in a line, and the signs that people put before items.
    "* Wikidata and '''Lua'''\n* Governance <!-- x -->",
    "* [[Lua]]/Wikidata\n* Governance",
    "* Wikidata, '''Lua'''\n* Governance, Finance",
    "Wikidata · ''Lua'' · Governance",
    "1. Wikidata\n2. ''Lua'' <!-- c -->\n3. Governance",
    "🎓 Wikidata\n📷 [[Lua]]\nGovernance <!-- x -->",
    "* [x] '''Wikidata'''\n* [ ] Finance\n* [x] Lua",
    "I can help with: '''Wikidata''', Lua, Governance",
    "o Wikidata\no '''Lua'''\no Governance",
]


@pytest.mark.parametrize("raw", SHARED)
def test_an_item_that_shares_its_line_is_changed_alone(raw: str) -> None:
    before = read(raw)
    for at, offer in enumerate(before):
        changed = replace(offer, note="only in May")
        after = edited(raw, [*before[:at], changed, *before[at + 1 :]])
        assert after is not None
        written = next(row for row in (render(changed), render_apart(changed)) if row in after)
        head, tail = after.split(written)
        assert raw.startswith(head)
        assert raw.endswith(tail)
        less = edited(raw, [*before[:at], *before[at + 1 :]])
        assert less is not None
        assert len(less) < len(raw)


ENTRIES = {  # What stands before, around, between and after the rows of a list.
    "table": ('{| class="wikitable"\n! What !! How\n|-', "\n| {} || ", "\n|-", "\n|}"),
    "table with styles": ("{|\n|+ Skills", '\n|- style="x"\n| width=9 | {}', "", "\n|}"),
    "table in a template": ("{{{!}} class=x\n{{!}}-", "\n{{!}} {} {{!}}{{!}} ", "\n{{!}}-", "\n{{!}}}"),
    "table without a first row's sign": ("{|", "\n| {}\n| ", "\n|-", "\n|}"),
    "table in HTML": ("<table>", "<tr><td>{}</td><td></td></tr>", "", "</table>"),
    "list in HTML": ("<ul>", '\n <li class="x">{}</li>', "", "\n</ul>"),
    "list in HTML on one line": ("<ol>", "<li>{}</li>", "", "</ol>"),
    "list in HTML with nothing closed": ("<ul>", "\n<li>{}", "", "\n</ul>"),
    "terms in HTML": ("<dl><dt>Skills</dt>", "\n<dd>{}</dd>", "", "</dl>"),
    "hlist": ("{{hlist|class=x", "|{}", "", "}}"),
    "ubl": ("{{ubl", "\n | {}", "", "\n}}"),
    "flatlist": ("{{flatlist|", "\n* {}", "", "\n}}"),
    "plainlist with its end": ("{{plainlist}}", "\n* {}", "", "\n{{endplainlist}}"),
    "br list among words": ("''Mine:'' {{br list", "|{}", "", "}}"),
    "ticks": ("", "* {{yes}} {}", "\n", "\n* {{no}} Nothing else"),
    "signs": ("", "☑ {}", "\n", ""),
}  # fmt: skip
IN_ENTRIES = [  # A row, and what of it is not of the item.
    ("Wikidata", ""), ("'''Lua'''", " <!-- c -->"), ("[[Governance]] (expert)", ""),
    ("{{Capacity|Finance|note={{tl|x}}}}", ""), ("Python – `x` & y", ""), ("<b>event management</b>", ""),
]  # fmt: skip
IN_LINES = {"ticks on one line": ("{{yes}} {}", " "), "signs on one line": ("☑ {}", ", ")}


@given(st.sampled_from([*ENTRIES]), st.permutations(IN_ENTRIES), st.integers(2, 5), st.data())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_list_in_templates_tags_and_tables_is_changed_row_by_row(
    style: str, drawn: list[tuple[str, str]], count: int, data: st.DataObject
) -> None:
    begin, around, between, end = ENTRIES[style]
    rows = [around.replace("{}", text + tail) for text, tail in drawn[:count]]

    def made(rows: Sequence[str]) -> str:
        return begin + between.join(rows) + end

    raw = made(rows)
    before = read(raw)
    assert len(before) == count
    at = data.draw(st.integers(0, count - 1))
    changed = replace(before[at], note="changed")
    assert edited(raw, [*before[:at], changed, *before[at + 1 :]]) == made(
        [*rows[:at], around.replace("{}", render(changed) + drawn[at][1]), *rows[at + 1 :]]
    )
    assert edited(raw, [*before[:at], *before[at + 1 :]]) == made([*rows[:at], *rows[at + 1 :]])
    new = around.replace("{}", render(NEW))
    more = edited(raw, [*before[:at], NEW, *before[at:]])
    assert more is not None
    assert [*map(str.rstrip, more.split("\n"))] == [
        *map(str.rstrip, made([*rows[:at], new, *rows[at:]]).split("\n"))
    ]


@pytest.mark.parametrize("style", IN_LINES)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_stands_behind_one_of_several_boxes_is_changed_alone(style: str, at: int) -> None:
    around, between = IN_LINES[style]
    names = ["Wikidata", "'''Lua'''", "Governance (expert)"]
    rows = [around.replace("{}", name) for name in names]
    raw = between.join(rows)
    before = read(raw)
    changed = replace(before[at], note="only in May")
    assert edited(raw, [*before[:at], changed, *before[at + 1 :]]) == between.join(
        [*rows[:at], around.replace("{}", render(changed)), *rows[at + 1 :]]
    )
    assert edited(raw, [*before[:at], *before[at + 1 :]]) == between.join(
        [*rows[:at], *rows[at + 1 :]]
    )
    more = edited(raw, [*before[:at], NEW, *before[at:]])
    assert more is not None
    assert tuple(read(more)) == (*before[:at], NEW, *before[at:])
    assert all(row in more for row in rows)


def test_a_cell_beside_the_name_keeps_what_it_says() -> None:
    raw = "{|\n| Wikidata || expert || since 2019\n|-\n| [[Lua]] || basic ||\n|}"
    before = read(raw)
    mentoring = replace(before[0], methods=(Method.MENTORING,))
    assert edited(raw, [mentoring, before[1]]) == raw.replace("Wikidata", "Wikidata (mentoring)")
    noted = replace(before[0], note="since 2019; in May")
    assert edited(raw, [noted, before[1]]) == raw.replace(
        "Wikidata || expert || since 2019", "Wikidata (expert) – since 2019; in May ||  || "
    )
    assert edited(raw, [before[0], replace(before[1], level=Level.EXPERT)]) == raw.replace(
        "[[Lua]] || basic ||", "Lua (expert) ||  ||"
    )


def test_numbered_entries_of_a_template_get_numbers_of_their_own() -> None:
    raw = "{{hlist|1=Wikidata|2='''Lua'''}}"
    before = read(raw)
    assert edited(raw, [before[0], NEW, before[1]]) == raw.replace("|2", f"|3={render(NEW)}|2")
    sign = Offer(DIRECTORY.identify("e=mc"), "e=mc")
    plain = "{{hlist|Wikidata|Lua}}"
    assert edited(plain, [*read(plain), sign]) == "{{hlist|Wikidata|Lua|e&#61;mc}}"


def test_a_term_that_would_stand_alone_goes_with_its_last_entry() -> None:
    raw = "<dl><dt>Tech</dt><dd>Wikidata</dd><dt>Life</dt><dd>Governance</dd></dl>"
    assert edited(raw, read(raw)[:1]) == raw.replace("<dt>Life</dt><dd>Governance</dd>", "")


@pytest.mark.parametrize("name", ["languages", "projects", "methods", "contact"])
@pytest.mark.parametrize(
    "raw",
    [
        "{{hlist|%s|%s|%s}}",
        "<ul><li>%s</li><li>%s</li>\n<li>%s</li></ul>",
        "{|\n| %s\n|-\n| %s\n|-\n| %s\n|}",
        "* %s\n* %s <!-- x -->\n* %s",
    ],
)
def test_lists_of_other_things_are_changed_row_by_row_as_well(name: str, raw: str) -> None:
    values = {
        "languages": ("en-3", "[[fr]]-N", "yo-N", "de-2"),
        "projects": ("Wikidata", "''yowiki''", "Commons", "Wikisource"),
        "methods": ("mentoring", "'''coaching'''", "training", "tutoring"),
        "contact": ("User:Ada", "[[User:Bo|Bo]]", "User:Cy", "User:Di"),
    }[name]
    render = row_renderer(name, NAMES)
    attribute = {"contact": "contacts"}.get(name, name)
    assert render is not None

    def read(raw: str) -> Sequence[Any]:
        text = f"{{{{Capacity Exchange profile|kind=user group|{name}={raw}\n}}}}"
        found = read_page(text, names=NAMES, directory=DIRECTORY, today=TODAY, title="Meta:Ada")
        return getattr(found.profiles[0], attribute) if found.profiles else ()

    written, other = raw % values[:3], read(values[3])
    before = read(written)
    assert len(before) == 3
    for at in range(3):
        new = [*before[:at], *other, *before[at + 1 :]]
        changed = [*values[:at], values[3], *values[at + 1 : 3]]
        assert edit_rows(written, before, new, read=read, render=render) == raw % tuple(changed)
        rest = [*before[:at], *before[at + 1 :]]
        less = edit_rows(written, before, rest, read=read, render=render)
        assert less is not None
        assert [*read(less)] == rest
        assert all(value in less for number, value in enumerate(values[:3]) if number != at)


def test_a_long_list_is_told_apart_as_well() -> None:
    raw = "\n".join(f"* Capacity number {at} <!-- {at} -->" for at in range(150))
    before = read(raw)
    assert len(before) == 150
    after = edited(raw, [*before[:70], *before[71:]])
    assert after == raw.replace("* Capacity number 70 <!-- 70 -->\n", "")


def test_a_list_that_is_not_told_apart_is_left_to_be_written_whole() -> None:
    assert edit_rows("", (), [LUA], read=read, render=render) is None
    assert edit_rows("Lua", read("Lua"), [], read=read, render=render) is None


def test_a_name_that_ends_in_a_colon_comes_back() -> None:
    offer = Offer(DIRECTORY.identify("Drive C:"), "Drive C:")
    assert tuple(read(render(offer))) == (offer,)
