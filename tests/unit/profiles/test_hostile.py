"""Pages made to hurt: two megabytes of anything are read within bounds, and never raise.

Two megabytes are the most that a wiki keeps; a twentieth of that is tried with every run of the tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from exchange.wikitext.preprocessor import parse_page

ROOT = Path(__file__).parents[3]
SIZES = [
    pytest.param(100_000, id="a_twentieth"),
    pytest.param(2_000_000, id="2_MB", marks=pytest.mark.slow),
]
PROFILE = "{{Capacity Exchange profile|offers="

HOSTILE = {
    "templates that never close": "{{a|",
    "one run of opening braces": "{",
    "profiles that never close": PROFILE,
    "links that never close": "[[a",
    "arguments that never close": "{{{a|",
    "conversions that never close": "-{{a|",
    "tags that never close": "<nowiki>",
    "tags without an end": "<nowiki ",
    "comments that never close": "<!--",
    "comments in a row": "<!---->",
    "comments on lines of their own": "\n <!-- --> ",
    "headings that never end": "\n==a{{b",
    "line after line of equals signs": "\n=",
    "empty templates": "{{}}",
    "empty profiles": "{{Capacity Exchange profile}}",
    "profiles full of items": "{{Capacity Exchange profile|offers=" + "a, " * 3000 + "}}",
    "profiles full of brackets": "{{Capacity Exchange profile|wants=" + "x (" * 9000 + "}}",
    "profiles full of dashes": "{{Capacity Exchange profile|wants=" + "x - ," * 6000 + "}}",
    "profiles full of bullets": "{{Capacity Exchange profile|offers=" + "\n* (" * 9000 + "}}",
    "profiles full of templates": PROFILE + "{{Capacity|x}}" * 2000 + "}}",
    "profiles full of parameters": "{{Capacity Exchange profile" + "|x=1" * 9000 + "}}",
    "profiles full of links": "{{Capacity Exchange profile|about="
    + "[[a|" * 9000
    + "]]" * 9000
    + "}}",
    "profiles full of entities": "{{Capacity Exchange profile|about=" + "&amp;" * 9000 + "}}",
    "requests in a row": "{{Capacity Exchange request|want=Wikidata}}",
    "Babel boxes in a row": "{{#babel:en|de|fr}}",
}
WHOLE: dict[str, Callable[[int], str]] = {
    "braces and their match": lambda size: "{" * (size // 2) + "}" * (size // 2),
    "templates nested as deep as can be": lambda size: "{{a" * (size // 5) + "}}" * (size // 5),
    "one template of nothing but pipes": lambda size: "{{" + "|" * (size - 4) + "}}",
    "one profile of nothing but pairs": lambda size: PROFILE + "|=" * (size // 2) + "}}",
    "spaces before a comment": lambda size: "\n" + " " * size + "<!-- -->",
    "a tag's name in every case": lambda size: "".join(
        "<"
        + "".join(c.upper() if at >> bit & 1 else c for bit, c in enumerate("syntaxhighlight"))
        + ">"
        for at in range(size // 17)
    ),
}

GUARDED = """
import os, resource, sys
from datetime import date
from exchange.wikitext import bots_template
from exchange.directory import load
from exchange.profiles import PageReading, TemplateNames, read_page
from tests.unit.profiles.test_hostile import HOSTILE, WHOLE, page
names, directory, size = TemplateNames(), load(), int(sys.argv[1])
for name in [*HOSTILE, *WHOLE]:
    text = page(name, size)
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        found = read_page(text, names=names, directory=directory, today=date(2026, 11, 23), title="User:A")
        bots_template.check_bots(text[:200_000], bot="Exchange Bot")  # The same scan; once is enough.
        assert PageReading.from_json(found.to_json()) == found
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(name, len(found.problems), used, sep=":", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def page(name: str, size: int) -> str:
    """Return a hostile page of about this size: of one piece at least."""
    if name in WHOLE:
        return WHOLE[name](size)
    return HOSTILE[name] * max(1, size // len(HOSTILE[name]))


@cache
def measured(size: int) -> dict[str, tuple[int, int]]:
    """Read every page in a process of its own: {name: (problems, megabytes at most)}."""
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(size)],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=True,
    )
    rows = (line.split(":") for line in done.stdout.splitlines())
    return {name: (int(problems), int(megabytes)) for name, problems, megabytes in rows}


@pytest.mark.xdist_group("hostile")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*HOSTILE, *WHOLE], ids=lambda name: name.replace(" ", "_"))
def test_a_page_of_two_megabytes_is_read_within_300_megabytes(name: str, size: int) -> None:
    # Each has a minute of the processor, twelve times the bar, for busy machines; the test below
    # shows that the work is in proportion to the text.
    assert name in measured(size)
    problems, megabytes = measured(size)[name]
    assert problems <= 100
    assert megabytes <= 300


def steps(text: str) -> int:
    """How many lines of Python the scan of a text executes."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        parse_page(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", sorted(HOSTILE), ids=lambda name: name.replace(" ", "_"))
def test_twice_the_text_takes_at_most_twice_the_steps(name: str) -> None:
    piece = HOSTILE[name]
    few = max(1, 4_000 // len(piece))
    once, twice = steps(piece * few), steps(piece * few * 2)
    assert twice <= 2.1 * once + 100
