"""The profile editor on a real MediaWiki: form, preview, save, and everything in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from exchange.model import Kind, Language, Offer, Profile, Want
from exchange.store import Store
from exchange.store.pages import PageRecord
from exchange.store.runs import INDEX_VERSION
from tests.integration.account.conftest import Visitor
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
ENGLISH = (Language("en", 5),)

PAGE = """Hello, this page is made up.
{{Capacity Exchange profile
| offers = Wikidata (mentoring; expert) – queries <!-- mine -->
| wants  = grant writing
| seats = 3
| shoe size = 43
| languages=en-3,yo-N
}}
And more below.
"""


def key_of(visitor: Visitor) -> str:
    return f"user:{visitor.provider.accounts[visitor.name].id}"


def shown(visitor: Visitor, **changes: str) -> dict[str, list[str]]:
    """The form as it is shown, with some fields filled in."""
    page = visitor.get("/me/profile")
    assert page.status_code == 200, page.text
    return visitor.fields() | {name.replace("__", "-"): [new] for name, new in changes.items()}


def preview(visitor: Visitor, fields: dict[str, list[str]]) -> int:
    return visitor.post("/me/profile", fields | {"step": ["preview"]}).status_code


def save(visitor: Visitor) -> int:
    """Send the form of the preview on."""
    return visitor.post("/me/profile", visitor.fields() | {"step": ["save"]}).status_code


@pytest.fixture
def wiki(mediawiki: MediaWiki) -> Iterator[MediaWiki]:
    """The wiki, mended again whatever a test did to it."""
    yield mediawiki
    mediawiki.settings("", name="editor")


def test_a_page_is_made_where_there_is_none(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    fields = shown(
        ada,
        offers__0__capacity="Wikidata",
        offers__0__level="4",
        wants__0__capacity="Something nobody listed",
        languages__0__code="Yorùbá",
        country="NG",
    )
    assert preview(ada, fields) == 200
    assert ada.last is not None
    assert "as it will stand on the new page" in ada.last.text
    assert wiki.page(f"User:{ada.name}/Capacity Exchange") is None, "a preview saves nothing"
    assert save(ada) == 200
    text = wiki.page(f"User:{ada.name}/Capacity Exchange")
    assert text is not None
    assert "Wikidata" in text
    assert "Something nobody listed" in text
    (entry,) = wiki.history(f"User:{ada.name}/Capacity Exchange")
    assert entry["user"] == ada.name
    assert entry["comment"] == "Create my Capacity Exchange profile"


def test_the_summary_says_what_is_done_in_the_wiki_s_language(
    member: Make, wiki: MediaWiki
) -> None:
    ada = member()
    wiki.settings("$wgLanguageCode = 'de';", name="editor")
    for offer in ("Lua", "SQL"):
        assert preview(ada, shown(ada, offers__0__capacity=offer)) == 200
        assert save(ada) == 200
    assert preview(ada, shown(ada, seats="4")) == 200
    assert ada.post("/me/profile", ada.fields() | {"step": ["save"], "summary": ["Mine"]})
    ada.get("/me/request")
    assert ada.post("/me/request", ada.fields() | {"what": ["Finance"]}).status_code == 200
    wiki.settings("", name="editor")
    said = [one["comment"] for one in wiki.history(f"User:{ada.name}/Capacity Exchange")]
    assert sorted(said) == sorted(
        [
            "Mein Profil im Capacity Exchange anlegen",
            "Mein Profil im Capacity Exchange ändern",
            "Mine",
            "Über den Capacity Exchange um Hilfe bitten",
        ]
    )


def test_a_form_is_opened_with_two_requests(
    member: Make, wiki: MediaWiki, provider: Provider
) -> None:
    ada = member()
    wiki.edit(ada.name, f"User:{ada.name}/Capacity Exchange", PAGE)
    before = len(provider.calls)
    shown(ada)
    assert [one["action"] for one in provider.calls[before:]] == ["query", "query"]


def test_one_changed_field_changes_one_parameter(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    title = f"User:{ada.name}"
    wiki.edit(ada.name, title, PAGE)
    assert preview(ada, shown(ada, seats="5")) == 200
    assert save(ada) == 200
    assert wiki.page(title) == PAGE.replace("seats = 3", "seats = 5").rstrip()


def test_the_form_as_it_was_shown_changes_nothing(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    wiki.edit(ada.name, f"User:{ada.name}", PAGE)
    assert preview(ada, shown(ada)) == 200
    assert ada.last is not None
    assert "Nothing changes." in ada.last.text
    assert 'value="save"' not in ada.last.text


def test_the_preview_shows_the_lines_and_the_problems(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    wiki.edit(ada.name, f"User:{ada.name}", PAGE)
    preview(ada, shown(ada, seats="5"))
    assert ada.last is not None
    assert "<del>| seats = 3</del>" in ada.last.text
    assert "<ins>| seats = 5</ins>" in ada.last.text
    shown_profile = ada.last.text.partition("<article")[2].partition("</article>")[0]
    assert "shoe size" in shown_profile.partition('class="problems"')[2]


def test_an_edit_by_somebody_else_is_shown_and_then_built_upon(
    member: Make, wiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    ada = member()
    title = f"User:{ada.name}"
    wiki.edit(ada.name, title, PAGE)
    preview(ada, shown(ada, seats="5"))
    newer = PAGE.replace("And more below.", "And Ben was here.")
    wiki.edit(fresh("Ben"), title, newer)
    assert save(ada) == 409
    assert ada.last is not None
    assert "The page has changed in the meantime" in ada.last.text
    assert wiki.page(title) == newer.rstrip()
    assert save(ada) == 200
    assert wiki.page(title) == newer.replace("seats = 3", "seats = 5").rstrip()


def test_an_edit_in_the_very_moment_of_saving_is_no_loss(
    member: Make, wiki: MediaWiki, provider: Provider, fresh: Callable[[str], str]
) -> None:
    ada = member()
    title, ben = f"User:{ada.name}", fresh("Ben")
    wiki.edit(ada.name, title, PAGE)
    preview(ada, shown(ada, seats="5"))
    newer = PAGE.replace("| seats = 3\n", "| seats = 3 <!-- Ben -->\n")
    provider.meanwhile = lambda: wiki.edit(ben, title, newer)
    assert save(ada) == 409
    assert wiki.page(title) == newer.rstrip()
    assert save(ada) == 200
    text = wiki.page(title)
    assert text is not None
    assert "seats = 5" in text


def test_a_page_that_is_made_in_the_very_moment_is_not_written_over(
    member: Make, wiki: MediaWiki, provider: Provider, fresh: Callable[[str], str]
) -> None:
    ada = member()
    title, ben = f"User:{ada.name}/Capacity Exchange", fresh("Ben")
    preview(ada, shown(ada, offers__0__capacity="Lua"))
    provider.meanwhile = lambda: wiki.edit(ben, title, "Ben was first.")
    assert save(ada) == 409
    assert wiki.page(title) == "Ben was first."
    assert save(ada) == 200
    text = wiki.page(title)
    assert text is not None
    assert text.endswith("Ben was first.")
    assert "Lua" in text


def test_a_lost_answer_is_looked_after_and_nothing_is_saved_twice(
    member: Make, wiki: MediaWiki, provider: Provider
) -> None:
    ada = member()
    title = f"User:{ada.name}/Capacity Exchange"
    preview(ada, shown(ada, offers__0__capacity="Lua", about="un e\u0301te\u0301"))
    provider.bend = "lost"
    assert save(ada) == 200
    assert len(wiki.history(title)) == 1


def test_a_wiki_that_went_away_in_the_middle_says_so(
    member: Make, wiki: MediaWiki, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = member()
    preview(ada, shown(ada, offers__0__capacity="Lua"))
    monkeypatch.setattr(provider, "wiki_api", "http://127.0.0.1:9/api.php")
    assert save(ada) == 502
    assert ada.last is not None
    assert "does not respond" in ada.last.text


def test_a_blocked_person_is_told(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    preview(ada, shown(ada, offers__0__capacity="Lua"))
    wiki.call("Admin", action="block", user=ada.name, expiry="never", reason="test")
    assert save(ada) == 409
    assert ada.last is not None
    assert "Your account is blocked" in ada.last.text
    wiki.call("Admin", action="unblock", user=ada.name)
    assert wiki.page(f"User:{ada.name}/Capacity Exchange") is None


def test_a_protected_page_is_told(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    wiki.edit(ada.name, f"User:{ada.name}", PAGE)
    title = f"User:{ada.name}"
    wiki.call("Admin", action="protect", title=title, protections="edit=sysop", expiry="never")
    preview(ada, shown(ada, seats="5"))
    assert save(ada) == 409
    assert ada.last is not None
    assert "The page is protected" in ada.last.text


def test_a_wiki_that_is_read_only_is_told(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    preview(ada, shown(ada, offers__0__capacity="Lua"))
    wiki.settings("$wgReadOnly = 'The disks are being mended.';", name="editor")
    assert save(ada) == 409
    assert ada.last is not None
    assert "is read-only at the moment" in ada.last.text
    assert "The disks are being mended." in ada.last.text


def test_a_wiki_that_has_had_enough_is_told(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    preview(ada, shown(ada, offers__0__capacity="Lua"))
    limits = "['edit' => ['newbie' => [0, 60], 'user' => [0, 60]]]"
    wiki.settings(f"$wgRateLimits = {limits}; $wgMainCacheType = CACHE_DB;", name="editor")
    assert save(ada) == 409
    assert ada.last is not None
    assert "You have edited a lot" in ada.last.text


def test_a_login_that_was_withdrawn_on_the_wiki_is_told(member: Make, provider: Provider) -> None:
    ada = member()
    preview(ada, shown(ada, offers__0__capacity="Lua"))
    provider.validator.accesses.clear()
    assert save(ada) == 409
    assert ada.last is not None
    assert "Please log in again" in ada.last.text


@pytest.fixture
def group(store: Store, wiki: MediaWiki, fresh: Callable[[str], str]) -> Callable[..., Profile]:
    """Make a group whose page stands on the wiki, with these contacts."""

    def make(*contacts: Visitor) -> Profile:
        title = fresh("Project:Sample Group")
        text = "{{Capacity Exchange profile\n| kind = user group\n| offers = Lua\n}}\n"
        wiki.edit(contacts[0].name, title, text)
        found = wiki.call(action="query", titles=title)["query"]["pages"][0]
        key, title = f"page:{found['pageid']}", found["title"]
        profile = Profile(key, "Sample Group", Kind.USER_GROUP, page=title, page_id=found["pageid"])
        store.profiles.save_many([profile])
        agreed = tuple(each.provider.accounts[each.name].id for each in contacts)
        store.pages.save([PageRecord(profile.page_id, title, 4, 1, party=key, agreed=agreed)])
        return profile

    return make


def test_a_contact_edits_the_group_s_profile(
    member: Make, wiki: MediaWiki, group: Callable[..., Profile]
) -> None:
    ada = member()
    theirs = group(ada)
    path = f"/me/profile?of={theirs.key}"
    assert "Edit the profile of Sample Group" in ada.get(path).text
    fields = ada.fields() | {"wants-0-capacity": ["Finance"], "step": ["preview"]}
    assert ada.post(path, fields).status_code == 200
    assert ada.post(path, ada.fields() | {"step": ["save"]}).status_code == 200
    text = wiki.page(theirs.page)
    assert text is not None
    assert "Finance" in text
    assert "kind = user group" in text


def test_a_stranger_edits_nobody_else_s_profile(
    member: Make, wiki: MediaWiki, group: Callable[..., Profile]
) -> None:
    ada, eve = member("Ada"), member("Eve")
    theirs = group(ada)
    before = wiki.page(theirs.page)
    for key in (theirs.key, key_of(ada), "page:0", "nonsense"):
        assert eve.get(f"/me/profile?of={key}").status_code == 403
        refused = eve.post(f"/me/profile?of={key}", {"step": "save", "seats": "1"})
        assert refused.status_code == 403
    assert wiki.page(theirs.page) == before


def test_a_redirect_to_somebody_else_s_page_is_not_followed(member: Make, wiki: MediaWiki) -> None:
    ada, eve = member("Ada"), member("Eve")
    wiki.edit(ada.name, f"User:{ada.name}", PAGE)
    wiki.edit(eve.name, f"User:{eve.name}/Capacity Exchange", f"#REDIRECT [[User:{ada.name}]]")
    assert preview(eve, shown(eve, offers__0__capacity="Lua")) == 200
    assert save(eve) == 200
    assert wiki.page(f"User:{ada.name}") == PAGE.rstrip()
    assert "Lua" in (wiki.page(f"User:{eve.name}") or "")


def test_a_page_that_calls_the_template_by_a_redirect_stays_as_it_is(
    member: Make, wiki: MediaWiki
) -> None:
    ada = member()
    wiki.edit("Admin", "Template:CapX", "#REDIRECT [[Template:Capacity Exchange profile]]")
    wiki.edit("Admin", "Template:Capacity Exchange profile", "a profile")
    text = "{{CapX|offers=Lua|seats=1}}"
    wiki.edit(ada.name, f"User:{ada.name}", text)
    assert preview(ada, shown(ada, seats="4")) == 200
    assert save(ada) == 200
    assert wiki.page(f"User:{ada.name}") == text.replace("seats=1", "seats=4")


def test_words_that_would_break_the_page_are_only_words(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    wiki.edit(ada.name, f"User:{ada.name}", PAGE)
    evil = "}} {{subst:Evil}} ~~~~ | seats = 9 <!-- [[Category:X]] <nowiki>"
    fields = shown(ada, about=evil, offers__1__capacity=f"x {evil}", offers__1__note=evil)
    assert preview(ada, fields) == 200
    assert "<nowiki>" not in (ada.last.text if ada.last else "<nowiki>")
    assert save(ada) == 200
    text = wiki.page(f"User:{ada.name}")
    assert text is not None
    assert text.startswith("Hello, this page is made up.\n{{Capacity Exchange profile\n")
    assert text.endswith("\n}}\nAnd more below.")
    assert ada.name not in text, "a signature was not expanded"
    ada.get("/me/profile")
    assert ada.fields()["about"] == [evil]
    assert ada.fields()["seats"] == ["3"]


def test_what_somebody_came_for_is_in_the_form_once(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    wiki.edit(ada.name, f"User:{ada.name}", PAGE)
    for query, rows in (
        ("want=lua", {"wants-0-capacity": "grant writing", "wants-1-capacity": "Lua"}),
        ("want=flying+kites&uselang=fr", {"wants-1-capacity": "flying kites"}),
        ("offer=photography&uselang=fr", {"offers-1-capacity": "photographie"}),
        (
            "offer=Active+Wikidata+expertise&want=",
            {"offers-0-capacity": "Wikidata", "offers-1-capacity": ""},
        ),
    ):
        ada.get(f"/me/profile?{query}")
        fields = ada.fields()
        assert {name: fields[name][0] for name in rows} == rows, query


def test_languages_come_from_the_babel_box_else_from_the_page(
    member: Make, wiki: MediaWiki
) -> None:
    ada, ben = member("Ada"), member("Ben")
    wiki.edit(ada.name, f"User:{ada.name}", "{{#babel:de-N|fr-2}}")
    ada.get("/me/profile")
    fields = ada.fields()
    assert [fields[f"languages-{at}-code"][0] for at in (0, 1, 2)] == ["German", "French", ""]
    assert [fields[f"languages-{at}-level"][0] for at in (0, 1)] == ["6", "2"]
    ben.get("/me/profile?uselang=yo")
    assert "Taken from" not in (ben.last.text if ben.last else "Taken from")
    assert ben.fields()["languages-0-level"] == ["4"]
    assert preview(ben, ben.fields() | {"offers-0-capacity": ["Lua"]}) == 200
    assert save(ben) == 200
    assert "| languages = yo-4" in (wiki.page(f"User:{ben.name}/Capacity Exchange") or "")


def test_a_profile_that_is_there_is_not_filled_in_from_elsewhere(
    member: Make, wiki: MediaWiki
) -> None:
    ada = member()
    text = "{{#babel:de-N}}\n{{Capacity Exchange profile\n| offers = Lua\n}}"
    wiki.edit(ada.name, f"User:{ada.name}", text)
    assert preview(ada, shown(ada, seats="4")) == 200
    assert save(ada) == 200
    assert "languages" not in (wiki.page(f"User:{ada.name}") or "languages")


def test_an_empty_profile_is_not_saved(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    fields = shown(ada, country="NG", about="My words")
    assert preview(ada, fields) == 422
    assert ada.last is not None
    assert "Please name at least one thing" in ada.last.text
    assert ada.fields()["about"] == ["My words"]
    assert ada.post("/me/profile", fields | {"step": ["save"]}).status_code == 422
    assert wiki.page(f"User:{ada.name}/Capacity Exchange") is None


def test_a_goal_without_a_capacity_stays_in_the_form(member: Make) -> None:
    ada = member()
    goal = "By March I want to run my first edit-a-thon"
    assert preview(ada, shown(ada, offers__0__capacity="Lua", wants__0__note=goal)) == 422
    assert ada.last is not None
    assert "not what it is about" in ada.last.text
    assert ada.fields()["wants-0-note"] == [goal]
    assert preview(ada, ada.fields() | {"wants-0-capacity": ["edit-a-thon"]}) == 200
    assert save(ada) == 200
    ada.get("/me/profile")
    assert ada.fields()["wants-0-note"] == [goal]


def test_more_rows_keep_what_was_filled_in(member: Make) -> None:
    ada = member()
    fields = shown(ada, offers__0__capacity="Lua", wants__1__capacity="Finance")
    before = sum("capacity" in name for name in fields)
    ada.post("/me/profile", fields | {"step": ["more"]})
    after = ada.fields()
    assert sum("capacity" in name for name in after) > before
    assert after["offers-0-capacity"] == ["Lua"]
    assert ["Finance"] in [value for name, value in after.items() if name.startswith("wants")]


def test_a_field_that_cannot_be_read_loses_nothing(member: Make) -> None:
    ada = member()
    fields = shown(
        ada,
        offers__1__capacity="Lua",
        languages__0__code="Klingonish",
        languages__1__code="yo",
        wants__1__capacity="Finance",
        wants__1__until="2027-13-01",
        timezone="Atlantis",
        about="kept as well",
    )
    assert preview(ada, fields) == 422
    assert ada.last is not None
    assert "“Klingonish” is not a language" in ada.last.text
    again = ada.fields()
    told = {name for name in fields if name not in ("csrf_token", "step")}
    assert {name: again.get(name) for name in told} == {name: fields[name] for name in told}


def test_the_way_back_to_the_form_keeps_what_was_filled_in(member: Make) -> None:
    ada = member()
    preview(ada, shown(ada, offers__0__capacity="Lua", about="My words"))
    ada.post("/me/profile", ada.fields() | {"step": ["form"]})
    assert ada.fields()["offers-0-capacity"] == ["Lua"]
    assert ada.fields()["about"] == ["My words"]


def test_an_edit_carries_the_tag_where_the_wiki_has_it(member: Make, wiki: MediaWiki) -> None:
    ada = member()
    title = f"User:{ada.name}/Capacity Exchange"
    preview(ada, shown(ada, offers__0__capacity="Lua"))
    wiki.call(
        "Admin", action="managetags", operation="create", tag="capacity-exchange", ignorewarnings=1
    )
    assert save(ada) == 200
    found = wiki.call(action="query", prop="revisions", rvprop="tags", titles=title)
    assert "capacity-exchange" in found["query"]["pages"][0]["revisions"][0]["tags"]
    wiki.call("Admin", action="managetags", operation="deactivate", tag="capacity-exchange")
    preview(ada, shown(ada, seats="4"))
    assert save(ada) == 200, "a tag that was switched off is no hindrance"


def test_saving_ends_with_whom_the_new_profile_meets(member: Make, store: Store) -> None:
    ada = member()
    store.profiles.save_many(
        [
            Profile("user:7", "Sample Helper", languages=ENGLISH, offers=(Offer("finance"),)),
            Profile("user:8", "Sample Seeker", languages=ENGLISH, wants=(Want("lua"),)),
            Profile("user:9", "Sample Other", languages=ENGLISH, wants=(Want("wikidata"),)),
        ]
    )
    store.metadata.set(INDEX_VERSION, "filled", at=datetime(2026, 11, 23, tzinfo=UTC))
    told = {"offers__0__capacity": "Lua", "wants__0__capacity": "Finance"}
    preview(ada, shown(ada, languages__0__code="en", **told))
    assert save(ada) == 200
    assert ada.last is not None
    helpers, _, seekers = ada.last.text.partition('id="seekers"')
    assert "Sample Helper" in helpers
    assert "Sample Seeker" in seekers
    assert "Sample Other" not in ada.last.text


def test_who_was_forgotten_is_asked_to_come_back_first(member: Make, store: Store) -> None:
    ada = member()
    ada.post("/me/forget", {"sure": "yes"})
    ada.login(ada.name)
    for path in ("/me/profile", "/me/request"):
        assert ada.get(path).location == "/me"


def test_one_person_cannot_edit_without_end(member: Make, store: Store) -> None:
    ada = member()
    fields = shown(ada, offers__0__capacity="Lua")
    for _ in range(60):
        store.rate_limits.add(
            int(key_of(ada)[5:]),
            "editor.submit_editor",
            at=ada.client.application.extensions["capacity-exchange"].now(),
            within=timedelta(hours=1),
            most=60,
        )
    assert preview(ada, fields) == 200, "looking writes nothing"
    assert save(ada) == 429
    assert ada.last is not None
    assert "You have saved very often" in ada.last.text
    assert ada.fields()["offers-0-capacity"] == ["Lua"]
    assert preview(ada, ada.fields()) == 200


def test_the_row_of_a_thing_asks_where_and_when_and_keeps_what_it_does_not_show(
    member: Make, wiki: MediaWiki
) -> None:
    ada = member()
    wiki.edit(
        ada.name,
        f"User:{ada.name}",
        "{{Capacity Exchange profile\n| offers =\n* venue (expert; in Tirana; until 2099-03-01)\n* Lua (expert)\n}}",
    )
    fields = shown(ada)
    assert ada.last is not None
    page = ada.last.text
    assert '<label for="offers-0-place">' in page
    assert '<label for="offers-0-level">' not in page
    assert '<label for="offers-1-level">' in page
    assert '<label for="offers-1-place">' not in page
    assert (fields["offers-0-level"], fields["offers-0-until"]) == (["4"], ["2099-03-01"])
    assert preview(ada, fields | {"offers-0-place": ["Shkodër"]}) == 200
    assert save(ada) == 200
    assert "venue (expert; in Shkodër; until 2099-03-01)" in (wiki.page(f"User:{ada.name}") or "")
    # A room that becomes a lesson takes along what was said of it.
    assert preview(ada, shown(ada, offers__0__capacity="Wikidata")) == 200
    assert save(ada) == 200
    text = wiki.page(f"User:{ada.name}") or ""
    assert "Wikidata" in text
    assert "Shkodër; until 2099-03-01" in text
