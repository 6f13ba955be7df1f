"""Module:Capacity Exchange on the real Scribunto: its own tests, its look-up, what it costs."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from urllib.parse import quote

import pytest
import requests

from bot.away_pages import MOST, away_pages
from bot.install import on_wiki_pages
from exchange import directory
from exchange.directory.directory import names_of
from exchange.model import Profile
from exchange.profiles.fields import ITEM, PROFILE, PROGRAMME, REQUEST, Type
from tests.integration.wiki.test_install import FULL, words
from tests.support.wiki.ours import install_ours, settings
from tests.support.wiki.releases import NEWEST, SUITES

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

MODULE = "Module:Capacity Exchange"
PROFILE_TEXT = FULL[: FULL.index("{{Capacity Exchange request")]
TEN_MEGABYTES = 10 * 1024 * 1024


@pytest.fixture(scope="module", params=SUITES)
def installed(request, installed, mediawikis):
    """Our pages on each release of MediaWiki: on the shared one, and on a wiki of their own."""
    if request.param == NEWEST:
        return installed
    wiki = mediawikis(release=request.param)
    wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
    for name in ("Ada", "Exchange Bot"):
        wiki.edit("Admin", f"User:{name}", "Hello!")
    install_ours(wiki)
    return wiki


def console(wiki, question):
    """Run Lua beside the module, as its page's debug console does; what it printed."""
    found = wiki.call(
        "Admin",
        action="scribunto-console",
        title=MODULE,
        content=wiki.page(MODULE),
        question=question,
        clear="1",
    )
    assert found["type"] == "normal", found
    return found["print"]


def test_the_module_s_own_tests_pass(installed):
    shown = words(installed.parse(f"{{{{#invoke:{MODULE.split(':')[1]}/testcases|run}}}}"))
    passed = re.search(r"(\d+) passed, 0 failed", shown)
    assert passed, shown
    assert int(passed[1]) > 40


def test_a_failing_test_of_the_module_would_be_told(installed):
    title = f"{MODULE}/testcases"
    text = installed.page(title)
    wrong = text.replace("'grant writing' },", "'grantwriting' },", 1)
    assert wrong != text
    installed.edit("Admin", title, wrong)
    shown = words(installed.parse(f"{{{{#invoke:{MODULE.split(':')[1]}/testcases|run}}}}"))
    installed.edit("Admin", title, text)
    assert "1 failed" in shown
    assert "grant writing, not grantwriting" in shown


def test_a_name_means_there_what_it_means_in_the_tool(installed):
    known = directory.load()
    names = sorted({name for capacity in known for name in names_of(capacity)})[::11]
    names += [name.upper() for name in names[::9] if name.isascii()]
    names += [f"“{name}”" for name in names[::31]] + [f" {name}. " for name in names[::37]]
    assert len(names) > 1500
    wrong = []
    for at in range(0, len(names), 500):
        some = names[at : at + 500]
        written = json.dumps(some, ensure_ascii=False)
        code = (
            f"local words = require( '{MODULE}/words' )\n"
            f"local found = {{}}\n"
            f"for _, name in ipairs( mw.text.jsonDecode( [==[{written}]==] ) ) do\n"
            "\ttable.insert( found, ( words.find( 'capacities', name ) or '-' ) )\nend\n"
            "print( table.concat( found, '\\n' ) )"
        )
        found = html.unescape(console(installed, code)).strip().split("\n")
        assert len(found) == len(some)
        wrong += [
            (name, id, known.resolve(name))
            for name, id in zip(some, found, strict=True)
            if id != (known.resolve(name) or "-")
        ]
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "ar", "uk", "yo"])
def test_a_profile_costs_little_and_nothing_expensive(installed, language):
    took = installed.parser_report(PROFILE_TEXT, language=language)
    assert took["limitreport-expensivefunctioncount"] == 0
    # The whole process, of which Lua itself is five megabytes before it has read a line of ours.
    assert took["scribunto-limitreport-virtmemusage"] < TEN_MEGABYTES


def test_away_by_silence_is_told_by_the_page_s_id_at_no_cost_worth_a_word(installed):
    title = "User:Ada/Silent"
    installed.edit("Ada", title, PROFILE_TEXT.replace("away until", "was away until"))
    found = installed.call(action="query", titles=title)["query"]["pages"][0]["pageid"]
    others = [found + 10 * n for n in range(1, MOST)]

    def said(silent, language="ar"):
        people = [
            Profile(f"user:{id}", "x", page_id=id, unanswered=(date(2026, 3, 1), date(2026, 9, 1)))
            for id in silent
        ]
        module = MODULE.partition(":")[2]
        known = [f"{MODULE}/away/{found % 10}.json"]
        (page,) = away_pages(people, module=module, known=known)
        installed.edit("Admin", page.title, page.text, contentmodel="json")
        installed.jobs()
        return "بقي سؤالان عن التوفر بلا جواب" in installed.body(title, language=language)

    assert [said([]), said([found]), said(others), said([*others, found])] == [
        False,
        True,
        False,
        True,
    ]
    took = installed.call(action="parse", page=title, prop="limitreportdata")["parse"]
    report = {row["name"]: row["0"] for row in took["limitreportdata"] if "0" in row}
    assert report["limitreport-expensivefunctioncount"] == 0
    assert report["scribunto-limitreport-virtmemusage"] < TEN_MEGABYTES
    assert not said([])


def test_a_page_of_bars_takes_no_more_memory_than_one(installed):
    one, many = (installed.parser_report("{{Capacity Exchange bar|7|10}}" * n) for n in (1, 300))
    name = "scribunto-limitreport-virtmemusage"
    assert many[name] < one[name] + 2 * 1024 * 1024


