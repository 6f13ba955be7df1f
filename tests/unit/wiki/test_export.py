"""What other tools of the wikis read: charts for Commons, and a form for the gadget FormWizard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.__main__ import bot
from bot.export import chart_pages, form_pages, request_form
from exchange import directory
from exchange.i18n.messages import available_languages
from exchange.profiles.fields import REQUEST
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.settings import load
from exchange.store import Store
from tests.unit.publish.world import EMPTY, NOW, filled, settings_of
from tests.unit.reports.movement import AMA, PROFILES
from tests.unit.wiki.jsonconfig import chart_errors, tabular_errors

NAMES = load({}).names


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path_factory.mktemp('charts')}/exchange.db")
    odd = replace(AMA, name="A|b\n" * 200, affiliations=("=1\t", "x" * 900))
    yield filled(opened, (odd, *PROFILES[1:]))
    opened.close()


@pytest.fixture(scope="module")
def charts(store: Store) -> Mapping[str, str]:
    pages = chart_pages(settings=settings_of(), store=store, now=NOW)
    return {page.title: page.text for page in pages}


def test_every_chart_and_its_data_are_valid_by_the_rules_of_commons(
    charts: Mapping[str, str],
) -> None:
    tables = [title for title in charts if title.endswith(".tab")]
    drawn = [title for title in charts if title.endswith(".chart")]
    assert len(tables) == len(drawn) > 3
    assert [(title, error) for title in tables for error in tabular_errors(charts[title])] == []
    assert [(t, error) for t in drawn for error in chart_errors(charts[t], charts)] == []
    assert all(json.loads(text)["license"] == "CC0-1.0" for text in charts.values())


def test_data_is_written_before_what_draws_it(charts: Mapping[str, str]) -> None:
    order = [*charts]
    for title in order:
        if title.endswith(".chart"):
            source = "Data:" + json.loads(charts[title])["source"]
            assert order.index(source) < order.index(title)


def test_charts_speak_every_language_of_the_reports(charts: Mapping[str, str]) -> None:
    for title, text in charts.items():
        page = json.loads(text)
        said = page["description"] if title.endswith(".tab") else page["title"]
        assert {*said} == {*available_languages("report")}
        assert all(said.values())


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"license": "MIT"}, "license"),
        ({"extra": 1}, "unexpected extra"),
        ({"description": {"en": "x" * 401}}, "description"),
        ({"description": {"English": "x"}}, "description"),
        ({"schema": {"fields": [{"name": "a b", "type": "string"}]}}, "name 'a b'"),
        ({"data": [["x", 1, 2, 3, 4, 5]]}, "row 0"),
        (
            {"data": [["two\nlines"]], "schema": {"fields": [{"name": "a", "type": "string"}]}},
            "row 0: a",
        ),
    ],
)
def test_the_rules_find_what_is_wrong(
    charts: Mapping[str, str], change: dict[str, Any], error: str
) -> None:
    title = next(title for title in charts if title.endswith(".tab"))
    assert error in [*tabular_errors(json.dumps(json.loads(charts[title]) | change))]


def test_a_chart_without_its_data_is_wrong(charts: Mapping[str, str]) -> None:
    title = next(title for title in charts if title.endswith(".chart"))
    assert [*chart_errors(charts[title], {})] == ["source"]


def run(environment: dict[str, str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    done = CliRunner().invoke(bot, [*arguments, "--json"], env=environment)
    return done.exit_code, json.loads(done.stdout), done.stderr


def test_one_command_writes_them_and_a_dry_run_shows_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    address = f"sqlite:///{tmp_path}/exchange.db"
    commons = tmp_path / "commons.xml"
    commons.write_text(EMPTY, encoding="utf-8")
    environment = {
        "CXC_WIKI": f"archive:{tmp_path}/other.xml",
        "CXC_WIKI_OUT": str(tmp_path / "out"),
        "CXC_BOT_USER": "Coordinator",
        "CXC_DATABASE": address,
        "CXC_NOW": NOW.isoformat(),
    }
    command = ("export", "charts", "--wiki", f"archive:{commons}")
    status, told, errors = run(environment, *command)
    assert (status, told["edits"]) == (1, 0)
    assert "python -m bot harvest" in errors
    opened = Store.open(address)
    filled(opened)
    opened.close()
    status, told, _ = run(environment, *command, "--dry-run")
    assert status == 0
    assert told["created"] == told["edits"] > 6
    shown = [*(tmp_path / "var/dry-run").rglob("*.tab*")]
    assert len(shown) * 2 == told["edits"]
    assert not (tmp_path / "out").exists()
    assert run(environment, *command)[1]["created"] == told["created"]
    assert run(environment, *command)[1]["edits"] == 0


# -- FormWizard. The gadget's gadget-multi-core.js says what it reads and what it writes.

BUTTONS = {"doneButton", "cancelButton", "nextButton", "backButton"}
TYPES = BUTTONS | {
    *("smallTextBox", "largeTextBox", "checkboxList", "stepperList", "dropdownList"),
    *("text", "link", "image"),
}


def form_of(script: str) -> dict[str, Any]:
    """The object in a form's script, and that nothing else but the place of pages is set in it."""
    found = re.fullmatch(
        r"formsGadgetConfig = (\{.*\n\});\n"
        r"formsGadgetConfig\.create\.config\['page-home'\] = "
        r"'User:' \+ mw\.config\.get\( 'wgUserName' \) \+ (\"[^\"]*\");",
        script,
        re.DOTALL,
    )
    assert found, script
    form: dict[str, Any] = json.loads(found[1])
    form["create"]["config"]["page-home"] = "User:Ada" + json.loads(found[2])
    return form


