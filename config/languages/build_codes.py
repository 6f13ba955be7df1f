"""Make the committed language codes and namespace names from MediaWiki's and Babel's own lists.

::

    git clone https://github.com/wikimedia/mediawiki-extensions-Babel
    python -m config.languages.build_codes MEDIAWIKI_FOLDER BABEL_FOLDER

writes config/languages/{codes,namespaces}.json. Both sources are GPL-2.0-or-later.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from config.languages.build import CONFIG, write

_ROW = re.compile(r"'((?:[^'\\]|\\.)*)'\s*=>\s*'((?:[^'\\]|\\.)*)'")
_NAME = re.compile(r"\b(NS_\w+)\s*=>\s*'((?:[^'\\]|\\.)*)'")
_ALIAS = re.compile(r"'((?:[^'\\]|\\.)*)'\s*=>\s*(NS_\w+)")
_GENDERS = re.compile(r"\b(NS_\w+)\s*=>\s*\[([^\]]*)\]")
_BLOCK = re.compile(r"\$namespace(Names|Aliases|GenderAliases)\s*=\s*\[(.*?)\n\];", re.DOTALL)
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e]")

SPACES = {
    "NS_USER": "user",
    "NS_USER_TALK": "user talk",
    "NS_FILE": "file",
    "NS_CATEGORY": "category",
}
ENGLISH = {
    "user": ["user"],
    "user talk": ["user talk"],
    "file": ["file", "image"],
    "category": ["category"],
}


def php_rows(path: Path) -> dict[str, str]:
    """Return the rows of a PHP array of texts."""
    rows = _ROW.findall(path.read_text(encoding="utf-8"))
    return {_text(key): _text(value) for key, value in rows}


def _text(php: str) -> str:
    return _BIDI.sub("", re.sub(r"\\(.)", r"\1", php)).strip()


def namespaces(folder: Path) -> dict[str, list[str]]:
    """Return the names of four namespaces in every language of MediaWiki, in lower case."""
    found = {space: set(names) for space, names in ENGLISH.items()}
    for path in sorted(folder.glob("Messages*.php")):
        for kind, block in _BLOCK.findall(path.read_text(encoding="utf-8")):
            pairs = [(space, name) for name, space in _ALIAS.findall(block)]
            if kind == "Names":
                pairs = _NAME.findall(block)
            elif kind == "GenderAliases":
                pairs = [
                    (space, name)
                    for space, inside in _GENDERS.findall(block)
                    for name in re.findall(r"=>\s*'((?:[^'\\]|\\.)*)'", inside)
                ]
            for space, name in pairs:
                if space in SPACES:
                    found[SPACES[space]].add(_text(name).replace("_", " ").casefold())
    return {space: sorted(names) for space, names in found.items()}


def main(mediawiki: Path, babel: Path) -> None:
    """Write the files."""
    named = php_rows(mediawiki / "includes/languages/data/Names.php")
    listed = json.loads((CONFIG / "languages/languages.json").read_text(encoding="utf-8"))
    codes, names = php_rows(babel / "codes.php"), php_rows(babel / "names.php")
    rows = {code: [name] for code, name in named.items() if code not in listed["languages"]}
    for code, target in codes.items():
        if code == target and code not in named and code not in listed["languages"]:
            rows[code] = [names.get(code, code)]
        elif code != target:
            rows.setdefault(code, [names.get(code, code), target])
    write(
        CONFIG / "languages/codes.json",
        "Codes that languages.json lacks: the name, and the code to use where that is another; "
        "from MediaWiki 1.43's Names.php and Extension:Babel's codes and names (both "
        "GPL-2.0-or-later); made by config/languages/build_codes.py.",
        "codes",
        dict(sorted(rows.items())),
    )
    write(
        CONFIG / "languages/namespaces.json",
        "Names of the user, user talk, file and category namespaces in every language of "
        "MediaWiki 1.43 (GPL-2.0-or-later), in lower case; made by "
        "config/languages/build_codes.py.",
        "namespaces",
        namespaces(mediawiki / "languages/messages"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
