"""`make mutation`: small faults put into harness/checks and harness/verdicts, and how many the unit tests notice.

Seeded: the same seed makes the same mutants. Not part of `make test`. Each mutant is one changed comparison, constant,
operator, condition or verdict. The tests are the unit tests of these rooms, and what tests/clients asserts of defects
and of the reference client, from journals that are kept in build/judged-runs (``judged_runs.py``). A first run notes
which lines each of them reaches, and a mutant is tried, in a process of its own, by those that reach its line. A fault
outside a function (a table, a pattern) needs a new import: there the unit tests are run. Survivors are listed with their
place.
"""

import ast
import gc
import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from random import Random
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import judged_runs
import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("harness/checks", "harness/verdicts")
TESTS = ("test_checks", "test_implicit_checks", "test_effect_checks", "test_comparing", "test_restarts",
         "test_ssi_checks", "test_evidence_index", "test_judged_bounds", "test_judged_branches", "test_judged_reasons",
         "test_ssi_branches", "test_trust_properties", "test_lateness", "test_role_verdicts", "test_run_results")  # fmt: skip
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist")
KEPT = ROOT / "build" / "judged-runs"
RUNS = 60
"""How many of the kept runs that reach a mutant try it: the shortest."""
LIMIT = 120
"""Seconds until a mutant counts as one that hangs: noticed."""

SWAPPED: dict[type[Any], Any] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
SAME = frozenset({"strict", "frozen", "slots", "maxsize"})
"""Arguments that change nothing which is judged: a mutant of one is none."""


@dataclass(frozen=True)
class Mutant:
    """One fault; ``function`` is the name of the function it is in, empty outside of any."""

    path: str
    index: int
    line: int
    end: int
    done: str
    function: str

    @property
    def place(self) -> str:
        """File, line, and what was done there."""
        return f"{self.path}:{self.line}: {self.done}"

    def tree(self) -> ast.Module:
        """The module with the fault in it."""
        tree = ast.parse((ROOT / self.path).read_text(encoding="utf-8"))
        _mutate(list(ast.walk(tree))[self.index])
        return ast.fix_missing_locations(tree)


def mutants(path: str) -> Iterator[Mutant]:
    """Every mutant of one module."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    skipped = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.keyword) and one.arg in SAME}
    functions = list(_functions(tree, ""))
    for index, node in enumerate(ast.walk(tree)):
        line, end = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
        done = "" if id(node) in skipped else _mutate(node)
        if done:
            inside = [name for name, first, last in functions if first <= line <= last]
            yield Mutant(path, index, line, end, done, inside[0] if inside else "")


def _functions(node: ast.AST, before: str) -> Iterator[tuple[str, int, int]]:
    """Outermost functions and methods: name, first and last line of the body."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield before + child.name, child.body[0].lineno, child.end_lineno or child.lineno
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{before}{child.name}.")


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
        case ast.Attribute(value=ast.Name(id="Verdict"), attr=attr) if attr in {"FAIL", "BLOCKED", "REVIEW"}:
            node.attr = {"FAIL": "BLOCKED", "BLOCKED": "FAIL", "REVIEW": "PASS"}[attr]
            return f"{attr} for another"
        case ast.Name(id="failed", ctx=ast.Load()):
            node.id = "passed"
            return "failed for passed"
        case _:
            return ""


