"""What needs a login: my matches, my data, my profile.

Registered only where the settings have an OAuth consumer; without one the tool hides login.
"""

from __future__ import annotations

from flask import Flask


def register_account(app: Flask) -> None:
    """Add login and what stands behind it to the web tool."""
    from webtool.account import (
        answers,
        auth,
        edit,
        introduce,
        invitations,
        joining,
        login,
        me,
        organising,
        plan,
        programmes,
        queue,
        sharing,
        wanting,
        wishes,
    )

    auth.register_auth(app)
    signed = (login, answers, me, plan, sharing, joining, wanting, wishes)
    own = (
        module.pages for module in (*signed, queue, invitations, introduce, programmes, organising)
    )
    app.jinja_env.globals["coordinates"] = queue.is_coordinator
    for blueprint in (*own, edit.editor_pages, edit.request_pages):
        app.register_blueprint(blueprint)
