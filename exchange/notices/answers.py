"""Answers: what a person meant by the words they wrote, in whatever words they wrote them.

Two rules. A message that is not sent harms nobody, so a stop or a no counts wherever it stands and
outweighs a yes. And a yes brings somebody else a message, so it must be one: the first words, in
a language that its writer knows, not quoted, not negated, not a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from exchange.model import SuggestionStatus
from exchange.notices.replies import plain_text
from exchange.notices.vocabulary import (
    AGREEING,
    REFUSING,
    WEAK,
    Hit,
    Meaning,
    Vocabulary,
    Word,
    leave_out,
    load_vocabulary,
    split_clauses,
    with_messages,
)

ANSWERS = (
    SuggestionStatus.ACCEPTED,
    SuggestionStatus.IN_TOUCH,
    SuggestionStatus.EXCHANGED,
    SuggestionStatus.DECLINED,
    SuggestionStatus.STOPPED,
)
"""What people can answer, in the order in which the words are explained."""

LINKS: Mapping[str, SuggestionStatus] = {
    "yes": SuggestionStatus.ACCEPTED,
    "not-this-one": SuggestionStatus.DECLINED,
    "in-touch": SuggestionStatus.IN_TOUCH,
    "it-helped": SuggestionStatus.EXCHANGED,
    "stop": SuggestionStatus.STOPPED,
}
"""The answers that a notice offers as links, in this order, by their names in addresses."""

NOT_YET = Meaning.NOT_YET.value
"""The answer that only a check-in offers besides, by its name in addresses: it ends nothing."""

STILL_OPEN = SuggestionStatus.ACCEPTED
"""Where a suggestion stands of which somebody says that nothing came of it yet."""

READ_FOR = timedelta(days=200)
"""How long after its notice an answer is still looked for, and taken."""

MAX_LENGTH = 20_000
"""How many characters of a reply are read; whatever is longer is no answer to a notice."""

_QUOTED = re.compile(
    r"<(blockquote|q)\b[^<>]*>.*?</\1\s*>|“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"\n]*\"|^\s*>[^\n]*$",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_QUESTION = re.compile(r"[?؟？;]\s*$|[?؟？]", re.MULTILINE)
_STOP_SIGNS = frozenset("✋🛑⛔🚫")
_NO_SIGNS = frozenset("❌👎✖✗✘")
_YES_SIGNS = frozenset("👍✅✔☑👌🆗")
_TRAFFIC_SIGNS = frozenset("🛑⛔🚫")
"""Stop signs that mean nothing else beside words; a raised hand may be a greeting."""

_LETTER = "[A-Za-z\u00c0-\u024f\u0400-\u04ff]"
_SPACED = re.compile(rf"(?<!\w)(?:{_LETTER}[ .·*-]){{2,}}{_LETTER}(?![\w\u0300-\u036f])")
"""Latin or Cyrillic letters set apart for emphasis: s t o p, S.T.O.P."""


@dataclass(frozen=True, slots=True)
class ReplyMeaning:
    """What was understood: an answer to everything, or to single suggestions by their numbers.

    ``never`` says that these people must never be suggested again, ``refuses`` that there are to
    be no more introductions by this coordinator, or by any. ``unclear`` says that
    something was written that asks for a person to read it; an answer that is neither understood
    nor unclear says nothing (thanks alone).
    """

    all: SuggestionStatus | None = None
    each: Mapping[int, SuggestionStatus] = field(default_factory=dict)
    never: bool = False
    unclear: bool = False
    refuses: Meaning | None = None

    @property
    def understood(self) -> bool:
        """Whether anything was answered."""
        return self.all is not None or bool(self.each)

    def status_of(self, number: int) -> SuggestionStatus | None:
        """Return the answer for one suggestion, by its number from one."""
        return self.each.get(number, self.all)


NOTHING = ReplyMeaning()
UNCLEAR = ReplyMeaning(unclear=True)


class AnswerReader:
    """Reads answers. ``messages`` are the message tables of i18n/notice: {language: table}."""

    def __init__(
        self, messages: Mapping[str, Mapping[str, str]], vocabulary: Vocabulary | None = None
    ) -> None:
        self._words = with_messages(vocabulary or load_vocabulary(), messages)

    def read_field(self, text: str, *, check_in: bool = False) -> ReplyMeaning:
        """Return what was written after ``status=``: a short answer, in any language we know."""
        return self._read(text, spoken=None, count=1, check_in=check_in)

    def read_reply(
        self, text: str, *, languages: Iterable[str], count: int = 1, check_in: bool = False
    ) -> ReplyMeaning:
        """Return what a reply (wikitext) to a notice with ``count`` suggestions says.

        ``languages`` are the notice's and its reader's own; English always counts. Below a
        ``check_in`` ("did you meet?") a yes is *in touch*, and a no that names nobody is *not yet*.
        """
        spoken = frozenset({*languages, "en"})
        return self._read(text, spoken=spoken, count=count, check_in=check_in)

    # -- reading --------------------------------------------------------------------------------

    def _read(
        self, text: str, *, spoken: frozenset[str] | None, count: int, check_in: bool
    ) -> ReplyMeaning:
        if len(text) > MAX_LENGTH:
            return UNCLEAR
        said = _SPACED.sub(lambda each: re.sub(r"\W", "", each[0]), plain_text(text))
        # A status field is short and nobody quotes in it.
        own = said if spoken is None else _QUOTED.sub(" … ", said)
        clauses, refusals = self._clauses(said)
        unquoted, refused = self._clauses(own)
        if not refused and refusals:
            clauses = self._clauses(said, cut=False)[0]  # They stand in a quotation.
        if not clauses and not refused:
            return _by_signs(said, check_in=check_in)
        alone = len(clauses) == 1
        context = _Context(spoken, self._words.notices, alone, not refused, check_in)
        if any(context.says_stop(each) for each in clauses) or _TRAFFIC_SIGNS & set(said):
            return ReplyMeaning(all=SuggestionStatus.STOPPED)
        answer = self._answer(own, clauses, unquoted, context, count)
        if not refused:
            return answer
        # What they do not want outweighs words beside it that we cannot read.
        return replace(
            answer if answer.understood else NOTHING, refuses=max(refused, key=REFUSING.index)
        )

    def _clauses(self, text: str, *, cut: bool = True) -> tuple[list[_Clause], list[Meaning]]:
        """Return the clauses of a text without refusals of introductions in them, and those."""
        refused: list[Meaning] = []
        found: list[_Clause] = []
        for words in split_clauses(text):
            said = _Clause(words, self._words.find_phrases(words))
            harmless = [*said.of(Meaning.HARMLESS)]
            hits = [hit for hit in said.of(*REFUSING) if not _within(hit, harmless)]
            refused += [hit.meaning for hit in hits]
            parts = leave_out(words, hits) if cut else [words]
            found += [_Clause(part, self._words.find_phrases(part)) for part in parts]
        return found, refused

    def _answer(
        self,
        own: str,
        clauses: Sequence[_Clause],
        unquoted: Sequence[_Clause],
        context: _Context,
        count: int,
    ) -> ReplyMeaning:
        if count > 1:
            numbered = _by_number(unquoted, context, count)
            if numbered is not None:
                return numbered
        never = any(context.says_never(each) for each in clauses)
        yes = _first_words(unquoted, context)
        declines = never or any(context.says_no(each, yes) for each in clauses)
        if declines:
            if yes is not None and count > 1 and not never:
                # "Yes to Ben, no to Cleo": to whom which?
                return UNCLEAR
            named = never or any([*each.of(Meaning.NOT_THIS_ONE)] for each in clauses)
            return ReplyMeaning(all=context.refusal(named=named), never=never)
        not_yet = any([*each.of(Meaning.NOT_YET)] for each in unquoted)
        if context.check_in and yes is None and not_yet:
            return ReplyMeaning(all=STILL_OPEN)
        if yes is not None:
            doubtful = (
                _QUESTION.search(own) is not None
                or any(context.doubts(each) for each in unquoted)
                or _contradicts(unquoted, context, yes)
            )
            return UNCLEAR if doubtful else ReplyMeaning(all=context.agreement(yes))
        if all(context.is_courtesy(each) for each in clauses):
            return NOTHING
        return UNCLEAR


def _by_signs(said: str, *, check_in: bool) -> ReplyMeaning:
    if _STOP_SIGNS & set(said):
        return ReplyMeaning(all=SuggestionStatus.STOPPED)
    if _NO_SIGNS & set(said):
        return ReplyMeaning(all=STILL_OPEN if check_in else SuggestionStatus.DECLINED)
    if _YES_SIGNS & set(said):
        yes = SuggestionStatus.IN_TOUCH if check_in else SuggestionStatus.ACCEPTED
        return ReplyMeaning(all=yes)
    return UNCLEAR if said.replace("\x02", "").strip(" \t\n-–—~*'\"()[]") else NOTHING


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause and all phrases in it."""

    words: Sequence[Word]
    hits: Sequence[Hit]

    def of(self, *meanings: Meaning) -> Iterable[Hit]:
        return (hit for hit in self.hits if hit.meaning in meanings)

    def is_only(self, hit: Hit, *, courtesies: Iterable[Hit]) -> bool:
        """Whether nothing but courtesies (and holes) stands beside a phrase."""
        covered = set(range(hit.start, hit.end))
        for each in courtesies:
            covered.update(range(each.start, each.end))
        return len(covered) == len(self.words)


