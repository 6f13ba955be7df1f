"""One number for one thing: every figure on every page, file and command, over the sample movement."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.harvest.harvest import stored_directory
from config.sample.weeks import seed_weeks
from exchange.directory import load
from exchange.geography import all_regions, region_name
from exchange.matching import (
    History,
    Result,
    UnmetReason,
    load_weights,
    match_profiles,
    period_of,
)
from exchange.model import FLUENT, Method, Profile
from exchange.privacy import CountryProtection
from exchange.reports.places import ENOUGH
from exchange.settings import load as load_settings
from exchange.store import Store
from tests.support.sample import SampleMovement
from webtool import create_app

MATCHING = Path(__file__).parents[3] / "docs/matching.md"
STEPS = ("match", "publish", "status")
Rows = dict[str, dict[str, str]]


class Movement:
    """The sample movement after a run of the bot: what it printed, wrote, and what the tool shows."""

    def __init__(self, harvested: SampleMovement) -> None:
        settings = load_settings(harvested.environment)
        protection = CountryProtection(settings.privacy.protected_countries)
        with closing(Store.open(settings.database_url)) as store:
            seed_weeks(store, settings.clock(), protection)
        self.environment, self.folder = harvested.environment, harvested.folder
        self.run = harvested.run
        self.told = {"harvest": harvested.printed["harvested"]}
        self.told |= {name: self.run(name) for name in STEPS}
        self.client: FlaskClient = create_app(settings).test_client()

    def page(self, address: str) -> str:
        answer = self.client.get(address, headers={"Accept-Language": "en"})
        assert answer.status_code == 200, address
        return answer.text

    def json(self, address: str) -> Any:
        return json.loads(self.page(address))

    def sheet(self, report: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = next(
            one["rows"]
            for one in self.json(f"/reports/{report}.json")["sheets"]
            if one["id"] == name
        )
        return found

    def csv(self, report: str, name: str) -> list[dict[str, str]]:
        text = self.page(f"/reports/{report}.{name}.csv").removeprefix("\ufeff")
        return list(csv.DictReader(io.StringIO(text)))

    def wiki(self, *title: str) -> str:
        page = self.folder.joinpath("wiki", "(Main)", "Capacity Exchange", "Reports", *title)
        return page.with_name(page.name + ".wikitext").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sample(sample_at: Callable[[str], SampleMovement]) -> Movement:
    return Movement(sample_at("harvested"))


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def figures(html: str) -> dict[str, int]:
    """The figures that stand above the tables of a page."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html, re.DOTALL)
    return {text_of(name): number(value) for name, value in pairs if re.fullmatch(r"[\d,]+", value)}


def number(text: str) -> int:
    return int(text.replace(",", "") or 0)


