"""A notice where people talk with DiscussionTools and hear with Echo, as on Meta today."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange.model import SuggestionStatus
from tests.e2e.discussion.conftest import notifications
from tests.integration.delivery.world import BOT, World
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("discussion")]


def comment_of_bot(wiki: MediaWiki, title: str) -> tuple[str, str]:
    """The names by which DiscussionTools knows our heading and our comment on a page."""
    found = wiki.call(
        action="discussiontoolspageinfo", page=title, prop="threaditemshtml", formatversion="2"
    )["discussiontoolspageinfo"]["threaditemshtml"]
    headings = [row for row in found if row["type"] == "heading" and row["headingLevel"] == 2]
    (heading,) = [row for row in headings if row["replies"] and row["replies"][0]["author"] == BOT]
    return heading["name"], heading["replies"][0]["id"]


def reply(wiki: MediaWiki, who: str, title: str, text: str) -> None:
    """Reply to our notice as the Reply button does."""
    _, comment = comment_of_bot(wiki, title)
    wiki.call(
        who,
        action="discussiontoolsedit",
        paction="addcomment",
        page=title,
        commentid=comment,
        wikitext=text,
        autosubscribe="no",
    )


def test_who_gets_a_notice_is_notified_once_and_nobody_else_at_all(
    told: World, talking: MediaWiki
) -> None:
    people = set(told.name.values())
    rows = [row for row in notifications(talking) if row[0] in people]
    assert rows == [(told.name[name], "edit-user-talk") for name in ("Ada", "Cleo")]


def test_a_helper_hears_of_a_yes_by_one_notification(told: World, talking: MediaWiki) -> None:
    ada, ben = told.name["Ada"], told.name["Ben"]
    text = talking.page(f"User talk:{ada}") or ""
    talking.edit(ada, f"User talk:{ada}", text.replace("|status=", "|status= accepted", 1))
    before = notifications(talking)
    assert told.run(later=timedelta(days=1)).sent == 1
    assert notifications(talking)[len(before) :] == [(ben, "edit-user-talk")]


def test_nobody_is_pinged_however_people_wrote_their_profiles(
    told: World, talking: MediaWiki
) -> None:
    """Signatures, links and mentions in a name or an offer stay text, so Echo finds none."""
    ada, cleo = told.name["Ada"], told.name["Cleo"]
    talking.edit(ada, f"User talk:{cleo}", f"== Hello ==\n[[User:{ada}]] asks. ~~~~")
    assert (cleo, "edit-user-talk") in notifications(talking)
    # Echo does find a link of a person's own, so that the tests above are about something.
    talking.edit(
        cleo,
        f"User talk:{cleo}",
        (talking.page(f"User talk:{cleo}") or "") + f"\n:[[User:{ada}]], yes. ~~~~",
    )
    assert (ada, "mention") in notifications(talking)


def test_a_reply_stands_below_our_notice_with_everything_in_its_place(
    told: World, talking: MediaWiki
) -> None:
    ada = told.name["Ada"]
    title = f"User talk:{ada}"
    before = talking.page(title) or ""
    talking.edit(ada, title, "\n\n== Another ==\nLater words. ~~~~", section="new")
    reply(talking, ada, title, "Thank you, ''gladly''!")
    after = talking.page(title) or ""
    assert after.startswith(before)
    added = after[len(before) :].partition("== Another")[0].strip()
    assert added.startswith(f":Thank you, ''gladly''! [[User:{ada}|{ada}]]")
    assert "\n" not in added
    html = talking.body(title)
    assert html.count("<li>") == talking.parse(before).count("<li>")
    assert "capacity-exchange-notice" in html
    # The reply is the answer; another one can still be given after status=, and is read.
    told.run(later=timedelta(hours=1))
    assert told.status(ada) is SuggestionStatus.ACCEPTED
    confirmed = talking.page(title) or ""
    assert f":Thank you, ''gladly''! [[User:{ada}|{ada}]]" in confirmed
    talking.edit(ada, title, confirmed.replace("|status=yes", "|status= not a match", 1))
    told.run(later=timedelta(hours=2))
    assert told.status(ada) is SuggestionStatus.DECLINED


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Yes please, I would like that!", SuggestionStatus.ACCEPTED),
        ("No thanks.", SuggestionStatus.DECLINED),
        ("No thanks, please stop writing to me.", SuggestionStatus.STOPPED),
        ("We are in touch already.", SuggestionStatus.IN_TOUCH),
        ("It helped, thanks!", SuggestionStatus.EXCHANGED),
        ("Who is that?", SuggestionStatus.OPEN),
    ],
)
def test_a_reply_is_the_answer(
    told: World, talking: MediaWiki, words: str, status: SuggestionStatus
) -> None:
    """By the Reply button: understood once, confirmed once, and that notifies nobody."""
    ada, ben = told.name["Ada"], told.name["Ben"]
    title = f"User talk:{ada}"
    reply(talking, ada, title, words)
    replied = talking.page(title) or ""
    before = notifications(talking)
    told.run(later=timedelta(hours=1))
    assert told.status(ada) is status
    after = talking.page(title) or ""
    assert all(line in after for line in replied.splitlines() if line.startswith(":"))
    assert "|heard=Understood: " in after or "|unclear=yes" in after
    assert ("|unclear=yes" in after) == (status is SuggestionStatus.OPEN)
    fresh = [row for row in notifications(talking)[len(before) :] if row[0] != ben]
    assert fresh == []
    told.run(later=timedelta(hours=2))
    assert talking.page(title) == after
    told.match([ada], period="2026-W50")
    sent = told.run(later=timedelta(days=20)).sent
    assert sent == (0 if status in (SuggestionStatus.STOPPED, SuggestionStatus.OPEN) else 1)


@pytest.mark.parametrize(
    "words", [" Yes please", "\nYes please", "\n* Yes please", "<br>Yes please"]
)
def test_a_reply_by_hand_is_the_answer_wherever_it_stands(
    told: World, talking: MediaWiki, words: str
) -> None:
    """On the line of the signature, too; and a stranger's yes is nobody's."""
    ada, cleo = told.name["Ada"], told.name["Cleo"]
    for who, by in ((ada, ada), (cleo, ada)):
        title = f"User talk:{who}"
        talking.edit(by, title, (talking.page(title) or "") + f"{words} ~~~~")
    told.run(later=timedelta(hours=1))
    assert told.status(ada) is SuggestionStatus.ACCEPTED
    assert told.status(cleo) is SuggestionStatus.OPEN


def test_a_notice_that_was_replied_to_stays_where_it_is(told: World, talking: MediaWiki) -> None:
    ada = told.name["Ada"]
    title = f"User talk:{ada}"
    reply(talking, ada, title, "Not now, thanks.")
    stands = talking.page(title) or ""
    told.match([ada], period="2026-W50")
    assert told.run(later=timedelta(days=30)).sent == 1
    words = stands.rstrip().rpartition("\n")[2]
    assert words.startswith(":Not now")
    assert words in (talking.page(title) or "")
    assert told.copies(ada) == 2


def test_who_subscribes_to_our_heading_hears_of_replies(told: World, talking: MediaWiki) -> None:
    ada, ben = told.name["Ada"], told.name["Ben"]
    title = f"User talk:{ada}"
    heading, _ = comment_of_bot(talking, title)
    anchor = f"{title}#{talking.call(action='parse', page=title, prop='sections')['parse']['sections'][0]['anchor']}"
    talking.call(
        ben, action="discussiontoolssubscribe", page=anchor, commentname=heading, subscribe="1"
    )
    before = notifications(talking)
    reply(talking, ada, title, "I wrote to them.")
    fresh = [row for row in notifications(talking)[len(before) :] if row[0] == ben]
    assert fresh == [(ben, "dt-subscribed-new-comment")]


def test_the_bot_subscribes_to_nothing(told: World, talking: MediaWiki) -> None:
    ada = told.name["Ada"]
    before = notifications(talking)
    reply(talking, ada, f"User talk:{ada}", "Is anybody there?")
    assert BOT not in {who for who, _ in notifications(talking)[len(before) :]}


def test_a_notice_raises_no_lint(told: World, talking: MediaWiki) -> None:
    """What Linter would list for people to repair, a bot should not write."""

    def lint(title: str) -> list[str]:
        talking.jobs()
        found = talking.call(action="query", list="linterrors", lntlimit="max", lnttitle=title)
        return [row["category"] for row in found.get("query", {}).get("linterrors", [])]

    ada, cleo = told.name["Ada"], told.name["Cleo"]
    assert lint(f"User talk:{ada}") == []
    talking.edit(cleo, f"User talk:{cleo}", "<center>Old.", section="new")
    assert lint(f"User talk:{cleo}")
