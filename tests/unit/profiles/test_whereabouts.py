"""Where a thing is and when, as people write it, in many languages and scripts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.geography import find_place_country
from exchange.languages import nearest_locale
from exchange.model import Offer, Want
from exchange.profiles.parser import read_page
from exchange.profiles.whereabouts import (
    MAX_LENGTH,
    Days,
    Whereabouts,
    is_plain_place,
    parse_days,
    read_whereabouts,
    write_days,
)
from exchange.profiles.writer import render_item
from tests.unit.profiles.strategies import DIRECTORY, NAMES, TODAY

MARCH, END = date(2027, 3, 1), date(2027, 3, 31)
YEAR, WINTER = date(2027, 1, 1), (date(2027, 1, 1), END)

UNTIL_MARCH = """
until 2027-03 | until March 2027 | till end of March 2027 | by 31 March 2027 | until: March 2027
bis März 2027 | bis Ende März 2027 | bis zum 31. März 2027 | jusqu'en mars 2027
jusqu’à fin mars 2027 | hasta marzo de 2027 | hasta el 31 de marzo de 2027 | até março de 2027
fino a marzo 2027 | do marca 2027 | до марта 2027 | до конца марта 2027 года | до березня 2027
حتى مارس 2027 | حتى ٣١ مارس ٢٠٢٧ | تا مارس ۲۰۲۷ | 2027年3月まで | 2027年3月31日まで | 至2027年3月
sampai Maret 2027 | Mart 2027'ye kadar | 31 Mart 2027 kadar | tot maart 2027 | मार्च 2027 तक
"""
WHOLE_MARCH = (
    "March 2027 | 03/2027 | 2027-03 | 2027/3 | März 2027 | марта 2027 | 2027年3月 | مارس 2027"
)
STRETCHES = """
from 2027-01-01 to 2027-03-31 | 2027-01-01 – 2027-03-31 | 2027-01-01 - 2027-03-31
January to March 2027 | January–March 2027 | from January until the end of March 2027
von Januar bis März 2027 | de janvier à mars 2027 | de enero a marzo de 2027 | da gennaio a marzo 2027
с января по март 2027 | з січня до березня 2027 | od stycznia do marca 2027 | من يناير إلى مارس 2027
2027年1月から3月まで | 2027年1月〜2027年3月 | dari Januari sampai Maret 2027 | از ژانویه تا مارس ۲۰۲۷
1 January 2027 … 31 March 2027
"""
FIRST_DAYS = "1–15 March 2027 | 1-15 March 2027 | 1 to 15 March 2027 | vom 1. bis 15. März 2027 | du 1 au 15 mars 2027 | с 1 по 15 марта 2027"


def each(table: str) -> list[str]:
    return [one.strip() for line in table.strip().split("\n") for one in line.split(" | ")]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        *((text, None, END) for text in each(UNTIL_MARCH)),
        *((text, MARCH, END) for text in each(WHOLE_MARCH)),
        *((text, *WINTER) for text in each(STRETCHES)),
        *((text, MARCH, date(2027, 3, 15)) for text in each(FIRST_DAYS)),
        *(
            (f"{word} 2027", MARCH, None)
            for word in ("from March", "ab März", "dès mars", "с марта")
        ),
        ("2027年3月から", MARCH, None),
        ("from December to March 2027", date(2026, 12, 1), END),
        ("15 December 2026 – 31 March 2027", date(2026, 12, 15), END),
        ("2027", YEAR, date(2027, 12, 31)),
        ("until 2027", None, date(2027, 12, 31)),
        ("bis Ende 2027", None, date(2027, 12, 31)),
        ("2027-03-31", None, END),
        ("31 March 2027", None, END),
        ("until February 2028", None, date(2028, 2, 29)),
        ("until 1406-01", None, date(2027, 4, 20)),
    ],
)
def test_days_are_read_as_people_write_them(
    text: str, since: date | None, until: date | None
) -> None:
    assert parse_days(text) == Days(since, until)
    for place, lead in (("Tirana", "Tirana "), ("Shkodër", "in Shkodër, "), ("東京", "東京 ")):
        assert read_whereabouts(lead + text) == Whereabouts(place, Days(since, until))


@pytest.mark.parametrize(
    "text",
    [
        *("until March", "weekends until March", "31.03.2027", "until 5/3/2027", "until 13/2027"),
        *("from March 2027 to January 2027", "20 seats", "from 9 to 5", "for 2 years", "", "until"),
        *("2 – 3", "March", "by the week", "24/7", "from Ada to Ben", "up to 20 people", "to"),
    ],
)
def test_what_could_mean_several_days_is_none(text: str) -> None:
    assert parse_days(text) is None
    assert read_whereabouts(text) is None


@pytest.mark.parametrize(
    ("text", "place", "country"),
    [
        ("Tirana", "Tirana", "AL"),
        ("in Tirana", "Tirana", "AL"),
        ("in Shkodër", "Shkodër", None),
        ("place: shkodër", "shkodër", None),
        ("Ort: Bad Homburg", "Bad Homburg", None),
        ("à Paris", "Paris", "FR"),
        ("Nigeria", "Nigeria", "NG"),
        ("in NG", "NG", "NG"),
        ("Ikeja, Nigeria", "Ikeja, Nigeria", "NG"),
        ("Москва", "Москва", "RU"),
        ("القاهرة", "القاهرة", "EG"),
        ("東京", "東京", "JP"),
        ("в Киеве", "Киеве", None),
        ("em Lisboa", "Lisboa", "PT"),
        ("in Santiago", "Santiago", None),
        ("in Kingston", "Kingston", None),
        ("Deutschland", "Deutschland", "DE"),
    ],
)
def test_a_place_is_one_that_we_know_or_that_a_word_leads_to(
    text: str, place: str, country: str | None
) -> None:
    assert read_whereabouts(text) == Whereabouts(place)
    assert find_place_country(place) == country


@pytest.mark.parametrize(
    "text",
    [
        *("Shkodër", "TV", "SD", "USB", "in the afternoon", "in 2 weeks", "at weekends", "Canon"),
        *("for workshops", "free of charge", "with a beamer", "in exchange for cake"),
    ],
)
def test_what_may_be_no_place_is_none(text: str) -> None:
    assert read_whereabouts(text) is None


days = st.dates(date(2026, 1, 1), date(2100, 12, 31))


@given(st.none() | days, st.none() | days)
def test_days_as_we_write_them_read_back(since: date | None, until: date | None) -> None:
    if since and until and until < since:
        since, until = until, since
    if since or until:
        assert parse_days(write_days(since, until)) == Days(since, until)


@given(
    st.sampled_from(["de", "fr", "es", "pt", "ru", "uk", "pl", "it", "ar", "fa", "tr", "id"]), days
)
def test_a_month_is_all_of_it_in_every_language(language: str, day: date) -> None:
    name = nearest_locale(language).months["format"]["wide"][day.month]
    found = parse_days(f"{name} {day.year}")
    assert found is not None
    assert found.since == day.replace(day=1)
    assert found.until is not None
    assert (found.until + timedelta(1)).day == 1
    assert found.since <= day <= found.until


@given(st.text(max_size=MAX_LENGTH + 20))
@example("from 0000 to 9999")
@example("until 9999")
@example("2027年99月")
@example("0 – 31 February 2027")
def test_no_text_breaks_it_and_a_stretch_begins_before_it_ends(text: str) -> None:
    found = read_whereabouts(text)
    if found and found.days.since and found.days.until:
        assert found.days.since <= found.days.until


def items(line: str, side: str = "offers") -> tuple[tuple[Offer | Want, ...], list[str]]:
    page = read_page(
        f"{{{{Capacity Exchange profile|{side}=\n* {line}\n}}}}",
        names=NAMES,
        directory=DIRECTORY,
        today=TODAY,
    )
    said = [one.code for one in page.problems if one.parameter == side]
    return getattr(page.profiles[0], side), said


@pytest.mark.parametrize(
    ("line", "place", "since", "until", "note"),
    [
        ("venue (Tirana, until March 2027)", "Tirana", None, END, ""),
        ("venue (in Shkodër; from January to March 2027)", "Shkodër", YEAR, END, ""),
        ("venue – Tirana, until March 2027", "Tirana", None, END, ""),
        ("venue: Tirana until March 2027", "Tirana", None, END, ""),
        ("venue in Tirana until 03/2027", "Tirana", None, END, ""),
        (
            "venue (20 seats, Ikeja, Lagos, Nigeria)",
            "Lagos, Nigeria",
            None,
            None,
            "20 seats; Ikeja",
        ),
        (
            "venue – Lagos, 20 seats, weekends until March",
            "",
            None,
            None,
            "Lagos, 20 seats, weekends until March",
        ),
        ("venue\n** Tirana\n** until March 2027\n** 20 seats", "Tirana", None, END, "20 seats"),
        (
            "{{Capacity|venue|place=Rruga A, 5; Tirana|until=March 2027|note=x}}",
            "Rruga A, 5; Tirana",
            None,
            END,
            "x",
        ),
        ("{{Capacity|venue|until=from 2027-01 to 2027-03|where=Tirana}}", "Tirana", YEAR, END, ""),
        ("Lokal (w Warszawie, do marca 2027)", "Warszawie", None, END, ""),
    ],
)
@pytest.mark.parametrize("side", ["offers", "wants"])
def test_an_entry_says_where_and_when(
    line: str, place: str, since: date | None, until: date | None, note: str, side: str
) -> None:
    (one,), problems = items(line, side)
    assert (one.place, one.since, one.until, one.note) == (place, since, until, note)
    assert problems == []
    assert items(render_item(one, names=NAMES), side)[0] == (one,)


def test_a_last_day_that_is_over_is_said_and_a_day_in_doubt_is_asked_about() -> None:
    (one,), problems = items("camera (until October 2026)")
    assert one.until == date(2026, 10, 31)
    assert one.is_over(TODAY)
    assert problems == ["past-date"]
    (one,), problems = items("camera (until 31.03.2027)")
    assert (one.until, one.note) == (None, "until 31.03.2027")
    assert problems == ["unknown-detail"]


def test_a_skill_is_nowhere_and_a_want_of_one_has_a_last_day() -> None:
    (one,), _ = items("Wikidata (Tirana, until March 2027)")
    assert (one.place, one.until, one.note) == ("", None, "Tirana; until March 2027")
    (one,), _ = items("{{Capacity|Lua|place=Tirana|until=2027-03-31}}")
    assert (one.place, one.until, one.note) == ("", None, "Tirana")
    (one,), problems = items("Wikidata (until March 2027)", "wants")
    assert (one.until, problems) == (END, [])


@given(
    st.sampled_from(["venue", "camera", "small grant"]),
    st.sampled_from(
        ["", "Tirana", "Rruga A, 5", "in Tirana", "until 2027", "a|b", "x (y)", "2027", "expert"]
    )
    | st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), max_size=30
    ).map(lambda text: " ".join(text.split())),
    st.none() | days,
    st.none() | days,
)
def test_whatever_place_and_days_are_written_are_read_back(
    name: str, place: str, since: date | None, until: date | None
) -> None:
    if since and until and until < since:
        since, until = until, since
    one = Offer(DIRECTORY.identify(name), name, since=since, until=until, place=place)
    assert items(render_item(one, names=NAMES))[0] == (one,)
    if is_plain_place(place):
        assert f"in {place}" in render_item(one, names=NAMES)
