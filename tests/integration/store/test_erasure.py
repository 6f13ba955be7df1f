"""Being forgotten: a dump of the database holds neither name nor number, and nobody else loses."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from exchange.errors import SettingsError, StoreError
from exchange.model import (
    Circle,
    Cohort,
    Held,
    Kind,
    Match,
    Offer,
    Outcome,
    Profile,
    Reason,
    Sent,
    Skipped,
    Suggestion,
    SuggestionStatus,
    User,
    Want,
)
from exchange.model.keys import ProfileKey, Recipient
from exchange.model.programme import Application, DraftPair, Programme, ProgrammeRecord
from exchange.store import Store
from exchange.store.blocks import add_block, drop_block, list_blocks
from exchange.store.erasure import ERASED, erase_person, purge_erased, restore_person
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.introductions import NotIntroduced
from exchange.store.notices import Notice
from exchange.store.pages import PageProblem, PageRecord
from exchange.store.people import LoginSession
from exchange.store.personal_data import collect_rows
from exchange.store.schema import metadata
from tests.support.examples import examples

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY, OLD_KEY = b"a key of at least 32 characters!", b"an older key that is long enough"


def marks_of(store: Store, *keys: bytes, log: Path | None = None) -> ErasureMarks:
    return ErasureMarks(store.database, secrets=keys or (KEY,), log=log)


def erase(store: Store, account: int) -> None:
    erase_person(store, account, marks=marks_of(store), at=NOW)


def dump(store: Store) -> str:
    """Everything in the database, row by row, as text."""
    with store.database.reading() as connection:
        return "\n".join(
            f"{table.name} {json.dumps([*row], default=str, ensure_ascii=False)}"
            for table in metadata.sorted_tables
            for row in connection.execute(select(table)).all()
        )


def traces(store: Store, *, name: str, account: int) -> list[str]:
    """The rows that hold a name or a number: as a word, so that 41 is not in 410."""
    words = naming(name, account)
    return [line for line in dump(store).splitlines() if words.search(line)]


def naming(name: str, account: int) -> re.Pattern[str]:
    """What finds a name, also inside of JSON that is inside of JSON, and a number as a word."""
    written = {name}
    for _ in range(3):
        written |= {
            json.dumps(each, ensure_ascii=ascii_)[1:-1]
            for each in written
            for ascii_ in (True, False)
        }
    texts = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    return re.compile(rf"{texts}|(?<![0-9a-f]){account}(?![0-9a-f])")


# -- random histories -----------------------------------------------------------------------------

PEOPLE = {
    7340211: "Sample Ada",
    7340212: 'Sample "Ben" O\'Neill',
    73402: "Sample 100%_Cy",
    7340213: "مثال دينا",
    7340214: "S" * 80,
}
GROUPS = (90001, 90002)
people = st.sampled_from(sorted(PEOPLE))
anybody = st.one_of(
    people.map(lambda id: f"user:{id}"), st.sampled_from(GROUPS).map("page:{}".format)
)
Step = tuple[str, object]


def recipient(group: int, account: int, by_name: bool) -> str:
    contact = PEOPLE[account] if by_name else ProfileKey.for_person(account)
    return str(Recipient(ProfileKey.for_group(group), contact))


class History:
    """Things that happen to a store, one method each."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at = NOW - timedelta(days=60)
        self.number = 0

    def next(self) -> int:
        self.at += timedelta(hours=7)
        self.number += 1
        return self.number

    def person(self, account: int, editor: int) -> None:
        n, name = self.next(), PEOPLE[account]
        key = f"user:{account}"
        self.store.accounts.save([User(name, account)], seen=self.at)
        self.store.pages.save(
            [
                PageRecord(
                    n,
                    f"User:{name}/{n}",
                    2,
                    n,
                    self.at,
                    PEOPLE[editor],
                    name,
                    key,
                    (account,),
                    {"title": f"User:{name}/{n}", "problems": [{"code": "bad-date"}]},
                )
            ]
        )
        self.store.profiles.save_many(
            [
                Profile(
                    key,
                    name,
                    page=f"User:{name}",
                    page_id=n,
                    offers=(Offer("lua", "Lua"),),
                    about=f"I am {name}",
                    contacts=(name,),
                )
            ]
        )
        problem = PageProblem(n, f"User:{name}", _problem("bad-date", name), key)
        self.store.problems.replace({n: [problem]})

    def join(self, account: int, whose: int) -> None:
        n, title = self.next(), f"User:{PEOPLE[whose]}/{self.number}"
        self.person(whose, account)
        self.store.joined_requests.replace({n + 1: [(account, "lua")]})
        key = f"user:{account}"
        want = Want("lua", request=title, joined=(title,))
        self.store.profiles.save_many(
            [Profile(key, PEOPLE[account], page=title, page_id=n, wants=(want,))]
        )

    def programme(self, account: int, partner: int) -> None:
        """Open a round on somebody's own page; they and another apply, and are a pair."""
        n, name = self.next(), PEOPLE[account]
        title = f"User:{name}/Round {n}"
        self.person(account, account)
        self.store.pages.save([PageRecord(n, title, 2, 5, owner=name, editor=name)])
        round_ = Programme(n, title, "A round", ("lua",))
        applied = [Application(account, NOW, (partner,)), Application(partner, NOW, (account,))]
        applied = applied if account != partner else [Application(account, NOW)]
        self.store.programmes.replace({n: ProgrammeRecord(round_, (account,), (*applied,))})
        match = Match(f"user:{account}", f"user:{partner}", "lua", "lua", 1.0)
        if account != partner:
            pair = [DraftPair(match, True)]
            self.store.programmes.confirm(round_, pair, [], organiser=partner, at=NOW)

    def group(self, group: int, contacts: list[int], editor: int) -> None:
        names = tuple(PEOPLE[account] for account in contacts)
        key = f"page:{group}"
        problems = [{"code": "contact-not-confirmed", "text": name} for name in names]
        problems.append({"code": "too-many-contacts", "text": ", ".join(names)[:200]})
        reading = {"profiles": [{"kind": "user-group", "contacts": [*names]}], "problems": problems}
        self.store.pages.save(
            [
                PageRecord(
                    group,
                    f"Group {group}",
                    0,
                    5,
                    self.at,
                    PEOPLE[editor],
                    "",
                    key,
                    tuple(contacts),
                    reading,
                )
            ]
        )
        self.store.profiles.save_many(
            [
                Profile(
                    key,
                    f"Group {group}",
                    Kind.USER_GROUP,
                    page_id=group,
                    contacts=names,
                    wants=(Want("lua"),),
                )
            ]
        )
        self.store.problems.replace(
            {
                group: [
                    PageProblem(group, f"Group {group}", _problem(each["code"], each["text"]), key)
                    for each in problems
                ]
            }
        )

    def suggestion(self, seeker: str, helper: str, answered: bool) -> None:
        if seeker == helper:
            return
        n = self.next()
        match = Match(seeker, helper, "lua", "lua", 2.0)
        (made,) = self.store.suggestions.plan([Suggestion(match, f"2026-W{n}", self.at)])
        self.store.suggestions.mark_notified([made.id], at=self.at)
        if answered:
            self.store.suggestions.answer(
                made.id, status=SuggestionStatus.ACCEPTED, by=helper, via="web", at=self.at
            )

    def introduced(self, seeker: str, helper: str, coordinator: int, named: int) -> None:
        n = self.next()
        if seeker == helper:
            return
        with suppress(NotIntroduced):
            made = self.store.introductions.make(
                Match(seeker, helper, f"lua-{n}", "lua", 2.0),
                coordinator=coordinator,
                name=PEOPLE[coordinator],
                line=f"{PEOPLE[named]} knows you both",
                at=self.at,
            )
            if n % 2:
                self.store.suggestions.mark_notified([made.suggestion], at=self.at)
                self.store.introductions.end_told([made.suggestion], at=self.at)

    def refuse(self, speaker: int, about: int) -> None:
        self.next()
        key = f"user:{about}" if about != speaker else ""
        self.store.introductions.refuse(f"user:{speaker}", key, at=self.at, via="wiki")

    def notice(self, to: str, account: int, run: bool) -> None:
        n = self.next()
        ids = tuple(each.id for each in self.store.suggestions.involving(to.partition(">")[0]))
        name = PEOPLE[account]
        self.store.notices.open(
            Notice(f"{n:032}", to, account if n % 2 else 0, name, f"2026-W{n}", self.at, ids)
        )
        outcome: Outcome = Sent(n, f"User talk:{name}") if n % 3 else Skipped(Reason.CAP, name)
        self.store.notices.close(f"{n:032}", outcome, at=self.at)
        if run:
            id = self.store.runs.begin("notify", at=self.at)
            self.store.runs.record_many(id, {f"{to} seeker": outcome, "user:5 helper": outcome})
            self.store.runs.end(
                id, at=self.at, status=1, counts={"error": f"{name}: no", "sent": 1}
            )

    def round(self, members: list[str], unmet: str) -> None:
        self.store.rounds.replace(
            unmet=[(unmet, "sql", "nobody")],
            cohorts=[Cohort("lua", "en", tuple(members), helpers=(unmet,))],
            circles=[Circle(tuple(members), tuple("ab"))],
        )
        self.store.rounds.record_first_seen(members, day=self.at.date())

    def tool(self, account: int) -> None:
        n = self.next()
        key = f"user:{account}"
        self.store.preferences.set(key, ("stop", "pause", "cap")[n % 3], "x", at=self.at, via="web")
        self.store.sessions.begin(
            LoginSession(f"{n:064}", account, PEOPLE[account], b"t", self.at, NOW)
        )
        self.store.rate_limits.add(
            account, "me.save", at=self.at, within=timedelta(hours=1), most=9
        )
        self.store.kept_texts.keep(
            f"{n:064}",
            b"sealed",
            account=account,
            now=self.at,
            expires=self.at + timedelta(days=900),
        )

    def unclear(self, account: int, by: int) -> None:
        n = self.next()
        id = f"{n:032}"
        self.store.unclear_answers.note(id, account=account, revision=n, at=self.at)
        self.store.unclear_answers.settle(id, by=f"user:{by}", via="coordinator", at=self.at)
        self.store.coordinators.replace(self.store.coordinators.all() | {by}, at=self.at)

    def never(self, speaker: int, about: int) -> None:
        self.next()
        add_block(
            self.store,
            speaker=f"user:{speaker}",
            about=f"user:{about}",
            marks=marks_of(self.store),
            at=self.at,
            via="web",
            name=PEOPLE[about],
        )


