"""Who somebody is, and whether they may write, goes by what the wiki says at this moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.model import Offer, Profile
from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_editor import PAGE, key_of, preview, save, shown
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
NAMESAKE = "{{Capacity Exchange profile\n| offers = Finance\n| about = Somebody else.\n}}"


def rename(visitor: Visitor, wiki: MediaWiki, new: str) -> str:
    """Give somebody another name on the wiki, and the old name to somebody else; the old name."""
    old = visitor.name
    wiki.rename(old, new)
    account = visitor.provider.accounts[old]
    account.name, account.session = new, None
    wiki.account(old)
    visitor.provider.accounts[new] = account
    visitor.name = new
    return old


@pytest.mark.parametrize("place", ["", "/Capacity Exchange"])
@pytest.mark.parametrize("indexed", [True, False], ids=["in the index", "not in the index"])
def test_after_a_rename_a_namesake_s_page_is_neither_shown_nor_written(
    member: Make,
    mediawiki: MediaWiki,
    store: Store,
    fresh: Callable[[str], str],
    place: str,
    indexed: bool,
) -> None:
    ada = member()
    title = f"User:{ada.name}{place}"
    mediawiki.edit(ada.name, title, PAGE)
    found = mediawiki.call(action="query", titles=title)["query"]["pages"][0]
    if indexed:
        profile = Profile(
            key_of(ada), ada.name, page=title, page_id=found["pageid"], offers=(Offer("wikidata"),)
        )
        store.profiles.save_many([profile])
    new = fresh("Sample Renamed")
    old = rename(ada, mediawiki, new)
    assert mediawiki.page(f"User:{new}{place}") == PAGE.rstrip(), "renaming moves the page"
    mediawiki.edit(old, title, NAMESAKE)
    page = ada.get("/me/profile")
    assert page.status_code == 200
    assert "Somebody else." not in page.text
    assert ada.fields()["offers-0-capacity"] == ["Wikidata"]
    assert new in page.text.partition("<main")[0], "the header shows the new name"
    fields = ada.fields() | {"seats": ["5"]}
    assert preview(ada, fields) == 200
    assert save(ada) == 200
    assert mediawiki.page(title) == NAMESAKE
    assert mediawiki.page(f"User:{new}{place}") == PAGE.replace("seats = 3", "seats = 5").rstrip()


def test_a_form_that_was_open_during_a_rename_is_saved_under_the_new_name(
    member: Make, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    ada = member()
    mediawiki.edit(ada.name, f"User:{ada.name}", PAGE)
    fields = shown(ada, seats="5")
    new = fresh("Sample Renamed")
    old = rename(ada, mediawiki, new)
    mediawiki.edit(old, f"User:{old}", NAMESAKE)
    assert preview(ada, fields) == 200
    assert ada.last is not None
    assert "Somebody else." not in ada.last.text
    assert save(ada) == 200
    assert mediawiki.page(f"User:{old}") == NAMESAKE
    assert mediawiki.page(f"User:{new}") == PAGE.replace("seats = 3", "seats = 5").rstrip()


def test_a_rename_without_a_page_takes_no_babel_box_of_the_namesake(
    member: Make, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    ada = member()
    new = fresh("Sample Renamed")
    old = rename(ada, mediawiki, new)
    mediawiki.edit(old, f"User:{old}", "{{#babel:de-N|fr-2}}")
    ada.get("/me/profile")
    assert ada.fields()["languages-0-code"] == ["English"]
    assert preview(ada, ada.fields() | {"offers-0-capacity": ["Lua"]}) == 200
    assert save(ada) == 200
    assert "Lua" in (mediawiki.page(f"User:{new}/Capacity Exchange") or "")
    assert mediawiki.page(f"User:{old}/Capacity Exchange") is None
    assert new in ada.get("/me/known").text


@pytest.mark.parametrize(
    ("block", "barred"),
    [
        ({"reason": "Made up reason"}, True),
        ({"reason": "Made up reason", "partial": 1, "namespacerestrictions": "2"}, True),
        ({"reason": "Made up reason", "partial": 1, "pagerestrictions": "Main Page"}, False),
    ],
    ids=["full", "partial, here", "partial, elsewhere"],
)
def test_a_block_is_seen_before_the_form_is_filled_and_bars_saving_alone(
    member: Make,
    visitor: Make,
    mediawiki: MediaWiki,
    block: dict[str, object],
    barred: bool,
) -> None:
    name = member().name
    mediawiki.call("Admin", action="block", user=name, expiry="never", allowusertalk=1, **block)
    ada = visitor()
    ada.login(name)
    for page in ("/me", "/me/known", "/me/known.json", "/me/request", "/people/Nobody"):
        assert ada.get(page).status_code in (200, 404)
    page = ada.get("/me/profile")
    assert page.status_code == 200
    assert ("Made up reason" in page.text) is barred
    fields = shown(ada, offers__0__capacity="Lua")
    assert preview(ada, fields) == 200
    assert ada.last is not None
    assert ("Made up reason" in ada.last.text) is barred
    assert save(ada) == (409 if barred else 200)
    assert ("Made up reason" in ada.last.text) is barred
    assert ada.get("/me").status_code == 200
    mediawiki.call("Admin", action="unblock", user=name)
    if barred:
        assert "Made up reason" not in ada.get("/me/profile").text


def test_a_protected_page_is_told_before_the_form_is_filled(
    member: Make, mediawiki: MediaWiki
) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    assert "The page is protected" not in ada.get("/me/profile").text
    mediawiki.call("Admin", action="protect", title=title, protections="edit=sysop")
    page = ada.get("/me/profile?uselang=de")
    assert page.status_code == 200
    assert "Die Seite ist geschützt" in page.text


def test_what_was_saved_is_shown_at_once_until_the_bot_has_read_it(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    assert "You have no profile yet" in ada.get("/me").text
    assert preview(ada, shown(ada, offers__0__capacity="juggling", about="Hello there")) == 200
    assert save(ada) == 200
    page = ada.get("/me").text
    assert "You have no profile yet" not in page
    assert "juggling" in page
    assert f"User:{ada.name}/Capacity Exchange" in page
    revision = mediawiki.history(f"User:{ada.name}/Capacity Exchange")[0]["revid"]
    seen = Profile(key_of(ada), ada.name, revision=revision, offers=(Offer("lua"),))
    store.profiles.save_many([seen])
    assert "juggling" not in ada.get("/me").text


@pytest.mark.parametrize("away", [False, True])
def test_taking_part_again_shows_the_profile_that_stands_on_the_wiki(
    member: Make,
    mediawiki: MediaWiki,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    away: bool,
) -> None:
    ada = member()
    mediawiki.edit(ada.name, f"User:{ada.name}", PAGE)
    ada.post("/me/forget", {"sure": "yes"})
    ada.login(ada.name)
    assert "Take part again" in ada.get("/me").text
    with monkeypatch.context() as gone:
        if away:
            gone.setattr(provider, "wiki_api", "http://127.0.0.1:9/api.php")
        assert ada.post("/me/return").location == "/me?said=back"
    page = ada.get("/me?said=back").text
    assert ("You have no profile yet" in page) is away
    assert ("queries" in page) is not away


def test_forgetting_says_that_the_grant_on_the_wiki_stands(
    member: Make, provider: Provider
) -> None:
    ada = member()
    ada.post("/me/forget", {"sure": "yes"})
    page = ada.get("/me/gone").text
    assert "The wiki still allows this tool" in page
    assert "Special:OAuthManageMyGrants" in page
