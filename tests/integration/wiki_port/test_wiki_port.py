"""The Wiki port's contract, the same for every body.

The world is made on a real MediaWiki by its own users. ``live`` reads it there; ``archive`` reads
the export that the same MediaWiki gives (``dumpBackup.php``). So both see the same pages.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bot.wiki import ArchiveWiki, DryRunWiki, Edit, LiveWiki, RequestPolicy
from exchange.errors import EditRefused
from exchange.model import User

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

PROFILE = "Template:Capacity Exchange profile"
OPT_OUT = "Category:No messages"
LONG = "User:Ida/" + "ö" * 100


@pytest.fixture(scope="module")
def world(mediawikis, release):
    wiki = mediawikis(release=release)
    wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
    for name in ("Ada", "Bea", "Cem", "Dov", "Eva", "Ida"):
        wiki.account(name)
    wiki.edit("Admin", PROFILE, "A box. <noinclude>[[Category:Templates]]</noinclude>")
    wiki.edit("Admin", "Template:Profil", f"#REDIRECT [[{PROFILE}]]")
    wiki.edit("Admin", "Template:Quiet", f"<includeonly>[[{OPT_OUT}]]</includeonly>Hush.")
    wiki.edit("Ada", "User:Ada", "Hello! {{Capacity Exchange profile|offers=Lua}}", summary="first")
    wiki.edit("Bea", "User:Bea/Profile", "{{profil\n|wants=Lua}}")
    wiki.edit("Cem", "User:Cem", "<nowiki>{{Capacity Exchange profile}}</nowiki> {{Other}}")
    wiki.edit("Dov", "Project:Group", "{{Template:Capacity_Exchange profile}}")
    wiki.edit("Dov", "User talk:Dov", "{{Capacity Exchange profile}}{{Quiet}}")
    wiki.edit("Eva", "User:Eva", "{{Capacity Exchange profile|about=Old name}}")
    wiki.edit("Ida", LONG, "{{Capacity Exchange profile}} ¡ñandú! عربي 😀")
    wiki.edit("Bea", "User:Ada", "Hello! {{Capacity Exchange profile|offers=Perl}}", summary="hm")
    wiki.edit("Ada", "User:Ada", "Hello! {{Capacity Exchange profile|offers=C}}", summary="no, C")
    wiki.edit("Ada", "User talk:Ada", f"Welcome.\n\n== One ==\nText.\n[[{OPT_OUT}|Ada]]")
    wiki.edit("Bea", "User:Cem/Notes", "{{Capacity Exchange profile}} of Cem's, by Bea")
    wiki.edit("Ida", "User talk:Ida", "#REDIRECT [[User talk:Bea]]")
    wiki.rename("Eva", "Eve")
    wiki.edit("Admin", "User:Ghost", "#REDIRECT [[User:Bea]]")
    wiki.call("Admin", action="protect", title="User:Cem", protections="edit=sysop")
    return wiki


@pytest.fixture(scope="module")
def export(world, tmp_path_factory):
    return world.dump(tmp_path_factory.mktemp("export") / "export.xml")


def _open(kind, world, export, out=None):
    account = world.accounts["Exchange Bot"]
    if kind == "dry-run":
        moments = map(timedelta, itertools.repeat(0), itertools.count())
        begun = datetime.now(UTC)
        return DryRunWiki(
            ArchiveWiki(path=export, user="Exchange Bot"),
            folder=out,
            now=lambda: begun + next(moments),
        )
    if kind == "archive":
        clock = iter(range(10_000))
        start = datetime.now(UTC).replace(microsecond=0)
        return ArchiveWiki(
            path=export,
            out=out,
            user="Exchange Bot",
            now=lambda: start + timedelta(seconds=next(clock)),
        )
    return LiveWiki(
        api=world.api,
        user=account.login,
        password=account.secret,
        policy=RequestPolicy(pause=0, tries=2, wait=0.1),
    )


@pytest.fixture(scope="module", params=["archive", "live", "dry-run"])
def wiki(request, world, export, tmp_path_factory):
    return _open(request.param, world, export, tmp_path_factory.mktemp("out"))


# -- reading -------------------------------------------------------------------------------------


def test_the_site_tells_its_name_language_and_namespaces(wiki):
    site = wiki.site()
    assert site.name == "Capacity test wiki"
    assert site.language == "en"
    assert site.namespaces[2][0] == "User"
    assert site.namespaces[10][0] == "Template"
    assert site.namespaces[4] == ("Capacity test wiki", "Project")
    assert site.generator.startswith("MediaWiki ")


def test_we_know_who_we_are(wiki):
    me = wiki.own_account()
    assert me.name == "Exchange Bot"
    assert me.exists
    assert "bot" in me.groups
    assert not me.blocked


def test_redirects_of_a_template_are_known_with_their_target(wiki):
    found = wiki.redirects_to(titles=[PROFILE, "template:Nothing here"])
    assert found == {
        PROFILE: PROFILE,
        "Template:Profil": PROFILE,
        "template:Nothing here": "Template:Nothing here",
        "Template:Nothing here": "Template:Nothing here",
    }


def test_every_page_with_the_template_comes_once_with_its_text_and_last_editor(wiki):
    pages = list(wiki.pages_using(templates=[PROFILE, "Template:Profil"], namespaces=[2, 4]))
    assert sorted(page.title for page in pages) == [
        "Capacity test wiki:Group",
        "User:Ada",
        "User:Bea/Profile",
        "User:Cem/Notes",
        "User:Eve",
        LONG,
    ]
    by_title = {page.title: page for page in pages}
    ada = by_title["User:Ada"]
    assert ada.text == "Hello! {{Capacity Exchange profile|offers=C}}"
    assert ada.revision.user == "Ada"
    assert ada.revision.summary == "no, C"
    assert ada.revision.size == len(ada.text)
    assert ada.revision.timestamp.tzinfo is not None
    assert by_title[LONG].text.endswith("¡ñandú! عربي 😀")
    assert by_title["User:Cem/Notes"].revision.user == "Bea"
    assert all(page.id and page.namespace in (2, 4) for page in pages)


def test_a_template_that_is_not_there_is_asked_for_with_the_others(wiki, monkeypatch):
    """One list for all templates, however often the wiki cuts it."""
    asked = {"templates": [PROFILE, "Template:Other", "Template:Profil"], "namespaces": [2, 4]}
    whole = [page.title for page in wiki.pages_using(**asked)]
    assert "User:Cem" in whole
    assert len(whole) == len(set(whole)) == 7
    if isinstance(wiki, LiveWiki):
        before = wiki.requests
        assert {page.title for page in wiki.pages_using(**asked, content=False)} == {*whole}
        assert wiki.requests - before == 1
        monkeypatch.setattr(LiveWiki, "_batch", 3)
        assert sorted(page.title for page in wiki.pages_using(**asked)) == sorted(whole)


def test_without_content_only_the_revisions_come(wiki):
    full = {p.id: p.revision.id for p in wiki.pages_using(templates=[PROFILE], namespaces=[2])}
    brief = list(wiki.pages_using(templates=[PROFILE], namespaces=[2], content=False))
    assert {page.id: page.revision.id for page in brief} == full
    assert all(page.text is None for page in brief)


def test_pages_come_under_the_title_that_was_asked_missing_ones_too(wiki):
    found = wiki.pages(titles=["user:ada", "User_talk:Ada", "User:Nobody"])
    assert list(found) == ["user:ada", "User_talk:Ada", "User:Nobody"]
    assert found["user:ada"].title == "User:Ada"
    assert found["User_talk:Ada"].title == "User talk:Ada"
    assert found["User_talk:Ada"].namespace == 3
    nobody = found["User:Nobody"]
    assert not nobody.exists
    assert (nobody.title, nobody.id, nobody.namespace, nobody.text) == ("User:Nobody", 0, 2, None)


def test_pages_can_be_asked_for_by_id(wiki):
    ada = wiki.pages(titles=["User:Ada"])["User:Ada"]
    assert wiki.pages(ids=[ada.id, 99_999]) == {"User:Ada": ada}


def test_a_page_tells_its_categories_through_templates_too(wiki):
    found = wiki.pages(titles=["User talk:Ada", "User talk:Dov", "User:Ada"])
    assert OPT_OUT in found["User talk:Ada"].categories
    assert OPT_OUT in found["User talk:Dov"].categories
    assert not found["User:Ada"].categories


def test_a_redirect_tells_its_target_and_is_not_followed(wiki):
    page = wiki.pages(titles=["User talk:Ida"])["User talk:Ida"]
    assert page.title == "User talk:Ida"
    assert page.redirect == "User talk:Bea"


def test_accounts_come_with_their_ids_missing_ones_with_none(wiki):
    found = wiki.users(names=["ada", "Bea", "Nobody", "127.0.0.1", "Exchange_Bot"])
    assert found["ada"].name == "Ada"
    assert found["ada"].id
    assert found["ada"].id != found["Bea"].id
    assert found["ada"].registered is not None
    assert found["Nobody"] == User(name="Nobody", local=False)
    assert not found["127.0.0.1"].exists
    assert found["Exchange_Bot"].id == wiki.own_account().id


def test_a_renamed_account_is_found_under_its_old_name(wiki):
    found = wiki.users(names=["Eva", "Eve"])
    assert found["Eva"] == found["Eve"]
    assert found["Eva"].name == "Eve"


def test_revisions_carry_the_id_of_their_editor(wiki):
    revision = wiki.pages(titles=["User:Ada"])["User:Ada"].revision
    assert revision.user_id == wiki.users(names=["Ada"])["Ada"].id


def test_the_newest_revision_by_somebody_is_found(wiki):
    page = wiki.pages(titles=["User:Ada"])["User:Ada"]
    bea = wiki.last_revision_by(page_id=page.id, title=page.title, user="Bea")
    assert bea.summary == "hm"
    assert bea.id < page.revision.id
    assert wiki.last_revision_by(page_id=page.id, title=page.title, user="Cem") is None


def test_a_history_is_newest_first_and_its_texts_can_be_read(wiki):
    history = wiki.history(title="User:Ada")
    assert [row.user for row in history] == ["Ada", "Bea", "Ada"]
    assert [row.parent for row in history] == [history[1].id, history[2].id, 0]
    assert [row.id for row in wiki.history(title="User:Ada", limit=2)] == [
        row.id for row in history[:2]
    ]
    texts = wiki.revision_texts(revisions=[history[1].id, history[2].id, 9_999_999])
    assert texts == {
        history[1].id: "Hello! {{Capacity Exchange profile|offers=Perl}}",
        history[2].id: "Hello! {{Capacity Exchange profile|offers=Lua}}",
    }
    assert wiki.history(title="User:Nobody") == []


def test_contributions_of_several_people_come_newest_first(wiki):
    rows = list(wiki.contributions(users=["Bea", "Ada"], namespaces=[2]))
    assert {row.revision.user for row in rows} == {"Ada", "Bea"}
    assert {row.title for row in rows} == {"User:Ada", "User:Bea/Profile", "User:Cem/Notes"}
    times = [row.revision.timestamp for row in rows]
    assert times == sorted(times, reverse=True)
    late = datetime.now(UTC) + timedelta(days=1)
    assert list(wiki.contributions(users=["Bea"], since=late)) == []


def test_changes_come_oldest_first_from_the_namespaces_asked_for(wiki):
    since = datetime.now(UTC) - timedelta(days=1)
    rows = [row for row in wiki.changes(since=since, namespaces=[3]) if row.user != "Exchange Bot"]
    assert {row.title for row in rows} >= {"User talk:Ada", "User talk:Dov", "User talk:Ida"}
    assert [row.timestamp for row in rows] == sorted(row.timestamp for row in rows)
    assert not [row for row in rows if not row.title.startswith("User talk:")]


# -- writing -------------------------------------------------------------------------------------


def _text(wiki, title):
    return wiki.pages(titles=[title])[title].text


def test_what_was_saved_can_be_read_back_everywhere(wiki):
    edits = wiki.edits
    saved = wiki.save(edit=Edit(title="Reports/One", text="Hello | {{x}} ñ", summary="made"))
    page = wiki.pages(titles=["Reports/One"])["Reports/One"]
    assert page.revision.id == saved.revision
    assert page.revision.timestamp == saved.timestamp
    assert page.text == "Hello | {{x}} ñ"
    assert wiki.edits == edits + 1
    assert wiki.history(title="Reports/One")[0] == page.revision
    newest = next(iter(wiki.contributions(users=["Exchange Bot"])))
    assert (newest.title, newest.revision.id) == ("Reports/One", saved.revision)
    assert newest.revision.summary == "made"
    assert wiki.revision_texts(revisions=[saved.revision]) == {saved.revision: "Hello | {{x}} ñ"}


def test_saving_the_same_text_again_changes_nothing_and_is_no_edit(wiki):
    edit = Edit(title="Reports/Same", text="As it was.\n\n", summary="report")
    assert wiki.save(edit=edit).revision
    edits = wiki.edits
    assert wiki.save(edit=edit).revision == 0
    assert wiki.edits == edits
    assert len(wiki.history(title="Reports/Same")) == 1


def test_what_must_not_be_there_yet_is_refused_where_it_is(wiki):
    edit = Edit(title="Reports/Once", text="x", summary="made", create=True)
    wiki.save(edit=edit)
    with pytest.raises(EditRefused) as refused:
        wiki.save(edit=Edit(title="Reports/Once", text="y", summary="made", create=True))
    assert refused.value.code == "articleexists"
    assert _text(wiki, "Reports/Once") == "x"


def test_an_edit_made_from_an_old_revision_is_a_conflict(wiki):
    title = "Reports/Base"
    first = wiki.save(edit=Edit(title=title, text="one", summary="1"))
    second = wiki.save(
        edit=Edit(title=title, text="two", summary="2", base_revision=first.revision)
    )
    assert second.revision > first.revision
    with pytest.raises(EditRefused) as refused:
        wiki.save(edit=Edit(title=title, text="three", summary="3", base_revision=first.revision))
    assert refused.value.code == "editconflict"
    assert _text(wiki, title) == "two"


def test_an_edit_made_from_a_page_that_is_gone_is_refused(wiki):
    with pytest.raises(EditRefused) as refused:
        wiki.save(edit=Edit(title="Reports/Gone", text="x", summary="s", base_revision=1))
    assert refused.value.code == "missingtitle"


def test_tildes_become_our_signature_outside_of_nowiki(wiki):
    title = "Reports/Signed"
    wiki.save(edit=Edit(title=title, text="Hi <nowiki>~~~~</nowiki> --~~~~", summary="s"))
    text = _text(wiki, title)
    assert text.startswith(
        "Hi <nowiki>~~~~</nowiki> --[[User:Exchange Bot|Exchange Bot]] "
        "([[User talk:Exchange Bot|talk]]) "
    )
    assert text.endswith(" (UTC)")


def test_titles_in_any_script_and_with_unsafe_signs_are_kept(wiki):
    for title in ('Reports/Ümlaut & ? * \\ "q"', "تقارير/واحد", "Reports/..a/.b", LONG + "/x"):
        wiki.save(edit=Edit(title=title, text=title, summary="s"))
        assert _text(wiki, title) == title


@pytest.mark.parametrize(
    ("title", "code"), [("Special:Version", "pagecannotexist"), ("A[b]", "invalidtitle")]
)
def test_a_title_that_no_page_can_have_is_refused(wiki, title, code):
    with pytest.raises(EditRefused) as refused:
        wiki.save(edit=Edit(title=title, text="x", summary="s"))
    assert refused.value.code == code


def test_a_page_of_another_content_model_can_be_made(wiki):
    wiki.save(edit=Edit(title="Reports/D.json", text='{"a": 1}', summary="s", model="json"))
    page = wiki.pages(titles=["Reports/D.json"])["Reports/D.json"]
    assert page.model == "json"


def test_nobody_has_written_to_us(wiki):
    assert wiki.has_new_messages() is False
