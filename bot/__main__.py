"""The bot's commands: ``python -m bot COMMAND --help``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from bot.cli.app import RUN, run_commands
from bot.cli.output import use_utf8
from exchange import __version__

_EPILOG = "Exit status: 0 done, 1 finished with failures, 2 bad usage or settings."
_DRY_RUN = click.option(
    "--dry-run",
    is_flag=True,
    help="Do everything on a copy, write nothing, and say what the run would do.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")


class _InOrder(click.Group):
    """Commands in the order in which they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added."""
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
    use_utf8()


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def install(**options: Any) -> None:
    """Create or update our templates and pages on the wiki."""
    sys.exit(run_commands("install", ["install"], **options))


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def harvest(**options: Any) -> None:
    """Read the profiles on the wiki into the database."""
    sys.exit(run_commands("harvest", ["harvest"], **options))


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def listen(**options: Any) -> None:
    """Read what people answered to our notices."""
    sys.exit(run_commands("listen", ["listen"], **options))


@bot.command(epilog=_EPILOG)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    help="Where a folder is matched: docs/scale.md.",
)
@click.option(
    "--input",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Match this folder of Parquet files instead of the database.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="... into this folder."
)
@_DRY_RUN
@_JSON
def match(engine: str, input: Path | None, output: Path | None, **options: Any) -> None:
    """Suggest helpers to people who want to learn."""
    if input is None and output is None and engine == "local":
        sys.exit(run_commands("match", ["match"], **options))
    if input is None or output is None:
        raise click.UsageError("a folder needs both --input and --output")
    from bot.cli.commands import print_folder_match

    sys.exit(print_folder_match(engine, input, output, **options))


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def notify(**options: Any) -> None:
    """Tell people on their talk pages."""
    sys.exit(run_commands("notify", ["notify"], **options))


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def publish(**options: Any) -> None:
    """Write the report pages that changed."""
    sys.exit(run_commands("publish", ["publish"], **options))


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def recover(**options: Any) -> None:
    """Rebuild the delivery history from the bot's own edits."""
    sys.exit(run_commands("recover", ["recover"], **options))


@bot.command(name="confirm-history", epilog=_EPILOG)
@_DRY_RUN
@_JSON
def confirm_history(**options: Any) -> None:
    """Let messages go out again after the history was rebuilt."""
    sys.exit(run_commands("confirm-history", ["confirm-history"], **options))


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def watch(**options: Any) -> None:
    """Follow recent changes until it is stopped."""
    sys.exit(run_commands("watch", ["watch"], **options))


@bot.command(epilog=_EPILOG)
@_DRY_RUN
@_JSON
def run(**options: Any) -> None:
    """Harvest, listen, match, notify and publish, in this order."""
    sys.exit(run_commands("run", RUN, **options))


# The commands below import what they run, so that --help and a wrong option are answered at once.


@bot.command(epilog=_EPILOG)
@click.argument("seeker")
@click.argument("helper")
@_JSON
def explain(seeker: str, helper: str, as_json: bool) -> None:
    """Say why HELPER would be suggested to SEEKER, or why not."""
    from bot.cli.commands import print_explanation

    sys.exit(print_explanation(_as_text(seeker), _as_text(helper), as_json=as_json))


def _as_text(argument: str) -> str:
    """Return an argument as it was typed, in UTF-8, where the locale knows only ASCII."""
    return os.fsencode(argument).decode("utf-8", "replace")


@bot.command(epilog=_EPILOG)
@_JSON
def status(as_json: bool) -> None:
    """Show the last runs, their age and counts, errors and metrics."""
    from bot.cli.commands import print_status

    sys.exit(print_status(as_json=as_json))


@bot.command(epilog=_EPILOG)
@_JSON
def doctor(as_json: bool) -> None:
    """Check everything that a run needs, and say how to fix what is wrong."""
    from bot.cli.commands import print_doctor

    sys.exit(print_doctor(as_json=as_json))


@bot.group()
def export() -> None:
    """Write pages that other tools of the wikis read, with your own account."""


@export.command(name="charts", epilog=_EPILOG)
@click.option("--wiki", "address", help="The wiki's api.php; Wikimedia Commons where not given.")
@_DRY_RUN
@_JSON
def export_charts(address: str | None, **options: Any) -> None:
    """Write the reports' charts and their data (.chart, .tab) to Commons."""
    from exchange.sources.platform import COMMONS

    name = "export charts"
    sys.exit(run_commands(name, [name], address=address or COMMONS, **options))


@export.command(name="form", epilog=_EPILOG)
@_DRY_RUN
@_JSON
def export_form(**options: Any) -> None:
    """Write a form for requests, for the gadget FormWizard on Meta."""
    sys.exit(run_commands("export form", ["export form"], **options))


@bot.group()
def directory() -> None:
    """Look after the directory of capacities (config/directory)."""


@directory.command(epilog=_EPILOG)
@click.option("--wiki", "address", help="The wiki's api.php; Wikimedia Commons where not given.")
@click.option("--page", help="The tabular page with the published capacities.")
@_DRY_RUN
@_JSON
def update(**options: Any) -> None:
    """Take over what the Capacity Exchange platform publishes and we lack, for review.

    Writes into config/directory; look at it with git diff. Where the two disagree nothing changes,
    and a line says so.
    """
    from bot.cli.commands import print_update

    sys.exit(print_update(**options))


if __name__ == "__main__":
    bot(prog_name="python -m bot")
