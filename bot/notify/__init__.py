"""Notify: tell people of suggestions on their talk pages, once each, and read their answers."""

from bot.notify.counts import Counts
from bot.notify.job import notify
from bot.notify.listening import CaughtUp, Listened, catch_up, listen

__all__ = ["CaughtUp", "Counts", "Listened", "catch_up", "listen", "notify"]
