"""`make mutation`: small faults put into harness/checks and harness/verdicts, and how many the tests notice.

Not part of `make test`. Every mutant (``mutants.py``) is tried, or with ``--sample N`` so many of each module, drawn by
``--seed``. The tests are the unit tests that name these rooms. A first run notes which lines each of them reaches; a
mutant is tried, in a process of its own, by those that reach its statement, and the first that fails ends the trial.
A fault outside a function (a table, a pattern), or in what runs at import, needs a new import: there all are run.
With ``--runs`` what the unit tests let pass is tried by what tests/clients asserts of defects and of the reference
client, from journals that are kept in build/judged-runs (``judged_runs.py``).

Results are kept in build/mutation. One holds while its module and the test that noticed it, or for a survivor all the
tests that reach it, are the same octets; what changed otherwise is not looked at: ``--fresh`` tries everything again.
Survivors in ``mutation_survivors.csv`` change nothing that a test could assert, and are counted apart.
"""

import argparse
import ast
import gc
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from random import Random
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import judged_runs
import pytest
from mutants import ROOMS, ROOT, Mutant, every_mutant, listed, module_of, mutants, source

NAMED = re.compile(r"^from (harness\.(checks|verdicts)|tests\.story)\b", re.MULTILINE)
REHEARSING = frozenset({"test_scenario_plugin", "test_running_a_part", "test_deciding_late", "test_scenario_steps"})
"""Tests that play scenarios against a simulated DCC, with threads: they cannot be run in a forked process."""
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist")
KEPT = ROOT / "build" / "judged-runs"
RESULTS = ROOT / "build" / "mutation" / "results.jsonl"
REACHED = ROOT / "build" / "mutation" / "reached.json"
RUNS = 60
"""How many of the kept runs that reach a mutant try it: the shortest."""
WANTED = 90
"""Percent of the mutants that have to be noticed."""
PROCESSOR = 30
"""Seconds of processor time until a mutant counts as one that hangs: noticed."""
LIMIT = 300
"""Seconds until a mutant that waits for something counts as one that hangs."""


class Results:
    """What is known of mutants, kept line by line: an interrupted run goes on where it was."""

    def __init__(self, path: Path, *, is_fresh: bool) -> None:
        self.path = path
        self.known: dict[tuple[str, str, str], dict[str, str]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_fresh:
            path.unlink(missing_ok=True)
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                one = json.loads(line)
                self.known[one.pop("path"), one.pop("function"), one.pop("change")] = one

    def killer(self, mutant: Mutant, tests: str) -> str | None:
        """The test that notices a mutant, empty: none does; None: unknown, or something changed since."""
        one = self.known.get(mutant.name)
        if one is None or one["module"] != _digest(source(mutant.path)):
            return None
        if one["killer"]:
            return one["killer"] if one["tests"] == _digest_of_test(one["killer"]) else None
        return "" if one["tests"] == tests else None

    def last(self, mutant: Mutant) -> str:
        """The test that noticed a mutant of this name once: to be tried first."""
        return self.known.get(mutant.name, {}).get("killer", "")

    def note(self, mutant: Mutant, killer: str, tests: str) -> None:
        """Keep a result; ``tests``: the digest of all tests that reach the mutant."""
        path, function, change = mutant.name
        one = {
            "module": _digest(source(mutant.path)),
            "killer": killer,
            "tests": _digest_of_test(killer) if killer else tests,
        }
        self.known[mutant.name] = one
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"path": path, "function": function, "change": change, **one}) + "\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _rooms() -> str:
    """Digest of all modules that are mutated."""
    return _digest(" ".join(source(path) for path in sorted({one.path for one in every_mutant()})))


def _reached() -> dict[str, Any]:
    """Lines that tests reach, as kept by an earlier run."""
    found: dict[str, Any] = json.loads(REACHED.read_text(encoding="utf-8")) if REACHED.exists() else {}
    return found


@lru_cache
def _digest_of_test(name: str) -> str:
    """Of the file that a test, or a kept run, is in."""
    path = ROOT / name.partition("::")[0]
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


