"""The library that comes with this version: readable, tagged, and true to the catalogue."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.plan import LibraryScenario, library_folder, load_library, make_plan
from schemas.load import ResponseCode, Srv, UserRole, gateway_rules, response_codes, scenarios, service_requests
from stubs.wire.errors import Blocked

LIBRARY = load_library()
EVERYTHING = SimpleNamespace(roles=(), services=(), priorities=("P1", "P2", "P3"), select="")


def wanted(**changes: object) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(EVERYTHING), **changes})


def test_library_holds_at_least_thirty_rows_of_the_catalogue() -> None:
    assert len({scenario.id for scenario in LIBRARY}) >= 30


def test_a_library_is_read_once_in_a_process() -> None:
    assert load_library() is LIBRARY


def test_library_covers_four_roles_and_every_scope() -> None:
    assert {"IS", "GS", "ED", "OU"} <= {scenario.role for scenario in LIBRARY}
    assert {scenario.scope for scenario in LIBRARY} == {"I&C", "DUIS", "Alerts & Response Codes", "SSI"}


OWN = [scenario for scenario in LIBRARY if scenario.id not in scenarios()]
"""Of services that the matrix gives to nobody, which no row of the catalogue asks for."""
OF_THE_CATALOGUE = [scenario for scenario in LIBRARY if scenario.id in scenarios()]


@pytest.mark.parametrize("scenario", OF_THE_CATALOGUE, ids=lambda scenario: scenario.key)
def test_scenario_agrees_with_its_catalogue_row(scenario: LibraryScenario) -> None:
    row = scenarios()[scenario.id]
    assert scenario.role in row.roles
    assert (scenario.scope, scenario.priority) == (row.scope, row.priority)
    assert all(Srv(srv) in service_requests() for srv in scenario.srvs)


POSITIVE = [scenario for scenario in OF_THE_CATALOGUE if scenarios()[scenario.id].polarity == "positive"]


@pytest.mark.parametrize("scenario", POSITIVE, ids=lambda scenario: scenario.key)
def test_a_positive_scenario_asks_for_services_its_role_may_send(scenario: LibraryScenario) -> None:
    assert all(UserRole(scenario.role) in service_requests()[Srv(srv)].eligible_roles for srv in scenario.srvs)


def test_services_that_the_matrix_gives_to_nobody_have_a_scenario_of_our_own() -> None:
    closed = {str(srv) for srv, row in service_requests().items() if not row.eligible_roles}
    assert closed == {"7.16", "8.5", "8.6"} == {srv for scenario in OWN for srv in scenario.srvs}
    assert all("opened" in scenario.tags for scenario in OWN)


def test_a_service_of_nobody_runs_in_the_roles_that_the_settings_open_it_for() -> None:
    def chosen(opened: dict[str, tuple[str, ...]]) -> list[str]:
        plan = make_plan(LIBRARY, wanted(select="OWN-*"), opened=opened)
        return [one.key for one in plan.chosen]

    assert chosen({}) == []
    assert chosen({"8.5": ("GS",), "7.16": ("IS",)}) == ["OWN-001-IS", "OWN-002-GS"]
    reasons = {row.scenario.key: row.reason for row in make_plan(LIBRARY, EVERYTHING).rows}
    assert reasons["OWN-002-GS"] == "the public matrix gives 8.5 to nobody, and dcc.eligible_roles not to GS"


REFUSED = re.compile(r"refused with (?P<code>E\d+)(, the code set for (?P<rule>\S+))?$")
NO_MEANING = re.compile(r"\b(?P<code>[EIW]\d+)(?P<mark>, the code set for \S+|, which has no public meaning)?$")


def test_a_code_without_a_public_meaning_is_marked_as_such_and_taken_from_the_settings() -> None:
    texts = {step.text for scenario in LIBRARY for step in scenario.steps if step.kind != "when"}
    found = [
        match
        for text in texts
        if (match := NO_MEANING.search(text)) and ResponseCode(match["code"]) in response_codes()
    ]
    assert found
    for match in found:
        is_public = bool(response_codes()[ResponseCode(match["code"])].meaning)
        assert is_public == (match["mark"] is None), match.string


def test_a_code_set_for_a_rule_is_the_one_that_the_catalogue_has_for_it() -> None:
    texts = {step.text for scenario in LIBRARY for step in scenario.steps}
    named = {(match["rule"], match["code"]) for text in texts if (match := REFUSED.search(text)) and match["rule"]}
    assert {rule for rule, _ in named} <= set(gateway_rules())
    codes = {"schedule-unknown": {"E050201", "E050301"}}  # of 5.2, and of 5.3
    assert [one for one in named if one[1] not in codes.get(one[0], {gateway_rules()[one[0]].response_code})] == []


def test_every_refusal_is_proved_by_the_state_before_and_after() -> None:
    for scenario in LIBRARY:
        texts = [step.text for step in scenario.steps]
        refusals = [place for place, text in enumerate(texts) if text.startswith("the request is refused")]
        assert all(texts[place + 1] == "nothing is changed by it" for place in refusals), scenario.key


def test_keys_are_unique() -> None:
    keys = [scenario.key for scenario in LIBRARY]
    assert len(set(keys)) == len(keys)


def test_role_tags_and_examples_agree() -> None:
    for name in {(scenario.feature, scenario.name) for scenario in LIBRARY}:
        rows = [scenario for scenario in LIBRARY if (scenario.feature, scenario.name) == name]
        tagged = {tag.removeprefix("role:") for tag in rows[0].tags if tag.startswith("role:")}
        assert not tagged or tagged == {row.role for row in rows}, name


def test_a_service_named_in_a_row_is_called_as_the_catalogue_calls_it() -> None:
    named = {(row.example["srv"], row.example["service"]) for row in LIBRARY if "service" in row.example}
    assert named
    assert [(srv, name) for srv, name in named if service_requests()[Srv(srv)].name != name] == []


def test_features_hold_no_xml_and_no_python() -> None:
    for path in library_folder().glob("features/**/*.feature"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"</|\bdef |\bfrom \w+ import|HTTP", text), path


def test_plan_gives_a_reason_for_every_row() -> None:
    plan = make_plan(LIBRARY, wanted(roles=("IS",), services=("4.1.1",)))
    assert len(plan.rows) == len(LIBRARY)
    assert all(row.reason for row in plan.rows)
    assert {scenario.role for scenario in plan.chosen} == {"IS"}
    assert all("4.1.1" in scenario.srvs for scenario in plan.chosen)


def test_plan_says_why_a_scenario_is_left_out() -> None:
    reasons = {row.reason for row in make_plan(LIBRARY, wanted(roles=("ED",), priorities=("P1",))).rows}
    assert "role IS is not one of this run's: ED" in reasons
    assert "priority P2 is not asked for" in reasons


def test_install_and_commission_comes_first_and_self_service_last() -> None:
    scopes = [scenario.scope for scenario in make_plan(LIBRARY, EVERYTHING).chosen]
    assert scopes[0] == "I&C"
    assert scopes[-1] == "SSI"
    assert len(list(dict.fromkeys(scopes))) == 4


def test_plan_selects_by_expression() -> None:
    plan = make_plan(LIBRARY, wanted(select="PT-* and not role:GS"))
    assert {scenario.id[:2] for scenario in plan.chosen} == {"PT"}
    assert "GS" not in {scenario.role for scenario in plan.chosen}


def test_plan_lists_catalogue_rows_that_no_scenario_runs() -> None:
    known = [scenario for scenario in LIBRARY if scenario.id != "IC-024"]
    assert "IC-024" in make_plan(known, wanted(roles=("GS",))).not_in_library["GS"]


def test_a_scenario_without_id_is_blocked_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "one.feature").write_text("Feature: One\n  Scenario: Two\n    Given three\n")
    with pytest.raises(Blocked, match=r"features/one\.feature:2: expected one tag @id"):
        load_library(tmp_path)


def test_a_broken_feature_file_is_blocked(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "broken.feature").write_text("Scenario: Two\n")
    with pytest.raises(Blocked, match="a feature file cannot be read"):
        load_library(tmp_path)


_MOVES = re.compile(r"\d+ (minutes|days) pass|^it is (the|a day in) |local midnight comes|longer than a session lasts")


@pytest.mark.parametrize("scenario", LIBRARY, ids=lambda scenario: scenario.key)
def test_a_scenario_says_by_a_tag_that_it_moves_the_clock(scenario: LibraryScenario) -> None:
    moving = [step.text for step in scenario.steps if _MOVES.search(step.text)]
    assert scenario.moves_clock == bool(moving), moving
