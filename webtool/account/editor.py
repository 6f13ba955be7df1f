"""Editor: my profile as a form, seen as a diff before it is saved, saved to the wiki as me."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request

from exchange.errors import NoAnswer, Refused, WikiAway
from exchange.fold import search_fold
from exchange.model import Frequency, Kind, Level, Method, Priority
from exchange.places import countries, country_name, region_name, regions
from exchange.template import Declaration
from webtool.account.diff import diff
from webtool.account.form import BLANK, LEVELS, Complaint, Fields, fill
from webtool.account.gate import Answer, gate, login_required, me, mine
from webtool.account.outlook import outlook
from webtool.account.proposal import Place
from webtool.account.wiki import Draft, PersonalWiki
from webtool.context import context, reader

pages = Blueprint("editor", __name__)

SUBPAGE = "Capacity Exchange"


@dataclass(frozen=True, slots=True)
class Desk:
    """What an edit works with: the wiki in one's own name, the page, and where it stands."""

    wiki: PersonalWiki
    draft: Draft
    place: Place


@pages.get("/me/profile")
@login_required
def form() -> Answer:
    """Show the form, with what is on the page now."""
    try:
        desk = _desk()
    except (WikiAway, Refused) as error:
        return trouble(error)
    return _form(desk, desk.place.declared(desk.draft.text), [])


@pages.post("/me/profile")
@login_required
def write() -> Answer:
    """Preview what was filled in, or save it; ``step`` says which."""
    fields = Fields(request.form.to_dict(flat=False))
    step = fields.one("step")
    try:
        desk = _desk()
        before = desk.place.declared(desk.draft.text)
        wanted, complaints = fill(fields, before=before, directory=context().directory)
        if complaints or step == "form":
            return _form(desk, wanted, complaints, more=int(step == "form"))
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
    except (WikiAway, Refused) as error:
        return trouble(error)


def _desk() -> Desk:
    """Find the page: the profile's own, else where one's profile would be expected."""
    login, here = me(), context()
    key = request.args.get("of", login.key)
    profile = mine().get(key)
    if profile is None and key != login.key:
        abort(403)
    wiki = gate().wiki(login)
    names = wiki.names(here.settings.names)
    name = profile.name if profile else login.name
    titles = [profile.page] if profile and profile.page else []
    if not titles:
        titles = [f"User:{login.name}/{SUBPAGE}", f"User:{login.name}"]
    found: Desk | None = None
    for title in titles:
        place = Place(title, key, name, names, here.directory, here.today)
        desk = Desk(wiki, wiki.draft(title=title), place)
        if place.which(desk.draft.text) is not None:
            return desk
        found = found or desk
    assert found is not None
    return found


def _save(desk: Desk, text: str, wanted: Declaration, fields: Fields) -> Answer:
    summary = fields.one("summary") or reader().wording.text("account-summary")
    tag = gate().tag if gate().tag in desk.wiki.tags() else ""
    try:
        desk.wiki.save(draft=desk.draft, text=text, summary=summary, tag=tag)
    except NoAnswer:
        # The answer was lost: look before anybody saves again.
        if desk.wiki.draft(title=desk.draft.title).text.rstrip() != text.rstrip():
            return render_template("account/trouble.html", code="no-answer"), 502
    except Refused as refusal:
        if refusal.code in ("editconflict", "articleexists"):
            newer = _desk()
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
    blank = BLANK + more
    page = render_template(
        "account/profile.html",
        it=declared,
        draft=desk.draft,
        group=desk.place.group,
        of=desk.place.key,
        complaints={each.field: each for each in complaints},
        blank=blank,
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


def trouble(error: WikiAway | Refused) -> tuple[str, int]:
    """Say what the wiki said no to, and what to do."""
    if isinstance(error, WikiAway):
        return render_template("account/trouble.html", code="wiki-away"), 502
    code = {
        "blocked": "blocked",
        "autoblocked": "blocked",
        "globalblocking-blockedtext-user": "blocked",
        "protectedpage": "protected",
        "cascadeprotected": "protected",
        "readonly": "readonly",
        "ratelimited": "ratelimited",
        "captcha": "captcha",
        "mwoauth-invalid-authorization": "withdrawn",
        "assertuserfailed": "withdrawn",
    }.get(error.code, "filter" if "filter" in error.code or "black" in error.code else "refused")
    return render_template("account/trouble.html", code=code, said=error.info), 409
