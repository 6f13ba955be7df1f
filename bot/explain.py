"""Explain: why somebody is suggested to somebody, part by part, or why not."""

from __future__ import annotations

from datetime import datetime

from bot.directory import known
from exchange.errors import StoreError
from exchange.matching.build import build
from exchange.matching.explain import WhyNot
from exchange.matching.explain import explain as explained
from exchange.matching.history import History
from exchange.matching.period import period_of
from exchange.matching.weights import load_weights
from exchange.model import Match, Profile, Status, Suggestion
from exchange.store import Store


def explain(
    *, store: Store, now: datetime, seeker: str, helper: str
) -> Match | WhyNot | Suggestion:
    """Score one helper for one seeker as the next round would; each is a user name or a key.

    Where somebody was told of this pair already, that suggestion: why it was made, and what became
    of it. ``StoreError`` where there is no such profile.
    """
    weights = load_weights()
    today, period = now.date(), period_of(now.date(), weights.bounds.period_days)
    with store.snapshot():
        people = {profile.key: profile for profile in store.profiles.all()}
        history = History.of(
            store.suggestions.history(), today=today, period=period, bounds=weights.bounds
        )
        two = [_find(store, name) for name in (seeker, helper)]
        told = [
            one
            for one in store.suggestions.of(two[0].key)
            if (one.match.seeker, one.match.helper) == (two[0].key, two[1].key)
            and one.status not in (Status.PLANNED, Status.WITHDRAWN)
        ]
    if told:
        return told[-1]
    directory = known(store)
    everyone = people | {profile.key: profile for profile in two}
    market = build(
        everyone.values(), directory=directory, weights=weights, history=history, today=today
    )
    return explained(
        *two, directory=directory, weights=weights, today=today, history=history, market=market
    )


def _find(store: Store, name: str) -> Profile:
    bare = name.partition(":")[2] if name.startswith("User:") else name
    found = store.profiles.get(name) or store.profiles.by_name(bare.replace("_", " "))
    if found is None:
        raise StoreError(
            f"there is no profile of {name}; write a user name as on the wiki, or a key such as "
            "user:123 (and harvest first)"
        )
    return found