def tables(html: str) -> Iterator[Rows]:
    """Every table of a page: its rows by their headings, each a cell by its column's heading."""
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        names = [text_of(one) for one in re.findall(r'<th scope="col".*?</th>', table, re.DOTALL)]
        rows = re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", table, re.DOTALL)
        cells = [[text_of(one) for one in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]
        yield {row[0]: dict(zip(names, row, strict=True)) for row in cells}


def table_with(html: str, *columns: str) -> Rows:
    return next(
        rows for rows in tables(html) if rows and set(columns) <= set(next(iter(rows.values())))
    )


def wiki_tables(text: str) -> Iterator[Rows]:
    """The tables of a page on the wiki, in the same form."""
    for table in re.findall(r"^\{\|.*?^\|\}", text, re.DOTALL | re.MULTILINE):
        head, *rows = re.split(r"^\|-.*$", table, flags=re.MULTILINE)
        names = re.findall(r'^! scope="col".*?\| (.*)$', head, re.MULTILINE)
        found: Rows = {}
        for row in rows:
            cells = [
                plain_cell(line)
                for line in re.split(r"\n(?=[|!])", row.strip())
                if line[:1] in "|!" and line[:2] != "|}"
            ]
            found[cells[0]] = dict(zip(names, cells, strict=True))
        yield found


def plain_cell(line: str) -> str:
    line = re.sub(r"\{\{[^}]*\}\}", "", line)
    line = re.sub(r"\[\[[^|\]]*\|(.*?)\]\]", r"\1", line)
    return text_of(line.rpartition(" | ")[2] if " | " in line else line[1:])


def wiki_table_with(text: str, *columns: str) -> Rows:
    return next(
        rows
        for rows in wiki_tables(text)
        if rows and set(columns) <= set(next(iter(rows.values())))
    )


def test_the_totals_are_the_same_everywhere(sample: Movement) -> None:
    overview = {row["figure"]: row["now"]["value"] for row in sample.sheet("overview", "overview")}
    names = ("People", "Groups", "Offers", "Wants", "Unmet wants")
    want = {name: overview[name] for name in names}
    assert min(want.values()) > 10
    first = figures(sample.page("/"))
    assert {name: first[name] for name in names} == want
    status = figures(sample.page("/status"))
    assert {name: status[name] for name in names[:4]} == {name: want[name] for name in names[:4]}

    # The reports: as a page, as a file, on the wiki, and the total below the places.
    shown = table_with(sample.page("/reports/overview"), "Figure", "Now")
    assert {name: number(shown[name]["Now"]) for name in names} == want
    shown = wiki_table_with(sample.wiki("overview"), "Figure", "Now")
    assert {name: number(shown[name]["Now"]) for name in names} == want
    shown = {row["figure"]: row for row in sample.csv("overview", "overview")}  # type: ignore[misc]
    assert {name: int(shown[name]["now"]) for name in names} == want
    everybody = wiki_table_with(sample.wiki("places"), "Region", "People")["Everybody"]
    assert {name: number(everybody[name]) for name in names} == want
    rows = sample.sheet("places", "regions")
    for name in ("people", "groups", "offers", "wants", "unmet"):
        assert (
            sum(row[name] for row in rows)
            == want[names[("people", "groups", "offers", "wants", "unmet").index(name)]]
        )

    # The commands.
    harvest, match, status = (sample.told[name] for name in ("harvest", "match", "status"))
    for told in (harvest, status["index"]):
        assert (told["offers"], told["wants"]) == (want["Offers"], want["Wants"])
        assert told["profiles"] == want["People"] + want["Groups"]
    assert match["profiles"] == harvest["profiles"]
    assert (match["wants"], match["unmet"]) == (want["Wants"], want["Unmet wants"])
    measures = match["steps"]["match"]["measures"]
    assert measures["coverage"] == pytest.approx(overview["Seekers with a match"])
    assert measures["wants-served"] == pytest.approx(overview["Wants with a match"])
    assert measures["reciprocity"] == pytest.approx(overview["Matches that go both ways"])
    sheet = {row["figure"]: row["value"]["value"] for row in sample.sheet("fairness", "fairness")}
    for name, shown in (
        ("load-max", "Most matches that one helper has"),
        ("load-p90", "Nine in ten helpers have at most this many"),
        ("load-gini", "Inequality of load (Gini: 0 is equal, 1 is all on one)"),
        ("load-idle", "Helpers without a match"),
    ):
        assert measures[name] == pytest.approx(sheet[shown]), name
    equity = {row["side"]: row["rate"] for row in sample.sheet("places", "equity")}
    assert measures["emerging-served"] == pytest.approx(equity["Emerging communities"])
    assert measures["others-served"] == pytest.approx(equity["Other communities"])
    # The metrics for operators: as the command, and as the reports.
    metrics = dict(
        re.findall(r'^exchange_measure\{name="([^"]+)"\} (\S+)$', sample.page("/metrics"), re.M)
    )
    for name, value in measures.items():
        assert float(metrics[name]) == pytest.approx(value), name
    for name in ("people", "groups", "offers", "wants", "unmet"):
        assert (
            float(metrics[f"overview-{name}"])
            == want[name.capitalize() if name != "unmet" else "Unmet wants"]
        )
    assert match["matches"] == overview["Matches that stand"]
    assert overview["Wants with a match"] == pytest.approx(1 - want["Unmet wants"] / want["Wants"])
    asked = re.search(r"(\d+) open requests", sample.page("/requests"))
    assert asked is not None
    assert int(asked[1]) == overview["Open requests"] == len(sample.sheet("requests", "requests"))


def test_the_figures_of_a_capacity_are_the_same_everywhere(sample: Movement) -> None:
    rows = {row["capacity"]: row for row in sample.sheet("gaps", "gaps")}
    want = {id: (row["offering"], row["wanting"], row["unmet"]) for id, row in rows.items()}
    directory = load()
    named = {directory.name(id, "en"): id for id in want if id in directory}
    assert len(named) > 80

    for row in sample.csv("gaps", "gaps"):
        assert want[row["capacity"]] == tuple(
            int(row[name]) for name in ("offering", "wanting", "unmet")
        )
    columns = ("People who offer it", "People who want it", "Unmet wants")
    on_wiki = wiki_table_with(sample.wiki("gaps"), *columns)
    on_web = table_with(sample.page("/reports/gaps"), *columns)
    for shown in (on_wiki, on_web):
        for name, row in shown.items():
            if name in named:
                assert want[named[name]] == tuple(number(row[one]) for one in columns), name
    assert len(set(on_wiki) & set(named)) == len(named)

    seen = 0
    for one in sample.json("/api/v1/capacities")["capacities"]:
        figure = want.get(one["id"], (0, 0, 0))
        assert (one["offers"], one["wants"], one["unmet"]) == figure
    for id in named.values():
        page = sample.page(f"/capacities/{id}")
        shown_figures = figures(page)
        assert tuple(shown_figures[one] for one in columns) == want[id], id
        # What is narrower is a table on the page; it says what their own pages say.
        for rows_ in tables(page):
            for name, row in rows_.items():
                if name in named and columns[2] in row:
                    seen += 1
                    assert tuple(number(row[c]) for c in columns) == want[named[name]], (id, name)
    assert seen > 20
    for id in ("wikidata", "grant-proposal", "communication", "governance", "glam"):
        for direction, figure in zip(("offer", "want"), want[id], strict=False):
            found = sample.json(f"/api/v1/profiles?capacity={id}&direction={direction}")
            assert found["total"] == figure
    tree = text_of(sample.page("/capacities"))
    for name, id in named.items():
        offering, wanting = want[id][:2]
        said = (
            f"{name} {offering:,} {'person offers' if offering == 1 else 'people offer'}"
            f" {wanting:,} {'person wants' if wanting == 1 else 'people want'}"
        )
        assert said in tree, said


def test_the_lists_of_the_first_page_say_what_the_pages_of_capacities_say(sample: Movement) -> None:
    rows = {row["capacity"]: row for row in sample.sheet("gaps", "gaps")}
    html = sample.page("/")
    directory = load()
    for heading, column in (
        ("most-offered", "offering"),
        ("most-wanted", "wanting"),
        ("most-unmet", "unmet"),
    ):
        part = html.partition(f'aria-labelledby="{heading}"')[2].partition("</section>")[0]
        shown = re.findall(
            r'href="/capacities/([^"]+)".*?bars__value">([\d,]+)<', part, flags=re.DOTALL
        )
        assert len(shown) == 8
        assert [number(value) for _, value in shown] == [rows[id][column] for id, _ in shown]
        assert [number(value) for _, value in shown] == sorted(
            (number(value) for _, value in shown), reverse=True
        )
        listed = {id for id, _ in shown}
        assert not any(listed.intersection(directory.broader(id)) for id in listed)


def test_every_unmet_want_is_in_one_intervention_and_they_add_up_to_the_capacities(
    sample: Movement,
) -> None:
    directory = load()
    itself: dict[str, int] = {}
    for row in sample.sheet("interventions", "interventions"):
        itself[row["capacity"]] = itself.get(row["capacity"], 0) + row["people"]
    for row in sample.sheet("gaps", "gaps"):
        id = row["capacity"]
        if id not in directory:
            continue
        within = [one for one in itself if id in (one, *directory.broader(one))]
        acted_on = sum(itself[one] for one in within)
        assert row["unmet"] == acted_on + row["unmet-waiting"], id
        assert row["served"] + row["unmet"] == row["wants"]


def test_weeks_matrices_and_networks_say_what_the_other_figures_say(sample: Movement) -> None:
    overview = {row["figure"]: row["now"]["value"] for row in sample.sheet("overview", "overview")}
    weeks = sample.sheet("overview", "history")
    assert len(weeks) == 9  # eight of the past, and today
    last = weeks[-1]
    names = {"people": "People", "offers": "Offers", "wants": "Wants", "unmet": "Unmet wants"}
    assert {one: last[one] for one in names} == {one: overview[name] for one, name in names.items()}
    chart = sample.page("/reports/overview").partition('class="trends"')[2].partition("</ul>")[0]
    drawn = re.findall(r"<strong>([\d,]+)</strong>", chart)
    assert [number(one) for one in drawn][:3] == [last["people"], last["offers"], last["wants"]]

    matrix = sample.sheet("places", "match-matrix")
    flow = sample.sheet("places", "flow")
    cells = sum(n for row in matrix for name, n in row.items() if name != "source")
    assert cells == overview["Matches that stand"] == sum(row["matches"] for row in flow)
    for row in flow:
        (own,) = [one for one in matrix if one["source"] == row["source"]]
        assert own[f"to-{row['target'] or 'unknown'}"] == row["matches"]
    regions = {row["region"]: row for row in sample.sheet("places", "regions")}
    for row in sample.sheet("places", "could-matrix"):
        for name, n in row.items():
            if name != "source":
                target = name.removeprefix("to-")
                assert n <= regions[None if target == "unknown" else target]["unmet"]

    for one in ("SSA", "CEECA"):
        page = sample.page(f"/places/{one}")
        trend = list(table_with(page, "Week", "Unmet wants").values())
        assert len(trend) == 9
        columns = ("people", "groups", "offers", "wants", "unmet")
        heads = ("People", "Groups", "Offers", "Wants", "Unmet wants")
        assert [number(trend[-1][name]) for name in heads] == [regions[one][c] for c in columns]
        text = sample.page(f"/files/region/{one}/place-trend.csv").removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["people"] for row in rows] == [one_week["People"] for one_week in trend]


