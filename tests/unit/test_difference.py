"""Differences between two runs: by verdict, by reason, by presence; as table, Markdown, JSON and exit code."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cli import run
from harness.evidence import archive
from harness.reporting.difference import Change, ResultFile, RoleOutcome, ScenarioOutcome, as_markdown, compare

VERDICTS = ("PASS", "FAIL", "BLOCKED", "NOT_RUN", "REVIEW", "ATTESTED", "WARNING", "RETEST_PASS")


def result(name: str, /, **scenarios: tuple[str, str]) -> ResultFile:
    rows = tuple(ScenarioOutcome(key, f"title of {key}", *told) for key, told in scenarios.items())
    return ResultFile(name, rows, (RoleOutcome("IS", "READY" if name == "new" else "NOT_ASSESSED"),))


OLD = result("old", a=("PASS", ""), b=("FAIL", "x"), c=("FAIL", "x"), d=("NOT_RUN", ""), e=("PASS", ""), f=("PASS", ""))
NEW = result("new", a=("FAIL", "y"), b=("PASS", ""), c=("FAIL", "z"), d=("BLOCKED", ""), e=("PASS", ""), g=("PASS", ""))


def test_each_kind_of_change_is_told() -> None:
    found = {one.key: one.change for one in compare(OLD, NEW).changes}
    assert found == {
        "a": Change.REGRESSION,
        "b": Change.FIXED,
        "c": Change.REASON,
        "d": Change.VERDICT,
        "f": Change.GONE,
        "g": Change.NEW,
    }
    assert compare(OLD, NEW).same == 1
    assert compare(OLD, NEW).roles == (("IS", "NOT_ASSESSED", "READY"),)


outcomes = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.sampled_from(VERDICTS), st.sampled_from(("", "x", "y")))
)


@given(outcomes, outcomes)
def test_every_scenario_is_counted_once_and_turning_the_runs_round_turns_the_changes(
    old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]
) -> None:
    forth, back = compare(result("o", **old), result("n", **new)), compare(result("n", **new), result("o", **old))
    assert sum(forth.counts.values()) == len({*old, *new})
    assert {one.key for one in forth.of(Change.REGRESSION)} == {one.key for one in back.of(Change.FIXED)}
    assert {one.key for one in forth.of(Change.NEW)} == {one.key for one in back.of(Change.GONE)}
    assert compare(result("o", **old), result("o", **old)).changes == ()


def test_markdown_is_one_table_whatever_the_reasons_hold() -> None:
    told = as_markdown(compare(result("o", a=("PASS", "")), result("n", a=("FAIL", "a | b\nc"))))
    assert "| regression | a | PASS | FAIL | a \\| b c |" in told


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    folder, bundle = tmp_path / "run", tmp_path / "bundle.zip"
    folder.mkdir()
    (folder / "result.json").write_bytes(msgspec.json.encode(OLD))
    bundle.write_bytes(archive.pack({"result.json": msgspec.json.encode(NEW)}))
    return str(folder), str(bundle)


@pytest.mark.parametrize(("fail_on", "code"), [("regression", 1), ("change", 1), ("nothing", 0)])
def test_the_exit_code_follows_what_was_asked(files: tuple[str, str], fail_on: str, code: int) -> None:
    assert run(["diff", *files, "--fail-on", fail_on]) == code


def test_no_regression_is_no_failure_even_where_things_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(msgspec.json.encode(OLD))
    assert run(["diff", str(path), str(path), "--fail-on", "change"]) == 0


def test_json_tells_counts_and_changes(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    run(["diff", *files, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["regression"] == 1
    assert told["changes"][0]["key"] == "a"


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x03\x04", b"[1]", b"\xff"])
def test_what_is_no_result_is_said_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert run(["diff", str(path), str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
