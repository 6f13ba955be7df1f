"""Hypothesis strategies for the model's values, as wild as the model lets them be."""

from __future__ import annotations

from datetime import UTC

from hypothesis import strategies as st

from exchange.model import (
    Frequency,
    Kind,
    Language,
    Level,
    Method,
    Offer,
    Priority,
    Problem,
    Profile,
    ScorePart,
    User,
    Want,
)

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)
MOMENTS = st.datetimes(timezones=st.just(UTC))
METHODS = st.lists(st.sampled_from(Method), max_size=3, unique=True).map(tuple)
LEVELS = st.none() | st.sampled_from(Level)
NAMES = st.lists(TEXTS, max_size=3).map(tuple)

WHEREABOUTS = {
    "since": st.none() | st.dates(),
    "until": st.none() | st.dates(),
    "place": TEXTS,
}
OFFERS = st.builds(
    Offer, capacity=TEXTS, text=TEXTS, methods=METHODS, level=LEVELS, note=TEXTS, **WHEREABOUTS
)
WANTS = st.builds(
    Want,
    capacity=TEXTS,
    text=TEXTS,
    methods=METHODS,
    level=LEVELS,
    priority=st.sampled_from(Priority),
    **WHEREABOUTS,
    note=TEXTS,
    request=TEXTS,
    joined=NAMES,
    joins=st.integers(0, 99),
)
PROFILES = st.builds(
    Profile,
    key=st.integers(1, 9).map(lambda number: f"user:{number}"),
    name=TEXTS,
    kind=st.sampled_from(Kind),
    page=TEXTS,
    page_id=st.integers(0, 2**40),
    revision=st.integers(0, 2**60),
    edited=st.none() | MOMENTS,
    offers=st.lists(OFFERS, max_size=3).map(tuple),
    wants=st.lists(WANTS, max_size=3).map(tuple),
    languages=st.lists(st.builds(Language, TEXTS, st.integers(0, 6)), max_size=3).map(tuple),
    country=st.none() | st.sampled_from(["NG", "DE"]),
    region=st.none() | st.sampled_from(["SSA", "NWE"]),
    affiliations=NAMES,
    projects=NAMES,
    methods=METHODS,
    seats=st.integers(0, 99),
    timezone=st.none() | TEXTS,
    hours=st.none() | st.floats(0, 168),
    notify=st.sampled_from(Frequency),
    away=st.none() | st.dates(),
    about=TEXTS,
    contacts=NAMES,
    unanswered=st.lists(st.dates(), max_size=2).map(tuple),
)
PROBLEMS = st.builds(Problem, code=TEXTS, parameter=TEXTS, text=TEXTS, hint=TEXTS)
PARTS = st.builds(ScorePart, name=TEXTS, points=st.floats(allow_nan=False), facts=NAMES)
USERS = st.builds(
    User,
    name=TEXTS,
    id=st.integers(0, 2**40),
    local=st.booleans(),
    blocked=st.sampled_from(["", "sitewide", "partial"]),
    locked=st.booleans(),
    hidden=st.booleans(),
    temporary=st.booleans(),
    groups=st.frozensets(TEXTS, max_size=3),
    registered=st.none() | MOMENTS,
    gender=TEXTS,
)