def _problem(code: str, text: str) -> object:
    from exchange.model import Problem

    return Problem(code, text=text)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("person"), st.tuples(people, people)),
        st.tuples(
            st.just("group"),
            st.tuples(st.sampled_from(GROUPS), st.lists(people, max_size=3, unique=True), people),
        ),
        st.tuples(st.just("suggestion"), st.tuples(anybody, anybody, st.booleans())),
        st.tuples(
            st.just("notice"),
            st.one_of(
                people.flatmap(
                    lambda id: st.tuples(st.just(f"user:{id}"), st.just(id), st.booleans())
                ),
                st.tuples(st.sampled_from(GROUPS), people, st.booleans()).flatmap(
                    lambda t: st.tuples(st.just(recipient(*t)), st.just(t[1]), st.booleans())
                ),
            ),
        ),
        st.tuples(
            st.just("round"),
            st.tuples(st.lists(anybody, min_size=2, max_size=3, unique=True), anybody),
        ),
        st.tuples(st.just("tool"), st.tuples(people)),
        st.tuples(st.just("unclear"), st.tuples(people, people)),
        st.tuples(st.just("never"), st.tuples(people, people)),
        st.tuples(st.just("introduced"), st.tuples(anybody, anybody, people, people)),
        st.tuples(st.just("refuse"), st.tuples(people, people)),
        st.tuples(st.just("join"), st.tuples(people, people)),
        st.tuples(st.just("programme"), st.tuples(people, people)),
    ),
    min_size=3,
    max_size=25,
)


