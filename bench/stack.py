"""Stack: searching through the whole web tool, in process, and on gunicorn under load."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import event

from bench.timing import measured, told
from exchange.directory import Directory
from exchange.settings import load as load_settings
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.unit.search.movement import NOW, movement
from tests.unit.web.site import addresses
from webtool import create_app
from webtool.context import context, language_caches

SIZES = (20, 50, 100)
MORE = {
    "csv": "/search.csv", "feed": "/feeds/offers.atom", "metrics": "/metrics",
    "api": "/api/v1/profiles?size=100", "api-requests": "/api/v1/requests?size=100",
    "api-capacities": "/api/v1/capacities", "unlisted": "/capacities/unlisted:oral%20history",
}  # fmt: skip
PATHS = """
local paths = {{ {} }}
local at = 0
request = function()
  at = at + 1
  return wrk.format("GET", paths[at % #paths + 1])
end
"""


def filled(path: Path, size: int, directory: Directory) -> dict[str, str]:
    """Make a database of made-up profiles; give the environment of a tool over it."""
    store = Store.open(f"sqlite:///{path}")
    batch = []
    for profile in movement(size, directory=directory):
        batch.append(profile)
        if len(batch) == 5000:
            store.profiles.save_many(batch)
            batch = []
    store.profiles.save_many(batch)
    store.metadata.set(INDEX_VERSION, "bench", at=NOW)
    store.close()
    return {"CXC_DATABASE": f"sqlite:///{path}", "CXC_NOW": NOW.isoformat()}


def pages(
    environment: dict[str, str],
    directory: Directory,
    *,
    typical: Sequence[str],
    worst: Sequence[str],
    rounds: int,
) -> None:
    """Print what pages take in process, and how many queries they ask."""
    app = create_app(load_settings(environment))
    client = app.test_client()
    begun = time.thread_time()
    client.get("/search")
    print(f"  first page after {time.thread_time() - begun:.1f} s (CPU)", flush=True)
    with app.app_context():
        index = context().snapshots.current(context().today).index

    def page(query: str) -> None:
        index._found.cache_clear()  # The next reader asks for other words.
        assert client.get(f"/search?{query}").status_code == 200

    def anew(query: str) -> None:
        for cache in language_caches.values():
            cache.cache_clear()
        page(query)

    def data(query: str) -> None:
        index._found.cache_clear()
        assert client.get(f"/api/v1/profiles?{query}").status_code == 200

    told("pages, typical", measured(page, typical, rounds))
    told("pages, worst (up to 100 cards)", measured(page, worst, rounds))
    told("pages, typical, every piece made anew", measured(anew, typical, rounds))
    told("pages, worst, every piece made anew", measured(anew, worst, rounds))
    told("API, typical", measured(data, typical, rounds))
    for name, cache in language_caches.items():
        info = cache.cache_info()
        if info.currsize * 2 > info.maxsize:
            print(f"  kept by {name}: {info.currsize:,} of {info.maxsize:,}")
    _queries(app, directory)


def _queries(app: Flask, directory: Directory) -> None:
    """Print how many queries pages ask, once what is read once for a state of the store is."""
    client = app.test_client()
    asked: list[str] = []
    with app.app_context():
        engine = context().store.database.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def count(page: str) -> int:
        asked.clear()
        client.get(page)
        return sum(one.lstrip()[:6].upper() in ("SELECT", "INSERT", "UPDATE") for one in asked)

    event.listen(engine, "before_cursor_execute", note)
    by_size = {size: count(f"/search?q=wikidata&size={size}") for size in SIZES}
    every = {**addresses(movement(60, directory=directory)), **MORE}
    first = {name: count(page) for name, page in every.items()}
    again = {name: count(page) for name, page in every.items()}
    event.remove(engine, "before_cursor_execute", note)
    told_ = ", ".join(f"{number} with {size} cards" for size, number in by_size.items())
    most, least = max(again, key=again.__getitem__), max(first, key=first.__getitem__)
    print(f"  queries of a search page: {told_}")
    print(
        f"  queries of any of {len(again)} public pages: at most {again[most]} ({most}); "
        f"the first time after the bot wrote: {first[least]} ({least})",
        flush=True,
    )


@contextmanager
def served(environment: dict[str, str], workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """Serve on gunicorn; give the address and the process, once every worker has its index."""
    port = 8500 + os.getpid() % 400
    command = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--timeout", "180",
               "--bind", f"127.0.0.1:{port}", "webtool.wsgi:app"]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(3 * workers):
            _patiently(f"{address}/search")
        yield address, psutil.Process(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def under_load(
    environment: dict[str, str], folder: Path, queries: Sequence[str], seconds: int
) -> None:
    """Print requests a second under wrk, and the memory of the workers."""
    if not shutil.which("wrk"):
        print("  wrk is not there: no requests a second")
        return
    with served(environment, 2) as (address, server):
        for name, path in (("search pages", "/search"), ("the API", "/api/v1/profiles")):
            script = folder / "paths.lua"
            quoted = ", ".join(f'"{path}?{query}"' for query in queries)
            script.write_text(PATHS.format(quoted), encoding="utf-8")
            said = subprocess.run(
                ["wrk", "-t2", "-c8", f"-d{seconds}s", "--latency", "-s", str(script), address],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            lines = {
                line.split()[0]: line.split()[-1] for line in said.splitlines() if line.strip()
            }
            bad = "; some answers were errors" if "Non-2xx" in said else ""
            print(
                f"  wrk, 2 workers, 8 at a time, {name:<12} {lines['Requests/sec:']:>8} a second, "
                f"p50 {lines['50%']}, p99 {lines['99%']}{bad}",
                flush=True,
            )
        held = [one.memory_full_info().uss / 2**20 for one in server.children()]
        print(f"  memory of the workers: {' and '.join(f'{one:.0f}' for one in held)} MiB")


def _patiently(address: str, seconds: float = 400) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=180) as answer:
                answer.read()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
