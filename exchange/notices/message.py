"""NoticeText: what a notice says, in its reader's language.

Everything that somebody wrote (names, capacities, reasons with such in them) comes in as plain
text and is escaped here, so no profile can change the structure of a notice. Nobody but the
reader is pinged: a helper's name links to their profile, never straight to a user page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from exchange.i18n.escape import escape_wikitext, one_line
from exchange.i18n.messages import Localizer, Person, is_reviewed
from exchange.model import Match, SuggestionStatus
from exchange.model.programme import (
    Programme,
)
from exchange.notices import section, template
from exchange.notices.answers import NOT_YET, message_key
from exchange.notices.reader_language import GROUP
from exchange.notices.section import NoticeMarker, NoticeSection, Pair
from exchange.notices.vocabulary import REFUSING, Meaning

SPAN = 3
"""How many suggestions a notice holds at most."""

UNREVIEWED = (
    '<small lang="en" dir="ltr">Translated by a machine:'
    " [[{portal}#translations|improve it]].</small>"
)
"""In English, whatever the notice speaks: for those who wonder why a bot writes like this."""


class Role(StrEnum):
    """Who a notice speaks to: who wants to learn, who helps or interprets, who lacks something,
    who joined a request.

    ``CHECK_IN`` asks whoever said yes some time ago what became of it, ``AVAILABLE`` whoever was
    not heard of for long whether they are still there.
    """

    CHECK_IN = "check-in"
    SEEKER = "seeker"
    HELPER = "helper"
    INTERPRETER = "interpreter"
    OWNER = "owner"
    JOINER = "joiner"
    AVAILABLE = "available"


HELPING = (Role.HELPER, Role.INTERPRETER)
"""The roles of those who hear of a suggestion once the seeker has said yes."""


def role_of(campaign: str) -> Role:
    """Return the role to which the notices of a campaign speak."""
    last = campaign.rpartition("/")[2]
    return Role(last) if last in {each.value for each in Role} else Role.SEEKER


def meant_by(status: SuggestionStatus, campaign: str) -> SuggestionStatus:
    """Return what an answer means below a notice of a campaign.

    Yes to "did you meet?" is in touch; no to "are you still available?" is a stop.
    """
    role = role_of(campaign)
    if role is Role.CHECK_IN and status is SuggestionStatus.ACCEPTED:
        return SuggestionStatus.IN_TOUCH
    if role is Role.AVAILABLE and status is SuggestionStatus.DECLINED:
        return SuggestionStatus.STOPPED
    return status


@dataclass(frozen=True, slots=True)
class NoticePerson:
    """Somebody whom a notice names, in plain text.

    ``page`` is the title of their profile, empty where it may not be linked; ``page_id`` its id.
    ``user`` is the account to write to, ``talk_page`` where a message to them is read, empty
    where that is their own talk page.
    """

    name: str
    user: str
    page: str = ""
    page_id: int = 0
    gender: str = ""
    talk_page: str = ""


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One suggestion in a notice: the other party, what it is about, and why, in plain text.

    ``introduced_by`` names the coordinator who made it by hand, with a ``line`` of theirs,
    ``programme`` the one whose organiser confirmed it. Where somebody interprets, ``third`` is the other of the two whom the reader meets (to the seeker and
    the helper the interpreter, to the interpreter the helper), and ``languages`` names the
    seeker's and the helper's. A thing (``is_thing``) is given or lent, not learnt.
    """

    match: Match
    period: str
    other: NoticePerson
    capacity: str
    reasons: tuple[str, ...] = ()
    introduced_by: str = ""
    line: str = ""
    third: NoticePerson | None = None
    languages: tuple[str, ...] = ()
    programme: Programme | None = None
    is_thing: bool = False

    @property
    def people(self) -> tuple[NoticePerson, ...]:
        """Whom it names, beside the reader."""
        return (self.other,) if self.third is None else (self.other, self.third)


@dataclass(frozen=True, slots=True)
class NoticeRequest:
    """A request that the reader joined and somebody takes on: its page, what it is about, who asks.

    ``is_want``: the reader wants the same thing themselves; the page is the asker's profile.
    """

    page: str
    page_id: int
    capacity: str
    asker: NoticePerson
    is_want: bool = False


@dataclass(frozen=True, slots=True)
class NoticeUnmet:
    """A want of the reader's for which there is no suggestion yet, and where it leads.

    ``links`` are wikitext, ``titles`` the pages that they lead to or could lead to.
    """

    capacity: str
    links: tuple[str, ...]
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """All that a notice says, before it is put into words.

    ``lacks`` are codes of problems: what keeps the profile of its owner out of matching.
    ``request`` is what somebody joined. ``only_joined``: the reader has no profile, their page is a
    request that they joined.
    """

    recipient: str
    account: int
    campaign: str
    role: Role
    reader: NoticePerson
    items: tuple[NoticeItem, ...] = ()
    lacks: tuple[str, ...] = ()
    request: NoticeRequest | None = None
    unmet: tuple[NoticeUnmet, ...] = ()
    only_joined: bool = False

    @property
    def names_thing(self) -> bool:
        """Whether any of it is given or lent: its words then fit what is learnt as well."""
        return any(item.is_thing for item in self.items)

    @property
    def marker(self) -> NoticeMarker:
        """The identity of the notice."""
        pairs = tuple(Pair.of(item.match, item.period) for item in self.items)
        return NoticeMarker(self.recipient, self.account, self.campaign, pairs)


