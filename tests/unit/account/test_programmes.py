"""Rounds in the tool, on a wiki in memory: applied to, drafted, confirmed by organisers alone."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.errors import EditRefused, ResponseLost
from exchange.model import (
    Kind,
    Language,
    Match,
    Offer,
    Problem,
    Profile,
    Suggestion,
    SuggestionStatus,
    User,
    Want,
)
from exchange.model.programme import Application, Audience, Programme, ProgrammeRecord
from exchange.store import Store
from exchange.store.pages import PageProblem, PageRecord
from exchange.store.runs import INDEX_VERSION
from tests.support.account_wiki import MemorySite
from tests.unit.account.test_saving import app, client, fail, site
from tests.unit.search.movement import NOW
from tests.unit.web.test_html import checker_messages
from webtool.context import context_of

__all__ = ["app", "client", "site"]

PAGE = "Project:Spring round"
TEXT = (
    "Welcome!\n{{Capacity Exchange round\n|name=Spring & <i>\n|capacities=Lua\n"
    "|organisers=[[User:Ada]]\n|applicants=\n* [[User:Dee]] – hello, 5 May 2026 (UTC)\n}}\nBye"
)
MINE = "* [[User:Ada]]"
ADA, BEN, CY, DEE, HUB = 41, 42, 43, 44, 60
TODAY = NOW.date()
BEFORE = datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) - timedelta(days=9)


@pytest.fixture
def store(app: Flask) -> Store:
    return context_of(app).store


def person(number: int, name: str, *, offers: str = "", wants: str = "", level: int = 6) -> Profile:
    return Profile(
        f"user:{number}",
        name,
        page=f"User:{name}",
        edited=NOW,
        offers=tuple(Offer(one) for one in offers.split()),
        wants=tuple(Want(one) for one in wants.split()),
        languages=(Language("en", level),),
        seats=1,
    )


@pytest.fixture(autouse=True)
def opened(store: Store, site: MemorySite) -> int:
    """A round of Ada's, who speaks for a hub: Ben can help one of Cy and Dee, who fits better."""
    site.edit("Ada", PAGE, TEXT)
    page = site.pages[PAGE].id
    people = [
        person(ADA, "Ada"),
        person(BEN, "Ben & <b>", offers="lua"),
        person(CY, "Cy", wants="lua", level=3),
        person(DEE, "=Dee", wants="lua"),
        Profile(f"page:{HUB}", "Hub", Kind.HUB, contacts=("Ada",), edited=NOW),
    ]
    store.profiles.save_many(people)
    store.accounts.save([User(one.name, int(one.key[5:])) for one in people[:4]], seen=NOW)
    store.pages.save(
        [
            PageRecord(page, PAGE, 4, 1),
            PageRecord(HUB, "Project:Hub", 4, 1, party=f"page:{HUB}", agreed=(ADA,)),
        ]
    )
    keep(store, page)
    store.metadata.set(INDEX_VERSION, "round", at=NOW)
    return page


def keep(store: Store, page: int, **more: object) -> None:
    days = {"opens": TODAY - timedelta(days=20), "closes": TODAY - timedelta(days=1)}
    said = {"name": "Spring & <i>", "capacities": ("lua",)} | days | more
    programme = Programme(page, PAGE, **said)  # type: ignore[arg-type]
    applications = [
        Application(DEE, BEFORE),
        Application(BEN, BEFORE + timedelta(hours=1)),
        Application(CY, BEFORE + timedelta(hours=2)),
    ]
    store.programmes.replace({page: ProgrammeRecord(programme, (ADA,), tuple(applications))})


def token_of(client: FlaskClient) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me").text)
    assert token
    return token[1]


def send(client: FlaskClient, page: int, step: str, **more: str) -> tuple[int, str]:
    answer = client.post(
        f"/me/rounds/{page}", data={"csrf_token": token_of(client), "step": step} | more
    )
    return answer.status_code, answer.text


# -- applying ------------------------------------------------------------------------------------


