"""Who wrote what into a notice: told from the revisions of its page, word by word."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notify.answers import understand_statements
from exchange.i18n.messages import I18N, available_languages, load_messages
from exchange.notices.answers import AnswerReader
from exchange.notices.reader_language import GROUP
from exchange.notices.replies import Statement, Version, plain_text, read_statements
from tests.support.examples import examples

READER = AnswerReader({c: load_messages(I18N, GROUP, c) for c in available_languages(GROUP)})
NOTICE = "0123456789abcdef"
BOT, ADA, BEN, SIGNER = "Exchange Bot", "Ada", "Ben", "SignBot"
IDS = {BOT: 1, ADA: 2, BEN: 3, SIGNER: 4}
SIGNATURE = "[[User:Exchange Bot|Exchange Bot]] ([[User talk:Exchange Bot|talk]]) 12:00 (UTC)"
OURS = f"""Hello.

== Old ==
Text.

== Capacity Exchange: a suggestion for you ==
{{{{Capacity Exchange notice|id={NOTICE}|lang=en
|status= <!-- yes / no -->
}}}}
Ben can help you with grant writing.
{SIGNATURE}"""
START = datetime(2026, 5, 1, tzinfo=UTC)


def history(*edits: tuple[str, str]) -> list[Version]:
    """Revisions after ours: (user, the whole page)."""
    return [
        Version(101 + at, user, IDS[user], START + timedelta(hours=at), text)
        for at, (user, text) in enumerate(edits)
    ]


def statements(*edits: tuple[str, str], complete: bool = True) -> list[Statement]:
    """What people said in these edits."""
    return read_statements(
        history(*edits),
        notice=NOTICE,
        written=OURS,
        owner=lambda version: version.user == ADA,
        ours=lambda version: version.user == BOT,
        is_notice_template=lambda title: title == "Capacity Exchange notice",
        complete=complete,
    )


def said(*edits: tuple[str, str]) -> list[tuple[str, str]]:
    """The same as (who, what)."""
    return [(e.version.user if e.version else "?", e.text) for e in statements(*edits)]


def status(word: str) -> str:
    """The page with a word after status=."""
    return OURS.replace("|status=", f"|status= {word}")


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (
            "\n:Yes please! [[User:Ada|Ada]] 13:00 (UTC)",
            ":Yes please! [[User:Ada|Ada]] 13:00 (UTC)",
        ),
        ("\nYes please!", "Yes please!"),
        ("\n\nYes please!", "Yes please!"),
        (" Yes please!", "Yes please!"),
        ("Yes please!", "Yes please!"),
        (" -- Yes please!", "-- Yes please!"),
        ("<br>Yes please!", "<br>Yes please!"),
        ("<!-- -->Yes please!", "<!-- -->Yes please!"),
        ("\n=== Answer ===\nYes please!", "=== Answer ===\nYes please!"),
        ("\n* Yes please!", "* Yes please!"),
        ("\n{{ping|Ben}} Yes please!", "{{ping|Ben}} Yes please!"),
    ],
)
def test_whatever_stands_after_our_signature_is_a_reply(added: str, words: str) -> None:
    """By DiscussionTools, by hand, indented or not, below or on the signature's line."""
    assert said((ADA, OURS + added)) == [(ADA, words)]


def test_words_inside_of_our_text_are_a_reply_too() -> None:
    """Some people write between the lines."""
    page = OURS.replace("grant writing.", "grant writing. No thanks!\nReally not.")
    ((who, words),) = said((ADA, page))
    assert (who, words.strip(" .")) == (ADA, "No thanks!\nReally not")


def test_sections_before_and_after_are_no_replies() -> None:
    """Also where they came at the same time."""
    page = OURS.replace("Text.", "Text. Stop!") + "\n\n== Next ==\nStop that."
    assert said((BEN, page)) == []


def test_a_word_after_status_is_an_answer_of_its_number() -> None:
    """The signing bot's remark beside it is not part of it."""
    signed = status("stop <small>unsigned by [[User:Ada|Ada]]</small>")
    (word, remark) = statements((ADA, status("stop")), (SIGNER, signed))
    assert (word.text, word.number, word.version and word.version.user) == ("stop", 0, ADA)
    assert remark.version is not None
    assert remark.version.user == SIGNER
    assert not word.removed


