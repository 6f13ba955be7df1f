"""Capacity: what people can learn from each other, or give and lend each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

UNLISTED = "unlisted:"
"""Prefix of the id of a capacity that somebody wrote and the directory does not know (yet)."""


class CapacityKind(StrEnum):
    """What sort of capacity it is: a skill that is learnt, or a thing that is given or lent.

    Things are money, places and equipment. They are matched and counted apart from skills.
    """

    SKILL = "skill"
    THING = "thing"


class Method(StrEnum):
    """How people like to exchange: the forms of learning that the movement supports.

    Whoever is ``INTERPRETING`` offers to interpret between two others: no way to learn from them.
    """

    COACHING = "coaching"
    MENTORING = "mentoring"
    TUTORING = "tutoring"
    TRAINING = "training"
    INTERNSHIP = "internship"
    TECHNICAL_ASSISTANCE = "technical-assistance"
    FINANCIAL_ASSISTANCE = "financial-assistance"
    GROUP_LEARNING = "group-learning"
    COMMUNITY_OF_PRACTICE = "community-of-practice"
    INTERPRETING = "interpreting"


class Level(IntEnum):
    """How well somebody knows a capacity (offer), or how deep they want to go (want)."""

    BASIC = 1
    INTERMEDIATE = 2
    ADVANCED = 3
    EXPERT = 4


class Priority(IntEnum):
    """How pressing a want is."""

    NORMAL = 0
    HIGH = 1
    URGENT = 2


@dataclass(frozen=True, slots=True)
class Resource:
    """A link to learn a capacity from; ``language`` is a MediaWiki code, or empty."""

    title: str
    url: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """One entry of the capacity directory.

    ``names`` maps a MediaWiki language code to the name in that language; ``aliases`` maps a
    language code (or ``""`` for any) to further ways of writing it. ``broader`` is the id of the
    next wider capacity. ``wikidata`` is an item id (``Q…``) and ``platform`` the number on the
    Capacity Exchange platform, only where a source gave them. ``kind`` is that of a widest
    capacity and of all that is narrower; ``bound`` says that it is only of use where it stands (a
    room, a camera), and None that it is as what is broader. ``descriptions`` has one sentence a
    language. ``unreviewed`` holds what no speaker has reviewed, as (language, text), of names,
    aliases and descriptions.
    """

    id: str
    broader: str | None = None
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    wikidata: str | None = None
    platform: int | None = None
    descriptions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    resources: tuple[Resource, ...] = ()
    unreviewed: frozenset[tuple[str, str]] = frozenset()
    kind: CapacityKind = CapacityKind.SKILL
    bound: bool | None = None


def is_unlisted(capacity: str) -> bool:
    """Whether a capacity id stands for a name that the directory does not know."""
    return capacity.startswith(UNLISTED)
