"""Capacities of the sample movement: who offers and who wants what, with gaps as in life.

Popularity falls off as 1 over the rank (Zipf's law), for offers and wants alike, but not in the
same order: what many can share is not what most want to learn.
"""

from __future__ import annotations

from random import Random

from exchange.directory import Directory


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


OFFERED = _words("""wikipedia-editing wikimedia-commons wikidata edit-a-thon event-management translation
social-media facilitation education glam photo-contest wikisource outreach wikidata-query-service
mentorship quickstatements storytelling partnership meetup openrefine templates wiktionary
community-engagement public-speaking wikimedia-bot lua programs-and-events-dashboard research
project-management train-the-trainer digitization campaign pattypan software-development
wikivoyage workshop proofreading volunteer-management governance hotcat leadership
pywikibot advocacy design wikimedia-grant reporting evaluation wikiquote tutorial
knowledge-management conflict-management policy mediawiki-userscript case-study quarry
community-health press-release""")
"""The most offered first."""

WANTED = _words("""grant-proposal fundraising wikidata partnership wikidata-query-service leadership
project-management social-media conflict-management event-management wikimedia-commons lua
communication governance train-the-trainer evaluation legal-obligation wikimedia-bot
public-relations openrefine templates financial-management glam volunteer-management
theory-of-change privacy-and-security storytelling software-development budgeting
community-health education facilitation design advocacy wikifunctions pywikibot
plan-and-strategy digitization diversity-equity-and-inclusion abuse-filter research
impact-assessment starting-an-affiliate wikisource survey quickstatements public-speaking
non-violent-communication-technique edit-a-thon mentorship central-notice data-donations
learning-analytics interpretation stress-management technology""")
"""The most wanted first; several have nobody who offers them."""

UNLISTED = (
    "podcast production",
    "oral history recording",
    "3D scanning",
    "sign language on video",
    "drone photography",
    "Rust programming",
)
"""What the directory does not know."""


class Tastes:
    """Draws capacities by popularity."""

    def __init__(self, directory: Directory, random: Random) -> None:
        self._random = random
        for id in (*OFFERED, *WANTED):
            if directory.get(id) is None:
                raise ValueError(f"{id}: not in the directory; mend config/sample/market.py")

    def _draw(self, ranking: tuple[str, ...], count: int, without: set[str]) -> list[str]:
        drawn: list[str] = []
        weights = [1 / (rank + 1.5) for rank in range(len(ranking))]
        while len(drawn) < count:
            (id,) = self._random.choices(ranking, weights)
            if id not in without and id not in drawn:
                drawn.append(id)
        return drawn

    def offers(self, count: int) -> list[str]:
        """Draw what somebody offers."""
        return self._draw(OFFERED, count, set())

    def wants(self, count: int, offers: list[str]) -> list[str]:
        """Draw what somebody wants: never what they offer."""
        return self._draw(WANTED, count, set(offers))
