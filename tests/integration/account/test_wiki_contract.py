"""What the pages behind the login rely on, of a real MediaWiki and of the tests' wiki in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from exchange.directory import load as load_directory
from exchange.errors import EditRefused
from exchange.profiles.parser import read_page
from exchange.settings import load
from tests.integration.account.test_personal_wiki import wiki_of
from tests.support.account_wiki import MemorySite
from webtool.account.wiki import AccountWiki, EditablePage

REAL = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]


@dataclass
class Bench:
    """A wiki as one person sees it, and what others can do and see there."""

    wiki: AccountWiki
    name: str
    edit: Callable[[str, str], object]
    """Save a text on a page as somebody else."""
    authors: Callable[[str], set[str]]
    id: int
    rename: Callable[[str, str], object]
    take: Callable[[str], object]
    """Let somebody else have a name that is free."""

    @property
    def title(self) -> str:
        return f"User:{self.name}"


@pytest.fixture(params=["memory", pytest.param("mediawiki", marks=REAL)])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "memory":
        site = MemorySite(accounts={"Ada": 7})
        return Bench(
            site.open_as("Ada"),
            "Ada",
            lambda title, text: site.edit("Ben", title, text),
            site.authors,
            7,
            site.rename,
            lambda name: site.accounts.update({name: 8}),
        )
    provider, mediawiki, fresh = (
        request.getfixturevalue(name) for name in ("provider", "mediawiki", "fresh")
    )
    name, other = fresh("Ada"), fresh("Ben")

    def rename(old: str, new: str) -> None:
        mediawiki.rename(old, new)
        account = provider.accounts[old]
        account.name, account.session = new, None
        provider.accounts[new] = account

    return Bench(
        wiki_of(provider, mediawiki, name),
        name,
        lambda title, text: mediawiki.edit(other, title, text),
        lambda title: {entry["user"] for entry in mediawiki.history(title)},
        mediawiki.call(action="query", list="users", ususers=name)["query"]["users"][0]["userid"],
        rename,
        mediawiki.account,
    )


def test_a_page_is_made_and_then_changed_in_their_own_name(bench: Bench) -> None:
    empty = bench.wiki.draft(title=bench.title)
    assert empty == EditablePage(bench.title)
    assert not empty.exists
    first = bench.wiki.save(draft=empty, text="Hello", summary="begin")
    draft = bench.wiki.draft(title=bench.title)
    assert (draft.text, draft.revision) == ("Hello", first)
    second = bench.wiki.save(draft=draft, text="Hello & مرحبا", summary="go on")
    assert bench.wiki.draft(title=bench.title) == EditablePage(
        bench.title, "Hello & مرحبا", second, draft.page
    )
    assert bench.authors(bench.title) == {bench.name}


def test_saving_what_stands_there_changes_nothing(bench: Bench) -> None:
    bench.wiki.save(draft=bench.wiki.draft(title=bench.title), text="Same", summary="begin")
    draft = bench.wiki.draft(title=bench.title)
    assert bench.wiki.save(draft=draft, text="Same", summary="again") == 0
    assert bench.wiki.save(draft=draft, text="Same\n\n", summary="again") == 0


def test_accents_are_composed_and_the_end_is_trimmed(bench: Bench) -> None:
    draft = bench.wiki.draft(title=bench.title)
    bench.wiki.save(draft=draft, text="e\u0301 \n", summary="begin")
    assert bench.wiki.draft(title=bench.title).text == "\u00e9"


def test_somebody_else_s_edit_in_between_is_a_conflict(bench: Bench) -> None:
    bench.edit(bench.title, "one line\n")
    draft = bench.wiki.draft(title=bench.title)
    bench.edit(bench.title, "quite another line\n")
    with pytest.raises(EditRefused) as refusal:
        bench.wiki.save(draft=draft, text="my line\n", summary="too late")
    assert refusal.value.code == "editconflict"
    assert bench.wiki.draft(title=bench.title).text == "quite another line"


def test_a_page_that_somebody_made_meanwhile_is_not_written_over(bench: Bench) -> None:
    draft = bench.wiki.draft(title=bench.title)
    bench.edit(bench.title, "here already")
    with pytest.raises(EditRefused) as refusal:
        bench.wiki.save(draft=draft, text="mine", summary="too late")
    assert refusal.value.code == "articleexists"


def test_a_redirect_leads_to_the_page_it_names(bench: Bench) -> None:
    bench.edit(bench.title, f"#REDIRECT [[{bench.title}/Profile]]")
    bench.edit(f"{bench.title}/Profile", "the profile")
    draft = bench.wiki.draft(title=bench.title)
    assert (draft.title, draft.text) == (f"{bench.title}/Profile", "the profile")


def test_a_title_that_cannot_be_is_refused(bench: Bench) -> None:
    with pytest.raises(EditRefused) as refusal:
        bench.wiki.draft(title="User:<>")
    assert refusal.value.code == "invalidtitle"


def test_its_template_names_read_a_profile(bench: Bench) -> None:
    settings = load({})
    reading = read_page(
        "{{" + settings.names.profile + "|offers=Lua}}",
        names=bench.wiki.site_info(settings.names).names,
        directory=load_directory(),
        today=date(2026, 11, 23),
        title=bench.title,
        namespace=2,
    )
    assert [offer.capacity for offer in reading.profiles[0].offers] == ["lua"]


def test_no_tag_is_there_that_nobody_made(bench: Bench) -> None:
    assert "mw-undo" not in bench.wiki.tags()


def test_an_account_is_found_by_the_first_name_that_there_is(bench: Bench) -> None:
    nobody = f"{bench.name} (nobody)"
    user = bench.wiki.find_user(names=[nobody, bench.name])
    assert user is not None
    assert (user.name, user.id) == (bench.name, bench.id)
    assert bench.wiki.find_user(names=[nobody]) is None


def test_what_somebody_was_called_before_is_theirs_until_somebody_else_is_called_so(
    bench: Bench,
) -> None:
    old, nobody = bench.name, f"{bench.name} nobody"
    between, new = f"{old} between", f"{old} now"
    bench.rename(old, between)
    bench.rename(between, new)
    names = [nobody, old, between, new]
    assert bench.wiki.former_names(names=names, now=new) == {old, between}
    assert bench.wiki.former_names(names=[], now=new) == frozenset()
    assert bench.wiki.former_names(names=names, now=nobody) == frozenset()
    bench.take(old)
    assert bench.wiki.former_names(names=names, now=new) == {between}