many_histories = settings(
    max_examples=examples(25),  # of up to 25 steps each
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def live_through(store: Store, history: list[Step]) -> None:
    """Empty the store, then let everything in a history happen."""
    with store.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    happens = History(store)
    for name, arguments in history:
        getattr(happens, name)(*arguments)


@many_histories
@given(history=steps, whose=people)
def test_whatever_happened_nothing_is_left_of_somebody_who_was_forgotten(
    store: Store, history: list[Step], whose: int
) -> None:
    live_through(store, [("person", (whose, whose)), *history])
    assert traces(store, name=PEOPLE[whose], account=whose)
    others = {id: store.accounts.get(id) for id in PEOPLE if id != whose}
    profiles = {p.key for p in store.profiles.all(active=None)} - {f"user:{whose}"}
    erase(store, whose)
    assert traces(store, name=PEOPLE[whose], account=whose) == []
    assert {id: store.accounts.get(id) for id in others} == others
    assert {p.key for p in store.profiles.all(active=None)} == profiles
    before = dump(store)
    erase(store, whose)
    assert dump(store).count("\n") == before.count("\n"), "a second time changes nothing"


NAMELESS = {
    "erasure": "the marks themselves, which tell nobody whose they are",
    "lease": "which program holds a lock, and until when",
    "measure": "figures by day",
    "place_week": "how many were in a place, by week, where at least five were",
    "publication": "which report pages were written, by title",
}
"""The tables in which nobody stands, and what stands there."""


def test_every_table_is_either_searched_or_known_to_name_nobody(store: Store) -> None:
    """A new table fails here, until ``History`` fills it or it is among those that name nobody."""
    happens, whose, other = History(store), 7340211, 73402
    key = f"user:{whose}"
    for account in (whose, other):
        happens.person(account, account)
        happens.tool(account)
        happens.tool(account)
    happens.group(GROUPS[0], [whose, other], whose)
    happens.suggestion("user:7340212", key, answered=True)
    happens.notice(key, whose, run=True)
    happens.notice(recipient(GROUPS[0], whose, by_name=True), whose, run=True)
    happens.round([key, "user:7340212"], key)
    happens.unclear(7340213, whose)
    happens.unclear(whose, 7340213)
    happens.never(whose, other)
    happens.introduced("user:7340212", "user:7340213", whose, 7340212)
    happens.refuse(whose, other)
    happens.join(whose, 7340212)
    happens.join(7340213, whose)
    happens.programme(whose, 7340212)
    erase(store, other)
    named = {line.split(" ")[0] for line in traces(store, name=PEOPLE[whose], account=whose)}
    # An item is its profile's, whose key is the number.
    assert named | NAMELESS.keys() == metadata.tables.keys()
    assert not named & NAMELESS.keys()
    shown = collect_rows(store.database, whose).keys()
    assert named - shown == set()
    erase(store, whose)
    assert traces(store, name=PEOPLE[whose], account=whose) == []


COMINGS = st.lists(
    st.one_of(
        st.tuples(st.just("never"), st.permutations(sorted(PEOPLE)).map(lambda p: (p[0], p[1]))),
        st.tuples(st.just("forget"), people),
        st.tuples(st.just("return"), people),
        st.tuples(st.just("rotate"), st.none()),
    ),
    max_size=14,
)


@settings(
    max_examples=examples(33),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=COMINGS)
def test_never_and_refusals_hold_whoever_of_the_two_is_forgotten_and_comes_back(
    store: Store, steps: list[Step]
) -> None:
    """And while somebody is forgotten, the database holds neither their name nor their number."""
    with store.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    keys = [KEY]
    gone: set[int] = set()
    said: set[tuple[int, int]] = set()
    refused: set[tuple[int, int]] = set()
    for name, value in [*steps, *(("return", id) for id in PEOPLE)]:
        marks = marks_of(store, *keys)
        if name == "never":
            speaker, about = value  # type: ignore[misc]
            if speaker not in gone:
                said.add((speaker, about))
                add_block(
                    store,
                    speaker=f"user:{speaker}",
                    about=f"user:{about}",
                    marks=marks,
                    at=NOW,
                    via="web",
                    name="" if about in gone else PEOPLE[about],
                )
            if not gone & {speaker, about}:
                refused.add((speaker, about))
                store.introductions.refuse(f"user:{speaker}", f"user:{about}", at=NOW, via="web")
        elif name == "forget":
            gone.add(int(str(value)))
            erase_person(store, int(str(value)), marks=marks, at=NOW)
        elif name == "return":
            gone.discard(int(str(value)))
            restore_person(store, int(str(value)), marks=marks, at=NOW)
        else:
            keys.insert(0, b"another key, number %d, that is long" % len(keys))
        for each in gone:
            assert traces(store, name=PEOPLE[each], account=each) == []
        here = {pair for pair in said if not gone & {*pair}}
        wanted = {tuple(sorted(f"user:{id}" for id in pair)) for pair in here}
        assert store.preferences.blocked_pairs() == wanted
        known = {pair for pair in store.introductions.refusals() if all(":" in k for k in pair)}
        here = {pair for pair in refused if not gone & {*pair}}
        assert known == {(f"user:{one}", f"user:{other}") for one, other in here}


def test_a_block_of_somebody_gone_is_listed_without_a_name_and_can_be_taken_back(
    store: Store,
) -> None:
    marks = marks_of(store)
    for about, name in ((42, "Ben"), (43, "Cy")):
        add_block(
            store,
            speaker="user:41",
            about=f"user:{about}",
            marks=marks,
            at=NOW,
            via="web",
            name=name,
        )
    erase(store, 42)
    blocks = {one.about: one for one in list_blocks(store, "user:41")}
    (hidden,) = (one for one in blocks.values() if one.is_forgotten)
    assert (blocks["user:43"].name, hidden.name) == ("Cy", "")
    assert collect_rows(store.database, 41)["block_mark"][0]["about"] == hidden.about
    drop_block(store, speaker="user:41", about=hidden.about)
    drop_block(store, speaker="user:41", about="user:43")
    restore_person(store, 42, marks=marks, at=NOW)
    assert store.preferences.blocked_pairs() == frozenset()


def test_a_backup_from_before_somebody_was_forgotten_keeps_never_apart_too(store: Store) -> None:
    marks = marks_of(store)
    marks.add(42, at=NOW)
    store.preferences.block("user:41", "user:42", at=NOW, via="web", name="Ben")
    assert purge_erased(store, marks=marks, at=NOW) == 1
    assert traces(store, name="Ben", account=42) == []
    restore_person(store, 42, marks=marks, at=NOW)
    assert store.preferences.blocked_pairs() == {("user:41", "user:42")}


def test_whoever_asks_sees_every_row_about_them_and_nobody_elses(store: Store) -> None:
    happens = History(store)
    whose, key = 7340211, "user:7340211"
    for account in PEOPLE:
        happens.person(account, account)
        happens.tool(account)
    happens.group(GROUPS[0], [whose, 7340213], 7340213)
    happens.suggestion(key, "user:73402", answered=True)
    happens.suggestion("user:73402", "user:7340212", answered=True)
    happens.notice(key, whose, run=True)
    happens.notice(recipient(GROUPS[0], whose, by_name=False), whose, run=True)
    happens.round([key, "user:73402"], key)
    store.preferences.block("user:73402", key, at=NOW, via="web")
    happens.unclear(whose, 73402)
    happens.unclear(73402, 7340212)
    rows = collect_rows(store.database, whose)
    every = {line.split()[0] for line in traces(store, name=PEOPLE[whose], account=whose)}
    assert rows.keys() == every | {"answer"}
    assert [one["by"] for one in rows["answer"]] == ["user:73402"]
    assert all(one["profile"] == key for one in rows["preference"]), "others' wishes are private"
    assert "token" not in rows["session"][0]
    json.dumps(rows)
    assert "user:7340212" not in json.dumps(rows)


@many_histories
@given(history=steps, whose=people)
def test_every_row_of_a_dump_that_names_somebody_is_shown_to_them(
    store: Store, history: list[Step], whose: int
) -> None:
    """But for what others said of them in private; and no secret of a login."""
    live_through(store, [("person", (whose, whose)), *history])
    store.metadata.set("renamed", json.dumps({"7": [f"User:{PEOPLE[whose]}/7"], "8": "x"}), at=NOW)
    private = re.compile(
        rf'preference .*"never user:{whose}"'
        rf'|introduction_refusal \["(?!user:{whose}")[^"]*", "user:{whose}"'
    )
    wanted = Counter(
        line.split(" ")[0]
        for line in traces(store, name=PEOPLE[whose], account=whose)
        if not private.match(line)
    )
    found = collect_rows(store.database, whose)
    assert not any("token" in row or "id" in row for row in found.get("session", ()))
    words = naming(PEOPLE[whose], whose)
    named = Counter(
        table for table, rows in found.items() for row in rows if words.search(json.dumps(row))
    )
    assert {table: named[table] for table in wanted} == dict(wanted)


# -- what others keep -----------------------------------------------------------------------------


def person(account: int, name: str) -> Profile:
    return Profile(f"user:{account}", name, page_id=account, offers=(Offer("lua", "Lua"),))


def test_a_notice_keeps_the_numbers_of_the_suggestions_that_are_left(store: Store) -> None:
    made = store.suggestions.plan(
        Suggestion(Match("user:42", f"user:{id}", "lua", "lua", 1.0), "2026-W47", NOW)
        for id in (41, 43)
    )
    told = tuple(each.id for each in made)
    store.notices.open(Notice("0" * 32, "user:42", 42, "Ben", "2026-W47", NOW, told))
    erase(store, 41)
    (row,) = store.notices.to(42)
    assert row.suggestions == (ERASED, told[1])
    assert [each.id for each in store.suggestions.involving("user:42")] == [told[1]]


def test_a_group_stays_with_its_other_contacts_and_pauses_without_any(store: Store) -> None:
    happens = History(store)
    store.accounts.save([User(name, id) for id, name in PEOPLE.items()], seen=NOW)
    happens.group(GROUPS[0], [7340211, 7340213], 7340211)
    happens.group(GROUPS[1], [7340211], 7340211)
    erase(store, 7340211)
    (kept,) = store.profiles.all()
    assert (kept.key, kept.contacts) == (f"page:{GROUPS[0]}", ("مثال دينا",))
    assert store.profiles.states() == {f"page:{GROUPS[1]}": Reason.NO_CONTACT}
    assert store.pages.groups_of(7340213) == [f"page:{GROUPS[0]}"]


def test_nobody_elses_pages_are_taken_for_theirs(store: Store) -> None:
    store.profiles.save_many([person(41, "May"), person(410, "Mayor")])
    store.accounts.save([User("May", 41), User("Mayor", 410)], seen=NOW)
    told: dict[str, Outcome] = {
        "user:41 seeker": Sent(7, "User talk:May"),
        "page:9>user:41 seeker": Held(Reason.PAUSED, "words"),
        "user:410 seeker": Sent(8, "User talk:Mayor"),
        "user:4 seeker": Sent(9, "User talk:May/Archive"),
        "page:41 seeker": Skipped(Reason.CAP, "words"),
    }
    run = store.runs.begin("notify", at=NOW)
    store.runs.record_many(run, told)
    for number, (to, account) in enumerate({"user:410": 410, "page:41>user:4": 4}.items()):
        store.notices.open(Notice(f"{number:032}", to, account, "Mayor", "2026-W47", NOW))
        store.notices.close(f"{number:032}", Sent(7, "User talk:Mayor"), at=NOW)
    erase(store, 41)
    assert store.runs.outcomes(run) == {
        "user:410 seeker": Sent(8, "User talk:Mayor"),
        "user:4 seeker": Sent(9, ""),
        "page:41 seeker": Skipped(Reason.CAP, "words"),
    }
    assert [row.page for row in store.notices.sent()] == ["User talk:Mayor"] * 2


# -- the mark -------------------------------------------------------------------------------------


def test_only_the_key_tells_whose_a_mark_is(store: Store) -> None:
    erase(store, 41)
    (mark,) = marks_of(store).all().values()
    assert re.fullmatch("[0-9a-f]{64}", mark.mark)
    assert marks_of(store).has(41)
    assert not marks_of(store).has(42)
    assert not marks_of(store, OLD_KEY).has(41)


def test_nobody_is_forgotten_without_a_key_and_marks_without_their_key_are_an_error(
    store: Store,
) -> None:
    store.profiles.save_many([person(41, "Ada")])
    with pytest.raises(SettingsError, match="CXC_ERASURE_KEYS"):
        erase_person(store, 41, marks=ErasureMarks(store.database, secrets=()), at=NOW)
    assert store.profiles.get("user:41") is not None, "all or nothing"
    erase(store, 41)
    for keys in ((), (OLD_KEY,)):
        with pytest.raises(SettingsError, match="1 people were forgotten"):
            ErasureMarks(store.database, secrets=keys).require_keys()
    marks_of(store, OLD_KEY, KEY).require_keys()


def test_a_mark_of_an_older_key_is_tested_and_renewed_when_the_person_is_met(
    store: Store, tmp_path: Path
) -> None:
    log = tmp_path / "erasures"
    marks_of(store, OLD_KEY, log=log).add(41, at=NOW)
    rotated = marks_of(store, KEY, OLD_KEY, log=log)
    assert rotated.has(41)
    rotated.add(41, at=NOW + timedelta(days=9))
    (mark,) = rotated.all().values()
    assert mark.at == NOW, "they were forgotten when they were"
    only_new = marks_of(store, KEY, log=log)
    only_new.unite()
    only_new.require_keys()
    assert only_new.has(41)


def test_a_restored_backup_is_purged_by_the_file(
    new_url: Callable[[], str], tmp_path: Path
) -> None:
    log = tmp_path / "somewhere" / "erasures"
    for url in (new_url(), new_url()):  # the second is the backup from before they were forgotten
        store = Store.open(url)
        store.accounts.save([User("Sample Ada", 7340211), User("Sample Ben", 42)], seen=NOW)
        store.profiles.save_many([person(7340211, "Sample Ada"), person(42, "Sample Ben")])
        session = LoginSession("1" * 64, 7340211, "Sample Ada", b"t", NOW, NOW)
        store.sessions.begin(session)
        marks = marks_of(store, log=log)
        if not log.exists():
            erase_person(store, 7340211, marks=marks, at=NOW)
        else:
            marks.unite()
            assert purge_erased(store, marks=marks, at=NOW) == 1
        assert traces(store, name="Sample Ada", account=7340211) == []
        assert [each.name for each in store.profiles.all()] == ["Sample Ben"]
        assert purge_erased(store, marks=marks, at=NOW) == 0
        store.close()


def test_who_came_back_is_not_forgotten_again_by_an_old_backup(
    new_url: Callable[[], str], tmp_path: Path
) -> None:
    log = tmp_path / "erasures"
    store, backup = Store.open(new_url()), Store.open(new_url())
    for each in (store, backup):
        erase_person(each, 41, marks=marks_of(each, log=log), at=NOW)
    later = NOW + timedelta(days=1)
    restore_person(store, 41, marks=marks_of(store, log=log), at=later)
    marks_of(backup, log=log).unite()
    assert not marks_of(backup, log=log).has(41)
    erase_person(store, 41, marks=marks_of(store, log=log), at=later + timedelta(days=1))
    marks_of(backup, log=log).unite()
    assert marks_of(backup, log=log).has(41)
    for each in (store, backup):
        each.close()


def test_marks_from_before_there_was_a_file_are_written_to_it(store: Store, tmp_path: Path) -> None:
    erase(store, 41)
    log = tmp_path / "erasures"
    marks_of(store, log=log).unite()
    marks_of(store, log=log).unite()
    (line,) = log.read_text().splitlines()
    assert line.split()[1] == "forgotten"


def test_a_file_that_is_no_list_of_marks_is_an_error_that_names_the_line(
    store: Store, tmp_path: Path
) -> None:
    log = tmp_path / "erasures"
    erase_person(store, 41, marks=marks_of(store, log=log), at=NOW)
    whole = log.read_text()
    log.write_text(whole + whole[:40])
    marks_of(store, log=log).unite()  # a last line that was cut off is none
    log.write_text("nonsense\n" + whole)
    with pytest.raises(StoreError, match="line 1"):
        marks_of(store, log=log).unite()


def test_wishes_from_before_there_were_marks_become_marks(store: Store) -> None:
    store.preferences.set("user:41", "forget", "yes", at=NOW, via="web")
    store.pages.save([PageRecord(7, "", 2, 5, party="user:41")])
    purge_erased(store, marks=marks_of(store), at=NOW)
    assert traces(store, name="nobody", account=41) == []
    assert marks_of(store).has(41)


def test_a_login_after_being_forgotten_stays_until_they_come_back(store: Store) -> None:
    erase(store, 41)
    for number, hours in enumerate((-1, 1)):
        begun = NOW + timedelta(hours=hours)
        store.sessions.begin(
            LoginSession(str(number) * 64, 41, "Ada", b"t", begun, NOW + timedelta(days=9))
        )
    purge_erased(store, marks=marks_of(store), at=NOW + timedelta(hours=2))
    assert store.sessions.get("0" * 64, now=NOW) is None
    assert store.sessions.get("1" * 64, now=NOW) is not None
