"""Prefill: what is known of somebody whose form is opened, and where it is known from.

Who has no profile yet finds languages in the form, marked with where they come from; they are theirs
only once they save them. All that they said elsewhere (``webtool.account.elsewhere``) stands above
the form, item by item, and is in it only after their own click.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from exchange.directory import Directory
from exchange.languages import find_language
from exchange.model import FLUENT, Language, Offer
from exchange.profiles.document import ProfileTemplate
from exchange.sources.statements import EarlierStatement, Value
from webtool.account.auth import auth_services
from webtool.account.elsewhere import FormOwner, SaidElsewhere, ask_sources
from webtool.account.form import FormFields
from webtool.account.profile_page import ProfileEdit
from webtool.context import reader


class LanguageSource(Protocol):
    """A place where somebody's languages may be known; message ``account-from-<name>`` says which."""

    @property
    def name(self) -> str:
        """The end of the message's key."""

    def languages(self, edit: ProfileEdit, said: Sequence[SaidElsewhere]) -> tuple[Language, ...]:
        """Return the languages that are known there of whoever edits; empty where none are."""


class BabelBox:
    """The Babel box on the user page."""

    name = "babel"

    def languages(self, edit: ProfileEdit, said: Sequence[SaidElsewhere]) -> tuple[Language, ...]:
        """Return what the box says; nothing where there is none, or the wiki does not answer."""
        return edit.languages_on(f"User:{edit.page.name}") or ()


class BabelCategories:
    """The categories of the user page, which a box in a template of one's own gives it, too."""

    name = "categories"

    def languages(self, edit: ProfileEdit, said: Sequence[SaidElsewhere]) -> tuple[Language, ...]:
        """Return the languages of the categories."""
        values = (one.value for each in said if each.source == self.name for one in each.statements)
        return tuple(value for value in values if isinstance(value, Language))


class InterfaceLanguage:
    """The language that the pages are read in."""

    name = "interface"

    def languages(self, edit: ProfileEdit, said: Sequence[SaidElsewhere]) -> tuple[Language, ...]:
        """Return that one language, as fluent."""
        return (Language(reader().language, FLUENT),)


SOURCES: tuple[LanguageSource, ...] = (BabelBox(), BabelCategories(), InterfaceLanguage())


@dataclass(frozen=True, slots=True)
class PrefilledForm:
    """A declaration with what is known, and for each field that was filled in the source's name.

    ``said`` is what else they said elsewhere, to be taken over.
    """

    declared: ProfileTemplate
    sources: dict[str, str]
    said: tuple[SaidElsewhere, ...] = ()


def prefill_form(
    edit: ProfileEdit, *, sources: Sequence[LanguageSource] = SOURCES
) -> PrefilledForm:
    """Return what the page declares; where it declares no profile yet, what is known of them."""
    declared = edit.page.current(edit.draft.text)
    said = said_elsewhere(edit)
    if not edit.page.is_group and edit.page.profile_index(edit.draft.text) is None:
        for source in sources:
            if languages := source.languages(edit, said):
                declared = replace(declared, languages=languages)
                return PrefilledForm(declared, {"languages": source.name}, new_only(said, declared))
    return PrefilledForm(declared, {}, new_only(said, declared))


# -- What was said elsewhere: asked for, and taken over into a form.


def said_elsewhere(edit: ProfileEdit) -> list[SaidElsewhere]:
    """Return what whoever edits said elsewhere, about themselves or the group they speak for."""
    page = edit.page
    who = FormOwner(edit.site.user, page.name if page.is_group else "", page.directory, page.today)
    return ask_sources(auth_services().sources, who, auth_services().public_pages)


def new_only(said: Iterable[SaidElsewhere], declared: ProfileTemplate) -> tuple[SaidElsewhere, ...]:
    """Return what a declaration does not say yet; what two sources say, of the first."""
    seen: set[object] = set()
    found = []
    for each in said:
        kept = []
        for one in each.statements:
            mark = _mark_of(one)
            if mark not in seen and not _is_declared(one, declared):
                kept.append(one)
            seen.add(mark)
        if kept:
            found.append(replace(each, statements=tuple(kept)))
    return tuple(found)


def _mark_of(one: EarlierStatement) -> tuple[str, object]:
    match one.value:
        case Offer():
            return one.attribute, one.value.capacity
        case Language():
            return one.attribute, one.value.code
        case str() if one.attribute in ("affiliations", "contacts"):
            return one.attribute, one.value.casefold()
    return one.attribute, ""


def _is_declared(one: EarlierStatement, declared: ProfileTemplate) -> bool:
    """Whether a declaration says this already, or something of its own instead."""
    there = getattr(declared, one.attribute)
    match one.value:
        case Offer():
            return one.value.capacity in {each.capacity for each in there}
        case Language():
            return one.value.code in {each.code for each in there}
    if isinstance(there, tuple):
        return str(one.value).casefold() in {each.casefold() for each in there}
    if one.attribute == "region" and declared.country:
        return True
    own = one.attribute in declared.given and one.attribute != "kind"
    return bool(own or there == one.value)


def pack_statement(one: EarlierStatement, directory: Directory) -> str:
    """Return a statement as the value of a form's box; a listed capacity by the reader's name."""
    fields = {one.attribute: _written(one.value, directory)}
    if isinstance(one.value, Offer | Language) and one.value.level:
        fields["level"] = str(int(one.value.level))
    if isinstance(one.value, Offer) and one.value.note:
        fields["note"] = one.value.note
    return urlencode(fields)


def _written(value: Value, directory: Directory) -> str:
    match value:
        case Offer():
            known = value.capacity in directory
            return directory.name(value.capacity, reader().language) if known else value.text
        case Language():
            return value.code
        case date():
            return value.isoformat()
    return str(value)


_LISTS = ("affiliations", "contacts")
_SINGLE = ("seats", "away", "kind", "region")


def add_statements(form: MultiDict[str, str], packed: Iterable[str], directory: Directory) -> None:
    """Add statements to a form, as if they had been typed; what is in it already stays as it is."""
    for each in packed:
        fields = dict(parse_qsl(each))
        row: dict[str, str] = {name: fields[name] for name in ("level", "note") if name in fields}
        if "offers" in fields:
            add_row(form, "offers", {"": fields["offers"], **row}, directory.identify)
        elif "languages" in fields:
            add_row(form, "languages", {"": fields["languages"], **row}, find_language)
        for name in _LISTS:
            if name in fields and name in form:
                there = filter(None, map(str.strip, form[name].split(",")))
                form[name] = ", ".join(dict.fromkeys((*there, fields[name])))
        for name in _SINGLE:
            if name in fields and name in form:
                form[name] = fields[name]


def add_row(
    form: MultiDict[str, str],
    name: str,
    typed: Mapping[str, str],
    identify: Callable[[str], object],
) -> None:
    """Add a row to a list in a form, unless one there means the same; its first field is ``typed[""]``."""
    first = "code" if name == "languages" else "capacity"
    rows = FormFields(form.to_dict(flat=False)).count_rows(name, first)
    there = (form[f"{name}-{at}-{first}"] for at in range(rows))
    if identify(typed[""]) in {identify(text) for text in there if text}:
        return
    for field, text in typed.items():
        form[f"{name}-{rows}-{field or first}"] = text
