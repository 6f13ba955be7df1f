"""Invitations: a text for everybody whom a coordinator names; nothing is sent and nothing kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
import requests
from flask import Flask

from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import install_ours
from webtool.account.form import FieldError
from webtool.account.invitations import MOST_NAMES, parse_names

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
PATH = "/me/invitations"


def texts(visitor: Visitor) -> list[str]:
    """The texts that can be copied from the page that was seen last."""
    assert visitor.last is not None
    found = re.findall(r"<textarea[^>]* readonly[^>]*>(.*?)</textarea>", visitor.last.text, re.S)
    return [html.unescape(one) for one in found]


def draft(visitor: Visitor) -> str:
    assert visitor.last is not None
    found = re.search(r'href="([^"]+)"[^>]*aria-describedby="draft"', visitor.last.text)
    assert found
    return html.unescape(found[1])


def test_everybody_named_has_a_text_and_a_link_to_their_own_form(
    member: Make, store: Store, app: Flask
) -> None:
    ada = member("Ada")
    assert "{name}" in ada.get(PATH).text  # an example to begin with
    answer = ada.post(
        PATH,
        {
            "names": "* [[User:Quiet One|Q]]\nquiet_Two, Quiet One\n\nUser:Ünal <3",
            "text": "Dear {name}, have a look: {link} – see you!",
        },
    )
    assert answer.status_code == 422  # and what was typed is still there
    assert "Nobody can be called “Ünal &lt;3”." in answer.text
    assert "quiet_Two" in ada.fields()["names"][0]
    fields = ada.fields() | {"names": ["* [[User:Quiet One|Q]]\nquiet_Two, Quiet One"]}
    assert ada.post(f"{PATH}?uselang=fr", fields).status_code == 200
    link = "http://127.0.0.1:8000/me/profile?uselang="
    first, second = texts(ada)
    assert first.startswith(f"Dear Quiet One, have a look: {link}")
    assert second.startswith(f"Dear Quiet Two, have a look: {link}")
    # Whoever opens it and logs in finds their own form.
    ben = member("Ben")
    form = ben.get(first.split("8000")[1].split(" ")[0])
    assert form.status_code == 200
    assert f"User:{ben.name}/Capacity Exchange" in form.text
    # Nobody who was named is known afterwards.
    with store.database.reading() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert "Quiet" not in dump


def test_the_draft_on_the_wiki_begins_with_all_texts_and_notifies_nobody(
    member: Make, mediawiki: MediaWiki
) -> None:
    install_ours(mediawiki)
    ada = member("Ada")
    ada.get(PATH)
    ada.post(PATH, ada.fields() | {"names": ["Quiet One\nQuiet Two"], "text": ["Hello {name}"]})
    address = draft(ada)
    assert "Special%3AMyPage%2FCapacity_Exchange_invitations" in address
    page = requests.get(f"{mediawiki.server}/index.php?{address.partition('?')[2]}", timeout=60)
    field = re.search(r"<textarea[^>]*wpTextbox1[^>]*>(.*?)</textarea>", page.text, re.S)
    assert field
    text = html.unescape(field[1])
    for words in ("== Quiet One ==\nHello Quiet One", "== Quiet Two ==\nHello Quiet Two"):
        assert words in text
    assert "/me/profile" in text
    assert "[[User" not in text


def test_texts_that_are_too_long_for_a_link_are_copied(member: Make) -> None:
    ada = member("Ada")
    ada.get(PATH)
    ada.post(PATH, ada.fields() | {"names": ["A B\nC D"], "text": ["words " * 800]})
    assert len(texts(ada)) == 2
    assert "preload" not in draft(ada)
    assert "copy them into the page" in (ada.last.text if ada.last else "")


def test_it_is_for_people_who_are_logged_in(visitor: Callable[[], Visitor]) -> None:
    stranger = visitor()
    assert stranger.get(PATH).status_code == 302
    kept = stranger.post(PATH, {"names": "Quiet One", "text": "Hello"}, forged=True)
    assert kept.status_code == 403
    assert "Quiet One" in kept.text  # what was typed is not lost


@pytest.mark.parametrize(
    ("text", "names", "error"),
    [
        ("Ada", ["Ada"], ""),
        ("ada_lovelace\nBen،Çelik、Dao; ada lovelace", ["Ada lovelace", "Ben", "Çelik", "Dao"], ""),
        ("# [[User:Ada]]\n# [[user:Ben|Ben!]]\nUser: Cy", ["Ada", "Ben", "Cy"], ""),
        ("", [], "blank"),
        (" \n,\n", [], "blank"),
        ("Ada/Sub", [], "username"),
        ("ada@example.org", [], "username"),
        ("{{u|Ada}}", [], "username"),
        ("https://example.org", [], "username"),
        ("\n".join(f"P{at}" for at in range(MOST_NAMES + 1)), None, "many"),
    ],
)
def test_names_are_read_as_people_list_them(text: str, names: list[str] | None, error: str) -> None:
    found, errors = parse_names(text)
    assert [one.code for one in errors] == ([error] if error else [])
    assert all(isinstance(one, FieldError) for one in errors)
    assert names is None or found == names