def test_one_applies_once_in_ones_own_name_and_withdraws(
    client: FlaskClient, site: MemorySite, store: Store, opened: int
) -> None:
    keep(store, opened, closes=TODAY)
    assert "A line with your user name is written onto" in client.get(f"/me/rounds/{opened}").text
    assert len(site.pages[PAGE].revisions) == 1, "looking writes nothing"
    assert [send(client, opened, "apply")[0] for _ in range(2)] == [200, 200]
    assert site.pages[PAGE].text.count(MINE) == 1
    assert site.pages[PAGE].text.startswith("Welcome!\n")
    assert len(site.pages[PAGE].revisions) == 2, "a second click writes nothing"
    assert site.pages[PAGE].revisions[-1][1] == "Ada"
    assert ADA in {one.account for one in store.programmes.applications(opened)}
    page = client.get(f"/me/rounds/{opened}").text
    assert "You have applied" in page
    assert "The profile neither offers nor wants" in page
    assert "My application" in client.get("/me/rounds").text
    status, page = send(client, opened, "withdraw")
    assert (status, site.pages[PAGE].text) == (200, TEXT), "what others wrote is as it was"
    assert ADA not in {one.account for one in store.programmes.applications(opened)}
    assert send(client, opened, "withdraw")[0] == 200
    assert len(site.pages[PAGE].revisions) == 3


@pytest.mark.parametrize("written", ["Dee", "User:Dee", "[[User:Dee|D.]]", "@dee", "User talk:Dee"])
def test_whom_one_agreed_with_stands_behind_ones_name(
    client: FlaskClient, site: MemorySite, store: Store, opened: int, written: str
) -> None:
    keep(store, opened, closes=TODAY)
    assert send(client, opened, "apply", partner=written)[0] == 200
    assert f"{MINE} with [[User:Dee]]\n" in site.pages[PAGE].text


def test_a_line_that_somebody_else_wrote_does_not_count_until_one_applies(
    client: FlaskClient, site: MemorySite, store: Store, opened: int
) -> None:
    keep(store, opened, closes=TODAY)
    written = TEXT.replace("}}\nBye", f"{MINE}\n}}}}\nBye")
    site.edit("Dee", PAGE, written)
    page = client.get(f"/me/rounds/{opened}").text
    assert "it counts once you have written it there yourself" in page
    assert "You have applied" not in page
    assert 'value="apply"' in page
    assert [send(client, opened, "apply")[0] for _ in range(2)] == [200, 200]
    assert [by for _, by, *_ in site.pages[PAGE].revisions] == ["Ada", "Dee", "Ada"]
    assert site.pages[PAGE].text.count("User:Ada") == TEXT.count("User:Ada") + 1
    assert ADA in {one.account for one in store.programmes.applications(opened)}
    assert "You have applied" in client.get(f"/me/rounds/{opened}").text
    assert send(client, opened, "withdraw")[0] == 200
    assert site.pages[PAGE].text == TEXT


def test_whom_others_signed_up_can_take_the_line_out(
    client: FlaskClient, site: MemorySite, store: Store, opened: int
) -> None:
    keep(store, opened, closes=TODAY - timedelta(days=1))
    site.edit("Dee", PAGE, TEXT.replace("}}\nBye", f"{MINE} with [[User:Dee]]\n}}}}\nBye"))
    assert 'value="apply"' not in client.get(f"/me/rounds/{opened}").text, "it is over"
    assert send(client, opened, "withdraw")[0] == 200
    assert site.pages[PAGE].text == TEXT


@pytest.mark.parametrize(
    ("change", "audience", "said"),
    [
        ({}, Audience(), "The profile neither offers nor wants"),
        ({"wants": (Want("lua"),)}, Audience((Kind.HUB,)), "The round is for others"),
        ({"wants": (Want("lua"),)}, Audience(regions=("SSA",)), "names no country or region"),
        ({"wants": (Want("lua"),), "country": "DE"}, Audience(regions=("SSA",)), "is for others"),
        ({"wants": (Want("lua"),), "away": TODAY}, Audience(), "Away"),
        (None, Audience(), "There is no profile that takes part"),
    ],
)
def test_what_is_in_the_way_is_said_before_one_applies(
    client: FlaskClient,
    store: Store,
    opened: int,
    change: dict[str, object] | None,
    audience: Audience,
    said: str,
) -> None:
    store.pages.save([PageRecord(HUB, "Project:Hub", 4, 1, party=f"page:{HUB}")])
    if change is None:
        store.profiles.forget([f"user:{ADA}"])
    else:
        store.profiles.save_many([replace(person(ADA, "Ada"), **change)])  # type: ignore[arg-type]
    keep(store, opened, closes=TODAY, audience=audience)
    page = client.get(f"/me/rounds/{opened}").text
    assert said in page
    assert 'href="/me/profile"' in page or "is for others" in page


