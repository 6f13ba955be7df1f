"""The web tool: search, people, capacities, places, map, reports, requests, check, and an API.

``create_app`` is its composition root. Public pages know no session and set no cookie; pages that
need a login are in blueprints of their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Flask
from jinja2 import StrictUndefined

from exchange.directory import Directory
from exchange.directory import load as load_directory
from exchange.settings import Settings
from exchange.settings import load as load_settings
from exchange.store.store import Store
from webtool import account, cards, http, render
from webtool.context import Context, attach_context
from webtool.pages import check
from webtool.snapshot import SnapshotCache, run_in_thread

MAX_BODY = 3 * check.MAX_BYTES + 10_000
"""Bytes of a request's body: a form writes a byte as up to three (``%D8``)."""


def create_app(
    settings: Settings | None = None,
    store: Store | None = None,
    *,
    directory: Directory | None = None,
    now: Callable[[], datetime] | None = None,
    background: Callable[[Callable[[], None]], None] = run_in_thread,
) -> Flask:
    """Return the web tool, from settings (else the environment) and a store (else theirs).

    ``now`` is the clock (default: the settings'), ``background`` runs something in the background.
    The database is not asked yet, so that the tool starts while it is unavailable.
    """
    settings = settings or load_settings(os.environ)
    store = store or Store.open(settings.database_url, migrated=False)
    directory = directory or load_directory()
    protected = settings.privacy.protected_countries
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY)
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    attach_context(
        app,
        Context(
            store=store,
            snapshots=SnapshotCache(store, directory, protected, start=background),
            now=now or settings.clock,
            settings=settings,
            wiki=_index_php(settings.web.wiki or settings.wiki.address),
        ),
    )
    http.register_headers(app)
    http.register_error_pages(app)
    render.register_filters(app)
    cards.register_globals(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    if settings.web.login:
        account.register_account(app)
    return app


def _blueprints() -> list[Blueprint]:
    from webtool.api import api
    from webtool.pages import browse, check, data, join, map, ops, reports, search, suggestions

    return [
        search.home_pages,
        search.pages,
        browse.people_pages,
        browse.capacity_pages,
        browse.place_pages,
        map.pages,
        reports.pages,
        data.pages,
        browse.request_pages,
        check.pages,
        join.pages,
        suggestions.pages,
        ops.meta_pages,
        ops.metrics_pages,
        api,
    ]


def _index_php(address: str) -> str:
    """Return a wiki's index.php from its api.php or index.php; empty for an archive."""
    folder = address.removesuffix("api.php").removesuffix("index.php")
    return folder + "index.php" if address.startswith(("http://", "https://")) else ""