MARKERS = {Type.DATE: "2031-02-03", Type.COUNT: "4711", Type.COUNTRY: "Atlantis", Type.REGION: "Mu"}


@pytest.mark.parametrize(
    ("template", "fields"),
    [
        ("Capacity Exchange profile", PROFILE),
        ("Capacity Exchange request", REQUEST),
        ("Capacity Exchange round", PROGRAMME),
        ("Capacity", ITEM),
    ],
    ids=["profile", "request", "round", "item"],
)
def test_every_parameter_and_alias_is_shown(installed, template, fields):
    calls = []
    for field in fields:
        if field.name == "notify":
            continue  # It is for the bot.
        value = MARKERS.get(field.type, "Zorgle blip")
        calls += [(name, value, f"{{{{{template}|{name}={value}}}}}") for name in field.names]
    text = "\n\n".join(f"<pre>{at}</pre>\n{call}" for at, (_, _, call) in enumerate(calls))
    shown = installed.parse(text, title="User:Ada/Aliases")
    parts = re.split(r"<pre>\d+\s*</pre>", shown)[1:]
    assert len(parts) == len(calls)
    assert [
        name
        for (name, value, _), part in zip(calls, parts, strict=True)
        if value not in words(part)
    ] == []


def test_the_first_of_several_names_that_says_something_counts(installed):
    shown = words(
        installed.parse("{{Capacity Exchange profile|offers= |offer=Zorgle|wants=A1|needs=B2}}")
    )
    assert "Zorgle" in shown
    assert "A1" in shown
    assert "B2" not in shown


def test_what_is_unlisted_or_wild_stays_as_it_was_written(installed):
    wild = (
        "* Zorgle ''blip'' & <b>bold</b>\n* [[User:Ada|me]] (mentoring, my way; 5 < 6)\n"
        "* photography (unclosed\n* <nowiki>{{nobody}}</nowiki>\n*\n* (expert)\n* – only a note\n* , ;"
    )
    shown = words(
        installed.parse(f"{{{{Capacity Exchange profile|offers=\n{wild}\n}}}}", language="ar")
    )
    for kept in (
        "Zorgle blip & bold",
        "me",
        "my way",
        "5 < 6",
        "unclosed",
        "{{nobody}}",
        "– only a note",
    ):
        assert kept in shown, shown
    assert 'class="error"' not in shown


def test_a_name_that_is_shown_instead_says_what_was_written(installed):
    shown = installed.parse("{{Capacity Exchange profile|offers=\n* Fotografie\n}}", language="ar")
    assert '<bdi lang="ar" dir="rtl" title="Fotografie">التصوير الفوتوغرافي</bdi>' in shown


def test_a_language_without_labels_of_ours_gets_names_of_its_own(installed):
    installed.edit("Admin", "MediaWiki:Lang/bn", "bn")
    shown = installed.parse("{{Capacity Exchange profile|offers=\n* photography\n}}", language="bn")
    name = directory.load().capacities["photography"].names["bn"]
    assert f'<bdi lang="bn" dir="ltr" title="photography">{name}</bdi>' in shown
    assert "I can share" in shown


def test_the_data_is_json_that_the_wiki_knows_as_such(installed):
    pages = [
        p
        for p in on_wiki_pages(names=settings(installed).names, bot="Exchange Bot")
        if p.model == "json"
    ]
    titles = [page.title for page in pages if page.title.startswith(MODULE)]
    assert len(titles) > 100
    for at in range(0, len(titles), 50):
        found = installed.call(action="query", prop="info", titles="|".join(titles[at : at + 50]))
        assert {page["contentmodel"] for page in found["query"]["pages"]} == {"json"}


def test_data_that_people_edited_is_read_as_they_wrote_it(installed):
    # As the wiki writes it, with a key a line, whoever edits it and however.
    title = f"{MODULE}/text/fr.json"
    before = json.loads(installed.page(title))
    installed.edit("Admin", title, json.dumps({**before, "messages:until": "à faire <b>$1</b>"}))
    shown = installed.parse("{{#invoke:Capacity Exchange|text|until|demain|lang=fr}}")
    assert "à faire <b>demain</b>" in shown
    installed.edit("Admin", title, json.dumps(before))


def test_parsoid_renders_the_module_s_boxes(installed):
    title = "User:Ada/Parsoid"
    installed.edit("Ada", title, FULL)
    address = f"{installed.server}/rest.php/v1/page/{quote(title, safe='')}/html"
    answer = requests.get(address, timeout=120)
    assert answer.status_code == 200, answer.text[:500]
    page = answer.text
    assert "capacity-exchange-profile" in page
    assert "capacity-exchange-request" in page
    assert "Template:Capacity_Exchange_profile" in page
    assert "Lua error" not in page
    assert "English" in words(page)


@pytest.mark.parametrize(("language", "told"), [("en", False), ("ar", True), ("uk", True)])
def test_the_portal_says_where_only_a_machine_translated_it(installed, language, told):
    page = installed.body("Capacity Exchange", language=language)
    assert ("Translated by a machine" in page) == told
    assert re.search('href="[^"]*#translations"', page) or not told


def test_the_portal_says_that_some_suggestions_wait_while_they_do(installed):
    title = f"{MODULE}/settings.json"
    before = installed.page(title)
    assert "drawn by lot" not in installed.body("Capacity Exchange")
    held = on_wiki_pages(names=settings(installed).names, bot="Exchange Bot", hold_out=0.1)
    try:
        installed.edit("Admin", title, next(page.text for page in held if page.title == title))
        shown = installed.parse("{{#invoke:Capacity Exchange|held_out}}")
        assert "10% of them, drawn by lot, wait" in shown
    finally:
        installed.edit("Admin", title, before)
