"""The exceptions that callers may meet.

::

    ExchangeError                something a person can fix; the message says where and how
    ├── SettingsError            config/ or the environment: every problem at once
    ├── DirectoryError           the capacity directory contradicts itself
    ├── StoreError               the database
    │   └── StoreUnavailable            ... does not answer or takes no writes right now: try later
    └── WikiError                the wiki
        ├── WikiUnavailable             ... does not answer (nothing was written)
        ├── Refused              ... answered no, and said why (nothing was written)
        └── ResponseLost             ... may or may not have written: read back before anything else
"""

from __future__ import annotations

from collections.abc import Iterable


class ExchangeError(Exception):
    """Something a person can fix; the message says where and how."""


class _Several(ExchangeError):
    """An error that lists every problem found, so that one round of mending is enough."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class SettingsError(_Several):
    """config/ or the environment is wrong; ``problems`` has one line each, with how to fix it."""


class DirectoryError(_Several):
    """The capacity directory contradicts itself; ``problems`` has one line for each."""


class StoreError(ExchangeError):
    """The database refused or does not hold what was asked for."""


class StoreUnavailable(StoreError):
    """The database does not answer, or takes no writes right now; later may be different."""


class WikiError(ExchangeError):
    """Something between us and the wiki went wrong."""


class WikiUnavailable(WikiError):
    """The wiki does not answer; nothing was written."""


class EditRefused(WikiError):
    """The wiki answered no and nothing was written.

    ``code`` is the action API's own error code (``blocked``, ``protectedpage``,
    ``abusefilter-disallowed`` ...), ``info`` its sentence.
    """

    def __init__(self, code: str, info: str = "") -> None:
        self.code = code
        self.info = info
        super().__init__(f"{code}: {info}" if info else code)


class ResponseLost(WikiError):
    """A write was sent and its answer never came: it may or may not stand on the page."""
