"""Matching: who could help whom, and why; who is suggested to whom, and why not.

``match`` is one round over all profiles. ``explain`` looks at two people. ``candidates_for``
answers "who could help?" for one person, without a round. docs/matching.md says it in plain words.
"""

from exchange.matching.explain import WhyNot, explain
from exchange.matching.history import History, is_live
from exchange.matching.incremental import Lookup, candidates_for
from exchange.matching.party import is_away, is_quiet, is_stale, takes_part
from exchange.matching.period import period_of, period_start
from exchange.matching.reasons import reasons, sentence
from exchange.matching.result import Lack, Measure, Result, Unmet
from exchange.matching.round import match
from exchange.matching.weights import FULL, Weights, load_weights

__all__ = [
    "FULL",
    "History",
    "Lack",
    "Lookup",
    "Measure",
    "Result",
    "Unmet",
    "Weights",
    "WhyNot",
    "candidates_for",
    "explain",
    "is_away",
    "is_live",
    "is_quiet",
    "is_stale",
    "load_weights",
    "match",
    "period_of",
    "period_start",
    "reasons",
    "sentence",
    "takes_part",
]
