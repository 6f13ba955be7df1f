"""Our pages on a real MediaWiki: installed, rendered, described, and left to the people there."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.install import install, on_wiki_pages
from bot.install.templatedata import TEMPLATES
from bot.install.texts import keys
from bot.notify.recipient import listed
from bot.progress import Silent
from bot.wiki import Archive
from exchange import directory
from exchange.notice.stop import allows
from exchange.settings import load
from exchange.template import fields
from exchange.wording.messages import I18N, available, messages
from tests.wiki.mediawiki import ApiError
from tests.wiki.ours import install_ours, live, settings

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

LANGUAGES = ("ar", "de", "en", "es", "fr", "pt", "yo")
FULL = """{{Capacity Exchange profile
|kind=user group
|contact=[[User:Ada]]
|offers=
* Wikidata (mentoring; expert) – queries above all
* {{Capacity|photography|methods=training|level=advanced|priority=high|until=2027-05-01|note=portraits}}
|wants=
* grant writing (urgent; until 2027-03-01)
|languages=en-3, yo-N
|country=NG
|region=SSA
|affiliations=Wikimedia Nigeria
|projects=Wikidata, yowiki
|methods=mentoring
|seats=3
|timezone=Africa/Lagos
|availability=2 h/week
|notify=monthly
|away until=2027-01-31
|about=Ask me about queries.
}}
{{Capacity Exchange request|want=lexemes|until=2027-04-01|priority=urgent|note=For our first project.}}
"""


def words(markup: str) -> str:
    """What a reader reads."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", markup)))


def assert_clean(markup: str) -> None:
    """No red link, no raw markup, no error of the parser."""
    assert 'class="new"' not in markup
    assert "redlink=1" not in markup
    assert 'class="error' not in markup
    seen = words(re.sub(r"<pre.*?</pre>|<code.*?</code>", "", markup, flags=re.DOTALL))
    for raw in ("{{", "}}", "[[", "]]", "⧼", "⧽", "<div", "<span", "'''"):
        assert raw not in seen, seen


@pytest.fixture(scope="module")
def profile(installed):
    installed.edit("Ada", "User:Ada", "Hello!")
    installed.edit("Ada", "User:Ada/Box", FULL)
    return installed


# -- installing ----------------------------------------------------------------------------------


def test_a_second_install_changes_nothing_and_asks_little(installed):
    bot = live(installed)
    bot.site()
    before = bot.requests
    counts = install(settings=settings(installed), wiki=bot, progress=Silent())
    assert counts.edits == counts.created == counts.updated == counts.failed == 0
    assert counts.pages == counts.unchanged + counts.kept
    assert bot.requests - before <= 3


def test_a_changed_template_is_mended_and_what_people_edit_is_left_alone(installed):
    names = settings(installed).names
    installed.edit("Admin", f"Template:{names.bar}", "oops")
    installed.edit("Ada", names.opt_out_list, "* [[User:Ada]]")
    installed.edit("Ada", "User:Exchange Bot/Stop", "run: no")
    counts = install(settings=settings(installed), wiki=live(installed), progress=Silent())
    assert (counts.updated, counts.created, counts.edits) == (1, 0, 1)
    assert installed.page(names.opt_out_list) == "* [[User:Ada]]"
    assert installed.page("User:Exchange Bot/Stop") == "run: no"
    assert "oops" not in installed.page(f"Template:{names.bar}")


def test_a_dry_run_counts_and_writes_nothing(mediawikis):
    wiki = mediawikis()
    wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
    counts = install(settings=settings(wiki), wiki=live(wiki), progress=Silent(), dry_run=True)
    assert counts.created == counts.pages > 20
    assert counts.edits == 0
    assert wiki.page("Capacity Exchange") is None
    # What was deleted on purpose stays deleted, and what may not be written is told.
    wiki.edit("Admin", "User:Exchange Bot/Stop", "no")
    wiki.call("Admin", action="delete", title="User:Exchange Bot/Stop")
    wiki.call("Admin", action="protect", title="Template:Capacity", protections="create=sysop")
    counts = install_ours(wiki)
    assert wiki.page("User:Exchange Bot/Stop") is None
    assert counts.kept == 1
    assert counts.failed == 1
    assert "protected" in counts.refused["Template:Capacity"]