@pytest.mark.parametrize("by", [BEN, SIGNER])
def test_a_stop_that_others_take_out_stays_said(by: str) -> None:
    """It ends only when its owner, or the hand that put it in, takes it out."""
    (word,) = statements((ADA, status("stop")), (by, status("")))
    assert (word.text, word.removed) == ("stop", True)
    assert statements((ADA, status("stop")), (by, status("")), (ADA, OURS + "\nHm.")) != []


def test_a_stop_that_its_owner_takes_out_is_gone() -> None:
    """Whoever put it in; and whoever put it in may take it out again."""
    assert statements((ADA, status("stop")), (ADA, status(""))) == []
    assert statements((BEN, status("stop")), (ADA, status(""))) == []
    assert statements((BEN, status("stop")), (BEN, status(""))) == []


@pytest.mark.parametrize(
    ("first", "then", "means"),
    [
        # What Ada wrote, what Ben makes of it, and what Ada has said then.
        ("not accepted", "accepted", "unclear"),
        ("no yes", "yes", "not-a-match"),
        ("accepted? not yet", "accepted", "unclear"),
        ("yes, but stop writing", "yes", "stop"),
        ("accepted", "accepted by all means", "accepted"),
        ("accepted", "not accepted", "accepted"),
        ("accepted, thanks", "accepted", "accepted"),
        ("in", "in touch", "unclear"),
        ("yes", "", "accepted"),
        ("stop", "accepted", "stop"),
        ("no", "know yes", "not-a-match"),
        ("", "accepted", "nothing"),
        ("", "in touch", "nothing"),
        ("", "stop", "stop"),
        ("accepted", "stop", "stop"),
    ],
)
@pytest.mark.parametrize("place", ["field", "reply"])
def test_nobody_is_made_to_agree_by_another_s_hand(
    first: str, then: str, means: str, place: str
) -> None:
    def page(words: str) -> str:
        return status(words) if place == "field" else f"{OURS}\n:{words} --"

    heard = understand_statements(
        statements((ADA, page(first)), (BEN, page(then))),
        count=1,
        words=READER,
        languages=["en"],
        owner=lambda version: version.user == ADA,
    )
    said = heard.statuses.get(1)
    unclear = heard.unclear is not None and said is None
    assert (said[0].value if said else "unclear" if unclear else "nothing") == means


def test_an_archived_section_keeps_what_was_said() -> None:
    """Archiving takes nothing back, by a bot or by the owner."""
    for archiver in (ADA, SIGNER):
        assert said((ADA, OURS + "\nstop"), (archiver, "Hello.")) == [(ADA, "stop")]


def test_a_revert_gives_everybody_their_words_back() -> None:
    """Also ours: they are not the reverter's."""
    replied = OURS + "\n:Yes. [[User:Ada|Ada]] 13:00 (UTC)"
    vandalised = OURS.replace("Ben can help you", "Everybody can help")
    found = said((ADA, replied), (SIGNER, vandalised), (BEN, replied))
    assert [each for each in found if each[0] != SIGNER] == [
        (ADA, ":Yes. [[User:Ada|Ada]] 13:00 (UTC)")
    ]


def test_two_people_on_one_line_said_their_own_words() -> None:
    """Nobody's yes becomes another's."""
    one = OURS + "\n:Yes, Ada would like that."
    assert said((BEN, one), (ADA, one + " I am not so sure.")) == [
        (BEN, ":Yes, Ada would like that."),
        (ADA, "I am not so sure."),
    ]


def test_words_older_than_what_was_read_are_nobodys() -> None:
    """A forged word does not become the reader's own by their next edit."""
    page = status("accepted")
    first, second = statements((ADA, page), (ADA, page + "\nHello"), complete=False)
    assert (first.text, first.version) == ("accepted", None)
    assert (second.text, second.version and second.version.user) == ("Hello", ADA)


def test_what_we_write_ourselves_is_nobodys_answer() -> None:
    """Our confirmation stands after status= as well."""
    confirmed = status("yes") + "\n:Yes"
    assert said((ADA, OURS + "\n:Yes"), (BOT, confirmed)) == [(ADA, ":Yes")]


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([ADA, BEN]), st.text("ab :\n=|{}", max_size=30)), max_size=5)
)
def test_no_history_raises_and_nobody_says_what_they_did_not_write(
    edits: list[tuple[str, str]],
) -> None:
    """Every word of a statement stands in its author's revision."""
    for each in statements(*((user, OURS + text) for user, text in edits)):
        assert each.version is not None
        assert all(word in each.version.text for word in re.findall(r"\w+|[^\w\s]", each.text))