class Trial:
    """Takes the place of pytest's loop over the tests: each mutant in a process of its own."""

    def __init__(self, chosen: list[Mutant], results: Results, *, has_runs: bool) -> None:
        self.chosen = chosen
        self.results = results
        self.has_runs = has_runs
        self.killers: dict[Mutant, str] = {}
        self.reached: dict[tuple[str, int], set[int]] = defaultdict(set)
        self.at_import: set[tuple[str, int]] = set()
        self.trials: list[Callable[[], bool]] = []
        self.names: list[str] = []
        self.functions: dict[str, list[FunctionType]] = defaultdict(list)
        self.is_done = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant."""
        sys.settrace(None)
        tests = len(session.items)
        runs = sorted(judged_runs.kept(KEPT), key=lambda run: len(run.entries)) if self.has_runs else []
        self.trials = [partial(_passes, item) for item in session.items] + [run.is_as_it_was for run in runs]
        self.names = [item.nodeid for item in session.items]
        self.names += [f"build/judged-runs/{run.name.split(' ')[0].rstrip(',')}.journal::{run.name}" for run in runs]
        _say(f"{tests} unit tests, {len(runs)} kept runs")
        self._note_what_is_reached()
        gc.unfreeze()  # what the tests' own settings froze is not told of
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self.functions[one.__code__.co_filename].append(one)
        gc.freeze()
        lacking = {mutant.path for mutant in self.chosen if not self.functions[str(ROOT / mutant.path)]}
        if lacking:
            sys.exit(f"no function of {', '.join(sorted(lacking))} is in memory: a mutant of it would change nothing")
        for number, mutant in enumerate(self.chosen):
            wanted = sorted(self._reaching(mutant))
            wanted = [one for one in wanted if one < tests] + [one for one in wanted if one >= tests][:RUNS]
            self.killers[mutant] = killer = self._killer(mutant, wanted)
            if not killer:
                _say(f"survived: {mutant.place}")
            if number % 100 == 99:
                _say(f"{number + 1} of {len(self.chosen)} tried")
        self.is_done = True
        return True

    def _reaching(self, mutant: Mutant) -> set[int]:
        """The tests that reach a mutant; of a table: its module."""
        if mutant.function:
            return {one for line in _span(mutant) for one in self.reached.get((mutant.path, line), ())}
        return {one for (path, _), tests in self.reached.items() if path == mutant.path for one in tests}

    def _killer(self, mutant: Mutant, wanted: list[int]) -> str:
        is_at_import = not mutant.function or not self.at_import.isdisjoint((mutant.path, x) for x in _span(mutant))
        names = {self.names[one].partition("::")[0] for one in wanted} if not is_at_import else set(self.files())
        tests = _digest(" ".join(sorted(map(_digest_of_test, names))))
        known = self.results.killer(mutant, tests)
        if known is not None:
            return known
        last = self.results.last(mutant)
        wanted.sort(key=lambda one: self.names[one] != last)
        killer = self._killer_here(mutant, wanted) if wanted and (mutant.function or mutant.name_of_table) else ""
        if not killer and is_at_import:
            killer = self._killer_anew(mutant)
        self.results.note(mutant, killer, tests)
        return killer

    def files(self) -> list[str]:
        """Every file of tests."""
        return sorted({name.partition("::")[0] for name in self.names})

    def _note_what_is_reached(self) -> None:
        """Everything once, in other processes, so that nothing of it stays in this one; kept until a file changes."""
        rooms = _rooms()
        by_file: dict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(self.names):
            by_file[name.partition("::")[0]].append(index)
        kept = _reached()
        if f"import {rooms}" in kept:
            self.at_import = {(module, line) for module, line in kept[f"import {rooms}"]}
        told: dict[str, Any] = {f"import {rooms}": sorted(self.at_import)}
        for path, indexes in by_file.items():
            key = f"{path} {rooms} {_digest_of_test(path)} {len(indexes)}"
            told[key] = kept.get(key) or self._lines_in_child(indexes)
            for index, lines in zip(indexes, told[key], strict=True):
                if lines is None:
                    sys.exit(f"{self.names[index]} fails without any mutant: mend that first, or remove {KEPT}")
                for module, line in lines:
                    self.reached[module, line].add(index)
        REACHED.write_text(json.dumps(told), encoding="utf-8")

    def _lines_in_child(self, indexes: list[int]) -> list[list[tuple[str, int]] | None]:
        source_end, target = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(source_end)
            found = [None if (lines := _lines_of(self.trials[one])) is None else sorted(lines) for one in indexes]
            with os.fdopen(target, "w") as file:
                json.dump(found, file)
            os._exit(0)
        os.close(target)
        with os.fdopen(source_end) as file:
            told: list[list[tuple[str, int]] | None] = json.load(file)
        os.waitpid(child, 0)
        return told

    def _killer_here(self, mutant: Mutant, wanted: list[int]) -> str:
        """The test that notices, in a child of this process; empty: none."""
        source_end, target = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(source_end)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(LIMIT)
            resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
            self._put_in(mutant)
            for one in wanted:
                os.write(target, f"{one}\n".encode())
                try:
                    is_silent = self.trials[one]()
                except BaseException:  # noqa: BLE001 - whatever a mutant breaks
                    is_silent = False
                if not is_silent:
                    os._exit(1)
            os._exit(0)
        os.close(target)
        with os.fdopen(source_end) as file:
            begun = file.read().split()
        return self.names[int(begun[-1])] if os.waitpid(child, 0)[1] != 0 and begun else ""

    def _put_in(self, mutant: Mutant) -> None:
        """Give the function of the running module the code with the fault, or the modules the table with it."""
        file = str(ROOT / mutant.path)
        if not mutant.function:
            _put_table_in(mutant)
            return
        found = {(one.co_qualname, one.co_firstlineno): one for one in _codes(compile(mutant.tree, file, "exec"))}
        for one in self.functions[file]:
            place = (one.__code__.co_qualname, one.__code__.co_firstlineno)
            if place in found:
                one.__code__ = found[place]

    def _killer_anew(self, mutant: Mutant) -> str:
        """The test that notices when the module is imported with the fault; empty: none."""
        reaching = {one for (path, _), tests in self.reached.items() if path == mutant.path for one in tests}
        near = {self.names[one].partition("::")[0] for one in reaching}
        files = sorted((one for one in self.files() if one.endswith(".py")), key=lambda one: (one not in near, one))
        command = [sys.executable, __file__, "--one", mutant.path, str(mutant.index), *files]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LIMIT, check=False, text=True)
        except subprocess.TimeoutExpired:
            return files[0]
        if done.returncode == 0:
            return ""
        named = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        return named[1] if named else files[0]


def _say(text: str) -> None:
    print(text, file=sys.__stderr__, flush=True)


def _span(mutant: Mutant) -> range:
    return range(mutant.lines[0], mutant.lines[1] + 1)


def _trace(lines: set[tuple[str, int]], frame: FrameType, _event: str, _arg: object) -> Any:
    """Note the lines of functions of the rooms."""
    name = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
    if not name.startswith(ROOMS) or frame.f_code.co_name == "<module>":
        return None

    def within(frame: FrameType, event: str, _arg: object) -> Any:
        if event == "line":
            lines.add((name, frame.f_lineno))
        return within

    return within


def _lines_of(trial: Callable[[], bool]) -> set[tuple[str, int]] | None:
    """Path and line of everything in the rooms that a trial reaches; None: it fails."""
    lines: set[tuple[str, int]] = set()
    sys.settrace(partial(_trace, lines))
    try:
        return lines if trial() else None
    finally:
        sys.settrace(None)


def _passes(item: pytest.Item) -> bool:
    from _pytest.runner import runtestprotocol  # noqa: PLC0415 - the loop without its reports

    if isinstance(item, pytest.Function):
        own = item.callspec.params if hasattr(item, "callspec") else {}
        if own.keys() >= set(item.fixturenames):  # nothing to set up: called as it is, in a fraction of the time
            try:
                item.obj(**own)
            except Exception:  # noqa: BLE001 - whatever fails
                return False
            return True
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def _put_table_in(mutant: Mutant) -> None:
    name = mutant.name_of_table
    module = sys.modules[module_of(mutant.path)]
    was = getattr(module, name)
    statement = next(one for one in mutant.tree.body if one.lineno == mutant.lines[0])
    exec(compile(ast.Module([statement], []), module.__file__ or "", "exec"), module.__dict__)  # noqa: S102 - the trial
    is_now = getattr(module, name)
    for other in list(sys.modules.values()):
        if getattr(other, "__name__", "").startswith(("harness", "tests")) and other.__dict__.get(name) is was:
            setattr(other, name, is_now)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


class _Finder(MetaPathFinder):
    """Imports one module with a fault in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = module_of(mutant.path)
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
        exec(compile(self.mutant.tree, file, "exec"), module.__dict__)  # noqa: S102 - that is the trial


