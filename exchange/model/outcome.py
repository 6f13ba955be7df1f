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
    NOT_THE_OWNER = "not-the-owner"
    PROFILE_GONE = "profile-gone"
    UNREADABLE_CONSENT = "unreadable-consent"
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
    EDIT_CONFLICT = "edit-conflict"
    SPAM_BLACKLIST = "spam-blacklist"
    TITLE_BLACKLIST = "title-blacklist"
    CAPTCHA = "captcha"
    REFUSED = "refused"
    RED_IN_RESULT = "red-in-result"
    NOT_OURS = "not-ours"
    # The matter itself.
    ALREADY_TOLD = "already-told"
    UNCHANGED = "unchanged"
    NOTHING_TO_SAY = "nothing-to-say"
    NOT_ON_TRIAL = "not-on-trial"
    DRY_RUN = "dry-run"
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
    TIME_OUT = "time-out"


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
