"""Steps stay thin: a few lines, no decisions, no knowledge of anything but the engine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harness.checks import checks
from harness.drivers.action import KINDS
from harness.plan import library_folder

STEPS = sorted(path for path in (library_folder() / "steps").glob("*.py") if path.stem != "__init__")
DECISIONS = (
    ast.If,
    ast.For,
    ast.While,
    ast.Try,
    ast.Assert,
    ast.Match,
    ast.IfExp,
    ast.comprehension,
    ast.AsyncFunctionDef,
)


def functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_a_step_is_at_most_five_lines_and_decides_nothing(path: Path) -> None:
    for function in functions(path):
        assert sum(1 for _ in function.body) <= 5, function.name
        assert not [node for node in ast.walk(function) if isinstance(node, DECISIONS)], function.name


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_steps_know_the_engine_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"pytest_bdd", "harness.engine"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_action_has_a_text_for_people(kind: str) -> None:
    text = (library_folder() / "prompts" / f"{kind}.txt").read_text(encoding="utf-8")
    assert text.strip()


def test_every_check_a_step_names_exists_and_every_check_is_used() -> None:
    named = {
        node.args[0].value
        for path in STEPS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "expect"
        if isinstance(node.args[0], ast.Constant)
    }
    implicit = {name for name, one in checks().items() if one.is_implicit}
    assert named - implicit == set(checks()) - implicit - {"clock-followed"}, (
        "that one the engine asks before the steps"
    )
    assert named <= set(checks())
