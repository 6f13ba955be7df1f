"""Answers and outcomes: what people write into a notice, and what they do, for real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.notify import Listened, listen
from bot.recover import recover
from exchange.model import Status
from exchange.store import Store
from exchange.store.notices import State
from tests.delivery.world import World, live, settings_for
from tests.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
DELETE = "$wgGroupPermissions['sysop']['deleterevision'] = true;"


def heard(world: World, later: timedelta = timedelta()) -> Listened:
    """Let the bot read what people wrote."""
    return listen(
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
        ("accepted", Status.ACCEPTED),
        ("'''Yes'''", Status.ACCEPTED),
        ("موافق", Status.ACCEPTED),
        ("In_Touch", Status.IN_TOUCH),
        ("ausgetauscht", Status.EXCHANGED),
        ("not-a-match", Status.DECLINED),
        ("kò bára mu", Status.DECLINED),
        ("STOP!", Status.STOPPED),
    ],
)
def test_one_word_in_any_of_our_languages_is_an_answer(
    world_of: Worlds, word: str, status: Status
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
    assert (heard(world).answers, heard(world).foreign) == (0, 1)
    assert world.status(name) is Status.OPEN


def test_a_no_by_somebody_else_counts(world_of: Worlds) -> None:
    """Nobody is harmed by a message that is not sent."""
    world = world_of("Owner", "Friend")
    name = world.name["Owner"]
    world.run()
    answer(world, name, "stop", by=world.name["Friend"])
    assert heard(world).answers == 1
    assert world.status(name) is Status.STOPPED


def test_an_answer_in_nowiki_is_none_and_a_strange_word_is_counted(world_of: Worlds) -> None:
    """Only what MediaWiki would take for a parameter of the template counts."""
    world = world_of("Quiet", "Odd")
    world.run()
    title = f"User talk:{world.name['Quiet']}"
    text = world.wiki.page(title) or ""
    quoted = text.replace("{{Capacity", "<nowiki>{{Capacity").replace("|status=", "|status=stop")
    world.wiki.edit(world.name["Quiet"], title, quoted.replace("-->\n}}", "-->\n}}</nowiki>"))
    answer(world, world.name["Odd"], "perhaps in spring")
    found = heard(world)
    assert (found.answers, found.unclear) == (0, 1)


def test_the_newest_answer_counts_wherever_it_was_given(world_of: Worlds) -> None:
    """In the tool after on the wiki, and on the wiki after that; all are kept."""
    world = world_of("Both")
    name = world.name["Both"]
    world.run()
    answer(world, name, "accepted")
    heard(world)
    (suggestion,) = world.store.suggestions.of(world.key(name))
    (first,) = world.store.suggestions.answers()
    world.store.suggestions.answer(
        suggestion.id,
        status=Status.EXCHANGED,
        by=world.key(name),
        via="web",
        at=first.at + timedelta(seconds=1),
    )
    heard(world)
    assert world.status(name) is Status.EXCHANGED
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
    assert len(world.revisions_by_bot(title)) == 2


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
    first, second = world.store.suggestions.of(world.key(stale))
    assert (first.status, second.status) == (Status.EXPIRED, Status.OPEN)
    assert [s.status for s in world.store.suggestions.of(world.key(replied))] == [Status.OPEN] * 2


def test_two_who_write_to_each_other_are_in_touch(world_of: Worlds) -> None:
    """Seen in their contributions, within fourteen days; others are not."""
    world = world_of("Writes", "Answered", "Silent", "Elsewhere")
    helper = world.name["Ben"]
    world.run()
    world.wiki.edit(world.name["Writes"], f"User talk:{helper}", "Hello Ben!", section="new")
    world.wiki.edit(helper, f"User talk:{world.name['Answered']}/Mail", "Hello!")
    world.wiki.edit(world.name["Elsewhere"], "User talk:Admin", "Hello Admin!", section="new")
    assert heard(world).met == 2
    found = {who: world.status(world.name[who]) for who in ("Writes", "Answered")}
    assert set(found.values()) == {Status.IN_TOUCH}
    assert world.status(world.name["Silent"]) is Status.OPEN
    assert world.status(world.name["Elsewhere"]) is Status.OPEN
    assert heard(world).met == 0


def test_silence_of_thirty_days_frees_the_seat(world_of: Worlds) -> None:
    """An open suggestion ends; one that was accepted does not."""
    world = world_of("Silent", "Accepts")
    world.run()
    answer(world, world.name["Accepts"], "accepted")
    assert heard(world, timedelta(days=29)).expired == 0
    assert heard(world, timedelta(days=31)).expired == 1
    assert world.status(world.name["Silent"]) is Status.EXPIRED
    assert world.status(world.name["Accepts"]) is Status.ACCEPTED


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
    copy = delivery_wiki.page(f"User talk:{names['Told']}") or ""
    delivery_wiki.edit(names["New"], f"User talk:{names['New']}", copy)
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
    rehearsed = recover(**options, dry_run=True)
    assert world.store.notices.sent() == []
    counts = recover(**options)
    assert counts.notices == rehearsed.notices >= 3
    after = {row.id: row for row in world.store.notices.sent()}
    for id, row in before.items():
        found = after[id]
        if row.name == names["Hidden"]:
            assert (found.account, found.revision) == (row.account, row.revision)
            continue
        kept = ("recipient", "account", "name", "campaign", "page", "revision")
        assert {n: getattr(found, n) for n in kept} == {n: getattr(row, n) for n in kept}
        assert found.state is State.SENT
    assert world.status(names["Answered"]) is Status.ACCEPTED
    assert world.status(names["Stopped"]) is Status.STOPPED
    assert world.store.preferences.of(world.key(names["Stopped"]))["stop"]
    assert recover(**options).notices == 0
    world.run()
    for who in ("Told", "Answered", "Stopped", "Hidden"):
        assert len(world.revisions_by_bot(f"User talk:{names[who]}")) == 1
    assert len(world.revisions_by_bot(f"User talk:{names['New']}")) == 1
