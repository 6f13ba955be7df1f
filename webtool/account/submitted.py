"""A profile form that comes back: what it began with, what was typed, answered or refused.

A form may be open for days while the page changes on the wiki. So it carries the declaration it
began with, sealed: at the preview and at the save both are put together (three-way, by
``exchange.profiles.three_way``), and only true contradictions are asked about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from exchange.errors import EditRefused, ResponseLost, WikiUnavailable
from exchange.geography import country_name, region_name
from exchange.languages import language_name
from exchange.model import Kind, Language, Offer, Priority, Want
from exchange.model.keys import is_group_key
from exchange.profiles.document import AWAY_UNTIL_FURTHER_NOTICE, ProfileTemplate
from exchange.profiles.names import TemplateNames
from exchange.profiles.three_way import WHOLE, Contradiction, EditSide, MergedEdit, merge_edits
from exchange.profiles.writer import render_profile
from webtool.account.auth import (
    HOLDING,
    SESSION_LIFETIME,
    FormRefused,
    auth_services,
    current_user,
    my_keys,
)
from webtool.account.elsewhere import SaidElsewhere
from webtool.account.form import FieldError, FormFields, parse_form
from webtool.account.kept import KEPT, is_saved_from_form, keep_form, typed_form
from webtool.account.prefill import pack_statement
from webtool.account.profile_page import ProfileEdit, same_page_text
from webtool.context import context, reader
from webtool.limits import TooBusy
from webtool.render import format_number, msg

ANSWER = "choice-"
"""How the names of answers to contradictions begin; the contradiction's key follows."""
MAX_SEALED = 200_000
"""Characters of a sealed beginning; without one, everything that differs is asked about."""
_OWN = ("csrf_token", "step", "base", "summary")


@dataclass(frozen=True, slots=True)
class FormStart:
    """What a form began with: whose it is, the profile's key, the revision, what stood there."""

    account: int
    key: str
    revision: int
    declared: ProfileTemplate | None

    @classmethod
    def of(cls, opened: ProfileEdit) -> FormStart:
        """Return the beginning of a form that shows the page as it was just read."""
        declared = opened.page.declared(opened.draft.text)
        return cls(current_user().account, opened.page.key, opened.draft.revision, declared)

    @classmethod
    def of_request(cls) -> FormStart:
        """Return the beginning of a request for help: it says only whose it is."""
        return cls(current_user().account, current_user().key, 0, None)

    def seal(self) -> str:
        """Return it encrypted and signed for a hidden field; empty where it is too long for one."""
        declared = self.declared and self.declared.to_json()
        sealed = auth_services().logins.encrypt(
            json.dumps(["form", self.account, self.key, self.revision, declared])
        )
        return sealed if len(sealed) <= MAX_SEALED else ""

    @classmethod
    def unseal(cls, sealed: str) -> FormStart | None:
        """Return what ``seal`` gave, whoever it was; None for anything else."""
        seconds = int(SESSION_LIFETIME.total_seconds())
        text = auth_services().logins.decrypt(sealed, seconds=seconds) if sealed else None
        try:
            kind, account, of, revision, declared = json.loads(text or "")
            if kind != "form":
                return None
            read = ProfileTemplate.from_json(declared) if declared is not None else None
            return cls(account, of, revision, read)
        except (TypeError, ValueError):
            return None


def form_start() -> FormStart | None:
    """Return what the form that was sent began with, whoever opened it."""
    return FormStart.unseal(typed_form().get("began", ""))


def is_form_of_another() -> bool:
    """Whether the form is about a profile of somebody who was logged in when it was opened."""
    start = form_start()
    return start is not None and start.key not in my_keys() and start.key == _named_key()


def _named_key() -> str:
    return request.args.get("of", "")


@dataclass(frozen=True, slots=True)
class SubmittedEdit:
    """A form that came back: what it says, what could not be read, what it comes to on the page.

    ``moved`` says that the page is no longer the one that the form began with.
    """

    opened: ProfileEdit
    mine: ProfileTemplate
    errors: list[FieldError]
    merged: MergedEdit
    moved: bool

    @property
    def text(self) -> str:
        """The page's text with the edit in it. ValueError where a value would break out."""
        if self.merged.profile is None:
            return self.opened.draft.text
        return self.opened.page.with_profile(self.opened.draft.text, self.merged.profile)

    @property
    def is_there(self) -> bool:
        """Whether the page says all of it already, as after a second click on the button."""
        return same_page_text(self.text, self.opened.draft.text)

    @property
    def is_joined(self) -> bool:
        """Whether all that changed here and there is in one profile, and nobody had to choose."""
        return (
            self.moved
            and not self.errors
            and not self.merged.contradictions
            and not given_answers(typed_form())
        )


