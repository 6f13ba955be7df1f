"""Notify: tell people of suggestions on their talk pages, once each, and read their answers."""

from bot.notify.counts import Counts
from bot.notify.job import CaughtUp, catch_up, notify

__all__ = ["CaughtUp", "Counts", "catch_up", "notify"]
