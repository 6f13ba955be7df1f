"""What a community sees of the bot: its pages, its tag, its sections, and who archives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.wiki.client import Client
from exchange.model import SuggestionStatus
from tests.e2e.discussion.test_notices import comment_of_bot, reply
from tests.integration.delivery.world import BOT, World
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import install_ours

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("discussion")]

ARCHIVER = "Archiver"


def archive(wiki: MediaWiki, title: str, *, before: datetime) -> list[str]:
    """Archive a page's sections by their last time stamp, with what pywikibot's archivebot reads by.

    Gives the sections that were moved.
    """
    site: Any = Client(api=wiki.api)._site
    from pywikibot.textlib import TimeStripper, extract_sections

    content = extract_sections(wiki.page(title) or "", site)
    stripper = TimeStripper(site)
    kept, moved = [content.header], []
    for section in content.sections:
        whole = f"{section.title}{section.content}"
        moments = [when for line in whole.splitlines() if (when := stripper.timestripper(line))]
        (moved if moments and max(moments) < before else kept).append(whole)
    wiki.edit(ARCHIVER, f"{title}/Archive 1", "".join(moved), summary="Archived")
    wiki.edit(ARCHIVER, title, "".join(kept) + content.footer, summary="Archived")
    return moved


@pytest.mark.parametrize("answered", [False, True])
def test_an_archiver_moves_a_notice_whole_and_the_answer_is_heard(
    told: World, talking: MediaWiki, answered: bool
) -> None:
    """Heading, template, text, signature and replies are one section; nothing of it stays."""
    ada = told.name["Ada"]
    title = f"User talk:{ada}"
    notice = talking.page(title) or ""
    talking.edit(ada, title, f"My rules.\n\n{notice}\n\n== Undated ==\nNobody signed this.")
    if answered:
        reply(talking, ada, title, "Yes please, I would like that!")
    moved = archive(talking, title, before=datetime.now(UTC) + timedelta(days=1))
    assert len(moved) == 1
    assert moved[0].startswith("== Capacity Exchange: a suggestion for you ==")
    assert moved[0].count("<!-- capacity-exchange {") == 1
    assert f"[[User:{BOT}|{BOT}]]" in moved[0]
    assert (": Yes please" in moved[0].replace(":Yes", ": Yes")) is answered
    left = talking.page(title) or ""
    assert "apacity" not in left
    assert left.startswith("My rules.")
    assert "== Undated ==" in left
    told.run(later=timedelta(hours=1))
    expected = SuggestionStatus.ACCEPTED if answered else SuggestionStatus.OPEN
    assert told.status(ada) is expected
    told.match([ada], period="2026-W50")
    told.run(later=timedelta(days=20))
    assert told.copies(ada) == 1
    assert told.copies(ada, title=f"{title}/Archive 1") == 1
    assert talking.page(f"{title}/Archive 1") == moved[0].strip()


def test_each_section_has_an_anchor_that_its_heading_does_not_decide(
    told: World, talking: MediaWiki
) -> None:
    """Though somebody gives the section another heading, or it is archived."""
    ada = told.name["Ada"]
    title = f"User talk:{ada}"
    (row,) = [row for row in told.store.notices.sent() if row.name == ada]
    anchor = f'id="capacity-exchange-{row.id}"'
    assert talking.body(title).count(anchor) == 1
    text = (talking.page(title) or "").replace("== Capacity Exchange: a suggestion", "== Ideas")
    talking.edit(ada, title, text)
    assert talking.body(title).count(anchor) == 1
    archive(talking, title, before=datetime.now(UTC) + timedelta(days=1))
    assert talking.body(f"{title}/Archive 1").count(anchor) == 1


def test_discussiontools_sees_one_comment_of_the_bot_in_one_thread(
    told: World, talking: MediaWiki
) -> None:
    ada = told.name["Ada"]
    name, comment = comment_of_bot(talking, f"User talk:{ada}")
    assert name.startswith("h-")
    assert BOT.replace(" ", "_") in name
    assert BOT.replace(" ", "_") in comment


@pytest.fixture
def tagged(talking: MediaWiki) -> Iterator[None]:
    """The wiki has the change tag, for as long as a test takes."""
    tag = {"action": "managetags", "tag": "capacity-exchange", "ignorewarnings": "1"}
    operations = ("create", "deactivate")
    defined = talking.call(action="query", list="tags", tglimit="max")["query"]["tags"]
    if any(each["name"] == "capacity-exchange" for each in defined):
        operations = ("activate", "deactivate")
    talking.call("Admin", operation=operations[0], **tag)
    yield
    talking.call("Admin", operation=operations[1], **tag)


def tags_of(wiki: MediaWiki, title: str) -> list[str]:
    """The tags of a page's newest revision."""
    found = wiki.call(
        action="query", titles=title, prop="revisions", rvprop="tags", formatversion="2"
    )
    tags: list[str] = found["query"]["pages"][0]["revisions"][0]["tags"]
    return tags


def test_edits_carry_the_tag_where_the_wiki_has_it(
    told: World, talking: MediaWiki, tagged: None
) -> None:
    ada, cleo = told.name["Ada"], told.name["Cleo"]
    assert "capacity-exchange" not in tags_of(talking, f"User talk:{cleo}"), "none was there yet"
    told.match([ada], period="2026-W50")
    assert told.run(later=timedelta(days=20)).sent == 1
    assert "capacity-exchange" in tags_of(talking, f"User talk:{ada}")
    reply(talking, ada, f"User talk:{ada}", "No thanks.")
    told.run(later=timedelta(days=21))
    assert talking.history(f"User talk:{ada}")[0]["user"] == BOT, "its confirmation"
    assert "capacity-exchange" in tags_of(talking, f"User talk:{ada}")


def test_the_bots_own_pages_say_what_it_is_and_how_to_stop_it(talking: MediaWiki) -> None:
    """Made where they are missing, in the reader's language, and never written over."""
    assert talking.page(f"User:{BOT}") == "A bot.", "what its operator wrote stays"
    other = "Other Exchange Bot"
    talking.account(other, groups=("bot",), bot_password=True)
    install_ours(talking, other)
    page, talk = f"User:{other}", f"User talk:{other}"
    html = talking.body(page)
    for wanted in (f"/wiki/User:{other.replace(' ', '_')}/Stop", "/wiki/Capacity_Exchange/Opt-out"):
        assert f'href="{wanted}"' in html, wanted
    assert "{{nobots}}" in html
    assert "redlink" not in html
    assert f"/wiki/User:{other.replace(' ', '_')}/Stop" in talking.body(talk)
    mine = f"{talking.page(page)}\nRun by Ada."
    talking.edit("Admin", page, mine)
    assert install_ours(talking, other).edits == 0
    assert talking.page(page) == mine
