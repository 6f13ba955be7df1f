"""The real MediaWiki's preprocessor finds the same templates, names and values as our scan."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from exchange.languages import base_language, canonical, find_language
from exchange.wikitext.preprocessor import EXTENSION_TAGS, parse_page
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.profiles.test_cases import CASES

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("parsetree")]

EXTENSIONS = ("Cite", "Poem", "SyntaxHighlight_GeSHi", "ParserFunctions")
Found = list[tuple[str, list[tuple[str, str]]]]

PIECES = (
    *("{{", "{{", "}}", "}}", "{{{", "}}}", "[[", "]]", "|", "|", "=", "\n", "\n", "a", "b"),
    *("-{", "}-", "-{{", "{", "}", "[", "]", "-", "<!--", "-->", "<!-- c -->", "\n<!-- d -->\n"),
    *("<nowiki>", "</nowiki>", "<nowiki/>", "<pre>", "</pre>", "<ref>", "</ref>", "<br>", "<"),
    *("<includeonly>", "</includeonly>", "<noinclude>", "</noinclude>", "<onlyinclude>", " "),
    *("\n==", "==\n", "\n=", "\n= x =\n", " <!-- e -->", "</onlyinclude>", "<PRE >", "é", "{{a}}"),
)


@pytest.fixture(scope="module")
def oracle(mediawikis: Callable[..., MediaWiki]) -> MediaWiki:
    return mediawikis(extensions=EXTENSIONS)


def parsetree(wiki: MediaWiki, text: str) -> ElementTree.Element:
    answer = wiki.call(
        action="expandtemplates", prop="parsetree", text=text, title="User:Ada", format="json"
    )
    return ElementTree.fromstring(answer["expandtemplates"]["parsetree"])


def wikitext(node: ElementTree.Element) -> str:
    """Write a node of the preprocessor's tree back as the wikitext that it came from."""
    inside = (node.text or "") + "".join(wikitext(child) + (child.tail or "") for child in node)
    match node.tag:
        case "template":
            return "{{" + inside + "}}"
        case "tplarg":
            return "{{{" + inside + "}}}"
        case "part":
            return "|" + inside
        case "name" if "index" in node.attrib:
            return ""
        case "ext":
            parts = {child.tag: wikitext(child) for child in node}
            if "inner" not in parts:
                return f"<{parts['name']}{parts['attr']}/>"
            return f"<{parts['name']}{parts['attr']}>{parts['inner']}{parts.get('close', '')}"
    return inside


def theirs(tree: ElementTree.Element) -> Found:
    found = []
    for template in tree.iter("template"):
        parts = []
        for part in template.findall("part"):
            name, value = part.find("name"), part.find("value")
            assert name is not None
            assert value is not None
            parts.append((name.get("index") or wikitext(name), wikitext(value)))
        title = template.find("title")
        assert title is not None
        found.append((wikitext(title), parts))
    return found


def ours(text: str, tags: frozenset[str]) -> Found:
    found = []
    for each in parse_page(text, tags=tags).transclusions:
        if each.inside:
            continue  # MediaWiki parses these in a later round.
        parts = [
            (
                text[part.start : part.equals] if part.equals >= 0 else part.key,
                text[part.value : part.end],
            )
            for part in each.parameters
        ]
        found.append((text[each.start + 2 : each.title_end], parts))
    return found


@pytest.fixture(scope="module")
def tags(oracle: MediaWiki) -> frozenset[str]:
    answer = oracle.call(action="query", meta="siteinfo", siprop="extensiontags", format="json")
    return frozenset(tag.strip("<>") for tag in answer["query"]["extensiontags"])


def test_every_extension_tag_of_the_wiki_is_one_that_we_know(tags: frozenset[str]) -> None:
    assert {"nowiki", "ref", "poem", "syntaxhighlight"} <= tags <= EXTENSION_TAGS


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]).replace(" ", "_"))
def test_mediawiki_sees_the_same_templates_in_a_case(
    case: dict[str, Any], oracle: MediaWiki, tags: frozenset[str]
) -> None:
    text = case["text"]
    tree = parsetree(oracle, text) if text else ElementTree.Element("root")
    assert wikitext(tree) == text
    assert theirs(tree) == ours(text, tags)


def jumbles() -> Iterator[str]:
    chance = random.Random(2026)
    for _ in range(300):
        yield "".join(chance.choices(PIECES, k=chance.randint(3, 40))).strip() or "x"


def test_mediawiki_sees_the_same_templates_in_any_jumble(
    oracle: MediaWiki, tags: frozenset[str]
) -> None:
    for text in jumbles():
        assert theirs(parsetree(oracle, text)) == ours(text, tags), text


def test_every_code_of_mediawiki_is_its_own_language_or_unknown(oracle: MediaWiki) -> None:
    answer = oracle.call(action="query", meta="siteinfo", siprop="languages", format="json")
    codes = [row["code"] for row in answer["query"]["languages"]]
    assert len(codes) > 400
    found = {code: find_language(code) for code in codes}
    # An old code is today's; a script of a language is that language.
    wrong = {
        code: language
        for code, language in found.items()
        if language not in (None, code, canonical(code)) or base_language(code) is None
    }
    assert wrong == {}
    assert [code for code, language in found.items() if language is None] == []
