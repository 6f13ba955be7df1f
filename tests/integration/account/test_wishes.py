"""What I ask of the bot: never this person, stop and forget, on the wiki as well where I want it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from exchange.model import Frequency, Kind, Language, Offer, Profile, SuggestionStatus, Want
from exchange.store import Store
from exchange.store.blocks import list_blocks
from exchange.store.erasure import erase_person
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.pages import PageRecord
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_me import NOW, key_of, pair
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]


def wiki_id(mediawiki: MediaWiki, name: str) -> int:
    row = mediawiki.call(action="query", list="users", ususers=name)["query"]["users"][0]
    return int(row["userid"])


@pytest.fixture
def both(
    member: Make, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> tuple[Visitor, str, str]:
    """Ada, who is logged in, and Ben's name and key as the wiki has them."""
    ben = fresh("Sample Ben")
    mediawiki.account(ben)
    return member("Ada"), ben, f"user:{wiki_id(mediawiki, ben)}"


def alert(page: str) -> str:
    found = re.search(r'id="person-wrong" role="alert">(?:<svg.*?</svg>)?([^<]*)<', page, re.DOTALL)
    assert found, "there is no error beside the field"
    return found[1]


# -- never this person --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "{}",
        "User:{}",
        "[[User:{}]]",
        "[[:de:Benutzer:{}|so]]",
        "@{}",
        "{} (talk)",
        "https://meta.wikimedia.org/wiki/User:{}?uselang=de",
    ],
)
def test_somebody_is_named_as_people_write_names(
    both: tuple[Visitor, str, str], store: Store, written: str
) -> None:
    ada, name, key = both
    name = name.replace(" ", "_") if "http" in written else name
    ada.get("/me")
    done = ada.post("/me/never", {"person": written.format(name)})
    assert (done.status_code, done.location) == (302, "/me?said=never#never")
    (block,) = list_blocks(store, key_of(ada))
    assert (block.about, block.name, block.via) == (key, both[1], "web")
    page = ada.get("/me?said=never").text
    assert "You will not be suggested to each other again." in page
    assert f"{both[1]}</bdi>" in page
    assert both[1] in ada.get("/me/known").text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Nobody at all 77", "Nobody is called “Nobody at all 77”"),
        ("127.0.0.1", "Nobody is called"),
        ("https://example.org/", "Nobody is called"),
        ("a|b<script>", "Nobody is called"),
        ("", "Please write a user name"),
        ("   ", "Please write a user name"),
    ],
)
def test_a_name_that_nobody_has_is_told_and_what_was_written_stays(
    member: Make, store: Store, written: str, said: str
) -> None:
    ada = member()
    ada.get("/me")
    page = ada.post("/me/never", {"person": written})
    assert page.status_code == 422
    assert said in alert(page.text)
    assert ada.last is not None
    assert re.search(r'id="person" name="person" value="([^"]*)"', page.text)[1] == written.replace(  # type: ignore[index]
        "<", "&lt;"
    ).replace(">", "&gt;")
    assert list_blocks(store, key_of(ada)) == []


def test_nobody_is_kept_apart_from_themselves(
    member: Make, mediawiki: MediaWiki, store: Store, fresh: Callable[[str], str]
) -> None:
    name = fresh("Sample Own")
    mediawiki.account(name)
    own = member("Own", id=wiki_id(mediawiki, name) + 1)
    assert wiki_id(mediawiki, own.name) == own.provider.accounts[own.name].id
    own.get("/me")
    assert "This is you" in alert(own.post("/me/never", {"person": own.name}).text)
    assert list_blocks(store, key_of(own)) == []


def test_a_wiki_that_is_away_is_told_and_what_we_know_counts(member: Make, store: Store) -> None:
    ada = member()
    store.profiles.save_many([Profile("user:7", "Sample Helper", page_id=7)])
    ada.get("/me")
    ada.provider.validator.accesses.clear()
    page = ada.post("/me/never", {"person": "Sample Stranger"})
    assert page.status_code == 502
    assert "The wiki does not respond" in alert(page.text)
    assert 'value="Sample Stranger"' in page.text
    assert ada.post("/me/never", {"person": "[[User:Sample_Helper]]"}).status_code == 302
    assert [one.about for one in list_blocks(store, key_of(ada))] == ["user:7"]