@dataclass(frozen=True, slots=True)
class NoticeTitles:
    """What the wiki calls our pages and namespaces: titles that a notice links to."""

    template: str = "Capacity Exchange notice"
    portal: str = "Capacity Exchange"
    user: str = "User"
    user_talk: str = "User talk"
    special: str = "Special"


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice in words: its section, the edit summary, and the language it speaks."""

    section: NoticeSection
    summary: str
    language: str


def write_notice(
    content: NoticeContent,
    wording: Localizer,
    *,
    names: NoticeTitles,
    page_wording: Localizer,
) -> NoticeText:
    """Put a notice into words.

    ``wording`` speaks the reader's language, ``page_wording`` the wiki's (for the edit summary).
    """
    count = len(content.items)
    return NoticeText(
        section=NoticeSection(
            heading=wording.text(_key(content, "heading"), count),
            template=template.write_template(
                template=names.template,
                notice=content.marker.id,
                language=wording.language,
                count=count,
            ),
            marker=content.marker,
            body=_body(content, wording, names),
        ),
        summary=" ".join(
            (
                one_line(page_wording.text(_key(content, "summary"), count, _title(names.portal))),
                section.format_summary_tag(content.marker.id),
            )
        ),
        language=wording.language,
    )


def answer_word(wording: Localizer, status: SuggestionStatus | Meaning) -> str:
    """Return the word that a notice shows for an answer."""
    return wording.text(message_key(status)).split("|")[0]


def link_target(title: str, page_id: int, names: NoticeTitles) -> str:
    """Return a title that may be linked in a signed section without pinging anybody.

    A link to a user's page is a ping; one to a subpage, or through a special page, is not.
    """
    space, _, rest = title.partition(":")
    if space.replace("_", " ").casefold() in (names.user.casefold(), "user") and "/" not in rest:
        return f"{names.special}:Redirect/page/{page_id}"
    return f":{_title(title)}"


def unreviewed_line(language: str, portal: str) -> str:
    """Return the line that says that only a machine translated; empty where speakers reviewed."""
    reviewed = is_reviewed(GROUP, language)
    return "" if reviewed else "<br>" + UNREVIEWED.format(portal=f":{_title(portal)}")


def needed_titles(names: NoticeTitles) -> tuple[str, ...]:
    """Return our own pages without which no notice can be written."""
    return names.portal, f"Template:{names.template}", f"Template:{names.template}/answers"


def linked_titles(content: NoticeContent, names: NoticeTitles) -> Iterable[str]:
    """Every title that the notice links to and that must exist, or it would show red."""
    yield from needed_titles(names)
    named = (party for item in content.items for party in item.people)
    for party in (content.reader, *named):
        if party.page:
            yield party.page
    if content.request is not None:
        yield content.request.page
    for left in content.unmet:
        yield from left.titles


QUESTIONS: Mapping[Role, tuple[str, ...]] = {
    Role.CHECK_IN: ("in-touch", NOT_YET, "it-helped", "not-this-one", "stop"),
    Role.AVAILABLE: ("yes", "stop"),
}
"""Roles in which a notice asks something of its own, and the answers that it offers as links."""


_OF_THINGS = {
    (Role.SEEKER, "intro"),
    (Role.HELPER, "heading"),
    (Role.HELPER, "intro"),
    (Role.HELPER, "summary"),
}
"""The messages that speak of learning, and have others where a thing is given or lent."""


def _key(content: NoticeContent, name: str) -> str:
    role = content.role
    key = f"notice-{name}" if role is Role.SEEKER else f"notice-{role}-{name}"
    return f"{key}-thing" if content.names_thing and (role, name) in _OF_THINGS else key


def _body(content: NoticeContent, wording: Localizer, names: NoticeTitles) -> str:
    reader = content.reader
    person = Person(_shown(reader.name), reader.gender)
    profile = link_target(reader.page, reader.page_id, names)
    count = len(content.items)
    lines = [
        f'<div class="mw-content-{wording.direction}" lang="{wording.language}"'
        f' dir="{wording.direction}">',
        f"{wording.text('notice-greeting', person.name, person)} "
        + _intro(content, wording, names, profile, person),
    ]
    links = template.write_links(
        template=names.template,
        notice=content.marker.id,
        language=wording.language,
        count=1 if content.role is Role.AVAILABLE else count,
        page=_title(reader.talk_page),
        only=QUESTIONS.get(content.role, ()),
    )
    if content.role is Role.OWNER:
        links = wording.text("notice-owner-next", links, person)
        links += unreviewed_line(wording.language, names.portal)
    if content.role is Role.JOINER:
        links = wording.text("notice-joiner-next", links)
        links += unreviewed_line(wording.language, names.portal)
    bullet = "*" if count == 1 else "#"
    for item in content.items:
        lines += _item(item, bullet, content.role, wording, names, person)
    lines += [f"* {wording.text(f'notice-owner-{code}', person)}" for code in content.lacks]
    lines += ["", links]
    if any(item.introduced_by for item in content.items):
        words = (answer_word(wording, meaning) for meaning in REFUSING)
        lines += ["", wording.text("notice-introduced-refuse", *words)]
    if content.unmet:
        lines.append("")
    for left in content.unmet:
        links = wording.commas(left.links)
        lines.append(f"* {wording.text('notice-unmet', _shown(left.capacity), links)}")
    lines += [
        "",
        f"<small>{_why(content, wording, names, profile, person)}</small>",
        "</div>",
    ]
    return "\n".join(lines)


_JOINED_INTROS = {
    Role.SEEKER: "notice-joined-intro",
    Role.AVAILABLE: "notice-joined-available-intro",
}
"""To whoever has no profile and only joined a request."""


def _intro(
    content: NoticeContent, wording: Localizer, names: NoticeTitles, profile: str, person: Person
) -> str:
    request = content.request
    if request is None:
        key = _JOINED_INTROS.get(content.role, "") if content.only_joined else ""
        return wording.text(key or _key(content, "intro"), profile, len(content.items), person)
    return wording.text(
        f"notice-joiner-{'want-' if request.is_want else ''}intro",
        link_target(request.page, request.page_id, names),
        _shown(request.capacity),
        write_to_target(request.asker, names),
        _shown(request.asker.name),
    )


def _why(
    content: NoticeContent, wording: Localizer, names: NoticeTitles, profile: str, person: Person
) -> str:
    """Return why they get it: for their profile, or a request that they joined and can leave."""
    portal, request = f":{_title(names.portal)}", content.request
    if request is not None and not request.is_want:
        page = link_target(request.page, request.page_id, names)
        return wording.text("notice-joined-why", portal, page, person)
    key = "notice-joined-why" if content.only_joined else "notice-why"
    return wording.text(key, portal, profile, person)


def _item(
    item: NoticeItem,
    bullet: str,
    role: Role,
    wording: Localizer,
    names: NoticeTitles,
    reader: Person,
) -> Iterable[str]:
    person = Person(_shown(item.other.name), item.other.gender)
    linked, next_ = _linked(item.other, names), _next(item.other, wording, names, reader)
    capacity, third = _shown(item.capacity), item.third
    languages = tuple(map(_shown, item.languages))
    if role is Role.CHECK_IN:
        said = f"'''{linked}''' · '''{capacity}'''."
    elif third is not None and role is Role.INTERPRETER:
        said = wording.text(
            "notice-interpreter-item", linked, capacity, _linked(third, names), *languages
        )
        next_ += f" {_next(third, wording, names, reader)}"
    else:
        key = "notice-item" if role is Role.SEEKER else "notice-helper-item"
        if item.is_thing and role is Role.HELPER:
            key = "notice-helper-item-thing"
        said = wording.text(key, linked, capacity, person)
    yield f"{bullet} {said} {next_}"
    if third is not None and role is not Role.INTERPRETER:
        said = wording.text("notice-interpreted", _linked(third, names), *languages)
        yield f"{bullet}* {said} {_next(third, wording, names, reader)}"
    if item.introduced_by:
        coordinator = _shown(item.introduced_by)
        # To the contributions: a link to the user page would be a ping.
        link = f"[[{names.special}:Contributions/{_title(item.introduced_by)}|{coordinator}]]"
        yield f"{bullet}* " + wording.text(
            "notice-introduced", link, f"<bdi>{_shown(item.line)}</bdi>"
        )
    if item.programme is not None:
        page = link_target(item.programme.title, item.programme.page, names)
        link = f"[[{page}|{_shown(item.programme.shown_name)}]]"
        yield f"{bullet}* " + wording.text("notice-programme", link)
    if item.reasons:
        yield f"{bullet}* " + " · ".join(_shown(reason) for reason in item.reasons)


def _linked(other: NoticePerson, names: NoticeTitles) -> str:
    name = _shown(other.name)
    return f"[[{link_target(other.page, other.page_id, names)}|{name}]]" if other.page else name


def _next(other: NoticePerson, wording: Localizer, names: NoticeTitles, reader: Person) -> str:
    name = _shown(other.name)
    person = Person(name, other.gender)
    return wording.text("notice-next", write_to_target(other, names), name, person, reader)


def write_to_target(other: NoticePerson, names: NoticeTitles) -> str:
    """Return the title that opens a new section where a message to somebody is read."""
    page = other.talk_page or f"{names.user_talk}:{other.user}"
    return f"{names.special}:NewSection/{_title(page)}"


def _shown(text: str) -> str:
    """Escape somebody's text; never empty, for marks of emphasis around nothing are others."""
    return escape_wikitext(text) or "…"


def _title(title: str) -> str:
    """Make a title safe inside a link; a title that exists has none of these signs anyway."""
    return "".join(char for char in one_line(title) if char not in "<>[]{}|#\n")
