"""The answer table: what people write into notices, in all languages of the notices."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.i18n.messages import I18N, available_languages, load_messages
from exchange.model import AGREED, SuggestionStatus
from exchange.notices.answers import (
    ANSWERS,
    LINKS,
    STILL_OPEN,
    AnswerReader,
    ReplyMeaning,
    answer_text,
    message_key,
)
from exchange.notices.reader_language import GROUP
from exchange.notices.vocabulary import (
    REFUSING,
    Meaning,
    load_vocabulary,
    split_clauses,
    with_messages,
)

CODES = available_languages(GROUP)
READER = AnswerReader({code: load_messages(I18N, GROUP, code) for code in CODES})
NOTICE = "capacity-exchange-answer 0123456789abcdef"
TABLE = tomllib.loads((Path(__file__).parent / "answers.toml").read_text("utf-8"))
ROWS = [
    (language, text, right, *(count or [1]))
    for language, rows in TABLE.items()
    for text, right, *count in rows
]


def said(answer: ReplyMeaning) -> str:
    """What an answer says, as the table writes it."""
    if answer.refuses is not None:
        rest = said(replace(answer, refuses=None))
        return f"{rest} {answer.refuses.value}".removeprefix("nothing ")
    if answer.each:
        return " ".join(f"{number} {status.value}" for number, status in answer.each.items())
    if answer.never:
        return "never"
    if answer.all is not None:
        return answer.all.value
    return "unclear" if answer.unclear else "nothing"


def read(language: str, text: str, count: int) -> ReplyMeaning:
    """Read a row of the table as it is meant."""
    if language == "field":
        return READER.read_field(text)
    return READER.read_reply(text, languages=[language], count=count)


@pytest.mark.parametrize(("language", "text", "right", "count"), ROWS)
def test_the_row_says_what_it_means(language: str, text: str, right: str, count: int) -> None:
    """Every row of the table."""
    assert said(read(language, text, count)) == right


def test_the_table_is_large_enough_and_in_every_language_of_the_notices() -> None:
    """At least 150 rows, at least 15 of them in each language."""
    assert len(ROWS) >= 150
    assert len(set(ROWS)) == len(ROWS)
    assert set(TABLE) == {*CODES, "field"}
    assert all(len(rows) >= 15 for rows in TABLE.values())


@pytest.mark.parametrize("code", CODES)
def test_the_words_that_a_notice_shows_are_understood(code: str) -> None:
    """As a field and as a reply, in capitals, bold, with a full stop."""
    for status in ANSWERS:
        shown = load_messages(I18N, GROUP, code)[message_key(status)].split("|")[0]
        for text in (shown, f" '''{shown.upper()}'''. ", f"“{shown}”"):
            assert READER.read_field(text).all is status, (code, text)
        assert READER.read_reply(shown, languages=[code]).all is status, (code, shown)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("meaning", REFUSING)
def test_every_refusal_of_introductions_that_a_notice_shows_is_understood(
    meaning: Meaning, count: int, code: str
) -> None:
    """Alone it is no answer to anything else, however many suggestions there are."""
    for words in load_messages(I18N, GROUP, code)[message_key(meaning)].split("|"):
        for text in (words, f"'''{words.upper()}'''.", f"{words}!"):
            answer = READER.read_reply(text, languages=[code], count=count)
            assert (answer.refuses, answer.understood, answer.unclear) == (meaning, False, False), (
                code,
                text,
                answer,
            )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_a_link_preloads_is_understood_as_it_was_meant(code: str, count: int) -> None:
    """In every language of the notices, for each person, as it stands on the page once saved."""
    signature = "[[User:No|No]] ([[User talk:No|talk]]) 12:00, 2 May 2026 (UTC)"
    for status in LINKS.values():
        word = load_messages(I18N, GROUP, code)[message_key(status)].split("|")[0]
        for number in range(count + 1) if count > 1 else (0,):
            saved = f"<!-- {NOTICE} -->{answer_text(number, word)} {signature}"
            found = READER.read_reply(saved, languages=[code], count=count)
            if number and status is not SuggestionStatus.STOPPED:
                assert found == ReplyMeaning(each={number: status}), (code, saved)
            else:
                assert found == ReplyMeaning(all=status), (code, saved)


SENTENCES = [(code, text) for code in CODES for text in load_messages(I18N, "core", code).values()]


def test_ordinary_words_of_one_language_are_no_answers_in_another() -> None:
    """ "Nie" is Polish for no and German for never: sentences in each language, with the noes and
    stops of all others looked for in them."""
    words = with_messages(
        load_vocabulary(), {code: load_messages(I18N, GROUP, code) for code in CODES}
    )
    denying = {Meaning.NO, Meaning.STOP, Meaning.NEVER}
    wrong = set()
    for code, text in SENTENCES:
        for clause in split_clauses(text):
            hits = words.find_phrases(clause)
            for hit in hits:
                own = {h.phrase.language for h in hits if h.start == hit.start and h.end >= hit.end}
                if hit.meaning in denying and hit.phrase.language != "en" and code not in own:
                    wrong.add((code, hit.phrase.language, " ".join(w.exact for w in clause)))
    assert wrong == set()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "word", ["stop", "Please stop", "unsubscribe", "توقف", "aufhören", "basta"]
)
def test_a_stop_counts_whoever_reads_in_whatever_language(code: str, word: str) -> None:
    """Beside a yes of the reader's own language too."""
    yes = load_messages(I18N, GROUP, code)[message_key(SuggestionStatus.ACCEPTED)].split("|")[0]
    for text in (word, f"{yes}. {word}", f"{word}. {yes}", f"…, {word} ({yes})"):
        assert READER.read_reply(text, languages=[code]).all is SuggestionStatus.STOPPED, text


