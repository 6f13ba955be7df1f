"""Every no of a real wiki ends on a page that holds the whole form, from which one can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.integration.account.conftest import Visitor
from tests.integration.account.test_editor import preview, save, shown
from tests.integration.delivery.test_extensions import CAPTCHA, add_filter
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("account-refusals")]

Make = Callable[..., Visitor]
WORDS = "Only I know these words"
LIMIT = "['edit' => ['newbie' => [0, 60], 'user' => [0, 60]]]"


@pytest.fixture(scope="module")
def mediawiki(mediawikis: Callable[..., MediaWiki]) -> MediaWiki:
    """A wiki that defends itself."""
    wiki = mediawikis(
        extensions=("AbuseFilter", "SpamBlacklist", "TitleBlacklist", "ConfirmEdit"),
        settings="$wgCaptchaTriggers = array_fill_keys(['edit', 'create', 'sendemail', 'addurl',"
        " 'createaccount', 'badlogin', 'badloginperuser'], false);",
    )
    for word, action in (("Warned", "warn"), ("Disallowed", "disallow")):
        add_filter(wiki, f'page_prefixedtitle rlike "{word}"', action)
    careful = (
        "'''Careful''': read [[Project:Rules]] first.\n\n<span onclick=\"x()\">Then go on.</span>"
    )
    wiki.edit("Admin", "MediaWiki:Abusefilter-warn", careful)
    wiki.edit("Admin", "MediaWiki:Abusefilter-warn/de", "'''Vorsicht''': erst lesen.")
    wiki.edit("Admin", "Template:Capacity Exchange profile", "{{{about|}}}")
    wiki.edit("Admin", "MediaWiki:Spam-blacklist", r"spam\.example")
    return wiki


@pytest.fixture
def wiki(mediawiki: MediaWiki) -> Iterator[MediaWiki]:
    """The wiki, as it was whatever a test did to it."""
    yield mediawiki
    mediawiki.settings("", name="with-refusals")


def write(visitor: Visitor) -> dict[str, list[str]]:
    """Fill in the form and go on to the preview; what was typed."""
    fields = shown(visitor, offers__0__capacity="Lua", offers__0__note="why – ünïcode", about=WORDS)
    assert preview(visitor, fields) == 200
    return fields


def holds(visitor: Visitor, typed: dict[str, list[str]]) -> bool:
    """Whether the page that was seen last holds everything that was typed."""
    held = visitor.fields()
    own = ("csrf_token", "step")
    return all(held.get(name) == value for name, value in typed.items() if name not in own)


def back_to_form(visitor: Visitor) -> dict[str, list[str]]:
    assert visitor.post("/me/profile", visitor.fields() | {"step": ["form"]}).status_code == 200
    return visitor.fields()


def settle(wiki: MediaWiki, settings: str = "") -> None:
    wiki.settings(settings, name="with-refusals")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("$wgReadOnly = 'The disks are exchanged.';", "The disks are exchanged."),
        (f"$wgRateLimits = {LIMIT}; $wgMainCacheType = CACHE_DB;", "You have edited a lot"),
        (CAPTCHA, "wants to know that you are a person"),
    ],
    ids=["read-only", "rate-limit", "captcha"],
)
def test_a_wiki_that_says_no_for_now_is_asked_again_with_one_click(
    member: Make, wiki: MediaWiki, settings: str, words: str
) -> None:
    ada = member()
    typed = write(ada)
    settle(wiki, settings)
    assert save(ada) == 409
    assert ada.last is not None
    assert words in ada.last.text
    assert holds(ada, typed)
    settle(wiki)
    assert save(ada) == 200
    text = wiki.page(f"User:{ada.name}/Capacity Exchange") or ""
    assert WORDS in text
    assert "why – ünïcode" in text


def test_a_filter_that_warns_is_heard_and_then_told_to_save(member: Make, wiki: MediaWiki) -> None:
    ada = member("Warned Ada")
    typed = write(ada)
    assert save(ada) == 409
    assert ada.last is not None
    page = ada.last.text
    assert "Careful: read Project:Rules first.\nThen go on." in page
    assert "onclick" not in page
    assert "'''" not in page
    assert "Save all the same" in page
    assert holds(ada, typed)
    assert wiki.page(f"User:{ada.name}/Capacity Exchange") is None
    assert save(ada) == 200
    assert WORDS in (wiki.page(f"User:{ada.name}/Capacity Exchange") or "")


def test_the_wiki_speaks_the_reader_s_language(member: Make, wiki: MediaWiki) -> None:
    ada = member("Warned Ada")
    write(ada)
    fields = ada.fields() | {"step": ["save"]}
    page = ada.post("/me/profile?uselang=de", fields)
    assert page.status_code == 409
    assert "Vorsicht: erst lesen." in page.text


def test_a_filter_that_disallows_gives_the_words_back(member: Make, wiki: MediaWiki) -> None:
    ada = member("Disallowed Ada")
    typed = write(ada)
    assert save(ada) == 409
    assert ada.last is not None
    assert "An edit filter of the wiki stopped the edit." in ada.last.text
    assert holds(ada, typed)
    copied = ada.last.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert WORDS in copied
    assert "Capacity Exchange profile" in copied
    assert back_to_form(ada)["offers-0-capacity"] == ["Lua"]
    assert holds(ada, {"about": [WORDS]})


def test_a_link_on_the_blacklist_is_told_and_can_be_changed(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    typed = shown(ada, offers__0__capacity="Lua", about="see https://spam.example/ now")
    assert preview(ada, typed) == 200
    assert save(ada) == 409
    assert holds(ada, typed)
    again = back_to_form(ada) | {"about": [WORDS]}
    assert preview(ada, again) == 200
    assert save(ada) == 200
    assert WORDS in (wiki.page(f"User:{ada.name}/Capacity Exchange") or "")


def test_a_block_says_its_reason_and_the_words_stay(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    typed = write(ada)
    wiki.call("Admin", action="block", user=ada.name, expiry="never", reason="Made up reason")
    assert save(ada) == 409
    assert ada.last is not None
    assert "Made up reason" in ada.last.text
    assert holds(ada, typed)
    wiki.call("Admin", action="unblock", user=ada.name)
    assert save(ada) == 200


def test_a_wiki_that_went_away_keeps_the_words_wherever_one_clicks(
    member: Make, wiki: MediaWiki, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = member()
    typed = write(ada)
    with monkeypatch.context() as away:
        away.setattr(provider, "wiki_api", "http://127.0.0.1:9/api.php")
        for step in ("save", "form", "preview"):
            fields = ada.fields() | {"step": [step]}
            assert ada.post("/me/profile", fields).status_code == 502
            assert holds(ada, typed)
    assert save(ada) == 200
    assert WORDS in (wiki.page(f"User:{ada.name}/Capacity Exchange") or "")


def test_a_form_that_cannot_be_opened_says_so(
    member: Make, wiki: MediaWiki, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = member()
    monkeypatch.setattr(provider, "wiki_api", "http://127.0.0.1:9/api.php")
    page = ada.get("/me/profile")
    assert page.status_code == 502
    assert "The form could not be opened" in page.text


def test_a_request_that_is_refused_keeps_its_words(member: Make, wiki: MediaWiki) -> None:
    ada = member("Disallowed Ada")
    ada.get("/me/request")
    asked = {"what": ["Lua"], "note": [WORDS]}
    assert ada.post("/me/request", ada.fields() | asked).status_code == 409
    assert ada.last is not None
    assert holds(ada, asked)
    assert "Capacity Exchange request" in ada.last.text
    assert ada.post("/me/request", ada.fields() | {"step": ["form"]}).status_code == 200
    assert holds(ada, asked)
