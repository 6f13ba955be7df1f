"""Odd pages of the sample movement: broken, hostile and contradictory ones, as every wiki has them.

Each is (name of the page, what stands on it). Nothing here may stop a run, enrol anybody who did
not enrol, or get out of a notice or report that shows it.
"""

from __future__ import annotations

GOOD = "{{Capacity Exchange profile\n| offers = Wikidata\n| wants = Lua\n| languages = en-3\n}}"

OWN: tuple[tuple[str, str], ...] = (
    ("Unclosed", "{{Capacity Exchange profile\n| offers = Wikidata\n| wants = Lua"),
    (
        "Half closed",
        "{{Capacity Exchange profile\n| offers = {{Capacity|Wikidata\n| wants = Lua\n}}",
    ),
    ("Nowiki", f"<nowiki>{GOOD}</nowiki>"),
    ("Comment", f"<!-- {GOOD} -->"),
    ("Pre", f"<pre>{GOOD}</pre>"),
    ("Source", f'<syntaxhighlight lang="wikitext">{GOOD}</syntaxhighlight>'),
    ("Mention", "I wrote {{tl|Capacity Exchange profile}} once."),
    ("Inside if", "{{#if: yes |" + GOOD + "}}"),
    ("Inside box", "{{Userbox|info=" + GOOD + "}}"),
    ("Deep", "{{a|" * 400 + GOOD + "}}" * 400),
    ("Deep and open", "{{{" * 2000 + GOOD),
    ("Braces", "{" * 9000 + GOOD + "}" * 9000),
    ("Brackets", "[[" * 5000 + GOOD),
    ("Tags", "<b><i>" * 3000 + GOOD),
    ("Long value", "{{Capacity Exchange profile|offers=" + "very " * 12000 + "long|wants=Lua}}"),
    (
        "Many items",
        "{{Capacity Exchange profile|offers=" + ", ".join(f"thing {n}" for n in range(900)) + "}}",
    ),
    ("Twice", GOOD + "\n{{Capacity Exchange profile|offers=GLAM|wants=Lua|seats=4}}"),
    ("Duplicate", "{{Capacity Exchange profile|offers=GLAM|seats=1|offers=Wikidata|wants=Lua}}"),
    ("Empty", "{{Capacity Exchange profile}}"),
    ("Blank values", "{{Capacity Exchange profile|offers=|wants= |languages=<!-- none -->}}"),
    ("Unknown words", "{{Capacity Exchange profile|offer=Wikidata|skills=all|hobby=tea|Lua}}"),
    (
        "Nonsense values",
        "{{Capacity Exchange profile|offers=Wikidata|country=Atlantis|languages=xx-9, Klingonish"
        "|seats=many|timezone=Mars/Olympus|notify=hourly|away until=31 February|region=Moon}}",
    ),
    ("Contradiction", "{{Capacity Exchange profile|offers=Wikidata|country=NG|region=NWE}}"),
    ("Near miss", "{{Capacity Exchange profile|offers=Wikidta, translatoin|wants=fundrasing}}"),
    (
        "Signature",
        "{{Capacity Exchange profile|offers=~~~~, Wikidata|about=~~~~~ {{subst:PAGENAME}}}}",
    ),
    (
        "Markup",
        "{{Capacity Exchange profile|offers=<script>alert(1)</script>, [[Category:Hostile]] x, "
        "__NOTOC__, <div style='position:fixed'>box</div>|wants=Lua"
        "|about=</div></table>{{!}}- [[File:Example.png]] '''''bold''' &#91;&#91;Main Page]]}}",
    ),
    (
        "Bidi",
        "{{Capacity Exchange profile|offers=\u202eatadikiW\u202c, \u2067Wikidata\u2069"
        "|about=\u202e\u202e\u202e turned round}}",
    ),
    (
        "Links",
        "{{Capacity Exchange profile|offers=[https://example.org/ buy], http://example.org"
        "|wants=[[Wikidata|Commons]], [[:fr:Lua|]]|about=mailto:a@example.org ISBN 1234567890}}",
    ),
    (
        "Table",
        "{{Capacity Exchange profile|offers=\n{{{!}}\n{{!}}-\n{{!}} Wikidata\n{{!}}}\n|wants=\n"
        "== Lua ==\n----\n}}",
    ),
    ("Formula", "{{Capacity Exchange profile|offers==SUM(A1:A9), @cmd, +1, -1|wants=Lua}}"),
    (
        "Zero width",
        "{{Capacity Exchange profile|offers=Wiki\u200bdata, L\u00adua|wants=GL\u200dAM}}",
    ),
    ("Full width", "{{Capacity Exchange profile|offers=Ｗｉｋｉｄａｔａ；Ｌｕａ，ＧＬＡＭ}}"),
    (
        "Commas in names",
        "{{Capacity Exchange profile|offers=Privacy, Security & GDPR, Lua|languages=en}}",
    ),
    (
        "Both ways",
        "{{Capacity Exchange profile|offers=Wikidata (mentoring, training; expert) – queries above "
        "all|wants=grant writing (urgent; until 2027-03-01)|languages=en-3, yo-N}}",
    ),
    ("Group here", "{{Capacity Exchange profile|kind=user group|offers=GLAM|wants=Lua}}"),
    (
        "Someone elses contact",
        "{{Capacity Exchange profile|kind=hub|contact=User:Sample Bystander|wants=Lua}}",
    ),
)
"""User pages written by their owners."""

BY_OTHERS: tuple[tuple[str, str], ...] = (
    ("Sample Bystander", GOOD),
    ("Sample Enrolled by a friend", "{{Capacity Exchange profile|offers=Lua|wants=Wikidata}}"),
    ("Sample Newcomer who never came", GOOD),
)
"""User pages that only somebody else wrote: nobody is enrolled by them."""

ELSEWHERE: tuple[tuple[str, int, str], ...] = (
    ("User talk:Sample Odd Talker", 3, GOOD),
    ("User:Sample Odd Talker/sandbox", 2, GOOD),
    ("User:Sample Odd Talker/Archive 1", 2, GOOD),
    ("Template:Capacity Exchange profile/sandbox", 10, GOOD),
    ("Category:Sample people", 14, GOOD),
    (
        "Sample group that names nobody",
        0,
        "{{Capacity Exchange profile|kind=chapter|wants=fundraising}}",
    ),
    (
        "Sample group with a stranger as contact",
        0,
        "{{Capacity Exchange profile|kind=user group|contact=User:Sample Bystander|wants=Lua}}",
    ),
)
"""Pages where a profile is none, or speaks for nobody."""
