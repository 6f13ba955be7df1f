"""Notify: tell people of suggestions on their talk pages, once each, and read their answers."""

from bot.notify.follow_up import FollowUpResult, ListenResult, follow_up_notices, listen_for_answers
from bot.notify.run import NotifyResult, notify_people

__all__ = [
    "FollowUpResult",
    "ListenResult",
    "NotifyResult",
    "follow_up_notices",
    "listen_for_answers",
    "notify_people",
]
