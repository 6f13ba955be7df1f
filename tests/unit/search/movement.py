"""A made-up movement of any size, from a seed: nobody in it exists.

Capacities, languages and countries are spread as in life: a few are common, most are rare.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from exchange.directory import Directory
from exchange.geography import region_of
from exchange.model import Kind, Language, Level, Method, Offer, Priority, Profile, Want

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
_words = str.split
FIRST = _words(
    "Amara Binta Chidi Dalia Esra Farid Giulia Hanna Ikram Jorge Keiko Lerato Mónica Nguyễn Ọlá "
    "Priya Quim Rania Søren Tsering Uma Vasyl Wanjiru Xóchitl Yusuf Zofia Ádám Élise Ìyábọ̀ Çağla "
    "ليلى يوسف مريم محمد Алёна Юрій 花子 健太 小明 지민 अनिता રમેશ தமிழ்செல்வி רות Ελένη"
)
LAST = _words(
    "Abara Bello Costa Diallo Eze Fofana García Haddad Ivanova Jansen Kaya López Mbeki Novák "
    "O'Neill Pérez Qureshi Rossi Silva Tanaka Usman Varga Wójcik Ximenes Yıldız Zulu de_la_Cruz "
    "الحسن 山田 김 Шевченко शर्मा L'Hôte al-Masri N'Dour"
)
LANGUAGES = _words(
    "en fr es pt ar yo de ru zh ja hi id ha sw ig am tr uk pl it bn ta ko vi fa he nl ca eu cs "
    "dag arz pnb skr ary ff wo zu xh rw mg ne si my km lo ka hy az kk uz mn el bg sr hr"
)
COUNTRIES = _words(
    "NG IN BR FR DE EG MX ID GH KE US ES AR TN MA UA PL TR JP KR TW PH VN BD PK NP LK ZA TZ UG RW "
    "SN CI CM BJ ML BF TG CO PE CL BO EC UY VE GT CU IT PT GB NL SE NO DK FI CZ SK HU RO BG GR IL "
    "JO LB IQ SA DZ AM GE AZ KZ UZ AU NZ CA HT SG MY MU CV MT"
)
AFFILIATIONS = _words(
    "Wikimedia Nigeria User Group|Wikimedia France|Wikimedia Deutschland|Wiki Movimento Brasil|"
    "Wikimédia Côte d'Ivoire|Wikimedia TN User Group|Wikimedia Indonesia|Wikimedia Argentina|"
    "Dagbani Wikimedians User Group|Art+Feminism|Igbo Wikimedians User Group|West Bengal Wikimedians",
    "|",
)
# Few offer to interpret. Without it, the figures of before can be compared.
METHODS = [method for method in Method if method is not Method.INTERPRETING]
PROJECTS = ("wikipedia", "wikidata", "commons", "wikisource", "wiktionary", "wikivoyage", "meta")
NOTES = (
    "queries above all",
    "for beginners",
    "in small groups, on-line or in person",
    "gern auch am Abend",
    "avec des bibliothèques et l'université",
    "para docentes",
    "للمبتدئين",
    "初心者向け",
    "e-mail first, please",
)
UNLISTED = (
    "drone photography",
    "Braille transcription",
    "sous-titrage",
    "oral history",
    "口述歴史",
)


def movement(size: int, *, directory: Directory, seed: int = 7) -> Iterator[Profile]:
    """Make ``size`` people and groups, one in twelve a group."""
    luck = random.Random(seed)
    capacities = [capacity.id for capacity in directory if not directory.is_thing(capacity.id)]
    things = sorted(directory.things)
    luck.shuffle(capacities)
    weights = [1 / (at + 2) for at in range(len(capacities))]
    for number in range(1, size + 1):
        made = _profile(number, luck, capacities, weights)
        yield _with_things(made, number, things) if number % 5 == 0 else made


def _with_things(profile: Profile, number: int, things: list[str]) -> Profile:
    """Let somebody offer a thing and want another one as well, by their number alone."""
    offer, want = (Offer(things[number % len(things)]), Want(things[number // 5 % len(things)]))
    return replace(
        profile,
        offers=(*profile.offers, *([offer] if number % 15 else [])),
        wants=(*profile.wants, *([want] if number % 10 else [])),
    )


def _some(luck: random.Random, items: list[str], most: int) -> list[str]:
    weights = [1 / (at + 1.5) for at in range(len(items))]
    return list(dict.fromkeys(luck.choices(items, weights, k=luck.randint(1, most))))


def _profile(
    number: int, luck: random.Random, capacities: list[str], weights: list[float]
) -> Profile:
    group = number % 12 == 0
    name = f"{luck.choice(FIRST)} {luck.choice(LAST).replace('_', ' ')} {number}"
    country = _some(luck, COUNTRIES, 1)[0] if luck.random() < 0.9 else None
    region = region_of(country) if country else luck.choice(("SSA", "ESEAP", "LAC", None))
    if group:
        name = f"{luck.choice(('Wiki Club', 'Wikimedians of', 'Atelier', '編集会'))} {name}"
    held = list(dict.fromkeys(luck.choices(capacities, weights, k=luck.randint(2, 8))))
    cut = luck.randint(0, len(held))
    edited = NOW - timedelta(days=int(luck.expovariate(1 / 120)) % 900, hours=number % 24)
    offers = [
        Offer(
            capacity,
            methods=tuple(luck.sample(METHODS, k=luck.choice((0, 0, 1, 2)))),
            level=luck.choice((None, *Level)),
            note=luck.choice(("", "", "", *NOTES)),
        )
        for capacity in held[:cut]
    ]
    wants = [_want(luck, capacity, number) for capacity in held[cut:]]
    if luck.random() < 0.06:
        text = luck.choice(UNLISTED)
        offers.append(Offer(f"unlisted:{text.casefold()}", text=text))
    return Profile(
        key=f"page:{number}" if group else f"user:{number}",
        name=name,
        kind=luck.choice([kind for kind in Kind if kind is not Kind.PERSON])
        if group
        else Kind.PERSON,
        page=f"Meta:{name}" if group else f"User:{name}/Capacity Exchange",
        page_id=number,
        revision=1000 + number,
        edited=edited,
        offers=tuple(offers),
        wants=tuple(wants),
        languages=tuple(
            Language(code, luck.choice((2, 3, 3, 4, 6, 6))) for code in _some(luck, LANGUAGES, 4)
        ),
        country=country,
        region=region,
        affiliations=(luck.choice(AFFILIATIONS),) if luck.random() < 0.5 else (),
        projects=tuple(luck.sample(PROJECTS, k=luck.randint(0, 3))),
        methods=tuple(luck.sample(METHODS, k=luck.choice((0, 1, 2)))),
        seats=luck.choice((0, 1, 2, 2, 3)),
        timezone=luck.choice((None, "Africa/Lagos", "Europe/Paris", "Asia/Tokyo", "UTC+05:45")),
        hours=luck.choice((None, 1.0, 2.0, 5.0)),
        away=date(2027, 1, 31) if luck.random() < 0.03 else None,
        about=luck.choice(
            ("", "", "I like to learn by doing.", "Organizo talleres.", "أحب التعلم")
        ),
        contacts=(f"User {number - 1}",) if group else (name,),
    )


def _want(luck: random.Random, capacity: str, number: int) -> Want:
    asked = luck.random() < 0.12
    return Want(
        capacity,
        methods=tuple(luck.sample(METHODS, k=luck.choice((0, 1)))),
        priority=luck.choice((Priority.NORMAL, Priority.NORMAL, Priority.HIGH, Priority.URGENT)),
        until=date(2026, 11, 20) + timedelta(days=luck.randint(0, 120)) if asked else None,
        request=f"Meta:Requests/{number}" if asked else "",
        note=luck.choice(("", "", *NOTES)),
    )
