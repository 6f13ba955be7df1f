"""What a notice says: its language, its words, and that nobody's text can change its structure."""

from __future__ import annotations

import re
from typing import Any

import mwparserfromhell
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exchange.model import Language, Match
from exchange.notice import mark, section, wrapper
from exchange.notice.answer import ANSWERS, Answers
from exchange.notice.message import (
    GROUP,
    Item,
    Matter,
    Message,
    Names,
    Party,
    Role,
    language_for,
    link_target,
    write,
)
from exchange.wording import Wording, available
from exchange.wording.messages import I18N, messages

CODES = available(GROUP)


def notice(
    *texts: str, code: str = "en", role: Role = Role.SEEKER, count: int = 2, gender: str = ""
) -> Message:
    """A notice in which other people's texts stand wherever they can."""
    name, capacity, reason = (*texts, *("Ada", "grant writing", "Both speak English")[len(texts) :])
    items = tuple(
        Item(
            match=Match("user:1", f"user:{n}", capacity, capacity, 1.0),
            period="2026-W47",
            other=Party(name, "Ben", "User:Ben/Capacity Exchange", 10 + n, gender),
            capacity=capacity,
            reasons=(reason, reason),
        )
        for n in range(2, 2 + count)
    )
    reader = Party(name, "Ada", "User:Ada", 7, gender)
    matter = Matter("user:1", 1, "2026-W47", role, reader, items)
    wording = Wording(code, GROUP)
    return write(matter, wording, names=Names(), page_wording=Wording("en", GROUP), silence_days=30)


def structure(text: str) -> dict[str, Any]:
    """Everything in wikitext that is not plain text."""
    code = mwparserfromhell.parse(text)
    return {
        "headings": [str(h.title) for h in code.filter_headings()],
        "templates": [
            (str(t.name), [str(p.name) for p in t.params]) for t in code.filter_templates()
        ],
        "links": [str(link.title) for link in code.filter_wikilinks()],
        "external": [str(link.url) for link in code.filter_external_links()],
        "tags": [str(tag.tag) for tag in code.filter_tags()],
        "comments": len(code.filter_comments()),
        "starts": [re.match(r"[*#:;=|!{]*", line).group() for line in text.split("\n")],  # type: ignore[union-attr]
        "signatures": text.count("~~~"),
        "magic": re.findall(r"__[A-Z]+__", text),
    }