def read_submitted(opened: ProfileEdit, fields: FormFields) -> SubmittedEdit:
    """Return what a form says on top of the page as it is now."""
    draft, page = opened.draft, opened.page
    theirs = page.declared(draft.text)
    start = form_start()
    if start is None or (start.account, start.key) != (current_user().account, page.key):
        current = fields.get("base") == str(draft.revision)
        start = FormStart(
            0, page.key, draft.revision if current else -1, theirs if current else None
        )
    if start.revision != draft.revision and is_saved_from_form(page.key, draft.revision):
        # They went back to a form that they had saved: it goes on from there.
        start = FormStart(start.account, page.key, draft.revision, theirs)
    before = page.blank if start.declared is None else start.declared
    mine, errors = parse_form(fields, before=before, directory=context().directory)
    merged = merge_edits(start.declared, mine, theirs, answers=given_answers(typed_form()))
    return SubmittedEdit(opened, mine, errors, merged, start.revision != draft.revision)


def start_fields(opened: ProfileEdit, *, anew: bool = False) -> list[tuple[str, str]]:
    """Return the hidden fields that say what a form began with, and what was answered since.

    ``anew`` is for one that shows the page as it is now, whatever was sent.
    """
    if (typed := typed_form()) and not anew:
        return [
            (name, value)
            for name, value in typed.items(multi=True)
            if name in ("began", "base") or name.startswith(ANSWER)
        ]
    return [("began", FormStart.of(opened).seal()), ("base", str(opened.draft.revision))]


def given_answers(form: Mapping[str, str]) -> dict[str, EditSide]:
    """Return what somebody chose so far: {a contradiction's key: side}."""
    known = {side.value: side for side in EditSide}
    return {
        name.removeprefix(ANSWER): known[value]
        for name, value in form.items()
        if name.startswith(ANSWER) and value in known
    }


