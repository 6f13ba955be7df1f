"""A small movement whose every figure is worked out by hand in the tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from exchange.model import (
    Cohort,
    Held,
    Kind,
    Language,
    Match,
    Offer,
    Outcome,
    Priority,
    Problem,
    Profile,
    Reason,
    Sent,
    Skipped,
    Suggestion,
    SuggestionStatus,
    Unknown,
    Want,
)
from exchange.reports import DeliveryRun, ReportData
from exchange.reports.data import DeliveryHistory, RoundHistory

TODAY = date(2026, 11, 23)
BROADER = {
    "tech": None,
    "wikidata": "tech",
    "sparql": "wikidata",
    "events": None,
    "contest": "events",
    "law": None,
}
KNITTING = "unlisted:knitting"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def speaks(*codes: str) -> tuple[Language, ...]:
    return tuple(Language(code, 3) for code in codes)


AMA = Profile(
    "user:1",
    "Ama",
    page="User:Ama",
    country="GH",
    offers=(Offer("wikidata"), Offer("sparql")),
    languages=speaks("en", "tw"),
    seats=2,
    edited=moment("2026-10-01"),
    affiliations=("Wikimedians of X",),
)
BO = Profile(
    "user:2",
    "Bo",
    page="User:Bo",
    country="DE",
    offers=(Offer("contest"),),
    wants=(Want("sparql", priority=Priority.HIGH),),
    languages=speaks("de", "en"),
    seats=1,
    edited=moment("2026-10-01"),
)
CY = Profile(
    "user:3",
    "Cy",
    page="User:Cy",
    country="GH",
    wants=(Want("wikidata", priority=Priority.URGENT), Want("sparql")),
    languages=speaks("en"),
    edited=moment("2026-10-01"),
)
DI = Profile(
    "user:4",
    "Di",
    page="User:Di",
    country="FR",
    wants=(Want("law", until=date(2026, 12, 1), request="Help/Law"), Want("contest")),
    languages=speaks("fr"),
    edited=moment("2026-10-01"),
)
EVE = Profile(
    "user:5",
    "Eve",
    page="User:Eve",
    offers=(Offer("unlisted:knitting", text="Knitting"),),
    wants=(Want("law"), Want("contest", until=date(2026, 11, 22))),
    languages=speaks("en"),
    edited=moment("2025-01-01"),
    unanswered=(date(2025, 8, 1),),
)
GROUP = Profile(
    "page:10",
    "Wikimedians of X",
    kind=Kind.USER_GROUP,
    page="Wikimedians of X",
    country="GH",
    offers=(Offer("events"),),
    wants=(Want("wikidata"),),
    languages=speaks("en"),
    edited=moment("2026-10-01"),
)
CHAPTER = Profile(
    "page:11",
    "Chapter of Y",
    kind=Kind.CHAPTER,
    page="Chapter of Y",
    country="DE",
    wants=(Want(KNITTING, text="Knitting"),),
    edited=moment("2026-10-01"),
)
PROFILES = (AMA, BO, CY, DI, EVE, GROUP, CHAPTER)


def suggestion(
    seeker: str,
    helper: str,
    want: str,
    status: SuggestionStatus,
    made: str,
    *,
    back: tuple[tuple[str, str], ...] = (),
) -> Suggestion:
    match = Match(seeker, helper, want, want, 1.0, reciprocal=back)
    return Suggestion(match, "2026-W47", moment(made), status, notified_at=moment(made))


SUGGESTIONS = (
    suggestion("user:3", "user:1", "wikidata", SuggestionStatus.OPEN, "2026-11-10"),
    suggestion(
        "user:2",
        "user:1",
        "sparql",
        SuggestionStatus.ACCEPTED,
        "2026-11-01",
        back=(("contest", "contest"),),
    ),
    suggestion("page:10", "user:1", "wikidata", SuggestionStatus.DECLINED, "2026-11-01"),
    suggestion("user:4", "user:2", "contest", SuggestionStatus.EXPIRED, "2026-10-27"),
)
UNMET = (
    ("user:3", "sparql", "seats"),
    ("user:4", "law", "nobody"),
    ("user:4", "contest", "language"),
    ("user:5", "law", "nobody"),
    ("page:10", "wikidata", "suggested"),
    ("page:11", KNITTING, "quiet"),
)
MEASURES = (
    (date(2026, 11, 16), "overview-people", 3.0, None),
    (date(2026, 11, 16), "overview-coverage", 0.5, None),
    (date(2026, 10, 24), "overview-people", 2.0, None),
)
OUTCOMES: dict[str, Outcome] = {
    "user:2 seeker": Sent(71, "User talk:Bo"),
    "user:3 seeker": Sent(70, "User talk:Cy"),
    "user:4 seeker": Skipped(Reason.CAP),
    "user:5 seeker": Skipped(Reason.CAP),
    "page:10>user:9 seeker": Held(Reason.WIKI_AWAY, "no answer"),
    "page:11>user:8 seeker": Unknown("lost"),
}
COHORT = Cohort("law", "en", ("user:4", "user:5"), (), (9, 10, 20), date(2026, 12, 1))


def movement(**changes: object) -> ReportData:
    """The facts of the small movement; ``changes`` replace what they name."""
    given: dict[str, Any] = {
        "today": TODAY,
        "profiles": PROFILES,
        "broader": BROADER,
        "suggestions": SUGGESTIONS,
        "unmet": UNMET,
        "cohorts": (COHORT,),
        "problems": (("User:Bo", "user:2", Problem("unknown-language", "languages", "qqx", "de")),),
        "measures": MEASURES,
        "run": DeliveryRun(7, date(2026, 11, 20), OUTCOMES),
        "arrivals": {
            "user:3": date(2026, 11, 8),
            "user:2": date(2026, 11, 1),
            "user:4": date(2026, 10, 20),
        },
        "messages": 50,
        "optouts": 1,
        "reverts": (2, 40),
        "unclear": (),
        "alone": (),
    }
    given |= changes
    found = ("unmet", "cohorts", "arrivals", "alone")
    round_history = RoundHistory(*(given.pop(name) for name in found))
    delivery = DeliveryHistory(
        *(given.pop(name) for name in ("run", "messages", "optouts", "reverts", "unclear"))
    )
    directory_page = given.pop("directory_page", "")
    facts = ReportData(round_history=round_history, delivery=delivery, **given)
    facts.directory_page = directory_page
    return facts