def test_whoever_fits_is_told_of_nothing_in_the_way(
    client: FlaskClient, store: Store, opened: int
) -> None:
    store.profiles.save_many([replace(person(ADA, "Ada"), wants=(Want("lua"),))])
    keep(store, opened, closes=TODAY)
    assert 'id="step"' not in client.get(f"/me/rounds/{opened}").text


def test_the_page_of_a_round_says_its_note_its_organisers_and_what_was_written(
    client: FlaskClient, site: MemorySite, store: Store, opened: int
) -> None:
    site.edit("Ada", PAGE, TEXT.replace("|organisers", "|note=Six <b> weeks\n|organisers"))
    keep(store, opened, closes=TODAY, capacities=("lua", "wikidata"), texts=("modules", "Wikidata"))
    page = client.get(f"/me/rounds/{opened}").text
    assert "Six" in page.partition("said")[2]
    assert "Organisers: <bdi>Ada</bdi>" in page
    assert re.search(r"modules(</bdi>)? \((<bdi[^>]*>)?Lua", page)
    assert "Wikidata</bdi> (" not in page


def test_rounds_that_nobody_can_confirm_or_that_are_over_stand_apart(
    client: FlaskClient, store: Store, opened: int
) -> None:
    keep(store, opened, closes=TODAY)
    page = client.get("/me/rounds").text
    assert "Nobody can confirm" not in page
    assert "Closed</h2>" not in page
    store.pages.save([PageRecord(HUB, "Project:Hub", 4, 1, party=f"page:{HUB}")])
    page = client.get("/me/rounds").text
    assert "Nobody can confirm them yet</h2>" in page
    assert "There is no round at the moment" not in page
    assert re.search(r'href="[^"]*/check\?page=Project:Spring[^"]*">Check a page<', page)
    assert ">Apply<" not in page
    assert "Nobody can confirm pairs of this round yet" in client.get(f"/me/rounds/{opened}").text
    keep(store, opened, closes=TODAY - timedelta(days=1))
    page = client.get("/me/rounds").text
    assert "Closed</h2>" in page
    assert "Applications closed on" in page
    assert ">Apply<" not in page
    store.programmes.forget_pages([opened])
    assert "There is no round at the moment" in client.get("/me/rounds").text


def test_a_check_of_a_rounds_page_lists_who_stands_there_by_their_own_hand(
    client: FlaskClient, store: Store, opened: int
) -> None:
    programme = {"programme": {"programme": {"title": PAGE, "name": "Spring"}, "note": "Hello you"}}
    store.pages.save([PageRecord(opened, PAGE, 4, 1, reading=programme)])
    page = client.get("/check", query_string={"page": PAGE}).text
    for said in ("Hello you", "Ada", "Ben &amp; &lt;b&gt;", "Cy", "=Dee"):
        assert f"<bdi>{said}</bdi>" in page


def test_before_and_after_the_window_nobody_can_apply(
    client: FlaskClient, site: MemorySite, store: Store, opened: int
) -> None:
    for days in (
        {"opens": TODAY + timedelta(days=1), "closes": None},
        {"opens": None, "closes": TODAY - timedelta(days=1)},
    ):
        keep(store, opened, **days)
        assert 'value="apply"' not in client.get(f"/me/rounds/{opened}").text
        assert send(client, opened, "apply")[0] == 302
    assert site.pages[PAGE].text == TEXT


def test_another_edit_in_between_is_no_trouble(
    client: FlaskClient, site: MemorySite, store: Store, opened: int
) -> None:
    keep(store, opened, closes=None)

    def meanwhile() -> None:
        site.before_save = lambda: None
        site.edit("Cy", PAGE, TEXT.replace("}}", "* [[User:Cy]]\n}}"))

    site.before_save = meanwhile
    assert send(client, opened, "apply")[0] == 200
    assert [site.pages[PAGE].text.count(f"User:{one}]") for one in ("Dee", "Cy", "Ada")] == [
        1,
        1,
        2,
    ]


