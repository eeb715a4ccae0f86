"""A plan written down runs exactly what it says, in its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.plan import PlanFile, load_library, make_plan, read_plan_file
from harness.settings import load_settings
from stubs.wire.errors import InputError

LIBRARY = load_library()
FIRST, SECOND, THIRD = "SR-601-IS", "SR-605-IS", "IC-021-IS"


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    plan = PlanFile((SECOND, FIRST), {THIRD: 'not "yet"'})
    (tmp_path / "plan.toml").write_text(plan.text(), encoding="utf-8")
    assert read_plan_file(tmp_path / "plan.toml", LIBRARY) == plan


def test_a_plan_runs_what_it_includes_in_its_order_and_says_why_not_the_rest() -> None:
    plan = make_plan(LIBRARY, load_settings(), PlanFile((SECOND, THIRD, FIRST), {"SR-105-IS": "no such meter here"}))
    assert [scenario.key for scenario in plan.chosen] == [SECOND, THIRD, FIRST]
    reasons = {row.scenario.key: row.reason for row in plan.rows}
    assert reasons["SR-105-IS"] == "no such meter here"
    assert reasons["SR-106-IS"] == "the plan does not name it"
    assert len(plan.rows) == len(LIBRARY)


def test_a_plan_leaves_out_what_needs_a_service_that_is_declared_unused() -> None:
    whole = make_plan(LIBRARY, load_settings(flags={"roles": ["GT"]}))
    rows = {row.scenario.key: row for row in whole.without(["7.4"]).rows}
    assert rows["SR-503-GT-7.4"].reason == "declared unused: 7.4"
    changed = {row.scenario.key for row in whole.rows if row != rows[row.scenario.key]}
    assert changed == {one.key for one in whole.chosen if "7.4" in one.srvs}


def test_a_plan_that_includes_nothing_says_so() -> None:
    with pytest.raises(InputError, match="no scenario is chosen: the plan includes none"):
        make_plan(LIBRARY, load_settings(), PlanFile((), {})).require_scenarios()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("include = [", "plan.toml"),
        ("exclude = 3", "a plan is `include`"),
        ('include = ["SR-601-IX"]', "no scenario is called 'SR-601-IX'"),
        (f'include = ["{FIRST}", "{FIRST}"]', "named twice"),
        (f'include = ["{FIRST}"]\n[exclude]\n{FIRST} = "why"', "named twice"),
        (f'include = ["{FIRST}"]\n[exclude]\n{SECOND} = " "', "a plan is `include`"),
    ],
)
def test_a_file_that_is_no_plan_is_named_with_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"plan\.toml") as caught:
        read_plan_file(path, LIBRARY)
    assert says in str(caught.value)
