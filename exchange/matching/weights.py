"""Weights: what counts how much, read from config/weights.toml and checked."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from exchange.errors import SettingsError

WEIGHTS = Path(__file__).parents[2] / "config" / "weights.toml"
"""The committed weights."""

FULL = 1000
"""The most points that a match can have; the points of config/weights.toml add up to it."""

Share = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=1, le=3650)]


def _points(most: int) -> int:
    field: int = Field(ge=0, le=most)
    return field


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


class Points(_Table):
    """The most points that each part of a score can have. They add up to 1000.

    Only the want's own urgency (``priority``, ``deadline``) does not depend on the helper.
    """

    capacity: int = Field(ge=1, le=1000)
    reciprocity: int = _points(1000)
    language: int = _points(1000)
    small_language: int = _points(1000)
    level: int = _points(1000)
    methods: int = _points(1000)
    time: int = _points(1000)
    projects: int = _points(1000)
    region: int = _points(1000)
    country: int = _points(1000)
    freshness: int = _points(1000)
    priority: int = _points(1000)
    deadline: int = _points(1000)

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        total = sum(getattr(self, name) for name in type(self).model_fields)
        if total != FULL:
            raise ValueError(f"the points add up to {total}; change some so that it is {FULL}")
        return self


class Shares(_Table):
    """Shares of points, in per cent."""

    narrower: Share
    broader: Share
    one_level_below: Share

    @model_validator(mode="after")
    def _narrower_counts_more(self) -> Self:
        if self.narrower < self.broader:
            raise ValueError("an offer narrower than the want must not count less than a broader")
        return self


class Reasons(_Table):
    """From which share of its points on, in per cent, a part is said as a reason; at most so many.

    Parts that are not named here are said whenever they give a point.
    """

    most: int = Field(ge=1, le=5)
    small_language: Share
    level: Share
    time: Share
    freshness: Share


class Bounds(_Table):
    """Limits in days, hours and people; their comments in config/weights.toml say of what."""

    suggestions: int = Field(ge=1, le=10)
    period_days: int = Field(ge=7, le=91, multiple_of=7)
    near_hours: int = Field(ge=0, le=12)
    far_hours: int = Field(ge=1, le=12)
    fresh_days: Days
    faded_days: Days
    deadline_days: Days
    silence_days: Days
    exchange_days: Days
    cohort_least: int = Field(ge=2, le=100)
    cohort_most: int = Field(ge=2, le=100)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for less, more in (
            ("near_hours", "far_hours"),
            ("fresh_days", "faded_days"),
            ("cohort_least", "cohort_most"),
        ):
            if getattr(self, less) > getattr(self, more) - (less != "cohort_least"):
                raise ValueError(f"{less} must be below {more}".replace("_", "-"))
        return self


class Weights(_Table):
    """Everything that config/weights.toml says."""

    points: Points
    shares: Shares
    reasons: Reasons
    bounds: Bounds

    def least_for_reason(self, part: str) -> float:
        """Return the points from which on a part of a score, by its name, is said as a reason."""
        name = part.replace("-", "_")
        share = getattr(self.reasons, name, 0)
        return max(1.0, share * getattr(self.points, name, 0) / 100)


@cache
def load_weights(path: Path = WEIGHTS) -> Weights:
    """Read weights; raises ``SettingsError`` with one line for each problem."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror})"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: not TOML: {error}"]) from error
    try:
        return Weights.model_validate(content)
    except ValidationError as error:
        raise SettingsError(
            f"{path.name}: {'.'.join(map(str, problem['loc'])) or 'as a whole'}: {problem['msg']}"
            for problem in error.errors()
        ) from error
