"""Whatever is planned is read back as it was typed, and nothing around it changes."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from exchange.i18n.escape import one_line
from webtool.account.plan import LearningPlan, PlanWords, read_plan, write_plan

WORDS = PlanWords("Goal:", "Next date:", "''Everybody can read this.''")
goals = st.text(min_size=1, max_size=60).map(one_line).filter(bool)
plans = st.builds(
    LearningPlan,
    goals.filter(lambda goal: not goal[:4].isdigit()),
    st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)
capacities = st.sampled_from(["wikidata", "lua", "unlisted:--> kites", "unlisted:=="])
pages = st.lists(st.sampled_from(["Hello.", "== Kites ==", "* one", "", "{{box}}"])).map("\n".join)


def write(text: str, capacity: str, plan: LearningPlan) -> str:
    return write_plan(text, capacity, plan, heading=capacity, words=WORDS)


@given(pages, capacities, plans)
def test_a_plan_is_read_as_it_was_written(text: str, capacity: str, plan: LearningPlan) -> None:
    written = write(text, capacity, plan)
    assert read_plan(written, capacity) == plan
    assert written.startswith(text.rstrip())
    assert write(written, capacity, plan) == written, "a second save changes nothing"


@given(pages, plans, plans, plans)
def test_a_plan_takes_the_place_of_the_one_before_and_of_no_other(
    text: str, first: LearningPlan, other: LearningPlan, then: LearningPlan
) -> None:
    both = write(write(text, "lua", first), "wikidata", other) + "\nMine."
    changed = write(both, "lua", then)
    assert read_plan(changed, "lua") == then
    assert read_plan(changed, "wikidata") == other
    assert changed.endswith("\nMine.")
    assert changed.count("capacity-exchange-plan") == 2
