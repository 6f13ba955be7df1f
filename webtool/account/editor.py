"""Editor: my profile as a form, seen as a diff before it is saved, saved to the wiki as me."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from exchange.errors import Refused, WikiError
from exchange.fold import search_fold
from exchange.model import Frequency, Kind, Level, Method, Priority
from exchange.places import countries, country_name, region_name, regions
from exchange.template import Declaration
from webtool.account.desk import Desk, desk_of, trouble
from webtool.account.diff import diff
from webtool.account.form import BLANK, LEVELS, Complaint, Fields, Row, fill, rows_of, rows_sent
from webtool.account.gate import Answer, login_required, me
from webtool.account.outlook import outlook
from webtool.context import context, reader

pages = Blueprint("editor", __name__)


@pages.get("/me/profile")
@login_required
def form() -> Answer:
    """Show the form, with what is on the page now."""
    try:
        desk = desk_of(_whose())
    except WikiError as error:
        return trouble(error)
    return _form(desk, desk.place.declared(desk.draft.text), [])


def _whose() -> str:
    """The key of the profile that is edited: one's own, unless a group's was asked for."""
    return request.args.get("of", me().key)


@pages.post("/me/profile")
@login_required
def write() -> Answer:
    """Preview what was filled in, or save it; ``step`` says which."""
    fields = Fields(request.form.to_dict(flat=False))
    step = fields.one("step")
    try:
        desk = desk_of(_whose())
        before = desk.place.declared(desk.draft.text)
        wanted, complaints = fill(fields, before=before, directory=context().directory)
        if complaints or step == "form":
            return _form(desk, wanted, complaints)
        if step == "more":
            return _form(desk, wanted, [], more=4)
        text = desk.place.propose(desk.draft.text, wanted)
        if step != "save":
            return _preview(desk, text, wanted)
        if fields.one("base") != str(desk.draft.revision):
            return _preview(desk, text, wanted, moved=True)
        return _save(desk, text, wanted, fields)
    except ValueError:
        return render_template("account/trouble.html", code="value"), 400
    except WikiError as error:
        return trouble(error)


def _save(desk: Desk, text: str, wanted: Declaration, fields: Fields) -> Answer:
    summary = fields.one("summary") or reader().wording.text("account-summary")
    try:
        desk.save(text, summary=summary)
    except Refused as refusal:
        if refusal.code in ("editconflict", "articleexists"):
            newer = desk_of(_whose())
            again = newer.place.propose(newer.draft.text, wanted)
            return _preview(newer, again, wanted, moved=True)
        raise
    profile, problems = desk.place.outcome(text)
    return render_template(
        "account/saved.html",
        title=desk.draft.title,
        profile=profile,
        problems=problems,
        outlook=outlook(profile),
    )


def _form(
    desk: Desk, declared: Declaration, complaints: list[Complaint], *, more: int = 0
) -> Answer:
    blank = [Row()] * (BLANK + more)
    rows = {
        "offers": rows_of(declared.offers),
        "wants": rows_of(declared.wants),
        "languages": rows_of(declared.languages),
    }
    if complaints:
        # Each row stays where it was, so that a complaint stands beside what it is about.
        fields = Fields(request.form.to_dict(flat=False))
        rows = {name: rows_sent(fields, name) or shown for name, shown in rows.items()}
    page = render_template(
        "account/profile.html",
        it=declared,
        draft=desk.draft,
        group=desk.place.group,
        of=desk.place.key,
        name=desk.place.name,
        complaints={each.field: each for each in complaints},
        rows={name: shown + blank for name, shown in rows.items()},
        **choices(desk.place.group),
        suggestions=capacity_names(),
        methods=list(Method),
        sent=request.form,
    )
    return (page, 422) if complaints else page


def _preview(desk: Desk, text: str, wanted: Declaration, *, moved: bool = False) -> Answer:
    profile, problems = desk.place.outcome(text)
    page = render_template(
        "account/preview.html",
        draft=desk.draft,
        lines=diff(desk.draft.text, text),
        profile=profile,
        problems=problems,
        moved=moved,
        of=desk.place.key,
        sent=[
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in ("csrf_token", "step", "base", "summary")
        ],
    )
    return (page, 409) if moved else page


def choices(group: bool) -> dict[str, list[tuple[str, str]]]:
    """Give what the lists of the form offer, as (value, words in the reader's language)."""
    words, code = reader().wording, reader().interface
    kinds = [kind for kind in Kind if (kind is not Kind.PERSON) == group]
    places = sorted(((each, country_name(each, code)) for each in countries()), key=_by_words)
    return {
        "kind_options": [(each, words.text(f"kind-{each}")) for each in kinds],
        "level_options": [(str(e.value), words.text(f"level-{e.name.lower()}")) for e in Level],
        "priority_options": [
            (str(each.value), words.text(f"priority-{each.name.lower()}")) for each in Priority
        ],
        "frequency_options": [(each, words.text(f"frequency-{each}")) for each in Frequency],
        "language_options": [
            (str(each), words.text(f"proficiency-{each}")) for each in reversed(LEVELS)
        ],
        "country_options": places,
        "region_options": [(each.id, region_name(each.id, code)) for each in regions()],
    }


def _by_words(choice: tuple[str, str]) -> str:
    return search_fold(choice[1])


def capacity_names() -> list[str]:
    """The names to pick from, in the reader's language, in its order."""
    here, language = context().directory, reader().language
    return sorted({here.name(id, language) for id in here.capacities}, key=search_fold)
