"""Measuring: rounds interleaved and shuffled, thread CPU time, the median of per-round ratios with its range."""

from __future__ import annotations

import gc
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Operation = Callable[[], object]
Relation = Literal[">=", "<="]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should be."""

    relation: Relation
    bound: float

    def is_met(self, value: float) -> bool:
        """Whether the value keeps to it."""
        return value >= self.bound if self.relation == ">=" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.relation} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: median and range over the rounds, the aim beside it when the project has one."""

    section: str
    name: str
    value: float
    low: float
    high: float
    unit: str = ""
    aim: Aim | None = None
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        shown = asdict(self)
        shown["aim"] = str(self.aim) if self.aim else None
        shown["is_met"] = self.aim.is_met(self.value) if self.aim else None
        return shown

    def line(self) -> str:
        """For people."""
        unit = f" {self.unit}" if self.unit else ""
        span = f"[{_short(self.low)} … {_short(self.high)}]" if self.low != self.high else ""
        aim = "" if self.aim is None else f"aim {self.aim}  {'met' if self.aim.is_met(self.value) else 'MISSED'}"
        detail = f"  ({self.detail})" if self.detail else ""
        return f"  {self.name:<64} {_short(self.value) + unit:>14} {span:<20} {aim}{detail}".rstrip()


def _short(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A figure that could not be had here, and why."""

    section: str
    name: str
    why: str

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**asdict(self), "value": None}

    def line(self) -> str:
        """For people."""
        return f"  {self.name:<64} not measured: {self.why}"


Result = Figure | NotMeasured


def figure(
    section: str,
    name: str,
    values: Sequence[float],
    *,
    unit: str = "",
    aim: Aim | None = None,
    detail: str = "",
) -> Figure:
    """A figure from one value a round."""
    middle = statistics.median(values)
    return Figure(section, name, middle, min(values), max(values), unit, aim, detail)


def cpu_seconds(operation: Operation) -> float:
    """CPU time of this thread for one call."""
    began = time.thread_time_ns()
    operation()
    return (time.thread_time_ns() - began) / 1e9


def wall_seconds(operation: Operation) -> float:
    """Elapsed time of one call."""
    began = time.perf_counter()
    operation()
    return time.perf_counter() - began


def in_rounds(
    operations: Mapping[str, Operation],
    rounds: int,
    seed: str,
    measure: Callable[[Operation], float] = cpu_seconds,
) -> dict[str, list[float]]:
    """Each operation once a round, in an order shuffled anew each round; seconds by operation and round.

    What the machine does beside falls on all operations alike; garbage of one is not collected in another.
    """
    order = random.Random(f"{seed}-rounds")
    found: dict[str, list[float]] = {name: [] for name in operations}
    for _ in range(rounds):
        names = list(operations)
        order.shuffle(names)
        for name in names:
            gc.collect()
            found[name].append(measure(operations[name]))
    return found


def ratios(upper: Sequence[float], lower: Sequence[float]) -> list[float]:
    """Per-round ratios."""
    return [above / below for above, below in zip(upper, lower, strict=True)]


# --- other processes ---


def process_cpu_seconds(pid: int) -> float:
    """CPU time a process has used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def process_megabytes(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process, shared libraries included, in MB (1,000,000 bytes); ``VmHWM``: the most it had."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields[field].split()[0]) * 1024 / 1e6


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
