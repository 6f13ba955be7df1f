"""What a notice says: its language, its words, and that nobody's text can change its structure."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import mwparserfromhell
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.i18n.messages import I18N, Localizer, available_languages, is_reviewed, load_messages
from exchange.languages import text_direction
from exchange.model import Language, Match
from exchange.notices import section, template
from exchange.notices.message import (
    NoticeContent,
    NoticeItem,
    NoticePerson,
    NoticeRequest,
    NoticeText,
    NoticeTitles,
    NoticeUnmet,
    Role,
    link_target,
    linked_titles,
    write_notice,
)
from exchange.notices.reader_language import GROUP, language_for

CODES = available_languages(GROUP)
LENGTHS = [
    tuple(row)
    for row in tomllib.loads((Path(__file__).parent / "lengths.toml").read_text("utf-8"))["rows"]
]


def notice(
    *texts: str, code: str = "en", role: Role = Role.SEEKER, count: int = 2, gender: str = ""
) -> NoticeText:
    """A notice in which other people's texts stand wherever they can."""
    name, capacity, reason = (*texts, *("Ada", "grant writing", "Both speak English")[len(texts) :])
    items = tuple(
        NoticeItem(
            match=Match("user:1", f"user:{n}", capacity, capacity, 1.0),
            period="2026-W47",
            other=NoticePerson(name, "Ben", "User:Ben/Capacity Exchange", 10 + n, gender),
            capacity=capacity,
            reasons=(reason, reason),
        )
        for n in range(2, 2 + count)
    )
    reader = NoticePerson(name, "Ada", "User:Ada", 7, gender)
    request = None
    if role is Role.JOINER:
        asker = NoticePerson(name, "Ben", "User:Ben/Capacity Exchange", 12, gender)
        request, items = NoticeRequest("User:Ben", 12, capacity, asker), ()
    content = NoticeContent("user:1", 1, "2026-W47", role, reader, items, request=request)
    wording = Localizer(code, GROUP)
    return write_notice(content, wording, names=NoticeTitles(), page_wording=Localizer("en", GROUP))


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
    """NoticeTitles, capacities and reasons are only ever text."""
    plain = notice("Ada", "grant writing", "Both speak English").section
    hostile = notice(name, capacity, reason).section
    assert structure(hostile.body) == structure(plain.body)
    kept = [line for line in hostile.text.split("\n") if line.startswith("<!-- capacity-exchange")]
    assert len(kept) == 1
    assert section.read_marker(kept[0]) is not None
    assert structure(hostile.text)["templates"] == structure(plain.text)["templates"]


@given(st.text(max_size=60))
@example(HOSTILE[1])
def test_wants_without_a_suggestion_stand_below_what_can_be_answered(capacity: str) -> None:
    left = NoticeUnmet(capacity, ("[[:Page|Ask]]", "[[:Other|Look]]"), ("Page", "Other"))
    item = NoticeItem(
        Match("user:1", "user:2", "a", "a", 1.0),
        "2026-W47",
        NoticePerson("Ben", "Ben"),
        "grant writing",
    )
    reader = NoticePerson("Ada", "Ada", "User:Ada", 7)
    content = NoticeContent("user:1", 1, "2026-W47", Role.SEEKER, reader, (item,), unmet=(left,))
    wording = Localizer("en", GROUP)
    said = write_notice(content, wording, names=NoticeTitles(), page_wording=wording).section.body
    (line,) = (line for line in said.split("\n") if line.startswith("* There is no suggestion"))
    assert line.endswith("Until there is: [[:Page|Ask]], [[:Other|Look]].")
    assert said.index("/answers") < said.index(line) < said.index("<small>")
    assert structure(said)["links"].count("Capacity Exchange") == 0
    assert {"Page", "Other"} <= set(linked_titles(content, NoticeTitles()))


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_mark_comes_back_as_it_was_written(key: str, campaign: str) -> None:
    """Whatever the keys are, the comment ends where it ends and says the same."""
    pair = section.Pair(key, "user:2", key, "finance", campaign)
    written = section.NoticeMarker(key, 5, campaign, (pair,))
    if len(written.comment()) < 4000:
        assert section.read_marker(f"text {written.comment()} text") == written
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
    direction = text_direction(code)
    assert f'<div class="mw-content-{direction}" lang="{code}" dir="{direction}">' in text
    assert len(said.section.heading) <= 100
    assert len(said.summary) <= 250
    assert len(text.encode()) < 12_000
    found = list(
        template.find_templates(
            text, is_notice_template=lambda title: title == NoticeTitles().template
        )
    )
    assert [(w.id, w.answered) for w in found] == [(said.section.marker.id, False)]
    assert section.parse_summary_tag(said.summary) == said.section.marker.id


def test_every_language_has_every_message_and_no_other() -> None:
    """And each says the same parameters as the English one."""
    english = load_messages(I18N, GROUP, "en")
    assert load_messages(I18N, GROUP, "qqq").keys() == english.keys()
    for code in CODES:
        table = load_messages(I18N, GROUP, code)
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


