"""Emerging communities: whom the match serves first.

Meta's "Community Engagement/Defining Emerging Communities" names three axes (country, language,
project) and has no list that a machine can read. The Wikimedia Foundation's canonical data
(wikimedia-research/canonical-data, country/countries.csv, column economic_region) has one for
countries, and config/emerging.json holds its countries of the Global South. The rule here:

- a country is emerging if that list has it;
- a region (where no country is shown) is emerging if at least three in four of its countries are;
- where nothing is shown, nobody is called emerging.

Coordinators who know better change config/emerging.json; the rule stays.
"""

from __future__ import annotations

import json
from functools import cache

from exchange.places.countries import CONFIG
from exchange.places.regions import members

MOST = 0.75


@cache
def _countries() -> frozenset[str]:
    return frozenset(json.loads((CONFIG / "emerging.json").read_text("utf-8"))["countries"])


def emerging(country: str | None = None, region: str | None = None) -> bool:
    """Tell whether somebody of this country (alpha-2), or else region, is of an emerging community."""
    if country:
        return country.upper() in _countries()
    of_region = members(region) if region else ()
    return bool(of_region) and sum(c in _countries() for c in of_region) >= MOST * len(of_region)
