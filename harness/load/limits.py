"""Limits in words: ``p99 <= 2s``, ``errors = 0``, ``backlog gone within 5min``; measured, each is met or not. Pure."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.load.measure import Measurement
from stubs.wire.errors import InputError

LimitVerdict = Literal["PASS", "FAIL", "BLOCKED", "NOT_RUN"]
Unit = Literal["seconds", "messages", "rate", "backlog-gone"]
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_LIMIT = re.compile(r"\s*([a-z]+[0-9.]*)\s*(<=|>=|==|<|>|=)\s*([0-9]+(?:\.[0-9]+)?)\s*(%|/s|[a-z]*)\s*")
_GONE = re.compile(r"\s*backlog\s+gone\s+within\s+([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*")
_MEND = "Write such as 'p99 <= 2s', 'errors = 0', 'accepted >= 99%' or 'backlog gone within 5min'."


@dataclass(frozen=True, slots=True)
class Figure:
    """Figure that one word of a limit stands for.

    Args:
        value: None: it was not measured.
        of: messages it was measured of; where there are none, a limit that is met was never put to the test.
    """

    unit: Unit
    meaning: str
    value: Callable[[Measured], float | None]
    of: Callable[[Measurement], int] = lambda run: run.count


@dataclass(frozen=True, slots=True)
class Measured:
    """All figures a limit can name. ``lost`` and the next two come from what the Party says it processed, if any."""

    run: Measurement
    lost: int | None = None
    duplicates: int | None = None
    misordered: int | None = None
    failed: int | None = None
    """Requests of the Party's client that were not done; None: it was not asked."""
    is_complete: bool = True
    """The plan was followed to its end."""


def _acknowledged(run: Measurement) -> int:
    return run.acknowledged


FIGURES: Mapping[str, Figure] = {
    "mean": Figure("seconds", "mean time to acknowledgement", lambda m: _mean(m.run)),
    "max": Figure("seconds", "longest time to acknowledgement", lambda m: m.run.percentile(100)),
    "errors": Figure("messages", "messages that were never acknowledged", lambda m: m.run.errors),
    "accepted": Figure("messages", "messages that were acknowledged", lambda m: m.run.acknowledged),
    "retries": Figure(
        "messages", "posts that were not the first of their message", lambda m: m.run.retries, lambda run: run.posted
    ),
    "unsent": Figure("messages", "messages that waited when the run ended", lambda m: m.run.unsent),
    "overtaken": Figure(
        "messages", "messages acknowledged after a later one", lambda m: m.run.overtaken, _acknowledged
    ),
    "backlog": Figure("messages", "most messages that waited", lambda m: m.run.most_backlog),
    "rate": Figure("rate", "messages acknowledged a second", lambda m: m.run.accepted_rate),
    "lost": Figure("messages", "messages acknowledged and never processed", lambda m: m.lost, _acknowledged),
    "duplicates": Figure("messages", "messages processed more than once", lambda m: m.duplicates, _acknowledged),
    "misordered": Figure("messages", "messages processed after a later one", lambda m: m.misordered, _acknowledged),
    "failed": Figure(
        "messages", "requests of the Party's client meanwhile that were not done", lambda m: m.failed, lambda _: 1
    ),
}
"""Words of limits; beside them ``p`` and a number, and ``backlog gone within``."""
COLLECTED = frozenset({"lost", "duplicates", "misordered"})
"""Words that need what the Party says it processed."""
_BACKLOG_GONE = Figure("backlog-gone", "time from the plan's end until nothing waited", lambda m: m.run.backlog_gone)
_FIRST: Sequence[LimitVerdict] = ("FAIL", "BLOCKED", "NOT_RUN")
_NOT_ASKED: tuple[LimitVerdict, str] = ("BLOCKED", "not measured: the Party was not asked")
_NOT_ASKED_YET: tuple[LimitVerdict, str] = ("NOT_RUN", "the run ended before the Party was asked")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, parsed. ``bound`` is in seconds, messages, messages a second, or a share of all when ``is_share``."""

    text: str
    word: str
    unit: Unit
    compare: str
    bound: float
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class LimitResult:
    """A limit and what was measured: BLOCKED where that failed, NOT_RUN where the limit was never put to the test."""

    limit: str
    verdict: LimitVerdict
    measured: str


def parse_limit(text: str) -> Limit:
    """Read one limit. Raises: InputError: not one."""
    gone = _GONE.fullmatch(text)
    if gone is not None:
        return Limit(text.strip(), "backlog gone", "backlog-gone", "<=", _seconds(text, float(gone[1]), gone[2]))
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise InputError(f"{text!r} is no limit", mend=_MEND)
    word, compare, number, unit = found[1], found[2], float(found[3]), found[4]
    if re.fullmatch(r"p[0-9]+(\.[0-9]+)?", word) and 0 < float(word[1:]) <= 100:
        return Limit(text.strip(), word, "seconds", compare, _seconds(text, number, unit))
    figure = FIGURES.get(word)
    if figure is None:
        raise InputError(f"{text!r}: nothing is measured as {word!r}", mend=f"Known: p99, {', '.join(FIGURES)}.")
    if figure.unit == "seconds":
        return Limit(text.strip(), word, figure.unit, compare, _seconds(text, number, unit))
    if unit not in ({"", "/s"} if figure.unit == "rate" else {"", "%"}):
        raise InputError(f"{text!r}: {word} has no unit {unit!r}", mend=_MEND)
    return Limit(text.strip(), word, figure.unit, compare, number, is_share=unit == "%")


def judge(limits: Sequence[Limit], measured: Measured) -> tuple[LimitResult, ...]:
    """Each limit's verdict, in their order."""
    return tuple(_judge(limit, measured) for limit in limits)


