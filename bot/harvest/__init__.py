"""Harvest: the wiki's profile pages -> the index. See ``harvest``."""

from bot.harvest.counts import Counts
from bot.harvest.harvest import harvest

__all__ = ["Counts", "harvest"]
