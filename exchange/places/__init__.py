"""Places: countries, the eight Wikimedia regions, emerging communities, affiliates.

Countries are ISO 3166-1 alpha-2 codes, with names from CLDR in every language; regions are the
ids of config/regions.json (SSA, NWE, ESEAP, LAC, CEECA, SA, MENA, NA).
"""

from exchange.places.affiliates import Affiliate, affiliate, affiliates, small_or_to_be
from exchange.places.countries import countries, country, country_name
from exchange.places.emerging import emerging
from exchange.places.regions import Region, members, region, region_name, region_of, regions

__all__ = [
    "Affiliate",
    "Region",
    "affiliate",
    "affiliates",
    "countries",
    "country",
    "country_name",
    "emerging",
    "members",
    "region",
    "region_name",
    "region_of",
    "regions",
    "small_or_to_be",
]