def test_a_group_is_named_by_its_name(member: Make, store: Store) -> None:
    ada = member()
    store.profiles.save_many([Profile("page:5", "Sample Group", Kind.USER_GROUP, page_id=5)])
    ada.get("/me")
    assert ada.post("/me/never", {"person": "[[Sample_Group]]"}).status_code == 302
    assert [one.about for one in list_blocks(store, key_of(ada))] == ["page:5"]


def test_never_again_out_of_a_suggestion_ends_it_and_hides_it(member: Make, store: Store) -> None:
    ada = member()
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    page = ada.get("/me").text
    assert 'formaction="/me/never"' in page
    assert ada.post("/me/never", {"match": str(made.id)}).status_code == 302
    kept = store.suggestions.get(made.id)
    assert kept is not None
    assert kept.status is SuggestionStatus.DECLINED
    assert store.preferences.blocked_pairs() == {tuple(sorted((key_of(ada), "user:7")))}
    page = ada.get("/me").text
    assert f'id="match-{made.id}"' not in page
    assert "Sample Helper</bdi>" in page


def test_what_has_come_about_stays_true(member: Make, store: Store) -> None:
    ada = member()
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    store.suggestions.answer(
        made.id, status=SuggestionStatus.EXCHANGED, by=key_of(ada), via="web", at=NOW
    )
    ada.get("/me")
    ada.post("/me/never", {"match": str(made.id)})
    kept = store.suggestions.get(made.id)
    assert kept is not None
    assert kept.status is SuggestionStatus.EXCHANGED


def test_a_stranger_s_suggestion_names_nobody(member: Make, store: Store) -> None:
    eve = member("Eve")
    made = pair(store, "user:7", "user:8", names=("Sample Seeker", "Sample Helper"))
    eve.get("/me")
    assert eve.post("/me/never", {"match": str(made.id)}).status_code == 403
    assert eve.post("/me/never", {"match": "999"}).status_code == 404
    assert eve.post("/me/never", {"match": "x"}).status_code == 404
    assert eve.post("/me/never", {"undo": "made up"}).status_code == 400
    assert store.preferences.blocked_pairs() == frozenset()


def test_it_is_taken_back_and_that_is_undone(both: tuple[Visitor, str, str], store: Store) -> None:
    ada, name, key = both
    ada.get("/me")
    ada.post("/me/never", {"person": name})
    ada.get("/me")
    back = ada.post("/me/never", {"back": key})
    assert list_blocks(store, key_of(ada)) == []
    assert name.replace(" ", "+") not in back.location
    page = ada.get(back.location.partition("#")[0])
    undo = re.search(r'name="undo" value="([^"]+)"', page.text)
    assert undo
    assert ada.post("/me/never", {"undo": undo[1]}).status_code == 302
    assert [(one.about, one.name) for one in list_blocks(store, key_of(ada))] == [(key, name)]
    # What is not in the list is taken back already.
    assert ada.post("/me/never", {"back": "user:999999"}).status_code == 302


def test_a_name_of_long_ago_is_shown_as_it_is_known_now(member: Make, store: Store) -> None:
    ada = member()
    pair(store, "user:7", "user:8", names=("Sample Seeker", "Sample Helper"))
    store.preferences.block(key_of(ada), "user:7", at=NOW, via="wiki")
    store.preferences.block(key_of(ada), "user:999", at=NOW, via="wiki")
    page = ada.get("/me").text
    assert "Sample Seeker</bdi>" in page
    assert "user:999</bdi>" in page
    store.preferences.drop(key_of(ada), "never user:999")
    forgotten = ada.client.application.extensions["capacity-exchange"].settings.erasure_keys
    marks = ErasureMarks(store.database, secrets=forgotten)
    erase_person(store, 7, marks=marks, at=NOW)
    page = ada.get("/me").text
    assert "Sample Seeker" not in page
    assert "Somebody who was forgotten since</bdi>" in page
    hidden = list_blocks(store, key_of(ada))[0].about
    back = ada.post("/me/never", {"back": hidden})
    assert list_blocks(store, key_of(ada)) == []
    undo = re.search(r'name="undo" value="([^"]+)"', ada.get(back.location.partition("#")[0]).text)
    assert undo
    ada.post("/me/never", {"undo": undo[1]})
    assert [one.about for one in list_blocks(store, key_of(ada))] == [hidden]


