"""Answers and outcomes: what people write into a notice, and what they do, for real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.notify import ListenResult, listen_for_answers
from bot.recover import recover_history
from bot.wiki import DryRunWiki
from exchange.model import SuggestionStatus
from exchange.store import Store
from exchange.store.notices import NoticeState
from exchange.store.schema import suggestion
from tests.integration.delivery.world import World, live, settings_for
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
DELETE = "$wgGroupPermissions['sysop']['deleterevision'] = true;"


def heard(world: World, later: timedelta = timedelta()) -> ListenResult:
    """Let the bot read what people wrote."""
    return listen_for_answers(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now + later,
    )


def answer(world: World, who: str, word: str, *, by: str = "", name: str = "status") -> None:
    """Write a word after ``status=`` on somebody's talk page, as themselves unless said."""
    title = f"User talk:{who}"
    text = world.wiki.page(title) or ""
    world.wiki.edit(by or who, title, text.replace(f"|{name}=", f"|{name}= {word}", 1))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", SuggestionStatus.ACCEPTED),
        ("'''Yes'''", SuggestionStatus.ACCEPTED),
        ("موافق", SuggestionStatus.ACCEPTED),
        ("In_Touch", SuggestionStatus.IN_TOUCH),
        ("ausgetauscht", SuggestionStatus.EXCHANGED),
        ("not-a-match", SuggestionStatus.DECLINED),
        ("kò bára mu", SuggestionStatus.DECLINED),
        ("STOP!", SuggestionStatus.STOPPED),
    ],
)
def test_one_word_in_any_of_our_languages_is_an_answer(
    world_of: Worlds, word: str, status: SuggestionStatus
) -> None:
    """Written by the recipient after ``status=``, with no tool at all."""
    world = world_of("Answer")
    name = world.name["Answer"]
    world.run()
    answer(world, name, word)
    assert heard(world).answers == 1
    assert world.status(name) is status
    (recorded,) = world.store.suggestions.answers()
    assert (recorded.by, recorded.via) == (world.key(name), "wiki")
    assert recorded.revision == world.wiki.history(f"User talk:{name}")[0]["revid"]
    assert heard(world).answers == 0


def test_an_agreeing_answer_by_somebody_else_does_not_count(world_of: Worlds) -> None:
    """Nobody can make the bot write to a helper in another person's name."""
    world = world_of("Owner", "Intruder")
    name = world.name["Owner"]
    world.run()
    answer(world, name, "accepted", by=world.name["Intruder"])
    found = heard(world)
    assert (found.answers, found.foreign) == (0, 1)
    assert world.status(name) is SuggestionStatus.OPEN


def test_a_no_by_somebody_else_counts(world_of: Worlds) -> None:
    """Nobody is harmed by a message that is not sent."""
    world = world_of("Owner", "Friend")
    name = world.name["Owner"]
    world.run()
    answer(world, name, "stop", by=world.name["Friend"])
    assert heard(world).answers == 1
    assert world.status(name) is SuggestionStatus.STOPPED


def test_an_answer_in_nowiki_is_none_and_a_strange_word_is_counted(world_of: Worlds) -> None:
    """Neither is an answer, and neither is silence: both hold further messages, counted once."""
    world = world_of("Quiet", "Odd")
    world.run()
    title = f"User talk:{world.name['Quiet']}"
    text = world.wiki.page(title) or ""
    quoted = text.replace("{{Capacity", "<nowiki>{{Capacity").replace("|status=", "|status=yes")
    world.wiki.edit(world.name["Quiet"], title, quoted.replace("yes\n}}", "yes\n}}</nowiki>"))
    answer(world, world.name["Odd"], "perhaps in spring")
    found = heard(world)
    assert (found.answers, found.unclear) == (0, 2)
    assert heard(world).unclear == 0


