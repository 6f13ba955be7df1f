"""Problems: the codes of what can be wrong on a page; ``problem-<code>`` in i18n says each."""

from __future__ import annotations

from enum import StrEnum

from exchange.model import Problem

LONGEST_TEXT = 200


class Code(StrEnum):
    """Why something on a page could not be understood as written."""

    # The template as a whole.
    UNCLOSED = "unclosed"
    UNKNOWN_PARAMETER = "unknown-parameter"
    UNNAMED_VALUE = "unnamed-value"
    DUPLICATE_PARAMETER = "duplicate-parameter"
    SEVERAL_PROFILES = "several-profiles"
    TOO_LARGE = "too-large"
    # Values.
    UNKNOWN_TEMPLATE = "unknown-template"
    UNKNOWN_KIND = "unknown-kind"
    MISSING_KIND = "missing-kind"
    PERSON_ELSEWHERE = "person-elsewhere"
    MISSING_CONTACT = "missing-contact"
    BAD_USER_NAME = "bad-user-name"
    UNKNOWN_LANGUAGE = "unknown-language"
    UNKNOWN_COUNTRY = "unknown-country"
    UNKNOWN_REGION = "unknown-region"
    REGION_CONTRADICTS = "region-contradicts"
    UNKNOWN_METHOD = "unknown-method"
    UNKNOWN_LEVEL = "unknown-level"
    UNKNOWN_PRIORITY = "unknown-priority"
    BAD_COUNT = "bad-count"
    BAD_TIMEZONE = "bad-timezone"
    BAD_AVAILABILITY = "bad-availability"
    UNKNOWN_FREQUENCY = "unknown-frequency"
    BAD_DATE = "bad-date"
    PAST_DATE = "past-date"
    # Items.
    NEAR_MISS = "near-miss"
    UNKNOWN_DETAIL = "unknown-detail"
    REPEATED_ITEM = "repeated-item"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"
    EMPTY_REQUEST = "empty-request"


def problem(code: Code, parameter: str = "", text: str = "", hint: str = "") -> Problem:
    """Make a problem; the text is cut to 200 characters and put on one line."""
    text = " ".join(text[: LONGEST_TEXT * 4].split())
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    return Problem(code.value, parameter, text, hint)
