"""(n) Writing the reports of a whole rehearsal again, and judging its bundle: processor time, memory, size."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from stubs.clock import SystemClock
from stubs.journal import FILE_NAME, Journal, SqliteStore
from tests.bench.measure import Aim, Result, figure
from tests.bench.serving import UEPT

SECTION = "n"
ROLES = ("IS", "ES", "GS", "RSA", "ED", "GT", "OU")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took: processor time, user and system, and the most memory it had, in MB (1,000,000 bytes)."""

    seconds: float
    megabytes: float


_STARTER = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, used = os.wait4(child, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts a command from a small process: on Linux the peak memory of a process counts what its starter had."""


def spent(*command: str) -> Spent:
    """Run one command, named by its path, to its end."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", _STARTER, *command], check=True, stdout=subprocess.PIPE)
    seconds, octets = done.stdout.split()
    return Spent(float(seconds), float(octets) / 1e6)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: its scenarios and entries, what report and judge took, and the bytes of ``report.html``."""

    scenarios: int
    entries: int
    report: tuple[Spent, ...]
    judge: tuple[Spent, ...]
    size: int


def measure(folder: Path, roles: Sequence[str], rounds: int) -> Measured:
    """Rehearse all scenarios of some roles with the reference client, then report and judge."""
    chosen = [word for role in roles for word in ("--role", role)]
    subprocess.run(
        [UEPT, "rehearse", "--driver", "reference", *chosen, "--jobs", "2", "--out", str(folder)],
        check=True,
        capture_output=True,
    )
    with closing(Journal(SqliteStore(folder / "state" / FILE_NAME), SystemClock())) as journal:
        entries = journal.last_seq
        scenarios = sum(1 for _ in journal.entries(kinds=["ScenarioStarted"]))
    report = tuple(spent(UEPT, "report", str(folder)) for _ in range(rounds))
    judge = tuple(spent(UEPT, "judge", str(folder / "bundle.zip")) for _ in range(rounds))
    return Measured(scenarios, entries, report, judge, (folder / "report.html").stat().st_size)


def run(rounds: int, *, is_whole: bool) -> list[Result]:
    """Section (n). With ``is_whole`` all roles, some 1,050 scenarios, beside one; else one beside itself."""
    with tempfile.TemporaryDirectory(prefix="uept-bench-") as name:
        few = measure(Path(name) / "few", ROLES[-1:], rounds)
        run = measure(Path(name) / "whole", ROLES, rounds) if is_whole else few

    def aim(bound: float) -> Aim | None:
        return Aim("<=", bound) if is_whole else None

    told = f"{run.scenarios:,} scenarios, {run.entries:,} entries"
    per_entry = [
        (one.seconds / run.entries) / (other.seconds / few.entries)
        for one, other in zip(run.judge, few.judge, strict=True)
    ]
    return [
        figure(SECTION, "uept report", [one.seconds for one in run.report], unit="s", aim=aim(5.0), detail=told),
        figure(SECTION, "memory of uept report", [one.megabytes for one in run.report], unit="MB", aim=aim(200.0)),
        figure(SECTION, "report.html, evidence beside it", [run.size / 1e6], unit="MB", aim=aim(12.0)),
        figure(SECTION, "uept judge", [one.seconds for one in run.judge], unit="s", detail=told),
        figure(SECTION, "memory of uept judge", [one.megabytes for one in run.judge], unit="MB"),
        figure(
            SECTION, f"judging an entry of {run.scenarios:,} scenarios / of {few.scenarios:,}", per_entry, aim=aim(1.2)
        ),
    ]