def saved(form: Mapping[str, Any], answers: Mapping[str, str], user: str) -> tuple[str, str]:
    """The page that the gadget would make of a form: its title and text (``createWikiPage``)."""
    lines, name = [], ""
    for step, elements in form.items():
        if step == "config":
            continue
        for id, element in elements.items():
            if element["type"] in BUTTONS:
                continue
            first = element["values"][0] if element["type"] == "dropdownList" else ""
            value = answers.get(id, first)[: element.get("characterLength", 100)]
            assert element["add-to"] == "infobox"
            lines.append(f"|{element['infobox-param']}={value}\n")
            if element.get("page-title"):
                name = value
    lines += ["|timestamp = ~~~~~\n", f"|creator = {user}\n"]
    home = form["config"]["page-home"]
    text = "{{" + form["config"]["infobox"] + "\n" + "".join(lines) + "}} \n"
    return home + ("" if home.endswith("/") else "/") + name, text


@pytest.mark.parametrize("language", sorted(available_languages("onwiki")))
def test_a_form_has_the_shape_that_the_gadget_reads(language: str) -> None:
    (page,) = [each for each in form_pages(NAMES) if each.title.endswith(f"/{language}")]
    assert page.title == f"Meta:FormWizard/Config/{NAMES.request}/{language}"
    form = form_of(page.text)
    assert [*form] == ["create"]
    config, *steps = form["create"].values()
    for key in ("infobox", "page-home", "dialog-title", "post-edit", "error-not-logged-in"):
        assert config[key].strip() == config[key] != ""
    ids = [id for step in steps for id in step]
    elements = [element for step in steps for element in step.values()]
    # An id is one of the page's own, and how the gadget finds a value again.
    assert len(ids) == len({*ids})
    assert all(re.fullmatch("[A-Za-z0-9_-]+", id) for id in ids)
    assert {element["type"] for element in elements} <= TYPES
    assert all(element["title"] for element in elements)
    assert [element["title"] for element in elements if element.get("page-title")]
    boxes = [each for each in elements if each["type"] not in BUTTONS]
    declared = [field.name for field in REQUEST if field.offered]
    assert [each["infobox-param"] for each in boxes] == declared
    assert all(re.fullmatch("[A-Za-z0-9_]+", name) for name in declared)


def test_what_the_gadget_writes_is_a_request_that_we_read() -> None:
    answers = {
        "want": "grant writing",
        "until": "2027-03-01",
        "priority": "urgent",
        "level": "basic",
        "methods": "mentoring",
        "note": "For our first grant.\n\n* twice",
    }
    (page,) = [each for each in form_pages(NAMES) if each.title.endswith("/de")]
    title, text = saved(form_of(page.text)["create"], answers, "Ada")
    assert title == "User:Ada/Capacity Exchange/grant writing"
    found = read_page(
        text.replace("~~~~~", "20:00, 29 November 2026 (UTC)"),
        names=TemplateNames(),
        directory=directory.load(),
        today=date(2026, 11, 29),
        title=title,
    )
    assert found.problems == ()
    (want,) = found.requests[0].wants
    assert want.capacity == "grant-proposal" or want.text == "grant writing"
    assert (want.level, want.priority, want.until) == (1, 2, date(2027, 3, 1))
    assert "For our first grant." in want.note


def test_a_form_with_only_what_it_needs_is_a_request_too() -> None:
    form = request_form(NAMES, "en")
    title, text = saved(form["create"], {"want": "Zorgle"}, "Ada")
    found = read_page(
        text,
        names=TemplateNames(),
        directory=directory.load(),
        today=date(2026, 11, 29),
        title=title,
    )
    assert found.problems == ()
    assert [want.text for want in found.requests[0].wants] == ["Zorgle"]
