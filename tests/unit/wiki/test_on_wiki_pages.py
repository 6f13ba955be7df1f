"""Our pages on the wiki, as text: a wrong name in one is an error, not an empty place."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.install import TEMPLATES, on_wiki_pages
from bot.template_pages import TEMPLATES as DECLARED
from bot.template_pages import message_keys, template_data
from exchange import directory
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.settings import load

NAMES = load({}).names


def test_every_message_that_a_page_shows_is_there() -> None:
    pages = on_wiki_pages(names=NAMES, bot="Bot")
    shown = {
        (page.title, key)
        for page in pages
        for key in re.findall(r"\|text\|([a-z][a-z0-9-]*)[|}]", page.text)
    }
    assert len({key for _, key in shown}) > 35
    assert sorted(each for each in shown if each[1] not in message_keys()) == []
    assert [page.title for page in pages if "⧼" in page.text] == []


@pytest.mark.parametrize("mark", ["⧼nobody⧽", "⧼No-name⧽", "⧼templatedata:nothing⧽", "⧼⧽"])
def test_a_wrong_name_in_a_page_is_an_error(mark: str, tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    page = tmp_path / "templates/Template/Capacity.wikitext"
    page.write_text(page.read_text("utf-8") + mark, encoding="utf-8")
    with pytest.raises(KeyError):
        on_wiki_pages(names=NAMES, bot="Bot", folder=tmp_path / "templates")


@pytest.mark.parametrize("template", ["profile", "request", "capacity"])
def test_every_parameter_has_a_label_and_a_description(template: str) -> None:
    parameters = template_data(template, directory.load())["params"]
    assert [
        (name, key)
        for name, each in parameters.items()
        for key in ("label", "description")
        if not each[key].get("en")
    ] == []


def test_every_parameter_of_a_profile_stands_in_one_part_of_its_form() -> None:
    data = template_data("profile", directory.load())
    inside = [name for part in data["sets"] for name in part["params"]]
    assert sorted(inside) == sorted(data["params"])
    assert all(part["label"]["en"] and part["label"]["ar"] for part in data["sets"])


def suggested() -> list[tuple[str, str, str]]:
    known = directory.load()
    return [
        (template, name, value)
        for template in DECLARED
        for name, each in template_data(template, known)["params"].items()
        for value in (*each.get("suggestedvalues", ()), *filter(None, [each.get("example")]))
        if template in {"profile", "request", "capacity"}
    ]


def test_whatever_a_form_suggests_means_something_to_us() -> None:
    calls = {
        "profile": ("offers", "{{{{Capacity Exchange profile|{0}}}}}"),
        "request": ("want", "{{{{Capacity Exchange request|{0}}}}}"),
        "capacity": ("1", "{{{{Capacity Exchange profile|wants=\n* {{{{Capacity|{0}}}}}\n}}}}"),
    }
    misread = []
    for template, name, value in suggested():
        needed, call = calls[template]
        values = {needed: "Lua", name: value}
        text = call.format("|".join(f"{key}={each}" for key, each in values.items()))
        found = read_page(
            text,
            names=TemplateNames(),
            directory=directory.load(),
            today=date(2026, 11, 29),
            title="User:Ada",
        )
        wrong = [each.code for each in found.problems]
        # That a group names a contact is told of its own.
        if [code for code in wrong if code != "missing-contact"]:
            misread.append((template, name, value, wrong))
    assert len(suggested()) > 120
    assert misread == []


def test_no_page_is_so_large_that_a_job_of_the_wiki_runs_out_of_memory() -> None:
    # Parsoid took 124 MB for a template of 137,000 bytes, and 68 MB for one of 40,000; MediaWiki's
    # runJobs allows itself 150 MB, with whatever the jobs before have left.
    pages = on_wiki_pages(names=NAMES, bot="Bot", web_address="https://exchange.example.org")
    sizes = {page.title: len(page.text.encode()) for page in pages}
    assert {title: size for title, size in sizes.items() if size > 60_000} == {}


@pytest.mark.parametrize(("share", "said"), [(0, None), (0.1, "10"), (0.025, "2.5")])
def test_the_portal_knows_what_share_of_suggestions_waits(share: float, said: str | None) -> None:
    pages = {page.title: page.text for page in on_wiki_pages(names=NAMES, bot="B", hold_out=share)}
    assert json.loads(pages[f"Module:{NAMES.module}/settings.json"]).get("held_out") == said
    assert "|held_out}}" in pages[NAMES.portal]
