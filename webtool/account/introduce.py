"""Introductions: a coordinator picks a seeker and a helper, and writes one line to both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from exchange.errors import StoreError, StoreUnavailable
from exchange.i18n.escape import one_line
from exchange.matching import UnmetReason, WhyNot, reasons
from exchange.model import Match, Profile, Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey
from exchange.store.introductions import (
    LONGEST_LINE,
    MOST_A_DAY,
    NotIntroduced,
)
from exchange.titles import normalise_title
from webtool.account.auth import Answer, FormRefused, count_write, current_user, login_required
from webtool.account.kept import take_kept_form, typed_form
from webtool.account.queue import is_coordinator
from webtool.account.submitted import FormStart, refusal_page, wiki_names
from webtool.context import context, current_lookup, current_snapshot, reader
from webtool.limits import AtMost
from webtool.suggest import ExplainedMatch, helpers_of, seekers_of

pages = Blueprint("introduce", __name__)

AT_ONCE = 2
"""How many pairs are looked at at a time: each takes a lookup among everybody."""
SHOWN = 20
"""How many people a list to choose from has at most."""
SHOWN_FOR = timedelta(days=90)
"""How long coordinators see what became of their introductions."""
LATELY = timedelta(days=14)

_LINK = re.compile(
    r"://|\bwww\.|\bmailto:|\[\[|\{\{|\[https?|\b[\w-]+\.(?:com|org|net|info|biz|io|edu|ly|me|app|dev"
    r"|xyz|site|online|top|club|shop)\b",
    re.IGNORECASE,
)
"""What is a link, or is made one by many programs that show text."""

_looking = AtMost(AT_ONCE)


def read_line(text: str) -> tuple[str, str]:
    """Return a coordinator's line as it is kept, and what is wrong with it; "" where nothing is."""
    line = one_line(text)
    if not line:
        return line, "missing"
    if _LINK.search(line):
        return line, "link"
    return line, "long" if len(line) > LONGEST_LINE else ""


@dataclass(frozen=True, slots=True)
class PairView:
    """Two people as a coordinator sees them before they are introduced.

    ``match`` is what they would exchange, with its ``reasons``; without one, ``against`` says why
    not. ``lately`` is the day of the seeker's last message, where that makes them wait.
    """

    match: Match | None = None
    reasons: Sequence[str] = ()
    against: str = ""
    lately: datetime | None = None


@dataclass(slots=True)
class IntroductionForm:
    """What a coordinator chose and typed, and who is meant by it."""

    seeker: str = ""
    helper: str = ""
    want: str = ""
    line: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    people: dict[str, Profile] = field(default_factory=dict)

    def identify(self) -> None:
        """Find who is meant by both names; what nobody is called goes into ``errors``."""
        for side in ("seeker", "helper"):
            written = getattr(self, side).strip()
            if not written:
                continue
            found = find_party(written)
            if found is None:
                self.errors[side] = written
            else:
                self.people[side] = found


def find_party(written: str) -> Profile | None:
    """Return who with a profile is meant by a key, a user name or a group's name, as people write it."""
    store = context().store
    try:
        keys = [str(ProfileKey.parse(written))]
    except ValueError:
        names = (*wiki_names().users_written(written), normalise_title(written.strip("[] ")))
        keys = [one.key for name in names for one in store.profiles.named(name[:255])]
    return next((store.profiles.get(key) for key in keys if key in current_snapshot().index), None)


@pages.get("/introduce")
@login_required
def show_introduction() -> Answer:
    """Show whom a coordinator could introduce, two of them with what speaks for it and against."""
    _require_coordinator()
    typed = typed_form() if take_kept_form() else request.args
    return _form_page(_form_of(typed))


@pages.post("/introduce")
@login_required
def send_introduction() -> Answer:
    """Keep an introduction for the bot to tell; or show the form again with what is wrong."""
    _require_coordinator()
    form = _form_of(typed_form())
    if typed_form().get("step") == "form":
        return _form_page(form)
    count_write()
    form.identify()
    line, wrong = read_line(form.line)
    if wrong:
        form.errors["line"] = wrong
    for side in {"seeker", "helper"} - form.people.keys():
        form.errors.setdefault(side, "")
    if form.errors:
        return _form_page(form), 422
    view = look_at_pair(form)
    if view.match is None:
        return _form_page(form, view), 409
    here, login = context(), current_user()
    try:
        here.store.introductions.make(
            view.match, coordinator=login.account, name=login.name, line=line, at=here.now()
        )
    except NotIntroduced as refused:
        form.errors["pair"] = refused.code
        return _form_page(form, view), 409
    except StoreUnavailable:
        raise
    except StoreError:
        # Somebody else introduces the same two at this very moment.
        form.errors["pair"] = "before"
        return _form_page(form, view), 409
    return redirect(url_for("introduce.show_introduction", said="done"))


