"""Read: a page's wikitext -> what it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from exchange.directory import Directory
from exchange.fold import fold
from exchange.model import Kind, Language, Problem
from exchange.template.declaration import Declaration, Reading, Request
from exchange.template.names import USER_NAMESPACE, Names
from exchange.template.parameters import Parameters
from exchange.template.problems import Code, problem
from exchange.template.scan import Scan, Transclusion, scan
from exchange.template.typed import TypedReader
from exchange.template.value import line, remembered_level, value_of

MOST_TEMPLATES = 20
MOST_PROBLEMS = 100
LARGEST = 65_536

_ASIDE = {
    *("doc", "documentation", "sandbox", "testcases", "test", "draft"),
    *("bac à sable", "brouillon", "doku", "spielwiese", "taller", "zona de pruebas"),
    *("testes", "página de testes", "ملعب", "مسودة", "توثيق"),
}
_ARCHIVE = re.compile(r"(?:archiv|archives?|archivio|archivo|arquivo|أرشيف|архив)\b.*")
_TITLE = re.compile(r"[^|{}\[\]<>]{1,150}")


def read(
    text: str,
    *,
    names: Names,
    directory: Directory,
    today: date,
    title: str = "",
    namespace: int = USER_NAMESPACE,
    page_id: int = 0,
    revision: int = 0,
    edited: datetime | None = None,
) -> Reading:
    """Read every profile, request and Babel box of a page.

    Nothing on talk pages (odd namespaces) and on /doc, /sandbox and archive subpages counts.
    ``today`` is the day against which dates are past. Never raises because of the text; what is
    not understood is in ``problems``.
    """
    page = _Page(text, names, directory, today, title, namespace)
    if counts(title, namespace):
        page.read()
    return Reading(
        title=title,
        namespace=namespace,
        page_id=page_id,
        revision=revision,
        edited=edited,
        profiles=tuple(page.profiles),
        requests=tuple(page.requests),
        babel=tuple(dict.fromkeys(page.babel)),
        problems=tuple(dict.fromkeys(page.problems))[:MOST_PROBLEMS],
    )


def counts(title: str, namespace: int) -> bool:
    """Tell whether a template on a page of this title can be a profile or request at all."""
    if namespace < 0 or namespace % 2:
        return False
    below = [fold(part) for part in title.split("/")[1:]]
    return not any(part in _ASIDE or _ARCHIVE.fullmatch(part) for part in below)


class _Page:
    """One page while it is read."""

    def __init__(
        self, text: str, names: Names, directory: Directory, today: date, title: str, namespace: int
    ) -> None:
        self.text = text
        self.names = names
        self.title = title
        self.namespace = namespace
        self.reader = TypedReader(names=names, directory=directory, today=today)
        self.profiles: list[Declaration] = []
        self.requests: list[Request] = []
        self.babel: list[Language] = []
        self.boxes = 0
        self.problems: list[Problem] = []

    def read(self) -> None:
        """Find our templates and read each."""
        found = scan(self.text)
        names = self.names
        for each in found.transclusions:
            written = each.title
            title = names.title(written)
            if title in names.profile:
                self._profile(each)
            elif title in names.request:
                self._request(each)
            elif title in names.babel:
                self._box(each, "")
            elif written[:7].lower() == "#babel:":
                self._box(each, written[7:])
        self.problems += _unclosed(found, names)

    def _box(self, each: Transclusion, first: str) -> None:
        self.boxes += 1
        if self.boxes <= MOST_TEMPLATES:
            self.babel += _babel(each, first)

    def _fits(self, each: Transclusion, so_far: int) -> bool:
        if each.end - each.start > LARGEST:
            self.problems.append(problem(Code.TOO_LARGE, "", each.raw[:200]))
            return False
        if so_far >= MOST_TEMPLATES:
            self.problems.append(problem(Code.TOO_MANY, "", each.raw[:200]))
            return False
        return True

    def _profile(self, each: Transclusion) -> None:
        if not self._fits(each, len(self.profiles)):
            return
        parameters = Parameters.of(each, "profile")
        declaration = self.reader.profile(parameters)
        self.problems += parameters.problems
        if declaration.kind is Kind.PERSON and self.namespace != USER_NAMESPACE:
            if "kind" in declaration.explicit:
                # Nobody is enrolled from a page that is not theirs.
                self.problems.append(problem(Code.PERSON_ELSEWHERE, "kind", self.title))
                return
            self.problems.append(problem(Code.MISSING_KIND, "kind", "", "informal group"))
            declaration = replace(declaration, kind=Kind.INFORMAL_GROUP)
        if declaration.kind is not Kind.PERSON and not declaration.contacts:
            self.problems.append(problem(Code.MISSING_CONTACT, "contact"))
        if len(self.profiles) == 1:
            self.problems.append(problem(Code.SEVERAL_PROFILES, "", self.title))
        self.profiles.append(declaration)

    def _request(self, each: Transclusion) -> None:
        if not self._fits(each, len(self.requests)):
            return
        parameters = Parameters.of(each, "request")
        request = self.reader.request(parameters, self.title)
        self.problems += parameters.problems
        if not request.wants:
            self.problems.append(problem(Code.EMPTY_REQUEST, "want", each.raw[:200]))
            return
        if self.namespace != USER_NAMESPACE and not request.contacts:
            self.problems.append(problem(Code.MISSING_CONTACT, "contact"))
        self.requests.append(request)


def _babel(each: Transclusion, first: str) -> Iterator[Language]:
    """Give the languages of a Babel box; boxes for anything else are left out."""
    written = [first] if first else []
    for part in each.parts[:200]:
        if part.equals < 0:
            written.append(line(value_of(each.scan, part.start, part.end).text))
    for text in written:
        language = remembered_level(text)
        if language:
            yield language


def _unclosed(found: Scan, names: Names) -> Iterator[Problem]:
    """Give a problem for each of our templates whose braces nothing closes."""
    for start, count in found.openings:
        match = _TITLE.match(found.text, start + count)
        title = names.title(match.group().strip()) if match else ""
        if title in names.profile or title in names.request:
            yield problem(Code.UNCLOSED, "", found.text[start : start + 400])