def carried_fields(*, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Return everything that was typed, as (name, value), for the hidden fields of the next page."""
    return [
        (name, value)
        for name, value in typed_form().items(multi=True)
        if name not in _OWN and name not in without
    ]


def wiki_names() -> TemplateNames:
    """Return our templates' names as they are set, for text made without asking the wiki."""
    names = context().settings.names
    return TemplateNames.of(
        profile=[f"Template:{names.profile}"],
        request=[f"Template:{names.request}"],
        item=[f"Template:{names.capacity}"],
        programme=[f"Template:{names.programme}"],
    )


def typed_wikitext(fields: FormFields) -> str:
    """Return what was typed as a template, to be copied; the wiki is not asked."""
    start = form_start()
    before = start.declared if start else None
    if before is None:
        group = is_group_key(_named_key())
        before = ProfileTemplate(kind=Kind.USER_GROUP if group else Kind.PERSON)
    mine, _ = parse_form(fields, before=before, directory=context().directory)
    return render_profile(mine, names=wiki_names())


# -- Contradictions between two edits of a profile, asked in the reader's words.


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A contradiction as it is asked: the field's name, what each answer stands for, in words."""

    name: str
    label: str
    answers: tuple[tuple[EditSide, str], ...]


_LABELS = {
    WHOLE: "account-conflict-whole",
    "contacts": "account-contacts",
    "offers": "web-offers-heading",
    "wants": "web-wants-heading",
    "languages": "web-languages",
    "affiliations": "web-affiliations",
    "projects": "web-projects",
}


@dataclass(frozen=True, slots=True)
class StatementChoice:
    """What one source says, as the form offers it: the value of each box, its label, its words."""

    source: str
    page: str
    boxes: tuple[tuple[str, str, str], ...]


def word_statements(said: SaidElsewhere) -> StatementChoice:
    """Return what a source says in the reader's language."""
    directory = context().directory
    return StatementChoice(
        said.source,
        said.page,
        tuple(
            (
                pack_statement(one, directory),
                _label_of(one.attribute),
                _in_words(one.attribute, _named(one.value)),
            )
            for one in said.statements
        ),
    )


def _named(value: Any) -> Any:
    """Return an offer by the reader's name of its capacity; any other value as it is."""
    directory = context().directory
    if isinstance(value, Offer) and value.capacity in directory:
        return replace(value, text=directory.name(value.capacity, reader().language))
    return value


def _label_of(attribute: str) -> str:
    return msg(_LABELS.get(attribute, f"account-{attribute}"))


def ask_question(asked: Contradiction, edit: SubmittedEdit) -> VersionChoice:
    """Return a contradiction in the reader's language."""
    label = _label_of(asked.attribute)
    words = {
        EditSide.MINE: _in_words(asked.attribute, asked.mine),
        EditSide.THEIRS: _in_words(asked.attribute, asked.theirs),
        EditSide.BOTH: "",
    }
    if asked.attribute == WHOLE:
        words[EditSide.MINE] = edit.opened.page.with_profile("", edit.mine).strip()
    return VersionChoice(
        f"{ANSWER}{asked.key}", label, tuple((side, words[side]) for side in asked.sides)
    )


def _in_words(attribute: str, value: Any) -> str:
    """Return a value as its form fields would say it; empty where it says nothing."""
    if value is None or value == "" or attribute == WHOLE:
        return ""
    match value:
        case Offer() | Want():
            return _item_words(value)
        case Language():
            return f"{language_name(value.code, reader().interface)} – {msg(f'proficiency-{value.level}')}"
        case date():
            indefinite = value == AWAY_UNTIL_FURTHER_NOTICE
            return msg("account-conflict-away") if indefinite else _day_words(value)
        case int() | float():
            return format_number(value)
    match attribute:
        case "kind":
            return msg(f"kind-{value}")
        case "notify":
            return msg(f"frequency-{value}")
        case "country":
            return country_name(value, reader().interface)
        case "region":
            return region_name(value, reader().interface)
    return str(value)


def _day_words(day: date) -> str:
    return reader().wording.date(day, "medium")


def _item_words(item: Offer | Want) -> str:
    parts = [item.text or context().directory.name(item.capacity, reader().language)]
    if item.level:
        parts.append(msg(f"level-{item.level.name.lower()}"))
    parts += [msg(f"method-{method}") for method in item.methods]
    if isinstance(item, Want) and item.priority is not Priority.NORMAL:
        parts.append(msg(f"priority-{item.priority.name.lower()}"))
    for key, day in (("days-from", item.since), ("days-until", item.until)):
        parts += [msg(key, _day_words(day))] if day else []
    return "\n".join(filter(None, [" · ".join(filter(None, (*parts, item.place))), item.note]))


# -- What the wiki refused: a page that says what happened and holds everything that was typed.

_CODES = {
    "blocked": "blocked",
    "autoblocked": "blocked",
    "readonly": "readonly",
    "ratelimited": "ratelimited",
    "maxlag": "busy",
    "captcha": "captcha",
    "assertuserfailed": "withdrawn",
    "editconflict": "conflict",
    "articleexists": "conflict",
    "permissiondenied": "protected",
    "cantcreate": "protected",
    "noedit": "protected",
    "abusefilter-warning": "warned",
}
_PARTS = {
    "block": "blocked",
    "protected": "protected",
    "filter": "filter",
    "blacklist": "filter",
    "not-approved": "disabled",
    "mwoauth-invalid-authorization": "withdrawn",
}
"""What the code of an extension holds, in the order in which it counts."""


def refusal_code(error: Exception) -> str:
    """Return the end of the message ``account-trouble-…`` that says what happened."""
    match error:
        case ResponseLost():
            return "no-answer"
        case WikiUnavailable():
            return "wiki-away"
        case TooBusy():
            return "busy"
        case ValueError():
            return "value"
        case EditRefused():
            code = error.code.casefold()
            if code.startswith("mwoauth") and "not approved" in error.info:
                return "disabled"
            found = (kind for part, kind in _PARTS.items() if part in code)
            return _CODES.get(code) or next(found, "refused")
    raise error


_STATUS = {"no-answer": 502, "wiki-away": 502, "busy": 503, "value": 400}
_LOGIN_HELPS = ("ended", "whose", "withdrawn")


def refusal_page(
    error: Exception,
    *,
    action: str,
    text: str = "",
    again: str = "",
    besides: str = "account-trouble-kept",
    where: str = "",
) -> Response:
    """Return a page about an error, with the form in it; other errors are raised again.

    ``action`` is where the form is sent to, ``again`` the step with which, if not the one that
    failed. ``text`` is what was typed, as wikitext to be copied. Where only another login helps,
    the form is kept over it. ``besides`` is the message that says what holds all the same, ``where`` the
    page on which ``text`` could be put by hand.
    """
    code = error.code if isinstance(error, FormRefused) else refusal_code(error)
    sent = typed_form()
    holds = sent and request.blueprint in HOLDING
    kept = _keep_over_login() if holds and code in _LOGIN_HELPS else ""
    back = f"{action}{'&' if '?' in action else '?'}{KEPT}={kept}" if kept else ""
    page = make_response(
        render_template(
            "account/trouble.html",
            code=code,
            said=error.info if isinstance(error, EditRefused) else "",
            said_in=reader().language,
            action=action,
            text=text,
            besides=besides,
            where=where,
            step=(again or sent.get("step") or "save") if sent else "",
            login=url_for("account.start_login", again=1, next=back or request.path)
            if code in _LOGIN_HELPS
            else "",
            kept=bool(kept),
            shown="preview" if request.blueprint == "editor" else "form",
            sent=[
                *carried_fields(),
                *((name, sent[name]) for name in ("base", "summary") if name in sent),
            ],
        ),
        error.status if isinstance(error, FormRefused) else _STATUS.get(code, 409),
    )
    if isinstance(error, TooBusy):
        page.headers["Retry-After"] = str(error.retry_after)
    return page


def _keep_over_login() -> str:
    start = form_start()
    return keep_form(start.account if start else 0)


REFUSALS = (EditRefused, ResponseLost, WikiUnavailable, TooBusy, ValueError)
"""What ``refusal_page`` has words for."""