def test_nobody_is_shown_as_a_helper_to_whom_they_never_want_to_meet(
    member: Make, store: Store
) -> None:
    ada = member()
    mine = f"/people/{ada.name.replace(' ', '_')}"
    pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    spoken = (Language("en"),)
    store.profiles.save_many(
        [
            Profile(key_of(ada), ada.name, languages=spoken, wants=(Want("finance"),)),
            Profile("user:7", "Sample Helper", languages=spoken, offers=(Offer("finance"),)),
        ]
    )
    store.metadata.set("index-build", "newer", at=NOW)
    shown = ada.get(mine).text
    assert "Sample Helper" in shown
    for speaker, about in ((key_of(ada), "user:7"), ("user:7", key_of(ada))):
        store.preferences.block(speaker, about, at=NOW, via="web")
        assert "Sample Helper" not in ada.get(mine).text
        store.preferences.drop(speaker, f"never {about}")
    assert "Sample Helper" in ada.get(mine).text


# -- stop and forget, on the wiki as well --------------------------------------------------------

PROFILE = "{{{{Capacity Exchange profile\n| offers = Lua\n| wants = finance{more}\n}}}}"


def with_profile(
    visitor: Visitor, mediawiki: MediaWiki, store: Store, *, text: str = "", title: str = ""
) -> str:
    """Put a profile on a page of somebody's, as the bot has read it; the title."""
    title = title or f"User:{visitor.name}/Capacity Exchange"
    text = text or f"Before.\n\n{PROFILE.format(more='')}\n\nAfter."
    revision = mediawiki.edit(visitor.name, title, text)
    found = mediawiki.call(action="query", titles=title)["query"]["pages"]
    page = PageRecord(
        int(found[0]["pageid"]),
        title,
        2,
        revision,
        owner=visitor.name,
        party=key_of(visitor),
        reading={},
    )
    store.pages.save([page])
    store.profiles.save_many(
        [
            Profile(
                key_of(visitor), visitor.name, page=title, page_id=page.id, offers=(Offer("lua"),)
            )
        ]
    )
    return title


def stop(visitor: Visitor, choice: str) -> str:
    visitor.get("/me")
    asked = visitor.post("/me/wishes", {"messages": "no"})
    assert asked.location == "/me/stop?said=kept"
    question = visitor.get(asked.location)
    assert "the bot writes nothing more to you" in question.text
    return visitor.post("/me/stop", {"page": choice}).text


