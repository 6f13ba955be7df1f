"""I need this too, in the tool on a real wiki: from the side of who asks and of who joins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from bot.harvest import harvest_pages
from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_me import key_of
from tests.integration.delivery.world import live, settings_for
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]


def known(member: Make, mediawiki: MediaWiki, name: str) -> Visitor:
    """Log somebody in under the number that the bot knows them by, too."""
    one = member(name)
    (found,) = mediawiki.call(action="query", list="users", ususers=one.name)["query"]["users"]
    account = one.provider.accounts[one.name]
    one.provider.add(account.name, account.password, found["userid"])
    one.client.delete_cookie("exchange")
    one.login(one.name)
    return one


def harvest(store: Store, mediawiki: MediaWiki, title: str) -> None:
    page = mediawiki.call("Admin", action="query", titles=title)["query"]["pages"][0]["pageid"]
    harvest_pages(
        settings=settings_for(mediawiki, store.database.engine.url.render_as_string(False)),
        store=store,
        wiki=live(mediawiki),
        now=datetime.now(UTC),
        only=[page],
    )


def test_a_request_that_was_asked_in_the_tool_is_joined_and_left_in_the_tool(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = (known(member, mediawiki, name) for name in ("Ada", "Ben"))
    ada.get("/me/request")
    fields = {name: value[0] for name, value in ada.fields().items()}
    assert ada.post("/me/request", fields | {"what": "Finance"}).status_code == 200
    title = f"User:{ada.name}/Capacity Exchange"
    harvest(store, mediawiki, title)
    (asked,) = store.profiles.all()
    address = f"/me/joined?of={asked.key}&what=finance"
    assert address.replace("&", "&amp;") in ben.get("/requests").text.replace("%3A", ":")
    before = mediawiki.page(title) or ""
    form = ben.get(address).text
    assert "A line with your user name is written onto" in form
    assert mediawiki.page(title) == before, "looking writes nothing"
    for _ in range(2):
        assert ben.post(address, {"step": "join"}).status_code == 200
    text = mediawiki.page(title) or ""
    assert text.count(f"* [[User:{ben.name}]]") == 1
    newest, *_ = mediawiki.history(title)
    assert (newest["user"], newest["comment"]) == (
        ben.name,
        "Needs this, too, through the Capacity Exchange",
    )
    assert "Requests that you joined" in ben.get("/me").text
    harvest(store, mediawiki, title)
    profiles = {one.name: one for one in store.profiles.all()}
    (want,) = profiles[ben.name].wants
    assert (want.capacity, want.joined, want.is_own_request) == ("finance", (title,), False)
    assert profiles[ada.name].wants[0].joins == 1
    assert "2 people need this" in ada.get("/requests").text
    assert address.replace("&", "&amp;") not in ada.get("/requests").text.replace("%3A", ":")
    ben.get("/me")
    assert ben.post(address, {"step": "leave"}).status_code == 200
    assert ben.name not in (mediawiki.page(title) or "")
    harvest(store, mediawiki, title)
    assert [one.name for one in store.profiles.all()] == [ada.name]
    assert store.profiles.all()[0].wants[0].joins == 0


def test_a_protected_page_says_so_before_and_after_and_how_else(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = (known(member, mediawiki, name) for name in ("Ada", "Ben"))
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, "{{Capacity Exchange request|want=Finance}}")
    harvest(store, mediawiki, title)
    mediawiki.call("Admin", action="protect", title=title, protections="edit=sysop", reason="test")
    address = f"/me/joined?of={store.profiles.all()[0].key}&what=finance"
    seen = ben.get(address).text
    assert "You can write the line there yourself" in seen
    refused = ben.post(address, {"step": "join"})
    assert refused.status_code == 409
    assert f"* [[User:{ben.name}]]" in refused.text
    assert title in refused.text
    assert ben.name not in (mediawiki.page(title) or "")
    assert key_of(ben) not in {one.key for one in store.profiles.all()}
    assert store.joined_requests.all() == {}


def test_a_blocked_account_joins_nothing(member: Make, store: Store, mediawiki: MediaWiki) -> None:
    ada, ben = (known(member, mediawiki, name) for name in ("Ada", "Ben"))
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, "{{Capacity Exchange request|want=Finance}}")
    harvest(store, mediawiki, title)
    mediawiki.call("Admin", action="block", user=ben.name, reason="test", allowusertalk="1")
    address = f"/me/joined?of={store.profiles.all()[0].key}&what=finance"
    assert "blocked" in ben.get(address).text
    assert ben.post(address, {"step": "join"}).status_code == 409
    assert ben.name not in (mediawiki.page(title) or "")


@pytest.mark.parametrize("namesake", [False, True])
def test_after_a_rename_leaving_takes_out_the_line_with_the_old_name(
    member: Make, store: Store, mediawiki: MediaWiki, namesake: bool
) -> None:
    ada, ben = (known(member, mediawiki, name) for name in ("Ada", "Ben"))
    title, old, new = f"User:{ada.name}", ben.name, f"{ben.name} Now"
    mediawiki.edit(ben.name, f"User:{old}", "Hello!")
    ask = "{{{{Capacity Exchange request|want=Finance|joined={0}}}}}"
    mediawiki.edit(ada.name, title, ask.format(""))
    harvest(store, mediawiki, title)
    address = f"/me/joined?of={store.profiles.all()[0].key}&what=finance"
    ben.get(address)
    assert ben.post(address, {"step": "join"}).status_code == 200
    mediawiki.rename(old, new)
    account = ben.provider.accounts[old]
    account.name, account.session = new, None
    ben.provider.accounts[new], ben.name = account, new
    if namesake:
        mediawiki.account(old)
    harvest(store, mediawiki, title)
    joined = {one.name for one in store.profiles.all() if any(w.joined for w in one.wants)}
    assert joined == (set() if namesake else {new}), "the name of somebody else is not Ben's"
    seen = ben.get(address).text
    assert ("You have joined this request" in seen) is not namesake
    assert ben.post(address, {"step": "leave"}).status_code == 200
    assert (old in (mediawiki.page(title) or "")) is namesake, "nor may Ben take it out"
    harvest(store, mediawiki, title)
    assert [one.name for one in store.profiles.all()] == [ada.name]
    ben.get(address)
    assert ben.post(address, {"step": "join"}).status_code == 200
    assert f"[[User:{new}]]" in (mediawiki.page(title) or "")


def test_a_request_for_a_room_is_joined_as_any_other_and_stands_among_things(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = (known(member, mediawiki, name) for name in ("Ada", "Ben"))
    title = f"User:{ada.name}/Capacity Exchange"
    text = "{{Capacity Exchange request\n| want = venue (in Tirana; from January to March 2099)\n}}"
    mediawiki.edit(ada.name, title, text)
    harvest(store, mediawiki, title)
    (asked,) = store.profiles.all()
    address = f"/me/joined?of={asked.key}&what=venue"
    things = ben.get("/requests?kind=thing").text
    assert address.replace("&", "&amp;") in things.replace("%3A", ":")
    assert "Tirana" in things
    ben.get(address)
    assert ben.post(address, {"step": "join"}).status_code == 200
    harvest(store, mediawiki, title)
    profiles = {one.name: one for one in store.profiles.all()}
    (want,) = profiles[ben.name].wants
    assert (want.capacity, want.joined) == ("venue", (title,))
    days = (date(2099, 1, 1), date(2099, 3, 31))
    assert (want.place, want.since, want.until) == ("Tirana", *days), "there and then, too"
    assert profiles[ada.name].wants[0].joins == 1
