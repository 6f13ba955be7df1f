"""People and groups: a profile as the bot read it, and who could help."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from exchange.model import Profile
from webtool import jsonld
from webtool.context import context, shelf
from webtool.helpers import helpers_of

pages = Blueprint("people", __name__)


@pages.get("/people/<name>")
def person(name: str) -> str | Response:
    """Show a person."""
    return _show(name, group=False)


@pages.get("/groups/<path:name>")
def group(name: str) -> str | Response:
    """Show a group."""
    return _show(name, group=True)


def find(name: str) -> Profile:
    """Give the profile of a name, as wikis write it or as an address does; 404 without one."""
    wanted = " ".join(name.replace("_", " ").split())[:255]
    wanted = wanted[:1].upper() + wanted[1:]
    profile = context().store.profiles.by_name(wanted)
    if profile is None or profile.key not in shelf().index:
        abort(404)
    return profile


def _show(name: str, *, group: bool) -> str | Response:
    profile = find(name)
    if profile.is_group != group:
        endpoint = "people.group" if profile.is_group else "people.person"
        return redirect(url_for(endpoint, name=profile.name.replace(" ", "_")))
    here = context()
    return render_template(
        "profile.html",
        profile=profile,
        problems=[one.problem for one in here.store.problems.on(profile.page_id)],
        helpers=helpers_of(profile),
        linked=jsonld.profile(profile),
    )
