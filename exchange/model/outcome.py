"""Outcome: what became of a candidate for a write. Each candidate ends in exactly one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why nothing was written; ``outcome-<value>`` in i18n says it in words."""

    # Somebody said no, or not now.
    OPTED_OUT_TEMPLATE = "opted-out-template"
    OPTED_OUT_CATEGORY = "opted-out-category"
    OPTED_OUT_LIST = "opted-out-list"
    NOTIFY_NO = "notify-no"
    AWAY = "away"
    CAP = "cap"
    DECLINED = "declined"
    INTRODUCTION_REFUSED = "introduction-refused"
    NOT_THE_OWNER = "not-the-owner"
    PROFILE_GONE = "profile-gone"
    UNREADABLE_CONSENT = "unreadable-consent"
    POSSIBLE_OPT_OUT = "possible-opt-out"
    UNCLEAR_ANSWER = "unclear-answer"
    # The recipient.
    USER_MISSING = "user-missing"
    USER_BLOCKED = "user-blocked"
    USER_LOCKED = "user-locked"
    USER_HIDDEN = "user-hidden"
    USER_VANISHED = "user-vanished"
    USER_TEMPORARY = "user-temporary"
    USER_BOT = "user-bot"
    USER_SELF = "user-self"
    SAME_PERSON = "same-person"
    NO_CONTACT = "no-contact"
    # The page.
    REDIRECT_ELSEWHERE = "redirect-elsewhere"
    REDIRECT_CIRCLE = "redirect-circle"
    REDIRECT_OTHER_WIKI = "redirect-other-wiki"
    PAGE_PROTECTED = "page-protected"
    PAGE_SALTED = "page-salted"
    PAGE_DELETED = "page-deleted"
    PAGE_MODEL = "page-model"
    PAGE_TOO_LARGE = "page-too-large"
    PAGE_LQT = "page-lqt"
    PAGE_HIDES = "page-hides"
    PAGE_IN_USE = "page-in-use"
    EDIT_CONFLICT = "edit-conflict"
    SPAM_BLACKLIST = "spam-blacklist"
    TITLE_BLACKLIST = "title-blacklist"
    CAPTCHA = "captcha"
    REFUSED = "refused"
    RED_IN_RESULT = "red-in-result"
    NOT_OURS = "not-ours"
    # The matter itself.
    ALREADY_TOLD = "already-told"
    NOTHING_TO_SAY = "nothing-to-say"
    HELD_OUT = "held-out"
    NOT_ON_TRIAL = "not-on-trial"
    NO_COORDINATOR = "no-coordinator"
    WAITED_TOO_LONG = "waited-too-long"
    TAKEN_BACK = "taken-back"
    WITHDREW = "withdrew"
    # The run as a whole: held candidates are taken up again next time.
    STOP_PAGE = "stop-page"
    PAUSED = "paused"
    DAILY_CAP = "daily-cap"
    BREAKER = "breaker"
    BOT_BLOCKED = "bot-blocked"
    LOGGED_OUT = "logged-out"
    ABUSE_FILTER = "abuse-filter"
    WIKI_READONLY = "wiki-readonly"
    WIKI_AWAY = "wiki-away"
    RATE_LIMITED = "rate-limited"
    INTERRUPTED = "interrupted"
    HISTORY_LOST = "history-lost"


GONE = frozenset({Reason.USER_HIDDEN, Reason.USER_MISSING, Reason.USER_VANISHED})
"""Why somebody is on no page any more, not even with what could not be read."""


OF_PAGE = frozenset(
    {
        Reason.USER_BLOCKED, Reason.USER_LOCKED, Reason.USER_TEMPORARY, Reason.USER_BOT,
        Reason.NO_CONTACT, Reason.REDIRECT_ELSEWHERE, Reason.REDIRECT_CIRCLE,
        Reason.REDIRECT_OTHER_WIKI, Reason.PAGE_PROTECTED, Reason.PAGE_SALTED, Reason.PAGE_DELETED,
        Reason.PAGE_MODEL, Reason.PAGE_TOO_LARGE, Reason.PAGE_LQT, Reason.PAGE_HIDES,
        Reason.PAGE_IN_USE, Reason.SPAM_BLACKLIST, Reason.TITLE_BLACKLIST, Reason.CAPTCHA,
    }
)  # fmt: skip
"""Reasons that lie in an account or a page, as everybody can see on the wiki: nobody's wish."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It stands on the page, and we have read it there."""

    revision: int
    page: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing was written, on purpose; it will not be tried again for this round."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing was written now; the next run takes it up again."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A write may or may not stand on the page; the next run reads back first."""

    detail: str = ""


Outcome = Sent | Skipped | Held | Unknown
