"""Ask: one request for help in three fields, written to the wiki as whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request

from exchange.errors import Refused, WikiError
from webtool.account.desk import desk_of, taking_part, trouble
from webtool.account.editor import capacity_names
from webtool.account.form import MOST_TEXT, Complaint, Fields
from webtool.account.gate import Answer, login_required, me
from webtool.account.outlook import outlook
from webtool.account.proposal import request_text
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
    taking_part()
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
    except WikiError as error:
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
    summary = reader().wording.text("account-request-summary")
    for _ in range(2):
        desk = desk_of(me().key)
        new = request_text(question.what, question.until, question.note, names=desk.place.names)
        old = desk.draft.text.rstrip()
        text = f"{old}\n\n{new}\n" if old else f"{new}\n"
        try:
            desk.save(text, summary=summary)
        except Refused as refusal:
            # Somebody was faster: what we add stands by itself, so it goes onto the newer text.
            if refusal.code in ("editconflict", "articleexists"):
                continue
            raise
        profile, problems = desk.place.outcome(text)
        return render_template(
            "account/saved.html",
            title=desk.draft.title,
            profile=profile,
            problems=problems,
            outlook=outlook(profile),
        )
    return render_template("account/trouble.html", code="refused", said=""), 409


def _form(fields: Fields, complaints: dict[str, Complaint]) -> str:
    return render_template(
        "account/request.html",
        what=fields.one("what", 150),
        until=fields.one("until", 10),
        note=fields.one("note"),
        complaints=complaints,
        suggestions=capacity_names(),
    )