@dataclass(frozen=True, slots=True)
class _Context:
    """Whose words these are: the languages that their writer knows, None for every language.

    ``weak``: a "please" that stands alone may be a yes, as it may not beside a refusal.
    ``check_in``: the question was whether two have met.
    """

    spoken: frozenset[str] | None
    notices: frozenset[str]
    single: bool
    weak: bool = True
    check_in: bool = False

    def agreement(self, hit: Hit) -> SuggestionStatus:
        """Return what a yes, or its kin, says."""
        status = AGREEING[hit.meaning]
        met = self.check_in and status is SuggestionStatus.ACCEPTED
        return SuggestionStatus.IN_TOUCH if met else status

    def refusal(self, *, named: bool) -> SuggestionStatus:
        """Return what a no says; ``named``: it says to what."""
        return STILL_OPEN if self.check_in and not named else SuggestionStatus.DECLINED

    def knows(self, language: str) -> bool:
        return self.spoken is None or language in self.spoken

    def _standing_alone(self, clause: _Clause, hit: Hit) -> bool:
        # A whole answer: the one clause there is, or several but nothing else in this one.
        return clause.is_only(hit, courtesies=clause.of(Meaning.COURTESY))

    def _counts(self, clause: _Clause, hit: Hit, yes: Hit | None = None) -> bool:
        """Whether a stop or no means what it says."""
        if self._standing_alone(clause, hit):
            return True
        if not (self.knows(hit.phrase.language) or hit.phrase.language in self.notices):
            return False
        if _within(hit, clause.of(Meaning.HARMLESS)):
            return False
        if hit.end - hit.start > 1:
            return True
        # "no sábado" is Portuguese for "on Saturday".
        ordinary = {
            each.phrase.language
            for each in clause.of(Meaning.ORDINARY)
            if each.start == hit.start and each.phrase.language != hit.phrase.language
        }
        if yes is not None and yes.phrase.language in ordinary:
            return False
        return not (self.spoken is not None and ordinary & self.spoken and yes is None)

    def says_stop(self, clause: _Clause) -> bool:
        return any(self._counts(clause, hit) for hit in clause.of(Meaning.STOP))

    def says_never(self, clause: _Clause) -> bool:
        return any(self._counts(clause, hit) for hit in clause.of(Meaning.NEVER))

    def says_no(self, clause: _Clause, yes: Hit | None) -> bool:
        return any(self._counts(clause, hit, yes) for hit in clause.of(Meaning.NO))

    def doubts(self, clause: _Clause) -> bool:
        """Whether something negates or weakens what stands beside it."""
        return any(
            not _within(hit, clause.of(Meaning.HARMLESS, Meaning.COURTESY, Meaning.ACCEPTED))
            for hit in clause.of(Meaning.NEGATION, Meaning.HEDGE)
            if self.knows(hit.phrase.language)
            and (self.spoken is not None or hit.phrase.language in self.notices)
        )

    def is_courtesy(self, clause: _Clause) -> bool:
        covered: set[int] = set()
        for hit in clause.of(Meaning.COURTESY):
            covered.update(range(hit.start, hit.end))
        return len(covered) == len(clause.words)

    def _refusals(self, clause: _Clause, start: int) -> Iterable[Hit]:
        """Return every no that begins at a word, in a language that its writer may mean."""
        return (
            hit
            for hit in clause.of(Meaning.NO, Meaning.NEVER)
            if hit.start == start
            and (self.knows(hit.phrase.language) or hit.phrase.language in self.notices)
        )

    def agreeing(self, clause: _Clause, start: int) -> Hit | None:
        """Return the yes, or its kin, that begins at a word."""
        courtesies = [*clause.of(Meaning.COURTESY)]
        for hit in clause.of(*AGREEING):
            if hit.start != start or not self.knows(hit.phrase.language):
                continue
            if hit.meaning in WEAK and not (
                self.weak and clause.is_only(hit, courtesies=courtesies)
            ):
                continue
            if any(hit.end < no.end for no in self._refusals(clause, start)):
                continue  # German "passt" is a yes, "passt nicht" is none.
            return hit
        return None


