"""Programme rounds for whoever applies: which there are, and one's own name on the page of one.

An application counts once the bot has read it there, by whose hand it is. The store knows it before
that, so that it shows at once and nobody who has withdrawn is told of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for

from exchange.errors import EditRefused
from exchange.matching import load_weights
from exchange.model.keys import ProfileKey
from exchange.model.programme import (
    ApplicantStep,
    Application,
    Programme,
)
from exchange.profiles.applying import ProgrammePage, render_line
from exchange.profiles.programme_values import ApplicantLine
from exchange.programmes.phases import (
    Phase,
    able_organisers,
    confirmable_programmes,
    may_organise,
    phase_of,
    refusal_of,
)
from exchange.programmes.state import ProgrammeState, read_programme
from webtool.account.auth import (
    Answer,
    FormRefused,
    auth_services,
    count_write,
    current_user,
    login_required,
    note_name,
    require_not_forgotten,
)
from webtool.account.edit import hold_click, seen_refusal
from webtool.account.profile_page import ProfileEdit, ProfilePage, same_page_text
from webtool.account.submitted import REFUSALS, FormStart, refusal_page
from webtool.context import context
from webtool.limits import AtMost

pages = Blueprint("programmes", __name__)

ATTEMPTS = 3
"""How often an edit is tried while others change the page: a name fits on any version of it."""

PENDING = frozenset((ApplicantStep.PAIRED, ApplicantStep.WAITING, ApplicantStep.CONFIRMED))
"""Steps of which only organisers know: an applicant learns of a pair when the bot tells them."""

_drafting = AtMost(2)


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme in the list: my application, whether I may act for it, and where it is."""

    programme: Programme
    application: Application | None
    organises: bool
    phase: Phase


@dataclass(frozen=True, slots=True)
class _OpenedProgramme:
    """A programme on its page as the page is now; None where it is no longer there."""

    edit: ProfileEdit
    programme: ProgrammePage | None

    @property
    def line(self) -> ApplicantLine | None:
        """One's own line."""
        return self.programme.line_of(self.edit.site.user) if self.programme else None


def draft_now(programme: Programme) -> ProgrammeState:
    """Return a programme as it stands now, with its draft; ``TooBusy`` where many ask at once."""
    here = context()
    with _drafting.enter():
        return read_programme(
            here.store,
            programme,
            directory=here.directory,
            weights=load_weights(),
            today=here.today,
        )


@pages.get("/me/rounds")
@login_required
def show_programmes() -> str:
    """Show every programme that goes on, mine first: those that I organise or applied to."""
    here, login = context(), current_user()
    store = here.store
    applied = {one.page: each for one, each in store.programmes.applied_to(login.account)}
    mine = {one.page for one in store.programmes.organised_by(login.account)}
    able = bool(mine) and may_organise(store, login.account)
    confirmable = confirmable_programmes(store)
    rows = [
        ProgrammeRow(
            one,
            applied.get(one.page),
            able and one.page in mine,
            phase_of(one, confirmable, here.today),
        )
        for one in store.programmes.all()
        if one.page in applied or one.page in mine or not one.is_closed(here.today)
    ]
    rows.sort(key=lambda row: (not row.organises, row.application is None, row.programme.page))
    phases = [(phase, [row for row in rows if row.phase is phase]) for phase in Phase]
    return render_template("account/programmes.html", phases=phases, unable=bool(mine) and not able)


@pages.get("/me/rounds/<int:page>")
@login_required
def show_programme(page: int) -> Answer:
    """Show a programme, what applying writes where, and how far my application got."""
    programme = asked_programme(page)
    try:
        opened = _open(programme)
    except REFUSALS as error:
        return _refused(error, programme)
    return _programme_page(programme, opened, "there" if opened.line else "")


@pages.post("/me/rounds/<int:page>")
@login_required
def submit_application(page: int) -> Answer:
    """Write one's own line onto the page, or take it out; a second time does nothing."""
    programme = asked_programme(page)
    address = url_for("programmes.show_programme", page=page)
    withdraws = request.form.get("step") == "withdraw"
    if request.form.get("step") == "form":
        return redirect(address)
    count_write()
    if not withdraws and not programme.is_open(context().today):
        return redirect(address)
    try:
        opened = _save(programme, withdraws=withdraws)
    except REFUSALS as error:
        return _refused(error, programme)
    return _programme_page(programme, opened, "withdrawn" if withdraws else "applied")