@given(st.text(max_size=200), st.sampled_from(CODES), st.integers(1, 3))
def test_any_text_can_be_read(text: str, code: str, count: int) -> None:
    """Never an exception; and what is understood is not unclear at the same time."""
    for answer in (READER.read_field(text), READER.read_reply(text, languages=[code], count=count)):
        assert not (answer.understood and answer.unclear)
        assert all(1 <= number <= count for number in answer.each)


@given(st.text(alphabet=st.characters(blacklist_characters="<{[&"), max_size=60))
def test_nothing_written_around_a_stop_takes_it_back(text: str) -> None:
    """Whatever stands before it, after it or on both sides."""
    for around in (f"{text}\nstop", f"stop\n{text}", f"{text}\nstop\n{text}"):
        assert READER.read_reply(around, languages=["en"]).all is SuggestionStatus.STOPPED, around


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("count", [1, 2])
def test_no_to_did_you_meet_ends_nothing_unless_it_says_what(code: str, count: int) -> None:
    """As the links of a check-in preload it, and as people put it who type."""
    table = load_messages(I18N, GROUP, code)
    not_yet = table["notice-answer-not-yet"].split("|")
    not_this = table[message_key(SuggestionStatus.DECLINED)].split("|")[0]
    yes = table[message_key(SuggestionStatus.ACCEPTED)].split("|")[0]
    said = dict.fromkeys(not_yet, STILL_OPEN)
    said |= {not_this: SuggestionStatus.DECLINED, yes: SuggestionStatus.IN_TOUCH}
    for word, status in said.items():
        for number in range(count + 1) if count > 1 else (0,):
            found = READER.read_reply(
                answer_text(number, word), languages=[code], count=count, check_in=True
            )
            meant = ReplyMeaning(each={number: status}) if number else ReplyMeaning(all=status)
            assert found == meant, (code, word)
        assert READER.read_field(word, check_in=True) == ReplyMeaning(all=status), (code, word)
    for word in not_yet:
        plain = READER.read_reply(word, languages=[code], count=count)
        assert plain.all not in AGREED, "below a suggestion it is no yes"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("No", STILL_OPEN),
        ("No, not yet.", STILL_OPEN),
        ("Nope, we never found the time", STILL_OPEN),
        ("👎", STILL_OPEN),
        ("We have not met.", STILL_OPEN),
        ("Not this one, please.", SuggestionStatus.DECLINED),
        ("👍", SuggestionStatus.IN_TOUCH),
        ("yes, and it helped", SuggestionStatus.IN_TOUCH),
        ("stop", SuggestionStatus.STOPPED),
        ("No. Stop writing to me!", SuggestionStatus.STOPPED),
    ],
)
def test_a_check_in_is_answered_in_ones_own_words(text: str, status: SuggestionStatus) -> None:
    assert READER.read_reply(text, languages=["en"], check_in=True).all is status


def test_never_again_is_for_good_below_a_check_in_too() -> None:
    found = READER.read_reply(
        "No, never suggest this person again", languages=["en"], check_in=True
    )
    assert found == ReplyMeaning(all=SuggestionStatus.DECLINED, never=True)
