"""A coordinator introduces two people in the tool; either of them may want none of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from exchange.model import Frequency, Language, Offer, Profile, Reason, SuggestionStatus, Want
from exchange.store import Store
from exchange.store.introductions import MOST_A_DAY
from exchange.store.notices import Notice
from exchange.store.personal_data import collect_rows
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_me import key_of
from tests.integration.account.test_queue import account_of
from webtool.account.introduce import read_line

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENGLISH = (Language("en", 5),)
SEEKER = Profile(
    "user:7", "Sample Sia", wants=(Want("finance"),), languages=ENGLISH, page_id=7, edited=NOW
)
HELPER = Profile(
    "user:8",
    "Sample Hal",
    offers=(Offer("finance"),),
    languages=ENGLISH,
    page_id=8,
    edited=NOW,
    seats=2,
)
PAIR = "/introduce?seeker=user:7&helper=user:8"
GOOD = {"seeker": "user:7", "helper": "user:8", "want": "finance", "line": "You both keep books."}


def put(store: Store, *profiles: Profile) -> None:
    """Let these be the whole movement."""
    store.profiles.save_many(profiles or (SEEKER, HELPER))
    named = "-".join(f"{one.key}{hash(one)}" for one in store.profiles.all())
    store.metadata.set("index-build", str(hash(named)), at=NOW)


def changed(profile: Profile, **values: object) -> Profile:
    return replace(profile, **values)  # type: ignore[arg-type]


@pytest.fixture
def cleo(member: Make, store: Store) -> Visitor:
    """A coordinator who is logged in, in a movement of two who fit."""
    put(store)
    visitor = member("Cleo")
    store.coordinators.replace([account_of(visitor)], at=NOW)
    return visitor


def text_of(visitor: Visitor, path: str) -> str:
    return unescape(visitor.get(path).text)


def test_a_coordinator_chooses_sees_reasons_and_introduces_once(
    cleo: Visitor, store: Store
) -> None:
    start = text_of(cleo, "/introduce")
    assert "Left for today: 5" in start
    chosen = text_of(cleo, "/introduce?seeker=Sample Sia")
    assert "helper=user:8" in chosen, "who fits is offered"
    page = text_of(cleo, PAIR)
    assert "You both speak English" in page or "English" in page
    assert "Introduce them" in page
    answer = cleo.post("/introduce", GOOD | {"line": "  You  both\nkeep books & <b>more</b>. "})
    assert (answer.status_code, answer.location) == (302, "/introduce?said=done")
    (made,) = store.introductions.waiting()
    assert made.line == "You both keep books & <b>more</b>."
    assert (made.coordinator, made.name) == (account_of(cleo), cleo.name)
    suggestion = store.suggestions.get(made.suggestion)
    assert suggestion is not None
    assert suggestion.match.pair == ("user:7", "user:8")
    assert suggestion.match.parts, "the engine's own reasons"
    page = cleo.get("/introduce?said=done").text
    assert "keep books &amp; &lt;b&gt;more" in page
    assert "not told yet" in page
    assert "Left for today: 4" in page
    again = cleo.post("/introduce", GOOD)
    assert again.status_code == 409
    assert "brought together before" in unescape(again.text)
    assert len(store.introductions.waiting()) == 1


def test_names_are_found_as_people_write_them_and_what_is_nobody_is_said(cleo: Visitor) -> None:
    for written in ("sample_Sia", "User:Sample Sia", "[[User:Sample Sia|her]]", "user:7"):
        cleo.get("/introduce", query_string={"seeker": written, "helper": "Sample Hal"})
        assert cleo.last is not None
        assert "Introduce them" in cleo.last.text, written
    page = text_of(cleo, "/introduce?seeker=Nobody+at+all&helper=user:8")
    assert "Nobody with a profile is called “Nobody at all”." in page
    assert 'value="Nobody at all"' in page, "what was typed stays"


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ({"helper": {"offers": (Offer("sql"),)}}, "offers nothing that the other wants"),
        ({"helper": {"languages": (Language("yo", 5),)}}, "no language in common"),
        ({"helper": {"seats": 0}}, "no free place"),
        ({"helper": {"away": datetime(2027, 1, 1).date()}}, "is away"),
        ({"helper": {"notify": Frequency.NEVER}}, "wants no messages"),
        (
            {"seeker": {"wants": (Want("finance", until=datetime(2026, 1, 1).date()),)}},
            "by which help was needed has passed",
        ),
    ],
)
def test_what_keeps_the_bot_from_suggesting_keeps_a_coordinator(
    cleo: Visitor, store: Store, against: dict[str, dict[str, object]], said: str
) -> None:
    put(
        store,
        changed(SEEKER, **against.get("seeker", {})),
        changed(HELPER, **against.get("helper", {})),
    )
    page = text_of(cleo, PAIR)
    assert said in page
    assert "Introduce them" not in page
    assert cleo.post("/introduce", GOOD).status_code == 409
    assert store.introductions.waiting() == []


def test_who_said_no_and_to_what_is_told_to_nobody(cleo: Visitor, store: Store) -> None:
    prefs, made = store.preferences, store.introductions
    key = key_of(cleo)
    ways: list[tuple[Callable[[], object], Callable[[], object]]] = [
        (
            lambda: prefs.set("user:8", "stop", "yes", at=NOW, via="web"),
            lambda: prefs.drop("user:8", "stop"),
        ),
        (
            lambda: prefs.set("user:7", "opted-out", "opted-out-list", at=NOW, via="wiki"),
            lambda: prefs.drop("user:7", "opted-out"),
        ),
        (lambda: prefs.block("user:8", "user:7", at=NOW, via="web"), lambda: prefs.drop("user:8")),
        (
            lambda: made.refuse("user:8", at=NOW, via="web"),
            lambda: made.allow("user:8"),
        ),
        (
            lambda: made.refuse("user:7", key, at=NOW, via="wiki"),
            lambda: made.allow("user:7", key),
        ),
    ]
    pages = []
    for say, take_back in ways:
        say()
        pages.append(text_of(cleo, PAIR).partition("<main")[2].partition("</main>")[0])
        assert cleo.post("/introduce", GOOD).status_code == 409
        chosen = text_of(cleo, "/introduce?seeker=user:7")
        assert "helper=user:8" not in chosen
        take_back()
    assert "stays between them and the bot" in pages[0]
    assert len(set(pages)) == 1
    store.introductions.refuse("user:8", "user:99", at=NOW, via="web")
    assert "Introduce them" in text_of(cleo, PAIR), "only that other coordinator is refused"


def test_a_message_of_late_is_said_and_no_hindrance(cleo: Visitor, store: Store) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    store.notices.restore([Notice("1" * 16, "user:7", 7, "Sample Sia", "2026-W47", at, ended=at)])
    page = text_of(cleo, PAIR)
    assert "so this one may wait" in page
    assert "Introduce them" in page


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("", "missing"),
        (" \n\t ", "missing"),
        ("You both like maps.", ""),
        ("x" * 200, ""),
        ("x" * 201, "long"),
        ("See https://example.org", "link"),
        ("see WWW.example.org", "link"),
        ("look at example.com/x", "link"),
        ("[[User:Ada]] knows", "link"),
        ("{{done}}", "link"),
        ("[http://x y]", "link"),
        ("mailto:a@b.de", "link"),
        ("Both of you know SPARQL, e.g. for maps...", ""),
        ("Sia <3 maps & <b>", ""),
        ("كلاكما يحب الخرائط", ""),
        ("二人とも地図が好き", ""),
    ],
)
def test_a_line_is_one_line_without_links(line: str, wrong: str) -> None:
    kept, said = read_line(line)
    assert said == wrong
    assert "\n" not in kept


def test_a_line_that_is_refused_stays_in_the_form(cleo: Visitor, store: Store) -> None:
    cleo.get(PAIR)
    answer = cleo.post("/introduce", GOOD | {"line": "See https://example.org <b>"})
    assert answer.status_code == 422
    assert "Leave out links" in answer.text
    assert 'value="See https://example.org &lt;b&gt;"' in answer.text
    assert store.introductions.waiting() == []


def test_five_a_day(cleo: Visitor, store: Store, clock: list[datetime]) -> None:
    helpers = [
        changed(HELPER, key=f"user:{n}", name=f"Sample H{n}", page_id=n) for n in range(20, 27)
    ]
    seekers = [
        changed(SEEKER, key=f"user:{n}", name=f"Sample S{n}", page_id=n) for n in range(30, 37)
    ]
    put(store, *helpers, *seekers)
    answers = []
    for helper, seeker in zip(helpers, seekers, strict=True):
        cleo.get(f"/introduce?seeker={seeker.key}&helper={helper.key}")
        sent = cleo.post("/introduce", GOOD | {"seeker": seeker.key, "helper": helper.key})
        answers.append(sent.status_code)
    assert answers == [302] * MOST_A_DAY + [409] * 2
    assert cleo.last is not None
    assert "You have made all 5 introductions of today." in cleo.last.text
    assert 'value="You both keep books."' in cleo.last.text
    assert len(store.introductions.waiting()) == MOST_A_DAY
    clock[0] += timedelta(days=1)
    assert (
        cleo.post("/introduce", GOOD | {"seeker": "user:36", "helper": "user:26"}).status_code
        == 302
    )


def test_nobody_but_coordinators_and_no_forged_form(
    cleo: Visitor, member: Make, visitor: Make, store: Store
) -> None:
    eve = member("Eve")
    assert eve.get(PAIR).status_code == 403
    assert eve.get("/introduce").status_code == 403
    assert eve.post("/introduce", GOOD).status_code == 403
    assert visitor().get("/introduce").status_code == 302
    assert visitor().client.post("/introduce", data=GOOD).status_code == 403
    cleo.get(PAIR)
    forged = cleo.post("/introduce", GOOD, forged=True)
    assert forged.status_code == 400
    assert "You both keep books." in forged.text, "what was typed is not lost"
    store.coordinators.replace([], at=NOW)
    assert cleo.post("/introduce", GOOD).status_code == 403
    assert store.introductions.waiting() == []


def test_only_coordinators_are_shown_the_way(cleo: Visitor, visitor: Make, member: Make) -> None:
    for path in ("/people/Sample_Sia", "/capacities/finance", "/reports/queue"):
        assert "/introduce" in cleo.get(path).text, path
    for one in (visitor(), member("Eve")):
        for path in ("/people/Sample_Sia", "/capacities/finance"):
            assert "/introduce" not in one.get(path).text, path


def test_a_coordinator_takes_back_what_was_not_told_and_may_do_it_again(
    cleo: Visitor, member: Make, store: Store
) -> None:
    cleo.get(PAIR)
    cleo.post("/introduce", GOOD)
    (made,) = store.introductions.waiting()
    address = f"/introduce/{made.id}/back"
    assert f'action="{address}"' in cleo.get("/introduce").text
    assert cleo.client.get(address).status_code == 405, "looking at it writes nothing"
    dora = member("Dora")
    dora.get("/me")
    assert dora.post(address, {}).status_code == 403
    store.coordinators.replace([account_of(cleo), account_of(dora)], at=NOW)
    assert dora.post(address, {}).location == "/introduce?said=late#made", "hers alone"
    assert store.introductions.waiting() == [made]
    cleo.get("/introduce")
    assert cleo.post(address, {}).location == "/introduce?said=back#made"
    page = text_of(cleo, "/introduce?said=back")
    assert "Nobody is told of it." in page
    assert "Whoever introduced them took it back" in page
    assert f'action="{address}"' not in page
    link = re.search(r'href="(/introduce\?seeker=[^"]+)"[^>]*>Introduce them again', page)
    assert link is not None
    assert 'value="You both keep books."' in text_of(cleo, link[1])
    assert cleo.post(address, {}).location == "/introduce?said=late#made"
    cleo.get(link[1])
    assert cleo.post("/introduce", GOOD).status_code == 302
    assert [one.line for one in store.introductions.waiting()] == ["You both keep books."]


def test_what_became_of_it_is_shown_and_not_who_said_no(cleo: Visitor, store: Store) -> None:
    cleo.get(PAIR)
    cleo.post("/introduce", GOOD)
    (made,) = store.introductions.waiting()
    pages = []
    for reason in (Reason.DECLINED, Reason.NOTIFY_NO, Reason.INTRODUCTION_REFUSED):
        store.introductions.end(made.id, reason, at=NOW)
        pages.append(text_of(cleo, "/introduce").partition("My introductions")[2])
        (made,) = store.introductions.of([made.suggestion]).values()
        assert made.outcome == Reason.DECLINED.value, "the first outcome stays"
    assert "One of the two wants no such introduction" in pages[0]


def test_both_see_who_introduced_them_and_refuse_that_coordinator_or_all(
    cleo: Visitor, member: Make, store: Store
) -> None:
    ada = member("Ada")
    mine = changed(SEEKER, key=key_of(ada), name=ada.name, page_id=41)
    put(store, mine, HELPER)
    cleo.get(f"/introduce?seeker={mine.key}&helper=user:8")
    cleo.post("/introduce", GOOD | {"seeker": mine.key})
    (made,) = store.introductions.waiting()
    store.suggestions.mark_notified([made.suggestion], at=NOW)
    store.introductions.end_told([made.suggestion], at=NOW)
    page = text_of(ada, "/me")
    assert "You both keep books." in page
    assert cleo.name in page
    assert ada.post("/me/introductions", {"match": str(made.suggestion)}).status_code == 302
    assert store.introductions.refusals() == {(mine.key, key_of(cleo))}
    kept = store.suggestions.get(made.suggestion)
    assert kept is not None
    assert kept.status is SuggestionStatus.DECLINED
    assert ada.post("/me/introductions", {"allow": key_of(cleo)}).status_code == 302
    assert store.introductions.refusals() == frozenset()
    ada.post("/me/introductions", {"refuse": "all"})
    assert store.introductions.refusals() == {(mine.key, "")}
    assert "Nobody introduces you." in ada.get("/me").text
    rows = collect_rows(store.database, account_of(ada))
    assert [row["line"] for row in rows["introduction"]] == ["You both keep books."]
    assert len(rows["introduction_refusal"]) == 1
    assert "Introductions that you do not want" in ada.get("/me/known/rows").text
    assert collect_rows(store.database, account_of(cleo))["introduction"]
    assert "introduction_refusal" not in collect_rows(store.database, account_of(cleo))
    ada.post("/me/introductions", {"allow": ""})
    assert store.introductions.refusals() == frozenset()


def test_nobody_refuses_for_others(cleo: Visitor, member: Make, store: Store) -> None:
    cleo.get(PAIR)
    cleo.post("/introduce", GOOD)
    (made,) = store.introductions.waiting()
    eve = member("Eve")
    assert eve.post("/me/introductions", {"match": str(made.suggestion)}).status_code == 403
    for unknown in ("9999", "x", ""):
        assert eve.post("/me/introductions", {"match": unknown}).status_code == 404
    assert store.introductions.refusals() == frozenset()
