"""Journal: one line an event, ``time=… level=… event=… key=value``, and never a secret.

Modules write ``log.info("followed", extra={"pages": 3})``: the event's name is a constant, what it
is about goes beside it. ``configure_logging`` is called once by each program.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

HIDDEN = "***"
_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LogfmtFormatter(logging.Formatter):
    """Writes a record as one line; each of ``secrets`` is blotted out wherever it stands."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        # The longest first: one secret can be a part of another.
        self._secrets = sorted({each for each in secrets if len(each) >= 4}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        moment = datetime.fromtimestamp(record.created, UTC)
        facts: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        facts |= {name: value for name, value in vars(record).items() if name not in _ORDINARY}
        if record.exc_info:
            facts["trace"] = self.formatException(record.exc_info)
        line = " ".join(f"{name}={_value(value)}" for name, value in facts.items())
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line


def configure_logging(
    stream: TextIO, *, secrets: Iterable[str] = (), level: int = logging.INFO
) -> None:
    """Send every event of this program to a stream; a second call takes the first one's place."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LogfmtFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Libraries tell their warnings; their chatter about every request is theirs.
    for name in ("urllib3", "pywiki", "werkzeug", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _value(value: object) -> str:
    """A value as one word, in quotes where it holds spaces, quotes or line ends."""
    text = str(value)
    if text and not any(char.isspace() or char in '"=\\' for char in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "\\n".join(escaped.splitlines()) + '"'
