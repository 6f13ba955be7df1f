"""Whom somebody would be matched with, told as soon as their profile is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from exchange.directory import load
from exchange.matching import Lookup
from exchange.model import Language, Match, Offer, Profile, Suggestion, Want
from exchange.store import Store
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over
from webtool.suggest import MAX_SUGGESTIONS, MatchPreview, preview_matches

CROWD = 80
"""More than were once looked at: the first sixty who want the very capacity that is offered."""

YORUBA, FINNISH = Language("yo", 5), Language("fi", 5)
HELPER = Profile(
    "user:900", "Sample Helper", page_id=900, edited=NOW, languages=(YORUBA,),
    offers=(Offer("lua"),), seats=5,
)  # fmt: skip
BEHIND_THE_CROWD = Profile(
    "user:801", "Sample Behind", page_id=801, edited=NOW, languages=(YORUBA,), wants=(Want("lua"),)
)
WANTS_BROADER = replace(
    BEHIND_THE_CROWD, key="user:802", name="Sample Broader", page_id=802, wants=(Want("templates"),)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A crowd whose language the helper does not speak, and two behind it whose language it is."""
    opened = Store.open(f"sqlite:///{tmp_path}/one.db")
    crowd = [
        replace(
            BEHIND_THE_CROWD,
            key=f"user:{at + 1}",
            name=f"Sample {at}",
            page_id=at + 1,
            languages=(FINNISH,),
        )
        for at in range(CROWD)
    ]
    opened.profiles.save_many([*crowd, BEHIND_THE_CROWD, WANTS_BROADER])
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Flask:
    return app_over(tmp_path / "one.db")


def preview(app: Flask, profile: Profile) -> MatchPreview:
    with app.test_request_context("/"):
        return preview_matches(profile)


def names(preview: MatchPreview) -> set[str]:
    return {one.other.name for one in preview.seekers}


def test_everybody_who_could_be_helped_is_looked_at(app: Flask) -> None:
    assert "Sample Behind" in names(preview(app, HELPER))
    assert not any(name.startswith("Sample 7") for name in names(preview(app, HELPER)))


def test_a_broader_want_can_be_met_as_well(app: Flask, store: Store) -> None:
    broader = load().broader("lua")[0]
    store.profiles.save_many([replace(WANTS_BROADER, wants=(Want(broader),))])
    assert "Sample Broader" in names(preview(app, HELPER))


def test_pairs_that_were_suggested_before_are_left_out(app: Flask, store: Store) -> None:
    match = Match(BEHIND_THE_CROWD.key, HELPER.key, "lua", "lua", 50.0)
    (planned,) = store.suggestions.plan([Suggestion(match, "2026-W48", created_at=NOW)])
    assert "Sample Behind" in names(preview(app, HELPER)), "nobody was told of it yet"
    store.suggestions.mark_notified([planned.id], at=NOW)
    assert "Sample Behind" not in names(preview(app, HELPER))


def test_each_person_comes_once_and_not_too_many_come(app: Flask, store: Store) -> None:
    store.profiles.save_many(
        replace(
            BEHIND_THE_CROWD, key=f"user:{at}", name=f"Many {at}", page_id=at,
            wants=(Want("lua"), Want("templates")),
        )
        for at in range(810, 830)
    )  # fmt: skip
    shown = preview(app, replace(HELPER, offers=(Offer("lua"), Offer("templates")))).seekers
    assert len(shown) == len({one.other.key for one in shown}) == MAX_SUGGESTIONS
    scores = [one.match.score for one in shown]
    assert scores == sorted(scores, reverse=True)


def test_a_save_puts_nobody_but_the_saved_profile_into_columns(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview(app, HELPER)
    built: list[int] = []
    columns = Lookup._columns

    def noted(self: Lookup, profiles: Any) -> Any:
        some = list(profiles)
        built.append(len(some))
        return columns(self, some)

    monkeypatch.setattr(Lookup, "_columns", noted)
    preview(app, HELPER)
    assert max(built) == 1