@pages.post("/introduce/<int:id>/back")
@login_required
def take_back_introduction(id: int) -> Answer:
    """Take back an introduction of mine of which nobody was told yet."""
    _require_coordinator()
    here = context()
    done = here.store.introductions.take_back(id, coordinator=current_user().account, at=here.now())
    said = "back" if done else "late"
    return redirect(url_for("introduce.show_introduction", said=said, _anchor="made"))


@pages.errorhandler(FormRefused)
def hold_introduction(refused: FormRefused) -> Answer:
    """Show what was typed into a form that cannot be taken now."""
    return refusal_page(
        refused,
        action=url_for("introduce.send_introduction"),
        text=typed_form().get("line", ""),
        again="form" if refused.code == "changed" else "",
    )


def look_at_pair(form: IntroductionForm) -> PairView:
    """Return what two people would exchange and why, or what speaks against it.

    What keeps the bot from suggesting two people keeps a coordinator from introducing them. Who of
    them said no, and to what, is nobody's to know.
    """
    here, store = context(), context().store
    seeker, helper = form.people["seeker"], form.people["helper"]
    pair = {seeker.key, helper.key}
    if pair & (_refusing() | store.preferences.kept_apart(seeker.key)):
        return PairView(against="no")
    before = store.suggestions.involving(seeker.key)
    if any(_counts(one) and helper.key in one.match.pair for one in before):
        return PairView(against="suggested")
    lookup = current_lookup().value
    if not pair <= lookup.profiles.keys():
        return PairView(against="gone")
    with _looking.enter():
        found = lookup.explain(seeker.key, helper.key, want=form.want)
    if isinstance(found, WhyNot):
        muted = found.reason is UnmetReason.QUIET
        return PairView(against="no" if muted else found.reason.value)
    said = reasons(here.protection.conceal_match(found), reader().wording, here.directory)
    account = ProfileKey.parse(seeker.key).account
    told = [one.ended or one.begun for one in store.notices.to(account)] if account else []
    last = max((at for at in told if at > here.now() - LATELY), default=None)
    return PairView(found, said, lately=last)


def _refusing() -> frozenset[str]:
    """The profile keys of those who want no introductions by the current user."""
    about = {"", current_user().key}
    return frozenset(key for key, by in context().store.introductions.refusals() if by in about)


def _counts(one: Suggestion) -> bool:
    """Whether two were brought together: somebody was told of it, or a person decided it."""
    if one.status is SuggestionStatus.PLANNED:
        return one.is_by_hand
    return one.status is not SuggestionStatus.WITHDRAWN


def _require_coordinator() -> None:
    if not is_coordinator():
        abort(403)


def _form_of(typed: MultiDict[str, str]) -> IntroductionForm:
    return IntroductionForm(
        typed.get("seeker", "")[:500],
        typed.get("helper", "")[:500],
        typed.get("want", "")[:190],
        typed.get("line", "")[:2000],
    )


def _form_page(form: IntroductionForm, view: PairView | None = None) -> str:
    here, login = context(), current_user()
    if not form.people:
        form.identify()
    if view is None and len(form.people) == 2:
        view = look_at_pair(form)
    made = here.store.introductions.by(login.account, since=here.now() - SHOWN_FOR)
    known = here.store.suggestions.get_many(one.suggestion for one in made)
    keys = {key for one in known.values() for key in one.match.pair}
    return render_template(
        "account/introduce.html",
        form=form,
        view=view,
        choices=_choices(form),
        waiting=_unserved(form) if not form.people else (),
        left=here.store.introductions.left(login.account, day=here.today),
        most=MOST_A_DAY,
        longest=LONGEST_LINE,
        made=[(one, known[one.suggestion]) for one in made if one.suggestion in known],
        people={
            key: one
            for key, one in here.store.profiles.get_many(keys).items()
            if key in current_snapshot().index
        },
        began=typed_form().get("began") or FormStart.of_request().seal(),
        said=request.args.get("said", ""),
    )


def _choices(form: IntroductionForm) -> Sequence[ExplainedMatch]:
    """Return who fits the one who is chosen, best first; the bot's own rules decide who may."""
    if len(form.people) != 1:
        return ()
    ((side, chosen),) = form.people.items()
    with _looking.enter():
        found = helpers_of(chosen, SHOWN) if side == "seeker" else seekers_of(chosen, SHOWN)
    refusing = _refusing()
    if chosen.key in refusing:
        return ()
    return [one for one in found if one.other.key not in refusing]


def _unserved(form: IntroductionForm) -> list[tuple[Profile, str]]:
    """Return who wants something (``want``, or anything) and was suggested nobody: (who, capacity)."""
    here, index = context(), current_snapshot().index
    rows = [
        (key, want)
        for key, want, _ in here.store.rounds.unmet()
        if key in index and (not form.want or want == form.want)
    ][:SHOWN]
    people = here.store.profiles.get_many(key for key, _ in rows)
    return [(people[key], want) for key, want in rows if key in people]
