"""Talk pages that swallow what is written below: told by our own scanner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.wikitext.markup import find_concealment

SWALLOWING = [
    "Hello.\n<!-- old stuff I keep\n== Old ==\nBye",
    "<!--",
    "Hello.\n<includeonly>[[Category:X]]",
    'Hello.\n<div style="display:none">secret',
    "<div style='display : none;color:red'>x",
    "<DIV STYLE=display:none>",
    "<div hidden>x",
    '<span style="visibility:hidden">x',
    '<div class="mw-collapsible mw-collapsed">x',
    '<table style="display:none"><tr><td>',
    '{| style="display:none"\n| x',
    '{| class="wikitable mw-collapsible mw-collapsed"\n! x',
    '<div><div style="display:none">x</div><div style="display:none">y',
    '<div style="display:none"><b>x</b>',
    '<div style="font-size:0">x',
    '<div style="position:absolute;left:-9999px">x',
    "{{archive top}}\nOld.",
    "{{Collapse top|Old}}\nOld.",
    "{{hat|old}}",
    "{{Hidden begin}}\nx\n{{hidden end}}\n{{hidden begin}}",
    '<div style="display:none"><nowiki></div></nowiki>',
    '<div style="display:none"><!-- </div> -->',
]
SHOWING = [
    "",
    "Hello.",
    "Hello. <!-- closed -->",
    "<includeonly>x</includeonly>",
    "<noinclude>x",
    "<onlyinclude>x",
    '<div style="display:none">secret</div>',
    '<div style="display:none"/> x',
    '<div style="border:1px solid">a box around the whole page',
    '<div class="talk-page"><div style="display:none">x</div>',
    '{| style="display:none"\n| x\n|}',
    "{| class=wikitable\n| x",
    "<small>x",
    "<nowiki>x",
    "<nowiki><!--</nowiki>",
    '<nowiki><div style="display:none"></nowiki>',
    "<pre>x",
    "{{unclosed",
    "{{unclosed|x=1\n",
    "[[File:x.jpg|thumb",
    "{{archive top}}\nOld.\n{{archive bottom}}",
    "{{Talk header}}",
    "{{Table begin}}",
    "{{hidden|x}}",
    "}} |} </div> -->",
    '<span style="display:none">x</span>',
    "{{x\n|y=z\n|}}",
]
OURS = "== Heading ==\n{{Capacity Exchange notice|id=0123456789abcdef}}\nWords."


def concealment(before: str) -> str:
    """What hides ours below this text."""
    page = f"{before}\n\n{OURS}"
    return find_concealment(page, page.rindex("{{Capacity"))


@pytest.mark.parametrize("before", SWALLOWING)
def test_a_page_that_swallows_is_found_and_says_with_what(before: str) -> None:
    """The beginning of what swallows is given, for the report."""
    found = concealment(before)
    assert found
    assert found[:4] in before


@pytest.mark.parametrize("before", SHOWING)
def test_a_page_that_shows_what_follows_is_none(before: str) -> None:
    """Most unclosed things do no harm, and many talk pages have a box around them."""
    assert concealment(before) == ""


@given(st.text(alphabet="<>/!-{}[]|=divspan style\"':none\n", max_size=120))
def test_any_page_can_be_looked_at(text: str) -> None:
    """Never an exception; an open comment always swallows."""
    concealment(text)
    closed = text.replace("<", "")
    assert concealment(f"{closed}<!--")