def test_the_figures_of_a_place_are_the_same_everywhere(sample: Movement) -> None:
    api = {(one["type"], one["id"]): one for one in sample.json("/api/v1/places")["places"]}
    places = sample.page("/places")
    regions = table_with(places, "Region", "Unmet wants")
    for one in all_regions():
        told = api["region", one.id]
        row = regions[region_name(one.id)]
        assert [number(value) for value in list(row.values())[1:]] == [
            told["offers"], told["wants"], told["unmet"],
        ]  # fmt: skip
    maps = {
        measure: table_with(sample.page(f"/map?measure={measure}"), "Country", "Unmet wants")
        for measure in ("assets", "needs", "unmet")
    }
    assert maps["assets"].keys() == maps["needs"].keys() == maps["unmet"].keys()
    countries = {one["name"]: one for key, one in api.items() if key[0] == "country"}
    assert len(countries) > 40
    for shown in maps.values():
        for name, row in shown.items():
            told = countries[name]
            assert [number(value) for value in list(row.values())[1:]] == [
                told["offers"], told["wants"], told["unmet"],
            ]  # fmt: skip
    sheets = {row["region"]: row for row in sample.sheet("places", "regions")}
    columns = ("People", "Groups", "Offers", "Wants", "Unmet wants")
    for one in all_regions():
        row = sheets[one.id]
        want = [row[name] for name in ("people", "groups", "offers", "wants", "unmet")]
        on_wiki = wiki_table_with(sample.wiki("places", one.id), *columns)
        on_web = table_with(sample.page(f"/places/{one.id}"), *columns)
        for shown in (on_wiki, on_web):
            assert [number(shown[region_name(one.id)][name]) for name in columns] == want
    for kind, sheet in (("region", "regions"), ("country", "countries")):
        for row in sample.sheet("places", sheet):
            if row[kind] is None:
                continue
            told = api[kind, row[kind]]
            assert row["people"] + row["groups"] == told["people"]
            assert row["unmet"] == told["unmet"]
            assert row["served"] + row["unmet"] == row["wants"]
            for direction, name in (("offer", "offers"), ("want", "wants")):
                asked = f"/api/v1/profiles?{kind}={row[kind]}&direction={direction}"
                assert sample.json(asked)["total"] == told[name]


