"""Check: what would the bot read on a page, and what would it not understand?"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template, request
from markupsafe import Markup, escape

from exchange.model import Offer, Want
from exchange.template import Declaration, Names, Reading, read
from exchange.template.names import USER_NAMESPACE
from webtool.context import context
from webtool.show import capacity, country, day, joined, language, message, region

pages = Blueprint("check", __name__)
MOST = 2_000_000


@pages.route("/check", methods=["GET", "POST"])
def page() -> str:
    """Read pasted wikitext, or tell what was read on a page; nothing is kept."""
    here = context()
    text = request.form.get("text", "")[:MOST]
    title = " ".join(request.args.get("page", "").replace("_", " ").split())[:255]
    reading: Reading | None = None
    problems = None
    if request.method == "POST" and text.strip():
        reading = read(
            text,
            names=names(),
            directory=here.directory,
            today=here.today,
            title="User:Example",
            namespace=USER_NAMESPACE,
        )
        problems = reading.problems
    elif title:
        record = here.store.pages.by_title(title)
        if record is not None:
            reading = Reading.from_json(record.reading)
            problems = tuple(one.problem for one in here.store.problems.on(record.id))
    return render_template(
        "check.html",
        text=text,
        title=title,
        reading=reading,
        problems=problems,
        rows=rows,
        asked=bool(title) or request.method == "POST",
        example=EXAMPLE,
    )


EXAMPLE = """{{Capacity Exchange profile
| offers    = Wikidata (mentoring; expert)
| wants     = fundraising, event management
| languages = en-3, yo-N
| country   = NG
}}"""


def names() -> Names:
    """Give the names of the templates, as the settings have them."""
    set_ = context().settings.names
    return Names.of(profile=[set_.profile], request=[set_.request], item=[set_.capacity])


def rows(declaration: Declaration) -> list[tuple[str, Markup]]:
    """Give what a declaration says, parameter by parameter, in the reader's words."""
    shown: list[tuple[str, Markup]] = [("kind", escape(message(f"kind-{declaration.kind}")))]
    for name, held in (("offers", declaration.offers), ("wants", declaration.wants)):
        if held:
            shown.append((name, _listed(_item(one) for one in held)))
    if declaration.languages:
        spoken = (language(one.code, one.level) for one in declaration.languages)
        shown.append(("languages", joined(spoken)))
    if declaration.country:
        shown.append(("country", escape(country(declaration.country))))
    if declaration.region:
        shown.append(("region", escape(region(declaration.region))))
    for name in ("affiliations", "projects", "contacts"):
        if values := getattr(declaration, name):
            shown.append((name, joined(_isolated(one) for one in values)))
    if declaration.methods:
        shown.append(("methods", joined(message(f"method-{one}") for one in declaration.methods)))
    for name in declaration.explicit:
        if name in ("seats", "timezone", "hours", "about"):
            shown.append((name, _isolated(str(getattr(declaration, name)))))
    if "notify" in declaration.explicit:
        shown.append(("notify", escape(message(f"frequency-{declaration.notify}"))))
    if declaration.away:
        shown.append(("away until", day(declaration.away)))
    return shown


def _item(one: Offer | Want) -> Markup:
    said: list[str] = [message(f"method-{method}") for method in one.methods]
    if one.level:
        said.append(message(f"level-{one.level.name.lower()}"))
    if isinstance(one, Want) and one.priority:
        said.append(message(f"priority-{one.priority.name.lower()}"))
    if isinstance(one, Want) and one.until:
        said.append(day(one.until))
    name = capacity(one.capacity, one.text)
    more = Markup(" ({})").format(joined(said)) if said else ""
    note = Markup(" – {}").format(_isolated(one.note)) if one.note else ""
    return Markup("{}{}{}").format(name, more, note)


def _listed(items: Iterable[Markup]) -> Markup:
    return Markup('<ul class="plain">{}</ul>').format(
        Markup("").join(Markup("<li>{}</li>").format(one) for one in items)
    )


def _isolated(text: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(text)