def test_an_archive_takes_the_same_pages_and_nothing_the_second_time(tmp_path):
    export = tmp_path / "export.xml"
    export.write_text("<mediawiki><siteinfo><sitename>X</sitename></siteinfo></mediawiki>")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    chosen = load({"CXC_WIKI": f"archive:{export}"})
    for created in (True, False):
        wiki = Archive(path=export, out=tmp_path / "out", now=lambda: now)
        counts = install(settings=chosen, wiki=wiki, progress=Silent())
        assert (counts.edits > 0) == created
    assert (tmp_path / "out/Template/Capacity Exchange profile.wikitext").exists()
    assert (tmp_path / "out/(Main)/Capacity Exchange.wikitext").exists()


def test_pages_can_have_other_names(tmp_path):
    names = settings_named(tmp_path, profile="Kapazität", portal="Project:Tausch")
    pages = {page.title: page.text for page in on_wiki_pages(names=names, bot="B")}
    assert "{{Kapazität/text|offers}}" in pages["Template:Kapazität"]
    assert "[[Project:Tausch|" in pages["Template:Kapazität"]
    assert "Template:Kapazität/doc" in pages
    assert not [title for title in pages if "Capacity Exchange profile" in title.split("/")[0]][1:]


def settings_named(tmp_path: Path, **names: str):
    export = tmp_path / "x.xml"
    export.write_text("<mediawiki/>")
    return load({"CXC_WIKI": f"archive:{export}"}).names.model_copy(update=names)


# -- what readers see ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_profile_shows_everything_in_the_reader_s_language(profile, language):
    page = profile.body("User:Ada/Box", language=language)
    assert_clean(page)
    seen = words(page)
    said = messages(I18N, "onwiki", language)
    for key in ("offers", "wants", "languages", "seats", "methods", "request", "kind-user-group"):
        assert said[f"onwiki-{key}"] in seen
    assert said["onwiki-away"].replace("$1", "2027-01-31") in seen
    assert said["onwiki-until"].replace("$1", "2027-05-01") in seen
    for value in (
        *("Wikidata (mentoring; expert) – queries above all", "photography", "training"),
        *("advanced", "portraits", "grant writing", "en-3, yo-N", "Wikimedia Nigeria"),
        *("Wikidata, yowiki", "Africa/Lagos", "2 h/week", "Ask me about queries.", "lexemes"),
    ):
        assert value in seen
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert "NG" not in re.findall(r"\b[A-Z]+\b", seen)


def test_a_variant_of_a_language_gets_the_nearest_one(installed):
    said = messages(I18N, "onwiki", "pt")["onwiki-offers"]
    box = "{{Capacity Exchange profile/text|offers|lang=pt-br}}"
    assert said in installed.parse(box)
    assert "I can share" in installed.parse("{{Capacity Exchange profile/text|offers|lang=xx}}")


def test_an_empty_profile_is_a_box_too(installed):
    page = installed.parse("{{Capacity Exchange profile}}", title="User:Ada/Empty")
    assert_clean(page)
    assert words(page).count("Nothing yet") == 2


def test_profiles_have_a_category_and_the_documentation_has_none(profile):
    members = profile.call(
        action="query",
        list="categorymembers",
        cmtitle="Category:Capacity Exchange profiles",
        cmlimit="500",
    )["query"]["categorymembers"]
    titles = {row["title"] for row in members}
    assert "User:Ada/Box" in titles
    assert not [t for t in titles if t.startswith(("Template:", "Capacity Exchange"))]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_ours_renders_without_red_links_or_raw_markup(installed, language):
    for page in on_wiki_pages(names=settings(installed).names, bot="Exchange Bot"):
        if page.model != "json" and not page.title.endswith("/preload"):
            assert_clean(installed.body(page.title, language=language))


