"""What people changed on a page of ours stays, and our changes since then are put into it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.output import Silent
from bot.install import InstallResult, install_pages
from bot.page_merge import Merged, carry_marks, merge_json, merge_texts, without_marks
from bot.wiki import ArchiveWiki, Edit
from exchange.settings import load

BASE = "one\ntwo\nthree\nfour\nfive"


@pytest.mark.parametrize(
    ("theirs", "ours", "merged"),
    [
        (BASE, "one\ntwo\n3\nfour\nfive", "one\ntwo\n3\nfour\nfive"),
        ("ONE\ntwo\nthree\nfour\nfive", BASE, "ONE\ntwo\nthree\nfour\nfive"),
        ("ONE\ntwo\nthree\nfour\nfive", "one\ntwo\nthree\nfour\n5", "ONE\ntwo\nthree\nfour\n5"),
        (BASE + "\nsix", "zero\n" + BASE, "zero\n" + BASE + "\nsix"),
        ("two\nthree\nfour\nfive", "one\ntwo\nthree\nfour", "two\nthree\nfour"),
        ("one\n2\nthree\nfour\nfive", "one\n2\nthree\nfour\nfive", "one\n2\nthree\nfour\nfive"),
    ],
)
def test_changes_in_other_lines_are_both_there(theirs: str, ours: str, merged: str) -> None:
    assert merge_texts(BASE, theirs, ours) == Merged(merged)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("one\nzwei\nthree\nfour\nfive", "one\n2\nthree\nfour\nfive"),
        ("one\nzwei\nthree\nfour\nfive", "one\ntwo\n3\nfour\nfive"),
        (BASE + "\nsechs", BASE + "\n6"),
        ("", "one\n2\nthree\nfour\nfive"),
    ],
)
def test_of_two_changes_of_the_same_lines_that_of_people_stays(theirs: str, ours: str) -> None:
    assert merge_texts(BASE, theirs, ours) == Merged(theirs, ("text",))


lines = st.lists(st.sampled_from("abcd"), max_size=6).map("\n".join)


@given(lines, lines, lines)
def test_nothing_that_people_wrote_is_ever_lost(base: str, theirs: str, ours: str) -> None:
    merged = merge_texts(base, theirs, ours)
    if merged.conflicts:
        assert merged.text == theirs
    for line in {*theirs.split("\n")} - {*base.split("\n")}:
        assert line in merged.text.split("\n")
    assert merge_texts(base, base, ours).text.strip("\n") == ours.strip("\n")
    assert merge_texts(base, theirs, base).text.strip("\n") == theirs.strip("\n")


def test_json_is_merged_key_by_key() -> None:
    base = {"a": "1", "b": "2", "c": "3", "gone": "x"}
    theirs = {"a": "eins", "b": "zwei", "c": "3", "gone": "x", "own": "y"}
    ours = {"a": "1", "b": "II", "c": "III", "new": "z"}
    merged = merge_json(*map(json.dumps, (base, theirs, ours)))
    assert json.loads(merged.text) == {
        "a": "eins",
        "b": "zwei",
        "c": "III",
        "new": "z",
        "own": "y",
    }
    assert merged.conflicts == ("b",)


@pytest.mark.parametrize("theirs", ["oops", "[1]", "", '"text"'])
def test_what_is_no_json_object_is_left_as_it_is(theirs: str) -> None:
    assert merge_json("{}", theirs, '{"a": "1"}') == Merged(theirs, ("text",))


# -- The marks of Extension:Translate.

PLAIN = """<languages />
<translate>Find Wikimedians who can teach you.</translate>

== <translate>How it works</translate> ==
# <translate>Put <tvar name="1">[[A]]</tvar> on your page.</translate>
# <translate>Wait.</translate>
<translate>
== A heading ==

Two lines
of one unit.
</translate>"""
MARKED = """<languages />
<translate><!--T:1--> Find Wikimedians who can teach you.</translate>