@pytest.mark.parametrize(
    ("error", "status"), [(EditRefused("blocked", ""), 409), (ResponseLost("lost"), 502)]
)
def test_what_the_wiki_refuses_is_told_with_the_line(
    client: FlaskClient, site: MemorySite, store: Store, opened: int, error: Exception, status: int
) -> None:
    keep(store, opened, closes=None)
    site.before_save = lambda: fail(error)
    found, page = send(client, opened, "apply")
    assert found == status
    assert "[[User:Ada]]" in page
    assert ADA not in {one.account for one in store.programmes.applications(opened)}


def test_a_round_that_is_gone_is_told(client: FlaskClient, site: MemorySite, opened: int) -> None:
    site.edit("Ada", PAGE, "Over.")
    answer = client.get(f"/me/rounds/{opened}")
    assert (answer.status_code, "no longer on its page" in answer.text) == (404, True)
    assert client.get("/me/rounds/999").status_code == 404


# -- organising ----------------------------------------------------------------------------------


def draft_of(client: FlaskClient, page: int) -> tuple[str, list[str], str]:
    html = client.get(f"/me/rounds/{page}/pairs").text
    digest = re.search(r'name="draft" value="(\w+)"', html)
    return (
        (digest[1] if digest else ""),
        re.findall(r'checkbox" name="pair" value="([^"]+)"', html),
        html,
    )


def confirm(client: FlaskClient, page: int, digest: str, pairs: list[str]) -> tuple[int, str]:
    answer = client.post(
        f"/me/rounds/{page}/pairs",
        data={"csrf_token": token_of(client), "draft": digest, "pair": pairs},
    )
    return answer.status_code, answer.text


def test_an_organiser_sees_pairs_waiting_list_and_reasons_and_confirms(
    client: FlaskClient, store: Store, opened: int
) -> None:
    assert "Pairs to confirm" in client.get("/me/rounds").text
    digest, pairs, html = draft_of(client, opened)
    assert pairs == [f"user:{DEE} user:{BEN}"], "Dee fits better than Cy"
    assert "all who offer it have their seats taken" in html
    assert store.suggestions.planned() == [], "looking decides nothing"
    assert confirm(client, opened, digest, pairs)[0] == 302
    (planned,) = store.suggestions.planned()
    assert (planned.match.seeker, planned.match.helper) == (f"user:{DEE}", f"user:{BEN}")
    assert planned.period == f"programme-{opened}"
    (kept,) = store.programmes.pairs(opened)
    assert (kept.state, kept.organiser, kept.suggestion) == ("confirmed", ADA, planned.id)
    status, page = confirm(client, opened, digest, pairs)
    assert (status, "Something has changed" in page) == (409, True)
    assert len(store.suggestions.planned()) == 1


def test_a_draft_that_changed_since_is_asked_again(
    client: FlaskClient, store: Store, opened: int
) -> None:
    digest, pairs, _ = draft_of(client, opened)
    store.programmes.withdraw(opened, DEE)
    status, page = confirm(client, opened, digest, pairs)
    assert (status, store.suggestions.planned()) == (409, [])
    assert f'value="user:{CY} user:{BEN}"' in page
    store.profiles.save_many([person(CY, "Cy", wants="")])
    digest, pairs, _ = draft_of(client, opened)
    assert pairs == []


def test_a_pair_that_nobody_proposed_confirms_nothing_and_leaves_out_nobody(
    client: FlaskClient, store: Store, opened: int
) -> None:
    digest, pairs, _ = draft_of(client, opened)
    for made_up in (f"user:{CY} user:{BEN}", "user:7 user:9", ""):
        status, page = confirm(client, opened, digest, [*pairs, made_up])
        assert (status, "Nothing is confirmed yet" in page) == (409, True), made_up
    assert store.programmes.pairs(opened) == []


