"""The words of the project: frozen values that every other room speaks in."""

from exchange.model.capacity import UNLISTED, Capacity, Level, Method, Priority, is_unlisted
from exchange.model.match import Circle, Cohort, Match, Part, Status, Suggestion
from exchange.model.outcome import Held, Outcome, Reason, Sent, Skipped, Unknown
from exchange.model.page import WIKITEXT, Page, Revision, User
from exchange.model.profile import (
    NATIVE,
    USABLE,
    Frequency,
    Kind,
    Language,
    Offer,
    Problem,
    Profile,
    Want,
)

__all__ = [
    "NATIVE",
    "UNLISTED",
    "USABLE",
    "WIKITEXT",
    "Capacity",
    "Circle",
    "Cohort",
    "Frequency",
    "Held",
    "Kind",
    "Language",
    "Level",
    "Match",
    "Method",
    "Offer",
    "Outcome",
    "Page",
    "Part",
    "Priority",
    "Problem",
    "Profile",
    "Reason",
    "Revision",
    "Sent",
    "Skipped",
    "Status",
    "Suggestion",
    "Unknown",
    "User",
    "Want",
    "is_unlisted",
]
