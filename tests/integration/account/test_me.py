"""My matches, my wishes, what is kept about me, and being forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from markupsafe import escape
from sqlalchemy import event

from bot.match import match_profiles
from exchange.model import (
    Chain,
    Cohort,
    Interpretation,
    Kind,
    Language,
    Match,
    Method,
    Offer,
    Profile,
    ScorePart,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.store import Store
from exchange.store.erasure import erase_person
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.notices import Notice, NoticeState
from exchange.store.pages import PageRecord
from exchange.store.personal_data import collect_rows
from tests.integration.account.conftest import Visitor

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
    store.metadata.set("index-build", f"{seeker}-{helper}", at=NOW)
    match = Match(
        seeker, helper, "finance", "finance", 9.0, (ScorePart("capacity", 9.0, ("finance",)),)
    )
    (made,) = store.suggestions.plan([Suggestion(match, "2026-W47", NOW)])
    store.suggestions.mark_notified([made.id], at=NOW)
    return made


@pytest.mark.parametrize(
    ("app", "said"), [("", False), ("[notify]\nhold_out = 0.1", True)], indirect=["app"]
)
def test_a_hold_out_is_said_to_everybody_while_it_is_on(member: Make, said: bool) -> None:
    page = member("Ada").get("/me").text
    assert ("10% of them, drawn by lot, wait for one period" in page) is said


def test_a_want_without_a_match_says_where_to_go_on(member: Make, store: Store) -> None:
    ada = member("Ada")
    key = key_of(ada)
    wants = (Want("lua"), Want("unlisted:knitting", "knitting"))
    store.profiles.save_many([Profile(key, ada.name, page_id=4711, wants=wants)])
    store.rounds.replace(unmet=[(key, want.capacity, "nobody") for want in wants])
    store.metadata.set("index-build", "no dead ends", at=NOW)
    page = ada.get("/me").text
    section = page.partition('<section aria-labelledby="unmet">')[2].partition("</section>")[0]
    assert 'href="https://www.mediawiki.org/wiki/Special:MyLanguage/Lua/Tutorial"' in section
    asks = re.findall(r'href="(/me/request[^"]*)"', section)
    assert asks == ["/me/request?what=lua", "/me/request?what=knitting"]
    for address in asks:
        assert ada.get(address).status_code == 200
    assert 'value="knitting"' in ada.get(asks[1]).text


def test_a_match_shows_whom_and_why_and_can_be_answered(member: Make, store: Store) -> None:
    ada = member("Ada")
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    page = ada.get("/me")
    assert "Sample Helper" in page.text
    assert "finance" in page.text
    assert ada.post(f"/me/matches/{made.id}", {"status": "accepted"}).status_code == 302
    kept = store.suggestions.get(made.id)
    assert kept is not None
    assert kept.status is SuggestionStatus.ACCEPTED
    assert "accepted" in ada.get("/me").text


def test_a_match_that_waits_says_what_helps_to_decide(member: Make, store: Store) -> None:
    ada = member("Ada")
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    for key, zone in ((key_of(ada), "UTC+1"), ("user:7", "UTC+5:30")):
        profile = store.profiles.get(key)
        assert profile is not None
        store.profiles.save_many([replace(profile, timezone=zone)])
    page = ada.get("/me").text
    assert "2 seats are free now" in page, "the one that is kept for her is free to her"
    assert "Both of you are awake at 8:00–17:30 by your clock" in page
    assert "Usually answers" not in page
    for at in range(6):
        other = replace(made.match, seeker="user:7", helper=f"user:{90 + at}", want="lua")
        (asked,) = store.suggestions.plan([Suggestion(other, "2026-W40", NOW)])
        told = NOW - timedelta(days=50)
        row = Notice(f"{at:016x}", "user:7", 7, "Sample Helper", f"2026-W{at + 10}", told)
        store.notices.restore(
            [replace(row, state=NoticeState.SENT, ended=told, suggestions=(asked.id,))]
        )
        status, then = SuggestionStatus.DECLINED, told + timedelta(days=3)
        store.suggestions.answer(asked.id, status=status, by="user:7", via="web", at=then)
    assert "Usually answers within 3 days" in ada.get("/me").text
    taken = replace(made.match, seeker="user:95", want="lua")
    (held,) = store.suggestions.plan([Suggestion(taken, "2026-W47", NOW)])
    store.suggestions.mark_notified([held.id], at=NOW)
    assert "1 seat is free now" in ada.get("/me").text
    ada.post(f"/me/matches/{made.id}", {"status": "accepted"})
    page = ada.get("/me").text
    assert "free now" not in page
    assert "Usually answers" not in page


def test_the_way_to_the_form_is_shown_to_whoever_may_take_it(
    member: Make, visitor: Make, store: Store
) -> None:
    ada = member("Ada")
    pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    mine, theirs = f"/people/{ada.name.replace(' ', '_')}", "/people/Sample_Helper"
    assert "/me/profile?of=user:" in ada.get(mine).text
    assert "/me/profile" not in ada.get(theirs).text
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
        made.id, status=SuggestionStatus.ACCEPTED, by=key_of(ada), via="wiki", at=NOW, revision=5
    )
    ada.get("/me")
    ada.post(f"/me/matches/{made.id}", {"status": "not-a-match"})
    kept = store.suggestions.get(made.id)
    assert kept is not None
    assert kept.status is SuggestionStatus.DECLINED
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
            status=SuggestionStatus.DECLINED,
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
    assert kept.status is SuggestionStatus.OPEN


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
    ("/me/matches/1/plan", {"goal": "A bot", "next": ""}),
    ("/me/matches/1/share", {}),
    ("/me/matches/1/quality", {"quality": "4"}),
    ("/answer/1/yes", {"number": "1"}),
    ("/me/wishes", {"messages": "no"}),
    ("/me/available", {}),
    ("/me/unclear", {}),
    ("/me/joined", {"step": "join"}),
    ("/me/wanted", {"of": "user:7", "what": "unlisted:kites", "step": "join"}),
    ("/me/rounds/1", {"step": "apply"}),
    ("/me/rounds/1/pairs", {"draft": "made-up"}),
    ("/me/rounds/1/again", {"pair": "1"}),
    ("/me/cohorts", {"capacity": "finance", "language": "de"}),
    ("/me/stop", {"page": "remove"}),
    ("/me/never", {"person": "Somebody"}),
    ("/coordinate/1", {"step": "read"}),
    ("/introduce/1/back", {}),
    ("/introduce", {"seeker": "user:7", "helper": "user:8", "line": "Hi!"}),
    ("/me/introductions", {"refuse": "all"}),
    ("/me/invitations", {}),
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
        re.sub(r"<(?:int:)?(?:id|page)>", "1", str(rule)).replace("<word>", "yes")
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
    store.preferences.block(key_of(ada), "user:7", at=NOW, via="wiki", name="Sample Helper")
    store.preferences.set(key_of(ada), "opted-out", "list", at=NOW, via="wiki")
    page = ada.get("/me/known").text
    for said in (ada.name, key_of(ada)[5:], "finance", "monthly"):
        assert said in page
    assert "<dt>Never this person</dt><dd><bdi>Sample Helper</bdi></dd>" in page
    assert "Opted out on the wiki" in page
    rows = ada.get("/me/known.json").json
    assert rows is not None
    assert {"profile", "suggestion", "preference", "session"} <= rows.keys()
    assert "token" not in rows["session"][0]
    shown = ada.get("/me/known/rows").text
    for each in (row for one in rows.values() for row in one):
        for value in each.values():
            if isinstance(value, str) and value:
                assert str(escape(value)) in shown, "what the JSON says is to be read on a page"


def test_an_answer_that_nobody_understood_is_among_what_is_kept(member: Make, store: Store) -> None:
    ada = member()
    account = int(key_of(ada)[5:])
    store.unclear_answers.note("1" * 32, account=account, revision=17, at=NOW)
    page = ada.get("/me/known").text
    assert "Answers that nobody understood" in page
    assert "Diff%2F17" in page
    assert "waiting" in page
    ada.post("/me/unclear")
    assert "settled" in ada.get("/me/known").text


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
    assert ada.post("/me/wishes", {"cap": "monthly"}).status_code == 302
    assert store.preferences.of(key_of(ada)) == {}, "nothing is kept of the forgotten"
    store.pages.save([PageRecord(77, "", 2, 1)])
    ada.post("/me/return")
    assert "Take part again" not in ada.get("/me").text
    assert store.pages.all() == [], "the next harvest reads it anew"


def test_one_person_cannot_write_without_end(member: Make, clock: list[datetime]) -> None:
    ada = member()
    answers = [ada.post("/me/wishes", {"messages": "yes"}).status_code for _ in range(61)]
    assert answers[:60] == [302] * 60
    assert answers[60] == 429
    clock[0] = clock[0].replace(hour=14)
    assert ada.post("/me/wishes", {"messages": "yes"}).status_code == 302


def test_the_number_of_queries_does_not_grow_with_the_matches(member: Make, store: Store) -> None:
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
    assert counts[0] == counts[1] <= 13


def test_the_rows_about_somebody_take_the_same_queries_however_many_they_are(
    member: Make, store: Store
) -> None:
    ada = member()
    counts = []
    asked: list[str] = []
    event.listen(
        store.database.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2]))
    )
    for number in (1, 12):
        for at in range(number):
            pair(store, key_of(ada), f"user:{500 + at}", names=(ada.name, f"Sample Helper {at}"))
        asked.clear()
        assert ada.get("/me/known/rows").status_code == 200
        counts.append(queries(asked))
    assert counts[0] == counts[1]


def test_what_somebody_sees_who_is_logged_in_asks_a_dozen_queries_at_most_also_anew(
    member: Make, store: Store
) -> None:
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
        statements = [one for one in asked if not one.startswith("BEGIN")]
        assert len(statements) == len(set(statements)), "nothing is asked twice"
    assert counts.pop("save") <= 12, "what was saved is kept until the bot has read it"
    assert counts.pop("/me") <= 15, "cohorts, free seats, rounds and what one joined are asked for"
    assert max(counts.values()) <= 12, counts


def written(store: Store) -> None:
    """Let the bot have written something, so that everything is made anew."""
    run = store.runs.begin("run", at=NOW)
    store.metadata.set(
        "directory-page",
        f'{{"capacities": [{{"id": "moon-{run}", "names": {{"en": "Moon {run}"}}}}]}}',
        at=NOW,
    )
    store.metadata.set("index-build", f"build {run}", at=NOW)


def queries(asked: list[str]) -> int:
    """Count what was asked of the database, beginnings and ends of transactions left out."""
    return sum(
        one.lstrip("( ").startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) for one in asked
    )


def test_a_match_is_written_to_by_the_same_rule_as_on_their_page(
    member: Make, store: Store
) -> None:
    """A message with what both have in common, where the bot reached them last."""
    ada = member("Ada")
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    assert f'href="/me/write/user:7?match={made.id}"' in ada.get("/me").text
    there = ada.get("/me/write/user:7?uselang=de")
    assert there.status_code == 302
    assert "preload" in there.location
    person = unescape(ada.get("/people/Sample_Helper?uselang=de").text)
    assert f'href="{there.location}"' in person
    assert ada.get("/me/write/user:8").status_code == 404


def test_a_cohort_that_is_not_for_me_leaves_me_out_at_once_and_only_me_can_say_so(
    member: Make, visitor: Make, store: Store
) -> None:
    ada, eve = member("Ada"), member("Eve")
    keys = [key_of(ada), "user:71", "user:72", "user:73"]
    german = (Language("de", 4),)
    names = [ada.name, *(f"Sample {n}" for n in (71, 72, 73))]
    people = [
        Profile(
            key, name, page=f"User:{name}", page_id=n, wants=(Want("finance"),), languages=german
        )
        for n, (key, name) in enumerate(zip(keys, names, strict=True), start=100)
    ]
    store.profiles.save_many(people)
    store.rounds.replace(unmet=[], cohorts=[Cohort("finance", "de", tuple(keys), ("user:74",))])
    store.metadata.set("index-build", "cohorts", at=NOW)
    draft = "/reports/cohorts/finance-de"
    anybody = visitor()
    assert f"[[:User:{ada.name}|" in anybody.get(draft).text
    asked = {"capacity": "finance", "language": "de"}
    assert "Not for me" in ada.get("/me").text
    assert store.declined_cohorts.all() == frozenset(), "looking at it writes nothing"
    assert ada.client.get("/me/cohorts").status_code == 405
    assert ada.post("/me/cohorts", asked, forged=True).status_code == 400
    assert "Not for me" not in eve.get("/me").text
    assert eve.post("/me/cohorts", asked).status_code == 404, "she stands in none"
    assert ada.post("/me/cohorts", asked | {"language": "fr"}).status_code == 404

    ada.get("/me")
    answer = ada.post("/me/cohorts", asked)
    assert answer.location == "/me?said=kept#cohorts"
    for _ in range(2):  # safe to repeat
        ada.post("/me/cohorts", asked)
        assert store.declined_cohorts.all() == {(key_of(ada), "finance", "de")}
    left = anybody.get(draft).text
    assert f"[[:User:{ada.name}|" not in left
    assert ada.name not in left
    assert "[[:User:Sample 71|" in left
    assert ada.name not in anybody.get("/reports/cohorts.json").text
    assert ada.name not in anybody.get("/reports/cohorts.cohorts.csv").text
    page = ada.get("/me").text
    assert "You said: not for me" in page
    assert "You said: not for me" in ada.get("/me/known").text
    assert "finance" in str(collect_rows(store.database, int(key_of(ada)[5:]))["preference"])

    ada.post("/me/cohorts", asked | {"step": "undo"})
    assert store.declined_cohorts.all() == frozenset()
    assert f"[[:User:{ada.name}|" in anybody.get(draft).text
    ada.post("/me/cohorts", asked)
    store.profiles.save_many([Profile("user:74", "H", page_id=90, offers=(Offer("finance"),))])
    # The next round finds a cohort without her, and whoever is forgotten takes this with them.
    match_profiles(store=store, now=NOW)
    assert [one.members for one in store.rounds.cohorts("finance")] == [tuple(keys[1:])]
    erase_person(
        store, int(key_of(ada)[5:]), marks=ErasureMarks(store.database, secrets=[b"x" * 32]), at=NOW
    )
    assert store.declined_cohorts.all() == frozenset()


def three(store: Store, visitors: dict[str, Visitor]) -> Suggestion:
    """A suggestion of a seeker, a helper and an interpreter, of which the seeker was told."""
    roles = {
        "seeker": {"wants": (Want("finance"),)},
        "helper": {"offers": (Offer("finance"),)},
        "interpreter": {"methods": (Method.INTERPRETING,)},
    }
    store.profiles.save_many(
        Profile(key_of(visitors[role]), visitors[role].name, page_id=900 + at, **values)  # type: ignore[arg-type]
        for at, (role, values) in enumerate(roles.items())
    )
    store.metadata.set("index-build", key_of(visitors["seeker"]), at=NOW)
    seeker, helper, third = (key_of(visitors[role]) for role in roles)
    match = Match(
        seeker,
        helper,
        "finance",
        "finance",
        9.0,
        (ScorePart("capacity", 9.0, ("finance",)),),
        interpretation=Interpretation(third, "fr", "de"),
    )
    (made,) = store.suggestions.plan([Suggestion(match, "2026-W47", NOW)])
    store.suggestions.mark_notified([made.id], at=NOW)
    return made


def test_three_people_see_a_suggestion_each_from_their_side(member: Make, store: Store) -> None:
    people = {
        role: member(name)
        for role, name in (("seeker", "Ada"), ("helper", "Ben"), ("interpreter", "Cleo"))
    }
    made = three(store, people)
    seeker, helper, third = people.values()
    text = re.sub(r"<[^>]+>", "", seeker.get("/me").text)
    assert helper.name in text
    assert f"{third.name} can interpret (French ↔ German)" in text
    for role in ("helper", "interpreter"):
        page = people[role].get("/me").text
        assert seeker.name not in page, "the seeker has not said yes"
        answered = people[role].post(f"/me/matches/{made.id}", {"status": "accepted"})
        assert answered.status_code == 403
        assert people[role].post("/me/never", {"match": f"{made.id}"}).status_code == 403
    seeker.post(f"/me/matches/{made.id}", {"status": "accepted"})
    text = re.sub(r"<[^>]+>", "", helper.get("/me").text)
    assert seeker.name in text
    assert f"{third.name} can interpret (French ↔ German)" in text
    text = re.sub(r"<[^>]+>", "", third.get("/me").text)
    assert f"from {helper.name}, and you can interpret (French ↔ German)" in text
    assert third.post(f"/me/matches/{made.id}", {"status": "in-touch"}).status_code == 302
    assert store.suggestions.get(made.id).status is SuggestionStatus.IN_TOUCH  # type: ignore[union-attr]


def test_of_three_people_one_is_never_to_be_met(member: Make, store: Store) -> None:
    people = {
        role: member(name)
        for role, name in (("seeker", "Ada"), ("helper", "Ben"), ("interpreter", "Cleo"))
    }
    made = three(store, people)
    seeker, helper, third = people.values()
    assert seeker.post("/me/never", {"match": f"{made.id}"}).status_code == 403, "which one?"
    stranger = {"match": f"{made.id} user:999"}
    assert seeker.post("/me/never", stranger).status_code == 403
    chosen = {"match": f"{made.id} {key_of(third)}"}
    assert seeker.post("/me/never", chosen).status_code == 302
    assert store.preferences.blocked_pairs() >= {tuple(sorted((key_of(seeker), key_of(third))))}
    assert store.suggestions.get(made.id).status is SuggestionStatus.DECLINED  # type: ignore[union-attr]
    assert helper.name not in seeker.get("/me").text


def test_whoever_is_helped_sees_what_they_can_pass_on(member: Make, store: Store) -> None:
    ada = member("Ada")
    pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    chain = Chain(("user:7", key_of(ada), "user:8"), ("finance", "unlisted:knitting"))
    store.rounds.replace(unmet=(), chains=[chain])
    text = re.sub(r"<[^>]+>", "", ada.get("/me").text)
    assert "Pass it on: somebody who wants knitting can learn it from you." in text
    assert "user:8" not in text
