"""What people wrote can change nothing around it, wherever it stands in wikitext."""

import html
import re
import unicodedata

import mwparserfromhell
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.i18n.escape import escape_wikitext, one_line
from tests.support.examples import examples

HOSTILE = [
    "[[Main Page]]",
    "[[Category:Hostile]]",
    "{{nobots}}",
    "{{{1|}}}",
    "}}{{!}}|",
    "|| cell\n|- \n! head",
    "<script>alert(1)</script>",
    "</div></td></table>",
    "<!-- open",
    "<nowiki>",
    "~~~~",
    "~~~ and ~~~~~",
    "'''''bold",
    "== heading ==",
    "----",
    "* item\n# item",
    "; term : definition",
    ": indent",
    "#REDIRECT [[Main Page]]",
    "__NOTOC__ __TOC__",
    "＿＿目次非表示＿＿",
    "http://example.org and https://example.org",
    "mailto:a@example.org",
    "//example.org",
    "ISBN 9780000000000 RFC 1234 PMID 1234",
    "-{zh-hans:a;zh-hant:b}-",
    "&lt;b&gt; &amp; &#91;&#91;x]]",
    "\u202eturned\u202c \u2067round",
    "\u0338struck",
    "+caption",
    "-row",
    "}row",
    "a=b",
    "\x7f'\"`UNIQ--nowiki-00000000-QINU`\"'\x7f",
    "   leading",
    "\ttab\x00null\x1bescape",
    "\u037e Greek question mark",
    "R&D <3 l'eau, C++ 100% naïve ẹ̀kọ́ हिन्दी العربية 日本語 👩‍👩‍👧",
]
SPECIAL = st.text(
    st.one_of(
        st.sampled_from("[]{}|<>'=*#:;~_!&-+/\n \t\"`\\＿＃\u202e\u2067\u0338\x7f\ud800"),
        st.sampled_from("aZ09é日"),
        st.characters(),
    ),
    max_size=60,
)
TEXTS = st.one_of(
    st.sampled_from(HOSTILE), SPECIAL, st.lists(st.sampled_from(HOSTILE)).map("".join)
)


@given(TEXTS)
@settings(max_examples=examples(500))
def test_nothing_of_it_is_markup(text: str) -> None:
    escaped = escape_wikitext(text)
    assert not re.search(r"[<>\[\]{}|'=*:~_!\n\t\"`]", escaped)
    assert not re.match(r"[-+ #;]", escaped)
    assert re.sub(r"&#\d+;", "", escaped).count("&") == 0
    assert not mwparserfromhell.parse(f"x {escaped}").filter(
        matches=lambda node: (
            not isinstance(node, mwparserfromhell.nodes.Text | mwparserfromhell.nodes.HTMLEntity)
        )
    )


@given(TEXTS)
def test_it_shows_as_written_on_one_line(text: str) -> None:
    assert html.unescape(escape_wikitext(text)) == one_line(text)
    assert unicodedata.normalize("NFC", escape_wikitext(text)) == escape_wikitext(text)


@given(TEXTS, st.integers(0, 30))
def test_a_limit_is_kept(text: str, limit: int) -> None:
    assert len(one_line(text, limit)) <= max(limit, 1)
    assert html.unescape(escape_wikitext(text, limit)) == one_line(text, limit)


@given(TEXTS)
def test_plain_text_is_one_line_without_direction_marks(text: str) -> None:
    line = one_line(text)
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert not re.search(
        "[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x1f\x7f-\x9f\ud800-\udfff]", line
    )
