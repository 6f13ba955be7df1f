"""Plan: what somebody wants to reach in an exchange, and when the two talk next, on their own page.

It stands on the wiki, on a subpage of the learner's own, edited in their name, where everybody can
read it: the database keeps nothing of it. What people write around it stays as it is.
"""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template, request, url_for

from exchange.errors import EditRefused
from exchange.i18n.escape import escape_wikitext, one_line
from exchange.model import UNDER_WAY, Match
from webtool.account.auth import (
    Answer,
    FormRefused,
    count_write,
    login_required,
    match_as_seeker,
)
from webtool.account.edit import seen_refusal
from webtool.account.form import FieldError, FormFields
from webtool.account.kept import take_kept_form, typed_form
from webtool.account.profile_page import ProfileEdit, open_own_subpage, same_page_text
from webtool.account.submitted import REFUSALS, FormStart, refusal_page
from webtool.context import context

pages = Blueprint("plan", __name__)

SUBPAGE = "Plan"
MAX_GOAL = 200

_BLOCK = r"<!-- capacity-exchange-plan {mark} -->(?:\n\*[^\n]*){{0,3}}"
_LINE = re.compile(r"^\*\s*'''[^'\n]*'''\s*(.*)$", re.MULTILINE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class LearningPlan:
    """What is to be reached, in the learner's words, and the day of the next talk."""

    goal: str = ""
    next: date | None = None


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The words of a plan's lines in the wiki's language; ``public`` is wikitext."""

    goal: str
    next: str
    public: str


def read_plan(text: str, capacity: str) -> LearningPlan:
    """Return the plan for a capacity that stands on a page; empty where there is none."""
    found = _find(text, capacity)
    plan = LearningPlan()
    for value in _LINE.findall(found[0]) if found else ():
        if _DAY.fullmatch(value.strip()):
            plan = LearningPlan(plan.goal, _parse_day(value.strip()))
        elif not plan.goal:
            plan = LearningPlan(html.unescape(value.strip()), plan.next)
    return plan


def write_plan(
    text: str, capacity: str, plan: LearningPlan, *, heading: str, words: PlanWords
) -> str:
    """Return a page with this plan: in the place of the one before it, else in a new section."""
    lines = [
        f"<!-- capacity-exchange-plan {_mark(capacity)} -->",
        f"* '''{words.goal}''' {escape_wikitext(plan.goal)}",
        *([f"* '''{words.next}''' {plan.next.isoformat()}"] if plan.next else []),
        f"* {words.public}",
    ]
    block = "\n".join(lines)
    found = _find(text, capacity)
    if found is not None:
        return f"{text[: found.start()]}{block}{text[found.end() :]}"
    before = text.rstrip()
    section = f"== {escape_wikitext(heading)} ==\n{block}\n"
    return f"{before}\n\n{section}" if before else section


def _find(text: str, capacity: str) -> re.Match[str] | None:
    return re.search(_BLOCK.format(mark=_mark(capacity)), text)


def _mark(capacity: str) -> str:
    """Return what a plan is found by: it holds nothing that could end a comment."""
    return hashlib.sha256(capacity.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# -- The page.


@pages.get("/me/matches/<int:id>/plan")
@login_required
def show_plan(id: int) -> Answer:
    """Show the two fields with what stands on the wiki, or with what was kept over a login."""
    match = _match_to_plan(id)
    try:
        opened = open_own_subpage(SUBPAGE)
    except REFUSALS as error:
        return refusal_page(error, action=_address(id))
    if take_kept_form():
        return _plan_page(id, match, opened, _typed(), {})
    return _plan_page(id, match, opened, read_plan(opened.draft.text, match.want), {})


@pages.post("/me/matches/<int:id>/plan")
@login_required
def submit_plan(id: int) -> Answer:
    """Save the plan to the wiki, in the learner's name."""
    match = _match_to_plan(id)
    plan, errors = _typed(), _check()
    try:
        opened = open_own_subpage(SUBPAGE)
        if errors or typed_form().get("step") == "form":
            page = _plan_page(id, match, opened, plan, errors)
            return (page, 422) if errors else page
        return _save(id, match, opened, plan)
    except REFUSALS as error:
        return refusal_page(error, action=_address(id), text=plan.goal)


@pages.errorhandler(FormRefused)
def hold_plan(refused: FormRefused) -> Answer:
    """Show what was typed into a form that cannot be taken now."""
    again = "form" if refused.code == "changed" else ""
    return refusal_page(refused, action=request.path, text=_typed().goal, again=again)


def _match_to_plan(id: int) -> Match:
    match = match_as_seeker(id, UNDER_WAY)
    if context().directory.is_thing(match.want):
        abort(404)  # Nobody learns a room.
    return match


def _save(id: int, match: Match, opened: ProfileEdit, plan: LearningPlan) -> Answer:
    count_write()
    there = read_plan(opened.draft.text, match.want)
    if there not in (plan, LearningPlan()) and typed_form().get("was") != _seal(there):
        # Somebody changed it since the form was opened: nothing is written over unseen.
        return _plan_page(id, match, opened, plan, {}, newer=there), 409
    text = _with_plan(opened, match, plan)
    if not same_page_text(text, opened.draft.text):
        try:
            opened.save(text, summary=opened.say("account-plan-summary"))
        except EditRefused as refusal:
            if refusal.code not in ("editconflict", "articleexists"):
                raise
            again = open_own_subpage(SUBPAGE)
            return _plan_page(
                id, match, again, plan, {}, newer=read_plan(again.draft.text, match.want)
            ), 409
    return render_template("account/plan.html", saved=opened.draft.title, id=id, match=match)


def _with_plan(opened: ProfileEdit, match: Match, plan: LearningPlan) -> str:
    portal = context().settings.names.portal
    name = opened.say("web-name")
    words = PlanWords(
        opened.say("account-plan-label-goal"),
        opened.say("account-plan-label-next"),
        opened.say("account-plan-public").replace("$1", f"[[:{portal}|{name}]]"),
    )
    heading = context().directory.name(match.want, opened.site.language)
    return write_plan(opened.draft.text, match.want, plan, heading=heading, words=words)


def _plan_page(
    id: int,
    match: Match,
    opened: ProfileEdit,
    plan: LearningPlan,
    errors: dict[str, FieldError],
    *,
    newer: LearningPlan | None = None,
) -> str:
    typed = typed_form()
    there = read_plan(opened.draft.text, match.want)
    return render_template(
        "account/plan.html",
        saved="",
        id=id,
        match=match,
        title=opened.draft.title,
        goal=plan.goal,
        next=FormFields(typed.to_dict(flat=False)).get("next", 10)
        if typed
        else plan.next.isoformat()
        if plan.next
        else "",
        errors=errors,
        newer=newer,
        was=_seal(there) if newer is not None or not typed else typed.get("was", ""),
        began=typed.get("began") or FormStart.of_request().seal(),
        refusal=seen_refusal(opened),
    )


def _typed() -> LearningPlan:
    fields = FormFields(typed_form().to_dict(flat=False))
    return LearningPlan(one_line(fields.get("goal", MAX_GOAL)), _parse_day(fields.get("next", 10)))


def _check() -> dict[str, FieldError]:
    fields = FormFields(typed_form().to_dict(flat=False))
    errors = {}
    if not fields.get("goal", MAX_GOAL):
        errors["goal"] = FieldError("goal", "missing")
    text = fields.get("next", 10)
    day = _parse_day(text)
    if text and day is None:
        errors["next"] = FieldError("next", "day", text)
    elif day is not None and day < context().today:
        errors["next"] = FieldError("next", "past", text)
    return errors


def _seal(plan: LearningPlan) -> str:
    """Return what tells whether a plan is still the one that a form began with."""
    return hashlib.sha256(repr(plan).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _address(id: int) -> str:
    return url_for("plan.show_plan", id=id)
