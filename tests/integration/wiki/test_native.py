"""Where a wiki has Extension:Translate and InputBox, our pages use them.

Debian has no package of Translate: what is tested of it is that the API's siteinfo names it, that our
pages keep to the rules of its parser, and how they look; a small extension of ours stands in for it.
"""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from bot.install import on_wiki_pages
from bot.translatable import without_marks
from exchange.directory import load as load_directory
from exchange.i18n.messages import I18N, load_messages
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.settings import load
from tests.integration.wiki.test_install import assert_clean, words
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import install_ours, live
from tests.unit.wiki.test_page_merge import units

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

STAND_IN = Path(__file__).parents[2] / "support/wiki/translate/extension.json"
PORTAL = "Capacity Exchange"
DOC = "Template:Capacity Exchange profile/doc"


@pytest.fixture(scope="module")
def native(mediawikis) -> MediaWiki:
    wiki = mediawikis(
        extensions=("InputBox",), settings=f"wfLoadExtension( 'Translate', '{STAND_IN}' );"
    )
    wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
    for name in ("Ada", "Translation admin"):
        wiki.account(name)
    wiki.edit("Admin", "User:Exchange Bot", "A bot.")
    wiki.edit("Admin", "User talk:Exchange Bot", "A bot.")
    install_ours(wiki)
    return wiki


def marked(text: str, first: int = 1) -> str:
    """A page's text as Special:PageTranslation marks it (``TranslationUnit::getMarkedText``)."""
    numbers = iter(range(first, 1000))

    def put(found: re.Match[str]) -> str:
        assert "\n" not in found[2]
        return f"{found[1]}<!--T:{next(numbers)}--> {found[2]}{found[3]}"

    return re.sub(r"(<translate>)(.*?)(</translate>)", put, text, flags=re.DOTALL)


def test_the_wiki_says_what_it_has_and_pages_are_written_for_it(native: MediaWiki) -> None:
    assert {"Translate", "InputBox"} <= live(native).site().extensions
    said = load_messages(I18N, "onwiki", "en")
    for title, keys in {
        PORTAL: ("portal-lead", "portal-how", "create", "portal-step-2"),
        DOC: ("doc-profile", "doc-items-text", "doc-parameters"),
    }.items():
        text = native.page(title)
        found = units(text)
        assert len(found) > 6
        for key in keys:
            assert said[f"onwiki-{key}"] in found.values()
        assert text.startswith("<noinclude><languages /></noinclude>")
        for unit in found.values():
            names = re.findall(r'<tvar name="(\d)">', unit)
            assert names == sorted({*names})
            # Whoever translates it needs to copy no link and no call of the module.
            bare = re.sub(r"<tvar .*?</tvar>", "", unit, flags=re.DOTALL)
            assert not re.search(r"\[\[|\{\{|\$\d", bare), unit
    assert "⧼" not in native.page(PORTAL)


@pytest.mark.parametrize("title", [PORTAL, DOC, DOC.removesuffix("/doc"), f"{DOC}/plain"])
def test_no_tag_is_seen_of_a_page_that_nobody_has_marked(native: MediaWiki, title: str) -> None:
    for language in ("en", "ar"):
        page = native.body(title, language=language)
        assert_clean(page)
        assert "translate>" not in unescape(words(page))


def test_links_lead_to_the_portal_in_the_reader_s_language(native: MediaWiki) -> None:
    box = native.parse("{{Capacity Exchange profile}}")
    assert "Special:MyLanguage/Capacity_Exchange" in box
    # What Translate gives for the link where there is no translation is the page itself.
    assert "[[Special:MyLanguage/" not in words(box)


def test_a_marked_page_is_unchanged_to_us_and_keeps_its_marks_when_we_change(
    native: MediaWiki,
) -> None:
    ours = native.page(PORTAL)
    native.edit("Translation admin", PORTAL, marked(ours, 40))
    assert install_ours(native).edits == 0
    assert native.page(PORTAL) == marked(ours, 40)
    # The last version of ours: a message was worded otherwise, another was not there.
    said = load_messages(I18N, "onwiki", "en")
    lead, how = said["onwiki-portal-lead"], said["onwiki-portal-how"]
    before = ours.replace(lead, lead.replace("Find Wikimedians", "Find people"))
    before = before.replace(f"== <translate>{how}</translate> ==\n", "")
    native.edit("Exchange Bot", PORTAL, before)
    native.edit("Translation admin", PORTAL, marked(before, 1))
    counts = install_ours(native)
    assert (counts.updated, dict(counts.left)) == (1, {})
    after = native.page(PORTAL)
    assert without_marks(after) == ours
    now, then = units(after), units(marked(before, 1))
    assert now["1"] == lead != then["1"]
    assert [text for mark, text in now.items() if mark.startswith("new")] == [how]
    assert {m: t for m, t in now.items() if m != "1" and not m.startswith("new")} == {
        m: t for m, t in then.items() if m != "1"
    }
    assert_clean(native.body(PORTAL))


def test_what_is_typed_into_the_input_box_is_what_the_request_asks_for(native: MediaWiki) -> None:
    page = native.body(PORTAL)
    form = re.search(r"<form[^>]*createbox.*?</form>", page, re.DOTALL)[0]
    hidden = dict(re.findall(r'<input type="hidden" value="([^"]*)" name="([^"]+)"', form))
    values = {name: unescape(value) for value, name in hidden.items()}
    assert load_messages(I18N, "onwiki", "en")["onwiki-td-want"] in form
    session = native._session("Ada")[0]
    answer = session.get(f"{native.server}/index.php", params=values | {"title": "Zorgle & co"})
    assert answer.status_code == 200
    text = unescape(
        re.search(r"<textarea[^>]*wpTextbox1[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[1]
    )
    title = "User:Ada/Capacity Exchange/Zorgle & co"
    assert title in unescape(answer.text)
    assert text.startswith("{{Capacity Exchange request\n|want={{subst:SUBPAGENAME}}\n")
    native.edit("Ada", title, text)
    # The wiki writes some signs of a title as entities.
    assert "|want=Zorgle &#38; co\n" in native.page(title)
    found = read_page(
        native.page(title),
        names=TemplateNames(),
        directory=load_directory(),
        today=date(2026, 11, 29),
        title=title,
    )
    assert [want.text for want in found.requests[0].wants] == ["Zorgle & co"]
    assert found.problems == ()


def test_without_these_extensions_pages_need_none_of_them() -> None:
    pages = on_wiki_pages(names=load({}).names, bot="Bot")
    told = "\n".join(page.text for page in pages)
    for word in ("<translate", "<languages", "MyLanguage", "<inputbox", "<tvar"):
        assert word not in told
    assert not [page.title for page in pages if page.title.endswith("/plain")]
