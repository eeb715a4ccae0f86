"""Settings of a run of the right type that still cannot be: each problem with its key, and what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from harness.drivers.traits import driver_traits
from harness.plan import ExpressionError, parse_expression
from harness.settings.model import FREE_PORTS, ClusterTls, RehearsalSettings
from harness.settings.parties import party_problems
from harness.uep.user_ids import user_id_problems
from harness.verdicts import Deviation
from schemas.load import ResponseCode, Srv, response_codes, scenarios, service_requests
from stubs.clock import LATEST
from stubs.settings import LOOPBACK
from stubs.settings_validation import Problem, dcc_setting_problems
from stubs.urls import why_unusable
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST = 1e9
"""Seconds: thirty years, more than any wait here, and a date still."""


def setting_problems(settings: RehearsalSettings) -> Iterator[Problem]:
    """Yield the errors in the settings of a run, by dotted key: the one place where they are judged."""
    for key in ("services", "declared_unused"):
        for srv in getattr(settings, key):
            if Srv(srv) not in service_requests():
                yield key, f"{srv!r} is not a service; see `uept catalogue srv`"
    yield from _deviation_problems(settings.deviations)
    yield from _selection_problems(settings)
    yield from _shared_user_ids(settings)
    for role, eui in settings.users.items():
        try:
            Eui64.parse(eui)
        except PeerError as error:
            yield f"users.{role}", str(error)
    for code, instead in settings.codes_without_meaning.items():
        for one in (code, instead):
            row = response_codes().get(ResponseCode(one))
            if row is None:
                yield f"codes_without_meaning.{code}", f"{one!r} is no response code; see `uept catalogue codes`"
            elif row.meaning:
                yield f"codes_without_meaning.{code}", f"{one} has a public meaning: {row.meaning}"
    yield from party_problems(settings.parties, settings.users)
    if settings.scenarios and not Path(settings.scenarios).is_dir():
        yield "scenarios", f"{settings.scenarios!r} is not a folder"
    yield from _values_that_cannot_be(settings)


def _selection_problems(settings: RehearsalSettings) -> Iterator[Problem]:
    for priority in settings.priorities:
        if priority not in {"P1", "P2", "P3"}:
            yield "priorities", f"{priority!r} is not P1, P2 or P3"
    try:
        parse_expression(settings.select)
    except ExpressionError as error:
        yield "select", str(error)


def _shared_user_ids(settings: RehearsalSettings) -> Iterator[Problem]:
    """One User ID for roles that may not share it."""
    for problem in user_id_problems({role: (eui,) for role, eui in settings.users.items()}):
        if not problem.role:
            yield "users", f"{problem.user} {problem.text}"


def _deviation_problems(deviations: tuple[Deviation, ...]) -> Iterator[Problem]:
    for one in deviations:
        if bool(one.service) is bool(one.scenario):
            yield "deviations", f"a deviation names either a service or a scenario, this one {one.subject!r}"
        elif one.service and Srv(one.service) not in service_requests():
            yield "deviations", f"{one.service!r} is not a service; see `uept catalogue srv`"
        elif one.scenario and one.scenario not in scenarios():
            yield "deviations", f"{one.scenario!r} is no row of the catalogue; see `uept catalogue scenarios`"
        if one.agreed_on and not _is_date(one.agreed_on):
            yield "deviations", f"agreed_on {one.agreed_on!r} of {one.subject} is no date: expected YYYY-MM-DD"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _values_that_cannot_be(settings: RehearsalSettings) -> Iterator[Problem]:
    if settings.receive_url and (problem := why_unusable(settings.receive_url)):
        yield "receive_url", problem
    if settings.time_stamps.url and (problem := why_unusable(settings.time_stamps.url)):
        yield "time_stamps.url", problem
    if settings.clock_start and (problem := _clock_problem(settings.clock_start)):
        yield "clock_start", problem
    yield from _out_of_time(settings)
    yield from _not_side_by_side(settings)
    for key, sentence in dcc_setting_problems(settings.dcc):
        yield f"dcc.{key}", sentence


def scheduler_problem(address: str, tls: ClusterTls) -> str:
    """Return the reason why a scheduler's address cannot be used; empty: it can. Beyond loopback it needs TLS."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"{address!r} is no address"
    if parts.scheme not in {"tcp", "tls"} or not host or not port:
        return f"{address!r} is no scheduler: expected tcp://127.0.0.1:8786 or tls://host:8786"
    if parts.scheme == "tcp" and host not in LOOPBACK:
        return f"{host} is beyond this machine: a cluster speaks TLS there, tls://{host}:{port}"
    missing = [name for name in ("ca", "certificate", "key") if not getattr(tls, name)]
    if parts.scheme == "tls" and missing:
        return f"TLS needs {', '.join(missing)} in [cluster_tls]"
    return ""