def _within(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(each.start <= hit.start and hit.end <= each.end for each in others)


def _first_words(clauses: Sequence[_Clause], context: _Context) -> Hit | None:
    """Return the yes, or its kin, with which a reply begins, after greetings and thanks."""
    for clause in clauses:
        at = 0
        while at < len(clause.words):
            found = context.agreeing(clause, at)
            if found is not None:
                return found
            polite = [
                hit.end for hit in clause.of(Meaning.COURTESY, Meaning.HARMLESS) if hit.start == at
            ]
            if not polite:
                break
            at = max(polite)
        if at == 0:
            return None
        # "Thanks for the message. Yes!": the clause began politely, so the next one may answer.
    return None


def _contradicts(clauses: Sequence[_Clause], context: _Context, yes: Hit) -> bool:
    """Whether a later clause begins with another answer."""
    answers = {
        AGREEING[hit.meaning]
        for clause in clauses
        if (hit := _first_words([clause], context)) is not None
    }
    return bool(answers - {AGREEING[yes.meaning]})


def _by_number(clauses: Sequence[_Clause], context: _Context, count: int) -> ReplyMeaning | None:
    """Return answers with numbers ("1 yes, 3 no"); None where no number is part of an answer.

    Numbers count only where nothing but answers, numbers and small words stand: a date or a time
    of day is no suggestion.
    """
    each: dict[int, SuggestionStatus] = {}
    conflicts = False
    numbers: list[int] = []
    status: SuggestionStatus | None = None
    assigned = False
    for clause in clauses:
        read = _tokens(clause, context, count)
        if read is None:
            return None
        for token in read:
            if isinstance(token, SuggestionStatus):
                status = token
                assigned = bool(numbers)
                for number in numbers:
                    conflicts |= each.get(number, token) is not token
                    each[number] = token
                numbers = []
            elif status is not None and not assigned:
                # "Yes to 2": the answer came first.
                conflicts |= each.get(token, status) is not status
                each[token] = status
            else:
                numbers.append(token)
    if not each or conflicts or numbers:
        return UNCLEAR if each or numbers else None
    return ReplyMeaning(each=dict(sorted(each.items())))


def _tokens(clause: _Clause, context: _Context, count: int) -> list[int | SuggestionStatus] | None:
    """Return a clause as numbers and answers; None where anything else stands in it."""
    found: list[int | SuggestionStatus] = []
    at = 0
    while at < len(clause.words):
        word = clause.words[at].exact
        number = re.fullmatch(r"0*(\d{1,2})", word)
        if number:
            if not 1 <= int(number[1]) <= count:
                return None
            found.append(int(number[1]))
            at += 1
            continue
        hits = [hit for hit in clause.hits if hit.start == at]
        answer = next(
            (
                hit
                for hit in hits
                if hit.meaning is Meaning.NO
                or (context.check_in and hit.meaning is Meaning.NOT_YET)
                or (hit.meaning in AGREEING and context.knows(hit.phrase.language))
            ),
            None,
        )
        small = [hit for hit in hits if hit.meaning in (Meaning.COURTESY, Meaning.FILLER)]
        if answer is not None and not (small and max(h.end for h in small) > answer.end):
            named = any(hit.meaning is Meaning.NOT_THIS_ONE for hit in hits)
            agreed = answer.meaning in AGREEING
            found.append(context.agreement(answer) if agreed else context.refusal(named=named))
            at = answer.end
        elif small:
            at = max(hit.end for hit in small)
        else:
            return None
    return found


def answer_text(number: int, word: str) -> str:
    """Return an answer to one of several suggestions as a reply; 0 answers all of them."""
    return f"{number} {word}" if number else word


def message_key(status: SuggestionStatus | Meaning) -> str:
    """Return the name of the message that holds the word for an answer."""
    return f"notice-answer-{status.value}"
