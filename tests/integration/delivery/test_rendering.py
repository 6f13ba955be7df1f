"""MediaWiki's own parser is the judge: what people wrote stays text on other people's pages."""

from __future__ import annotations

import random
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from exchange.i18n.messages import is_reviewed
from exchange.notices.message import Role
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.notices.test_message import CODES, HOSTILE, LENGTHS, notice

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

PROPS = "text|links|templates|categories|externallinks|sections|images|iwlinks|properties"


class Tags(HTMLParser):
    """The tags of some HTML, with what makes them more than text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its class and direction."""
        kept = [f"{k}={v}" for k, v in attrs if k in ("class", "dir", "lang")]
        self.found.append((tag, *kept))

    def handle_endtag(self, tag: str) -> None:
        """Keep where a tag ends."""
        self.found.append((f"/{tag}",))


def rendered(wiki: MediaWiki, text: str) -> dict[str, Any]:
    """What MediaWiki makes of a notice when it is saved, without the text itself."""
    found = wiki.call(
        "Admin",
        action="parse",
        text=text,
        title="User talk:Reader",
        pst="1",
        prop=PROPS,
        contentmodel="wikitext",
        disablelimitreport="1",
    )["parse"]
    tags = Tags()
    tags.feed(found.pop("text"))
    for part in ("title", "pageid", "revid"):
        found.pop(part, None)
    # A notice's id stands in the links of its answers, and says nothing of anybody.
    links = [re.sub(r"\b[0-9a-f]{16}\b", "ID", each) for each in found.pop("externallinks")]
    return {"tags": tags.found, "externallinks": links, **found}


def hostile() -> list[tuple[str, str, str]]:
    """Three texts at a time: the list, and more made of its pieces with a fixed seed."""
    chance = random.Random(20261123)
    pieces = [part for text in HOSTILE for part in re.findall(r"\W+|\w+", text)]
    made = ["".join(chance.choices(pieces, k=9)) for _ in range(60)]
    texts = [*HOSTILE, *made]
    return [(texts[i], texts[i + 1], texts[i + 2]) for i in range(0, len(texts) - 2, 3)]


@pytest.mark.parametrize("count", [1, 2])
def test_no_text_of_anybodys_is_read_as_markup(delivery_wiki: MediaWiki, count: int) -> None:
    """The same tags, links, templates, categories and sections as with harmless names."""
    plain = rendered(delivery_wiki, notice("A", "b", "c", count=count).section.text)
    assert [
        link["title"] for link in plain["links"] if link["ns"] == 2 and "/" not in link["title"]
    ] in (
        [],
        ["User:Admin"],  # the signature of whoever saves it
    )
    assert plain["categories"] == plain["images"] == []
    answers = "https://exchange.example.org/answer/ID/"
    assert [each for each in plain["externallinks"] if not each.startswith(answers)] == []
    for texts in hostile():
        found = rendered(delivery_wiki, notice(*texts, count=count).section.text)
        assert found == plain, texts


@pytest.mark.parametrize("code", CODES)
def test_a_notice_in_every_language_is_well_formed(delivery_wiki: MediaWiki, code: str) -> None:
    """Every tag closes where it should, and no message's markup is left over as text."""
    text = notice(code=code, count=3).section.text
    found = delivery_wiki.parse(text.replace("~~~~", "Bot"), title="User talk:Reader")
    visible = re.sub(r"<[^>]+>", "", found)
    assert not re.search(r"\[\[|\]\]|\{\{|\}\}|'''|⧼", visible)
    assert 'class="error"' not in found
    assert "mw-parser-output" in found
    assert ("by a machine" in visible) == (not is_reviewed("notice", code))
    english = rendered(delivery_wiki, notice(count=3).section.text)["tags"]
    here = rendered(delivery_wiki, text)["tags"]
    for tag in ("div", "ol", "ul", "li", "b", "code", "a", "small", "p"):
        # One line more where only a machine translated.
        more = not is_reviewed("notice", code) and tag in ("small", "a")
        assert _count(here, tag) == _count(english, tag) + more, tag
        assert _count(here, f"/{tag}") == _count(here, tag), tag


def _count(tags: list[tuple[str, ...]], name: str) -> int:
    return sum(tag[0] == name for tag in tags)


def test_a_helper_is_not_pinged(delivery_wiki: MediaWiki) -> None:
    """No link to anybody's user page, which Echo would take for a mention."""
    links = rendered(delivery_wiki, notice(count=3).section.text)["links"]
    pinged = {link["title"] for link in links if link["ns"] == 2 and "/" not in link["title"]}
    assert pinged <= {"User:Admin"}


def test_readers_see_at_most_two_thirds_of_what_they_saw(delivery_wiki: MediaWiki) -> None:
    """Heading, text and signature as MediaWiki shows them, in every language."""
    longer = []
    for code, role, count, _, before in LENGTHS:
        html = delivery_wiki.call(
            "Admin",
            action="parse",
            text=notice(code=code, role=Role(role), count=count).section.text,
            title="User talk:Reader",
            pst="1",
            prop="text",
            contentmodel="wikitext",
            disablelimitreport="1",
            disableeditsection="1",
        )["parse"]["text"]
        bare = re.sub(r"<style.*?</style>|<!--.*?-->|<[^>]*>", "", html, flags=re.DOTALL)
        seen = " ".join(unescape(bare).split())
        assert "Exchange" in seen
        if len(seen) > before * 2 / 3:
            longer.append((code, role, count, len(seen), before))
    assert longer == []
