"""The coordinators' queue: answers that nobody understood, to be read and marked as read."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from exchange.model.keys import ProfileKey
from exchange.store.unclear_answers import VIA_COORDINATOR
from webtool.account.auth import Answer, current_user, login_or_none, login_required
from webtool.context import context
from webtool.render import bdi, comma_list

pages = Blueprint("queue", __name__)

UNDO_FOR = timedelta(days=30)
"""How long what was marked as read is shown, to be taken back."""


def is_coordinator() -> bool:
    """Whether the protected page on the wiki names whoever is logged in, as of the last harvest."""
    login = login_or_none()
    return login is not None and login.account in context().store.coordinators.all()


@pages.get("/coordinate")
@login_required
def show_queue() -> Answer:
    """Show what waits to be read, and what was marked as read lately, with who did it."""
    here = context()
    if not is_coordinator():
        title = here.settings.names.coordinators
        return render_template("account/queue.html", forbidden=title), 403
    waiting = here.store.unclear_answers.waiting()
    marked = here.store.unclear_answers.marked(since=here.now() - UNDO_FOR)
    # Hidden accounts are on no page, not even on one for few.
    gone = here.store.accounts.gone(one.account for one in (*waiting, *marked))
    waiting, marked = ([e for e in each if e.account not in gone] for each in (waiting, marked))
    by = {one.notice: ProfileKey.parse(one.settled_by).account for one in marked if one.settled_by}
    people = here.store.accounts.get_many(set(by.values()))
    return render_template(
        "account/queue.html",
        forbidden="",
        waiting=waiting,
        marked=marked,
        names={id: people[who].name for id, who in by.items() if who in people},
        said=request.args.get("said", ""),
        unknown=comma_list(bdi(one, "") for one in here.store.coordinators.unknown()),
        coordinators_page=here.settings.names.coordinators,
    )


@pages.post("/coordinate/<id>")
@login_required
def mark_read(id: str) -> Response:
    """Mark an unclear answer as read, so that its author gets messages again; or undo that."""
    if not is_coordinator():
        abort(403)
    here = context()
    if request.form.get("step") == "undo":
        done = here.store.unclear_answers.reopen(id)
    else:
        done = here.store.unclear_answers.settle(
            id, by=current_user().key, via=VIA_COORDINATOR, at=here.now()
        )
    return redirect(url_for("queue.show_queue", said="done" if done else "before"))
