"""Pages made to hurt: two megabytes of anything are read within bounds, and never raise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from exchange.template.scan import scan

ROOT = Path(__file__).parents[2]
SIZE = 2_000_000
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
WHOLE = {
    "braces and their match": "{" * (SIZE // 2) + "}" * (SIZE // 2),
    "templates nested as deep as can be": "{{a" * (SIZE // 5) + "}}" * (SIZE // 5),
    "one template of nothing but pipes": "{{" + "|" * (SIZE - 4) + "}}",
    "one profile of nothing but pairs": PROFILE + "|=" * (SIZE // 2) + "}}",
    "spaces before a comment": "\n" + " " * SIZE + "<!-- -->",
    "a tag's name in every case": "".join(
        "<"
        + "".join(c.upper() if at >> bit & 1 else c for bit, c in enumerate("syntaxhighlight"))
        + ">"
        for at in range(SIZE // 17)
    ),
}

GUARDED = """
import os, resource, sys
from datetime import date
from exchange import consent
from exchange.directory import load
from exchange.template import Names, Reading, read
from tests.template.test_hostile import HOSTILE, SIZE, WHOLE, page
names, directory = Names(), load()
for name in [*HOSTILE, *WHOLE]:
    text = page(name)
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        found = read(text, names=names, directory=directory, today=date(2026, 11, 23), title="User:A")
        consent.verdict(text[: SIZE // 10], bot="Exchange Bot")  # The same scan; once is enough.
        assert Reading.from_json(found.to_json()) == found
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(name, len(found.problems), size, sep=":", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def page(name: str) -> str:
    return WHOLE[name] if name in WHOLE else HOSTILE[name] * (SIZE // len(HOSTILE[name]))


@pytest.fixture(scope="module")
def measured() -> dict[str, tuple[int, int]]:
    """Read every page in a process of its own: {name: (problems, megabytes at most)}."""
    done = subprocess.run(
        [sys.executable, "-c", GUARDED], capture_output=True, encoding="utf-8", cwd=ROOT, check=True
    )
    rows = (line.split(":") for line in done.stdout.splitlines())
    return {name: (int(problems), int(megabytes)) for name, problems, megabytes in rows}


@pytest.mark.xdist_group("hostile")
@pytest.mark.parametrize("name", [*HOSTILE, *WHOLE], ids=lambda name: name.replace(" ", "_"))
def test_a_page_of_two_megabytes_is_read_within_300_megabytes(
    name: str, measured: dict[str, tuple[int, int]]
) -> None:
    # Each has a minute of the processor, twelve times the bar, for busy machines; the test below
    # shows that the work is in proportion to the text.
    assert name in measured
    problems, megabytes = measured[name]
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
        scan(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", sorted(HOSTILE), ids=lambda name: name.replace(" ", "_"))
def test_twice_the_text_takes_at_most_twice_the_steps(name: str) -> None:
    piece = HOSTILE[name]
    few = max(1, 4_000 // len(piece))
    once, twice = steps(piece * few), steps(piece * few * 2)
    assert twice <= 2.1 * once + 100
