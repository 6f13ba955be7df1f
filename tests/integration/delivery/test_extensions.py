"""AbuseFilter, SpamBlacklist, TitleBlacklist and ConfirmEdit for real: each says no in its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.edits import NextStep, classify_refusal
from bot.wiki import Edit
from exchange.errors import EditRefused
from exchange.model import Held, Reason, Skipped
from tests.integration.delivery.world import World, live, prepare
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery-extensions")]

Worlds = Callable[..., World]
CAPTCHA = "$wgCaptchaTriggers['edit'] = $wgCaptchaTriggers['create'] = true;"


@pytest.fixture(scope="module")
def guarded(mediawikis: Callable[..., MediaWiki]) -> MediaWiki:
    """A wiki that defends itself."""
    wiki = mediawikis(
        extensions=("AbuseFilter", "SpamBlacklist", "TitleBlacklist", "ConfirmEdit"),
        settings=(
            "$wgGroupPermissions['bot']['skipcaptcha'] = false;"
            # Bots may pass the spam blacklist since 1.41; a bot without the flag may not.
            "$wgGroupPermissions['bot']['sboverride'] = false;"
            "$wgCaptchaTriggers = array_fill_keys(['edit', 'create', 'sendemail', 'addurl',"
            " 'createaccount', 'badlogin', 'badloginperuser'], false);"
        ),
    )
    prepare(wiki)
    wiki.edit("Admin", "MediaWiki:Titleblacklist", "User talk:Blacklisted.*")
    wiki.edit("Admin", "MediaWiki:Spam-blacklist", r"spam\.example")
    for title, action in (("Warned", "warn"), ("Disallowed", "disallow"), ("Tagged", "tag")):
        add_filter(wiki, f'page_prefixedtitle rlike "{title}"', action)
    return wiki


def add_filter(wiki: MediaWiki, pattern: str, action: str) -> None:
    """Add an enabled filter; AbuseFilter has no API for it."""
    lines = (
        "$dbw = wfGetDB( DB_PRIMARY );",
        "$dbw->insert( 'abuse_filter', [ 'af_pattern' => '" + pattern + "', 'af_actor' => 1, "
        "'af_timestamp' => $dbw->timestamp(), 'af_enabled' => 1, "
        "'af_comments' => '', 'af_public_comments' => 'Test', 'af_hidden' => 0, "
        "'af_hit_count' => 0, 'af_throttled' => 0, 'af_deleted' => 0, 'af_group' => 'default', "
        "'af_actions' => '" + action + "', 'af_global' => 0 ] );",
        "$dbw->insert( 'abuse_filter_action', [ 'afa_filter' => $dbw->insertId(), "
        "'afa_consequence' => '"
        + action
        + "', 'afa_parameters' => 'abusefilter-"
        + action
        + "' ] );",
    )
    wiki.maintenance("eval", input="\n".join(lines) + "\n")


@pytest.mark.parametrize("who", ["Warned", "Disallowed"])
def test_an_abuse_filter_that_speaks_up_stops_the_run(
    world_of: Worlds, guarded: MediaWiki, who: str
) -> None:
    """A warning is not clicked away: people should look first."""
    world = world_of("First", who, "Tagged", wiki=guarded)
    counts = world.run()
    assert (counts.sent, counts.because) == (1, {"abuse-filter": 2})
    assert world.copies(world.name["First"]) == 1
    assert guarded.page(f"User talk:{world.name[who]}") is None
    assert counts.failed == 2


def test_a_filter_that_only_tags_lets_a_notice_pass(world_of: Worlds, guarded: MediaWiki) -> None:
    """Nothing is wrong then."""
    assert world_of("Tagged", wiki=guarded).run().sent == 1


def test_a_title_on_the_blacklist_skips_that_page(world_of: Worlds, guarded: MediaWiki) -> None:
    """And the others get theirs."""
    world = world_of("Blacklisted", "Listed not", wiki=guarded)
    counts = world.run()
    assert (counts.sent, counts.skipped) == (1, {"title-blacklist": 1})


def test_a_captcha_skips_the_page_and_asks_nobody(world_of: Worlds, guarded: MediaWiki) -> None:
    """Enough of them in a row stop the run; without it they go out."""
    world = world_of("Puzzle1", "Puzzle2", "Puzzle3", wiki=guarded)
    guarded.settings(CAPTCHA, name="with-captcha")
    try:
        counts = world.run(breaker=2)
    finally:
        guarded.settings("", name="with-captcha")
    assert (counts.skipped, counts.because) == ({"captcha": 2}, {"breaker": 1})
    assert world.run().sent == 3


def test_an_old_spam_link_on_a_page_does_not_keep_a_notice_away(
    world_of: Worlds, guarded: MediaWiki
) -> None:
    """Only new links count, and a notice has none; one with such a link is refused."""
    world = world_of("Spammed", wiki=guarded)
    title = f"User talk:{world.name['Spammed']}"
    guarded.fill({title: "Look at https://spam.example/ now."})
    port = live(guarded)
    page = port.pages(titles=["Capacity Exchange"])["Capacity Exchange"]
    assert page.revision is not None
    edit = Edit(
        title=page.title, text="https://spam.example/", summary="x", base_revision=page.revision.id
    )
    with pytest.raises(EditRefused) as refused:
        port.save(edit=edit)
    found = classify_refusal(refused.value)
    assert isinstance(found.outcome, Skipped)
    assert (found.outcome.reason, found.then) == (Reason.SPAM_BLACKLIST, NextStep.NEXT)
    assert world.run().sent == 1


@pytest.mark.parametrize(
    ("code", "reason", "then"),
    [
        ("blocked", Reason.BOT_BLOCKED, NextStep.HALT),
        ("globalblocking-blockedtext-user", Reason.BOT_BLOCKED, NextStep.HALT),
        ("abusefilter-something-new", Reason.ABUSE_FILTER, NextStep.HALT),
        ("assertnameduserfailed", Reason.LOGGED_OUT, NextStep.HALT),
        ("readonly", Reason.WIKI_READONLY, NextStep.HALT),
        ("ratelimited", Reason.RATE_LIMITED, NextStep.HALT),
        ("cascadeprotected", Reason.PAGE_PROTECTED, NextStep.NEXT),
        ("protectedtitle", Reason.PAGE_SALTED, NextStep.NEXT),
        ("contenttoobig", Reason.PAGE_TOO_LARGE, NextStep.NEXT),
        ("editconflict", Reason.EDIT_CONFLICT, NextStep.RETRY),
        ("articleexists", Reason.EDIT_CONFLICT, NextStep.RETRY),
        ("something-nobody-knows", Reason.REFUSED, NextStep.NEXT),
    ],
)
def test_every_refusal_has_its_meaning(code: str, reason: Reason, then: NextStep) -> None:
    """What concerns the bot stops the run, what concerns the page skips it."""
    found = classify_refusal(EditRefused(code, "why"))
    assert (found.outcome.reason, found.then) == (reason, then)
    assert code in found.outcome.detail
    assert isinstance(found.outcome, Skipped if then is NextStep.NEXT else Held)
