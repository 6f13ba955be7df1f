"""Governor: whether the run as a whole may go on writing. One edit on a wiki page stops it."""

from __future__ import annotations

from collections.abc import Callable

from bot.wiki.port import Wiki
from exchange.errors import WikiError
from exchange.model import Held, Page, Reason
from exchange.notice import stop


class Governor:
    """Counts what happened in a run and says when to stop.

    Once it has said stop, it says so for the rest of the run: whoever wants the bot to go on
    starts it anew.
    """

    def __init__(
        self,
        wiki: Wiki,
        *,
        stop_page: str,
        daily_cap: int,
        breaker: int,
        sent_today: int = 0,
        renew: Callable[[], bool] = lambda: True,
    ) -> None:
        """``renew`` extends our turn to write; False where somebody else has it."""
        self.stop_page = stop_page
        self._wiki = wiki
        self._left = daily_cap - sent_today
        self._breaker = breaker
        self._failures = 0
        self._renew = renew
        self._halted: Held | None = None

    @property
    def halted(self) -> Held | None:
        """Why nothing more is written in this run, or None."""
        return self._halted

    def halt(self, held: Held) -> Held:
        """Stop writing for the rest of the run."""
        if self._halted is None:
            self._halted = held
        return self._halted

    def may_write(self, page: Page | None = None) -> Held | None:
        """Say why the next write may not go, or None. Asked before every single write.

        ``page`` is the stop page as it was just read; without it, it is read now.
        """
        if self._halted is not None:
            return self._halted
        if self._failures >= self._breaker:
            return self.halt(Held(Reason.BREAKER, f"{self._failures} failures in a row"))
        if self._left <= 0:
            return self.halt(Held(Reason.DAILY_CAP))
        try:
            if page is None:
                page = self._wiki.pages(titles=[self.stop_page]).get(self.stop_page)
            if page is None or not stop.allows(page.text if page.exists else None):
                return self.halt(Held(Reason.STOP_PAGE, self.stop_page))
            if self._wiki.notified():
                return self.halt(Held(Reason.PAUSED, "there is a message on the bot's talk page"))
        except WikiError as error:
            # What cannot be read means stop.
            return self.halt(Held(Reason.STOP_PAGE, f"{self.stop_page} cannot be read: {error}"))
        if not self._renew():
            return self.halt(Held(Reason.INTERRUPTED, "another run has taken over"))
        return None

    def sent(self) -> None:
        """Count a message that stands."""
        self._left -= 1
        self._failures = 0

    def failed(self) -> None:
        """Count a failure; enough of them in a row stop the run."""
        self._failures += 1