class Trial:
    """Takes the place of pytest's loop over the tests: each mutant in a process of its own."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self.chosen = chosen
        self.survivors: list[Mutant] = []
        self.reached: dict[tuple[str, int], set[int]] = defaultdict(set)
        self.trials: list[Callable[[], bool]] = []
        self.tests = 0
        self.names: list[str] = []
        self.is_done = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant."""
        self.tests = len(session.items)
        runs = sorted(judged_runs.kept(KEPT), key=lambda run: len(run.entries))
        self.trials = [partial(_passes, item) for item in session.items] + [run.is_as_it_was for run in runs]
        self.names = [item.nodeid for item in session.items] + [run.name for run in runs]
        print(f"{self.tests} unit tests, {len(runs)} kept runs", file=sys.__stderr__, flush=True)
        self._note_what_is_reached()
        for number, mutant in enumerate(self.chosen):
            if not self._is_noticed(mutant):
                self.survivors.append(mutant)
                print(f"survived: {mutant.place}", file=sys.__stderr__, flush=True)
            if number % 100 == 99:
                print(f"{number + 1} of {len(self.chosen)} tried", file=sys.__stderr__, flush=True)
        self.is_done = True
        return True

    def _note_what_is_reached(self) -> None:
        """Everything once, in another process, so that nothing of it stays in this one."""
        source, target = os.pipe()
        if os.fork() == 0:
            os.close(source)
            found = [sorted(lines) if (lines := _lines_of(one)) is not None else None for one in self.trials]
            with os.fdopen(target, "w") as file:
                json.dump(found, file)
            os._exit(0)
        os.close(target)
        with os.fdopen(source) as file:
            told = json.load(file)
        os.wait()
        for index, lines in enumerate(told):
            if lines is None:
                sys.exit(f"{self.names[index]} fails without any mutant: mend that first, or remove {KEPT}")
            for path, line in lines:
                self.reached[path, line].add(index)

    def _is_noticed(self, mutant: Mutant) -> bool:
        if not mutant.function:
            return _is_noticed_anew(mutant)
        wanted = sorted({one for line in range(mutant.line, mutant.end + 1) for one in self.reached[mutant.path, line]})
        wanted = [one for one in wanted if one < self.tests] + [one for one in wanted if one >= self.tests][:RUNS]
        if not wanted:
            return _is_noticed_anew(mutant)  # it runs at import, or in no test
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(LIMIT)
            _put_in(mutant)
            try:
                is_silent = all(self.trials[one]() for one in wanted)
            except BaseException:  # noqa: BLE001 - whatever a mutant breaks
                is_silent = False
            os._exit(0 if is_silent else 1)
        return os.waitpid(child, 0)[1] != 0


def _lines_of(trial: Callable[[], bool]) -> set[tuple[str, int]] | None:
    """Path and line of everything in the rooms that a trial reaches; None: it fails."""
    lines: set[tuple[str, int]] = set()

    def within(frame: FrameType, event: str, _arg: object) -> Any:
        if event == "line":
            lines.add((frame.f_code.co_filename.removeprefix(f"{ROOT}/"), frame.f_lineno))
        return within

    def entered(frame: FrameType, _event: str, _arg: object) -> Any:
        name = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
        return within if name.startswith(ROOMS) else None

    sys.settrace(entered)
    try:
        return lines if trial() else None
    finally:
        sys.settrace(None)


def _passes(item: pytest.Item) -> bool:
    from _pytest.runner import runtestprotocol  # noqa: PLC0415 - the loop without its reports

    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def _put_in(mutant: Mutant) -> None:
    """Give the function of the running module the code with the fault."""
    found = dict(_codes(compile(mutant.tree(), str(ROOT / mutant.path), "exec")))
    file = str(ROOT / mutant.path)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == file:
            name = one.__code__.co_qualname
            if name == mutant.function and name in found:
                one.__code__ = found[name]


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one.co_qualname, one
            yield from _codes(one)


def _is_noticed_anew(mutant: Mutant) -> bool:
    command = [sys.executable, __file__, "--one", mutant.path, str(mutant.index)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LIMIT * 2, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


class _Finder(MetaPathFinder):
    """Imports one module with a fault in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.mutant = mutant

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return spec_from_loader(fullname, self, is_package=self.mutant.path.endswith("__init__.py"))  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        file = str(ROOT / self.mutant.path)
        module.__file__ = file
        exec(compile(self.mutant.tree(), file, "exec"), module.__dict__)  # noqa: S102 - that is the trial


def _tests() -> list[str]:
    return [str(ROOT / f"tests/unit/{name}.py") for name in TESTS]


def one(path: str, index: int) -> int:
    """Run the tests with one mutant imported."""
    sys.meta_path.insert(0, _Finder(Mutant(path, index, 0, 0, "", "")))
    return int(pytest.main([*OPTIONS, *_tests()]))


def main(count: int, seed: str) -> int:
    """Try ``count`` of all mutants; the number that survived."""
    paths = [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).glob("*.py"))]
    every = [mutant for path in paths for mutant in mutants(str(path))]
    subprocess.run([sys.executable, str(Path(judged_runs.__file__)), str(KEPT)], cwd=ROOT, check=True)
    trial = Trial(Random(seed).sample(every, min(count, len(every))))  # noqa: S311 - a choice, not a secret
    pytest.main([*OPTIONS, *_tests()], plugins=[trial])
    if not trial.is_done:
        sys.exit("no mutant was tried")
    killed = len(trial.chosen) - len(trial.survivors)
    share = 100 * killed / len(trial.chosen)
    print(f"{killed} of {len(trial.chosen)} mutants noticed ({share:.0f} %), of {len(every)}, seed {seed}")
    return len(trial.survivors)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--one"]:
        sys.exit(one(sys.argv[2], int(sys.argv[3])))
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, sys.argv[2] if len(sys.argv) > 2 else "uept")
