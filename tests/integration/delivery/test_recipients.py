"""Every recipient and every page state, for real: one run, and each has its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from exchange.model import Frequency, Reason
from tests.integration.delivery.world import BOT, OPT_OUT, PROFILE, World, people, profile_page
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

SENT = "sent"
Arrange = Callable[[World, str], None]


@dataclass(frozen=True)
class Case:
    """Somebody in some state: how it comes about, what becomes of them, and where it stands."""

    says: str
    arrange: Arrange
    expected: str
    page: str = "User talk:{}"


CASES: list[Case] = []


def case(expected: str, page: str = "User talk:{}") -> Callable[[Arrange], Arrange]:
    """Add a case; its name is the function's."""

    def add(arrange: Arrange) -> Arrange:
        CASES.append(Case(arrange.__name__, arrange, expected, page))
        return arrange

    return add


def talk(world: World, name: str, text: str = "Hello.", **more: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}", text, **more)


# -- accounts ---------------------------------------------------------------------------------


@case(SENT)
def somebody_without_a_talk_page(world: World, name: str) -> None:
    pass


@case(SENT)
def somebody_with_a_talk_page(world: World, name: str) -> None:
    talk(world, name)


@case(SENT, "User talk:{} now")
def somebody_who_was_renamed(world: World, name: str) -> None:
    talk(world, name)
    world.wiki.edit("Admin", f"User:{name}", "My page.")
    world.wiki.rename(name, f"{name} now")
    world.change(name, page=profile_page(f"{name} now"))


@case(Reason.USER_MISSING)
def somebody_whose_old_name_is_another_account_now(world: World, name: str) -> None:
    world.wiki.rename(name, f"{name} formerly")
    people(world.wiki, [name])


@case(Reason.USER_MISSING)
def a_contact_who_has_no_account(world: World, name: str) -> None:
    world.change(name, name=f"{name} who never was", contacts=(f"{name} who never was",))


@case(Reason.USER_TEMPORARY)
def an_ip_address(world: World, name: str) -> None:
    world.change(name, name="192.0.2.7", contacts=("192.0.2.7",))


