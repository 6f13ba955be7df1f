"""A person or a group as JSON-LD in the vocabulary of schema.org."""

from __future__ import annotations

from typing import Any

from flask import url_for

from exchange.model import Profile
from exchange.reports import Licence
from webtool.context import context
from webtool.render import history_link, wiki_link


def profile_jsonld(profile: Profile) -> dict[str, Any]:
    """Return a profile as schema.org Person or Organization, with what they know, lend and seek."""
    directory = context().directory
    things = [one for one in profile.offers if directory.is_thing(one.capacity)]
    skills = [one for one in profile.offers if one not in things]
    endpoint = "people.show_group" if profile.is_group else "people.show_person"
    body: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization" if profile.is_group else "Person",
        "@id": url_for(endpoint, name=profile.name.replace(" ", "_"), _external=True, uselang=None),
        "name": profile.name,
        "knowsLanguage": [one.code for one in profile.languages],
        "knowsAbout": [_term(directory.name(one.capacity), one.capacity) for one in skills],
        "seeks": [
            {
                "@type": "Demand",
                "itemOffered": _term(directory.name(one.capacity), one.capacity),
                **({"availabilityEnds": one.until.isoformat()} if one.until else {}),
            }
            for one in profile.wants
        ],
    }
    if things:  # Nobody knows about a room that they lend.
        body["makesOffer"] = [
            {
                "@type": "Offer",
                "itemOffered": _term(directory.name(one.capacity), one.capacity),
                **({"availabilityStarts": one.since.isoformat()} if one.since else {}),
                **({"availabilityEnds": one.until.isoformat()} if one.until else {}),
                **(
                    {"availableAtOrFrom": {"@type": "Place", "name": one.place}}
                    if one.place
                    else {}
                ),
            }
            for one in things
        ]
    if profile.country:
        body["address"] = {"@type": "PostalAddress", "addressCountry": profile.country}
    if profile.affiliations:
        member = [{"@type": "Organization", "name": name} for name in profile.affiliations]
        body["parentOrganization" if profile.is_group else "memberOf"] = member
    if page := wiki_link(profile.page):
        body["sameAs"] = page
        # A person has no licence; what they wrote on the page has.
        body["subjectOf"] = {
            "@type": "WebPage",
            "url": page,
            "license": Licence.WORDS.address,
            "archivedAt": history_link(profile.page),
        }
    return body


def _term(name: str, id: str) -> dict[str, str]:
    found = {"@type": "DefinedTerm", "name": name, "termCode": id}
    capacity = context().directory.get(id)
    if capacity and capacity.wikidata:
        found["sameAs"] = f"http://www.wikidata.org/entity/{capacity.wikidata}"
    return found
