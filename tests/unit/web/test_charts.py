"""Charts: ordered, whole, labelled, and as pictures that stand for themselves."""

from __future__ import annotations

import csv
import html
import io
import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory import load
from exchange.geography import all_regions
from exchange.reports import Column, ColumnType, PartyCell, Plot, Sheet, Table, list_reports
from exchange.reports.labels import Labels
from webtool.charts import NetworkChart, chart_of
from webtool.map import world_drawing
from webtool.picture import width_of, wrap

SVG = "{http://www.w3.org/2000/svg}"
LABELS = Labels.of("en", load())
PLOTTED = [
    (report.id, sheet.id) for report in list_reports() for sheet in report.sheets if sheet.plot
]


def shown_texts(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize(("report", "sheet"), PLOTTED)
def test_every_chart_is_a_picture_to_download_and_to_embed(
    client: FlaskClient, report: str, sheet: str
) -> None:
    page = client.get(f"/reports/{report}").text
    address = f"/reports/{report}.{sheet}.svg"
    assert (f'href="{address}"' in page) == (client.get(address).status_code == 200)
    if f'href="{address}"' not in page:
        assert sheet in ("match-matrix", "fairness", "interventions"), "no round was run here"
        return
    assert f'href="/reports/{report}.{sheet}.csv"' in page
    for language, direction in (("en", None), ("ar", "rtl")):
        answer = client.get(f"{address}?uselang={language}")
        assert answer.mimetype == "image/svg+xml"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "creativecommons.org" in answer.headers["Link"]
        assert "Content-Disposition" not in answer.headers
        root = ElementTree.fromstring(answer.text)
        title, described = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert described is not None
        assert title.text
        assert described.text
        assert root.get("aria-labelledby") == "title desc"
        assert {one.get("direction") for one in root.iter(f"{SVG}text")} == {direction}
        assert any("CC0" in text for text in shown_texts(answer.text))
        wide = float(root.get("width") or 0)
        for one in root.iter(f"{SVG}text"):
            x, size = float(one.get("x") or 0), int(one.get("font-size") or 0)
            if one.get("text-anchor") == "start" and direction is None:
                assert x + width_of(one.text or "") * size <= wide + 1, one.text


def test_a_chart_says_how_many_it_draws_and_the_rest_is_one_click_away(client: FlaskClient) -> None:
    page = client.get("/reports/gaps").text
    figure = page.partition("<figure")[2].partition("</figure>")[0]
    told = re.search(r"the (\d+) largest of (\d+)", figure)
    assert told is not None
    link = re.search(r'href="(\?all=gaps#gaps)"', figure)
    assert link is not None
    assert figure.count('class="plot__label"') == int(told[1]) == 20
    whole = client.get(f"/reports/gaps{link[1].partition('#')[0]}").text
    figure = whole.partition("<figure")[2].partition("</figure>")[0]
    assert figure.count('class="plot__label"') == int(told[2])
    numbers = [int(one) for one in re.findall(r'class="plot__value">(\d+)<', figure)]
    assert numbers == sorted(numbers, reverse=True)
    rows = whole.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")
    assert rows >= int(told[2]), (
        "a table has what is wider beside what is narrower, a chart has not"
    )
    assert "largest of" not in figure


def test_bars_with_intervals_show_them(client: FlaskClient) -> None:
    page = client.get("/reports/places").text
    equity = page.partition('aria-labelledby="equity"')[2].partition("</section>")[0]
    bars = equity.count('class="plot__fill"')
    assert bars == equity.count('class="plot__range"') > 2
    assert "95% certainty" in equity
    assert len(re.findall(r"\d+% \(\d+%–\d+%\)", equity)) == bars


def test_a_matrix_is_a_table_with_headings_for_rows_and_columns(client: FlaskClient) -> None:
    page = client.get("/reports/places").text
    section = page.partition('aria-labelledby="could-matrix"')[2].partition("</section>")[0]
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)', section)
    assert heads[1] == "Sub-Saharan Africa"
    assert heads[-1] == "Not known"
    shades: dict[int, set[str]] = {}
    for shade, n in re.findall(r'class="num h(\d)">(\d+)<', section):
        shades.setdefault(int(shade), set()).add(n)
    assert shades[0] == {"0"}
    assert len(shades) > 3
    assert all("0" not in numbers for shade, numbers in shades.items() if shade)


