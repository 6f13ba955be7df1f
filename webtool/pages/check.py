"""Check a page: what the bot would read in a text, and what it would not understand."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, abort, render_template, request
from markupsafe import Markup, escape

from exchange.model import Offer, Want
from exchange.profiles.document import ProfileTemplate, ProgrammeTemplate, RequestTemplate
from webtool.context import context
from webtool.pages.checked import CheckedPage, check_known, check_text
from webtool.render import (
    capacity_as_written,
    capacity_label,
    comma_list,
    country_label,
    format_day,
    language_label,
    msg,
    msg_html,
    region_label,
)

pages = Blueprint("check", __name__)
MAX_BYTES = 200_000
"""Bytes of wikitext that can be checked at once; a profile has about a thousand."""


@pages.route("/check", methods=["GET", "POST"])
def show_check() -> str:
    """Read pasted wikitext, or tell what was read on a page; nothing is kept."""
    text = request.form.get("text", "")
    if len(text.encode(errors="replace")) > MAX_BYTES:
        abort(413)
    title = clean_title(request.values.get("page", ""))
    checked = None
    if text.strip():
        checked = check_text(text, title)
    elif title:
        checked = check_known(title)
    return render_template(
        "check.html",
        text=text,
        title=title,
        checked=checked,
        rows=profile_rows,
        request_rows=request_rows,
        programme_rows=programme_rows,
        asked=bool(title) or request.method == "POST",
        example=EXAMPLE,
    )


def clean_title(written: str) -> str:
    """Return a page's title as somebody typed it, on one line and not too long."""
    return " ".join(written.replace("_", " ").split())[:255]


EXAMPLE = """{{Capacity Exchange profile
| offers    = Wikidata (mentoring; expert)
| wants     = fundraising, event management
| languages = en-3, yo-N
| country   = NG
}}"""


SHOWN = 100
"""How many of those who apply to a round are listed."""


def request_rows(one: RequestTemplate) -> list[tuple[str, Markup]]:
    """Return what a request asks for, parameter by parameter, in the reader's words."""
    shown: list[tuple[str, Markup]] = [("want", _listed(map(_item, one.wants)))]
    if one.contacts:
        shown.append(("contact", comma_list(map(_isolated, one.contacts))))
    return shown


def programme_rows(one: ProgrammeTemplate) -> list[tuple[str, Markup]]:
    """Return what the template of a round says, parameter by parameter, in the reader's words."""
    programme, audience = one.programme, one.programme.audience
    for_ = [msg(f"kind-{kind}") for kind in audience.kinds]
    for_ += [region_label(id) for id in audience.regions]
    for_ += [country_label(code) for code in audience.countries]
    said: list[tuple[str, Markup | None]] = [
        ("name", _isolated(programme.name) if programme.name else None),
        (
            "capacities",
            _listed(capacity_as_written(id, text) for id, text in programme.written.items()),
        ),
        ("for", comma_list([*map(escape, for_), *map(_isolated, audience.affiliations)])),
        ("opens", format_day(programme.opens) if programme.opens else None),
        ("closes", format_day(programme.closes) if programme.closes else None),
        ("seats", escape(str(programme.seats)) if programme.seats is not None else None),
        ("language", comma_list(map(language_label, programme.languages))),
        ("note", _isolated(one.note) if one.note else None),
        ("organisers", comma_list(map(_isolated, one.organisers))),
        ("applicants", _listed(_isolated(line.name) for line in one.applicants[:SHOWN])),
    ]
    empty = {"", _listed(())}
    return [(name, value) for name, value in said if value is not None and value not in empty]


def profile_rows(declaration: ProfileTemplate, checked: CheckedPage) -> list[tuple[str, Markup]]:
    """Return what a declaration says, parameter by parameter, in the reader's words.

    The languages of a Babel box stand among them, with where they come from.
    """
    shown: list[tuple[str, Markup]] = [("kind", escape(msg(f"kind-{declaration.kind}")))]
    for name, held in (("offers", declaration.offers), ("wants", declaration.wants)):
        if held:
            shown.append((name, _listed(_item(one) for one in held)))
    if languages := declaration.languages or checked.languages:
        spoken = comma_list(language_label(one.code, one.level) for one in languages)
        if not declaration.languages:
            page = checked.babel_page
            where = msg("web-check-babel-on", page) if page else msg("web-check-babel")
            spoken = Markup("{} <span>({})</span>").format(spoken, where)
        shown.append(("languages", spoken))
    if declaration.country:
        shown.append(("country", escape(country_label(declaration.country))))
    if declaration.region:
        shown.append(("region", escape(region_label(declaration.region))))
    for name in ("affiliations", "projects", "contacts"):
        if values := getattr(declaration, name):
            shown.append((name, comma_list(_isolated(one) for one in values)))
    if declaration.methods:
        shown.append(("methods", comma_list(msg(f"method-{one}") for one in declaration.methods)))
    for name in declaration.given:
        if name in ("seats", "timezone", "hours", "about"):
            shown.append((name, _isolated(str(getattr(declaration, name)))))
    if "notify" in declaration.given:
        shown.append(("notify", escape(msg(f"frequency-{declaration.notify}"))))
    if declaration.away:
        shown.append(("away until", format_day(declaration.away)))
    return shown


def _item(one: Offer | Want) -> Markup:
    said: list[str] = [msg(f"method-{method}") for method in one.methods]
    if one.level:
        said.append(msg(f"level-{one.level.name.lower()}"))
    if isinstance(one, Want) and one.priority:
        said.append(msg(f"priority-{one.priority.name.lower()}"))
    if one.place:
        said.append(_isolated(one.place))
    if one.since:
        said.append(msg_html("days-from", format_day(one.since)))
    if one.until:
        said.append(msg_html("web-until", format_day(one.until)))
    if one.is_over(context().today):
        said.append(msg("web-over"))
    name = capacity_label(one.capacity, one.text)
    directory = context().directory
    if directory.is_thing(one.capacity):
        # What it is a part of says that it is given or lent, not learnt.
        said.insert(0, capacity_label((one.capacity, *directory.broader(one.capacity))[-1]))
    more = Markup(" ({})").format(comma_list(said)) if said else ""
    note = Markup(" – {}").format(_isolated(one.note)) if one.note else ""
    return Markup("{}{}{}").format(name, more, note)


def _listed(items: Iterable[Markup]) -> Markup:
    return Markup('<ul class="plain">{}</ul>').format(
        Markup("").join(Markup("<li>{}</li>").format(one) for one in items)
    )


def _isolated(text: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(text)
