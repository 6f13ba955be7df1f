"""The composition root: settings become a store, a wiki and a clock, and commands run on them."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.cli.output import (
    DONE,
    FAILURES,
    USAGE,
    Progress,
    caught_errors,
    format_json,
    print_steps,
    progress_bars,
)
from bot.wiki import DryRunWiki, RequestPolicy, Wiki, open_wiki
from exchange import logfmt
from exchange.errors import ExchangeError, SettingsError, StoreError, StoreUnavailable
from exchange.settings import Settings, load
from exchange.sources.platform import COMMONS
from exchange.store import Store, migrate

DRY_RUN_FOLDER = Path("var/dry-run")
"""Where a dry run leaves every page that the run would write."""


@dataclass
class App:
    """The settings, and the store and wiki that they name, opened when they are first used.

    With ``dry_run`` the store is a copy that goes when the app is closed, and the wiki one that
    is only read: the commands do what they always do, and nothing of it is kept.
    """

    settings: Settings
    progress: Progress
    dry_run: bool = False

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time now in UTC, or always the one that the settings fix."""
        return self.settings.clock

    @cached_property
    def store(self) -> Store:
        """The database, with its newest tables."""
        if self.dry_run:
            return self._copied_store()
        return Store.open(self.settings.database_url)

    @cached_property
    def wiki(self) -> Wiki:
        """The wiki. Raises ``SettingsError`` where none is named."""
        wiki = configured_wiki(self.settings)
        if self.dry_run:
            return DryRunWiki(wiki, folder=DRY_RUN_FOLDER, now=self.clock)
        return wiki

    @property
    def platform(self) -> Wiki | None:
        """The wiki with the platform's tables, read without an account; None where nobody is asked."""
        address = self.settings.platform_api(commons=COMMONS)
        if not address:
            return None
        wiki = self.settings.wiki
        policy = RequestPolicy(maxlag=wiki.maxlag, tries=2, wait=0, agent=self.settings.user_agent)
        return open_wiki(address=address, now=self.clock, policy=policy)

    @property
    def opened_wiki(self) -> Wiki | None:
        """The wiki if it was opened: for counting, which must not open it."""
        return self.__dict__.get("wiki")

    @cached_property
    def _scratch(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="capacity-exchange-")

    def _copied_store(self) -> Store:
        copy = f"sqlite:///{self._scratch.name}/dry-run.db"
        source = Store.open(self.settings.database_url, migrated=False)
        with contextlib.closing(source):
            if not source.database.exists() or not (at := migrate.current(source.database)):
                return Store.open(copy)
            if at != migrate.head():
                raise StoreError(
                    f"the database is at migration {at} and a dry run needs {migrate.head()}: "
                    "run any other command first, which migrates it"
                )
            return source.copy_into(copy)

    def close(self) -> None:
        """Close what was opened, and remove a dry run's copy."""
        if "store" in self.__dict__:
            self.store.close()
        if "_scratch" in self.__dict__:
            self._scratch.cleanup()


def open_app(
    *, progress: Progress, dry_run: bool = False, environment: Mapping[str, str] | None = None
) -> App:
    """Read the settings from the environment. Raises ``SettingsError``."""
    settings = load(os.environ if environment is None else environment)
    if settings.tool:
        # On Toolforge whatever else asks somebody over HTTP gives the tool's own name, too. The
        # library takes a fifth of the start of a command, and elsewhere nothing needs it.
        import toolforge

        toolforge.set_user_agent(settings.tool)
    if dry_run:
        # Like its copy of the database, what a dry run marks is not kept.
        unlogged = settings.erasure.model_copy(update={"log": None})
        settings = settings.model_copy(update={"erasure": unlogged})
    return App(settings, progress, dry_run)


def configured_wiki(settings: Settings, *, tries: int = 0, timeout: float = 0) -> Wiki:
    """Open the wiki that the settings name; ``SettingsError`` where they name none.

    ``tries`` and ``timeout`` (in seconds) limit the settings' own, for whoever cannot wait.
    """
    wiki, bot = settings.wiki, settings.bot
    if not wiki.address:
        raise SettingsError(
            ["CXC_WIKI: no wiki is named; use https://…/w/api.php, or archive:FILE.xml.gz"]
        )
    oauth = bot.oauth
    return open_wiki(
        address=wiki.address,
        now=settings.clock,
        out=wiki.out,
        user=bot.user,
        password=bot.password.get_secret_value() if bot.password else "",
        oauth=(
            oauth.consumer_key,
            oauth.consumer_secret.get_secret_value(),
            oauth.access_token,
            oauth.access_secret.get_secret_value(),
        )
        if oauth
        else None,
        policy=RequestPolicy(
            pause=60 / bot.edits_per_minute,
            maxlag=wiki.maxlag,
            tries=min(tries, wiki.tries) if tries else wiki.tries,
            wait=0 if tries == 1 else RequestPolicy().wait,
            timeout=min(timeout, wiki.timeout) if timeout else wiki.timeout,
            agent=settings.user_agent,
        ),
    )


def _install(app: App, run: int) -> object:
    from bot.install import install_pages

    return install_pages(settings=app.settings, wiki=app.wiki, progress=app.progress)


def _harvest(app: App, run: int) -> object:
    from bot.harvest import harvest_pages

    return harvest_pages(
        settings=app.settings,
        store=app.store,
        wiki=app.wiki,
        now=app.clock(),
        progress=app.progress,
    )


