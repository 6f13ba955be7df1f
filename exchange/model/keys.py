"""Keys: how profiles, recipients and candidates are named in the database and on talk pages.

    user:5                   ProfileKey    the person with central user id 5
    page:9                   ProfileKey    the group whose profile is the page with id 9
    user:5                   Recipient     the person, written to for their own profile
    page:9>user:5            Recipient     the same person, written to as a contact of group 9
    page:9>Ada Example       Recipient     a contact of group 9 for whom there is no account
    user:5 seeker            CandidateId   a recipient and the role in which they are written to
    publish:Project:Report   candidate     a report page to be written

No other module builds or cuts these texts (tests/unit/model/test_keys.py). They are compared as
values: ``"user:5" == "user:5 seeker"`` is false and ``"user:55 seeker"`` starts with ``"user:5"``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

RECIPIENT_LENGTH = 80
"""Characters of a recipient, as the outbox's column has room for."""

CANDIDATE_LENGTH = 120
"""Characters of a candidate, as the column of a run's outcomes has room for."""

GROUP_PREFIX = "page:"
"""How the profile key of every group starts, for queries."""

PUBLICATION_PREFIX = "publish:"
"""How every candidate starts that is a report page and no person, for queries."""

_KEY = re.compile(r"(user|page):([0-9]{1,18})")
_CONTACT_SIGN = ">"


@dataclass(frozen=True, slots=True, order=True)
class ProfileKey:
    """Whose profile it is: ``user`` and a central user id, or ``page`` and a page id."""

    kind: Literal["user", "page"]
    id: int

    @classmethod
    def for_person(cls, account: int) -> ProfileKey:
        """Return the key of the person with this central user id."""
        return cls("user", account)

    @classmethod
    def for_group(cls, page_id: int) -> ProfileKey:
        """Return the key of the group whose profile is the page with this id."""
        return cls("page", page_id)

    @classmethod
    def parse(cls, text: str) -> ProfileKey:
        """Return the key that a text such as ``user:5`` writes; ValueError for any other text."""
        found = _KEY.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not a profile key; write it as user:123 or page:123")
        return cls("user" if found[1] == "user" else "page", int(found[2]))

    @property
    def is_group(self) -> bool:
        """Whether it names a group."""
        return self.kind == "page"

    @property
    def account(self) -> int:
        """The central user id of a person; 0 for a group."""
        return 0 if self.is_group else self.id

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a notice: a person for their own profile, or one contact of a group.

    ``contact`` is the account of a group's contact, a user name where there is no such account,
    and None for a person. ``str`` gives at most ``RECIPIENT_LENGTH`` characters: a longer name is
    cut and ends in a digest, so that two long names do not become one.
    """

    profile: ProfileKey
    contact: ProfileKey | str | None = None

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """Return the recipient that a text such as ``page:9>user:5`` writes; else ValueError."""
        profile, sign, contact = text.partition(_CONTACT_SIGN)
        if not sign:
            return cls(ProfileKey.parse(profile))
        try:
            return cls(ProfileKey.parse(profile), ProfileKey.parse(contact))
        except ValueError:
            return cls(ProfileKey.parse(profile), contact)

    @staticmethod
    def range_of_contacts(group: ProfileKey) -> tuple[str, str]:
        """Return between which texts all contacts of a group are written: from, and up to but not."""
        return f"{group}{_CONTACT_SIGN}", f"{group}{chr(ord(_CONTACT_SIGN) + 1)}"

    def concerns(self, key: ProfileKey) -> bool:
        """Whether it is this person (for whatever profile) or somebody in this group's name."""
        return key in (self.profile, self.contact)

    def __str__(self) -> str:
        if self.contact is None:
            return str(self.profile)
        return _shorten(f"{self.profile}{_CONTACT_SIGN}{self.contact}", RECIPIENT_LENGTH)


@dataclass(frozen=True, slots=True)
class CandidateId:
    """A recipient and the role in which they are written to: one candidate of a run."""

    recipient: Recipient
    role: str

    @classmethod
    def parse(cls, text: str) -> CandidateId:
        """Return the candidate that a text such as ``user:5 seeker`` writes; else ValueError."""
        # A user name may hold spaces, a role does not.
        recipient, _, role = text.rpartition(" ")
        return cls(Recipient.parse(recipient), role)

    def __str__(self) -> str:
        return f"{self.recipient} {self.role}"


def format_publication(title: str) -> str:
    """Return the candidate that stands for writing the report page of this title."""
    return _shorten(f"{PUBLICATION_PREFIX}{title}", CANDIDATE_LENGTH)


def is_group_key(text: str) -> bool:
    """Whether a profile key, as it is kept in a ``Profile``, names a group."""
    return text.startswith(GROUP_PREFIX)


def _shorten(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{text[: length - 17]}~{digest}"
