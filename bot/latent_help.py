"""Latent help: how many people said elsewhere what they can share, by capacity, and nothing of whom.

Counted are the platform's table and the wiki's mentors of newcomers. Whoever said no to us anywhere,
or lives where nobody may be found, is not counted; nor is what somebody offers here already. Names
are forgotten at once: what is kept is a number of at least ``SMALLEST_CELL`` people for a capacity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.notify.eligibility import build_eligibility
from bot.notify.opt_outs import refusing_accounts
from bot.wiki.port import Wiki
from exchange.directory import Directory
from exchange.errors import EditRefused, WikiUnavailable
from exchange.model import Frequency, Offer, Profile
from exchange.model.keys import ProfileKey
from exchange.model.wiki import account_problem
from exchange.privacy import SMALLEST_CELL, CountryProtection
from exchange.reports.data import LATENT_HELP
from exchange.settings import Settings
from exchange.sources.platform import (
    CAPACITIES_TITLE,
    PEOPLE_TITLE,
    platform_offers,
    read_capacities,
    read_people,
)
from exchange.sources.statements import EarlierStatement, mentor_statements, read_mentors
from exchange.store import Store
from exchange.store.erasure_marks import ErasureMarks
from exchange.titles import normalise_user_name

_LONGEST_ID = 70
"""What a measure's name has room for; no id that we list is so long."""


def count_latent_help(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    platform: Wiki | None,
    directory: Directory,
    now: datetime,
) -> None:
    """Count anew, once a day; where a wiki does not answer, the numbers of before stay."""
    if any(one.day == now.date() for one in store.metrics.series(LATENT_HELP)):
        return
    try:
        said = _said_elsewhere(settings, wiki, platform, directory, now)
        willing = _willing_people(settings, store, wiki, said, now) if said else {}
    except (WikiUnavailable, EditRefused):
        return
    counted: Counter[str] = Counter()
    for capacities in willing.values():
        counted.update({line for one in capacities for line in (one, *directory.broader(one))})
    people = {id: n for id, n in counted.items() if n >= SMALLEST_CELL and len(id) <= _LONGEST_ID}
    # Without a capacity, how many have a number: it says that somebody counted on this day.
    store.metrics.replace(LATENT_HELP, now.date(), {"": len(people), **people})


def _said_elsewhere(
    settings: Settings, wiki: Wiki, platform: Wiki | None, directory: Directory, now: datetime
) -> dict[str, set[str]]:
    """Return the listed capacities that each person said they can share, by user name."""
    found: dict[str, set[str]] = {}

    def note(name: str, statements: Iterable[EarlierStatement]) -> None:
        listed = {
            one.value.capacity
            for one in statements
            if isinstance(one.value, Offer) and one.value.capacity in directory
        }
        if listed:
            found.setdefault(normalise_user_name(name), set()).update(listed)

    if platform is not None:
        texts = _texts(platform, PEOPLE_TITLE, CAPACITIES_TITLE)
        try:
            capacities = (
                read_capacities(texts[CAPACITIES_TITLE])[0] if texts[CAPACITIES_TITLE] else {}
            )
            for person in read_people(texts[PEOPLE_TITLE]):
                note(person.name, platform_offers([person], capacities, person.name, directory))
        except ValueError:
            pass  # No such table, or one that cannot be read: nobody said anything there.
    if settings.sources.mentors:
        listed = _texts(wiki, settings.sources.mentors)[settings.sources.mentors]
        for mentor in read_mentors(listed):
            note(mentor.name, mentor_statements(mentor, directory, now.date()))
    return found


def _texts(wiki: Wiki, *titles: str) -> dict[str, str]:
    pages = wiki.pages(titles=titles)
    return {title: (page.text or "") if (page := pages.get(title)) else "" for title in titles}


def _willing_people(
    settings: Settings,
    store: Store,
    wiki: Wiki,
    said: Mapping[str, set[str]],
    now: datetime,
) -> dict[int, set[str]]:
    """Return what each account does not offer here yet, of those who nowhere said no."""
    users = wiki.users(names=sorted(said))
    accounts = {
        user.id: (user, said[name])
        for name, user in users.items()
        if name in said and account_problem(user) is None
    }
    marks = ErasureMarks(store.database, secrets=settings.erasure_keys, log=settings.erasure.log)
    keys = {str(ProfileKey.for_person(account)): account for account in accounts}
    profiles = store.profiles.get_many(keys)
    hidden = CountryProtection(settings.privacy.protected_countries)
    silent = store.preferences.left_alone()
    out = {account for account, mark in marks.of(accounts).items() if mark.stands}
    out |= {account for key, account in keys.items() if key in silent}
    out |= {
        keys[key]
        for key, profile in profiles.items()
        if profile.notify is Frequency.NEVER or hidden.covers(profile.country)
    }
    asked = [user for account, (user, _) in accounts.items() if account not in out]
    if asked:
        eligibility = build_eligibility(
            settings, store, wiki, me=wiki.own_account(), users=users, today=now.date()
        )
        out |= refusing_accounts(eligibility, asked)
    return {
        account: capacities - _offered(profiles.get(str(ProfileKey.for_person(account))))
        for account, (_, capacities) in accounts.items()
        if account not in out
    }


def _offered(profile: Profile | None) -> set[str]:
    return {one.capacity for one in profile.offers} if profile else set()
