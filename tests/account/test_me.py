"""My matches, my wishes, what is kept about me, and being forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from exchange.model import Kind, Match, Offer, Part, Profile, Status, Suggestion, Want
from exchange.store import Store
from exchange.store.pages import PageRecord
from tests.account.conftest import Visitor

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def key_of(visitor: Visitor) -> str:
    return f"user:{visitor.provider.accounts[visitor.name].id}"


def pair(store: Store, seeker: str, helper: str, *, names: tuple[str, str]) -> Suggestion:
    store.profiles.save_many(
        [
            Profile(seeker, names[0], page_id=hash(seeker) % 9999, wants=(Want("finance"),)),
            Profile(helper, names[1], page_id=hash(helper) % 9999, offers=(Offer("finance"),)),
        ]
    )
    store.notes.set("index-build", f"{seeker}-{helper}", at=NOW)
    match = Match(seeker, helper, "finance", "finance", 9.0, (Part("capacity", 9.0, ("finance",)),))
    (made,) = store.suggestions.plan([Suggestion(match, "2026-W47", NOW)])
    store.suggestions.tell([made.id], at=NOW)
    return made


def test_a_match_shows_whom_and_why_and_can_be_answered(member: Make, store: Store) -> None:
    ada = member("Ada")
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    page = ada.get("/me")
    assert "Sample Helper" in page.text
    assert "finance" in page.text
    assert ada.post(f"/me/matches/{made.id}", {"status": "accepted"}).status_code == 302
    kept = store.suggestions.get(made.id)
    assert kept is not None
    assert kept.status is Status.ACCEPTED
    assert "accepted" in ada.get("/me").text


def test_the_way_to_the_form_is_shown_to_whoever_may_take_it(
    member: Make, visitor: Make, store: Store
) -> None:
    ada = member("Ada")
    pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    mine, theirs = f"/people/{ada.name.replace(' ', '_')}", "/people/Sample_Helper"
    assert "Edit it here" in ada.get(mine).text
    assert "Edit it here" not in ada.get(theirs).text
    anybody = visitor()
    for page in (mine, theirs):
        assert "/me/profile?of=user:" in anybody.get(page).text
        assert "Set-Cookie" not in anybody.get(page).headers


def test_an_answer_can_be_changed_and_the_newest_counts(
    member: Make, store: Store, clock: list[datetime]
) -> None:
    ada = member("Ada")
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    store.suggestions.answer(
        made.id, status=Status.ACCEPTED, by=key_of(ada), via="wiki", at=NOW, revision=5
    )
    ada.get("/me")
    ada.post(f"/me/matches/{made.id}", {"status": "not-a-match"})
    kept = store.suggestions.get(made.id)
    assert kept is not None
    assert kept.status is Status.DECLINED
    assert [each.via for each in store.suggestions.answers(made.id)] == ["wiki", "web"]


@pytest.mark.parametrize(
    ("hours", "shown"), [(-1, "in touch"), (1, "not a match")], ids=["older", "newer"]
)
def test_an_answer_on_the_wiki_counts_by_its_moment_whenever_it_is_read(
    member: Make, store: Store, clock: list[datetime], hours: int, shown: str
) -> None:
    ada = member("Ada")
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    for _ in range(2):
        ada.get("/me")
        ada.post(f"/me/matches/{made.id}", {"status": "in-touch"})
        store.suggestions.answer(
            made.id,
            status=Status.DECLINED,
            by=key_of(ada),
            via="wiki",
            at=clock[0] + timedelta(hours=hours),
            revision=5,
        )
        assert f">{shown}</span>" in ada.get("/me").text
    assert len(store.suggestions.answers(made.id)) == 2, "each answer is kept once"


def test_the_helper_may_answer_too(member: Make, store: Store) -> None:
    ben = member("Ben")
    made = pair(store, "user:7", key_of(ben), names=("Sample Seeker", ben.name))
    assert "Sample Seeker" in ben.get("/me").text
    assert ben.post(f"/me/matches/{made.id}", {"status": "in-touch"}).status_code == 302


def test_a_stranger_cannot_answer_nor_see(member: Make, store: Store) -> None:
    eve = member("Eve")
    made = pair(store, "user:7", "user:8", names=("Sample Seeker", "Sample Helper"))
    assert "Sample Seeker" not in eve.get("/me").text
    assert eve.post(f"/me/matches/{made.id}", {"status": "accepted"}).status_code == 403
    kept = store.suggestions.get(made.id)
    assert kept is not None
    assert kept.status is Status.OPEN


def test_a_contact_answers_for_the_group(member: Make, store: Store) -> None:
    ada = member("Ada")
    account = ada.provider.accounts[ada.name].id
    made = pair(store, "page:55", "user:8", names=("Sample Group", "Sample Helper"))
    store.profiles.save_many(
        [Profile("page:55", "Sample Group", Kind.USER_GROUP, page_id=55, wants=(Want("finance"),))]
    )
    store.pages.save(
        [PageRecord(55, "Sample Group", 0, 1, party="page:55", agreed=(account,), reading={})]
    )
    assert "Sample Group" in ada.get("/me").text
    assert ada.post(f"/me/matches/{made.id}", {"status": "accepted"}).status_code == 302


WRITES = [
    ("/logout", {}),
    ("/me/matches/1", {"status": "accepted"}),
    ("/me/wishes", {"messages": "no"}),
    ("/me/forget", {"sure": "yes"}),
    ("/me/return", {}),
    ("/me/profile", {"step": "save"}),
    ("/me/request", {"what": "Lua"}),
]


@pytest.mark.parametrize(("path", "data"), WRITES)
def test_who_is_not_logged_in_writes_nothing(
    visitor: Make, store: Store, path: str, data: dict[str, str]
) -> None:
    assert visitor().client.post(path, data=data).status_code == 403


@pytest.mark.parametrize(("path", "data"), WRITES)
def test_a_forged_form_writes_nothing(
    member: Make, store: Store, path: str, data: dict[str, str]
) -> None:
    ada = member()
    assert ada.post(path, data, forged=True).status_code == 400
    assert ada.client.post(path, data={**data, "csrf_token": "made-up"}).status_code == 400
    assert store.preferences.of(key_of(ada)) == {}
    assert ada.get("/me").status_code == 200


def test_every_write_route_is_among_those_that_are_tried(member: Make) -> None:
    ada = member()
    writing = {
        str(rule).replace("<int:id>", "1")
        for rule in ada.client.application.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }
    assert writing == {path for path, _ in WRITES} | {"/check"}


def test_answers_that_there_are_not_are_refused(member: Make, store: Store) -> None:
    ada = member()
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    for status in ("", "planned", "expired", "nonsense"):
        assert ada.post(f"/me/matches/{made.id}", {"status": status}).status_code == 400
    assert ada.post("/me/matches/999", {"status": "accepted"}).status_code == 404


def test_wishes_are_kept_and_taken_back(member: Make, store: Store) -> None:
    ada = member()
    ada.post("/me/wishes", {"messages": "no", "pause": "2027-01-31", "cap": "monthly"})
    assert store.preferences.of(key_of(ada)) == {
        "cap": "monthly",
        "pause": "2027-01-31",
        "stop": "yes",
    }
    ada.post("/me/wishes", {"messages": "yes", "pause": "", "cap": ""})
    assert store.preferences.of(key_of(ada)) == {}


def test_nonsense_and_days_gone_by_are_no_wishes(member: Make, store: Store) -> None:
    ada = member()
    ada.post("/me/wishes", {"messages": "yes", "pause": "2020-01-01", "cap": "hourly"})
    ada.post("/me/wishes", {"messages": "yes", "pause": "soon", "cap": "no"})
    assert store.preferences.of(key_of(ada)) == {}


def test_what_is_kept_about_me_is_shown(member: Make, store: Store) -> None:
    ada = member()
    pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    store.preferences.set(key_of(ada), "cap", "monthly", at=NOW, via="web")
    page = ada.get("/me/known").text
    for said in (ada.name, key_of(ada)[5:], "finance", "monthly"):
        assert said in page


def test_being_forgotten_is_asked_twice_and_ends_the_login(member: Make, store: Store) -> None:
    ada = member()
    pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    question = ada.post("/me/forget")
    assert question.status_code == 200
    assert store.profiles.get(key_of(ada)) is not None
    assert ada.post("/me/forget", {"sure": "yes"}).status_code == 302
    assert store.profiles.get(key_of(ada)) is None
    assert ada.get("/me").status_code == 302
    assert ada.get("/me/gone").status_code == 200


def test_who_was_forgotten_can_come_back(member: Make, store: Store) -> None:
    ada = member()
    ada.post("/me/forget", {"sure": "yes"})
    ada.login(ada.name)
    assert "Take part again" in ada.get("/me").text
    store.pages.save([PageRecord(77, "", 2, 1, party=key_of(ada), reading={})])
    ada.post("/me/return")
    assert store.preferences.of(key_of(ada)) == {}
    assert store.pages.all() == [], "the next harvest reads it anew"


def test_one_person_cannot_write_without_end(member: Make, clock: list[datetime]) -> None:
    ada = member()
    answers = [ada.post("/me/wishes", {"messages": "yes"}).status_code for _ in range(61)]
    assert answers[:60] == [302] * 60
    assert answers[60] == 429
    clock[0] = clock[0].replace(hour=14)
    assert ada.post("/me/wishes", {"messages": "yes"}).status_code == 302


def test_the_number_of_queries_does_not_grow_with_the_matches(member: Make, store: Store) -> None:
    from sqlalchemy import event

    ada = member()
    counts = []
    for number in (1, 12):
        for at in range(number):
            pair(store, key_of(ada), f"user:{500 + at}", names=(ada.name, f"Sample Helper {at}"))
        ada.get("/me")
        seen: list[str] = []

        def note(*args: object, seen: list[str] = seen) -> None:
            seen.append(str(args[2]))

        event.listen(store.database.engine, "before_cursor_execute", note)
        ada.get("/me")
        event.remove(store.database.engine, "before_cursor_execute", note)
        counts.append(len([one for one in seen if one.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 10


def test_what_somebody_sees_who_is_logged_in_asks_ten_queries_at_most_also_anew(
    member: Make, store: Store
) -> None:
    from sqlalchemy import event

    ada = member()
    pair(store, key_of(ada), "user:500", names=(ada.name, "Sample Helper"))
    asked: list[str] = []
    event.listen(
        store.database.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2]))
    )
    own = f"/people/{ada.name.replace(' ', '_')}"
    counts = {}
    for page in ("/me", "/me/known", "/me/request", own, "/reports/gaps", "/", "/me/profile"):
        written(store)
        asked.clear()
        assert ada.get(page).status_code == 200
        counts[page] = queries(asked)
    for step, said in (("preview", "* Lua"), ("save", "Your words are on")):
        given = ada.fields() | {"step": [step], "offers-0-capacity": ["Lua"]}
        written(store)
        asked.clear()
        assert said in ada.post("/me/profile", given).text
        counts[step] = queries(asked)
    assert max(counts.values()) <= 10, counts


def written(store: Store) -> None:
    """Let the bot have written something, so that everything is made anew."""
    run = store.runs.begin("run", at=NOW)
    store.notes.set(
        "directory-page",
        f'{{"capacities": [{{"id": "moon-{run}", "names": {{"en": "Moon {run}"}}}}]}}',
        at=NOW,
    )
    store.notes.set("index-build", f"build {run}", at=NOW)


def queries(asked: list[str]) -> int:
    """Count what was asked of the database, beginnings and ends of transactions left out."""
    return sum(
        one.lstrip("( ").startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) for one in asked
    )