# -- a section of its own, preloaded by a link


def clicked(word: str = "yes", who: str = ADA, *, heading: str = "Capacity Exchange") -> str:
    """What a link of the notice adds to a page when it is saved."""
    title = f"== {heading}: {word} ==\n\n" if heading else ""
    return f"\n\n{title}<!-- capacity-exchange-answer {NOTICE} -->{word} [[User:{who}|{who}]]"


LUNCH = "\n\n== Lunch ==\nNo, stop that. [[User:Ben|Ben]]"
ANSWERS = [
    pytest.param([(ADA, OURS + clicked())], [(ADA, "yes")], id="saved"),
    pytest.param([(BEN, OURS + clicked(who=BEN))], [(BEN, "yes")], id="somebody else's"),
    pytest.param(
        [(BEN, OURS + LUNCH), (ADA, OURS + LUNCH + clicked())], [(ADA, "yes")], id="far below"
    ),
    pytest.param(
        [(ADA, OURS + clicked()), (ADA, OURS + clicked() + LUNCH)], [(ADA, "yes")], id="in between"
    ),
    pytest.param(
        [(ADA, OURS + clicked()), (ADA, OURS + clicked() + clicked("stop"))],
        [(ADA, "yes"), (ADA, "stop")],
        id="twice",
    ),
    pytest.param(
        [(ADA, OURS + clicked()), (ADA, (OURS + clicked()).replace("-->yes", "-->no"))],
        [(ADA, "no")],
        id="changed by its author",
    ),
    pytest.param(
        [(ADA, OURS + clicked()), (BEN, OURS + clicked() + "\n:But no! [[User:Ben|Ben]]")],
        [(ADA, "yes"), (BEN, "But no!")],
        id="a reply of somebody else's below it",
    ),
    pytest.param(
        [(ADA, OURS + clicked("stop")), (SIGNER, OURS), (BEN, OURS + LUNCH)],
        [(ADA, "stop")],
        id="archived by a bot",
    ),
    pytest.param(
        [(ADA, OURS + clicked("stop")), (ADA, "Hello."), (ADA, "Hello." + LUNCH)],
        [(ADA, "stop")],
        id="archived with our section by its author",
    ),
    pytest.param(
        [(ADA, "Hello."), (ADA, "Hello." + clicked())], [(ADA, "yes")], id="our section is archived"
    ),
    pytest.param(
        [
            (ADA, OURS + LUNCH + clicked("stop")),
            (ADA, "Hello." + LUNCH),
            (BEN, "Vandal"),
            (ADA, "Hello." + LUNCH),
        ],
        [(ADA, "stop")],
        id="archived, and the page put right again",
    ),
    pytest.param([(ADA, OURS + clicked("stop")), (ADA, OURS)], [], id="undone by its author"),
    pytest.param(
        [(ADA, OURS + clicked()), (BEN, OURS)], [(ADA, "yes")], id="undone by somebody else"
    ),
    pytest.param(
        [(ADA, OURS + clicked()), (ADA, OURS), (ADA, OURS + clicked())],
        [(ADA, "yes")],
        id="undone and done again",
    ),
    pytest.param(
        [(BEN, OURS + LUNCH), (ADA, OURS + LUNCH + clicked(heading=""))],
        [(ADA, "yes")],
        id="without a heading, below words that are no answer",
    ),
    pytest.param(
        [(ADA, OURS + clicked().replace("\n\n<!--", "\n\nBut no:\n<!--"))],
        [(ADA, "But no: yes")],
        id="words above it are not lost",
    ),
    pytest.param([(ADA, OURS + clicked(heading=""))], [(ADA, "yes")], id="in our own section"),
    pytest.param(
        [(ADA, OURS + clicked().replace(NOTICE, NOTICE[::-1]))], [], id="of another notice"
    ),
]


@pytest.mark.parametrize(("edits", "right"), ANSWERS)
def test_an_answer_by_a_link_is_its_author_s_wherever_its_section_stands(
    edits: list[tuple[str, str]], right: list[tuple[str, str]]
) -> None:
    found = [(who, " ".join(plain_text(words).split())) for who, words in said(*edits)]
    assert [(who, words) for who, words in found if words] == right
