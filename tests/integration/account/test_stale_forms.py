"""Forms that were open while the page changed on a real MediaWiki: nothing is lost unasked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.integration.account.conftest import Visitor
from tests.integration.account.test_editor import PAGE, preview, save, shown
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
MORE = """Hello, this page is made up.
{{Capacity Exchange profile
| offers =
* Wikidata (mentoring; expert) – queries <!-- mine -->
* Lua
| wants  = grant writing
| seats = 3
| about = Written in another window.
| shoe size = 43
| languages=en-3,yo-N
}}
And more below.
"""


def rewrite(page: Visitor, **changes: str) -> dict[str, list[str]]:
    """Change some fields of the form that was seen last."""
    new = {name.replace("__", "-"): [value] for name, value in changes.items()}
    return page.fields() | new


def choose(visitor: Visitor, side: str) -> int:
    """Answer every question of the page that was seen last in one way."""
    assert visitor.last is not None
    names = sorted(set(re.findall(r'name="(choice-[0-9a-f]+)"', visitor.last.text)))
    assert names
    fields = visitor.fields() | {name: [side] for name in names}
    return visitor.post("/me/profile", fields | {"step": ["preview"]}).status_code


def test_what_was_saved_meanwhile_stays(member: Make, mediawiki: MediaWiki) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    fields = shown(ada, seats="5")
    mediawiki.edit(ada.name, title, MORE)
    assert preview(ada, fields) == 200
    assert ada.last is not None
    assert "The page has changed in the meantime" in ada.last.text
    assert "<del>* Lua" not in ada.last.text
    assert save(ada) == 200
    assert mediawiki.page(title) == MORE.replace("seats = 3", "seats = 5").rstrip()


def test_what_is_saved_between_preview_and_save_stays(member: Make, mediawiki: MediaWiki) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    preview(ada, shown(ada, seats="5"))
    mediawiki.edit(ada.name, title, MORE)
    assert save(ada) == 409
    assert save(ada) == 200
    assert mediawiki.page(title) == MORE.replace("seats = 3", "seats = 5").rstrip()


def test_a_form_for_a_new_page_meets_a_profile_that_was_made_meanwhile(
    member: Make, mediawiki: MediaWiki
) -> None:
    ada = member()
    title = f"User:{ada.name}/Capacity Exchange"
    fields = shown(ada, offers__0__capacity="SQL", languages__0__code="en")
    mediawiki.edit(ada.name, title, MORE)
    assert preview(ada, fields) == 409, "the level of English differs: that is asked"
    assert choose(ada, "theirs") == 200
    assert save(ada) == 200
    text = mediawiki.page(title) or ""
    assert "SQL" in text
    assert "Lua" in text
    assert "Written in another window." in text
    assert "en-3" in text


@pytest.mark.parametrize(("side", "seats"), [("mine", "5"), ("theirs", "8")])
def test_a_contradiction_is_asked_and_the_answer_counts(
    member: Make, mediawiki: MediaWiki, side: str, seats: str
) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    fields = shown(ada, seats="5", about="From the form.")
    newer = MORE.replace("seats = 3", "seats = 8")
    mediawiki.edit(ada.name, title, newer)
    assert preview(ada, fields) == 409
    assert ada.last is not None
    for words in ("Which version should stay?", "From the form.", "Written in another window."):
        assert words in ada.last.text
    assert mediawiki.page(title) == newer.rstrip(), "a question saves nothing"
    assert choose(ada, side) == 200
    assert save(ada) == 200
    text = mediawiki.page(title) or ""
    assert f"seats = {seats}" in text
    assert ("From the form." in text) == (side == "mine")
    assert "* Lua" in text


def test_a_question_left_open_is_asked_again(member: Make, mediawiki: MediaWiki) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    fields = shown(ada, about="From the form.")
    mediawiki.edit(ada.name, title, MORE)
    assert preview(ada, fields) == 409
    assert save(ada) == 409
    assert preview(ada, ada.fields()) == 409
    assert mediawiki.page(title) == MORE.rstrip()


def test_both_texts_can_stay(member: Make, mediawiki: MediaWiki) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    fields = shown(ada, about="From the form.")
    mediawiki.edit(ada.name, title, MORE)
    preview(ada, fields)
    assert choose(ada, "both") == 200
    assert save(ada) == 200
    text = mediawiki.page(title) or ""
    assert "From the form.\n\nWritten in another window." in text


def test_an_answer_does_not_count_for_what_was_changed_after_it(
    member: Make, mediawiki: MediaWiki
) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    fields = shown(ada, about="From the form.")
    mediawiki.edit(ada.name, title, MORE)
    preview(ada, fields)
    assert choose(ada, "mine") == 200
    newest = MORE.replace("another window", "a third window")
    mediawiki.edit(ada.name, title, newest)
    assert save(ada) == 409
    assert ada.last is not None
    assert "a third window" in ada.last.text
    assert mediawiki.page(title) == newest.rstrip()


def test_a_profile_taken_off_the_page_is_not_put_back_unasked(
    member: Make, mediawiki: MediaWiki
) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    fields = shown(ada, seats="5")
    mediawiki.edit(ada.name, title, "No profile any more.")
    assert preview(ada, fields) == 409
    assert ada.last is not None
    assert "The whole profile" in ada.last.text
    assert choose(ada, "theirs") == 200
    assert "Nothing changes." in (ada.last.text if ada.last else "")


def test_going_back_to_the_form_keeps_what_was_typed_and_what_it_began_with(
    member: Make, mediawiki: MediaWiki
) -> None:
    ada = member()
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, PAGE)
    fields = shown(ada, seats="5", timezone="Nowhere/Atall")
    mediawiki.edit(ada.name, title, MORE)
    assert preview(ada, fields) == 422
    assert ada.post("/me/profile", ada.fields() | {"step": ["more"]}).status_code == 422
    assert preview(ada, rewrite(ada, timezone="Africa/Lagos")) == 200
    assert ada.post("/me/profile", ada.fields() | {"step": ["form"]}).status_code == 200
    assert ada.fields()["seats"] == ["5"]
    assert preview(ada, ada.fields()) == 200
    assert save(ada) == 200
    text = mediawiki.page(title) or ""
    assert "* Lua" in text
    assert "Written in another window." in text
    assert "Africa/Lagos" in text
    assert "seats = 5" in text


def test_what_a_form_began_with_cannot_be_forged(member: Make, mediawiki: MediaWiki) -> None:
    """Without a true beginning, what differs is asked; nothing is taken for deleted."""
    ada, eve = member(), member("Eve")
    title = f"User:{ada.name}"
    mediawiki.edit(ada.name, title, MORE)
    mediawiki.edit(eve.name, f"User:{eve.name}", MORE)
    of_eve = shown(eve)["began"]
    for began in (["gAAAAAnonsense"], [""], of_eve):
        fields = shown(ada, seats="5") | {"began": began, "base": ["1"]}
        assert preview(ada, fields) == 409
        assert ada.last is not None
        assert "Which version should stay?" in ada.last.text


def test_long_notes_texts_and_lists_come_back_whole(member: Make, mediawiki: MediaWiki) -> None:
    """The form's own limits cut nothing that stands on the wiki already."""
    ada = member()
    title = f"User:{ada.name}"
    note, about = "queries " * 60 + "end", "word " * 1200 + "end"
    rows = "\n".join(f"* skill number {at}" for at in range(70))
    text = (
        "{{Capacity Exchange profile\n| offers =\n* Lua (expert) – "
        f"{note}\n{rows}\n| seats = 3\n| languages = en-3\n| about = {about}\n}}}}"
    )
    mediawiki.edit(ada.name, title, text)
    assert preview(ada, shown(ada, seats="5", offers__0__level="1")) == 200
    assert save(ada) == 200
    expected = text.replace("seats = 3", "seats = 5").replace("Lua (expert)", "Lua (basic)")
    assert mediawiki.page(title) == expected
