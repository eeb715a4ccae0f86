"""A plan written down runs exactly what it says, in its order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import run
from harness.engine.rehearsal import planned_by
from harness.plan import PlanFile, load_library, make_plan, read_plan_file
from harness.settings import RehearsalSettings, load_settings
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


@pytest.mark.parametrize(
    "flags",
    [
        {"roles": ["GT"]},
        {"select": "IC-*"},
        {"roles": ["ES"], "select": "not SR-601"},
        {"services": ["7.2"]},
        {"priorities": ["P3"]},
    ],
    ids=str,
)
def test_what_is_asked_for_beside_a_plan_changes_nothing_of_it(tmp_path: Path, flags: dict[str, object]) -> None:
    """``rehearse --plan FILE --role … -k …``: a plan is exactly what it says."""
    (tmp_path / "plan.toml").write_text(PlanFile((SECOND, FIRST), {THIRD: "not yet"}).text(), encoding="utf-8")
    settings = load_settings(flags={"plan": str(tmp_path / "plan.toml"), **flags})
    plan = planned_by(settings, LIBRARY)
    alone = planned_by(load_settings(flags={"plan": str(tmp_path / "plan.toml")}), LIBRARY)
    assert {row.scenario.key: row for row in plan.rows} == {row.scenario.key: row for row in alone.rows}
    assert [scenario.key for scenario in plan.chosen] == [SECOND, FIRST]
    assert plan.roles == ("IS",)


@pytest.mark.parametrize("driver", ["manual", "reference", "command:party", "observe"])
def test_a_plan_says_what_needs_a_person_and_how_long_that_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("plan", "--role", "GT", "-k", "SR-503 or IC-008", "--driver", driver)
    assert run([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    chosen = [row for row in told["scenarios"] if row["chosen"]]
    is_manual = driver in {"manual", "observe"}
    assert [row["person"] for row in chosen] == [is_manual] * len(chosen)
    assert [row["seconds"] / row["actions"] for row in chosen] == [180.0 if is_manual else 0.2] * len(chosen)
    assert {row["id"] for row in chosen} == {"SR-503", "IC-008"}
    assert run(list(asked)) == 0
    shown = capsys.readouterr().out
    assert f"{len(chosen)} scenarios" in shown
    assert f"{len(chosen) if is_manual else 0} need a person" in shown
    assert shown.count(" yes ") == (len(chosen) if is_manual else 0)


def test_a_plan_for_people_that_is_written_runs_the_same_scenarios(tmp_path: Path) -> None:
    """Who is asked decides how long a plan takes, not what is in it."""
    written = []
    for driver in ("manual", "reference"):
        path = tmp_path / f"{driver}.toml"
        assert run(["plan", "--role", "ES", "-k", "SR-*", "--driver", driver, "--write", str(path)]) == 0
        written.append(read_plan_file(path, LIBRARY))
    assert written[0] == written[1]
    assert written[0].include


def test_a_plan_that_includes_nothing_says_so() -> None:
    with pytest.raises(InputError, match="no scenario is chosen: the plan includes none"):
        make_plan(LIBRARY, load_settings(), PlanFile((), {})).require_scenarios()


def test_what_runs_for_other_roles_only_says_so() -> None:
    settings = load_settings(flags={"roles": ["ES"], "select": "IC-001"})
    with pytest.raises(InputError, match="the run is for ES, and there are some for IS"):
        make_plan(LIBRARY, settings).require_scenarios()
    nowhere = load_settings(flags={"roles": ["ES"], "select": "XX-*"})
    with pytest.raises(InputError, match=r"left out by --select XX-\*\. Widen"):
        make_plan(LIBRARY, nowhere).require_scenarios()


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


@pytest.mark.parametrize("is_in_run_file", [True, False])
@pytest.mark.parametrize("named", [FIRST, THIRD])
def test_a_scenario_that_is_named_runs_alone_whatever_plan_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, is_in_run_file: bool
) -> None:
    """``--only``, ``--failed``, ``--remaining``: who repeats a failure does not run the whole plan again."""
    (tmp_path / "plan.toml").write_text(PlanFile((SECOND, FIRST), {THIRD: "not yet"}).text(), encoding="utf-8")
    (tmp_path / "run.toml").write_text('plan = "plan.toml"\n' if is_in_run_file else "", encoding="utf-8")
    chosen: list[str] = []

    def rehearse(settings: RehearsalSettings, *_args: object, **_named: object) -> int:
        chosen.extend(one.key for one in planned_by(settings, LIBRARY).chosen)
        return 0

    monkeypatch.setattr("harness.cli.rehearse.rehearse", rehearse)
    flags = [] if is_in_run_file else ["--plan", str(tmp_path / "plan.toml")]
    assert run(["rehearse", "--settings", str(tmp_path / "run.toml"), *flags, "--only", named]) == 0
    assert chosen == [named]
