"""Watch: follow what is edited, and bring it into the index within a minute."""

from bot.watch.watch import Counts, watch

__all__ = ["Counts", "watch"]
