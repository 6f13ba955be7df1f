"""Our pages on a real MediaWiki: installed, rendered, described, and left to the people there."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import requests

from bot.cli.output import Silent
from bot.export import export_form
from bot.harvest.reader import build_reader
from bot.install import install_pages, on_wiki_pages
from bot.module_pages import SHOWN
from bot.template_pages import TEMPLATES, form_parts, message_keys, suggestions
from bot.wiki import ArchiveWiki, DryRunWiki
from exchange import directory
from exchange.directory.directory import name_key
from exchange.geography import country_name, region_name
from exchange.i18n.messages import I18N, available_languages, load_messages
from exchange.languages import language_name
from exchange.model import Kind
from exchange.notices.stop_pages import Mention, allows_run, find_mention
from exchange.profiles import fields
from exchange.settings import load
from exchange.titles import normalise_title
from tests.support.wiki.mediawiki import ApiError
from tests.support.wiki.ours import install_ours, live, settings

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

LANGUAGES = tuple(sorted(available_languages("onwiki")))
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
    markup = re.sub(r"</?(?:bdi|b|a)\b[^>]*>", "", markup)
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
    counts = install_pages(settings=settings(installed), wiki=bot, progress=Silent())
    assert counts.edits == counts.created == counts.updated == counts.failed == 0
    assert counts.pages == counts.unchanged + counts.kept
    assert bot.requests - before <= 3


def test_what_people_changed_is_left_alone_and_told(installed):
    names = settings(installed).names
    bar, doc = f"Template:{names.bar}", f"Template:{names.bar}/doc"
    french = f"Module:{names.module}/text/fr.json"
    ours = {title: installed.page(title) for title in (bar, doc, french)}
    said = json.loads(ours[french])
    installed.edit("Ada", names.opt_out_list, "* [[User:Ada]]")
    installed.edit("Ada", "User:Exchange Bot/Stop", "run: no")
    installed.edit("Admin", bar, "oops")
    # Of these, the last version of ours was another one; and then people changed them.
    installed.edit("Exchange Bot", doc, ours[doc].replace("<pre", "<br>\n<pre"))
    installed.edit("Ada", doc, "Read this first.\n" + installed.page(doc))
    installed.edit("Exchange Bot", french, json.dumps({**said, "messages:until": "avant $1"}))
    again = {**said, "messages:until": "avant $1", "messages:edit": "Changer <b>"}
    installed.edit("Ada", french, json.dumps(again))
    counts = install_pages(settings=settings(installed), wiki=live(installed), progress=Silent())
    assert (counts.updated, counts.created, counts.edits) == (2, 0, 2)
    assert counts.pages == counts.unchanged + counts.kept + 2
    assert installed.page(names.opt_out_list) == "* [[User:Ada]]"
    assert installed.page("User:Exchange Bot/Stop") == "run: no"
    assert installed.page(bar) == "oops"
    assert installed.page(doc) == "Read this first.\n" + ours[doc]
    assert json.loads(installed.page(french)) == {**said, "messages:edit": "Changer <b>"}
    assert "Changer <b>" in installed.parse("{{#invoke:Capacity Exchange|text|edit|lang=fr}}</b>")
    assert set(counts.left) == {bar, doc, french}
    assert "changed by Admin" in counts.left[bar]
    # The second time it stays as it is, and is told again.
    counts = install_pages(settings=settings(installed), wiki=live(installed), progress=Silent())
    assert counts.edits == 0
    assert set(counts.left) == {bar, doc, french}
    # What is told to do does it: our last text put back is brought up to date.
    revision = re.search(r"restore revision (\d+)", counts.left[doc])[1]
    for title, text in ((bar, ours[bar]), (french, ours[french])):
        installed.edit("Ada", title, text)
    wanted = live(installed).revision_texts(revisions=[int(revision)])[int(revision)]
    installed.edit("Ada", doc, wanted)
    counts = install_pages(settings=settings(installed), wiki=live(installed), progress=Silent())
    assert (counts.edits, dict(counts.left)) == (1, {})
    assert installed.page(doc) == ours[doc]


def test_a_dry_run_counts_and_writes_nothing(mediawikis, tmp_path):
    wiki = mediawikis()
    wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
    dry = DryRunWiki(live(wiki), folder=tmp_path / "dry", now=lambda: datetime.now(UTC))
    counts = install_pages(settings=settings(wiki), wiki=dry, progress=Silent())
    assert counts.created == counts.pages > 20
    assert (tmp_path / "dry" / "(Main)" / "Capacity Exchange.wikitext").exists()
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
        wiki = ArchiveWiki(path=export, out=tmp_path / "out", now=lambda: now)
        counts = install_pages(settings=chosen, wiki=wiki, progress=Silent())
        assert (counts.edits > 0) == created
    assert (tmp_path / "out/Template/Capacity Exchange profile.wikitext").exists()
    assert (tmp_path / "out/(Main)/Capacity Exchange.wikitext").exists()


def test_pages_can_have_other_names(tmp_path):
    names = settings_named(tmp_path, profile="Kapazität", portal="Project:Tausch")
    pages = {page.title: page.text for page in on_wiki_pages(names=names, bot="B")}
    assert "{{#invoke:Capacity Exchange|profile}}" in pages["Template:Kapazität"]
    assert '"portal": "Project:Tausch"' in pages["Module:Capacity Exchange/settings.json"]
    assert "Template:Kapazität/doc" in pages
    assert not [title for title in pages if "Capacity Exchange profile" in title.split("/")[0]][1:]


def settings_named(tmp_path: Path, **names: str):
    export = tmp_path / "x.xml"
    export.write_text("<mediawiki/>")
    return load({"CXC_WIKI": f"archive:{export}"}).names.model_copy(update=names)


def test_the_gadget_gets_the_form_as_a_script(installed):
    chosen = settings(installed)
    counts = export_form(settings=chosen, wiki=live(installed), progress=Silent())
    assert counts.created == counts.pages == len(LANGUAGES)
    title = f"Meta:FormWizard/Config/{chosen.names.request}/ar"
    # As its gadget-multi-core.js asks for it. MediaWiki gives only protected pages as scripts.
    ask = {"title": title, "action": "raw", "ctype": "text/javascript"}
    address = f"{installed.server}/index.php"
    assert requests.get(address, params=ask, timeout=60).status_code == 403
    installed.call("Admin", action="protect", title=title, protections="edit=sysop")
    found = requests.get(address, params=ask, timeout=60)
    assert found.headers["content-type"].startswith("text/javascript")
    assert found.content.decode().startswith("formsGadgetConfig = {")
    assert load_messages(I18N, "onwiki", "ar")["onwiki-form-save"] in found.content.decode()
    assert export_form(settings=chosen, wiki=live(installed), progress=Silent()).edits == 0


# -- what readers see ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_profile_shows_everything_in_the_reader_s_language(profile, language):
    page = profile.body("User:Ada/Box", language=language)
    assert_clean(page)
    seen = words(page)
    said = load_messages(I18N, "onwiki", language)
    for key in ("offers", "wants", "languages", "seats", "methods", "request", "kind-user-group"):
        assert said[f"onwiki-{key}"] in seen
    assert said["onwiki-away"].replace("$1", "2027-01-31") in seen
    for day in ("2027-05-01", "2027-03-01", "2027-04-01"):
        assert said["onwiki-until"].replace("$1", day) in seen
    known, core = directory.load(), load_messages(I18N, "core", language)
    for id, written in (("wikidata", "Wikidata"), ("photography", "photography")):
        # What is a name of it in this language, too, stays as it was written.
        own = name_key(written) in map(name_key, known.capacities[id].aliases.get(language, ()))
        assert (written if own else known.name(id, language)).lower() in seen.lower()
    for key in ("method-mentoring", "method-training", "level-expert", "priority-urgent"):
        assert core[key].lower() in seen.lower()
    levels = (("en", core["proficiency-3"]), ("yo", core["proficiency-6"]))
    for code, level in levels:
        assert f"{language_name(code, language)} ({level})" in seen
    assert country_name("NG", language) in seen
    assert region_name("SSA", language) in seen
    for value in (
        *("queries above all", "portraits", "Wikimedia Nigeria", "Wikidata, yowiki"),
        *("Africa/Lagos", "2 h/week", "Ask me about queries.", "For our first project."),
    ):
        assert value in seen
    rtl = language in ("ar", "fa", "he", "ur")
    assert f'lang="{language}" dir="{"rtl" if rtl else "ltr"}"' in page


@pytest.mark.parametrize(
    ("written", "template"),
    [
        ("Capacity Exchange Profile", "profile"),
        ("capacity exchange profile", "profile"),
        ("Capacity Exchange Request", "request"),
        ("Capacity_exchange_request", "request"),
        ("Capacity exchange round", "programme"),
    ],
)
def test_a_template_with_other_capitals_is_ours_to_readers_and_to_the_bot(
    installed, written, template
):
    value = {"profile": "offers", "request": "want", "programme": "capacities"}[
        template
    ] + "=Knitting"
    text = f"{{{{{written}|{value}}}}}"
    page = installed.parse(text, title="User:Ada/Capitals")
    assert_clean(page)
    assert "Knitting" in words(page)
    title = f"User:Ada/{written.replace('_', ' ')}"
    installed.edit("Ada", title, text)
    bot = live(installed)
    chosen = settings(installed)
    names = chosen.names
    ours = [f"Template:{each}" for each in (names.profile, names.request, names.programme)]
    called = bot.redirects_to(titles=ours)
    asked = normalise_title(f"Template:{written}")
    assert called[asked] == f"Template:{getattr(names, template)}"
    assert title in {each.title for each in bot.pages_using(templates=ours, namespaces=[2])}
    reader = build_reader(settings=chosen, wiki=bot, directory=directory.load(), today=date.today())
    (found,) = bot.pages(titles=[title]).values()
    reading = reader.read(found).reading
    assert reading is not None
    assert reading.programme if template == "programme" else not reading.is_empty


def test_a_variant_of_a_language_gets_the_nearest_one(installed):
    said = load_messages(I18N, "onwiki", "pt")["onwiki-offers"]
    box = "{{#invoke:Capacity Exchange|text|offers|lang=pt-br}}"
    assert said in installed.parse(box)
    assert "I can share" in installed.parse("{{#invoke:Capacity Exchange|text|offers|lang=xx}}")


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
        code = page.title.startswith("Module:") and not page.title.endswith("/doc")
        if page.model != "json" and not code and not page.title.endswith("/preload"):
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


def test_the_notice_s_template_shows_what_was_answered_and_understood(installed):
    asking = installed.parse("{{Capacity Exchange notice|id=a|lang=en|status= <!-- x -->}}")
    assert words(asking).strip() == ""
    assert 'id="capacity-exchange-a"' in asking
    unclear = words(installed.parse("{{Capacity Exchange notice|id=a|lang=en|unclear=yes}}"))
    assert "We did not understand" in unclear
    heard = "{{Capacity Exchange notice|id=a|lang=en|status=yes|heard=Understood: yes.}}"
    assert words(installed.parse(heard)).strip() == "✓ Understood: yes."
    answered = words(installed.parse("{{Capacity Exchange notice|id=a|lang=en|status=in touch}}"))
    assert "Your answer: in touch" in answered
    each = "{{Capacity Exchange notice|id=a|lang=en\n|status1= no\n|status2=\n|status3= ok\n}}"
    assert "1: no 3: ok" in words(installed.parse(each))
    french = installed.parse("{{Capacity Exchange notice|id=a|lang=fr|status=oui}}", language="de")
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
        "programme": fields.PROGRAMME,
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
        assert param["suggestedvalues"] == suggestions(name, field, directory.load())
        assert (param["example"] or {"en": ""}).get("en", param["example"]) == field.example
    assert data["format"] == (
        "{{_\n|_=_\n}}" if name in {"profile", "request", "programme"} else "inline"
    )
    told = [(each["label"]["en"], each["params"]) for each in data["sets"]]
    assert [inside for _, inside in told] == [
        [field.name for field in inside] for _, inside in form_parts(name)
    ]
    assert all(label for label, _ in told)


def test_the_pages_that_people_edit_begin_as_the_bot_needs_them(mediawiki):
    pages = {p.title: p for p in on_wiki_pages(names=settings(mediawiki).names, bot="Exchange Bot")}
    assert allows_run(pages["User:Exchange Bot/Stop"].text)
    assert pages["User:Exchange Bot/Stop"].keep
    directory.load(extra=pages["Capacity Exchange/Directory.json"].text)
    text = pages["Capacity Exchange/Opt-out"].text
    for name in ("Exchange", "Capacity Exchange", "Own", "text"):
        assert find_mention(text, [name], installed=text) is Mention.NONE


# -- the words -----------------------------------------------------------------------------------


def test_every_message_is_used_and_every_used_one_is_there():
    folder = Path(__file__).parents[3] / "templates"
    used = {
        key
        for path in folder.rglob("*.wikitext")
        for key in re.findall(r"\|text\|([a-z0-9-]+)", path.read_text("utf-8"))
    }
    code = (folder / "Module/Capacity_Exchange.lua").read_text("utf-8")
    code += (folder / "Module/Capacity_Exchange/items.lua").read_text("utf-8")
    used |= set(re.findall(r"(?:text|row|half)\( reader, '([a-z-]+)'", code))
    used |= {f"kind-{kind.value}" for kind in Kind} | {"count-offers", "count-wants"}
    shown = {key for key in message_keys() if not key.startswith(("td-", "form-"))} | {*SHOWN}
    assert used - {"kind-", "count-"} == shown


@pytest.mark.parametrize("language", [*LANGUAGES, "qqq"])
def test_every_language_has_every_message_with_the_same_parameters(language):
    english = load_messages(I18N, "onwiki", "en")
    said = load_messages(I18N, "onwiki", language)
    assert set(said) == set(english)
    if language != "qqq":
        for key, text in english.items():
            assert sorted(set(re.findall(r"\$\d", said[key]))) == sorted(
                set(re.findall(r"\$\d", text))
            ), key


def test_our_pages_speak_every_language_of_the_notices():
    assert set(LANGUAGES) == set(available_languages("notice"))
    assert {"ar", "de", "en", "es", "fa", "fr", "he", "pt", "ru", "uk", "ur", "yo"} < set(LANGUAGES)


def test_bad_template_data_would_have_been_refused(installed, fresh):
    with pytest.raises(ApiError, match="templatedata"):
        installed.edit("Admin", fresh("Template:X"), '<templatedata>{"params": 1}</templatedata>')
