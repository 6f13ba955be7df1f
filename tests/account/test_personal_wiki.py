"""Reading and saving in somebody's name, on a real MediaWiki behind the provider."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.errors import NoAnswer, Refused, WikiAway
from tests.oauth.provider import Provider
from tests.wiki.mediawiki import MediaWiki
from webtool.account.handshake import Handshake, Token
from webtool.account.wiki import Draft, PersonalWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]


def wiki_of(provider: Provider, mediawiki: MediaWiki, name: str) -> PersonalWiki:
    account = mediawiki.account(name)
    provider.add(name, account.password, 41)
    consumer = Token(provider.consumer_key, provider.consumer_secret)
    hand = Handshake(index=provider.index, consumer=consumer, user_agent="tests")
    _, token = hand.begin(callback="http://127.0.0.1/back")
    back = provider.allow(token.key, name)
    access = hand.finish(token=token, query=back.split("?", 1)[1])
    return PersonalWiki(
        api=f"{provider.base}/w/api.php", consumer=consumer, access=access, user_agent="tests"
    )


def test_a_page_is_made_and_then_changed_in_their_own_name(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    wiki = wiki_of(provider, mediawiki, name)
    title = f"User:{name}"
    empty = wiki.draft(title=title)
    assert not empty.exists
    first = wiki.save(draft=empty, text="Hello", summary="begin")
    draft = wiki.draft(title=title)
    assert (draft.text, draft.revision) == ("Hello", first)
    second = wiki.save(draft=draft, text="Hello & مرحبا", summary="go on")
    assert wiki.draft(title=title) == Draft(title, "Hello & مرحبا", second, draft.page)
    assert {entry["user"] for entry in mediawiki.history(title)} == {name}


def test_saving_what_stands_there_changes_nothing(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    wiki = wiki_of(provider, mediawiki, name)
    wiki.save(draft=wiki.draft(title=f"User:{name}"), text="Same", summary="begin")
    assert wiki.save(draft=wiki.draft(title=f"User:{name}"), text="Same", summary="again") == 0


def test_somebody_else_s_edit_in_between_is_a_conflict(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    wiki = wiki_of(provider, mediawiki, name)
    title = f"User:{name}"
    mediawiki.edit(name, title, "one line\n")
    draft = wiki.draft(title=title)
    mediawiki.edit(fresh("Ben"), title, "quite another line\n")
    with pytest.raises(Refused) as refusal:
        wiki.save(draft=draft, text="my line\n", summary="too late")
    assert refusal.value.code == "editconflict"
    assert mediawiki.page(title) == "quite another line"


def test_a_page_that_somebody_made_meanwhile_is_not_written_over(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    name = fresh("Ada")
    wiki = wiki_of(provider, mediawiki, name)
    draft = wiki.draft(title=f"User:{name}")
    mediawiki.edit(fresh("Ben"), f"User:{name}", "here already")
    with pytest.raises(Refused) as refusal:
        wiki.save(draft=draft, text="mine", summary="too late")
    assert refusal.value.code == "articleexists"


def test_an_access_that_was_withdrawn_is_refused(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    wiki = wiki_of(provider, mediawiki, fresh("Ada"))
    provider.validator.accesses.clear()
    with pytest.raises(Refused) as refusal:
        wiki.draft(title="User:Anybody")
    assert refusal.value.code == "mwoauth-invalid-authorization"


def test_a_title_that_cannot_be_is_refused(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    with pytest.raises(Refused) as refusal:
        wiki_of(provider, mediawiki, fresh("Ada")).draft(title="User:<>")
    assert refusal.value.code == "invalidtitle"


def test_a_wiki_that_does_not_answer_is_away_for_reads_and_unknown_for_saves() -> None:
    nobody = Token("k", "s")
    wiki = PersonalWiki(
        api="http://127.0.0.1:9/api.php", consumer=nobody, access=nobody, user_agent="tests"
    )
    with pytest.raises(WikiAway):
        wiki.draft(title="User:Ada")
    with pytest.raises(NoAnswer):
        wiki._ask(write=True, action="edit")


def test_tags_are_those_that_a_person_may_set(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    assert "mw-undo" not in wiki_of(provider, mediawiki, fresh("Ada")).tags()
