"""The bot's commands: ``python -m bot COMMAND --help``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bot.commands.steps import RUN, STEPS, Step
from exchange import __version__

_EPILOG = "Exit status: 0 done, 1 finished with failures, 2 bad usage or settings."
_DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Do everything except writing, and say what would be."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")

_FOLDER = (
    click.option(
        "--engine",
        type=click.Choice(["local", "spark"]),
        default="local",
        help="Where a folder is matched: docs/scale.md.",
    ),
    click.option(
        "--input",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Match this folder of Parquet files instead of the database.",
    ),
    click.option(
        "--output", type=click.Path(path_type=Path, file_okay=False), help="... into this folder."
    ),
)


class _InOrder(click.Group):
    """Commands in the order in which they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names as they were added."""
        return list(self.commands)


@click.group(
    cls=_InOrder,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="capacity-exchange")
def bot() -> None:
    """Capacity Exchange: find Wikimedians who can help each other, and tell them.

    Settings come from config/settings.toml and the environment; docs/operations.md lists them.
    """


def _add(step: Step) -> None:
    def command(**options: Any) -> None:
        _perform(step.name, (step.name,), **options)

    def match(engine: str, input: Path | None, output: Path | None, **options: Any) -> None:
        if input is None and output is None and engine == "local":
            command(**options)
        if input is None or output is None:
            raise click.UsageError("a folder needs both --input and --output")
        from bot.commands.folder import tell_folder

        sys.exit(tell_folder(engine, input, output, **options))

    if step.name == "match":
        for option in reversed(_FOLDER):
            match = option(match)
    bot.command(step.name, help=step.help, epilog=_EPILOG)(
        _DRY_RUN(_JSON(match if step.name == "match" else command))
    )


for _step in STEPS.values():
    _add(_step)


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def run(**options: Any) -> None:
    """Harvest, match, notify and publish, in this order."""
    _perform("run", RUN, **options)


@bot.command(epilog=_EPILOG)
@click.argument("seeker")
@click.argument("helper")
@_JSON
def explain(seeker: str, helper: str, as_json: bool) -> None:
    """Say why HELPER would be suggested to SEEKER, or why not."""
    from bot.commands.explanation import tell_explanation

    sys.exit(tell_explanation(seeker, helper, as_json=as_json))


@bot.command(epilog=_EPILOG)
@_JSON
def status(as_json: bool) -> None:
    """Tell the last runs, their age and counts, errors and measures."""
    from bot.commands.reports import tell_status

    sys.exit(tell_status(as_json=as_json))


@bot.command(epilog=_EPILOG)
@_JSON
def doctor(as_json: bool) -> None:
    """Check everything that a run needs, and say each mend."""
    from bot.commands.reports import tell_doctor

    sys.exit(tell_doctor(as_json=as_json))


def _perform(command: str, names: tuple[str, ...], **options: Any) -> None:
    # Imported here, so that --help and a wrong option are answered at once.
    from bot.commands.perform import perform

    sys.exit(perform(command, names, **options))


if __name__ == "__main__":
    bot(prog_name="python -m bot")
