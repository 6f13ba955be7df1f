"""A database that is new, restored or rebuilt sends nothing until somebody has looked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.notify import notify_people
from bot.notify.history import CONFIRMED, check_history
from bot.recover import confirm_history, recover_history
from bot.wiki import Edit
from exchange.store import Store
from exchange.store.erasure import erase_person
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.schema import notice
from exchange.store.schema import run as run_table
from tests.integration.delivery.world import BOT, World, confirm_own_history, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]


def test_a_new_database_sends_nothing_until_it_is_recovered_and_confirmed(
    world_of: Callable[..., World], tmp_path: Path
) -> None:
    """Eight notices stay eight: the wiki shows what the records lack."""
    names = [f"Told{number}" for number in range(4)]
    world = world_of(*names)
    assert world.run().sent == 4
    world.store.close()
    world.database = f"sqlite:///{tmp_path}/new.db"
    world.store = Store.open(world.database)
    people = [world.name[name] for name in names]
    world.match(people, period="2026-W50")
    held = world.run(confirmed=False)
    assert (held.sent, held.because) == (0, {"history-lost": 4})
    recover_history(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now,
    )
    held = world.run(confirmed=False)
    assert (held.sent, held.because) == (0, {"history-lost": 4})
    assert all(world.copies(name) == 1 for name in people)
    assert confirm_history(store=world.store, now=datetime.now(UTC)).confirmed == 1
    assert world.run(confirmed=False).because == {}
    assert all(world.copies(name) == 1 for name in people)


def test_lost_commits_are_noticed(world_of: Callable[..., World]) -> None:
    """One row that the database lost is enough: the same check finds it."""
    world = world_of("Lost")
    before = datetime.now(UTC)
    world.run()
    world.store.metadata.set(CONFIRMED, before.isoformat(), at=before)
    wiki = live(world.wiki)
    assert check_history(world.store, wiki, me=BOT, now=world.now) is None
    (row,) = world.store.notices.sent()
    with world.store.database.writing() as connection:
        connection.execute(delete(notice).where(notice.c.id == row.id))
    lost = check_history(world.store, wiki, me=BOT, now=world.now)
    assert lost is not None
    assert "recover" in lost.detail


def test_the_page_itself_shows_what_the_records_lack(world_of: Callable[..., World]) -> None:
    """Though nothing else was noticed: a page with a notice that we do not know gets no other."""
    world = world_of("Shown")
    name = world.name["Shown"]
    world.run()
    with world.store.database.writing() as connection:
        connection.execute(delete(notice))
    world.match([name], period="2026-W50")
    assert world.run().because == {"history-lost": 1}
    assert world.copies(name) == 1


KEY = "an-erasure-key-of-32-characters!!"


def restore(world: World, copy: Path) -> None:
    """Bring an old copy of the database back, as an operator does after a loss."""
    world.store.close()
    shutil.copy(copy, world.database.removeprefix("sqlite:///"))
    world.store = Store.open(world.database)


def test_an_old_copy_of_the_database_sends_nothing_twice_and_nobody_forgotten_returns(
    world_of: Callable[..., World], tmp_path: Path
) -> None:
    """Copied before anybody was told; then told, refused, forgotten; then the copy is back."""
    world = world_of("Told", "Forgotten", "Later")
    names = {each: world.name[each] for each in ("Told", "Forgotten", "Later")}
    trial = tuple(names[each] for each in ("Told", "Forgotten"))
    log = tmp_path / "erasures"
    keys = {"CXC_ERASURE_KEYS": KEY, "CXC_ERASURE_LOG": str(log)}
    confirm_history(store=world.store, now=datetime.now(UTC) + timedelta(seconds=1))
    copy = tmp_path / "copy.db"
    world.store.copy_into(f"sqlite:///{copy}").close()
    assert world.run(trial=trial).sent == 2
    account = world.ids[names["Forgotten"]]
    marks = ErasureMarks(world.store.database, secrets=[KEY.encode()], log=log)
    erase_person(world.store, account, marks=marks, at=world.now)
    restore(world, copy)
    options = {
        "settings": settings_for(world.wiki, world.database, **keys),
        "store": world.store,
        "wiki": live(world.wiki),
        "now": world.now,
    }
    held = notify_people(**options)
    assert (held.sent, set(held.because)) == (0, {"history-lost"})
    assert world.store.profiles.get(f"user:{account}") is None, "gone again before anything else"
    recovered = recover_history(**options)
    assert (recovered.told >= 1, recovered.erased) == (True, 1)
    known = {row.name for row in world.store.notices.sent()}
    assert (names["Told"] in known, names["Forgotten"] in known) == (True, False)
    held = notify_people(**options)
    assert (held.sent, set(held.because)) == (0, {"history-lost"})
    confirm_history(store=world.store, now=datetime.now(UTC))
    assert notify_people(**options).sent == 1
    assert [world.copies(name) for name in names.values()] == [1, 1, 1]
    assert notify_people(**options).sent == 0


def test_a_copy_that_lacks_no_notice_is_noticed_by_the_file_of_the_forgotten(
    world_of: Callable[..., World], tmp_path: Path
) -> None:
    """Nobody was told since it was made; but somebody said a word that only the file knows."""
    world = world_of("Waiting", "Forgotten")
    log = tmp_path / "erasures"
    keys = {"CXC_ERASURE_KEYS": KEY, "CXC_ERASURE_LOG": str(log)}
    copy = tmp_path / "copy.db"
    world.store.copy_into(f"sqlite:///{copy}").close()
    account = world.ids[world.name["Forgotten"]]
    marks = ErasureMarks(world.store.database, secrets=[KEY.encode()], log=log)
    erase_person(world.store, account, marks=marks, at=world.now)
    restore(world, copy)
    settings = settings_for(world.wiki, world.database, **keys)
    options = {"settings": settings, "store": world.store, "now": world.now}
    held = notify_people(**options, wiki=live(world.wiki))
    assert (held.sent, held.because) == (0, {"history-lost": 1})
    confirm_history(store=world.store, now=datetime.now(UTC))
    assert notify_people(**options, wiki=live(world.wiki)).sent == 1
    assert world.copies(world.name["Forgotten"]) == 0


def test_a_copy_that_lacks_no_notice_is_noticed_by_a_report_it_knows_no_run_of(
    world_of: Callable[..., World],
) -> None:
    """What people said in the tool since it was made is in neither: so nothing is sent."""
    world = world_of("Waiting")
    report = f"Capacity Exchange/Reports/Test of {world.name['Waiting']}"
    wiki, text = live(world.wiki), "A report."
    confirm_own_history(world.store)
    confirmed = datetime.fromisoformat(world.store.metadata.get(CONFIRMED) or "")
    run = world.store.runs.begin("publish", at=datetime.now(UTC))
    saved = wiki.save(edit=Edit(title=report, text=text, summary="x"))
    while saved.timestamp is None or saved.timestamp < confirmed:  # the wiki counts whole seconds
        text += " More."
        saved = wiki.save(edit=Edit(title=report, text=text, summary="x"))
    world.store.runs.end(run, at=datetime.now(UTC), status=0, counts={})
    asked = {"me": BOT, "now": datetime.now(UTC), "reports": "Capacity Exchange/Reports"}
    assert check_history(world.store, wiki, **asked) is None
    with world.store.database.writing() as connection:
        connection.execute(delete(run_table))
    lost = check_history(world.store, wiki, **asked)
    assert lost is not None
    assert f"{report} was written after this database was copied" in lost.detail
    assert world.run(confirmed=False).because == {"history-lost": 1}
    confirm_own_history(world.store)
    assert world.run(confirmed=False).sent == 1, "once somebody has looked"
