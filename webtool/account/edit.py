"""Edit my profile in a form, preview it as a diff, save it to the wiki; ask for help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from unicodedata import normalize

from flask import Blueprint, render_template, request, url_for

from exchange.errors import EditRefused
from exchange.geography import all_countries, all_regions, country_name, region_name
from exchange.model import Frequency, Kind, Level, Method, Priority
from exchange.profiles.document import ProfileTemplate
from exchange.text import search_fold
from webtool.account.auth import (
    Answer,
    FormRefused,
    count_write,
    current_user,
    login_required,
    require_not_forgotten,
)
from webtool.account.form import (
    LEVELS,
    MAX_TEXT,
    FieldError,
    FormFields,
    FormRow,
    language_rows,
    missing_items,
    rows_of,
    submitted_rows,
    with_blank,
    with_carried,
)
from webtool.account.kept import keep_saved_profile, take_kept_form, typed_form
from webtool.account.prefill import PrefilledForm, new_only, prefill_form, said_elsewhere
from webtool.account.profile_page import (
    ProfileEdit,
    diff_lines,
    open_profile_page,
    request_text,
)
from webtool.account.submitted import (
    REFUSALS,
    FormStart,
    SubmittedEdit,
    ask_question,
    carried_fields,
    is_form_of_another,
    read_submitted,
    refusal_code,
    refusal_page,
    start_fields,
    typed_wikitext,
    wiki_names,
    word_statements,
)
from webtool.context import context, reader
from webtool.pages.join import carried_name
from webtool.pages.suggestions import capacity_names, unlisted_note
from webtool.suggest import preview_matches

editor_pages = Blueprint("editor", __name__)
_SHORT_FORM = ("offers-", "wants-", "languages-", "kind", "contacts")
"""How the names of the fields begin that are not folded away."""


@editor_pages.get("/me/profile")
@login_required
def show_editor() -> Answer:
    """Show the form with what is on the page now; what was kept over a login, as its preview."""
    if take_kept_form():
        return _answer_form(_typed_fields(), "preview")
    try:
        opened = open_profile_page(_edited_key())
        known = prefill_form(opened)
    except REFUSALS as error:
        return refusal_page(error, action=_form_address())
    declared = with_carried(
        known.declared,
        offer=carried_name("offer"),
        want=carried_name("want"),
        directory=context().directory,
        language=reader().language,
    )
    return _editor_page(opened, declared, [], known=replace(known, declared=declared))


def _typed_fields() -> FormFields:
    return FormFields(typed_form().to_dict(flat=False))


def _form_address() -> str:
    return url_for("editor.show_editor", of=request.args.get("of"))


def _edited_key() -> str:
    """Return the key of the edited profile: one's own, unless a group's was asked for."""
    return request.args.get("of", current_user().key)


@editor_pages.post("/me/profile")
@login_required
def submit_editor() -> Answer:
    """Preview what was filled in, or save it; ``step`` says which."""
    fields = _typed_fields()
    return _answer_form(fields, fields.get("step"))


@editor_pages.errorhandler(FormRefused)
def hold_form(refused: FormRefused) -> Answer:
    """Show what was typed into a form that cannot be taken now."""
    if refused.code == "changed" and is_form_of_another():
        refused = FormRefused("whose", 403)
    text = typed_wikitext(_typed_fields())
    again = "preview" if refused.code == "changed" else ""
    return refusal_page(refused, action=_form_address(), text=text, again=again)


def _answer_form(fields: FormFields, step: str) -> Answer:
    if is_form_of_another():
        raise FormRefused("whose", 403)
    try:
        opened = open_profile_page(_edited_key())
        edit = read_submitted(opened, fields)
        if step == "form" and edit.is_joined and edit.merged.profile:
            # As the preview showed it, so that what came from elsewhere can be changed here, too.
            return _editor_page(opened, edit.merged.profile, [], anew=True)
        if edit.errors or step == "form":
            return _editor_page(opened, edit.mine, edit.errors)
        if step == "more":
            return _editor_page(opened, edit.mine, [], more=4)
        if edit.merged.contradictions:
            return _contradictions_page(edit)
        if missing := missing_items(edit.merged.profile or edit.mine):
            return _editor_page(opened, edit.mine, missing)
        if step != "save":
            return _preview(edit)
        if edit.is_there:
            return _saved_page(opened, edit.text, opened.draft.revision)
        if fields.get("base") != str(opened.draft.revision):
            return _preview(edit, newer=True)
        return _save(edit, fields)
    except REFUSALS as error:
        return refusal_page(error, action=_form_address(), text=typed_wikitext(fields))


def _save(edit: SubmittedEdit, fields: FormFields) -> Answer:
    count_write()
    opened, text = edit.opened, edit.text
    try:
        revision = opened.save(text, summary=fields.get("summary") or opened.summary)
    except EditRefused as refusal:
        if refusal.code in ("editconflict", "articleexists"):
            again = read_submitted(open_profile_page(_edited_key()), fields)
            if again.merged.contradictions:
                return _contradictions_page(again)
            if again.is_there:
                return _saved_page(again.opened, again.text, again.opened.draft.revision)
            return _preview(again, newer=True)
        raise
    return _saved_page(opened, text, revision)


def _saved_page(opened: ProfileEdit, text: str, revision: int) -> Answer:
    seen = opened.preview(text)
    if not opened.page.is_group:
        keep_saved_profile(replace(seen.profile, revision=revision or opened.draft.revision))
    return render_template(
        "account/saved.html",
        title=opened.draft.title,
        seen=seen,
        preview=preview_matches(seen.profile),
    )


def _contradictions_page(edit: SubmittedEdit) -> Answer:
    """Ask about what was changed here and on the wiki in different ways, side by side."""
    questions = [ask_question(each, edit) for each in edit.merged.contradictions]
    asked = frozenset(each.name for each in questions)
    page = render_template(
        "account/contradictions.html",
        draft=edit.opened.draft,
        of=edit.opened.page.key,
        questions=questions,
        sent=carried_fields(without=asked),
    )
    return page, 409


def _editor_page(
    opened: ProfileEdit,
    declared: ProfileTemplate,
    errors: list[FieldError],
    *,
    more: int = 0,
    anew: bool = False,
    known: PrefilledForm | None = None,
) -> Answer:
    said = new_only(known.said if known else said_elsewhere(opened), declared)
    rows = {
        "offers": rows_of(declared.offers),
        "wants": rows_of(declared.wants),
        "languages": language_rows(declared.languages, reader().interface),
    }
    if errors:
        # Each row stays where it was, so that an error stands beside what it is about.
        fields = _typed_fields()
        rows = {name: submitted_rows(fields, name) or shown for name, shown in rows.items()}
    page = render_template(
        "account/profile.html",
        it=declared,
        draft=opened.draft,
        start=start_fields(opened, anew=anew),
        group=opened.page.is_group,
        of=opened.page.key,
        name=opened.page.name,
        errors={each.field: each for each in errors},
        sources=known.sources if known else {},
        said=[word_statements(each) for each in said],
        is_new=opened.page.profile_index(opened.draft.text) is None and not opened.page.is_group,
        more_open=any(not each.field.startswith(_SHORT_FORM) for each in errors),
        blank=FormRow(),
        rows={name: with_blank(shown, more) for name, shown in rows.items()},
        **form_choices(opened.page.is_group),
        suggestions=capacity_names(),
        directory=context().directory,
        listed={
            "offers": {one.capacity for one in declared.offers},
            "wants": {one.capacity for one in declared.wants},
        },
        methods=list(Method),
        sent=typed_form(),
        refusal=seen_refusal(opened),
        unlisted_note=partial(unlisted_note, without=opened.page.key),
    )
    return (page, 422) if errors else page


def _preview(edit: SubmittedEdit, *, newer: bool = False) -> Answer:
    """Show the edit before it is saved; ``newer``: because the page is newer than what was shown."""
    opened, text = edit.opened, edit.text
    seen = opened.preview(text)
    page = render_template(
        "account/preview.html",
        draft=opened.draft,
        lines=diff_lines(opened.draft.text, text),
        seen=seen,
        preview=preview_matches(seen.profile),
        unlisted_note=partial(unlisted_note, without=opened.page.key),
        moved=newer or edit.moved,
        summary=typed_form().get("summary") or opened.summary,
        refusal=seen_refusal(opened),
        of=opened.page.key,
        sent=carried_fields(),
    )
    return (page, 409) if newer else page


def hold_click(refused: FormRefused) -> Answer:
    """Show again what somebody was about to do by a click; the form keeps what it held."""
    again = "form" if refused.code == "changed" else ""
    return refusal_page(refused, action=request.full_path.rstrip("?"), again=again)


def seen_refusal(opened: ProfileEdit) -> tuple[str, str] | None:
    """Return what the wiki would say to a save, as it told when the page was read: (code, words)."""
    refusal = opened.draft.refusal
    return (refusal_code(refusal), refusal.info) if refusal else None


def form_choices(group: bool) -> dict[str, list[tuple[str, str]]]:
    """Return the options of each list as (value, words in the reader's language)."""
    words, code = reader().wording, reader().interface
    kinds = [kind for kind in Kind if (kind is not Kind.PERSON) == group]
    places = sorted(((each, country_name(each, code)) for each in all_countries()), key=_by_label)
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
        "region_options": [(each.id, region_name(each.id, code)) for each in all_regions()],
    }