@pytest.mark.parametrize("template", ["profile", "request"])
def test_the_button_opens_an_edit_form_with_the_template_ready(installed, template):
    portal = installed.body("Capacity Exchange")
    links = re.findall(r'href="([^"]*Special:MyPage[^"]*)"', portal)
    link = next(each for each in links if f"Capacity+Exchange+{template}%2Fpreload" in each)
    session = installed._session("Dina")[0]
    page = session.get(html.unescape(link)).text
    form = html.unescape(re.search(r"<textarea[^>]*wpTextbox1.*?</textarea>", page, re.DOTALL)[0])
    assert f"{{{{Capacity Exchange {template}\n|" in form
    assert "noinclude" not in form
    assert "User:Dina/Capacity Exchange" in page


def test_the_notice_s_wrapper_asks_for_an_answer_and_shows_it(installed):
    asking = words(installed.parse("{{Capacity Exchange notice|id=a|lang=en|status= <!-- x -->}}"))
    assert "Waiting for your answer" in asking
    answered = words(installed.parse("{{Capacity Exchange notice|id=a|lang=en|status=in touch}}"))
    assert "Your answer: in touch" in answered
    each = "{{Capacity Exchange notice|id=a|lang=en\n|status1= no\n|status2=\n|status3= ok\n}}"
    assert "1: no 3: ok" in words(installed.parse(each))
    french = installed.parse("{{Capacity Exchange notice|id=a|lang=fr}}", language="de")
    assert "réponse" in french
    assert 'lang="fr"' in french


@pytest.mark.parametrize(
    ("call", "width"), [("7|10", "70"), ("0|10", "0"), ("5|0", "0"), ("x|y", "0"), ("1|3", "33")]
)
def test_a_bar_is_as_long_as_its_number(installed, call, width):
    assert f"width:{width}%" in installed.parse(f"{{{{Capacity Exchange bar|{call}}}}}")


# -- what machines read --------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_template_data_names_every_parameter_in_every_language(installed, name):
    title = f"Template:{getattr(settings(installed).names, name)}"
    found = installed.call(action="templatedata", titles=title)["pages"]
    (data,) = found.values() if isinstance(found, dict) else found
    declared = {
        "profile": fields.PROFILE,
        "request": fields.REQUEST,
        "capacity": fields.ITEM,
    }.get(name, TEMPLATES[name])
    assert list(data["paramOrder"]) == [field.name for field in declared]
    for field in declared:
        param = data["params"][field.name]
        assert param["type"] == field.data
        assert tuple(param["aliases"]) == field.aliases
        assert bool(param["required"]) == field.required
        for part in ("label", "description"):
            assert set(param[part]) == set(LANGUAGES), field.name
            assert all(param[part].values())


def test_the_pages_that_people_edit_begin_as_the_bot_needs_them(mediawiki):
    pages = {p.title: p for p in on_wiki_pages(names=settings(mediawiki).names, bot="Exchange Bot")}
    assert allows(pages["User:Exchange Bot/Stop"].text)
    assert pages["User:Exchange Bot/Stop"].keep
    directory.load(extra=pages["Capacity Exchange/Directory.json"].text)
    assert not listed(pages["Capacity Exchange/Opt-out"].text, live(mediawiki).site())


# -- the words -----------------------------------------------------------------------------------


def test_every_message_is_used_and_every_used_one_is_there():
    folder = Path(__file__).parents[2] / "templates"
    used = {
        key
        for path in folder.rglob("*.wikitext")
        for key in re.findall(r"(?:/text|/row)\|([a-z0-9-]+)", path.read_text("utf-8"))
    }
    used.add("doc-text")
    shown = {key for key in keys() if not key.startswith("td-")}
    assert used == shown


@pytest.mark.parametrize("language", [*LANGUAGES, "qqq"])
def test_every_language_has_every_message_with_the_same_parameters(language):
    english = messages(I18N, "onwiki", "en")
    said = messages(I18N, "onwiki", language)
    assert set(said) == set(english)
    if language != "qqq":
        for key, text in english.items():
            assert sorted(set(re.findall(r"\$\d", said[key]))) == sorted(
                set(re.findall(r"\$\d", text))
            ), key


def test_the_seven_languages_are_there():
    assert set(available("onwiki")) == set(LANGUAGES)


def test_bad_template_data_would_have_been_refused(installed, fresh):
    with pytest.raises(ApiError, match="templatedata"):
        installed.edit("Admin", fresh("Template:X"), '<templatedata>{"params": 1}</templatedata>')