def verdict_of(results: Sequence[LimitResult]) -> LimitVerdict:
    """Return the verdict of all limits: FAIL before BLOCKED before NOT_RUN before PASS."""
    said = {one.verdict for one in results}
    return next((verdict for verdict in _FIRST if verdict in said), "PASS")


def _judge(limit: Limit, measured: Measured) -> LimitResult:
    figure = _figure(limit)
    value = figure.value(measured)
    if value is None:
        return LimitResult(limit.text, *(_NOT_ASKED if measured.is_complete else _NOT_ASKED_YET))
    bound = limit.bound * measured.run.count / 100 if limit.is_share else limit.bound
    is_met = _COMPARE[limit.compare](value, bound)
    if not figure.of(measured.run) and (is_met or not measured.run.count):
        return LimitResult(limit.text, "NOT_RUN", "nothing to judge")
    shown = _shown(limit, value, measured.run.count)
    if not measured.is_complete and _may_change(limit, value, bound, measured):
        return LimitResult(limit.text, "NOT_RUN", f"the run ended before its plan: {shown}")
    return LimitResult(limit.text, "PASS" if is_met else "FAIL", shown)


def _may_change(limit: Limit, value: float, bound: float, measured: Measured) -> bool:
    """Whether the limit has its meaning only at the end of a plan: a count yet to be reached, a backlog yet to go."""
    if limit.unit == "backlog-gone":
        return measured.run.end - measured.run.plan.seconds <= bound
    return (
        limit.unit == "messages" and not limit.is_share and value < bound and not _COMPARE[limit.compare](value, bound)
    )


def _figure(limit: Limit) -> Figure:
    if limit.unit == "backlog-gone":
        return _BACKLOG_GONE
    if limit.word in FIGURES:
        return FIGURES[limit.word]
    share = float(limit.word[1:])
    return Figure("seconds", "time to acknowledgement", lambda m: m.run.percentile(share))


def _shown(limit: Limit, value: float, count: int) -> str:
    if limit.unit in {"seconds", "backlog-gone"}:
        return "never" if math.isinf(value) else f"{value:.3f} s"
    if limit.unit == "rate":
        return f"{value:.1f}/s"
    return f"{value:.0f} of {count}"


def _mean(run: Measurement) -> float:
    if run.errors:
        return math.inf
    return sum(value * times for value, times in run.times.buckets()) / max(1, run.times.count) / 1_000_000


def _seconds(text: str, number: float, unit: str) -> float:
    if unit not in _UNITS:
        raise InputError(f"{text!r}: expected a time", mend=f"Units: {', '.join(_UNITS)}.")
    return number * _UNITS[unit]