def tests() -> list[str]:
    """The files of unit tests that name the rooms."""
    return [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests/unit").glob("test_*.py"))
        if path.stem not in REHEARSING and NAMED.search(path.read_text(encoding="utf-8"))
    ]


def one(path: str, index: int, files: Iterable[str]) -> int:
    """Run the tests with one mutant imported."""
    sys.meta_path.insert(0, _Finder(next(one for one in mutants(path) if one.index == index)))
    return int(pytest.main([*OPTIONS, "-rfE", *files]))


def drawn(every: list[Mutant], sample: int, seed: str) -> list[Mutant]:
    """So many of each module; 0: all.

    The order is the same with the same seed: what an interrupted run has tried so far is a sample of the whole.
    """
    by_path: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in every:
        by_path[mutant.path].append(mutant)
    chosen = [
        mutant
        for path, own in by_path.items()
        for mutant in (Random(f"{seed} {path}").sample(own, min(sample, len(own))) if sample else own)  # noqa: S311
    ]
    return Random(seed).sample(chosen, len(chosen))  # noqa: S311 - a choice, not a secret


def main() -> int:
    """Try the mutants, print the table; the exit code: 1 when too few are noticed or the list is not true any more."""
    parser = argparse.ArgumentParser(prog="mutation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="only these, by a part of their path")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each module; 0: all")
    parser.add_argument("--seed", default="uept", help="draws the sample")
    parser.add_argument("--runs", action="store_true", help="try survivors by the runs that tests/clients judges, too")
    parser.add_argument("--fresh", action="store_true", help="forget the results that are kept")
    given = parser.parse_args()
    if given.runs:
        subprocess.run([sys.executable, str(Path(judged_runs.__file__)), str(KEPT)], cwd=ROOT, check=True)
    every = every_mutant()
    wanted = [one for one in every if not given.modules or any(part in one.path for part in given.modules)]
    results = Results(RESULTS, is_fresh=given.fresh)
    trial = Trial(drawn(wanted, given.sample, given.seed), results, has_runs=given.runs)
    if f"import {_rooms()}" not in _reached():
        sys.settrace(partial(_trace, trial.at_import))  # what runs at import; until the first test
    pytest.main([*OPTIONS, *tests()], plugins=[trial])
    if not trial.is_done:
        sys.exit("no mutant was tried")
    return report(trial.killers, {one.name for one in every}, of=f"{len(every)}, seed {given.seed}")


