"""People and groups of the sample movement, and the pages on which they say what they share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from config.sample.market import UNLISTED, Tastes
from config.sample.world import PLACES, Place
from exchange.directory import Directory
from exchange.geography import country_name, region_name, region_of
from exchange.languages import autonym, canonical, fallback_chain, find_language
from exchange.model import Kind

NOTE = "''Made up: this page belongs to the sample movement of the Capacity Exchange. Nobody here is real.''"
"""Stands on every page."""

METHODS = (
    "mentoring",
    "coaching",
    "training",
    "tutoring",
    "group learning",
    "technical assistance",
)
LEVELS = ("basic", "intermediate", "advanced", "expert")
NOTES = (
    "queries above all",
    "happy to start from zero",
    "for small wikis",
    "by e-mail or on my talk page",
    "R&D <3 data",
    "l'essentiel d'abord",
    "weekends are best",
)
PROJECTS = (
    "wikidata",
    "commons",
    "{}wiki",
    "{}wiktionary",
    "{}wikisource",
    "Wikidata",
    "Wikipedia",
    "Meta-Wiki",
)
ISO3 = {"NG": "NGA", "DE": "DEU", "IN": "IND", "BR": "BRA", "FR": "FRA", "US": "USA", "JP": "JPN"}
SEPARATORS = {"zh-hant": "、", "zh-hans": "，", "yue": "、", "ja": "、"}
ARABIC = frozenset({"ar", "arz", "ary", "aeb", "fa", "azb", "mzn", "ckb", "ur", "pnb", "ps", "sd"})


@dataclass(slots=True)
class Party:
    """A person or group: ``account`` edits the page ``title``."""

    account: str
    account_id: int
    title: str
    namespace: int
    place: Place
    languages: list[tuple[str, str]]
    edited: datetime
    kind: Kind = Kind.PERSON
    text: str = ""
    offers: list[str] = field(default_factory=list)
    wants: list[str] = field(default_factory=list)


VOCABULARY: dict[str, Any] = json.loads(
    Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8")
)
"""How people of the sample write capacities: of its own, so that it stays the same while the
directory's names get better."""


def own_name(code: str) -> str:
    """Return a language's own name, or its code where that name means another language (Ga)."""
    return autonym(code) if find_language(autonym(code)) == canonical(code) else code


