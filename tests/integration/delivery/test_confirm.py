"""What the bar of a notice says of an answer: that somebody was told, will be or cannot be; only what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from bot.notify.confirm import WITHIN
from exchange.i18n.messages import Localizer
from exchange.model import Frequency, Reason
from exchange.notices.reader_language import GROUP
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.test_groups import found_group, plan
from tests.integration.delivery.world import OFFERING, OPT_OUT, World, profile_page
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
Arrange = Callable[[World, str], None]
SEEKER, SECOND = "Seeker of {}", "Second of {}"
TOLD, WRITE, THANKS = "has been told", "the bot cannot tell them", "Thank you for telling us"


@dataclass(frozen=True)
class Case:
    """What somebody reads who said yes, by what became of the helper before we could tell them."""

    says: str
    arrange: Arrange
    expected: str | int
    group: bool = False

    @property
    def helper(self) -> str:
        """The user name of the helper, or of the group's first contact."""
        return f"{self.says.replace('_', ' ').capitalize()[:60]} 7"


CASES: list[Case] = []


def case(expected: str | int) -> Callable[[Arrange], Arrange]:
    """Declare a case: words of the bar, or in how many days at the latest the helper is told."""

    def declared(arrange: Arrange) -> Arrange:
        CASES.append(Case(arrange.__name__, arrange, expected))
        return arrange

    return declared


@case(TOLD)
def nothing_speaks_against_it(world: World, ben: str) -> None:
    pass


@case(14 - 5)
def a_message_of_five_days_ago(world: World, ben: str) -> None:
    world.told(ben, timedelta(days=5))


@case(7 - 5)
def a_message_of_five_days_ago_and_weekly_in_the_profile(world: World, ben: str) -> None:
    world.change(ben, notify=Frequency.WEEKLY)
    world.told(ben, timedelta(days=5))


@case(30 - 5)
def a_message_of_five_days_ago_and_monthly_in_the_profile(world: World, ben: str) -> None:
    world.change(ben, notify=Frequency.MONTHLY)
    world.told(ben, timedelta(days=5))


@case(30 - 5)
def a_message_of_five_days_ago_and_monthly_in_the_tool(world: World, ben: str) -> None:
    wish(world, ben, "cap", "monthly")
    world.told(ben, timedelta(days=5))


@case(41)
def away_for_forty_days(world: World, ben: str) -> None:
    world.change(ben, away=world.now.date() + timedelta(days=40))


@case(61)
def a_pause_of_sixty_days(world: World, ben: str) -> None:
    wish(world, ben, "pause", (world.now.date() + timedelta(days=60)).isoformat())


@case(WRITE)
def a_pause_of_two_years(world: World, ben: str) -> None:
    wish(world, ben, "pause", (world.now.date() + timedelta(days=730)).isoformat())


@case(WRITE)
def a_pause_whose_end_nobody_can_read(world: World, ben: str) -> None:
    wish(world, ben, "pause", "until spring")


@case(WRITE)
def a_stop_in_the_tool(world: World, ben: str) -> None:
    wish(world, ben, "stop", "yes")


@case(WRITE)
def notify_no_in_the_profile(world: World, ben: str) -> None:
    world.change(ben, notify=Frequency.NEVER)


@case(WRITE)
def notify_no_in_the_profile_after_a_pace_was_chosen_in_the_tool(world: World, ben: str) -> None:
    wish(world, ben, "cap", "weekly")
    world.change(ben, notify=Frequency.NEVER)


@case(WRITE)
def notify_no_since_the_harvest(world: World, ben: str) -> None:
    world.wiki.edit(ben, profile_page(ben), OFFERING.replace("}}", "|notify=no}}"))


@case(WRITE)
def away_since_the_harvest(world: World, ben: str) -> None:
    until = (world.now + timedelta(days=200)).date()
    world.wiki.edit(ben, profile_page(ben), OFFERING.replace("}}", f"|away until={until}}}}}"))


@case(WRITE)
def nobots_on_the_talk_page(world: World, ben: str) -> None:
    world.wiki.edit(ben, f"User talk:{ben}", "{{nobots}}")


@case(WRITE)
def nobots_and_a_message_of_five_days_ago(world: World, ben: str) -> None:
    nobots_on_the_talk_page(world, ben)
    world.told(ben, timedelta(days=5))


@case(WRITE)
def a_name_on_the_opt_out_list(world: World, ben: str) -> None:
    world.wiki.edit("Admin", OPT_OUT, f"{world.wiki.page(OPT_OUT)}\n* [[User:{ben}]]")


@case(WRITE)
def a_name_in_a_sentence_on_the_opt_out_list(world: World, ben: str) -> None:
    world.wiki.edit("Admin", OPT_OUT, f"{world.wiki.page(OPT_OUT)}\nplease leave {ben} alone")


@case(WRITE)
def a_protected_talk_page(world: World, ben: str) -> None:
    title = f"User talk:{ben}"
    world.wiki.edit("Admin", title, "Hello.")
    world.wiki.call("Admin", action="protect", title=title, protections="edit=sysop")


@case(WRITE)
def a_page_that_hides_what_is_written_below(world: World, ben: str) -> None:
    """What only a try tells, this run has tried."""
    world.wiki.edit(ben, f"User talk:{ben}", "Hello.\n<!-- old stuff")


@case(0)
def a_page_that_somebody_is_working_on(world: World, ben: str) -> None:
    world.wiki.edit(ben, f"User talk:{ben}", "{{in use}} Hello.")


@case(WRITE)
def words_that_nobody_understood(world: World, ben: str) -> None:
    world.told(ben, timedelta(days=50))
    world.store.unclear_answers.note(
        f"{world.ids[ben]:016x}", account=world.ids[ben], revision=2, at=world.now
    )