@pytest.mark.parametrize(
    ("spoken", "page", "expected"),
    [
        ([("fr", 5), ("yo", 6)], "en", "yo"),
        ([("arz", 6), ("en", 1)], "en", "ar"),
        ([("arz", 6), ("en", 2)], "en", "en"),
        ([("de", 6), ("fr", 6), ("en-gb", 3)], "fr", "en"),
        ([("de-ch", 6)], "en", "de"),
        ([("pt-br", 6)], "en", "pt"),
        ([("xx", 6), ("es", 2)], "en", "es"),
        ([("xx", 6)], "fr", "fr"),
        ([("en", 1), ("de", 1)], "fr", "en"),
        ([], "de", "de"),
        ([], "xx", "en"),
    ],
)
def test_a_notice_speaks_a_language_that_its_reader_reads(
    spoken: list[tuple[str, int]], page: str, expected: str
) -> None:
    """What speakers reviewed first, then the profile, the page's language, English; a fallback
    counts before the next one."""
    languages = [Language(code, level) for code, level in spoken]
    assert language_for(languages, page_language=page) == expected


def test_a_language_that_is_off_is_spoken_to_nobody() -> None:
    """Not even where it is the wiki's own; English is never off."""
    languages = [Language("de", 6), Language("fr", 4)]
    assert language_for(languages, page_language="de", off=("de", "en")) == "fr"
    assert language_for(languages[:1], page_language="de", off=("de", "en")) == "en"


@pytest.mark.parametrize("code", CODES)
def test_a_machine_translation_says_so_in_english(code: str) -> None:
    """With a link to the place where it can be improved; others show it by the template of answers."""
    said = "[[:Capacity Exchange#translations|improve it]]"
    told = notice(code=code, role=Role.OWNER, count=0).section.body
    assert (said in told) == (not is_reviewed(GROUP, code))
    assert is_reviewed(GROUP, code) == (code == "en")


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
    assert link_target(title, 5, NoticeTitles(user="Benutzer")) == target


def test_a_notice_is_found_again_as_the_last_section() -> None:
    """Untouched until somebody answers, replies or changes a word."""
    said = notice()
    page = section.insert_section("Hello.\n\n== Old ==\nText.", said.section)
    saved = page.replace("~~~~", "[[User:Bot|Bot]] ([[User talk:Bot|talk]]) 12:00 (UTC)")
    found = section.find_last_notice(saved)
    assert found is not None
    assert found.marker.id == said.section.marker.id
    assert found.is_untouched(saved)
    assert found.is_untouched(f"Something else above.\n\n{saved[found.start :]}\n")
    assert not found.is_untouched(None)
    for touched in (
        saved + "\n: Thank you. --Ada",
        saved + " Thank you. --Ada",
        saved + " -- Thank you",
        saved + "<br>Thank you",
        saved + "<!-- -->Thank you",
        saved + "<!-- -->",
        saved + " ",
        saved.replace("|status1=", "|status1=stop"),
        saved.replace("grant writing", "grants"),
        saved.replace("12:00", "12:01"),
    ):
        again = section.find_last_notice(touched)
        assert again is not None
        assert not again.is_untouched(saved)
    assert section.find_last_notice(saved + "\n\n== Another ==\nText.") is None
    assert section.find_last_notice("No section at all") is None
    assert section.insert_section("A", said.section, replaces=None).startswith("A\n\n== ")
    replaced = section.insert_section(saved, notice(code="de").section, replaces=found)
    assert replaced.startswith("Hello.\n\n== Old ==\nText.\n\n== Capacity Exchange: 2 Vorschläge")


def test_the_id_is_the_same_for_the_same_content_and_another_for_another() -> None:
    """In whatever order the suggestions come."""
    a, b = section.Pair("u", "v", "w", "o", "p"), section.Pair("u", "x", "w", "o", "p")
    assert section.notice_id("r", "c", [a, b]) == section.notice_id("r", "c", [b, a])
    assert len({section.notice_id("r", "c", [a]), section.notice_id("r", "d", [a])}) == 2
    assert re.fullmatch("[0-9a-f]{16}", section.notice_id("r", "c", [a]))
    assert (
        section.parse_summary_tag(f"x {section.format_summary_tag('0123456789abcdef')} y")
        == "0123456789abcdef"
    )
    assert section.parse_summary_tag("(#cx-zz)") is None


@given(st.text(alphabet="{}|=<!->status1id \n0aé", max_size=120))
def test_any_page_can_be_read(text: str) -> None:
    """Never an exception, whatever people left of a notice."""
    for found in template.find_templates(text, is_notice_template=lambda title: True):
        assert found.answer(1) == found.each.get(1, found.all)
    section.find_last_notice(f"== x ==\n{text}")


@pytest.mark.parametrize(("code", "role", "count", "before", "_"), LENGTHS)
def test_a_notice_is_at_most_two_thirds_of_what_it_was(
    code: str, role: str, count: int, before: int, _: int
) -> None:
    """In every language that it had; ``test_rendering.py`` says the same of what readers see."""
    assert {row[0] for row in LENGTHS} <= {*CODES}
    found = notice(code=code, role=Role(role), count=count).section.text
    assert len(found) <= before * 2 / 3


@pytest.mark.parametrize("code", sorted({*CODES} - {row[0] for row in LENGTHS}))
def test_a_language_that_came_later_is_about_as_short(code: str) -> None:
    """At most nine tenths of what the English notice was."""
    for row in LENGTHS:
        if row[0] == "en":
            found = notice(code=code, role=Role(row[1]), count=row[2]).section.text
            assert len(found) <= row[3] * 0.9, row
