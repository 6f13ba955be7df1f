"""Party: what a profile says about taking part, being served early, and being one's own."""

from __future__ import annotations

from datetime import date

from exchange.matching.history import History
from exchange.matching.weights import Weights
from exchange.model import Frequency, Profile, Want
from exchange.places import emerging, region_of, small_or_to_be


def takes_part(profile: Profile, *, today: date, weights: Weights) -> bool:
    """Tell whether somebody takes part in a round: not away, not quiet, not stale."""
    return not (is_away(profile, today) or is_quiet(profile) or is_stale(profile, today, weights))


def is_away(profile: Profile, today: date) -> bool:
    """Tell whether somebody is away; the day itself still counts."""
    return profile.away is not None and profile.away >= today


def is_quiet(profile: Profile) -> bool:
    """Tell whether somebody wants no messages at all."""
    return profile.notify is Frequency.NEVER


def is_stale(profile: Profile, today: date, weights: Weights) -> bool:
    """Tell whether a profile was not looked after for too long."""
    edited = profile.edited
    return edited is not None and (today - edited.date()).days > weights.bounds.stale_days


def is_emerging(profile: Profile) -> bool:
    """Tell whether somebody belongs to an emerging community, as far as is known."""
    return emerging(profile.country, profile.region)


def is_small(profile: Profile) -> bool:
    """Tell whether this is a small affiliate, or a group that wants to be one."""
    return small_or_to_be(profile.kind)


def rank_of(profile: Profile, history: History) -> int:
    """Give the place in the solidarity order, 0 to 3: how many of its three reasons hold."""
    return is_emerging(profile) + is_small(profile) + (profile.key not in history.met)


def where(profile: Profile) -> str | None:
    """Give somebody's region: the one they say, or their country's."""
    return profile.region or region_of(profile.country)


def merged_wants(profile: Profile) -> list[Want]:
    """Give each wanted capacity once: the most pressing one, with the methods of all."""
    wants: dict[str, Want] = {}
    for want in profile.wants:
        old = wants.get(want.capacity)
        wants[want.capacity] = want if old is None else _both(old, want)
    return list(wants.values())


def _both(one: Want, other: Want) -> Want:
    ends = [want.until for want in (one, other) if want.until]
    return Want(
        capacity=one.capacity,
        text=one.text,
        methods=tuple(dict.fromkeys(one.methods + other.methods)),
        level=one.level or other.level,
        priority=max(one.priority, other.priority),
        # Who also asks without a last day still wants it after the other one.
        until=max(ends) if len(ends) == 2 else None,
        note=one.note,
        request=one.request or other.request,
    )


def account(name: str) -> str:
    """Write a user name as the wiki does: spaces for underscores, the first letter a capital."""
    name = " ".join(name.replace("_", " ").split())
    return name[:1].upper() + name[1:]