def _cluster_problems(settings: RehearsalSettings) -> Iterator[Problem]:
    if settings.cluster and (why := scheduler_problem(settings.cluster, settings.cluster_tls)):
        yield "cluster", why
    if settings.load.cluster and (why := scheduler_problem(settings.load.cluster, settings.cluster_tls)):
        yield "load.cluster", why
    if (settings.cluster or settings.load.cluster) and not settings.dcc.pki:
        yield (
            "cluster" if settings.cluster else "load.cluster",
            "workers read keys where they are: name the folder of a PKI that each of them sees (--pki)",
        )


def _not_side_by_side(settings: RehearsalSettings) -> Iterator[Problem]:
    """Yield each setting that only one worker at a time can have."""
    yield from _cluster_problems(settings)
    if settings.jobs == 1 and not settings.cluster:
        return
    dcc, kind = settings.dcc, settings.driver.partition(":")[0]
    single = {
        f"driver {kind!r} asks the one system that there is": driver_traits(settings.driver).is_exclusive,
        "one party_program serves one simulated DCC": settings.party_program,
        "one receive_url serves one simulated DCC": settings.receive_url or dcc.receive_url or dcc.receive_urls,
        "a port of [dcc] is for one simulated DCC": any(getattr(dcc, name) for name in FREE_PORTS),
        "[dcc] state_dir is for one simulated DCC": dcc.state_dir,
    }
    many, instead = f"{settings.jobs} workers", "set jobs = 1"
    if settings.cluster:
        many, instead = "the workers of a cluster", "run it here, without --cluster"
    for reason in (words for words, is_so in single.items() if is_so):
        sentence = f"{many} cannot share what is there once: {reason}; leave it out, or {instead}"
        yield "cluster" if settings.cluster else "jobs", sentence


def _clock_problem(text: str) -> str:
    """Return the reason why ``text`` is no instant to start at; empty when it is one."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return f"{text!r} is no date-time: expected ISO 8601 with a zone, such as 2026-01-15T10:00:00Z"
    if instant.tzinfo is None:
        return f"{text!r} has no zone: write {text}Z for UTC"
    return "" if EARLIEST <= instant < LATEST else f"{text!r} is not between {EARLIEST:%Y} and {LATEST:%Y}"


def _out_of_time(settings: Any, prefix: str = "") -> Iterator[Problem]:
    """Durations that no clock reaches, and counts below 0, wherever they stand in a record of settings."""
    for name, value in msgspec.structs.asdict(settings).items():
        key = f"{prefix}{name}"
        if isinstance(value, msgspec.Struct):
            yield from _out_of_time(value, f"{key}.")
        elif not all(0 <= one <= _LONGEST for one in _each(value) if isinstance(one, float)):
            yield key, f"expected 0 to {_LONGEST:.0f} seconds"
        elif any(isinstance(one, int) and one < 0 for one in _each(value)):
            yield key, "expected 0 or more"


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
