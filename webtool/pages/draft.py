"""Drafts: an invitation to a cohort, to copy, and where an event for it begins on the wiki."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exchange.i18n.messages import Localizer
from exchange.reports import Subpage
from exchange.reports.labels import Labels
from exchange.reports.model import CohortInvitation
from webtool.context import context
from webtool.pages.contact import plain_words
from webtool.render import wiki_link


class DraftLabels(Labels):
    """Labels for a text that people post on a wiki: what was written there is no markup."""

    def safe(self, text: str) -> str:
        """Escape a text where it could mean anything as markup."""
        return plain_words(text)


@dataclass(frozen=True, slots=True)
class Draft:
    """An invitation in the language of those who are invited, and where its event begins.

    ``page`` begins a page in the namespace of the CampaignEvents extension, ``registration`` is
    that extension's form with the page and the type of event filled in; empty without a wiki.
    """

    text: str
    language: str
    direction: str
    page: str
    registration: str


def draft_invitation(leaf: Subpage, invitation: CohortInvitation) -> Draft:
    """Return a page's lead as an invitation to copy: the text, then whom it is for, as links."""
    labels = DraftLabels(Localizer(invitation.language, "report"), context().directory)
    text = "\n\n".join(labels.message(one) for one in leaf.lead)
    people = "\n".join(f"* [[:{one.page}|{plain_words(one.name)}]]" for one in invitation.people)
    title = re.sub(
        r"[\[\]{}|#<>]+", " ", Labels(labels.wording, labels.directory).message(leaf.title)
    )
    event = f"Event:{title.encode()[:200].decode(errors='ignore')}"
    preload = f"Template:{context().settings.names.capacity}/event"
    return Draft(
        text=f"{text}\n\n{people}",
        language=labels.language,
        direction=labels.wording.direction,
        page=wiki_link(event, action="edit", preload=preload, **{"preloadparams[]": text}),
        registration=wiki_link(
            "Special:EnableEventRegistration",
            wpEventPage=event,
            **{"wpEventTypes[]": invitation.event},
        ),
    )
