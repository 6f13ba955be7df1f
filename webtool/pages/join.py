"""How to take part: what it is, an example, three ways in, what happens then, how to leave."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from exchange.model import UNLISTED
from exchange.profiles.document import ProfileTemplate
from exchange.profiles.parser import read_page
from webtool.context import context
from webtool.pages.check import EXAMPLE
from webtool.pages.checked import template_names
from webtool.render import wiki_link

pages = Blueprint("join", __name__)


@pages.get("/join")
def show_join() -> str:
    """Show how to take part; ``offer`` or ``want`` is what somebody came for."""
    return render_template(
        "join.html",
        example=example_profile(),
        wikitext=EXAMPLE,
        came_for={side: carried_name(side) for side in ("offer", "want")},
        **_links(),
    )


def example_profile() -> ProfileTemplate:
    """Return what the bot reads in the example that ``/check`` shows, too."""
    here = context()
    return read_page(
        EXAMPLE, names=template_names(), directory=here.directory, today=here.today
    ).profiles[0]


def carried_name(side: str) -> str:
    """Return the capacity's id or the words that an address carries for an offer or a want."""
    return " ".join(request.args.get(side, "").split()).removeprefix(UNLISTED)[:150]


def _links() -> dict[str, str]:
    """Return the addresses on the wiki, empty where there is no wiki to link to.

    The page is the one that the portal on the wiki leads to.
    """
    names = context().settings.names
    page = f"Special:MyPage/{names.portal}"
    preload = f"Template:{names.profile}/preload"
    return {
        "as_text": wiki_link(page, action="edit", preload=preload, summary=names.portal),
        "as_form": wiki_link(page, veaction="edit", preload=preload),
        "manual": wiki_link(f"Template:{names.profile}"),
        "opt_out": names.opt_out_list,
    }
