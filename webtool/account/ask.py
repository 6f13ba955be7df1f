"""Ask: one request for help in three fields, written to the wiki as whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request

from exchange.errors import NoAnswer, Refused, WikiAway
from webtool.account.editor import SUBPAGE, capacity_names, trouble
from webtool.account.form import MOST_TEXT, Complaint, Fields
from webtool.account.gate import Answer, gate, login_required, me, mine
from webtool.account.outlook import outlook
from webtool.account.proposal import Place, request_text
from webtool.account.wiki import Draft, PersonalWiki
from webtool.context import context, reader

pages = Blueprint("ask", __name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks: a capacity in their words, until when, and a note."""

    what: str
    until: date | None
    note: str


@pages.get("/me/request")
@login_required
def form() -> str:
    """Show the three fields."""
    return _form(Fields({"what": [request.args.get("what", "")]}), {})


@pages.post("/me/request")
@login_required
def send() -> Answer:
    """Write the request to the wiki, below one's profile."""
    fields = Fields(request.form.to_dict(flat=False))
    question, complaints = _read(fields)
    if complaints:
        return _form(fields, complaints), 422
    try:
        return _write(question)
    except (WikiAway, Refused) as error:
        return trouble(error)


def _read(fields: Fields) -> tuple[Question, dict[str, Complaint]]:
    complaints = {}
    what = fields.one("what", 150)
    if not what:
        complaints["what"] = Complaint("what", "missing")
    text, until = fields.one("until", 10), None
    try:
        until = date.fromisoformat(text) if text else None
    except ValueError:
        complaints["until"] = Complaint("until", "day", text)
    if until and until < context().today:
        complaints["until"] = Complaint("until", "past", text)
    return Question(what, until, fields.one("note", MOST_TEXT)), complaints


def _write(question: Question) -> Answer:
    login, here = me(), context()
    wiki = gate().wiki(login)
    names = wiki.names(here.settings.names)
    own = mine().get(login.key)
    title = own.page if own and own.page else f"User:{login.name}/{SUBPAGE}"
    place = Place(title, login.key, login.name, names, here.directory, here.today)
    new = request_text(question.what, question.until, question.note, names=names)
    for _ in range(2):
        draft = wiki.draft(title=title)
        text = f"{draft.text.rstrip()}\n\n{new}\n" if draft.text.strip() else f"{new}\n"
        try:
            _save(wiki, place, text, draft.revision)
        except Refused as refusal:
            # Somebody was faster: what we add stands by itself, so it goes onto the newer text.
            if refusal.code in ("editconflict", "articleexists"):
                continue
            raise
        except NoAnswer:
            if new not in wiki.draft(title=title).text:
                return render_template("account/trouble.html", code="no-answer"), 502
        profile, problems = place.outcome(text)
        return render_template(
            "account/saved.html",
            title=title,
            profile=profile,
            problems=problems,
            outlook=outlook(profile),
        )
    return render_template("account/trouble.html", code="refused", said=""), 409


def _save(wiki: PersonalWiki, place: Place, text: str, revision: int) -> None:
    tag = gate().tag if gate().tag in wiki.tags() else ""
    summary = reader().wording.text("account-request-summary")
    wiki.save(draft=Draft(place.title, "", revision), text=text, summary=summary, tag=tag)


def _form(fields: Fields, complaints: dict[str, Complaint]) -> str:
    return render_template(
        "account/request.html",
        what=fields.one("what", 150),
        until=fields.one("until", 10),
        note=fields.one("note"),
        complaints=complaints,
        suggestions=capacity_names(),
    )
