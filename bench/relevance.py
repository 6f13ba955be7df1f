"""Is whoever was meant on top? Queries in many languages over a made-up movement.

    python -m bench.relevance [--people 2000] [--misses]

The queries are those of the tests (``tests/unit/search/cases/queries.toml``), each with the capacity
that it means. Precision at 3: the share of the first three results that offer it, or something
narrower. Recall: the share of everybody who offers it that is on the first pages, as many results
as there are such people. ``tuned`` are the queries that were looked at while search was made,
``kept`` those that were not, ``later`` what was written when search was done: before anybody looked
at them, precision was 0.918 and recall 0.874.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import click

from exchange.directory import load
from exchange.search import Index, Query, build_index
from tests.unit.search.movement import NOW, movement

QUERIES = Path(__file__).parents[1] / "tests/unit/search/cases/queries.toml"


def queries(which: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Return (language, text, the capacities of which any is meant)."""
    for language, lists in tomllib.loads(QUERIES.read_text("utf-8")).items():
        for text, meant in lists.get(which, ()):
            yield language, text, tuple(meant.split())


def judge(index: Index, text: str, meant: tuple[str, ...]) -> tuple[float, float]:
    """Return precision at 3 and recall of one query; what was misspelt is read as suggested."""
    offering = {index.keys[number] for id in meant for number in index.tied(id, "offer")}
    better = index.correct(text)
    query = Query(text=better.text if better else text, size=100)
    found = index.search(query, today=NOW.date())
    first = found.keys[:3]
    among = index.every(query, today=NOW.date())[: len(offering)]
    right = sum(key in offering for key in first) / min(3, len(offering))
    return min(right, 1.0), sum(key in offering for key in among) / len(offering)


@click.command(help=__doc__)
@click.option("--people", default=2_000, show_default=True)
@click.option("--misses", is_flag=True, help="List the queries whose first results are others.")
def main(people: int, misses: bool) -> None:
    """Print precision and recall of both halves."""
    directory = load()
    index = build_index(movement(people, directory=directory), directory=directory)
    for which in ("tuned", "kept", "later"):
        judged = [(one, judge(index, *one[1:])) for one in queries(which)]
        precision = sum(at_3 for _, (at_3, _) in judged) / len(judged)
        recall = sum(whole for _, (_, whole) in judged) / len(judged)
        languages = len({one[0] for one, _ in judged})
        click.echo(
            f"{which}: {len(judged)} queries, {languages} languages: "
            f"precision at 3 {precision:.3f}, recall {recall:.3f}"
        )
        for (language, text, meant), (at_3, _) in judged:
            if misses and at_3 < 1:
                click.echo(f"  {language}: {text} -> not {' or '.join(meant)} ({at_3:.2f})")


if __name__ == "__main__":
    main()
