"""`make mutation`: small faults put into harness/checks and harness/verdicts, and how many the unit tests notice.

Seeded: the same seed makes the same mutants. Not part of `make test`. Each mutant is one changed comparison, constant,
operator, condition or return, tried in a copy of the tree; survivors are listed with their place, so that a test, or a
reason, can be written for each.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("harness/checks", "harness/verdicts")
TESTS = ("test_checks", "test_standing_checks", "test_effect_checks", "test_comparing", "test_restarts",
         "test_role_verdicts", "test_run_results")  # fmt: skip
LIMIT = 300
"""Seconds until a mutant counts as one that hangs: noticed."""

SWAPPED: dict[type[Any], Any] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, what was done, and the mutated text, of every mutant of one module."""
    places = sum(1 for _ in ast.walk(ast.parse(source)))
    for index in range(places):
        tree = ast.parse(source)
        node = list(ast.walk(tree))[index]
        done = _mutate(node)
        if done:
            yield getattr(node, "lineno", 0), done, ast.unparse(ast.fix_missing_locations(tree))


def _mutate(node: ast.AST) -> str:
    match node:
        case ast.Compare(ops=[first, *_]) if type(first) in SWAPPED:
            node.ops[0] = SWAPPED[type(first)]()
            return f"{type(first).__name__} turned round"
        case ast.BoolOp(op=op):
            node.op = SWAPPED[type(op)]()
            return f"{type(op).__name__} turned round"
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left) if not isinstance(left, ast.Constant | ast.JoinedStr):
            node.op = SWAPPED[type(op)]()
            return f"{type(op).__name__} turned round"
        case ast.UnaryOp(op=ast.Not()):
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
            return "not left out"
        case ast.If() | ast.IfExp():
            node.test = ast.Constant(value=False)
            return "condition never true"
        case ast.Constant(value=bool() as value):
            node.value = not value
            return f"{value} turned round"
        case ast.Constant(value=int() as value):
            node.value = value + 1
            return f"{value} one more"
        case ast.Return(value=ast.Constant()):
            return ""
        case ast.Attribute(value=ast.Name(id="Verdict"), attr=attr) if attr in {"FAIL", "BLOCKED", "REVIEW"}:
            node.attr = {"FAIL": "BLOCKED", "BLOCKED": "FAIL", "REVIEW": "PASS"}[attr]
            return f"{attr} for another"
        case ast.Name(id="failed", ctx=ast.Load()):
            node.id = "passed"
            return "failed for passed"
        case _:
            return ""


def main(count: int, seed: str) -> int:
    """Try ``count`` of all mutants; the number that survived."""
    every = [
        (path, line, done, text)
        for room in ROOMS
        for path in sorted((ROOT / room).glob("*.py"))
        for line, done, text in mutants(path.read_text(encoding="utf-8"))
    ]
    chosen = Random(seed).sample(every, min(count, len(every)))  # noqa: S311 - a choice, not a secret
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "build", "runs", "uept-runs", ".*_cache")
        )
        if _is_noticed(copy):
            sys.exit("the tests fail without any mutant: mend that first")
        survivors = []
        for path, line, done, text in chosen:
            target = copy / path.relative_to(ROOT)
            target.write_text(text, encoding="utf-8")
            is_noticed = _is_noticed(copy)
            target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
            if not is_noticed:
                survivors.append(f"{path.relative_to(ROOT)}:{line}: {done}")
                print(f"survived: {survivors[-1]}", flush=True)
    killed = len(chosen) - len(survivors)
    print(
        f"{killed} of {len(chosen)} mutants noticed ({100 * killed / len(chosen):.0f} %), of {len(every)}, seed {seed}"
    )
    return len(survivors)


def _is_noticed(tree: Path) -> bool:
    tests = [f"tests/unit/{name}.py" for name in TESTS]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, sys.argv[2] if len(sys.argv) > 2 else "uept")
