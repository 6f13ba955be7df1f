"""Read: a page's wikitext -> what it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from exchange.directory import Directory
from exchange.languages import has_autonym, is_known, parse_language
from exchange.model import Kind, Language, Problem
from exchange.profiles.document import (
    Omission,
    PageReading,
    ProblemCode,
    ProfileTemplate,
    ProgrammeTemplate,
    RequestTemplate,
    make_problem,
)
from exchange.profiles.field_types import TemplateReader
from exchange.profiles.fields import TemplateParameters
from exchange.profiles.names import USER_NAMESPACE, TemplateNames
from exchange.profiles.placement import Aside, find_aside, is_translation_title
from exchange.wikitext.markup import live_transclusions
from exchange.wikitext.plain_text import plain_value, single_line
from exchange.wikitext.preprocessor import ParsedPage, Transclusion, parse_page

READING_VERSION = 11
"""Raised when the same text is read differently, so that every page is read again once."""

MAX_TEMPLATES = 20
MAX_PROBLEMS = 100
MAX_BOXES = 50
MAX_TEMPLATE_LENGTH = 65_536
MAX_PROGRAMME_LENGTH = 4 * MAX_TEMPLATE_LENGTH

_TRANSLATE = re.compile(r"<(?:languages|translate)\b", re.IGNORECASE)
_SIZED_BABEL = re.compile(r"Babel-\d{1,2}")
_USER_BOX = re.compile(r"User (([a-z]{2,3}(?:-[a-z]{2,8})*)(-[0-5nN])?)")
_LEVELLED = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{2,8})*-[0-9nN]")
_TITLE = re.compile(r"[^|{}\[\]<>]{1,150}")


def read_page(
    text: str,
    *,
    names: TemplateNames,
    directory: Directory,
    today: date,
    title: str = "",
    namespace: int = USER_NAMESPACE,
    page_id: int = 0,
    revision: int = 0,
    edited: datetime | None = None,
) -> PageReading:
    """Read every profile, request, programme and Babel box of a page.

    Nothing on talk pages (odd namespaces), on /doc, /sandbox and archive subpages and on pages
    that the Translate extension made counts.
    ``today`` is the day against which dates are past. Never raises because of the text; what is
    not understood is in ``problems``.
    """
    page = _Page(text, names, directory, today, title, namespace, page_id)
    translatable = _TRANSLATE.search(text) is not None
    aside = find_aside(title, namespace)
    if aside is None and translatable and is_translation_title(title):
        aside = Aside.TRANSLATION
    if aside is None:
        page.read()
    return PageReading(
        title=title,
        namespace=namespace,
        page_id=page_id,
        revision=revision,
        edited=edited,
        profiles=tuple(page.profiles),
        requests=tuple(page.requests),
        babel=tuple(dict.fromkeys(page.babel)),
        problems=tuple(dict.fromkeys(page.problems))[:MAX_PROBLEMS],
        translatable=translatable,
        omissions=tuple(page.omissions)[:MAX_PROBLEMS],
        programme=page.programme,
    )


class _Page:
    """One page while it is read."""

    def __init__(
        self,
        text: str,
        names: TemplateNames,
        directory: Directory,
        today: date,
        title: str,
        namespace: int,
        page_id: int,
    ) -> None:
        self.text = text
        self.names = names
        self.title = title
        self.namespace = namespace
        self.page_id = page_id
        self.reader = TemplateReader(names=names, directory=directory, today=today)
        self.profiles: list[ProfileTemplate] = []
        self.requests: list[RequestTemplate] = []
        self.programme: ProgrammeTemplate | None = None
        self.babel: list[Language] = []
        self.boxes = 0
        self.problems: list[Problem] = []
        self.omissions: list[Omission] = []

    def read(self) -> None:
        """Find our templates and read each."""
        found = parse_page(self.text)
        names = self.names
        for each in live_transclusions(found):
            written = each.title
            title = names.title(written)
            if title in names.profile:
                self._profile(each)
            elif title in names.request:
                self._request(each)
            elif title in names.programme:
                self._programme(each)
            elif title in names.babel or (title[:6] == "Babel-" and _SIZED_BABEL.fullmatch(title)):
                self._babel_box(*_boxes_of(each))
            elif written[:1] == "#":
                if written[:7].lower() == "#babel:":
                    self._babel_box(written[7:], *_boxes_of(each))
            elif title[:5] == "User " and (box := _user_box(title)):
                self._babel_box(box)
        self.problems += _unclosed(found, names)

    def _babel_box(self, *written: str) -> None:
        """Add the languages of a box; what stands in it for something else is passed over."""
        self.boxes += 1
        if self.boxes > MAX_BOXES:
            return
        for text in filter(None, map(str.strip, written)):
            if language := parse_language(text):
                self.babel.append(language)
            elif _LEVELLED.fullmatch(text):
                self.problems.append(make_problem(ProblemCode.UNKNOWN_LANGUAGE, "babel", text))

    def _fits(self, each: Transclusion, so_far: int, longest: int = MAX_TEMPLATE_LENGTH) -> bool:
        if each.end - each.start > longest:
            self.problems.append(make_problem(ProblemCode.TOO_LARGE, "", each.raw[:200]))
            return False
        if so_far >= MAX_TEMPLATES:
            self.problems.append(make_problem(ProblemCode.TOO_MANY, "", each.raw[:200]))
            return False
        return True

    def _profile(self, each: Transclusion) -> None:
        if not self._fits(each, len(self.profiles)):
            return
        parameters = TemplateParameters.of(each, "profile")
        if parameters.is_private:
            self.problems.append(make_problem(ProblemCode.PRIVATE_PROFILE, "", self.title))
            return
        profile = self.reader.profile(parameters)
        self.problems += parameters.problems
        self.omissions += parameters.omissions
        if profile.kind is Kind.PERSON and self.namespace != USER_NAMESPACE:
            if "kind" in profile.given:
                # Nobody is enrolled from a page that is not theirs.
                self.problems.append(make_problem(ProblemCode.PERSON_ELSEWHERE, "kind", self.title))
                return
            self.problems.append(
                make_problem(ProblemCode.MISSING_KIND, "kind", "", "informal group")
            )
            profile = replace(profile, kind=Kind.INFORMAL_GROUP)
        if profile.kind is not Kind.PERSON and not profile.contacts:
            self.problems.append(make_problem(ProblemCode.MISSING_CONTACT, "contact"))
        if len(self.profiles) == 1:
            self.problems.append(make_problem(ProblemCode.SEVERAL_PROFILES, "", self.title))
        self.profiles.append(profile)

    def _request(self, each: Transclusion) -> None:
        if not self._fits(each, len(self.requests)):
            return
        parameters = TemplateParameters.of(each, "request")
        request = self.reader.request(parameters, self.title)
        self.problems += parameters.problems
        self.omissions += parameters.omissions
        if not request.wants:
            self.problems.append(make_problem(ProblemCode.EMPTY_REQUEST, "want", each.raw[:200]))
            return
        if self.namespace != USER_NAMESPACE and not request.contacts:
            self.problems.append(make_problem(ProblemCode.MISSING_CONTACT, "contact"))
        self.requests.append(request)

    def _programme(self, each: Transclusion) -> None:
        """Read the page's programme: one a page, so that a page names it."""
        if not self._fits(each, 0, MAX_PROGRAMME_LENGTH):
            return
        if self.programme is not None:
            self.problems.append(make_problem(ProblemCode.SEVERAL_PROGRAMMES, "", each.raw[:200]))
            return
        parameters = TemplateParameters.of(each, "programme")
        self.programme = self.reader.programme(parameters, self.title, self.page_id)
        self.problems += parameters.problems
        self.omissions += parameters.omissions
        if not self.programme.organisers:
            self.problems.append(make_problem(ProblemCode.NO_ORGANISERS, "organisers"))


def _boxes_of(each: Transclusion) -> Iterator[str]:
    for parameter in each.parameters[:200]:
        if parameter.key.isdecimal():
            yield single_line(plain_value(each.page, parameter.value, parameter.end).text)


def _user_box(title: str) -> str:
    """Return the language and level of ``{{User en-3}}``, or ``""`` for another box."""
    box = _USER_BOX.fullmatch(title)
    if box is None:
        return ""
    # {{User bot}} and {{User sul}} are no languages, though ISO 639-3 has such codes.
    known = is_known(box[2]) if box[3] else has_autonym(box[2])
    return box[1] if known else ""


def _unclosed(found: ParsedPage, names: TemplateNames) -> Iterator[Problem]:
    """Return a problem for each of our templates whose braces nothing closes."""
    for start, count in found.openings:
        match = _TITLE.match(found.text, start + count)
        title = names.title(match.group().strip()) if match else ""
        if title in names.profile | names.request | names.programme:
            yield make_problem(ProblemCode.UNCLOSED, "", found.text[start : start + 400])
