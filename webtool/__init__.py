"""The web tool: search, people, capacities, places, map, reports, requests, check, and an API.

``create_app`` is the one place where things are put together. Public pages know no session and
set no cookie; what stands behind the login is a blueprint of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Flask

from exchange.directory import Directory
from exchange.directory import load as load_directory
from exchange.settings import Settings
from exchange.settings import load as load_settings
from exchange.store.facade import Store
from webtool import account, cards, failures, headers, show
from webtool.context import Context, keep
from webtool.keeper import Keeper
from webtool.renewal import in_a_thread


def create_app(
    settings: Settings | None = None,
    store: Store | None = None,
    *,
    directory: Directory | None = None,
    now: Callable[[], datetime] | None = None,
    beside: Callable[[Callable[[], None]], None] = in_a_thread,
) -> Flask:
    """Put the web tool together: from settings (else the environment) and a store (else theirs).

    ``now`` is the clock, the settings' own where it is left out; ``beside`` does something beside
    the answers. Nothing is asked of the database yet, so that the tool starts while it is away.
    """
    settings = settings or load_settings(os.environ)
    store = store or Store.open(settings.database_url, migrated=False)
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=2_500_000, MAX_FORM_MEMORY_SIZE=2_500_000)
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    keep(
        app,
        Context(
            store=store,
            keeper=Keeper(store, directory or load_directory(), start=beside),
            now=now or settings.clock,
            settings=settings,
            wiki=_index_php(settings.web.wiki or settings.wiki.address),
        ),
    )
    headers.install(app)
    failures.install(app)
    show.install(app)
    app.jinja_env.globals.update(
        cards=cards.cards,
        chip=cards.chip,
        choice=cards.choice,
        choices=cards.choices,
        facet_value=cards.facet_value,
    )
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    if settings.web.login:
        account.install(app)
    return app


def _blueprints() -> list[Blueprint]:
    from webtool.api import api
    from webtool.pages import (
        capacities,
        check,
        home,
        meta,
        metrics,
        people,
        places,
        reports,
        requests,
    )
    from webtool.pages import search as found

    return [
        home.pages,
        found.pages,
        people.pages,
        capacities.pages,
        places.pages,
        reports.pages,
        requests.pages,
        check.pages,
        meta.pages,
        metrics.pages,
        api,
    ]


def _index_php(address: str) -> str:
    """Give a wiki's index.php from its api.php or index.php; empty for an archive."""
    if not address.startswith(("http://", "https://")):
        return ""
    return address.removesuffix("api.php").removesuffix("index.php") + "index.php"