def _listen(app: App, run: int) -> object:
    from bot.notify import listen_for_answers

    return listen_for_answers(
        settings=app.settings, store=app.store, wiki=app.wiki, now=app.clock()
    )


def _match(app: App, run: int) -> object:
    from bot.match import match_profiles

    return match_profiles(
        store=app.store,
        now=app.clock(),
        progress=app.progress,
        held_share=app.settings.notify.hold_out,
    )


def _notify(app: App, run: int) -> object:
    from bot.notify import notify_people

    return notify_people(
        settings=app.settings,
        store=app.store,
        wiki=app.wiki,
        now=app.clock(),
        progress=app.progress,
        run=run,
    )


def _publish(app: App, run: int) -> object:
    from bot.publish import publish_reports

    return publish_reports(
        settings=app.settings,
        store=app.store,
        wiki=app.wiki,
        now=app.clock(),
        progress=app.progress,
        run=run,
        platform=app.platform,
    )


def _recover(app: App, run: int) -> object:
    from bot.recover import recover_history

    return recover_history(
        settings=app.settings,
        store=app.store,
        wiki=app.wiki,
        now=app.clock(),
        progress=app.progress,
    )


def _confirm_history(app: App, run: int) -> object:
    from bot.recover import confirm_history

    return confirm_history(store=app.store, now=app.clock())


def _watch(app: App, run: int) -> object:
    from bot.watch import watch_changes

    return watch_changes(
        settings=app.settings,
        store=app.store,
        wiki=app.wiki,
        clock=app.clock,
        progress=app.progress,
    )


def _export_charts(app: App, run: int) -> object:
    from bot.export import export_charts

    return export_charts(
        settings=app.settings,
        store=app.store,
        wiki=app.wiki,
        now=app.clock(),
        progress=app.progress,
    )


def _export_form(app: App, run: int) -> object:
    from bot.export import export_form

    return export_form(settings=app.settings, wiki=app.wiki, progress=app.progress)


# Each function imports what it runs, so that ``--help`` and a wrong option are answered at once.
COMMANDS: Mapping[str, Callable[[App, int], object]] = {
    "install": _install,
    "harvest": _harvest,
    "listen": _listen,
    "match": _match,
    "notify": _notify,
    "publish": _publish,
    "recover": _recover,
    "confirm-history": _confirm_history,
    "watch": _watch,
    "export charts": _export_charts,
    "export form": _export_form,
}
"""Every command that may write, and what it does with the app and the id of its recorded run."""

RUN = ("harvest", "listen", "match", "notify", "publish")
"""What ``run`` does, in order."""


def run_commands(
    command: str,
    names: Sequence[str],
    *,
    dry_run: bool = False,
    as_json: bool = False,
    address: str = "",
) -> int:
    """Run these commands and return the exit status: 0 done, 1 with failures, 2 wrong settings.

    A command that fails ends the run: what comes after builds on it. Everything that a person can
    fix is printed on standard error; standard output has the table or the JSON object. ``address``
    is another wiki than the one in the settings.
    """
    steps: dict[str, dict[str, Any]] = {}
    with caught_errors() as result, progress_bars(on=not as_json) as progress:
        environment = {**os.environ, **({"CXC_WIKI": address} if address else {})}
        app = open_app(progress=progress, dry_run=dry_run, environment=environment)
        with contextlib.closing(app):
            logfmt.configure_logging(
                sys.stderr,
                secrets=app.settings.secrets,
                # On a terminal the bars and the table tell; logs are for whoever reads later.
                level=logging.WARNING if sys.stderr.isatty() else logging.INFO,
            )
            for name in names:
                steps[name] = {}
                result.status = max(result.status, _run_recorded(app, name, steps[name]))
    if as_json:
        print(format_json(command, result, steps, dry_run=dry_run))
    elif any(steps.values()):
        print_steps(Console(), steps, folder=DRY_RUN_FOLDER if dry_run else None)
    return result.status


def _run_recorded(app: App, name: str, counts: dict[str, Any]) -> int:
    """Run one command, fill in its counts and return its exit status; its run is recorded."""
    run = app.store.runs.begin(name, at=app.clock())
    begun = time.monotonic()
    edits, requests = _traffic(app)
    status = FAILURES
    try:
        counts |= as_counts(COMMANDS[name](app, run))
        status = FAILURES if counts.get("failed") else DONE
    except SettingsError as error:
        status = USAGE
        counts["error"] = str(error)
        raise
    except ExchangeError as error:
        counts["error"] = str(error)
        raise
    except BaseException as error:
        counts["error"] = type(error).__name__
        raise
    finally:
        now = _traffic(app)
        counts["edits"] = now[0] - edits
        counts["requests"] = now[1] - requests
        counts["seconds"] = round(time.monotonic() - begun, 3)
        # Where the database is away, what went wrong before is what must be told.
        with contextlib.suppress(StoreUnavailable):
            app.store.runs.end(run, at=app.clock(), status=status, counts=counts)
    return status


def _traffic(app: App) -> tuple[int, int]:
    wiki = app.opened_wiki
    return (wiki.edits, wiki.requests) if wiki is not None else (0, 0)


def as_counts(result: Any) -> dict[str, Any]:
    """Return a command's result as plain values for JSON."""
    values = {each.name: getattr(result, each.name) for each in dataclasses.fields(result)}
    return {name: value for name, value in values.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _is_plain(each) for name, each in value.items())
    return isinstance(value, str | int | float | bool)