class Maker:
    """Makes parties, one after the other, from one source of randomness."""

    def __init__(self, random: Random, directory: Directory, now: datetime) -> None:
        self.random = random
        self.now = now
        self.tastes = Tastes(directory, random)
        self._taken: set[str] = set()

    # --- who -------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        """Say yes so often."""
        return self.random.random() < share

    def name(self, place: Place) -> str:
        """Make a user name that nobody has yet."""
        first, second = self.random.choice(place.first), self.random.choice(place.second)
        number = 1
        while True:
            name = f"{place.sample} {first} {second}" + (f" {number}" if number > 1 else "")
            name = name[0].upper() + name[1:]
            if name not in self._taken:
                self._taken.add(name)
                return name
            number += 1

    def languages(self, place: Place) -> list[tuple[str, str]]:
        """Return what somebody speaks, as (code, Babel level)."""
        spoken = {self.random.choice(place.tongues): "N"}
        if len(place.tongues) > 1 and self.chance(0.5):
            spoken.setdefault(self.random.choice(place.tongues), self.random.choice("N543"))
        for bridge in place.bridges:
            if self.chance(0.75):
                spoken.setdefault(bridge, self.random.choice("5443321"))
        if self.chance(0.12):
            spoken.setdefault(self.random.choice(["es", "fr", "ar", "pt", "eo", "zh"]), "2")
        return list(spoken.items())

    def moment(self) -> datetime:
        """Return a time of the last edit: mostly lately, sometimes long ago."""
        days = 5 + self.random.paretovariate(1.1) * 20
        if self.chance(0.03):
            days = 760 + self.random.random() * 400
        return self.now - timedelta(days=min(days, 1200), seconds=self.random.randrange(86400))

    def party(self, account_id: int, kind: Kind = Kind.PERSON) -> Party:
        """Make one party with its page."""
        place = self.random.choices(PLACES, [place.people for place in PLACES])[0]
        account = self.name(place)
        languages = self.languages(place)
        if kind is Kind.PERSON:
            title = f"User:{account}" + (
                self.random.choice(["/Capacity Exchange", "/CapEx"]) if self.chance(0.15) else ""
            )
            namespace = 2
        else:
            title, namespace = self._group(place, kind, account), 0
        party = Party(account, account_id, title, namespace, place, languages, self.moment(), kind)
        group = kind is not Kind.PERSON
        party.offers = self.tastes.offers(
            self.random.choices(range(6), [16, 24, 26, 18, 10, 6])[0] + group
        )
        party.wants = self.tastes.wants(
            self.random.choices(range(5), [14, 30, 30, 18, 8])[0] + group, party.offers
        )
        party.text = self.page(party)
        return party

    def _group(self, place: Place, kind: Kind, account: str) -> str:
        where = country_name(place.country)
        if kind is Kind.HUB:
            where = region_name(region_of(place.country) or "")
        words = kind.value.replace("-", " ")
        title = f"Sample {words} of {where}"
        number = 2
        while title in self._taken:
            title = f"Sample {words} of {where} {number}"
            number += 1
        self._taken.add(title)
        return title

    # --- what stands on the page -----------------------------------------------------------

    def page(self, party: Party) -> str:
        """Write a party's page."""
        spoken = party.languages
        boxes, listed = self._boxes(spoken, parameter=party.namespace == 0)
        filler = self._filler(party)
        parts = [NOTE, boxes, filler[0], self._profile(party, listed), filler[1]]
        return "\n".join(part for part in parts if part) + "\n"

    def _boxes(self, spoken: Sequence[tuple[str, str]], *, parameter: bool) -> tuple[str, str]:
        """Say languages once: in a Babel box or in the template's parameter."""
        codes = [code if level == "N" else f"{code}-{level}" for code, level in spoken]
        way = 2 if parameter else self.random.choices(range(4), [40, 25, 20, 15])[0]
        if way == 0:
            return "{{#babel:" + "|".join(codes) + "}}", ""
        if way == 1:
            return "{{Babel|" + "|".join(codes) + "}}", ""
        if way == 2:
            return "", ", ".join(f"{code}-{level}" for code, level in spoken)
        return "", ", ".join(
            own_name(code) if level == "N" else f"{own_name(code)}-{level}"
            for code, level in spoken
        )

    def _profile(self, party: Party, languages: str) -> str:
        values = {
            "offers": self.items(party, party.offers, wanted=False),
            "wants": self.items(party, party.wants, wanted=True),
            "languages": languages,
            **self._where(party),
        }
        if party.kind is not Kind.PERSON:
            kind = party.kind.value.replace("-", " ")
            values = {"kind": kind, "contact": f"User:{party.account}", **values}
        code = party.languages[0][0].partition("-")[0]
        if self.chance(0.5):
            projects = self.random.sample(PROJECTS, self.random.randint(1, 3))
            values["projects"] = ", ".join(project.format(code) for project in projects)
        if self.chance(0.45):
            values["methods"] = ", ".join(self.random.sample(METHODS, self.random.randint(1, 3)))
        if self.chance(0.4):
            values["seats"] = self.random.choice(["1", "1", "2", "3", "3", "4", "5"])
        if self.chance(0.4):
            values["availability"] = self.random.choice(["1 h/week", "2 h/week", "4 h/month"])
        if self.chance(0.2):
            values["affiliations"] = self.random.choice(
                ["Art+Feminism", "Wikimedia LGBT+ User Group", "Wikidata", "WikiDonne User Group"]
            )
        if self.chance(0.22):
            values["notify"] = self.random.choice(["weekly", "monthly", "monthly", "no"])
        if self.chance(0.05):
            day = self.now.date() + timedelta(days=self.random.choice([-60, 20, 70, 120]))
            values["away until"] = day.isoformat()
        if self.chance(0.3):
            values["about"] = self.random.choice(NOTES)
        values = {name: value for name, value in values.items() if value}
        template = self.random.choices(
            ["Capacity Exchange profile", "capacity Exchange_profile", "CapEx profile"], [85, 7, 8]
        )[0]
        gap = " " if self.chance(0.8) else ""
        lines = [f"|{gap}{name}{gap}={gap}{value}" for name, value in values.items()]
        return "{{" + template + "\n" + "\n".join(lines) + "\n}}"

    def _where(self, party: Party) -> dict[str, str]:
        code, own = party.place.country, party.languages[0][0]
        values: dict[str, str] = {}
        if self.chance(0.83):
            values["country"] = self.random.choice(
                [code, country_name(code), country_name(code, own), ISO3.get(code, code)]
            )
        elif self.chance(0.7):
            region = region_of(code) or ""
            values["region"] = self.random.choice([region, region_name(region)])
        if self.chance(0.6):
            values["timezone"] = party.place.zone
        return values

    # --- lists of capacities ---------------------------------------------------------------

    def items(self, party: Party, ids: Sequence[str], *, wanted: bool) -> str:
        """Write a list of capacities in one of the ways in which people write lists."""
        own = party.languages[0][0]
        texts = [(self.written(id, own), self._details(wanted)) for id in ids]
        if ids and self.chance(0.04):
            texts.append((self.random.choice(UNLISTED), ""))
        if not texts:
            return ""
        if self.chance(0.12):
            return "".join("\n" + self._nested(name, wanted) for name, _ in texts)
        shown = [f"{name} {details}".strip() for name, details in texts]
        way = self.random.choices(["*", "line", ";", ","], [35, 12, 13, 40])[0]
        if way == "*":
            return "".join(f"\n* {item}" for item in shown)
        if way == "line":
            return "\n" + "\n".join(shown)
        if way == ";":
            return "; ".join(shown)
        if own in SEPARATORS:
            return SEPARATORS[own].join(shown)
        return ("، " if own in ARABIC else ", ").join(shown)

    def written(self, id: str, language: str) -> str:
        """Write a capacity as somebody might: in their language or English, more or less neatly."""
        capacity = VOCABULARY[id]
        by_language, more = capacity["names"], capacity.get("aliases", {})
        names = [
            by_language[code] for code in ("en", *fallback_chain(language)) if code in by_language
        ]
        if language in by_language and self.chance(0.7):
            names = [by_language[language]]
        aliases = [*more.get(language, ()), *more.get("en", ())]
        name = self.random.choice(aliases) if aliases and self.chance(0.2) else names[0]
        way = self.random.random()
        if way < 0.06:
            return id
        if way < 0.10:
            return capacity.get("wikidata") or name
        if way < 0.16:
            return name.replace(" ", "_")
        if way < 0.22:
            return f"[[{name}]]" if "[" not in name else name
        if way < 0.25:
            return name.upper()
        if way < 0.28:
            return f"'''{name}'''"
        if way < 0.30:
            return name.replace("&", "&amp;")
        if way < 0.32:
            return f"\u200e{name}\u200f"
        return name

    def _details(self, wanted: bool) -> str:
        found = []
        if self.chance(0.22):
            found.append(", ".join(self.random.sample(METHODS, self.random.randint(1, 2))))
        if self.chance(0.3):
            found.append(self.random.choice(LEVELS))
        if wanted and self.chance(0.18):
            found.append(self.random.choice(["urgent", "high"]))
        if wanted and self.chance(0.1):
            found.append(f"until {self.deadline().isoformat()}")
        details = f"({'; '.join(found)})" if found else ""
        if self.chance(0.08):
            details += f" – {self.random.choice(NOTES[:4])}"
        return details

    def _nested(self, name: str, wanted: bool) -> str:
        extra = f"|level={self.random.choice(LEVELS)}" if self.chance(0.5) else ""
        if self.chance(0.5):
            extra += f"|methods={self.random.choice(METHODS)}"
        if wanted and self.chance(0.3):
            extra += f"|priority=urgent|until={self.deadline().isoformat()}"
        template = "CX item" if self.chance(0.15) else "Capacity"
        return "{{" + template + "|" + name.replace("|", "") + extra + "}}"

    def deadline(self) -> date:
        """Return a last day: mostly in the coming months."""
        return self.now.date() + timedelta(days=self.random.choice([-20, 10, 25, 40, 80, 120]))

    def _filler(self, party: Party) -> tuple[str, str]:
        """What else stands on people's pages: words, links, boxes, tables."""
        own = autonym(party.languages[0][0])
        before = [
            "{{Userbox|border-c=#3366cc|id=[[File:Example.png|40px]]|info=sample box}}",
            f"== {own} ==\n[[Special:MyLanguage/Help:Contents|{own}]]: [[Wikipedia:Sandbox]].",
            "",
            "",
        ]
        after = [
            "== To do ==\n* [[Draft:One]]\n* [[Draft:Two]]\n* {{done}} ~ three",
            '{| class="wikitable"\n! Year !! Edits\n|-\n| 2025 || 123\n|-\n| 2026 || 456\n|}',
            "<!-- more to come -->",
            "",
            "",
            "[[Category:Sample movement]]",
        ]
        return self.random.choice(before), self.random.choice(after)
