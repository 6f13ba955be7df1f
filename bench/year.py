"""A simulated year of the exchange: who is served, how often people are written to, what comes of it.

    python -m bench.year [--periods 26] [--seeds 6] [--rate NAME=VALUE]

The people are those of the sample movement (made up), matched by the same code as the bot does,
every two weeks. They come, answer, meet and leave by RATES, most of them assumptions and not
findings: the figures compare one way of running the exchange with another under the same rates, and
foretell nothing. Change a rate and see what depends on it.

Each year has its own seed, the same for every scenario. One change moves who is suggested to whom
ever after, so two scenarios differ by chance as well: a difference counts only if it has the same
sign in all years, and is called noise otherwise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap

from bench.simulation import FEATURES, RATED, RATES, Scenario, Simulation
from exchange.directory import load as load_directory
from exchange.matching import Weights, load_weights
from exchange.model import Profile
from exchange.store import Store

COLUMNS = """got a yes: people, from somebody they asked for; told: suggestions; helpers: learners who
now offer what they learnt; messages: to each person in the year; most load: suggestions at a time"""


def scenarios(weights: Weights) -> list[Scenario]:
    """How it is, without each feature, without all of them, and with one thing changed."""
    one_each = weights.model_copy(
        update={"bounds": weights.bounds.model_copy(update={"suggestions": 1})}
    )
    one_way = weights.model_copy(
        update={
            "points": weights.points.model_copy(update={"reciprocity": 0}),
        }
    )
    return [
        Scenario("as it is", weights),
        *(Scenario(f"no {name}", weights, without=(name,)) for name in FEATURES),
        Scenario("none of these", weights, without=FEATURES),
        Scenario("a tenth waits", weights, 0.1),
        Scenario("one suggestion", one_each),
        Scenario("no points both ways", one_way),
    ]


def sample() -> list[Profile]:
    """The people of the sample movement, read as the bot does."""
    root = Path(__file__).parents[1]
    with TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/exchange.db"
        settings = {
            "CXC_WIKI": f"archive:{root / 'config/sample/movement.xml.gz'}",
            "CXC_WIKI_OUT": f"{folder}/wiki",
            "CXC_DATABASE": database,
        }
        subprocess.run(
            [sys.executable, "-m", "bot", "harvest", "--json"],
            cwd=root,
            env=os.environ | settings,
            capture_output=True,
            check=True,
        )
        store = Store.open(database)
        people = store.profiles.all()
        store.close()
    return people


def format_cell(values: Sequence[float]) -> str:
    """Return the mean of several years and half their spread: ``154 ±6``."""
    mean, half = sum(values) / len(values), (max(values) - min(values)) / 2
    digits = 0 if mean >= 20 else 1 if mean >= 4 else 2
    return f"{mean:.{digits}f} ±{half:.{digits}f}"


def format_difference(values: Sequence[float]) -> str:
    """Return the mean difference of the same years; in brackets where it is noise."""
    mean = sum(values) / len(values)
    text = (
        f"{mean:+.0f}" if abs(mean) >= 5 else f"{mean:+.1f}" if abs(mean) >= 1 else f"{mean:+.2f}"
    )
    same_sign = min(values) > 0 or max(values) < 0
    return text if same_sign else "=" if not any(values) else f"({text})"


Figures = Mapping[str, Sequence[float]]
"""The figures of several years of one scenario, by name."""


def format_rows(figures: Mapping[str, Figures]) -> list[str]:
    """Return the two tables: each scenario's figures, and its differences from the first one's."""
    (_, first), *others = figures.items()

    def line(name: str, cells: Iterable[str]) -> str:
        return f"{name:>20}" + "".join(f"{cell:>11}" for cell in cells)

    lines = [line("", first)]
    lines += [line(name, map(format_cell, row.values())) for name, row in figures.items()]
    lines += ["", line("difference", first)]
    for name, row in others:
        apart = [
            [one - other for one, other in zip(row[head], first[head], strict=True)]
            for head in first
        ]
        lines.append(line(name, map(format_difference, apart)))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--periods", type=int, default=26, help="of two weeks each (26: a year)")
    parser.add_argument("--seeds", type=int, default=6, help="how many years (6)")
    parser.add_argument("--rate", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    rates = RATES | {
        name: float(value) for name, _, value in (one.partition("=") for one in options.rate)
    }
    if rates.keys() != RATES.keys():
        parser.error(f"the rates are {', '.join(RATES)}")
    people, directory = sample(), load_directory()
    print(f"{len(people)} made-up people, {options.periods} periods, {options.seeds} years\n")
    for name, rate in RATED.items():
        source = f" [{rate.source}]" if rate.source and rates[name] == rate.value else ""
        print(
            *wrap(f"{name} {rates[name]:g} {rate.what}{source}", 100, subsequent_indent="    "),
            sep="\n",
        )
    print("\nAssumed where no source is given.", COLUMNS, sep="\n")
    print("± half the spread over the years; differences in brackets are noise, = is none.\n")
    figures: dict[str, Figures] = {}
    for scenario in scenarios(load_weights()):
        years = [
            Simulation(people, directory, scenario, rates=rates, seed=seed)
            .run(options.periods)
            .figures()
            for seed in range(options.seeds)
        ]
        figures[scenario.name] = {name: [year[name] for year in years] for name in years[0]}
    print(*format_rows(figures), sep="\n")


if __name__ == "__main__":
    main()
