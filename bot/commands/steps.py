"""Steps: what each command does. A use case names what it needs; here it gets just that.

To add a command, write its use case and name it here. A use case is a function with keyword
arguments out of ``GIVEN`` that returns a frozen dataclass of counts.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bot.commands.session import Session

GIVEN: Mapping[str, Callable[[Session, int], Any]] = {
    "settings": lambda session, run: session.settings,
    "store": lambda session, run: session.store,
    "wiki": lambda session, run: session.wiki,
    "clock": lambda session, run: session.clock,
    "now": lambda session, run: session.clock(),
    "progress": lambda session, run: session.progress,
    "dry_run": lambda session, run: session.dry_run,
    "run": lambda session, run: run,
}
"""What a use case may ask for, by the name of its argument."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command: what it is for, and where its use case is."""

    name: str
    help: str
    module: str
    function: str

    def use_case(self) -> Callable[..., Any]:
        """The function; imported when it is needed, so that ``--help`` is quick."""
        found: Callable[..., Any] = getattr(import_module(self.module), self.function)
        return found

    def do(self, session: Session, run: int, **more: Any) -> dict[str, Any]:
        """Run the use case with what it asks for, and give its counts."""
        function = self.use_case()
        wanted = inspect.signature(function).parameters
        given = {name: GIVEN[name](session, run) for name in wanted if name in GIVEN}
        return counts_of(function(**given, **more))


STEPS = {
    step.name: step
    for step in (
        Step(
            "install",
            "Create or update our templates and pages on the wiki.",
            "bot.install",
            "install",
        ),
        Step(
            "harvest",
            "Read the profiles on the wiki into the database.",
            "bot.harvest",
            "harvest",
        ),
        Step("listen", "Read what people answered to our notices.", "bot.notify", "listen"),
        Step("match", "Suggest helpers to people who want to learn.", "bot.match", "match"),
        Step("notify", "Tell people on their talk pages.", "bot.notify", "notify"),
        Step("publish", "Write the report pages that changed.", "bot.publish", "publish"),
        Step(
            "recover",
            "Rebuild the delivery history from the bot's own edits.",
            "bot.recover",
            "recover",
        ),
        Step(
            "watch",
            "Follow recent changes until it is stopped.",
            "bot.watch",
            "watch",
        ),
    )
}

RUN = ("harvest", "listen", "match", "notify", "publish")
"""What ``run`` does, in order."""


def counts_of(result: Any) -> dict[str, Any]:
    """A use case's counts as plain values for JSON."""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        found = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    else:
        found = dict(result or {})
    return {name: value for name, value in found.items() if _plain(value)}


def _plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _plain(each) for name, each in value.items())
    return isinstance(value, str | int | float | bool)
