"""Nobody enrols another, and nothing of one person reaches another: on a real wiki, with its hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.match import match_profiles
from bot.notify import answers
from exchange.model import Frequency, Reason, SuggestionStatus
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.test_groups import GROUP, found_group, harvest, plan
from tests.integration.delivery.world import PROFILE, World, people, profile_page

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
LATER = timedelta(days=20)


def problems(world: World) -> list[str]:
    return [each.problem.code for each in world.store.problems.all()]


def reply(world: World, who: str, words: str) -> None:
    title = f"User talk:{who}"
    world.wiki.edit(who, title, f"{world.wiki.page(title) or ''}\n:{words} ~~~~")


def test_a_passer_by_who_is_named_afterwards_is_no_contact(world_of: Worlds) -> None:
    """They edited the busy page, with the profile in place; their own revision never named them."""
    world = world_of("Founder", "Passer", "Namer")
    founder, passer = world.name["Founder"], world.name["Passer"]
    group = found_group(world, [founder])
    title = f"Project:Group of {founder}"
    text = world.wiki.page(title) or ""
    world.wiki.edit(passer, title, f"{text}\nA typo less.")
    world.wiki.edit(
        world.name["Namer"],
        title,
        GROUP.format(f"{founder}, {passer}", "wants") + "\nA typo less.",
    )
    harvest(world, title)
    profile = world.store.profiles.get(group)
    assert profile is not None
    assert profile.contacts == (founder,)
    assert "contact-not-confirmed" in problems(world)
    for each in world.store.suggestions.planned():
        world.store.suggestions.withdraw([each.id], at=world.now)
    plan(world, group, world.key(world.name["Ben"]))
    assert world.run().sent == 1
    assert (world.copies(founder), world.copies(passer)) == (1, 0)


def test_a_stranger_neither_raises_a_rate_nor_brings_back_what_was_taken_out(
    world_of: Worlds,
) -> None:
    world = world_of("Owner", "Stranger")
    name, title = world.name["Owner"], profile_page(world.name["Owner"])
    first = (
        "{{Capacity Exchange profile|wants=grant writing|offers=Lua|languages=en-3|notify=weekly}}"
    )
    mine = first.replace("offers=Lua", "offers=").replace("weekly", "monthly")
    world.wiki.edit(name, title, first)
    world.wiki.edit(name, title, mine)
    world.wiki.edit(world.name["Stranger"], title, first)
    harvest(world, title)
    profile = world.store.profiles.get(world.key(name))
    assert profile is not None
    assert (profile.notify, profile.offers) == (Frequency.MONTHLY, ())
    assert problems(world).count("added-by-others") == 2
    world.wiki.edit(name, title, f"{first} Right, I want this.")
    harvest(world, title)
    profile = world.store.profiles.get(world.key(name))
    assert profile is not None
    assert (profile.notify, len(profile.offers)) == (Frequency.WEEKLY, 1)


def test_a_profile_that_a_stranger_put_there_enrols_nobody(world_of: Worlds) -> None:
    world = world_of("Victim", "Stranger")
    name = world.name["Victim"]
    world.wiki.edit(world.name["Stranger"], f"User:{name}", PROFILE)
    harvest(world, f"User:{name}")
    assert "not-the-owner" in problems(world)
    page = next(each for each in world.store.pages.of([world.key(name)]) if "/" not in each.title)
    assert page.agreed == ()


@pytest.mark.parametrize("edits", [1, 8])
def test_a_forged_yes_is_nobodys_however_many_edits_ago_it_was(
    world_of: Worlds, monkeypatch: pytest.MonkeyPatch, edits: int
) -> None:
    """Where its revision is beyond those that are read, it does not become its reader's own."""
    monkeypatch.setattr(answers, "HISTORY", 5)
    world = world_of("Owner", "Forger")
    name, title = world.name["Owner"], f"User talk:{world.name['Owner']}"
    assert world.run().sent == 2
    answer(world, name, "accepted", by=world.name["Forger"])
    for number in range(edits):
        text = world.wiki.page(title) or ""
        world.wiki.edit("Admin", title, f"{text}\n== Talk {number} ==\nHello. ~~~~")
    world.wiki.edit(name, title, f"{world.wiki.page(title) or ''}\n:Hello you! ~~~~")
    assert heard(world).answers == 0
    assert world.status(name) is SuggestionStatus.OPEN


