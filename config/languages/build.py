"""Make the committed language and country names from their published sources.

::

    npm pack @wikimedia/language-data@2.0.4   # and unpack it
    python -m config.languages.build LANGUAGE_DATA_FOLDER MEDIAWIKI_FOLDER

writes config/languages/{languages,aliases,fallbacks,names}.json and config/countries.json. Names come
from CLDR through the installed Babel; run it again when Babel is raised.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from babel import Locale, localedata

from exchange.languages.codes import CLDR_LOCALES, RENAMED_CODES
from exchange.text import fold

CONFIG = Path(__file__).parents[1]

EXTRA = {"map-bms": ["Basa Banyumasan", "ltr"], "nrf": ["Nouormand", "ltr"]}
"""Languages of Wikimedia wikis that language-data does not list."""


def write(path: Path, about: str, name: str, rows: dict[str, Any]) -> None:
    """Write rows one a line, so that a change is a readable diff."""
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in rows.items()
    )
    text = f'{{"about": {json.dumps(about)},\n"{name}": {{\n{lines}\n}}}}\n'
    path.write_text(text, encoding="utf-8")
    print(path.relative_to(CONFIG.parent), len(rows), "rows", len(text.encode()), "bytes")


def languages(source: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return code -> [autonym, direction] from language-data, and code -> the code it stands for.

    A language that stands for one of its scripts (``sr`` for ``sr-cyrl``) is a language; one that
    stands for another code (``swh`` for ``sw``) is a second code of that.
    """
    data = json.loads((source / "data/language-data.json").read_text(encoding="utf-8"))
    found = dict(EXTRA)
    aliases = {}
    for code, row in data["languages"].items():
        if code in RENAMED_CODES:
            continue
        target = row
        while len(target) == 1:
            target = data["languages"][target[0]]
        if len(row) == 1 and not row[0].startswith(f"{code}-") and code != "iu":
            aliases[code] = row[0]
            continue
        direction = "rtl" if target[0] in data["rtlscripts"] else "ltr"
        found[code] = [target[2], direction]
    return dict(sorted(found.items())), dict(sorted(aliases.items()))


def by_vote(votes: dict[str, Counter[str]]) -> dict[str, list[str]]:
    """Return code -> folded names, leaving out every name that two codes lay claim to."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, codes in sorted(votes.items()):
        if len(codes) == 1 and name:
            found[next(iter(codes))].append(name)
    return dict(sorted(found.items()))


_FALLBACK = re.compile(r"^\$fallback\s*=\s*'([^']*)'", re.MULTILINE)


def fallbacks(mediawiki: Path) -> dict[str, list[str]]:
    """Return code -> the languages that MediaWiki tries after it, but for English."""
    found = {}
    for path in mediawiki.glob("**/languages/messages/Messages*.php"):
        code = path.stem.removeprefix("Messages").replace("_", "-").lower()
        if named := _FALLBACK.search(path.read_text(encoding="utf-8")):
            found[code] = [one.strip() for one in named[1].split(",")]
    return dict(sorted(found.items()))


def main(language_data: Path, mediawiki: Path) -> None:
    """Write the files."""
    codes, aliases = languages(language_data)
    write(
        CONFIG / "languages/languages.json",
        "Autonym and direction by MediaWiki code, from @wikimedia/language-data 2.0.4 "
        "(GPL-2.0-or-later); made by config/languages/build.py.",
        "languages",
        codes,
    )
    write(
        CONFIG / "languages/aliases.json",
        "Second codes of a language -> its code, from @wikimedia/language-data 2.0.4 "
        "(GPL-2.0-or-later); made by config/languages/build.py.",
        "aliases",
        aliases,
    )
    write(
        CONFIG / "languages/fallbacks.json",
        "MediaWiki's fallback languages, from its release 1.43 (GPL-2.0-or-later); made by "
        "config/languages/build.py.",
        "fallbacks",
        fallbacks(mediawiki),
    )
    from_cldr = {
        str(Locale.parse(to, resolve_likely_subtags=False)) if "_" in to else to: code
        for code, to in CLDR_LOCALES.items()
        if code in codes
    }
    language_votes: dict[str, Counter[str]] = defaultdict(Counter)
    country_votes: dict[str, Counter[str]] = defaultdict(Counter)
    for identifier in localedata.locale_identifiers():
        locale = Locale.parse(identifier)
        for code, name in locale.territories.items():
            if (
                len(code) == 2
                and code.isalpha()
                and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
            ):
                country_votes[fold(name)][code] += 1
        for cldr, name in locale.languages.items():
            code = cldr.lower().replace("_", "-")
            code = RENAMED_CODES.get(code, aliases.get(code, code))
            code = code if code in codes else from_cldr.get(cldr, "")
            if code:
                language_votes[fold(name)][code] += 1
    for code, row in codes.items():
        # Every language owns its name for itself.
        if code.count("-") == 0:
            language_votes[fold(row[0])] = Counter({code: 1})
    write(
        CONFIG / "languages/names.json",
        "Names of languages in all languages of CLDR, folded; names that mean two languages are "
        "left out; made by config/languages/build.py.",
        "names",
        by_vote(language_votes),
    )
    write(
        CONFIG / "countries.json",
        "Names of countries (ISO 3166-1 alpha-2) in all languages of CLDR, folded; names that "
        "mean two countries are left out; made by config/languages/build.py.",
        "countries",
        by_vote(country_votes),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