== <translate><!--T:2--> How it works</translate> ==
# <translate><!--T:7--> Put <tvar name="1">[[A]]</tvar> on your page.</translate>
# <translate><!--T:4--> Wait.</translate>
<translate>
== A heading == <!--T:5-->

<!--T:6-->
Two lines
of one unit.
</translate>"""


def units(text: str) -> dict[str, str]:
    """The units of a text by their marks, by the rules of Translate's TranslatablePageParser."""
    found = {}
    for inside in re.findall("<translate(?: nowrap)?>(.*?)</translate>", text, re.DOTALL):
        for part in re.split(r"^\s*|\s*\n\n\s*|\s*$", inside):
            if part.strip():
                marks = re.findall("<!--T:(.*?)-->", part)
                assert len(marks) <= 1, part
                bare = re.sub(r"^<!--T:(.*?)-->( |\n)", "", part)
                bare = re.sub(r"\s*<!--T:(.*?)-->$", "", bare, flags=re.MULTILINE)
                assert "<!--T:" not in bare, part
                assert bare.strip()
                found[marks[0] if marks else f"new {len(found)}"] = bare
    return found


def test_a_page_that_was_marked_says_the_same_as_before() -> None:
    assert without_marks(MARKED) == PLAIN
    assert carry_marks(MARKED, PLAIN) == MARKED
    assert carry_marks(PLAIN, PLAIN) == PLAIN
    assert [*units(MARKED)] == ["1", "2", "7", "4", "5", "6"]


def test_a_reworded_unit_keeps_its_mark_and_a_new_one_has_none() -> None:
    text = PLAIN.replace("who can teach you", "who can teach you what you need").replace(
        "# <translate>Wait.</translate>",
        "# <translate>Nothing like the others at all, 123</translate>\n# <translate>Wait.</translate>",
    )
    made = carry_marks(MARKED, text)
    assert without_marks(made) == text
    found = units(made)
    assert found["1"] == "Find Wikimedians who can teach you what you need."
    assert found["4"] == "Wait."
    assert [mark for mark in found if mark.startswith("new")] == ["new 3"]


def test_units_that_change_places_or_go_take_their_marks_with_them() -> None:
    text = PLAIN.replace("# <translate>Wait.</translate>\n", "")
    assert "4" not in units(carry_marks(MARKED, text))
    assert units(carry_marks(MARKED, text))["6"] == "Two lines\nof one unit."


def test_marking_is_no_change_and_a_merge_keeps_the_marks() -> None:
    new = PLAIN.replace("Wait.", "Wait now.")
    merged = merge_texts(PLAIN, MARKED, new)
    assert merged == Merged(MARKED.replace("Wait.", "Wait now."))
    theirs = MARKED.replace("How it works", "How this works")
    assert units(merge_texts(PLAIN, theirs, new).text)["2"] == "How this works"
    assert units(merge_texts(PLAIN, theirs, new).text)["4"] == "Wait now."


# -- Installing over what people changed.

NOW = datetime(2026, 11, 29, tzinfo=UTC)
DOC = "Template:Capacity Exchange bar/doc"
FRENCH = "Module:Capacity Exchange/text/fr.json"