def test_the_newest_answer_counts_wherever_it_was_given(world_of: Worlds) -> None:
    """In the tool after on the wiki, and on the wiki after that; all are kept."""
    world = world_of("Both")
    name = world.name["Both"]
    world.run()
    answer(world, name, "accepted")
    heard(world)
    (suggestion,) = world.store.suggestions.involving(world.key(name))
    (first,) = world.store.suggestions.answers()
    world.store.suggestions.answer(
        suggestion.id,
        status=SuggestionStatus.EXCHANGED,
        by=world.key(name),
        via="web",
        at=first.at + timedelta(seconds=1),
    )
    heard(world)
    assert world.status(name) is SuggestionStatus.EXCHANGED
    text = world.wiki.page(f"User talk:{name}") or ""
    later = text.replace("status= accepted", "status= not a match")
    # MediaWiki counts in whole seconds, and saves nothing where only spaces at the end are new.
    while world.wiki.history(f"User talk:{name}")[0]["timestamp"] <= first.at.strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    ):
        world.wiki.edit(name, f"User talk:{name}", later)
        later += "\nThank you."
    heard(world)
    assert len(world.store.suggestions.answers()) == 3


def test_stop_means_stop_and_can_be_taken_back(world_of: Worlds) -> None:
    """No message after it, whoever is matched; the word taken out, and they come again."""
    world = world_of("Stop")
    name = world.name["Stop"]
    world.run()
    answer(world, name, "stop")
    month = timedelta(days=35)
    heard(world)
    world.match([name], period="2026-W52")
    assert world.run(later=month).skipped == {"notify-no": 1}
    title = f"User talk:{name}"
    world.wiki.edit(name, title, (world.wiki.page(title) or "").replace("= stop", "= "))
    assert world.run(later=month).sent == 1
    assert len(world.notices_by_bot(title)) == 2


def test_a_helper_hears_of_it_when_the_seeker_accepted_and_not_before(world_of: Worlds) -> None:
    """Nobody is told of a suggestion that nobody wants; and only once."""
    world = world_of("Seeker")
    name, helper = world.name["Seeker"], world.name["Ben"]
    world.run()
    assert world.wiki.page(f"User talk:{helper}") is None
    answer(world, name, "accepted")
    assert world.run().sent == 1
    assert "wants to learn from you" in (world.wiki.page(f"User talk:{helper}") or "")
    assert world.run().planned == 0
    assert world.copies(helper) == 1


def test_a_stale_section_of_ours_is_replaced_and_not_stacked(world_of: Worlds) -> None:
    """Still the last one and untouched: the new one takes its place, and its seat is free."""
    world = world_of("Stale", "Replied")
    stale, replied = world.name["Stale"], world.name["Replied"]
    for name in (stale, replied):
        world.wiki.edit("Admin", f"User talk:{name}", "Hello.")
    world.run()
    title = f"User talk:{replied}"
    world.wiki.edit(replied, title, (world.wiki.page(title) or "") + "\n:Thank you! ~~~~")
    later = timedelta(days=20)
    world.match([stale, replied], period="2026-W50")
    assert world.run(later=later).sent == 2
    assert (world.copies(stale), world.copies(replied)) == (1, 2)
    assert (world.wiki.page(f"User talk:{stale}") or "").startswith("Hello.\n\n== Capacity")
    first, second = world.store.suggestions.involving(world.key(stale))
    assert (first.status, second.status) == (SuggestionStatus.EXPIRED, SuggestionStatus.OPEN)
    assert [s.status for s in world.store.suggestions.involving(world.key(replied))] == [
        SuggestionStatus.OPEN
    ] * 2


def test_two_who_write_to_each_other_are_in_touch(world_of: Worlds) -> None:
    """Seen in their contributions, within fourteen days; others are not."""
    world = world_of("Writes", "Answered", "Silent", "Elsewhere")
    helper = world.name["Ben"]
    assert world.run().sent == 4
    world.wiki.edit(world.name["Writes"], f"User talk:{helper}", "Hello Ben!", section="new")
    world.wiki.edit(helper, f"User talk:{world.name['Answered']}/Mail", "Hello!")
    world.wiki.edit(world.name["Elsewhere"], "User talk:Admin", "Hello Admin!", section="new")
    assert heard(world).met == 2
    found = {who: world.status(world.name[who]) for who in ("Writes", "Answered")}
    assert set(found.values()) == {SuggestionStatus.IN_TOUCH}
    assert world.status(world.name["Silent"]) is SuggestionStatus.OPEN
    assert world.status(world.name["Elsewhere"]) is SuggestionStatus.OPEN
    assert heard(world).met == 0


