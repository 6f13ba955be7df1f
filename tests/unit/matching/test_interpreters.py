"""A third person who interprets where two have no language in common, and chains of suggestions."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.matching import History, Result, UnmetReason, load_weights, match_profiles, takes_part
from exchange.matching import round as round_
from exchange.matching.build_market import build_market
from exchange.matching.interpreters import HELPERS, INTERPRETERS, Room, find_interpreted
from exchange.matching.scoring import Tables
from exchange.model import (
    FLUENT,
    USABLE,
    Frequency,
    Interpretation,
    Kind,
    Language,
    Match,
    Method,
    Offer,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from tests.support.examples import examples
from tests.unit.matching import worlds
from tests.unit.matching.worlds import DIRECTORY, PERIOD, TODAY, TWICE

WEIGHTS = load_weights()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEEKER = Profile("user:1", "Ada", wants=(Want("c"),), languages=(Language("yo"),), edited=NOW)
HELPER = Profile("user:2", "Bo", offers=(Offer("c"),), languages=(Language("es"),), edited=NOW)
INTERPRETER = Profile(
    "user:3",
    "Chi",
    languages=(Language("yo", FLUENT), Language("es", FLUENT)),
    methods=(Method.INTERPRETING,),
    edited=NOW,
)


def run(*profiles: Profile, history: History | None = None) -> Result:
    return match_profiles(
        profiles,
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=history or History(),
        today=TODAY,
        period=PERIOD,
    )


def threes(*profiles: Profile, history: History | None = None) -> list[tuple[str, ...]]:
    return [one.parties for one in run(*profiles, history=history).matches]


def test_whoever_speaks_both_languages_well_and_offers_it_interprets() -> None:
    (match,) = run(SEEKER, HELPER, INTERPRETER).matches
    assert match.parties == ("user:1", "user:2", "user:3")
    assert match.interpretation == Interpretation("user:3", "yo", "es")
    assert not {"language", "small-language"} & {part.name for part in match.parts}
    assert match.score == sum(part.points for part in match.parts)
    assert run(SEEKER, HELPER, INTERPRETER).measures["interpreted"].value == 1


def test_it_can_be_offered_at_one_offer_alone() -> None:
    offered = replace(INTERPRETER, methods=(), offers=(Offer("b", methods=(Method.INTERPRETING,)),))
    assert len(threes(SEEKER, HELPER, offered)) == 1


@pytest.mark.parametrize(
    ("changed", "history"),
    [
        ({"methods": ()}, History()),
        ({"languages": (Language("yo", FLUENT), Language("es", FLUENT - 1))}, History()),
        ({"languages": (Language("yo"),)}, History()),
        ({"away": TODAY}, History()),
        ({"notify": Frequency.NEVER}, History()),
        ({"unanswered": TWICE}, History()),
        ({"seats": 0}, History()),
        ({}, History(seats_taken={"user:3": 2})),
        ({}, History(seats_taken={"user:2": 2})),
        ({}, History(suggested_this_period={"user:1": 3})),
        ({}, History(pairs=frozenset({("user:1", "user:2")}))),
        ({}, History(pairs=frozenset({("user:1", "user:3")}))),
        ({}, History(pairs=frozenset({("user:2", "user:3")}))),
        ({"key": "page:3", "kind": Kind.USER_GROUP, "contacts": ("Ada",)}, History()),
        ({"key": "page:3", "kind": Kind.USER_GROUP, "contacts": ("Bo",)}, History()),
    ],
)
def test_who_never_interprets(changed: dict[str, object], history: History) -> None:
    third = replace(INTERPRETER, **changed)  # type: ignore[arg-type]
    assert threes(SEEKER, HELPER, third, history=history) == []


def test_nobody_interprets_where_two_have_a_language_in_common() -> None:
    helper = replace(HELPER, languages=(Language("es"), Language("yo", USABLE)))
    assert threes(SEEKER, helper, INTERPRETER) == [("user:1", "user:2")]


def test_a_seat_of_the_interpreters_is_taken_each_time() -> None:
    seekers = [replace(SEEKER, key=f"user:{at}", name=f"S{at}") for at in range(10, 15)]
    helpers = [replace(HELPER, key=f"user:{at}", name=f"H{at}") for at in range(20, 25)]
    third = replace(INTERPRETER, seats=3)
    assert len(threes(*seekers, *helpers, third)) == 3
    missing = run(*seekers, *helpers, third).unmet
    assert [one.reason for one in missing] == [UnmetReason.LANGUAGE] * 2


def test_one_told_counts_in_the_next_round_for_all_three() -> None:
    def later(status: SuggestionStatus) -> History:
        match = run(SEEKER, HELPER, INTERPRETER).matches[0]
        told = Suggestion(match, "2026-W46", NOW, status, notified_at=NOW, answered_at=NOW)
        return History.of([told], today=TODAY, period=PERIOD, bounds=WEIGHTS.bounds)

    silent, agreed = later(SuggestionStatus.OPEN), later(SuggestionStatus.ACCEPTED)
    assert silent.seats_taken == agreed.seats_taken == {"user:2": 1, "user:3": 1}
    assert silent.pairs == {("user:1", "user:2"), ("user:1", "user:3")}
    assert agreed.pairs == silent.pairs | {("user:2", "user:3")}
    assert later(SuggestionStatus.DECLINED).seats_taken == {}


def test_the_interpreter_of_an_unsent_plan_stays() -> None:
    thirds = [replace(INTERPRETER, key=f"user:{at}", name=f"T{at}") for at in range(30, 40)]
    for chosen in thirds[:3]:
        match = Match(
            "user:1", "user:2", "c", "c", 1.0, interpretation=Interpretation(chosen.key, "yo", "es")
        )
        plan = Suggestion(match, PERIOD, NOW)
        history = History.of([plan], today=TODAY, period=PERIOD, bounds=WEIGHTS.bounds)
        found = run(SEEKER, HELPER, *thirds, history=history)
        # Of very many, not all are looked at; these are, or are not.
        assert found.matches[0].interpreter in {one.key for one in thirds}
        assert found.measures["kept"].value == 1
    few = thirds[:INTERPRETERS]
    for chosen in few:
        match = replace(match, interpretation=Interpretation(chosen.key, "yo", "es"))
        history = History.of(
            [Suggestion(match, PERIOD, NOW)], today=TODAY, period=PERIOD, bounds=WEIGHTS.bounds
        )
        assert run(SEEKER, HELPER, *few, history=history).matches[0].interpreter == chosen.key


# -- over random movements --------------------------------------------------------------------------

seeds = st.integers(0, 10_000)


@settings(max_examples=examples(60))
@given(seeds)
def test_no_rule_is_broken_with_three_people(seed: int) -> None:
    profiles, history = worlds.world(seed, 30)
    profiles = worlds.with_interpreters(profiles, seed)
    by_key = {one.key: one for one in profiles}
    result = run(*profiles, history=history)
    load = Counter(history.seats_taken)
    told = Counter(history.suggested_this_period)
    met: set[tuple[str, str]] = set()
    for match in sorted(result.matches, key=lambda one: one.interpretation is not None):
        told[match.seeker] += 1
        load.update(match.parties[1:])
        for pair in match.pairs:
            assert pair not in history.pairs
            # Two may help each other; beyond that nobody hears of anybody twice.
            assert pair not in met or match.interpretation is None
            hands = [{by_key[key].name} | {*by_key[key].contacts} for key in pair]
            groups = any(by_key[key].is_group for key in pair)
            assert not groups or not hands[0] & hands[1]
        met.update(match.pairs)
        for key in match.parties:
            assert takes_part(by_key[key], today=TODAY)
    assert all(load[key] <= max(by_key[key].seats, history.seats_taken.get(key, 0)) for key in load)
    limit = WEIGHTS.bounds.suggestions
    assert all(told[m.seeker] <= limit for m in result.matches)
    for match in (one for one in result.matches if one.interpretation is not None):
        third = by_key[match.interpreter]
        assert third.interprets
        spoken = {one.code for one in third.languages if one.level >= FLUENT}
        assert {
            match.interpretation.seeker_language,
            match.interpretation.helper_language,
        } <= spoken
        seeker, helper = (
            {one.code for one in by_key[key].languages if one.level >= USABLE} for key in match.pair
        )
        assert not seeker & helper
        assert match.want not in {one.want for one in result.unmet if one.seeker == match.seeker}


@settings(max_examples=examples(40))
@given(seeds)
def test_nobody_who_was_matched_loses_by_an_interpreter(seed: int) -> None:
    profiles, history = worlds.world(seed, 30)
    speaking = worlds.with_interpreters(profiles, seed)
    before, after = run(*profiles, history=history), run(*speaking, history=history)
    assert [one for one in after.matches if one.interpretation is None] == list(before.matches)
    more = [one for one in after.matches if one.interpretation is not None]
    lost = {(one.seeker, one.want) for one in before.unmet if one.reason is UnmetReason.LANGUAGE}
    assert {(one.seeker, one.want) for one in more} <= lost
    assert len(after.unmet) == len(before.unmet) - len(more)


def test_the_order_of_the_profiles_changes_nothing() -> None:
    for seed in range(10):
        profiles, history = worlds.world(seed, 30)
        profiles = worlds.with_interpreters(profiles, seed)
        first = run(*profiles, history=history)
        random.Random(seed).shuffle(profiles)
        assert run(*profiles, history=history) == first


def test_few_helpers_and_interpreters_are_looked_at_however_many_there_are() -> None:
    many = 400
    helpers = [replace(HELPER, key=f"user:{1000 + at}", name=f"H{at}") for at in range(many)]
    thirds = [replace(INTERPRETER, key=f"user:{2000 + at}", name=f"T{at}") for at in range(many)]
    market = build_market(
        [SEEKER, *helpers, *thirds],
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(),
        today=TODAY,
    )
    looked: list[int] = []
    original = round_.find_interpreted.__globals__["allowed_pairs"]

    def counting(market_: object, one: object, other: object) -> object:
        looked.append(len(one))  # type: ignore[arg-type]
        return original(market_, one, other)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(round_.find_interpreted.__globals__, "allowed_pairs", counting)
        nobody = market.wants.person[:0]
        find_interpreted(
            market,
            market.wants.starts[[market.rows["user:1"]]],
            [market.rows[one.key] for one in thirds],
            room=Room.after(market, nobody, nobody),
            tables=Tables.of(WEIGHTS),
            period=0,
        )
    assert max(looked) <= (HELPERS + 1) * INTERPRETERS


# -- chains -----------------------------------------------------------------------------------------


def link(number: int, offers: str, wants: str = "") -> Profile:
    return Profile(
        f"user:{number}",
        f"P{number}",
        offers=(Offer(offers),) if offers else (),
        wants=(Want(wants),) if wants else (),
        languages=(Language("yo"),),
    )


def test_a_chain_begins_with_somebody_who_wants_nothing_and_has_four_people_at_most() -> None:
    people = [
        link(1, "unlisted:a"),
        *(link(at, f"unlisted:{chr(96 + at)}", f"unlisted:{chr(95 + at)}") for at in range(2, 7)),
    ]
    (chain,) = run(*people).chains
    assert chain.members == ("user:1", "user:2", "user:3", "user:4")
    assert chain.capacities == ("unlisted:a", "unlisted:b", "unlisted:c")
    assert run(*people[1:]).chains == ()  # whoever begins wants something, too
    assert run(*people[:2]).chains == ()  # two are no chain


@settings(max_examples=examples(60))
@given(seeds)
def test_a_chain_is_made_of_suggestions_and_costs_nobody_theirs(seed: int) -> None:
    profiles, history = worlds.world(seed, 40)
    wants = {one.key: bool(one.open_wants(TODAY)) for one in profiles}
    result = run(*profiles, history=history)
    links = {(one.helper, one.seeker, one.want) for one in result.matches}
    grouped = {key for group in (*result.swaps, *result.circles) for key in group.members}
    for chain in result.chains:
        assert 3 <= len(chain.members) <= 4
        assert not wants[chain.members[0]]
        steps = zip(chain.members, chain.members[1:], chain.capacities, strict=False)
        assert {*steps} <= links
        assert not grouped & {*chain.members}
        grouped |= {*chain.members}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(round_, "find_chains", lambda *_, **__: ())
        without = run(*profiles, history=history)
    assert without.matches == result.matches
    assert without.unmet == result.unmet