def test_stop_is_written_into_the_profile_in_the_person_s_name(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    said = stop(ada, "notify")
    assert store.preferences.of(key_of(ada)) == {"stop": "yes"}
    assert (
        mediawiki.page(title)
        == f"Before.\n\n{PROFILE.format(more=chr(10) + '| notify = no')}\n\nAfter."
    )
    newest = mediawiki.history(title)[0]
    assert newest["user"] == ada.name
    assert "Ask for no messages" in newest["comment"]
    assert "now says that you want no messages" in said
    assert f"Special%3ADiff%2F{newest['revid']}" in said
    again = ada.post("/me/stop", {"page": "notify"}).text
    assert "Nothing had to be changed" in again
    assert len(mediawiki.history(title)) == 2


def test_the_profile_is_taken_off_every_page_and_all_else_stays(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    home = with_profile(
        ada,
        mediawiki,
        store,
        title=f"User:{ada.name}",
        text="{{Capacity Exchange request|want=Lua}}\nHello {{Capacity exchange profile|offers=x}} there\n",
    )
    said = stop(ada, "remove")
    assert mediawiki.page(title) == "Before.\n\nAfter."
    assert mediawiki.page(home) == "Hello  there"
    assert said.count("Your profile is no longer on") == 2


def test_a_group_s_profile_on_one_s_own_page_stays(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    group = f"{{{{Capacity Exchange profile|kind=user group|contact={ada.name}|wants=Lua}}}}"
    title = with_profile(ada, mediawiki, store, text=f"{group}\n{PROFILE.format(more='')}\n")
    stop(ada, "remove")
    assert mediawiki.page(title) == group


def test_nothing_is_written_on_the_wiki_unless_it_is_chosen(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    stop(ada, "leave")
    assert len(mediawiki.history(title)) == 1
    assert ada.post("/me/stop", {"page": "nonsense"}).status_code == 400
    assert ada.post("/me/forget", {"page": "nonsense", "sure": "yes"}).status_code == 400
    assert len(mediawiki.history(title)) == 1
    assert "Say it on the wiki, too" in ada.get("/me").text


def test_who_has_no_profile_is_asked_nothing(member: Make) -> None:
    ada = member()
    ada.get("/me")
    done = ada.post("/me/wishes", {"messages": "no"})
    assert done.location == "/me?said=kept#messages"


def test_an_edit_of_somebody_else_in_between_is_kept(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    ada.get("/me")

    def meanwhile() -> None:
        text = mediawiki.page(title) or ""
        mediawiki.edit("Admin", title, text.replace("After.", "After all."))

    ada.provider.meanwhile = meanwhile
    assert "no longer on" in stop(ada, "remove")
    assert mediawiki.page(title) == "Before.\n\nAfter all."


def test_an_answer_that_was_lost_is_looked_for(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    ada.provider.bend = "lost"
    assert "no longer on" in stop(ada, "remove")
    assert len(mediawiki.history(title)) == 2


def test_a_page_that_leads_to_somebody_else_s_is_not_touched(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada, ben = member("Ada"), member("Ben")
    title = with_profile(ada, mediawiki, store)
    theirs = with_profile(ben, mediawiki, store)
    mediawiki.edit(ada.name, title, f"#REDIRECT [[{theirs}]]")
    assert "Nothing had to be changed" in stop(ada, "remove")
    assert len(mediawiki.history(theirs)) == 1


def test_a_refusal_is_told_the_wish_stays_and_one_can_go_on(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    mediawiki.call(
        "Admin",
        action="block",
        user=ada.name,
        reason="Rest a while",
        allowusertalk="",
        token="csrf",
    )
    said = stop(ada, "notify")
    assert "Your account is blocked on the wiki" in said
    assert "the bot writes nothing more to you" in said
    assert ada.fields()["page"] == ["notify"]
    assert store.preferences.of(key_of(ada)) == {"stop": "yes"}
    assert 'value="notify" checked' in ada.post("/me/stop", {"page": "notify", "step": "form"}).text
    mediawiki.call("Admin", action="unblock", user=ada.name, token="csrf")
    assert "now says that you want no messages" in ada.post("/me/stop", {"page": "notify"}).text
    assert "notify = no" in (mediawiki.page(title) or "")


@pytest.mark.parametrize(
    ("choice", "words", "stays"),
    [
        ("leave", "still holds the profile template", "| offers = Lua"),
        ("notify", "now says that you want no messages", "| notify = no"),
        ("remove", "no longer on your page", "Before.\n\nAfter."),
    ],
)
def test_forgetting_carries_out_what_was_chosen_for_the_page(
    member: Make, mediawiki: MediaWiki, store: Store, choice: str, words: str, stays: str
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    ada.get("/me/known")
    question = ada.post("/me/forget")
    assert title in question.text
    assert 'value="leave" checked' in question.text
    done = ada.post("/me/forget", {"sure": "yes", "page": choice})
    assert done.location == f"/me/gone?page={choice}"
    assert words in ada.get(done.location).text
    assert stays in (mediawiki.page(title) or "")
    assert store.profiles.get(key_of(ada)) is None


def test_nobody_is_forgotten_before_the_wiki_has_done_what_they_chose(
    member: Make, mediawiki: MediaWiki, store: Store, clock: list[datetime]
) -> None:
    ada = member()
    title = with_profile(ada, mediawiki, store)
    mediawiki.call("Admin", action="protect", title=title, protections="edit=sysop", token="csrf")
    ada.get("/me/known")
    refused = ada.post("/me/forget", {"sure": "yes", "page": "remove"})
    assert refused.status_code == 409
    assert "The page is protected" in refused.text
    assert "You have not been forgotten yet" in refused.text
    assert store.profiles.get(key_of(ada)) is not None
    fields = ada.fields()
    assert (fields["sure"], fields["page"]) == (["yes"], ["remove"])
    back = ada.post("/me/forget", {"sure": "yes", "page": "remove", "step": "form"})
    assert 'value="remove" checked' in back.text
    assert store.profiles.get(key_of(ada)) is not None
    assert ada.post("/me/forget", {"sure": "yes", "page": "leave"}).status_code == 302
    assert store.profiles.get(key_of(ada)) is None


def test_a_profile_that_says_no_says_so_beside_the_choice(member: Make, store: Store) -> None:
    ada = member()
    store.profiles.save_many(
        [Profile(key_of(ada), ada.name, page_id=9, page="User:X", notify=Frequency.NEVER)]
    )
    assert "says that you want no messages. That holds" in ada.get("/me").text