@pytest.mark.parametrize(("after", "met"), [(0.999, 1), (1.0, 0)])
def test_whoever_writes_in_the_second_of_the_notice_is_in_touch(
    world_of: Worlds, after: float, met: int
) -> None:
    """The wiki gives whole seconds, and our clock parts of them; a second before is too early."""
    world = world_of("Quick")
    name, title = world.name["Quick"], f"User talk:{world.name['Ben']}"
    assert world.run().sent == 1
    world.wiki.edit(name, title, "Hello Ben!", section="new")
    written = datetime.fromisoformat(world.wiki.history(title)[0]["timestamp"])
    told = written + timedelta(seconds=after)
    with world.store.database.writing() as connection:
        connection.execute(update(suggestion).values(told=told))
    assert heard(world).met == met


def test_silence_of_thirty_days_frees_the_seat(world_of: Worlds) -> None:
    """An open suggestion ends; one that was accepted does not."""
    world = world_of("Silent", "Accepts")
    world.run()
    answer(world, world.name["Accepts"], "accepted")
    assert heard(world, timedelta(days=29)).expired == 0
    assert heard(world, timedelta(days=31)).expired == 1
    assert world.status(world.name["Silent"]) is SuggestionStatus.EXPIRED
    assert world.status(world.name["Accepts"]) is SuggestionStatus.ACCEPTED


def test_the_history_is_put_together_again_from_the_wiki_alone(
    world_of: Worlds, delivery_wiki: MediaWiki, tmp_path: object
) -> None:
    """The database is lost; nobody is told twice, and no answer is forgotten."""
    world = world_of("Told", "Answered", "Stopped", "Hidden", "New")
    names = {who: world.name[who] for who in ("Told", "Answered", "Stopped", "Hidden", "New")}
    world.run(trial=tuple(name for who, name in names.items() if who != "New"))
    answer(world, names["Answered"], "accepted")
    answer(world, names["Stopped"], "stop")
    # Somebody copies a notice to their own page: a copy is no notice.
    hidden = world.revisions_by_bot(f"User talk:{names['Hidden']}")[0]["revid"]
    delivery_wiki.edit(names["Hidden"], f"User talk:{names['Hidden']}", "All gone.")
    delivery_wiki.settings(DELETE, name="oversight")
    delivery_wiki.call(
        "Admin", action="revisiondelete", type="revision", ids=str(hidden), hide="content"
    )
    copied = delivery_wiki.page(f"User talk:{names['Told']}") or ""
    delivery_wiki.edit(names["New"], f"User talk:{names['New']}", copied)
    before = {row.id: row for row in world.store.notices.sent()}
    world.store.close()
    world.store = Store.open(f"sqlite:///{tmp_path}/new.db")
    world.database = f"sqlite:///{tmp_path}/new.db"
    world.match(names.values())  # harvested and matched anew, before anybody thinks of recovery
    options = {
        "settings": settings_for(delivery_wiki, world.database),
        "store": world.store,
        "wiki": live(delivery_wiki),
        "now": world.now,
    }
    copy = world.store.copy_into(f"sqlite:///{tmp_path}/copy.db")
    dry = DryRunWiki(live(delivery_wiki), folder=tmp_path / "dry", now=lambda: world.now)
    would = recover_history(**options | {"store": copy, "wiki": dry})
    copy.close()
    assert world.store.notices.sent() == []
    counts = recover_history(**options)
    assert counts == would
    assert counts.notices >= 3
    after = {row.id: row for row in world.store.notices.sent()}
    for id, row in before.items():
        found = after[id]
        if row.name == names["Hidden"]:
            assert (found.account, found.revision) == (row.account, row.revision)
            continue
        kept = ("recipient", "account", "name", "campaign", "page", "revision")
        assert {n: getattr(found, n) for n in kept} == {n: getattr(row, n) for n in kept}
        assert found.state is NoticeState.SENT
    assert world.status(names["Answered"]) is SuggestionStatus.ACCEPTED
    assert world.status(names["Stopped"]) is SuggestionStatus.STOPPED
    assert world.store.preferences.of(world.key(names["Stopped"]))["stop"]
    assert recover_history(**options).notices == 0
    world.run()
    for who in ("Told", "Answered", "Stopped", "Hidden"):
        assert len(world.notices_by_bot(f"User talk:{names[who]}")) == 1
    assert len(world.notices_by_bot(f"User talk:{names['New']}")) == 1