@case(THANKS)
def never_this_person(world: World, ben: str) -> None:
    """Nobody may know of that, and least of all by being sent to them."""
    seeker = world.key(SEEKER.format(ben))
    world.store.preferences.block(world.key(ben), seeker, at=world.now, via="web")


@case(THANKS)
def a_block_on_the_whole_wiki(world: World, ben: str) -> None:
    world.wiki.call("Admin", action="block", userid=str(world.ids[ben]), expiry="never")


@case(THANKS)
def a_hidden_account(world: World, ben: str) -> None:
    world.wiki.call("Admin", action="block", user=ben, expiry="never", hidename=1, nocreate=1)


@case(THANKS)
def an_account_that_the_last_harvest_found_hidden(world: World, ben: str) -> None:
    profile = world.store.profiles.get(world.key(ben))
    assert profile is not None
    world.store.profiles.save_many([profile], states={profile.key: Reason.USER_HIDDEN})
    wish(world, ben, "stop", "yes")


@case(THANKS)
def a_profile_that_was_taken_off(world: World, ben: str) -> None:
    world.wiki.edit(ben, profile_page(ben), "Nothing any more.")


@case(THANKS)
def two_who_met_before(world: World, ben: str) -> None:
    """They wrote to each other, so that nobody tells the helper any more."""
    world.wiki.edit(SEEKER.format(ben), f"User talk:{ben}", "Hello, shall we?")


def group_case(first: str, second: str, expected: str | int) -> None:
    def arrange(world: World, ben: str) -> None:
        for name, what in ((ben, first), (SECOND.format(ben), second)):
            if what == "told":
                world.told(name, timedelta(days=5))
            elif what == "nobots":
                nobots_on_the_talk_page(world, name)
            elif what:
                wish(world, name, what, "yes")

    arrange.__name__ = f"a_group_{first or 'free'}_{second}"
    CASES.append(Case(arrange.__name__, arrange, expected, group=True))


group_case("", "stop", TOLD)
group_case("stop", "stop", WRITE)
group_case("stop", "told", 14 - 5)
group_case("told", "told", 14 - 5)
group_case("stop", "nobots", WRITE)
group_case("told", "nobots", 14 - 5)


def wish(world: World, name: str, what: str, value: str) -> None:
    world.store.preferences.set(world.key(name), what, value, at=world.now, via="web")


def bar(world: World, name: str) -> str:
    text = world.wiki.page(f"User talk:{name}") or ""
    return text.partition("|heard=")[2].partition("}}")[0].strip()


def by(world: World, days: int) -> str:
    day: date = world.now.date() + timedelta(days=days) + WITHIN
    return f"will be told by {Localizer('en', GROUP).date(day)}."


@pytest.fixture(scope="module")
def said(
    delivery_wiki: MediaWiki, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, dict[str, str]]]:
    """All of them in two runs: a yes to each, what speaks against it, and what the bars say then."""
    seconds = [SECOND.format(each.helper) for each in CASES if each.group]
    seekers = [SEEKER.format(each.helper) for each in CASES]
    helpers = [each.helper for each in CASES]
    folder = tmp_path_factory.mktemp("confirm")
    world = World.make(delivery_wiki, folder, [*seekers, *helpers, *seconds], helper="Ben 7")
    world.store.suggestions.withdraw((e.id for e in world.store.suggestions.all()), at=world.now)
    for each in CASES:
        key = world.key(each.helper)
        if each.group:
            key = found_group(world, [each.helper, SECOND.format(each.helper)], says="offers")
        plan(world, world.key(SEEKER.format(each.helper)), key)
    assert world.run().sent == len(CASES)
    before = delivery_wiki.page(OPT_OUT) or ""
    delivery_wiki.settings("$wgGroupPermissions['sysop']['hideuser'] = true;", name="hide")
    try:
        for each in CASES:
            answer(world, SEEKER.format(each.helper), "accepted")
            each.arrange(world, each.helper)
        world.run()
    finally:
        delivery_wiki.settings("", name="hide")
        delivery_wiki.edit("Admin", OPT_OUT, before)
    yield world, {each.says: bar(world, SEEKER.format(each.helper)) for each in CASES}
    world.store.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_the_bar_says_what_is_true_of_the_helper(
    said: tuple[World, dict[str, str]], case: Case
) -> None:
    world, bars = said
    words = bars[case.says]
    assert words.startswith("Understood: yes.")
    expected = case.expected if isinstance(case.expected, str) else by(world, case.expected)
    assert expected in words
    assert (case.helper in words) == (expected != THANKS), "who cannot answer is named nowhere"
    assert ("User talk:" in words) == (expected == WRITE)
    assert world.copies(case.helper) == (expected == TOLD)


def test_who_began_again_in_the_tool_is_not_told_that_nothing_comes(world_of: Worlds) -> None:
    world = world_of("Ada")
    ada = world.name["Ada"]
    assert world.run().sent == 1
    answer(world, ada, "stop")
    heard(world)
    world.store.preferences.drop(world.key(ada), "stop")
    world.run()
    assert bar(world, ada) == "Understood: stop. Thank you for telling us."


def test_by_records_that_may_be_too_old_nothing_is_confirmed(
    world_of: Worlds, delivery_wiki: MediaWiki
) -> None:
    world = world_of("Ada")
    ada = world.name["Ada"]
    assert world.run().sent == 1
    answer(world, ada, "accepted")
    world.store.metadata.set("history-rebuilt", world.now.isoformat(), at=world.now)
    assert world.run(confirmed=False).because == {Reason.HISTORY_LOST.value: 1}
    assert bar(world, ada) == ""
    world.run()
    assert TOLD in bar(world, ada)