def report(killers: dict[Mutant, str], existing: set[tuple[str, str, str]], of: str) -> int:
    """Print what was found by module; 1 when too few are noticed or the list is not true any more."""
    reasons = listed()
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, killer in killers.items():
        by = (
            "clients"
            if killer.startswith("build/")
            else "unit"
            if killer
            else "listed"
            if mutant.name in reasons
            else "left"
        )
        rows[mutant.path][by] += 1
        rows["all"][by] += 1
    for path, row in [*(one for one in rows.items() if one[0] != "all"), ("all", rows["all"])]:
        print(_line(path, row))
    print(f"(tried of {of})")
    left = [one for one, killer in killers.items() if not killer and one.name not in reasons]
    for mutant in left:
        print(f"survived, not listed: {mutant.place}")
    gone = [name for name in reasons if name not in existing]
    noticed = [one.name for one, killer in killers.items() if killer and one.name in reasons]
    for name in gone:
        print(f"listed, but there is no such mutant: {': '.join(name)}")
    for name in noticed:
        print(f"listed, but noticed: {': '.join(name)}")
    return int(bool(gone or noticed) or _share(rows["all"]) < WANTED)


def _share(row: Counter[str]) -> float:
    """Percent noticed of those that are not listed."""
    noticed = row["unit"] + row["clients"]
    return 100 * noticed / max(1, noticed + row["left"])


def _line(path: str, row: Counter[str]) -> str:
    return (
        f"{path:36} {row.total():5} tried {row['unit']:5} noticed by unit tests {row['clients']:4} by kept runs"
        f" {row['listed']:4} listed {row['left']:4} survived  {_share(row):5.1f} %"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--one"]:
        sys.exit(one(sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
    sys.exit(main())
