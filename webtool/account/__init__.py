"""Behind the login: who you are, your matches, your profile.

Installed only where the settings have an OAuth consumer; without one the tool hides login.
"""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Add login and what stands behind it to the web tool."""
    from webtool.account import ask, editor, gate, login, me

    gate.install(app)
    for blueprint in (login.pages, me.pages, editor.pages, ask.pages):
        app.register_blueprint(blueprint)