HOSTILE = [
    "{{nobots}}",
    "}}{{Delete|now}}",
    "[[User:Jimbo|x]] [[Category:Spam]] [http://evil.example x] http://evil.example",
    "<script>alert(1)</script><!-- --><nowiki>",
    "</div></small>-->",
    "~~~~ ~~~~~ ~~~",
    "__NOTOC__ __NOINDEX__",
    "== Heading ==\n* list\n# numbers\n{|\n|-\n| cell\n|}",
    "''' '' '''''",
    "\u202etxet\u202c \u2066x",
    "| || |} {{!}} {{=}}",
    "ISBN 1234567890 RFC 1 PMID 2",
    "-{zh:x;zh-hant:y}-",
    "&lt;b&gt; &#91;&#91;x&#93;&#93;",
    "$1 $2 {{PLURAL:$1|a|b}} {{GENDER:$1|a|b}}",
    "= x =",
    "\n\n----\n",
    "#REDIRECT [[Main Page]]",
    "subst: {{subst:x}} {{{1|}}}",
    "\u0338combining",
]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
@example(*HOSTILE[:3])
@example(*HOSTILE[3:6])
@example(*HOSTILE[6:9])
@example(*HOSTILE[9:12])
@example(*HOSTILE[12:15])
@example(*HOSTILE[15:18])
@example(*HOSTILE[17:20])
def test_no_text_of_anybodys_changes_the_structure_of_a_notice(
    name: str, capacity: str, reason: str
) -> None:
    """Names, capacities and reasons are only ever text."""
    plain = notice("Ada", "grant writing", "Both speak English").section
    hostile = notice(name, capacity, reason).section
    assert structure(hostile.body) == structure(plain.body)
    kept = [line for line in hostile.text.split("\n") if line.startswith("<!-- capacity-exchange")]
    assert len(kept) == 1
    assert mark.read(kept[0]) is not None
    assert structure(hostile.text)["templates"] == structure(plain.text)["templates"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_a_mark_comes_back_as_it_was_written(key: str, campaign: str) -> None:
    """Whatever the keys are, the comment ends where it ends and says the same."""
    pair = mark.Pair(key, "user:2", key, "finance", campaign)
    written = mark.Mark(key, 5, campaign, (pair,), "0" * 16)
    if len(written.comment()) < 4000:
        assert mark.read(f"text {written.comment()} text") == written
    assert written.comment().count("-->") == 1
    assert "~~~" not in written.comment()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_notice_is_whole_in_every_language(code: str, role: Role, count: int) -> None:
    """No gap, no leftover of a message's grammar, and the direction is the language's."""
    said = notice(code=code, role=role, count=count, gender="female")
    text = said.section.text
    assert not re.search(r"\$\d|⧼|PLURAL|GENDER", text)
    assert not re.search(r"\$\d|⧼|PLURAL|GENDER", said.summary)
    direction = "rtl" if code == "ar" else "ltr"
    assert f'<div class="mw-content-{direction}" lang="{code}" dir="{direction}">' in text
    assert len(said.section.heading) <= 100
    assert len(said.summary) <= 250
    assert len(text.encode()) < 12_000
    found = list(wrapper.find(text, is_wrapper=lambda title: title == Names().template))
    assert [(w.id, w.answered) for w in found] == [(said.section.mark.id, False)]
    assert mark.tagged(said.summary) == said.section.mark.id


def test_every_language_has_every_message_and_no_other() -> None:
    """And each says the same parameters as the English one."""
    english = messages(I18N, GROUP, "en")
    assert messages(I18N, GROUP, "qqq").keys() == english.keys()
    for code in CODES:
        table = messages(I18N, GROUP, code)
        assert table.keys() == english.keys(), code
        for key, text in table.items():
            needed = set(re.findall(r"\$\d", english[key])) - {"$1", "$2"} or set()
            assert needed <= set(re.findall(r"\$\d", text)), (code, key)
            assert text.count("{{") == text.count("}}"), (code, key)
            assert text.count("[[") == text.count("]]"), (code, key)
            assert len(text) <= 2.2 * len(english[key]) + 60, (code, key)


@pytest.mark.parametrize(("count", "word"), [(1, "اقتراح لك"), (2, "اقتراحان"), (3, "اقتراحات")])
def test_arabic_counts_in_its_own_way(count: int, word: str) -> None:
    """One, two and few have forms of their own."""
    assert word in notice(code="ar", count=count).section.heading


def test_gender_changes_the_words_where_the_language_does() -> None:
    """Arabic says "you" otherwise to a woman."""
    assert notice(code="ar", gender="female").section.body != notice(code="ar").section.body


def test_no_word_for_an_answer_means_two_things() -> None:
    """In whatever language it is read."""
    answers = Answers(messages(I18N, GROUP, code) for code in CODES)
    for code in CODES:
        for status in ANSWERS:
            for word in messages(I18N, GROUP, code)[f"notice-answer-{status.value}"].split("|"):
                assert answers.read(word) is status, (code, word)
                assert answers.read(f" '''{word.upper()}'''. ") is status, (code, word)
    assert answers.read("") is None
    assert answers.read("perhaps") is None


@pytest.mark.parametrize(
    ("spoken", "page", "expected"),
    [
        ([("fr", 5), ("yo", 6)], "en", "yo"),
        ([("arz", 6), ("en", 4)], "en", "ar"),
        ([("de-ch", 6)], "en", "de"),
        ([("pt-br", 6)], "en", "pt"),
        ([("xx", 6), ("es", 2)], "en", "es"),
        ([("ja", 6)], "fr", "fr"),
        ([], "de", "de"),
        ([], "ja", "en"),
    ],
)
def test_a_notice_speaks_its_readers_best_language(
    spoken: list[tuple[str, int]], page: str, expected: str
) -> None:
    """Profile, then the page's language, then English; a fallback counts before the next one."""
    languages = [Language(code, level) for code, level in spoken]
    assert language_for(languages, page_language=page) == expected


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("User:Ben", "Special:Redirect/page/5"),
        ("user:ben", "Special:Redirect/page/5"),
        ("Benutzer:Ben", "Special:Redirect/page/5"),
        ("User:Ben/Capacity Exchange", ":User:Ben/Capacity Exchange"),
        ("Wikimedia Nigeria", ":Wikimedia Nigeria"),
        ("Category:X", ":Category:X"),
    ],
)
def test_no_link_pings_anybody(title: str, target: str) -> None:
    """A link to a user page in a signed section is a ping; to a subpage it is not."""
    assert link_target(title, 5, Names(user="Benutzer")) == target


def test_a_notice_is_found_again_as_the_last_section() -> None:
    """Untouched until somebody answers, replies or changes a word."""
    said = notice()
    page = section.place("Hello.\n\n== Old ==\nText.", said.section)
    saved = page.replace("~~~~", "[[User:Bot|Bot]] ([[User talk:Bot|talk]]) 12:00 (UTC)")
    found = section.last(saved)
    assert found is not None
    assert (found.mark.id, found.untouched) == (said.section.mark.id, True)
    for touched in (
        saved + "\n: Thank you. --Ada",
        saved.replace("|status1=", "|status1=stop"),
        saved.replace("grant writing", "grants"),
    ):
        again = section.last(touched)
        assert again is not None
        assert not again.untouched
    assert section.last(saved + "\n\n== Another ==\nText.") is None
    assert section.last("No section at all") is None
    assert section.place("A", said.section, replaces=None).startswith("A\n\n== ")
    replaced = section.place(saved, notice(code="de").section, replaces=found)
    assert replaced.startswith("Hello.\n\n== Old ==\nText.\n\n== Capacity Exchange: 2 Vorschläge")


def test_the_id_is_the_same_for_the_same_matter_and_another_for_another() -> None:
    """In whatever order the suggestions come."""
    a, b = mark.Pair("u", "v", "w", "o", "p"), mark.Pair("u", "x", "w", "o", "p")
    assert mark.notice_id("r", "c", [a, b]) == mark.notice_id("r", "c", [b, a])
    assert len({mark.notice_id("r", "c", [a]), mark.notice_id("r", "d", [a])}) == 2
    assert mark.is_id(mark.notice_id("r", "c", [a]))
    assert mark.tagged(f"x {mark.tag('0123456789abcdef')} y") == "0123456789abcdef"
    assert mark.tagged("(#cx-zz)") is None


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}|=<!->status1id \n0aé", max_size=120))
def test_any_page_can_be_read(text: str) -> None:
    """Never an exception, whatever people left of a notice."""
    for found in wrapper.find(text, is_wrapper=lambda title: True):
        assert found.answer(1) == found.each.get(1, found.all)
    section.last(f"== x ==\n{text}")