def test_a_place_has_its_trend_and_its_network_with_a_table_beside(client: FlaskClient) -> None:
    page = client.get("/places/SSA").text
    trend = page.partition('aria-labelledby="place-trend"')[2].partition("</section>")[0]
    assert trend.count('class="trends__path"') == 4
    assert trend.partition("<tbody>")[2].count("<tr>") == 9
    network = page.partition('aria-labelledby="place-teach"')[2].partition("</section>")[0]
    lines = network.count("<polyline")
    assert lines == network.partition("<tbody>")[2].count("<tr>") > 2
    for sheet in ("place-trend", "place-teach"):
        for form in ("svg", "csv"):
            address = f"/files/region/SSA/{sheet}.{form}"
            assert f'href="{address}"' in page
            assert client.get(address).status_code == 200
    picture = client.get("/files/region/SSA/place-teach.svg")
    assert "by-sa" in picture.headers["Link"]
    assert client.get("/files/region/SSA/nothing.svg").status_code == 404
    assert client.get("/files/country/XX/place-trend.csv").status_code == 404


PEOPLE = st.integers(0, 9).map(lambda at: PartyCell(f"user:{at}", f"Person {at}"))
NETWORK = Sheet(
    "x",
    (Column("helper", ColumnType.PARTY), Column("seeker", ColumnType.PARTY)),
    lambda facts: [],
    plot=Plot(x="helper", y=("seeker",), kind="network"),
)


@given(pairs=st.lists(st.tuples(PEOPLE, PEOPLE), min_size=1, max_size=20))
def test_a_network_has_every_pair_once_and_is_the_same_in_any_order(
    pairs: list[tuple[PartyCell, PartyCell]],
) -> None:
    drawn = chart_of(Table(NETWORK, tuple(pairs)), LABELS)
    assert isinstance(drawn, NetworkChart)
    told = sorted((drawn.left[one], drawn.right[two]) for one, two in drawn.lines)
    assert told == sorted({(one.name, two.name) for one, two in pairs})
    assert chart_of(Table(NETWORK, tuple(pairs)), LABELS) == drawn


@given(
    text=st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200),
    width=st.integers(60, 600),
)
def test_a_label_is_broken_into_lines_that_fit_and_never_cut(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line) * 13 <= width or len(line) == 1 for line in lines)


def test_a_country_on_the_map_leads_to_its_people_and_keeps_the_query(client: FlaskClient) -> None:
    for address, kept in (
        ("/map?measure=unmet&capacity=wikidata", "direction=want&amp;capacity=wikidata"),
        ("/map?region=SSA", "direction=offer"),
        ("/search?view=map&amp;q=wikidata&language=en", "q=wikidata&amp;language=en"),
    ):
        page = client.get(address.replace("&amp;", "&")).text
        links = re.findall(r'<a href="(/search\?[^"]*)" tabindex="-1"', page)
        assert len(links) > 5
        assert all(link.startswith(f"/search?{kept}&amp;country=") for link in links), links[0]
        # Whoever has no mouse gets there by the table.
        table = page.partition("</svg>")[2]
        for link in links:
            assert f'/{link[-2:]}"' in table or f"country={link[-2:]}" in table


def test_what_has_no_data_is_hatched_on_the_map_and_in_its_legend(client: FlaskClient) -> None:
    page = client.get("/map").text
    assert re.search(r'class="land" fill="url\(#hatch\)"[^>]*><title>[^<]*: no data</title>', page)
    assert re.search(r'fill="url\(#hatch\)"[^>]*></svg>no data', page.replace("/>", ">"))
    assert not re.search(r"\.land \{[^}]*fill", client.get("/static/site.css").text)