def test_only_what_was_confirmed_is_said_to_be(
    client: FlaskClient, store: Store, opened: int
) -> None:
    digest, pairs, _ = draft_of(client, opened)
    form = {"csrf_token": token_of(client), "draft": digest}
    address = f"/me/rounds/{opened}/pairs"
    said = "The bot tells them at its next run."
    assert said not in client.post(address, data=form, follow_redirects=True).text
    (left,) = store.programmes.pairs(opened)
    store.programmes.take_up(opened, left.seeker, left.helper)
    digest, pairs, _ = draft_of(client, opened)
    form |= {"draft": digest, "pair": pairs}
    assert said in client.post(address, data=form, follow_redirects=True).text


def test_what_is_left_out_is_not_proposed_until_it_is_taken_up(
    client: FlaskClient, store: Store, opened: int
) -> None:
    digest, pairs, _ = draft_of(client, opened)
    assert confirm(client, opened, digest, [])[0] == 302
    assert store.suggestions.planned() == []
    digest, others, html = draft_of(client, opened)
    assert others == [f"user:{CY} user:{BEN}"], "the next of the waiting list"
    assert "Left out" in html
    answer = client.post(
        f"/me/rounds/{opened}/again", data={"csrf_token": token_of(client), "pair": pairs[0]}
    )
    assert answer.status_code == 302
    assert draft_of(client, opened)[1] == pairs


def test_a_no_frees_the_seat_for_the_next_who_is_proposed_and_not_told(
    client: FlaskClient, store: Store, opened: int
) -> None:
    digest, pairs, _ = draft_of(client, opened)
    confirm(client, opened, digest, pairs)
    (planned,) = store.suggestions.planned()
    assert draft_of(client, opened)[1] == []
    store.suggestions.mark_notified([planned.id], at=NOW)
    store.suggestions.answer(
        planned.id, status=SuggestionStatus.DECLINED, by=f"user:{DEE}", via="web", at=NOW
    )
    assert draft_of(client, opened)[1] == [f"user:{CY} user:{BEN}"]
    assert store.suggestions.planned() == []


def test_while_people_still_apply_nothing_can_be_confirmed(
    client: FlaskClient, store: Store, opened: int
) -> None:
    keep(store, opened, closes=TODAY)
    digest, pairs, html = draft_of(client, opened)
    assert "People can still apply" in html
    assert confirm(client, opened, digest, pairs)[0] == 302
    assert store.suggestions.planned() == []


def test_nobody_but_an_able_organiser_sees_or_confirms_anything(
    client: FlaskClient, store: Store, opened: int
) -> None:
    digest, pairs, _ = draft_of(client, opened)
    record = store.programmes.get(opened)
    assert record
    for organisers, agreed in (((BEN,), (ADA,)), ((ADA,), (BEN,))):
        store.programmes.replace({opened: ProgrammeRecord(record, organisers)})
        store.pages.save([PageRecord(HUB, "Project:Hub", 4, 1, party=f"page:{HUB}", agreed=agreed)])
        answer = client.get(f"/me/rounds/{opened}/pairs")
        assert (answer.status_code, "Ben" in answer.text) == (403, False)
        assert client.get(f"/me/rounds/{opened}/pairs.csv").status_code == 403
        assert confirm(client, opened, digest, pairs)[0] == 403
        again = {"csrf_token": token_of(client), "pair": pairs[0]}
        assert client.post(f"/me/rounds/{opened}/again", data=again).status_code == 403
    store.coordinators.replace({ADA}, at=NOW)
    assert client.get(f"/me/rounds/{opened}/pairs").status_code == 200


def test_those_who_agreed_before_stand_with_their_day_and_what_one_yes_is(
    client: FlaskClient, store: Store, opened: int
) -> None:
    made = Match(f"user:{DEE}", f"user:{BEN}", "lua", "lua", 1.0)
    (one,) = store.suggestions.plan([Suggestion(made, "2026-W40", BEFORE)])
    store.suggestions.mark_notified([one.id], at=BEFORE)
    heading = "Agreed before</h2>"
    for at, key in enumerate(made.pair):
        assert heading not in client.get(f"/me/rounds/{opened}/pairs").text
        moment, yes = BEFORE + timedelta(hours=at), SuggestionStatus.ACCEPTED
        store.suggestions.answer(one.id, status=yes, by=key, via="web", at=moment)
    html = client.get(f"/me/rounds/{opened}/pairs").text
    assert heading in html
    assert re.search("agreed before, on .*; takes a seat", html)
    table = client.get(f"/me/rounds/{opened}/pairs.csv").text
    (row,) = (each for each in csv.reader(io.StringIO(table)) if each[0] == "'=Dee")
    said = f"agreed before, on {BEFORE.date()}; takes a seat"
    assert row[3:5] == [said, "Ben & <b>"]


