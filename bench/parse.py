"""Parse: pages a second, against mwparserfromhell on the whole page, with identical profiles.

The pages are made up by a committed generator with a fixed seed: user pages of 2 to 20 KB with
boxes, prose, links, lists, tables, references and HTML; with and without a profile. Both ways
end in the same reading of values, and every page's two readings are compared.

    python -m bench.parse [--quick] [--pages N] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from datetime import date

import mwparserfromhell

from exchange.directory import Directory, load
from exchange.languages import all_codes
from exchange.profiles.document import PageReading
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page

TODAY = date(2026, 11, 23)
NAMES = TemplateNames()
GOAL = 15.0

_WORDS = """
a about after all also an and article because been but by can community could day edit editor
event first for from group has have help here history how if image in into is it its language
learn list local made many member more most my new not of on one only or other our page people
photo project read review school share since some source state story talk than that the their
them there these they this time to town translation two us village was we week were what when
where which who will with work workshop would write year you
"""
WORDS = _WORDS.split()
BOXES = ("User en", "Userbox", "User WikiProject", "User contrib", "Userpage", "Clear", "Navbox")
METHODS = ("mentoring", "coaching", "training", "tutoring")
LEVELS = ("basic", "intermediate", "advanced", "expert")


def sentence(chance: random.Random) -> str:
    words = chance.choices(WORDS, k=chance.randint(6, 18))
    at = chance.randrange(len(words))
    markup = chance.random()
    if markup < 0.35:
        words[at] = f"[[{words[at].title()} {words[0]}|{words[at]}]]"
    elif markup < 0.45:
        words[at] = f"'''{words[at]}'''"
    elif markup < 0.52:
        words[at] = f"''{words[at]}''"
    elif markup < 0.58:
        words[at] += f"<ref>{{{{cite web|url=https://example.org/{at}|title={words[0]}}}}}</ref>"
    elif markup < 0.62:
        words[at] = f"[https://example.org/{words[at]} {words[at]}]"
    return " ".join(words).capitalize() + "."


def block(chance: random.Random) -> str:
    match chance.randrange(9):
        case 0:
            title = " ".join(chance.choices(WORDS, k=2)).title()
            return f"== {title} ==\n{sentence(chance)}"
        case 1:
            rows = (f"| {sentence(chance)} || {chance.randrange(999)}\n|-" for _ in range(4))
            return '{| class="wikitable"\n! A !! B\n|-\n' + "\n".join(rows) + "\n|}"
        case 2:
            return "\n".join(f"* {sentence(chance)}" for _ in range(chance.randint(2, 6)))
        case 3:
            name = chance.choice(BOXES)
            return f"{{{{{name}|id={chance.choice(WORDS)}|info={sentence(chance)}|color=#eee}}}}"
        case 4:
            style = 'style="border:1px solid #aaa; padding:4px"'
            return f"<div {style}>{sentence(chance)}<br>{sentence(chance)}</div>"
        case 5:
            word = chance.choice(WORDS)
            return f"[[File:{word.title()}.jpg|thumb|left|{sentence(chance)}]]"
        case _:
            return " ".join(sentence(chance) for _ in range(chance.randint(2, 7)))


def item(chance: random.Random, names: Sequence[str]) -> str:
    name = chance.choice(names)
    style = chance.random()
    if style < 0.2:
        return f"{name} ({chance.choice(METHODS)}; {chance.choice(LEVELS)})"
    if style < 0.3:
        return f"{name} – {' '.join(chance.choices(WORDS, k=4))}"
    if style < 0.4:
        return f"{{{{Capacity|{name}|level={chance.choice(LEVELS)}}}}}"
    return f"[[{name}]]" if style < 0.45 else name


def profile(chance: random.Random, names: Sequence[str]) -> str:
    def several(count: int) -> str:
        return "\n".join(f"* {item(chance, names)}" for _ in range(count))

    languages = ", ".join(
        f"{code}-{chance.randint(1, 5)}" for code in chance.sample(all_codes(), 3)
    )
    rows = [
        f"| offers =\n{several(chance.randint(1, 5))}",
        f"| wants =\n{several(chance.randint(1, 5))}",
        f"| languages = {languages}",
        f"| country = {chance.choice(('NG', 'Brazil', 'Deutschland', 'IN', 'Ghana'))}",
        f"| seats = {chance.randint(1, 4)} <!-- people at a time -->",
        "| timezone = Africa/Lagos\n| availability = 2 h/week\n| notify = monthly",
        f"| about = {sentence(chance)}",
    ]
    return "\n".join(["{{Capacity Exchange profile", *rows, "}}"])


def page(chance: random.Random, names: Sequence[str], with_profile: bool) -> str:
    """Make up one user page; its size is even between 2 and 20 KB."""
    size = chance.randint(2_000, 20_000)
    blocks = ["{{#babel:en-3|yo|fr-1}}"]
    while sum(map(len, blocks)) < size:
        blocks.append(block(chance))
    if with_profile:
        blocks.insert(chance.randrange(len(blocks)), profile(chance, names))
    return "\n\n".join(blocks)


def reader(directory: Directory) -> Callable[[str], PageReading]:
    def ours(text: str) -> PageReading:
        return read_page(text, names=NAMES, directory=directory, today=TODAY, title="User:Made up")

    return ours


def baseline(ours: Callable[[str], PageReading]) -> Callable[[str], PageReading]:
    """The usual way: mwparserfromhell parses the page and gives the templates in it."""
    wanted = NAMES.profile | NAMES.request

    def theirs(text: str) -> PageReading:
        code = mwparserfromhell.parse(text, skip_style_tags=True)
        found = []
        for template in code.filter_templates():
            title = str(template.name).strip()
            if NAMES.title(title) in wanted or title.lower().startswith(
                ("#babel:", "babel", "user ")
            ):
                found.append(str(template))
        return ours("\n".join(found))

    return theirs


def timed(
    read_page: Callable[[str], PageReading], pages: Sequence[str]
) -> tuple[float, list[PageReading]]:
    begin = time.process_time()
    readings = [read_page(text) for text in pages]
    return time.process_time() - begin, readings


def measure(pages: Sequence[str], ours: Callable[[str], PageReading]) -> tuple[float, float, bool]:
    """Return our pages a second, theirs, and whether every reading is the same."""
    slow, expected = timed(baseline(ours), pages)
    runs = [timed(ours, pages) for _ in range(3)]
    fast = sorted(seconds for seconds, _ in runs)[1]
    return len(pages) / fast, len(pages) / slow, runs[0][1] == expected


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.parse", description=__doc__)
    options.add_argument("--pages", type=int, default=400, help="pages of each kind")
    options.add_argument("--seed", type=int, default=2026)
    options.add_argument("--quick", action="store_true", help="40 pages of each kind")
    chosen = options.parse_args()
    count = 40 if chosen.quick else chosen.pages
    directory = load()
    names = sorted({name for each in directory for name in each.names.values()})
    ours = reader(directory)
    ours(page(random.Random(0), names, True))  # Tables are read from disk on first use.
    good = True
    print(f"{'pages':24} {'ours/s':>9} {'theirs/s':>9} {'ratio':>7}  identical")
    for kind, with_profile, least in (("with a profile", True, GOAL), ("without", False, 1.0)):
        chance = random.Random(chosen.seed)
        pages = [page(chance, names, with_profile) for _ in range(count)]
        fast, slow, same = measure(pages, ours)
        good &= same and fast / slow >= least
        answer = "yes" if same else "NO"
        print(f"{count:5} {kind:18} {fast:9.0f} {slow:9.0f} {fast / slow:6.1f}x  {answer}")
    print(
        f"goal: {GOAL:.0f}x with a profile, never slower, identical: {'met' if good else 'MISSED'}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
