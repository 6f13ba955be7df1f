"""Refusal: what the wiki's error codes mean for a notice and for the rest of the run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from exchange.errors import Refused
from exchange.model import Held, Reason, Skipped


class Then(Enum):
    """What comes after a refusal."""

    NEXT = auto()  # this notice is done, the next one may go
    AGAIN = auto()  # nothing was written, and a fresh look at the page may mend it
    HALT = auto()  # no further write in this run


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a refusal means."""

    outcome: Skipped | Held
    then: Then


_SKIPPED = {
    Reason.PAGE_PROTECTED: (
        "protectedpage protectednamespace protectednamespace-interface namespaceprotected "
        "cascadeprotected customcssjsprotected editcontentmodel-cannot-directly-edit"
    ),
    Reason.PAGE_SALTED: "protectedtitle cantcreate cantcreate-anon nocreate-loggedin",
    Reason.PAGE_TOO_LARGE: "contenttoobig",
    Reason.PAGE_MODEL: "contentmodel-mismatch no-direct-editing unsupported-content-model",
    Reason.SPAM_BLACKLIST: "spamblacklist spamprotectiontext spamdetected abusefilter-blocked-domain",
    Reason.TITLE_BLACKLIST: "titleblacklist-forbidden titleblacklist-forbidden-edit",
    Reason.CAPTCHA: "captcha captcha-edit-fail captcha-create-fail hcaptcha",
}
_HALTED = {
    Reason.BOT_BLOCKED: "blocked autoblocked blockedfrommail globalblocking-blocked systemblocked",
    Reason.LOGGED_OUT: (
        "assertuserfailed assertbotfailed assertnameduserfailed notloggedin login "
        "mwoauth-invalid-authorization mwoauth-invalid-authorization-invalid-user "
        "permissiondenied writeapidenied noedit noedit-anon readapidenied badtoken notoken"
    ),
    Reason.ABUSE_FILTER: (
        "abusefilter-warning abusefilter-disallowed abusefilter-warned abusefilter-degrouped "
        "abusefilter-throttled abusefilter-autoblocked"
    ),
    Reason.WIKI_READONLY: "readonly readonlytext",
    Reason.RATE_LIMITED: "ratelimited actionthrottledtext",
    Reason.WIKI_AWAY: "maxlag",
}
_AGAIN = "editconflict articleexists missingtitle pagedeleted nosuchrevid revwrongpage undofailure"

_TABLE: dict[str, Meaning] = {}
for _reason, _codes in _SKIPPED.items():
    _TABLE |= {code: Meaning(Skipped(_reason), Then.NEXT) for code in _codes.split()}
for _reason, _codes in _HALTED.items():
    _TABLE |= {code: Meaning(Held(_reason), Then.HALT) for code in _codes.split()}
_TABLE |= {code: Meaning(Held(Reason.EDIT_CONFLICT), Then.AGAIN) for code in _AGAIN.split()}


def meaning(refused: Refused) -> Meaning:
    """Say what a refusal means. What we do not know skips this one page and counts as a failure."""
    code = refused.code.casefold()
    known = _TABLE.get(code)
    if known is None and code.startswith("abusefilter"):
        known = _TABLE["abusefilter-disallowed"]
    if known is None and ("block" in code and "global" in code):
        known = _TABLE["blocked"]
    if known is None:
        return Meaning(Skipped(Reason.REFUSED, str(refused)[:255]), Then.NEXT)
    kind = type(known.outcome)
    return Meaning(kind(known.outcome.reason, str(refused)[:255]), known.then)
