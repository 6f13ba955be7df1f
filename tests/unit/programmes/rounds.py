"""Made-up programmes with applicants of every kind, from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from exchange.matching import History, load_weights
from exchange.model import (
    Kind,
    Language,
    Match,
    Offer,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.model.programme import (
    Application,
    Audience,
    Programme,
    ProgrammeDraft,
)
from exchange.programmes.applicants import Admission, admit_applicants
from exchange.programmes.draft import ProgrammeHistory, draft_programme
from tests.unit.matching.worlds import DIRECTORY, LANGUAGES, TODAY, person

OPENS, CLOSES = TODAY - timedelta(days=20), TODAY - timedelta(days=3)


@dataclass(frozen=True)
class Round:
    """A programme, everybody who applied, and what was before."""

    programme: Programme
    applications: tuple[Application, ...]
    profiles: dict[str, Profile]
    history: ProgrammeHistory
    silent: frozenset[str]

    def admission(self, today: date = TODAY) -> Admission:
        return admit_applicants(
            self.programme,
            self.applications,
            keys={one.account: keys_of(one.account) for one in self.applications},
            profiles=self.profiles,
            directory=DIRECTORY,
            silent=self.silent,
            today=today,
        )

    def draft(self) -> ProgrammeDraft:
        return draft_programme(
            self.programme,
            self.admission(),
            history=self.history,
            directory=DIRECTORY,
            weights=load_weights(),
            today=TODAY,
        )

    def tell(self, draft: ProgrammeDraft, status: SuggestionStatus) -> Round:
        """The round once all pairs of a draft stand at a status."""
        made = [
            Suggestion(one.match, self.programme.period, datetime.now(UTC), status, id=900 + at)
            for at, one in enumerate(draft.pairs)
        ]
        return self.with_suggestions(made)

    def with_suggestions(self, made: Sequence[Suggestion]) -> Round:
        every = [*self.history.suggestions, *made]
        general = History.of(every, today=TODAY, period="x", bounds=load_weights().bounds)
        history = replace(
            self.history,
            suggestions=every,
            general=replace(
                general,
                pairs=general.pairs | self.history.general.pairs,
                served=general.served | self.history.general.served,
            ),
        )
        return replace(self, history=history)


def keys_of(account: int) -> tuple[str, ...]:
    """Every third account also speaks for a group."""
    return (f"user:{account}", f"page:{account - account % 3}")


def round_of(seed: int, people: int = 30) -> Round:
    """A round with so many applicants: odd profiles, late ones, some who named each other."""
    rng = random.Random(seed)
    profiles = {}
    for number in range(1, people + 1):
        one = person(rng, number)
        if rng.random() < 0.5:
            one = replace(one, languages=(*one.languages, Language("en", 4)))
        profiles[one.key] = one
    # Some of each two neighbours agreed; of these most fit each other.
    agreed = {at for at in range(1, people, 2) if rng.random() < 0.4}
    for at in sorted(agreed):
        if rng.random() < 0.7:
            for number, what in (
                (at, {"offers": (Offer("a"),)}),
                (at + 1, {"wants": (Want("a"),)}),
            ):
                old = person(rng, number)
                spoken = (Language("en", 4),)
                new = replace(old, key=f"user:{number}", kind=Kind.PERSON, languages=spoken)
                profiles[f"user:{number}"] = replace(new, **what)  # type: ignore[arg-type]
    opened = datetime(OPENS.year, OPENS.month, OPENS.day, tzinfo=UTC)
    applications = []
    for number in range(1, people + 1):
        day = rng.choice([-2, 30] if rng.random() < 0.1 else range(17))
        partners = tuple(rng.sample(range(1, people + 1), rng.choice([0, 0, 1, 2])))
        if number - 1 + number % 2 in agreed:
            partners = (number + 1 if number % 2 else number - 1,)
        applications.append(
            Application(
                number,
                opened + timedelta(days=day, minutes=rng.randint(0, 3)),
                tuple(one for one in partners if one != number),
            )
        )
    rng.shuffle(applications)
    programme = Programme(
        page=7,
        title="Project:Round",
        capacities=rng.choice([(), ("a",), ("a-one", "b"), ("a", "b", "unlisted:knitting")]),
        audience=rng.choice(
            [Audience()] * 3 + [Audience(countries=("NG", "IN"), regions=("SSA",))]
        ),
        opens=OPENS,
        closes=CLOSES,
        seats=rng.choice([None, 0, 2, 5, 40]),
        languages=rng.choice([(), (), ("en",), tuple(LANGUAGES[:3])]),
    )
    keys = sorted(profiles)
    pairs = [tuple(sorted(rng.sample(keys, 2))) for _ in range(12)]
    found = [(one, other) for one, other in pairs]
    history = ProgrammeHistory(
        general=History(
            pairs=frozenset(found[:6]), seats_taken=dict.fromkeys(rng.sample(keys, people // 5), 1)
        ),
        left_out=frozenset(found[6:9]),
        apart=frozenset(found[9:]),
    )
    silent = frozenset(rng.sample(keys, people // 10))
    return Round(programme, tuple(applications), profiles, history, silent)


def match(seeker: str, helper: str, want: str, offer: str = "") -> Match:
    return Match(seeker, helper, want, offer or want, 500.0)
