"""Facts: what the wiki says about candidates, read for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.notify.person import USER, USER_TALK, redirect_target
from bot.notify.recipients import NoticeCandidate
from bot.wiki.port import Site, Wiki
from exchange.model import Page, User


@dataclass(frozen=True, slots=True)
class WikiFacts:
    """Accounts by the name asked for, pages by the title asked for."""

    site: Site
    users: Mapping[str, User] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)

    def user(self, name: str) -> User:
        """The account of this name."""
        return self.users.get(name) or User(name, local=False)

    def page(self, title: str) -> Page:
        """The page of this title."""
        return self.pages.get(title) or Page(title)

    def talk(self, user: User) -> Page:
        """The talk page of an account."""
        return self.page(talk_title(user, self.site))

    def home(self, user: User) -> Page:
        """The user page of an account."""
        return self.page(home_title(user, self.site))


def talk_title(user: User, site: Site) -> str:
    """The title of an account's talk page, by the name it has now."""
    return f"{_space(site, USER_TALK, 'User talk')}:{user.name}"


def home_title(user: User, site: Site) -> str:
    """The title of an account's user page, by the name it has now."""
    return f"{_space(site, USER, 'User')}:{user.name}"


def _space(site: Site, number: int, english: str) -> str:
    names = site.namespaces.get(number, ())
    return names[0] if names and names[0] else english


def collect_facts(
    wiki: Wiki,
    candidates: Iterable[NoticeCandidate],
    *,
    users: Mapping[str, User] | None = None,
    besides: Iterable[str] = (),
    closely: bool = False,
    templates: Iterable[str] = (),
) -> WikiFacts:
    """Read everything that a decision about these candidates rests on.

    ``templates`` are those that a page may say no with. ``besides`` are further titles to read with them (stop page, opt-out list). ``closely`` also
    asks what costs a request each: global locks and deletions. About one request for 50 or 500
    candidates otherwise, and as many again where talk pages are redirects.
    """
    wanted = list(candidates)
    site = wiki.site()
    known = dict(users or {}) or wiki.users(names=[each.name for each in wanted], locks=closely)
    titles = list(besides)
    talks = []
    for each in wanted:
        user = known.get(each.name)
        if user is not None and user.exists:
            talks.append(talk_title(user, site))
            titles += [talks[-1], home_title(user, site), each.profile.page]
            titles += [each.taken.page] if each.taken is not None else []
    pages = wiki.pages(
        titles=dict.fromkeys(title for title in titles if title), templates=templates
    )
    if closely:
        missing = [title for title in talks if not pages[title].exists]
        if missing:
            pages = pages | wiki.pages(titles=missing, deletions=True, templates=templates)
    onward = [redirect_target(pages[title], site) for title in talks if pages[title].redirect]
    onward = [pair for pair in onward if pair[0]]
    if onward:
        pages = pages | wiki.pages(titles=[title for title, _ in onward], templates=templates)
        known = known | wiki.users(names=[name for _, name in onward], locks=closely)
    return WikiFacts(site, known, pages)