def test_the_page_of_pairs_says_who_organises_and_whose_name_waits_for_what(
    client: FlaskClient, store: Store, opened: int
) -> None:
    record = store.programmes.get(opened)
    assert record
    store.programmes.replace({opened: ProgrammeRecord(record, (ADA, BEN))})
    waiting = [
        PageProblem(opened, PAGE, Problem(code, "organisers", name))
        for code, name in (("organiser-not-accepted", "Eve"), ("organiser-not-confirmed", "Cy <i>"))
    ]
    store.problems.replace({opened: waiting})
    html = client.get(f"/me/rounds/{opened}/pairs").text
    assert "Organised by: <bdi>Ada</bdi>, <bdi>Ben &amp; &lt;b&gt;</bdi>" in html
    assert "<bdi>Ben &amp; &lt;b&gt;</bdi> cannot act" in html
    assert "“Eve” named themselves as organiser; it counts once somebody who" in html
    assert "“Cy &lt;i&gt;” is named as organiser and did not write it here" in html


def test_the_table_has_everybody_and_no_formula(client: FlaskClient, opened: int) -> None:
    answer = client.get(f"/me/rounds/{opened}/pairs.csv")
    assert "no-store" in answer.headers["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["'=Dee", "Ben & <b>", "Cy"]
    assert [row[2] for row in rows[1:]] == ["Proposed pairs", "Proposed pairs", "Waiting list"]
    assert rows[1][4:6] == ["Ben & <b>", "Lua"]
    assert rows[3][3] == "all who offer it have their seats taken"


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        (SuggestionStatus.ACCEPTED, True),
        (SuggestionStatus.IN_TOUCH, True),
        (SuggestionStatus.EXCHANGED, True),
        (SuggestionStatus.DECLINED, False),
        (SuggestionStatus.STOPPED, False),
    ],
)
def test_the_table_names_nobody_to_learn_from_once_one_of_two_said_no(
    client: FlaskClient, store: Store, opened: int, status: SuggestionStatus, stands: bool
) -> None:
    digest, pairs, _ = draft_of(client, opened)
    assert confirm(client, opened, digest, pairs)[0] == 302
    (one,) = (one for one in store.suggestions.all() if one.is_of_programme)
    store.suggestions.mark_notified([one.id], at=NOW)
    store.suggestions.answer(one.id, status=status, by=f"user:{DEE}", via="web", at=NOW)
    table = client.get(f"/me/rounds/{opened}/pairs.csv").text
    rows = {row[0]: row for row in csv.reader(io.StringIO(table))}
    assert rows["'=Dee"][4:6] == (["Ben & <b>", "Lua"] if stands else ["", ""])
    assert ("=Dee" in rows["Ben & <b>"][6]) is stands


def test_an_organiser_sees_what_is_wrong_with_the_page(
    client: FlaskClient, store: Store, opened: int
) -> None:
    wrong = Problem("unknown-account", "applicants", "2", "Cy & co")
    store.problems.replace({opened: [PageProblem(opened, PAGE, wrong)]})
    html = client.get(f"/me/rounds/{opened}/pairs").text
    assert "no account with the name that comes as number 2" in html
    assert "Did you mean “<bdi>Cy &amp; co</bdi>”" in html


def test_an_applicant_does_not_learn_of_a_pair_before_the_bot_tells_them(
    client: FlaskClient, store: Store, site: MemorySite, opened: int
) -> None:
    store.profiles.save_many([person(ADA, "Ada", wants="lua")])
    site.edit("Ada", PAGE, TEXT.replace("* [[User:Dee]]", f"{MINE}\n* [[User:Dee]]"))
    store.programmes.apply(opened, ADA, partners=(), at=BEFORE - timedelta(days=1))
    pending = "Your application counts."
    assert pending in client.get(f"/me/rounds/{opened}").text
    digest, pairs, _ = draft_of(client, opened)
    assert pairs == [f"user:{ADA} user:{BEN}"]
    confirm(client, opened, digest, pairs)
    assert pending in client.get(f"/me/rounds/{opened}").text
    (planned,) = store.suggestions.planned()
    store.suggestions.mark_notified([planned.id], at=NOW)
    assert "You are in a pair" in client.get(f"/me/rounds/{opened}").text