def test_who_was_renamed_and_who_took_the_name_are_two(world_of: Worlds) -> None:
    """The message goes to the person, under the new name; whoever has the old one gets nothing."""
    world = world_of("Old")
    old, new = world.name["Old"], f"{world.name['Old']} formerly"
    world.wiki.edit("Admin", f"User talk:{old}", "Hello.")
    world.wiki.edit(old, profile_page(old), f"{PROFILE} Mine.")
    assert world.run().sent == 1
    world.wiki.rename(old, new)
    stranger = people(world.wiki, [old])[old]
    world.wiki.account(old)
    world.wiki.edit("Admin", f"User talk:{old}", "Welcome to the other one.")
    title = profile_page(new)
    harvest(world, title if world.wiki.page(title) else profile_page(old))
    profile = world.store.profiles.get(world.key(old))
    assert profile is not None
    assert (profile.name, profile.page) == (new, title)
    assert world.store.profiles.get(f"user:{stranger}") is None
    # A word of theirs in the other's notice is no answer: the number counts, not the name.
    talk = f"User talk:{new}"
    text = (world.wiki.page(talk) or "").replace("|status=", "|status= accepted", 1)
    world.wiki.edit(old, talk, text)
    found = heard(world)
    assert (found.answers, world.status(old)) == (0, SuggestionStatus.OPEN)
    world.wiki.edit("Admin", talk, text.replace("|status= accepted", "|status="))
    plan(world, world.key(old), world.key(world.name["Ben"]), period="2026-W50")
    assert world.run(later=LATER).sent == 1
    assert world.copies(old, title=talk) >= 1
    assert world.copies(old) == 0


def test_a_page_left_under_a_name_that_is_anothers_now_speaks_for_nobody(
    world_of: Worlds,
) -> None:
    """Not moved with the account: who has the name now never agreed to it."""
    world = world_of("Left")
    old = world.name["Left"]
    world.wiki.edit(old, profile_page(old), f"{PROFILE} Mine.")
    world.wiki.call(
        "Admin",
        action="move",
        **{"from": profile_page(old), "to": f"Project:Aside {old}", "noredirect": "1"},
    )
    world.wiki.rename(old, f"{old} formerly")
    stranger = people(world.wiki, [old])[old]
    world.wiki.call(
        "Admin", action="move", **{"from": f"Project:Aside {old}", "to": profile_page(old)}
    )
    harvest(world, profile_page(old))
    assert world.store.profiles.get(f"user:{stranger}") is None
    assert world.run().sent == 0
    assert world.copies(old) == 0


def test_a_talk_page_that_was_moved_to_an_archive_gets_no_other_notice_there(
    world_of: Worlds,
) -> None:
    """What was answered in it is read all the same."""
    world = world_of("Archives")
    name = world.name["Archives"]
    archive = f"User talk:{name}/Archive 1"
    assert world.run().sent == 1
    answer(world, name, "not a match")
    world.wiki.call("Admin", action="move", **{"from": f"User talk:{name}", "to": archive})
    assert heard(world).answers == 1
    assert world.status(name) is SuggestionStatus.DECLINED
    plan(world, world.key(name), world.key(world.name["Ben"]), period="2026-W50")
    counts = world.run(later=LATER)
    assert (counts.sent, counts.skipped) == (0, {Reason.REDIRECT_ELSEWHERE.value: 1})
    assert world.copies(name, title=archive) == 1
    world.wiki.edit(name, f"User talk:{name}", "A new page.")
    assert world.run(later=LATER).sent == 1
    assert (world.copies(name), world.copies(name, title=archive)) == (1, 1)


@pytest.mark.parametrize("redirected", [False, True])
def test_a_notice_links_the_page_on_which_a_helper_reads(
    world_of: Worlds, redirected: bool
) -> None:
    """The very page that the bot writes on itself when it tells the helper."""
    world = world_of("Seeker")
    seeker, helper = world.name["Seeker"], world.name["Ben"]
    inbox = f"User talk:{helper}"
    if redirected:
        world.wiki.edit(helper, f"{inbox}/Inbox", "Hello.")
        world.wiki.edit(helper, inbox, f"#REDIRECT [[{inbox}/Inbox]]")
        inbox += "/Inbox"
    assert world.run().sent == 1
    linked = f"[[Special:NewSection/{inbox}|"
    assert linked in (world.wiki.page(f"User talk:{seeker}") or "")
    answer(world, seeker, "accepted")
    assert world.run().sent == 1
    assert world.copies(helper, title=inbox) == 1


@pytest.mark.parametrize("who", ["seeker", "helper"])
@pytest.mark.parametrize(
    "words", ["Never this person, please.", "No. Never suggest them to me again!"]
)
def test_never_this_person_by_reply_holds_both_ways_and_in_no_report(
    world_of: Worlds, who: str, words: str
) -> None:
    world = world_of("Seeker")
    seeker, helper = world.name["Seeker"], world.name["Ben"]
    assert world.run().sent == 1
    if who == "helper":
        answer(world, seeker, "accepted")
        assert world.run().sent == 1
    reply(world, seeker if who == "seeker" else helper, words)
    heard(world)
    pair = tuple(sorted((world.key(seeker), world.key(helper))))
    assert world.store.preferences.blocked_pairs() == {pair}
    plan(world, world.key(seeker), world.key(helper), period="2026-W50")
    plan(world, world.key(helper), world.key(seeker), period="2026-W50")
    counts = world.run(later=LATER)
    assert (counts.sent, counts.skipped) == (0, {Reason.DECLINED.value: 2})
    match_profiles(store=world.store, now=world.now + LATER)
    assert not [each for each in world.store.suggestions.planned() if each.match.pair == pair]
    groups = [{*each.members, *each.helpers} for each in world.store.rounds.cohorts()]
    assert not [each for each in groups if {*pair} <= each]
