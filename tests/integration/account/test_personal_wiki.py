"""Reading and saving in somebody's name, on a real MediaWiki behind the provider."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.errors import EditRefused, ResponseLost, WikiUnavailable
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from webtool.account.oauth import Handshake, Token
from webtool.account.wiki import UserWiki
from webtool.limits import BoundedCalls

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]


def wiki_of(provider: Provider, mediawiki: MediaWiki, name: str) -> UserWiki:
    account = mediawiki.account(name)
    provider.add(name, account.password, 41)
    consumer = Token(provider.consumer_key, provider.consumer_secret)
    hand = Handshake(index=provider.index, consumer=consumer, user_agent="tests")
    _, token = hand.start(callback="http://127.0.0.1/back")
    back = provider.allow(token.key, name)
    access = hand.complete(token=token, query=back.split("?", 1)[1])
    return UserWiki(
        api=f"{provider.base}/w/api.php",
        consumer=consumer,
        access=access,
        user_agent="tests",
        calls=BoundedCalls(4, 20),
    )


def test_an_access_that_was_withdrawn_is_refused(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    wiki = wiki_of(provider, mediawiki, fresh("Ada"))
    provider.validator.accesses.clear()
    with pytest.raises(EditRefused) as refusal:
        wiki.draft(title="User:Anybody")
    assert refusal.value.code == "mwoauth-invalid-authorization"


def test_a_wiki_that_does_not_answer_is_away_for_reads_and_unknown_for_saves() -> None:
    nobody = Token("k", "s")
    wiki = UserWiki(
        api="http://127.0.0.1:9/api.php",
        consumer=nobody,
        access=nobody,
        user_agent="tests",
        calls=BoundedCalls(4, 20),
    )
    with pytest.raises(WikiUnavailable):
        wiki.draft(title="User:Ada")
    with pytest.raises(ResponseLost):
        wiki._ask(write=True, action="edit")


def test_tags_are_those_that_a_person_may_set(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    assert "mw-undo" not in wiki_of(provider, mediawiki, fresh("Ada")).tags()


def test_an_edit_subscribes_nobody_to_a_discussion_on_the_page(
    provider: Provider, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    """The wiki itself says what it was asked; newer DiscussionTools heed it."""
    name = fresh("Ada")
    told = mediawiki.folder / "autosubscribe"
    mediawiki.settings(
        "$wgHooks['APIAfterExecute'][] = static function ( $module ) {"
        f" if ( $module instanceof ApiEditPage ) {{ file_put_contents( '{told}',"
        " $module->getRequest()->getRawVal( 'discussiontoolsautosubscribe' ) ?? '' ); } };",
        name="autosubscribe",
    )
    try:
        wiki = wiki_of(provider, mediawiki, name)
        wiki.save(draft=wiki.draft(title=f"User:{name}"), text="Hello", summary="begin")
    finally:
        mediawiki.settings("", name="autosubscribe")
    assert told.read_text() == "no"
