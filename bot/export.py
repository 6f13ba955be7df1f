"""Export: pages that other tools of the wikis read: charts for Commons, a form for Meta's FormWizard.

A coordinator's own account writes them, with one command each; the bot's runs never do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.cli.output import Progress
from bot.harvest.harvest import stored_directory
from bot.install import InstallResult, OnWikiPage, write_pages
from bot.publish import MACHINE, report_pages
from bot.template_pages import GROUP, TEMPLATES, help_key, label_key, localized_message, suggestions
from bot.wiki.port import Wiki
from exchange.directory import Directory
from exchange.errors import WikiError
from exchange.i18n.messages import available_languages
from exchange.privacy import CountryProtection
from exchange.profiles.fields import Field, Type
from exchange.reports import read_report_data
from exchange.reports.labels import Labels
from exchange.reports.wiki_pages import ReportPages, ReportWriter
from exchange.settings import Settings
from exchange.settings.schema import PageNames
from exchange.store import Store

DATA = "Data"

WIZARD = "Meta:FormWizard/Config"
"""Below which page the gadget FormWizard looks for forms: ``…/<form>/<language>``."""


# -- Charts: the reports' plots, in all languages of the reports.


def export_charts(
    *, settings: Settings, store: Store, wiki: Wiki, now: datetime, progress: Progress
) -> InstallResult:
    """Write the .tab and .chart pages of all reports.

    What people changed on one of them stays, as everywhere (``write_pages``). Errors:
    ``WikiError`` where nothing was harvested yet, so that no chart would show anything.
    """
    pages = chart_pages(settings=settings, store=store, now=now)
    if not pages:
        raise WikiError("there is nothing to draw yet: run python -m bot harvest first")
    return write_pages(pages, wiki=wiki, me=wiki.own_account(), progress=progress)


def chart_pages(*, settings: Settings, store: Store, now: datetime) -> list[OnWikiPage]:
    """Return every chart of the reports with its data before it; none where nobody is."""
    known = stored_directory(store)
    facts = read_report_data(
        store,
        directory=known,
        today=now.date(),
        protection=CountryProtection(settings.privacy.protected_countries),
    )
    if facts.parties.empty:
        return []  # A chart of today's zeros would be one all the same.
    first = settings.publish.language
    place = ReportPages(root=settings.names.reports, bar=settings.names.bar, data=DATA)
    said: dict[str, list[Any]] = {}
    for language in sorted(available_languages("report"), key=lambda code: code != first):
        labels = Labels.of(language, known)
        writer = ReportWriter(labels, place, today=now.date(), site_language=language)
        for page in report_pages(facts, writer):
            if page.title.startswith(f"{DATA}:") and page.title.endswith(MACHINE[1:]):
                said.setdefault(page.title, []).append(json.loads(page.text))
    return [
        OnWikiPage(title, _dump(_in_all_languages(several)), summary="Capacity Exchange: figures")
        for title, several in said.items()
    ]


def _in_all_languages(several: Sequence[Any]) -> Any:
    """Put the same page in several languages together: ``{"en": …}`` and ``{"fr": …}`` are one.

    Names in the data are those of the first language: a row is one in all of them.
    """
    first = several[0]
    if isinstance(first, dict):
        keys = dict.fromkeys(key for each in several for key in each)
        return {
            key: first["data"]
            if key == "data" and "schema" in first
            else _in_all_languages([each[key] for each in several if key in each])
            for key in keys
        }
    if isinstance(first, list):
        return [_in_all_languages(each) for each in zip(*several, strict=True)]
    return first


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent="\t")


# -- FormWizard: a request in a form, one page for each language.

_TITLE_LENGTH, _TEXT_LENGTH = 150, 2000


def export_form(*, settings: Settings, wiki: Wiki, progress: Progress) -> InstallResult:
    """Write the gadget's form for a request in every language that our pages have."""
    pages = list(form_pages(settings.names))
    return write_pages(pages, wiki=wiki, me=wiki.own_account(), progress=progress)


def form_pages(names: PageNames) -> Iterator[OnWikiPage]:
    """Yield the form's pages. They are scripts, as the gadget reads them.

    A form's pages go below a fixed page; the last line makes that the reader's own.
    """
    home = json.dumps(f"/{names.portal}", ensure_ascii=False)
    for language in sorted(available_languages(GROUP)):
        form = json.dumps(request_form(names, language), ensure_ascii=False, indent="\t")
        own = f"'User:' + mw.config.get( 'wgUserName' ) + {home}"
        text = f"formsGadgetConfig = {form};\nformsGadgetConfig.create.config['page-home'] = {own};"
        yield OnWikiPage(f"{WIZARD}/{names.request}/{language}", text)


def request_form(names: PageNames, language: str) -> Mapping[str, Any]:
    """Return the form for a request in a language, from the declarations of its parameters."""
    fields = [field for field in TEMPLATES["request"] if field.offered]
    elements = {
        field.name: _element(field, language, named=at == 0) for at, field in enumerate(fields)
    }
    elements["done"] = {"type": "doneButton", "title": _said("form-save", language)}
    return {
        "create": {
            "config": {
                "page-home": f"User:Example/{names.portal}",
                "infobox": names.request,
                "dialog-title": _said("ask", language),
                "edit-comment-default": _said("request", language) + ":",
                "post-edit": _said("form-saved", language),
                "error-not-logged-in": _said("form-log-in", language),
            },
            "step-1": elements,
        }
    }


def _element(field: Field, language: str, *, named: bool) -> dict[str, Any]:
    """Return a parameter's element; the first one also ``named`` the page, which must be new."""
    element: dict[str, Any] = {
        "type": "smallTextBox",
        "title": _said(label_key("request", field), language),
        # Every key with "text" in it is a paragraph below the title.
        "text-1": _said(help_key("request", field), language),
        "placeholder": field.example,
        "add-to": "infobox",
        "infobox-param": field.name,
    }
    if named:
        return element | {
            "page-title": True,
            "validate": "doesNotExists",
            "mandatory": True,
            "characterLength": _TITLE_LENGTH,
        }
    if words := suggestions("request", field, Directory(())):
        return element | {"type": "dropdownList", "values": ["", *words]}
    long = field.type is Type.TEXT
    return element | {
        "type": "largeTextBox" if long else "smallTextBox",
        "mandatory": field.required,
        "characterLength": _TEXT_LENGTH if long else _TITLE_LENGTH,
    }


def _said(key: str, language: str) -> str:
    return localized_message(key, language) or localized_message(key, "en")