class Place:
    """An archive on which we install, and people edit."""

    def __init__(self, folder: Path) -> None:
        self.export = folder / "export.xml"
        self.export.write_text("<mediawiki><siteinfo><sitename>X</sitename></siteinfo></mediawiki>")
        self.out = folder / "out"

    def wiki(self, user: str = "Exchange Bot") -> ArchiveWiki:
        return ArchiveWiki(path=self.export, out=self.out, user=user, now=lambda: NOW)

    def install(self) -> InstallResult:
        settings = load({"CXC_WIKI": f"archive:{self.export}", "CXC_BOT_USER": "Exchange Bot"})
        return install_pages(settings=settings, wiki=self.wiki(), progress=Silent())

    def text(self, title: str) -> str:
        return self.wiki().pages(titles=[title])[title].text or ""

    def edit(self, title: str, text: str, user: str = "Ada") -> None:
        self.wiki(user).save(edit=Edit(title=title, text=text, summary="mine"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    assert made.install().created > 100
    return made


def test_whatever_people_changed_stays_and_is_told(place: Place) -> None:
    template, code = "Template:Capacity Exchange bar", "Module:Capacity Exchange/items"
    place.edit(template, "oops")
    place.edit(code, "return {}")
    counts = place.install()
    assert (counts.edits, counts.updated) == (0, 0)
    assert counts.pages == counts.unchanged + counts.kept
    assert place.text(template) == "oops"
    assert place.text(code) == "return {}"
    assert set(counts.left) == {template, code}
    assert all(
        "changed by Ada" in why and "restore revision" in why for why in counts.left.values()
    )


def test_what_we_changed_since_comes_into_what_people_changed(place: Place) -> None:
    ours = place.text(DOC)
    french = json.loads(place.text(FRENCH))
    # The last version of ours said less, and said one thing otherwise.
    place.edit(DOC, ours.replace("<pre", "<code").replace("\n7 {{", "\n8 {{"), "Exchange Bot")
    place.edit(FRENCH, json.dumps({**french, "messages:until": "avant $1"}), "Exchange Bot")
    first = place.text(DOC)
    place.edit(DOC, "Read this first.\n" + first)
    place.edit(FRENCH, json.dumps({**json.loads(place.text(FRENCH)), "messages:edit": "Changer"}))
    counts = place.install()
    assert counts.updated == 2
    assert place.text(DOC) == "Read this first.\n" + ours
    assert json.loads(place.text(FRENCH)) == {**french, "messages:edit": "Changer"}
    assert {*counts.left} == {DOC, FRENCH}
    assert place.install().edits == 0


def test_what_people_changed_stays_when_we_change_ours_again_and_again(place: Place) -> None:
    ours = place.text(DOC)
    place.edit(DOC, ours.replace("\n7 {{", "\n8 {{"), "Exchange Bot")
    place.edit(DOC, "Read this first.\n" + place.text(DOC))
    assert place.install().updated == 1
    # People change more of it; then we do: it goes on from there.
    place.edit(DOC, place.text(DOC) + "\nRead this, too.", "Ben")
    counts = place.install()
    assert counts.edits == 0
    assert "changed by Ben" in counts.left[DOC]
    assert place.text(DOC) == f"Read this first.\n{ours}\nRead this, too."


def test_whoever_puts_our_last_text_back_gets_ours(place: Place) -> None:
    ours = place.text(DOC)
    last = ours.replace("\n7 {{", "\n8 {{")
    place.edit(DOC, last, "Exchange Bot")
    place.edit(DOC, "Read this first.\n" + last)
    assert place.install().left
    place.edit(DOC, last, "Ben")
    counts = place.install()
    assert (counts.updated, dict(counts.left)) == (1, {})
    assert place.text(DOC) == ours


def test_whoever_undoes_our_change_has_it_undone(place: Place) -> None:
    ours = place.text(DOC)
    older = ours.replace("\n7 {{", "\n8 {{")
    place.edit(DOC, older, "Exchange Bot")
    place.install()
    place.edit(DOC, older, "Ben")
    assert "changed by Ben" in place.install().left[DOC]
    assert place.text(DOC) == older


def test_a_page_that_was_only_marked_for_translation_is_brought_up_to_date(place: Place) -> None:
    ours = place.text(DOC)
    before = ours.replace(
        "{{#invoke:Capacity Exchange|text|doc-bar}}", "<translate>A bar.</translate>"
    )
    place.edit(DOC, before, "Exchange Bot")
    place.edit(DOC, before.replace("<translate>", "<translate><!--T:1--> "), "Translation admin")
    counts = place.install()
    assert (counts.updated, dict(counts.left)) == (1, {})
    assert place.text(DOC) == ours


def test_a_page_that_was_there_before_us_is_left_alone(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.edit(DOC, "Something else.")
    counts = place.install()
    assert place.text(DOC) == "Something else."
    assert "move this one away" in counts.left[DOC]
    assert counts.kept == 1