@pytest.mark.parametrize(
    ("kind", "sheet", "heading"),
    [
        ("country", "countries", "Country"),
        ("language", "languages", "Language"),
        ("affiliate", "affiliates", "Affiliate"),
    ],
)
def test_the_page_of_every_kind_of_place_says_what_the_report_and_its_file_say(
    sample: Movement, kind: str, sheet: str, heading: str
) -> None:
    columns = ("People", "Groups", "Offers", "Wants", "Wants with a match", "Unmet wants")
    names = ("people", "groups", "offers", "wants", "served", "unmet")
    rows = [row for row in sample.sheet("places", sheet) if row[kind]]
    for row, line in zip(rows, sample.csv("places", sheet), strict=False):
        assert [row[kind], *(row[name] for name in names)] == [
            line[kind], *(int(line[name]) for name in names),
        ]  # fmt: skip
    written = 0
    for row in [*rows[:6], *rows[-2:]]:
        want = [row[name] for name in names]
        shown = next(
            iter(table_with(sample.page(f"/places/{kind}/{row[kind]}"), heading, *columns).values())
        )
        assert [number(shown[name]) for name in columns] == want, row[kind]
        if row["people"] + row["groups"] < ENOUGH:
            continue
        written += 1
        shown = next(
            iter(wiki_table_with(sample.wiki("places", kind, row[kind]), *columns).values())
        )
        assert [number(shown[name]) for name in columns] == want
        moved = sample.client.get(f"/reports/places/{kind}/{row[kind]}")
        assert (moved.status_code, moved.location) == (301, f"/places/{kind}/{row[kind]}")
    assert written == {"language": 3}.get(kind, 0)


