"""A plain reading of docs/matching.md: every pair is tried, one part after the other.

It shares nothing with the columns and the kernel but the weights, the tie-breaking hash and the
reading of time zones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from exchange.directory import Directory
from exchange.geography import region_of
from exchange.matching import History, Weights, takes_part
from exchange.matching.columns import seed_of
from exchange.matching.market import utc_offset
from exchange.model import Method, Offer, Priority, Profile, Want

MASK = (1 << 64) - 1


def mixed(value: int) -> int:
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def tie(seeker: str, helper: str, period: int) -> int:
    other = seed_of(helper)
    turned = ((other << 31) & MASK) | (other >> 33)
    return mixed(mixed(seed_of(seeker) ^ period) ^ turned)


def nearness(directory: Directory, wanted: str, offered: str, weights: Weights) -> int:
    """Points for capacity, 0 where the offer does not meet the want."""
    points = weights.points.capacity
    if wanted == offered:
        return points
    if wanted in directory.broader(offered):
        steps, share = directory.broader(offered).index(wanted) + 1, weights.shares.narrower
    elif offered in directory.broader(wanted):
        steps, share = directory.broader(wanted).index(offered) + 1, weights.shares.broader
    else:
        return 0
    for _ in range(steps):
        points = points * share // 100
    return points


def level(want: Want, offer: Offer, weights: Weights) -> int:
    if not want.level or not offer.level:
        return 0
    if offer.level >= want.level:
        return weights.points.level
    below = want.level - offer.level
    return weights.points.level * weights.shares.one_level_below // 100 if below == 1 else 0


def methods(seeker: Profile, want: Want, helper: Profile, offer: Offer, weights: Weights) -> int:
    mine, theirs = (
        exchanging(own.methods) or exchanging(owner.methods)
        for own, owner in ((want, seeker), (offer, helper))
    )
    return weights.points.methods if set(mine) & set(theirs) else 0


def exchanging(methods: Sequence[Method]) -> list[Method]:
    """Interpreting between two others is no way to exchange."""
    return [one for one in methods if one is not Method.INTERPRETING]


def fit(
    seeker: Profile,
    want: Want,
    helper: Profile,
    offer: Offer,
    directory: Directory,
    weights: Weights,
) -> int:
    near = nearness(directory, want.capacity, offer.capacity, weights)
    if not near:
        return 0
    return near + level(want, offer, weights) + methods(seeker, want, helper, offer, weights)


def scores(
    profiles: Sequence[Profile],
    *,
    directory: Directory,
    weights: Weights,
    history: History,
    today: date,
) -> dict[tuple[str, str], dict[str, int]]:
    """(seeker, want) -> helper -> points, for every pair that may be suggested."""
    speakers: dict[str, int] = {}
    for profile in profiles:
        for code in {one.code for one in profile.languages if one.level >= 2}:
            speakers[code] = speakers.get(code, 0) + 1
    found: dict[tuple[str, str], dict[str, int]] = {}
    for seeker in profiles:
        if not takes_part(seeker, today=today):
            continue
        for want in seeker.wants:
            if (want.until and want.until < today) or (seeker.key, want.capacity) in history.served:
                continue
            for helper in profiles:
                free = helper.seats - history.seats_taken.get(helper.key, 0)
                if not takes_part(helper, today=today) or free <= 0:
                    continue
                pair = tuple(sorted((seeker.key, helper.key)))
                if same_person(seeker, helper) or pair in history.pairs:
                    continue
                points = max(
                    (
                        score(
                            seeker, want, helper, offer, speakers, len(profiles), directory,
                            weights, history, today,
                        )
                        for offer in helper.offers
                    ),
                    default=0,
                )  # fmt: skip
                if points:
                    found.setdefault((seeker.key, want.capacity), {})[helper.key] = points
    return found


def with_others_counted(profiles: Sequence[Profile], today: date) -> list[Profile]:
    """Profiles whose unlisted wants say how many others want the same: each against each."""

    def wants(profile: Profile, capacity: str) -> bool:
        return any(
            want.capacity == capacity and not (want.until and want.until < today)
            for want in profile.wants
        )

    def voices(capacity: str) -> int:
        people = {each.name for each in profiles if not each.is_group and wants(each, capacity)}
        groups = [
            each
            for each in profiles
            if each.is_group and wants(each, capacity) and not people & set(each.contacts)
        ]
        return len(people) + len(groups)

    return [
        replace(
            each,
            wants=tuple(
                replace(want, joins=max(want.joins, voices(want.capacity) - 1))
                if want.capacity.startswith("unlisted:")
                and any(wants(other, want.capacity) for other in profiles if other != each)
                else want
                for want in each.wants
            ),
        )
        for each in profiles
    ]


def same_person(one: Profile, other: Profile) -> bool:
    def hands(profile: Profile) -> set[str]:
        return set(profile.contacts) | (set() if profile.is_group else {profile.name})

    return one.key == other.key or bool(hands(one) & hands(other))


def score(
    seeker: Profile,
    want: Want,
    helper: Profile,
    offer: Offer,
    speakers: Mapping[str, int],
    size: int,
    directory: Directory,
    weights: Weights,
    history: History,
    today: date,
) -> int:
    points, bounds = weights.points, weights.bounds
    forth = fit(seeker, want, helper, offer, directory, weights)
    if not forth:
        return 0
    shares = {2: 40, 3: 60, 4: 80, 5: 90, 6: 100}
    common = []
    for mine in seeker.languages:
        for theirs in helper.languages:
            if mine.code == theirs.code and min(mine.level, theirs.level) >= 2:
                whole = max(size.bit_length() - 1, 1)
                steps = size.bit_length() - max(speakers[mine.code].bit_length(), 1)
                rare = points.small_language * min(max(steps, 0), whole) // whole
                common.append(points.language * shares[min(mine.level, theirs.level)] // 100 + rare)
    if not common:
        return 0
    total = forth + max(common)
    back = max(
        (
            fit(helper, theirs, seeker, mine, directory, weights)
            for theirs in helper.wants
            if not (theirs.until and theirs.until < today)
            and (helper.key, theirs.capacity) not in history.served
            for mine in seeker.offers
        ),
        default=0,
    )
    if back:
        most = points.capacity + points.level + points.methods
        total += 2 * points.reciprocity * forth * back // ((forth + back) * most)
    one, other = utc_offset(seeker.timezone, today), utc_offset(helper.timezone, today)
    if one >= 0 and other >= 0:
        apart = min(abs(one - other), 96 - abs(one - other))
        near, far = bounds.near_hours * 4, bounds.far_hours * 4
        total += points.time * min(max(far - apart, 0), far - near) // (far - near)
    shared = len(set(seeker.projects) & set(helper.projects))
    total += (0, points.projects // 2, points.projects)[min(shared, 2)]
    here, there = (each.region or region_of(each.country) for each in (seeker, helper))
    total += points.region * (here is not None and here == there)
    total += points.country * (seeker.country is not None and seeker.country == helper.country)
    if helper.edited and not any(day <= today for day in helper.unanswered):
        age = (today - helper.edited.date()).days
        span = bounds.faded_days - bounds.fresh_days
        total += points.freshness * min(max(bounds.faded_days - age, 0), span) // span
    pressing = want.priority + (want.joins >= 1) + (want.joins >= 4)
    total += {Priority.NORMAL: 0, Priority.HIGH: points.priority // 2}.get(
        pressing, points.priority
    )
    if want.until and (want.until - today).days <= bounds.deadline_days:
        total += points.deadline
    return total