pages.register_error_handler(FormRefused, hold_click)


def asked_programme(page: int) -> Programme:
    """Return the programme that the address names; 404 where there is none."""
    require_not_forgotten()
    programme = context().store.programmes.get(page)
    if programme is None:
        abort(404)
    return programme


def _open(programme: Programme) -> _OpenedProgramme:
    """Return the programme's page, redirects followed, to be edited as the current user."""
    login, here = current_user(), context()
    wiki = auth_services().open_wiki(login)
    site = wiki.site_info(here.settings.names)
    note_name(site.user)
    draft = wiki.draft(title=programme.title)
    key = str(ProfileKey.for_group(programme.page))
    page = ProfilePage(draft.title, key, draft.title, site.names, here.directory, here.today)
    there = draft.exists and draft.page == programme.page
    found = ProgrammePage.find(draft.text, names=site.names, read=page.reading) if there else None
    return _OpenedProgramme(ProfileEdit(wiki, site, draft, page), found)


def _partners(opened: _OpenedProgramme) -> tuple[str, ...]:
    """Return the user name that somebody wrote beside their own, as it is on the wiki."""
    written = request.form.get("partner", "").strip()[:300]
    found = opened.edit.site.names.users_written(written)[:1] if written else ()
    return tuple(name for name in found if name != opened.edit.site.user)


def _save(programme: Programme, *, withdraws: bool) -> _OpenedProgramme:
    conflict: EditRefused | None = None
    here, account = context(), current_user().account
    for _ in range(ATTEMPTS):
        opened = _open(programme)
        edit, found = opened.edit, opened.programme
        if found is None:
            return opened
        name, partners = edit.site.user, _partners(opened)
        if withdraws:
            text = found.without_line(name)
        else:
            # Where somebody else wrote the line, an edit of one's own makes it count.
            afresh = _application(programme, account) is None
            text = found.with_line(name, partners, afresh=afresh)
        if not same_page_text(text, edit.draft.text):
            try:
                step = "withdraw" if withdraws else "apply"
                edit.save(text, summary=edit.say(f"account-programme-summary-{step}"))
            except EditRefused as refusal:
                if refusal.code != "editconflict":
                    raise
                conflict = refusal
                continue
        if withdraws:
            here.store.programmes.withdraw(programme.page, account)
        else:
            known = {
                ProfileKey.parse(one.key).account
                for partner in partners
                for one in here.store.profiles.named(partner)
            }
            here.store.programmes.apply(
                programme.page, account, partners=known - {0, account}, at=here.now()
            )
        return opened
    assert conflict is not None
    raise conflict


def _programme_page(programme: Programme, opened: _OpenedProgramme, state: str) -> Answer:
    found, here, account = opened.programme, context(), current_user().account
    store, applied = here.store, _application(programme, account)
    step = draft_now(programme).draft.steps.get(account) if applied else None
    is_open = programme.is_open(here.today)
    if is_open and not applied and found:
        step = refusal_of(store, programme, account, directory=here.directory, at=here.now())
    if state == "there" and not applied:
        state = "others"
    able = able_organisers(store, programme)
    names = store.accounts.get_many(able)
    page = render_template(
        "account/programme.html",
        programme=programme,
        title=opened.edit.draft.title,
        note=found.programme.note if found else "",
        state=state if found else "gone",
        step="pending" if step in PENDING else step,
        applied=applied,
        is_open=is_open,
        organises=account in able,
        organisers=sorted(user.name for user in names.values()),
        began=FormStart.of_request().seal(),
        refusal=None if state in ("applied", "withdrawn") else seen_refusal(opened.edit),
        partner=", ".join(opened.line.partners) if opened.line and state == "there" else "",
    )
    return page if found else (page, 404)


def _application(programme: Programme, account: int) -> Application | None:
    """Return what is known of somebody's application."""
    known = context().store.programmes.applications(programme.page)
    return next((one for one in known if one.account == account), None)


def _refused(error: Exception, programme: Programme) -> Answer:
    return refusal_page(
        error,
        action=url_for("programmes.show_programme", page=programme.page),
        text=render_line(ApplicantLine(current_user().name)),
        where=programme.title,
    )
