"""The harness itself: what other tests rely on."""

from __future__ import annotations

import pytest

from tests.support.wiki.mediawiki import ApiError

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]


def test_an_edit_shows_at_once_in_the_page_its_category_and_its_template_s_uses(mediawiki, fresh):
    template, page, category = fresh("Template:Box"), fresh("User:Ada"), fresh("Boxes")
    mediawiki.edit("Admin", template, f"Hello [[Category:{category}]]")
    mediawiki.edit("Ada", page, f"{{{{{template.removeprefix('Template:')}}}}}")
    assert "Hello" in mediawiki.html(page)
    users = mediawiki.call(action="query", list="embeddedin", eititle=template)["query"]
    assert [row["title"] for row in users["embeddedin"]] == [page]
    members = mediawiki.call(
        action="query", list="categorymembers", cmtitle=f"Category:{category}", cmnamespace=2
    )["query"]
    assert [row["title"] for row in members["categorymembers"]] == [page]


def test_the_author_of_an_edit_is_the_user_who_was_named(mediawiki, fresh):
    page = fresh("User talk:Bea")
    mediawiki.edit("Bea", page, "one")
    mediawiki.edit("Cem", page, "two", section="new", sectiontitle="Heading")
    assert [row["user"] for row in mediawiki.history(page)] == ["Cem", "Bea"]
    assert mediawiki.page(page) == "one\n\n== Heading ==\n\ntwo"


def test_lua_parser_functions_and_template_data_work(mediawiki, fresh):
    name = fresh("Sum")
    mediawiki.edit(
        "Admin",
        f"Module:{name}",
        "return {add = function(frame) return frame.args[1] + frame.args[2] end}",
    )
    assert "(7)" in mediawiki.parse(f"({{{{#invoke:{name}|add|3|4}}}})")
    assert "yes" in mediawiki.parse("{{#if:x|yes|no}}")
    with pytest.raises(ApiError, match="templatedata"):
        mediawiki.edit("Admin", fresh("Template:Bad"), "<templatedata>{}</templatedata>")


def test_settings_come_and_go_while_the_wiki_runs(mediawikis):
    wiki = mediawikis(settings="$wgSitename = 'Elsewhere';")
    wiki.settings("$wgReadOnly = 'being mended';", name="readonly")
    with pytest.raises(ApiError, match="readonly"):
        wiki.edit("Admin", "Page", "text")
    wiki.settings("", name="readonly")
    assert wiki.edit("Admin", "Page", "text") > 0
    assert "Elsewhere" in wiki.html("Page")
    wiki.pause()
    wiki.resume()
    assert wiki.page("Page") == "text"


def test_a_wiki_in_another_language_has_its_namespaces(mediawikis):
    wiki = mediawikis(language="ar", extensions=("AbuseFilter",))
    assert 'dir="rtl"' in wiki.html("مستخدم:Admin")