def _by_label(choice: tuple[str, str]) -> str:
    return search_fold(choice[1])


request_pages = Blueprint("ask", __name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks for: a capacity in their words, needed by when, and a note."""

    what: str
    until: date | None
    note: str


@request_pages.get("/me/request")
@login_required
def show_request_form() -> str:
    """Show the three fields, with what was kept over a login, and whether the wiki would save."""
    require_not_forgotten()
    try:
        refusal = seen_refusal(open_profile_page(current_user().key))
    except REFUSALS:
        refusal = None  # Nothing of the page is shown, so the form can be filled in without it.
    if take_kept_form():
        return _request_page(_typed_fields(), {}, refusal)
    what, directory = carried_name("what"), context().directory
    if what in directory:
        what = directory.name(what, reader().language)
    return _request_page(FormFields({"what": [what]}), {}, refusal)


@request_pages.post("/me/request")
@login_required
def submit_request() -> Answer:
    """Save the request to the wiki, below one's profile."""
    fields = _typed_fields()
    question, errors = _parse_question(fields)
    if fields.get("step") == "form":
        return _request_page(fields, {})
    if errors:
        return _request_page(fields, errors), 422
    try:
        return _save_question(question)
    except REFUSALS as error:
        return _refused_question(error, question)


@request_pages.errorhandler(FormRefused)
def hold_question(refused: FormRefused) -> Answer:
    """Show what was typed into a request that cannot be taken now."""
    question, _ = _parse_question(_typed_fields())
    return _refused_question(refused, question)


def _refused_question(error: Exception, question: Question) -> Answer:
    text = request_text(question.what, question.until, question.note, names=wiki_names())
    changed = isinstance(error, FormRefused) and error.code == "changed"
    return refusal_page(
        error,
        action=url_for("ask.submit_request"),
        text=text,
        again="form" if changed else "",
    )


def _parse_question(fields: FormFields) -> tuple[Question, dict[str, FieldError]]:
    errors = {}
    what = fields.get("what", 150)
    if not what:
        errors["what"] = FieldError("what", "missing")
    text, until = fields.get("until", 10), None
    try:
        until = date.fromisoformat(text) if text else None
    except ValueError:
        errors["until"] = FieldError("until", "day", text)
    if until and until < context().today:
        errors["until"] = FieldError("until", "past", text)
    return Question(what, until, fields.get("note", MAX_TEXT)), errors


def _save_question(question: Question) -> Answer:
    count_write()
    for _ in range(2):
        opened = open_profile_page(current_user().key)
        new = request_text(question.what, question.until, question.note, names=opened.page.names)
        old = opened.draft.text.rstrip()
        if normalize("NFC", new) in old:  # A second click, or the same form sent again.
            return _saved_page(opened, old, opened.draft.revision)
        text = f"{old}\n\n{new}\n" if old else f"{new}\n"
        try:
            revision = opened.save(text, summary=opened.say("account-request-summary"))
        except EditRefused as refusal:
            # Somebody was faster: what we add stands by itself, so it goes onto the newer text.
            if refusal.code in ("editconflict", "articleexists"):
                conflict = refusal
                continue
            raise
        return _saved_page(opened, text, revision)
    raise conflict


def _request_page(
    fields: FormFields,
    errors: dict[str, FieldError],
    refusal: tuple[str, str] | None = None,
) -> str:
    return render_template(
        "account/request.html",
        what=fields.get("what", 150),
        until=fields.get("until", 10),
        note=fields.get("note"),
        errors=errors,
        began=typed_form().get("began") or FormStart.of_request().seal(),
        suggestions=capacity_names(),
        directory=context().directory,
        refusal=refusal,
    )
