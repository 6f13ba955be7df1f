"""Pydantic models of what a check found: templates, values, problems and what was left out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from exchange.i18n import Localizer
from exchange.profiles.names import TemplateNames
from exchange.profiles.writer import request_parameters, to_parameters
from webtool.api.schemas import HISTORY, Body, Spoken, WordsBody
from webtool.pages.checked import CheckedPage


class ReadTemplate(Body):
    """What one template says: parameters with their values as the bot would write them."""

    type: Literal["profile", "request"]
    values: dict[str, str]


class CheckProblem(Body):
    """Something that was not understood, in code and in words; `hint` is what may be meant."""

    code: str
    parameter: str
    text: str
    hint: str
    message: str


class CheckOmission(Body):
    """A value that was understood and counts for nothing, and why."""

    parameter: str
    text: str
    reason: str
    message: str


class CheckBody(WordsBody):
    """What a text or page says.

    `aside` tells why nothing on the page counts (`talk`, `namespace`, `draft`, `archive`,
    `translation` of `translates`), `profile` is the key of those for whom it counts. `languages`
    are those of the Babel box, which count where the template names none; `babel_page` is the user
    page that has the box, and `babel_unread` one whose box will count once the bot has read it.
    """

    page: str
    history: str = Field(description=HISTORY)
    understood: bool
    aside: str | None
    translates: str | None
    profile: str | None
    templates: list[ReadTemplate]
    languages: list[Spoken]
    babel_page: str | None
    babel_unread: str | None
    problems: list[CheckProblem]
    omissions: list[CheckOmission]


def check_body(one: CheckedPage, wording: Localizer, history: str) -> CheckBody:
    """Describe what was read in a text or on a page."""
    names = TemplateNames()
    templates = [
        ReadTemplate(type="profile", values=to_parameters(each, names=names))
        for each in one.reading.profiles
    ]
    templates += [
        ReadTemplate(type="request", values=request_parameters(each, names=names))
        for each in one.reading.requests
    ]
    return CheckBody(
        page=one.title,
        history=history,
        understood=one.is_understood,
        aside=one.aside,
        translates=one.source or None,
        profile=one.profile.key if one.profile and not one.is_empty else None,
        templates=templates,
        languages=[Spoken(code=spoken.code, level=spoken.level) for spoken in one.languages],
        babel_page=one.babel_page or None if one.languages else None,
        babel_unread=one.user_page or None,
        problems=[
            CheckProblem(
                code=each.code,
                parameter=each.parameter,
                text=each.text,
                hint=each.hint,
                message=wording.text(f"problem-{each.code}", each.parameter, each.text, each.hint),
            )
            for each in one.problems
        ],
        omissions=[
            CheckOmission(
                parameter=each.parameter,
                text=each.text,
                reason=each.reason,
                message=wording.text(f"web-check-omitted-{each.reason}"),
            )
            for each in one.omissions
        ],
    )
