"""Pages on which people say something about themselves, in the form that real ones have.

``put_pages`` puts them on a real MediaWiki; unit tests read the same texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from tests.support.wiki.mediawiki import MediaWiki

CAPACITIES = "Data:CapacityExchange/capacities.tab"
PEOPLE = "Data:CapacityExchange/users.tab"
MENTORS = "MediaWiki:GrowthMentors.json"
AFFILIATES = "Module:Organizational Informations"

NUMBERS = {
    12: ("budgeting", "Q41263"),
    134: ("Lua", ""),
    69: ("mentorship", ""),
    900: ("kite building", ""),
    901: ("Photography", "Q11633"),
}
"""What the platform calls some capacities: the last two have no number in our directory."""


def tabular(columns: Mapping[str, str], rows: Iterable[Iterable[object]]) -> str:
    """Return a tabular page as Commons keeps it."""
    fields = [{"name": name, "type": type, "title": {"en": name}} for name, type in columns.items()]
    content = {"license": "CC0-1.0", "description": {"en": "-"}, "schema": {"fields": fields}}
    return json.dumps(content | {"data": [list(row) for row in rows]}, indent=4)


def capacities_page() -> str:
    """Return the platform's directory."""
    return tabular(
        {
            "id": "number",
            "name": "localized",
            "description": "localized",
            "wikidata_item": "string",
        },
        ((number, {"en": name}, {"en": ""}, item) for number, (name, item) in NUMBERS.items()),
    )


def people_page(shares: Mapping[str, object]) -> str:
    """Return the table of people: what each shares, by user name; all of them know more."""
    return tabular(
        {
            "username": "string",
            "skills_known": "string",
            "skills_available": "string",
            "badges": "string",
        },
        ((name, "[10, 11, 12, 134]", numbers, "[3, 7§HASH]") for name, numbers in shares.items()),
    )


def mentors_page(*mentors: Mapping[str, object]) -> str:
    """Return the mentors of newcomers by their local number."""
    return json.dumps({"Mentors": {str(100 + at): one for at, one in enumerate(mentors)}})


_MODULE = """-- The list of affiliates; see the talk page. { not a table
--[==[ {affiliate_name = "Commented out", affiliate_contact1 = "User:CONTACT"} ]==]
local today = os.date("%Y")
return {
	{
		affiliate_name = "Wikimedia \\"Far\\" Away",
		org_type = 'Chapter', region = "Northern & Western Europe",
		recognition_status = "recognised",
		affiliate_contact1 = "User:Somebody Else", dm_structure = {"Board", "Chair"; "Vote"},
		reporting_due_date = today .. "-12-31", member_count = 120,
	},
	{
		affiliate_name = "NAME"; org_type = "User Group", region = 'Sub-Saharan Africa',
		status = "recognised", ["group_contact1"] = [[User:Somebody Else]],
		group_contact2 = "[[User:CONTACT|us]]", notes = table.concat({"a", "b"}),
	},
	{
		affiliate_name = "Gone Group", org_type = "User Group", status = "derecognised",
		affiliate_contact1 = "User:CONTACT",
	},
}
"""


def affiliates_module(contact: str, name: str = "Wikimedians of Lagos") -> str:
    """Return a list of affiliates of which one names ``contact``, with all that Lua allows."""
    return _MODULE.replace("CONTACT", contact).replace("NAME", name)


def put_pages(wiki: MediaWiki, pages: Mapping[str, str]) -> None:
    """Put pages on the wiki as its administrator."""
    for title, text in pages.items():
        wiki.edit("Admin", title, text)
