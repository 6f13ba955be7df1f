"""I need this too, of a want in somebody's profile, on a real wiki: read back by the next harvest."""

from __future__ import annotations

import pytest

from exchange.store import Store
from tests.integration.account.test_joining import Make, harvest, known
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

PROFILE = "{{{{Capacity Exchange profile|{0}|languages=en}}}}"


def test_a_want_of_somebody_elses_is_wanted_too_and_no_longer(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = (known(member, mediawiki, name) for name in ("Ada", "Ben"))
    pages = {one.name: f"User:{one.name}/Capacity Exchange" for one in (ada, ben)}
    mediawiki.edit(ada.name, pages[ada.name], PROFILE.format("wants=Bookbinding"))
    mediawiki.edit(ben.name, pages[ben.name], PROFILE.format("offers=Lua"))
    for title in pages.values():
        harvest(store, mediawiki, title)
    asker = next(one for one in store.profiles.all() if one.name == ada.name)
    address = f"/me/wanted?of={asker.key}&what=unlisted:bookbinding"
    seen = ben.get(f"/people/{ada.name}").text.replace("%3A", ":")
    assert address.replace("&", "&amp;") in seen
    assert "is added to what you want to learn" in ben.get(address).text
    before = mediawiki.page(pages[ada.name])
    for _ in range(2):
        assert ben.post(address, {"step": "join"}).status_code == 200
    assert mediawiki.page(pages[ada.name]) == before, "nobody writes into somebody else's profile"
    newest, *_ = mediawiki.history(pages[ben.name])
    assert (newest["user"], newest["comment"]) == (
        ben.name,
        "Needs this, too, through the Capacity Exchange",
    )
    harvest(store, mediawiki, pages[ben.name])
    wants = {one.name: [want.capacity for want in one.wants] for one in store.profiles.all()}
    assert wants == {name: ["unlisted:bookbinding"] for name in pages}
    assert "2 people need this" in ada.get("/requests").text
    assert "2 people need this" in ben.get(f"/people/{ada.name}").text
    assert "stands among what you want to learn" in ben.get(address).text
    assert ben.post(address, {"step": "leave"}).status_code == 200
    harvest(store, mediawiki, pages[ben.name])
    assert "people need this" not in ada.get("/requests").text
    assert mediawiki.page(pages[ben.name]) == PROFILE.format("offers=Lua")


def test_without_a_profile_it_is_made_with_the_want_in_it(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = (known(member, mediawiki, name) for name in ("Ada", "Ben"))
    page = f"User:{ada.name}"
    mediawiki.edit(ada.name, page, PROFILE.format("wants=Bookbinding"))
    harvest(store, mediawiki, page)
    (asker,) = store.profiles.all()
    there = ben.get(f"/me/wanted?of={asker.key}&what=unlisted:bookbinding")
    assert there.status_code == 302
    assert 'value="Bookbinding"' in ben.get(there.location).text