@pytest.mark.parametrize(("kind", "place"), [("region", "CEECA"), ("country", "NG")])
def test_the_capacities_of_a_place_are_those_that_search_counts(
    sample: Movement, kind: str, place: str
) -> None:
    page = sample.page(f"/places/{place}" if kind == "region" else f"/places/{kind}/{place}")
    for sheet, direction, heading in (
        ("place-offers", "offer", "People who offer it"),
        ("place-wants", "want", "People who want it"),
    ):
        text = sample.page(f"/files/{kind}/{place}/{sheet}.csv").removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text)))
        section = page.partition(f'aria-labelledby="{sheet}"')[2].partition("</section>")[0]
        shown = table_with(section, heading)
        assert len(shown) == len(rows) > 10
        said = re.search(r"the 10 largest of (\d+)", section)
        assert said is not None
        assert int(said[1]) == len(rows)
        for row in rows:
            number_here = list(row.values())[2]
            told = shown[row["capacity_name"]]
            assert told[heading] == number_here
            asked = f"capacity={row['capacity']}&{kind}={place}&direction={direction}"
            assert sample.json(f"/api/v1/profiles?{asked}")["total"] == int(number_here)


def test_what_swaps_circles_chains_and_interpreters_add_is_as_documented(sample: Movement) -> None:
    store = Store.open(sample.environment["CXC_DATABASE"])
    day = date(2026, 11, 23)

    def served(profiles: list[Profile]) -> Result:
        return match_profiles(
            profiles,
            directory=stored_directory(store),
            weights=load_weights(),
            history=History(),
            today=day,
            period=period_of(day),
        )

    everyone = store.profiles.all()
    able = {one.key for one in everyone if sum(each.level >= FLUENT for each in one.languages) > 1}
    now = served(everyone)
    then = served(
        [
            replace(one, methods=(*one.methods, Method.INTERPRETING)) if one.key in able else one
            for one in everyone
        ]
    )
    swaps, circles = (
        {key for one in groups for key in one.members} for groups in (now.swaps, now.circles)
    )
    reached = {key for one in now.chains for key in one.members[1:]}
    assert not (swaps | circles) & reached
    seekers = [len({one.seeker for one in each.matches}) for each in (now, then)]
    lacking = sum(one.reason is UnmetReason.LANGUAGE for one in now.unmet)
    interpreted = sum(one.interpretation is not None for one in then.matches)
    text = " ".join(MATCHING.read_text(encoding="utf-8").split())
    both = len(swaps) + len(circles)
    for said in (
        f"sample movement of {len(everyone)} people, where {seekers[0]} of",
        f"| swaps | {len(swaps)} | |",
        f"| circles of three | {len(circles)} | + {100 * len(circles) / len(swaps):.0f} % |",
        f"reach) | {len(reached)} | + {100 * len(reached) / both:.0f} % |",
        f"If all {len(able)} who speak two languages",
        f"{interpreted} of the {lacking} wants unmet for their language would be served, "
        f"and {seekers[1]} people in place of {seekers[0]}",
    ):
        assert said in text
