"""Load: the web tool on two gunicorn workers and MariaDB, while the bot runs on the same database.

Prints requests a second and latencies with the bot idle and with the bot running, and their
ratio. Ends with 1 if any answer was an error or the bot's run failed.

    python -m bench.load [--seconds 10] [--connections 8]
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.mariadb import MariaDB

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "config" / "sample" / "movement.xml.gz"
NOW = "2026-11-23T08:00:00Z"

PATHS = (
    "/", "/search?q=wikidata", "/search?offer=finance&language=en", "/capacities",
    "/capacities/finance", "/places", "/places/NG", "/map", "/reports", "/reports/gaps",
    "/requests", "/people/%s", "/api/v1/profiles?q=lua", "/status", "/metrics",
)  # fmt: skip

PAGES = """
local paths = { %s }
local at = 0
bad = 0
local threads = {}
function setup(thread) table.insert(threads, thread) end
function request()
  at = at + 1
  return wrk.format("GET", paths[(at %% #paths) + 1], {["Accept-Encoding"] = "gzip"})
end
function response(status)
  if status >= 400 then bad = bad + 1 end
end
function done()
  local all = 0
  for _, thread in ipairs(threads) do all = all + thread:get("bad") end
  io.write("errors=" .. all .. "\\n")
end
"""


@dataclass(frozen=True)
class Load:
    """What wrk said: requests a second, latencies in milliseconds, answers that were errors."""

    rate: float
    p50: float
    p99: float
    errors: int


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=10, help="how long each load lasts")
    parser.add_argument("--connections", type=int, default=8, help="how many ask at a time")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cxc-load-") as folder, MariaDB() as server:
        environment = {
            **os.environ,
            "CXC_DATABASE": server.database(),
            "CXC_WIKI": f"archive:{SAMPLE}",
            "CXC_WIKI_OUT": f"{folder}/wiki",
            "CXC_NOW": NOW,
        }
        _bot(environment, "install").wait()
        if _bot(environment, "run").wait():
            print("the first run of the bot failed")
            return 1
        return _measure(options, environment, Path(folder))


def _measure(options: argparse.Namespace, environment: dict[str, str], folder: Path) -> int:
    port = _free_port()
    script = folder / "pages.lua"
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "config/gunicorn.py"),
         "--bind", f"127.0.0.1:{port}", "--workers", "2", "--access-logfile", "/dev/null",
         "webtool.wsgi:app"],
        cwd=ROOT, env=environment, stderr=(folder / "web.log").open("w"),
    )  # fmt: skip
    try:
        _until_it_answers(f"http://127.0.0.1:{port}/status")
        paths = _paths(f"http://127.0.0.1:{port}")
        script.write_text(PAGES % ", ".join(f'"{path}"' for path in paths))
        idle = _load(port, script, options)
        bot = _bot(environment, "run", later=True)
        busy = _load(port, script, options)
        status = bot.wait()
        alive = requests.get(f"http://127.0.0.1:{port}/status", timeout=30).status_code
    finally:
        web.terminate()
        web.wait(30)
    for label, load in (("bot idle", idle), ("bot running", busy)):
        print(
            f"{label:12} {load.rate:8.0f} requests/s   p50 {load.p50:7.1f} ms   "
            f"p99 {load.p99:7.1f} ms   {load.errors} errors"
        )
    print(f"ratio of rates {busy.rate / idle.rate:.2f}; the bot ended with {status}")
    trace = (folder / "web.log").read_text()
    if "Traceback" in trace:
        print(trace)
    return int(bool(idle.errors or busy.errors or status or alive != 200 or "Traceback" in trace))


def _paths(server: str) -> list[str]:
    """The paths to ask for, each tried once: a path that is wrong would measure an error page."""
    page = requests.get(f"{server}/search", timeout=60).text
    person = _found(r'href="/people/([^"?]+)', page)
    paths = [path % person if "%s" in path else path for path in PATHS]
    for path in paths:
        requests.get(f"{server}{path}", timeout=60).raise_for_status()
    return paths


def _load(port: int, script: Path, options: argparse.Namespace) -> Load:
    done = subprocess.run(
        ["wrk", "-t", "1", "-c", str(options.connections), "-d", f"{options.seconds}s",
         "--timeout", "30s", "--latency", "-s", str(script), f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rate = float(_found(r"Requests/sec:\s+([\d.]+)", done.stdout))
    broken = sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout) (\d+)", done.stdout))
    return Load(
        rate,
        _milliseconds(_found(r"50%\s+(\S+)", done.stdout)),
        _milliseconds(_found(r"99%\s+(\S+)", done.stdout)),
        int(_found(r"errors=(\d+)", done.stdout)) + broken,
    )


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk did not say {pattern}: {text}")
    return match[1]


def _milliseconds(text: str) -> float:
    for unit, factor in (("us", 0.001), ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return float(text)


def _bot(
    environment: dict[str, str], command: str, *, later: bool = False
) -> subprocess.Popen[bytes]:
    # A week later there is something to do again: new suggestions, notices and reports.
    now = {"CXC_NOW": "2026-12-08T08:00:00Z"} if later else {}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", command, "--json"],
        cwd=ROOT,
        env=environment | now,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _until_it_answers(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if requests.get(address, timeout=10).status_code == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{address} does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