def test_the_world_has_an_inset_for_each_region_that_leads_to_its_view(client: FlaskClient) -> None:
    page = client.get("/map?measure=needs&capacity=lua").text
    insets = re.findall(
        r'<li><a href="([^"]+)"><svg viewBox="([^"]+)"[^>]*><use href="#countries"/>', page
    )
    assert len(insets) == len(all_regions()) == 8
    assert '<g id="countries">' in page
    for address, box in insets:
        view = client.get(html.unescape(address)).text
        assert f'class="world" viewBox="{box}"' in view
        assert '<option value="lua" selected>' in view


def test_each_region_has_its_own_view_in_which_its_countries_are(client: FlaskClient) -> None:
    whole = world_drawing()
    for region in all_regions():
        page = client.get(f"/map?measure=needs&region={region.id}").text
        seen = re.search(r'class="world" viewBox="(-?\d+) (-?\d+) (\d+) (\d+)"', page)
        assert seen is not None
        left, top, wide, high = map(int, seen.groups())
        assert 0 < wide <= whole["width"] + 40
        assert 0 < high <= whole["height"] + 40
        for code in set(region.countries) & whole["shapes"].keys():
            x, y = re.findall(r"-?\d+", whole["shapes"][code])[:2]
            assert left - wide <= int(x) <= left + 2 * wide, code
            assert top - high <= int(y) <= top + 2 * high, code
        for other in all_regions():
            assert f"region={other.id}" in page


@pytest.mark.parametrize(
    "query", ["", "?measure=unmet", "?measure=needs&capacity=wikidata", "?measure=unmet&region=SSA"]
)
def test_the_map_is_a_picture_and_a_file_with_the_numbers_of_its_page(
    client: FlaskClient, query: str
) -> None:
    page = html.unescape(client.get(f"/map{query}").text)
    files = dict(re.findall(r'href="(/map\.(csv|svg)[^"]*)"', page))
    picture, file = (next(a for a, f in files.items() if f == form) for form in ("svg", "csv"))
    answer = client.get(picture)
    for one in (answer, client.get(file)):
        assert "creativecommons.org/publicdomain" in one.headers["Link"]
        assert one.headers["Access-Control-Allow-Origin"] == "*"
    root = ElementTree.fromstring(answer.text)
    table = page.partition("figures-table")[2]
    rows = re.findall(
        r'<tr><th scope="row"><a[^>]*>([^<]+)</a></th>' + 3 * r'<td class="num[^"]*">(\d+)</td>',
        table,
    )
    assert len(rows) > 5
    lines = [*csv.reader(io.StringIO(client.get(file).text))][1:]
    assert [tuple(line[1:]) for line in lines] == [(*row, "CC0-1.0") for row in rows]
    at = {"": 1, "needs": 2, "unmet": 3}[re.sub(r".*measure=(\w+).*|^$", r"\1", query)]
    described = root.find(f"{SVG}desc")
    assert described is not None
    assert described.text == "; ".join(f"{row[0]}: {row[at]}" for row in rows)
    titles = {one.text for one in root.iter(f"{SVG}title")}
    assert {f"{row[0]}: {row[at]}" for row in rows} <= titles
    words = " ".join(shown_texts(answer.text))
    for told in ("no data", "CC0-1.0", "do not say their country"):
        assert told in words
    (inner,) = root.findall(f"{SVG}svg")
    seen = re.search(r'class="world" viewBox="([^"]+)"', page)
    assert seen is not None
    assert inner.get("viewBox") == seen[1]


def test_the_map_of_a_search_is_a_picture_with_its_numbers(client: FlaskClient) -> None:
    page = client.get("/search?view=map&q=wikidata").text
    link = re.search(r'href="(/search\.svg\?q=wikidata)"', page)
    assert link is not None
    root = ElementTree.fromstring(client.get(link[1]).text)
    rows = re.findall(
        r'<tr><th scope="row"><a[^>]*>([^<]+)</a></th><td class="num">(\d+)</td>', page
    )
    described = root.find(f"{SVG}desc")
    assert described is not None
    assert sorted(str(described.text).split("; ")) == sorted(f"{a}: {n}" for a, n in rows)