@pytest.mark.parametrize(
    ("days", "waits"),
    [
        ({"closes": TODAY}, True),
        ({"closes": None}, True),
        ({"opens": TODAY, "closes": None}, False),
    ],
    ids=str,
)
def test_my_matches_says_what_waits_for_which_round(
    client: FlaskClient, store: Store, opened: int, days: dict[str, date], waits: bool
) -> None:
    store.profiles.save_many([person(ADA, "Ada", wants="lua sparql")])
    keep(store, opened, **days)
    store.programmes.apply(opened, ADA, partners=(), at=BEFORE)
    html = client.get("/me").text
    line = f'This waits for the round <a href="/me/rounds/{opened}"><bdi>Spring &amp; &lt;i&gt;'
    assert html.count(line) == int(waits), "what the round is not about does not wait"


def test_after_the_last_day_what_waits_is_what_the_daily_matching_left(
    client: FlaskClient, store: Store, opened: int
) -> None:
    store.profiles.save_many([person(ADA, "Ada", wants="lua")])
    store.programmes.apply(opened, ADA, partners=(), at=BEFORE)
    said = "This waits for the round"
    assert said not in client.get("/me").text
    store.rounds.replace(unmet=[(f"user:{ADA}", "lua", "in-round")])
    assert said in client.get("/me").text


def test_every_page_of_rounds_is_valid_html(
    client: FlaskClient, store: Store, site: MemorySite, opened: int, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()

    def keep_page(name: str, html: str) -> None:
        (folder / f"{name}.html").write_text(html, encoding="utf-8")

    audience = Audience((Kind.HUB,), ("NG",), ("SSA",), ("Wikimedia <Nigeria> & co",))
    keep(store, opened, closes=TODAY, audience=audience, seats=2, languages=("en", "yo"))
    keep_page("list", client.get("/me/rounds").text)
    keep_page("round", client.get(f"/me/rounds/{opened}").text)
    keep_page("applied", send(client, opened, "apply", partner="Dee")[1])
    store.profiles.save_many([person(ADA, "Ada", wants="lua")])
    keep_page("waits", client.get("/me").text)
    keep_page("there", client.get(f"/me/rounds/{opened}").text)
    keep_page("withdrawn", send(client, opened, "withdraw")[1])
    keep_page("open", draft_of(client, opened)[2])
    keep(store, opened)
    digest, pairs, html = draft_of(client, opened)
    keep_page("draft", html)
    keep_page("changed", confirm(client, opened, "old", pairs)[1])
    confirm(client, opened, digest, [])
    digest, pairs, html = draft_of(client, opened)
    keep_page("left-out", html)
    confirm(client, opened, digest, pairs)
    keep_page("confirmed", draft_of(client, opened)[2])
    record = store.programmes.get(opened)
    assert record
    store.programmes.replace({opened: ProgrammeRecord(record, (BEN,))})
    keep_page("forbidden", client.get(f"/me/rounds/{opened}/pairs").text)
    keep_page("check", client.post("/check", data={"text": TEXT, "page": ""}).text)
    wrong = [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']}"
        for one in checker_messages(folder)
        if one["type"] == "error"
    ]
    assert wrong == []


def test_the_check_page_says_what_of_a_round_was_understood(client: FlaskClient) -> None:
    html = client.post("/check", data={"text": TEXT, "page": PAGE}).text
    assert "Spring &amp; &lt;i&gt;" in html
    assert "Everything" in html or "understood" in html
    assert "Ada" in html
    empty = client.post("/check", data={"text": "{{Capacity Exchange round}}", "page": PAGE}).text
    assert "names no organiser" in empty
    late = TEXT.replace("|organisers", "|opens=2027-02-02|closes=2027-02-01|organisers")
    assert "before the first day" in client.post("/check", data={"text": late, "page": PAGE}).text