@case(Reason.USER_VANISHED)
def somebody_who_vanished(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User:{name}", "My page.")
    world.wiki.rename(name, f"Vanished user {name[-6:]}")


@case(Reason.USER_BLOCKED)
def somebody_blocked_on_the_whole_wiki(world: World, name: str) -> None:
    world.wiki.call("Admin", action="block", userid=str(world.ids[name]), expiry="never")


@case(SENT)
def somebody_blocked_on_one_page(world: World, name: str) -> None:
    world.wiki.call(
        "Admin",
        action="block",
        userid=str(world.ids[name]),
        expiry="never",
        partial="1",
        pagerestrictions="Capacity Exchange",
        allowusertalk="1",
    )


@case(Reason.USER_BOT)
def a_bot(world: World, name: str) -> None:
    world.wiki.account(name, groups=("bot",))


@case(Reason.USER_SELF)
def ourselves(world: World, name: str) -> None:
    world.change(name, name=BOT, contacts=(BOT,))


# -- pages ------------------------------------------------------------------------------------


@case(SENT, "User talk:{}/Inbox")
def a_redirect_to_a_page_of_the_same_person(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}/Inbox", "Hello.")
    talk(world, name, f"#REDIRECT [[User talk:{name}/Inbox]]")


@case(Reason.OPTED_OUT_TEMPLATE, "User talk:{}/Inbox")
def a_redirect_to_a_page_that_says_no(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}/Inbox", "{{nobots}}")
    talk(world, name, f"#REDIRECT [[User talk:{name}/Inbox]]")


@case(Reason.PAGE_PROTECTED, "User talk:{}/Inbox")
def a_redirect_to_a_protected_page(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}/Inbox", "Hello.")
    _protect(world, f"User talk:{name}/Inbox", "edit=sysop")
    talk(world, name, f"#REDIRECT [[User talk:{name}/Inbox]]")


@case(Reason.REDIRECT_ELSEWHERE)
def a_redirect_to_somebody_else(world: World, name: str) -> None:
    world.wiki.edit("Admin", "User talk:Admin", "Hello.")
    talk(world, name, "#REDIRECT [[User talk:Admin]]")


@case(Reason.REDIRECT_ELSEWHERE)
def a_redirect_to_an_archive(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}/Archive 1", "Old.")
    talk(world, name, f"#REDIRECT [[User talk:{name}/Archive 1]]")


@case(Reason.REDIRECT_ELSEWHERE)
def a_redirect_to_an_archive_in_arabic(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}/أرشيف", "Old.")
    talk(world, name, f"#REDIRECT [[User talk:{name}/أرشيف]]")


@case(Reason.REDIRECT_ELSEWHERE)
def a_redirect_to_an_article(world: World, name: str) -> None:
    talk(world, name, "#REDIRECT [[Capacity Exchange]]")


@case(Reason.REDIRECT_ELSEWHERE)
def a_redirect_to_a_page_that_is_missing(world: World, name: str) -> None:
    talk(world, name, f"#REDIRECT [[User talk:{name}/Nowhere]]")


@case(Reason.REDIRECT_ELSEWHERE)
def a_redirect_to_a_redirect(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}/Two", "Hello.")
    world.wiki.edit("Admin", f"User talk:{name}/One", f"#REDIRECT [[User talk:{name}/Two]]")
    talk(world, name, f"#REDIRECT [[User talk:{name}/One]]")


@case(Reason.REDIRECT_CIRCLE)
def a_redirect_in_a_circle(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User talk:{name}/Round", f"#REDIRECT [[User talk:{name}]]")
    talk(world, name, f"#REDIRECT [[User talk:{name}/Round]]")


@case(Reason.REDIRECT_OTHER_WIKI)
def a_redirect_to_another_wiki(world: World, name: str) -> None:
    talk(world, name, f"#REDIRECT [[wikipedia:User talk:{name}]]")


@case(Reason.SAME_PERSON)
def a_second_account_whose_talk_page_is_the_first_ones(world: World, name: str) -> None:
    first = world.name["somebody_with_a_talk_page"]
    talk(world, name, f"#REDIRECT [[User talk:{first}]]")


@case(Reason.PAGE_DELETED)
def a_talk_page_that_was_deleted(world: World, name: str) -> None:
    talk(world, name)
    world.wiki.call("Admin", action="delete", title=f"User talk:{name}", reason="test")


@case(Reason.PAGE_SALTED)
def a_talk_page_that_nobody_may_make(world: World, name: str) -> None:
    _protect(world, f"User talk:{name}", "create=sysop")


@case(Reason.PAGE_PROTECTED)
def a_protected_talk_page(world: World, name: str) -> None:
    talk(world, name)
    _protect(world, f"User talk:{name}", "edit=sysop")


@case(Reason.PAGE_PROTECTED)
def a_talk_page_protected_by_cascade(world: World, name: str) -> None:
    talk(world, name)
    world.wiki.edit("Admin", f"Cascade {name}", f"{{{{User talk:{name}}}}}")
    _protect(world, f"Cascade {name}", "edit=sysop", cascade="1")


@case(SENT)
def a_talk_page_protected_from_newcomers(world: World, name: str) -> None:
    talk(world, name)
    _protect(world, f"User talk:{name}", "edit=autoconfirmed")


@case(Reason.PAGE_MODEL)
def a_talk_page_that_is_no_wikitext(world: World, name: str) -> None:
    talk(world, name, "{}", contentmodel="json")


@case(Reason.PAGE_LQT)
def a_talk_page_with_liquid_threads(world: World, name: str) -> None:
    talk(world, name, "{{#useliquidthreads:1}}")


@case(Reason.PAGE_TOO_LARGE)
def a_talk_page_without_room(world: World, name: str) -> None:
    talk(world, name, "x" * 20_000)


# -- wishes -----------------------------------------------------------------------------------


@case(Reason.OPTED_OUT_TEMPLATE)
def nobots_on_the_talk_page(world: World, name: str) -> None:
    talk(world, name, "{{nobots}}")


@case(Reason.OPTED_OUT_TEMPLATE)
def a_denial_of_this_bot_on_the_user_page(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User:{name}", "{{bots|deny=SomeBot, exchange_bot}}")


@case(Reason.OPTED_OUT_TEMPLATE)
def nobots_through_a_header_page(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User:{name}/Header", "Welcome. {{nobots}}")
    world.wiki.edit("Admin", "Template:Nobots", "No bots, please.")
    talk(world, name, f"{{{{User:{name}/Header}}}}")


@case(SENT)
def a_header_page_that_says_nothing_about_bots(world: World, name: str) -> None:
    world.wiki.edit("Admin", f"User:{name}/Header", "Welcome.")
    talk(world, name, f"{{{{User:{name}/Header}}}}")


@case(Reason.OPTED_OUT_CATEGORY)
def the_opt_out_of_mass_messages(world: World, name: str) -> None:
    talk(world, name, "[[Category:Opted-out of message delivery]]")


@case(Reason.PAGE_IN_USE)
def a_page_that_somebody_is_working_on(world: World, name: str) -> None:
    talk(world, name, "{{in use}} Hello.")


@case(Reason.PAGE_HIDES)
def a_comment_that_nothing_closes(world: World, name: str) -> None:
    talk(world, name, "Hello.\n<!-- old stuff I keep\n== Old ==\nBye")


@case(Reason.PAGE_HIDES)
def an_includeonly_that_nothing_closes(world: World, name: str) -> None:
    talk(world, name, "Hello.\n<includeonly>[[Category:X]]")


@case(Reason.PAGE_HIDES)
def a_hidden_box_that_nothing_closes(world: World, name: str) -> None:
    talk(world, name, 'Hello.\n<div style="display:none">secret')


@case(SENT)
def a_visible_box_that_nothing_closes(world: World, name: str) -> None:
    talk(world, name, 'Hello.\n<div style="border:1px solid">')


@case(Reason.POSSIBLE_OPT_OUT)
def a_name_in_a_sentence_on_the_opt_out_list(world: World, name: str) -> None:
    text = world.wiki.page(OPT_OUT) or ""
    world.wiki.edit("Admin", OPT_OUT, f"{text}\nplease leave {name} alone")


@case(Reason.OPTED_OUT_LIST)
def a_bare_name_on_the_opt_out_list(world: World, name: str) -> None:
    text = world.wiki.page(OPT_OUT) or ""
    world.wiki.edit("Admin", OPT_OUT, f"{text}\n{name}\n")


@case(Reason.UNREADABLE_CONSENT)
def a_denial_that_nobody_can_read(world: World, name: str) -> None:
    talk(world, name, "{{bots|deny={{{1}}}}}")


@case(Reason.OPTED_OUT_CATEGORY)
def the_opt_out_category(world: World, name: str) -> None:
    talk(world, name, f"[[{CATEGORY}]]")


@case(Reason.OPTED_OUT_CATEGORY)
def the_opt_out_category_through_a_template(world: World, name: str) -> None:
    world.wiki.edit("Admin", "Template:No messages please", f"[[{CATEGORY}]]")
    world.wiki.edit("Admin", f"User:{name}", "{{No messages please}}")


@case(Reason.OPTED_OUT_LIST)
def the_opt_out_list(world: World, name: str) -> None:
    text = world.wiki.page(OPT_OUT) or ""
    world.wiki.edit("Admin", OPT_OUT, f"{text}\n* [[User talk:{name.replace(' ', '_')}]]")


@case(Reason.NOTIFY_NO)
def notify_no_in_the_profile(world: World, name: str) -> None:
    world.change(name, notify=Frequency.NEVER)


@case(Reason.NOTIFY_NO)
def notify_no_since_the_harvest(world: World, name: str) -> None:
    world.wiki.edit("Admin", profile_page(name), PROFILE.replace("}}", "|notify=no}}"))


@case(Reason.NOTIFY_NO)
def a_stop_in_the_tool(world: World, name: str) -> None:
    world.store.preferences.set(world.key(name), "stop", "yes", at=world.now, via="web")


@case(Reason.AWAY)
def somebody_who_is_away(world: World, name: str) -> None:
    world.change(name, away=date.today() + timedelta(days=3))


@case(SENT)
def somebody_who_was_away(world: World, name: str) -> None:
    world.change(name, away=date.today() - timedelta(days=3))


@case(Reason.AWAY)
def somebody_who_went_away_since_the_harvest(world: World, name: str) -> None:
    text = PROFILE.replace("}}", "|away until=2099-01-01}}")
    world.wiki.edit("Admin", profile_page(name), text)


@case(Reason.PROFILE_GONE)
def a_profile_that_was_deleted(world: World, name: str) -> None:
    world.wiki.call("Admin", action="delete", title=profile_page(name), reason="test")


@case(Reason.PROFILE_GONE)
def a_profile_that_was_taken_off_the_page(world: World, name: str) -> None:
    world.wiki.edit("Admin", profile_page(name), "Only text now.")


@case(Reason.NOT_THE_OWNER)
def a_profile_that_somebody_else_wrote(world: World, name: str) -> None:
    world.agree(name, ())


@case(Reason.CAP)
def somebody_who_heard_of_us_last_week(world: World, name: str) -> None:
    world.told(name, timedelta(days=8), role="x")


@case(Reason.CAP)
def somebody_who_heard_of_us_as_a_groups_contact(world: World, name: str) -> None:
    world.told(name, timedelta(days=8), recipient=f"page:77>{world.key(name)}")


@case(SENT)
def somebody_who_heard_of_us_last_week_and_chose_weekly(world: World, name: str) -> None:
    world.change(name, notify=Frequency.WEEKLY)
    world.told(name, timedelta(days=8), role="x")


@case(Reason.CAP)
def somebody_who_heard_of_us_three_weeks_ago_and_chose_monthly(world: World, name: str) -> None:
    world.change(name, notify=Frequency.MONTHLY)
    world.told(name, timedelta(days=21), role="x")


@case(SENT)
def somebody_who_heard_of_us_three_weeks_ago(world: World, name: str) -> None:
    world.told(name, timedelta(days=21), role="x")


CATEGORY = "Category:Wikimedians who opt out of Capacity Exchange messages"


def _protect(world: World, title: str, protections: str, **more: str) -> None:
    world.wiki.call("Admin", action="protect", title=title, protections=protections, **more)


@pytest.fixture(scope="module")
def result(
    delivery_wiki: MediaWiki, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, dict[str, str], dict[str, str]]]:
    """All of them in one run: the world, the outcomes, and the talk pages as they were before."""
    wiki = delivery_wiki
    names = {each.says: f"{each.says.replace('_', ' ').capitalize()[:60]} 0" for each in CASES}
    folder = tmp_path_factory.mktemp("recipients")
    world = World.make(wiki, folder, [*names.values()], helper="Ben 0")
    world.name = names
    for each in CASES:
        each.arrange(world, names[each.says])
    wiki.jobs()
    before = {name: wiki.page(f"User talk:{name}") or "" for name in names.values()}
    wiki.settings("$wgMaxArticleSize = 20;", name="size")
    try:
        counts = world.run()
    finally:
        wiki.settings("", name="size")
        wiki.edit("Admin", OPT_OUT, "Nobody.")
    assert counts.planned == len(CASES)
    assert counts.planned == counts.sent + sum(counts.skipped.values()) + counts.held
    yield world, world.outcomes(), before
    world.store.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_everybody_ends_in_their_own_outcome(
    case: Case, result: tuple[World, dict[str, str], dict[str, str]]
) -> None:
    """Sent where it may be, else left alone with the reason on record."""
    world, outcomes, before = result
    name = world.name[case.says]
    assert outcomes[name] == case.expected
    page = case.page.format(name)
    if case.expected == SENT:
        assert world.copies(name, title=page) == 1
        assert [row["minor"] for row in world.revisions_by_bot(page)] == [False]
    else:
        assert world.wiki.page(f"User talk:{name}") in (before[name], None)
        assert world.revisions_by_bot(page) == []
