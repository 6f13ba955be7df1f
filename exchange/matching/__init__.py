"""Matching: who could help whom, and why; who is suggested to whom, and why not.

``match_profiles`` is one round over all profiles. ``explain_pair`` looks at two people. A
``Lookup`` answers who could help one person, without a round. docs/matching.md says it in plain
words.
"""

from exchange.matching.eligibility import History, is_live, is_muted, takes_part
from exchange.matching.explain import WhyNot, explain_pair, reasons, sentence
from exchange.matching.lookup import Lookup
from exchange.matching.metrics import Measure
from exchange.matching.round import Result, match_profiles, period_of
from exchange.matching.unmet import Unmet, UnmetReason
from exchange.matching.weights import Weights, load_weights

__all__ = [
    "History",
    "Lookup",
    "Measure",
    "Result",
    "Unmet",
    "UnmetReason",
    "Weights",
    "WhyNot",
    "explain_pair",
    "is_live",
    "is_muted",
    "load_weights",
    "match_profiles",
    "period_of",
    "reasons",
    "sentence",
    "takes_part",
]
