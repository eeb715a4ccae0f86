"""One load rehearsal from settings to journal: planned, sent, collected. Reports are made of the journal alone."""

from __future__ import annotations

import asyncio
import signal
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from harness import __version__
from harness.load.asking import asking
from harness.load.collect import processed_numbers
from harness.load.job import LoadJob
from harness.load.limits import COLLECTED, parse_limit
from harness.load.measured import FOREIGN, ORDER_WITHIN, profile_facts
from harness.load.sender import Sender, Show, Sink
from harness.load.senders import send_by_cluster, send_by_processes
from harness.settings import RehearsalSettings
from schemas.load_profiles import LoadProfile, derived_rate, load_figures, load_profiles
from stubs.app import Fleet, load_pki
from stubs.clock import SystemClock
from stubs.events import AnyEvent, LoadFinished, LoadProcessed, LoadStarted
from stubs.journal import FILE_NAME, Journal, SqliteStore
from stubs.settings import LOOPBACK
from stubs.urls import why_unusable
from stubs.wire.errors import Blocked, InputError, PeerError
from stubs.wire.eui64 import Eui64

_LEAD = timedelta(milliseconds=200)
_LEAD_OF_PROCESSES = timedelta(seconds=1.5)
"""From the beginning of sending to the planned start; processes take a while to be ready, and whoever is late begins
when it is."""
_LOOPBACK = (*LOOPBACK, "127.0.0.0/8")
_CHUNK = 4096

Send = Callable[[LoadJob, Sink, Show], bool]
"""Runs the senders of a job; False: a person ended them."""


@dataclass(frozen=True, slots=True)
class LoadRun:
    """A run that ended: its folder, and whether a person ended it."""

    folder: Path
    is_interrupted: bool
    reason: str = ""
    """Fault of the measurement itself; empty: none."""


def check(settings: RehearsalSettings) -> LoadProfile:
    """The profile of a load rehearsal whose settings can be used. Raises: InputError: what is wrong."""
    load = settings.load
    profile = load_profiles().get(load.profile)
    if profile is None:
        raise InputError(f"load.profile: no profile {load.profile!r}", mend=f"Known: {', '.join(load_profiles())}.")
    if not load.rate and not load.meters:
        raise InputError(
            "load: neither a rate nor meters to derive one from", mend="Give --rate 300/s or --meters 1000000."
        )
    if not settings.receive_url:
        raise InputError("receive_url: nobody to send to", mend="Give --receive-url, or --receiver reference.")
    if why := why_unusable(settings.receive_url, (*_LOOPBACK, *load.allow)):
        host = urlsplit(settings.receive_url).hostname
        is_far = not why_unusable(settings.receive_url)
        if is_far:
            raise InputError(
                f"receive_url: {host} is not this machine, and load is sent nowhere else unasked",
                mend=f'Allow it by name in the run file: [load] allow = ["{host}"].',
            )
        raise InputError(f"receive_url: {why}", mend="Give the address of the Party's receive endpoint.")
    if load.user:
        try:
            Eui64.parse(load.user)
        except PeerError as error:
            raise InputError(
                f"load.user: {load.user!r} is no EUI-64", mend="Name a User of the PKI: --user."
            ) from error
    for text in load.limits:
        limit = parse_limit(text)
        if limit.word == "failed" and not load.client_rate:
            raise InputError(
                f"load.limits: {text!r} is of the Party's client, which is not asked", mend="Give --client-rate."
            )
        if limit.word in COLLECTED and not load.collect:
            raise InputError(
                f"load.limits: {text!r} needs what the Party processed",
                mend="Give --collect, a URL or file that lists ResponseIDs.",
            )
    return profile


def rate_of(settings: RehearsalSettings, profile: LoadProfile) -> float:
    """Messages a second, mean of the plan: as given, else derived from the number of meters."""
    load = settings.load
    factor = load.burst_factor or load_figures()["burst-factor"].value
    return load.rate or derived_rate(profile, load.meters, factor, load.growth)


def run_load(settings: RehearsalSettings, folder: Path, pki: Path, send: Send, show: Show = lambda _: None) -> LoadRun:
    """Run a load rehearsal; its journal is in ``folder/state``.

    Args:
        settings: checked here.
        folder: exists and is empty but for what keys were made in it.
        pki: folder of the PKI.
        send: runs the senders.
        show: is told where they are.

    Raises: InputError: as ``check``; the PKI cannot be used.
    """
    profile = check(settings)
    job = _job(settings, profile, pki)
    lead = _LEAD if settings.load.senders == 1 and not settings.load.cluster else _LEAD_OF_PROCESSES
    job = msgspec.structs.replace(job, start=SystemClock().now() + lead)
    fleet = job.fleet()
    journal = Journal(SqliteStore(folder / "state" / FILE_NAME), SystemClock())
    lock = threading.Lock()

    def sink(event: AnyEvent) -> None:
        with lock:
            journal.append(event)
            journal.commit()

    try:
        name = f"load-{job.start:%Y%m%dT%H%M%S}"
        sink(LoadStarted(run=name, facts=_facts(settings, profile, job)))
        is_whole, is_interrupted, reason = _carry_out(
            settings, folder, pki, job, fleet, sink, partial(send, job, sink, show)
        )
        sink(LoadFinished(run=name, complete=is_whole, reason=reason))
    finally:
        journal.close()
    return LoadRun(folder, is_interrupted, reason)


def _carry_out(
    settings: RehearsalSettings,
    folder: Path,
    pki: Path,
    job: LoadJob,
    fleet: Fleet,
    sink: Sink,
    send: Callable[[], bool],
) -> tuple[bool, bool, str]:
    """Send and collect: whether the plan was followed to its end, whether a person ended it, and what went wrong.

    What was measured until then is kept whatever goes wrong.
    """
    try:
        with asking(settings, job.user, pki, folder, sink):
            is_whole = send()
    except Blocked as blocked:
        return False, False, str(blocked)
    if not is_whole or not settings.load.collect:
        return is_whole, not is_whole, ""
    try:
        _collect(settings.load.collect, fleet, sink)
    except Blocked as blocked:
        return True, False, str(blocked)
    except KeyboardInterrupt:
        return False, True, "interrupted while the Party was asked what it processed"
    return True, False, ""


def sender_of(settings: RehearsalSettings) -> Send:
    """Return the function that sends: by this process, by several of this machine, or by a cluster."""
    load = settings.load
    if load.cluster:
        return partial(send_by_cluster, address=load.cluster, tls=settings.cluster_tls, senders=load.senders)
    return partial(send_by_processes, senders=load.senders) if load.senders > 1 else send_here


def send_here(job: LoadJob, sink: Sink, show: Show) -> bool:
    """One sender in this process; SIGINT and SIGTERM end it at once."""

    async def main() -> bool:
        stop = asyncio.Event()
        with _signals_set(stop):
            return await Sender(job, sink, show).run(stop)

    return asyncio.run(main())


@contextmanager
def _signals_set(stop: asyncio.Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


def _job(settings: RehearsalSettings, profile: LoadProfile, pki: Path) -> LoadJob:
    load, dcc = settings.load, settings.dcc
    parties = load_pki(pki, prefer=dcc.pki_prefer).parties()
    if not load.user and not parties:
        raise InputError("load.user: the PKI has no User", mend="Give --user, the EUI-64 that receives.")
    return LoadJob(
        profile=load.profile,
        rate=rate_of(settings, profile),
        seconds=load.minutes * 60,
        drain=load.drain,
        devices=load.devices,
        start=SystemClock().now(),
        url=settings.receive_url,
        user=load.user or str(parties[0].eui),
        pki=str(pki),
        pki_prefer=dcc.pki_prefer,
        seed=settings.seed,
        connections=load.connections,
        timeout=load.timeout,
        retries=load.retries,
        sample=load.sample,
        tls=dcc.delivery_tls,
    )


def _facts(settings: RehearsalSettings, profile: LoadProfile, job: LoadJob) -> dict[str, Any]:
    load = settings.load
    is_derived = not load.rate
    figures = {name: {"value": one.value, "provenance": one.provenance} for name, one in load_figures().items()}
    parts = urlsplit(job.url)
    return {
        "harness": __version__,
        "profile": profile_facts(profile),
        "rate": job.rate,
        "rate_is": "inferred: derived from the number of meters" if is_derived else "given",
        "peak_rate": job.plan.peak,
        "seconds": job.seconds,
        "drain": job.drain,
        "devices": job.devices,
        "order_within": ORDER_WITHIN,
        "meters": load.meters,
        "burst_factor": load.burst_factor or load_figures()["burst-factor"].value,
        "growth": load.growth,
        "figures": figures if is_derived else {},
        "start": job.start.isoformat(),
        "to": f"{parts.scheme}://{parts.hostname}:{parts.port or ''}{parts.path}",
        "user": job.user,
        "connections": job.connections,
        "timeout": job.timeout,
        "retries": list(job.retries),
        "senders": load.senders,
        "on_a_cluster": bool(load.cluster),
        "client_rate": load.client_rate,
        "limits": list(load.limits),
        "sample": job.sample,
        "seed": job.seed,
    }


def _collect(source: str, fleet: Fleet, sink: Sink) -> None:
    numbers: list[int] = []
    emit = partial(_emit, source, sink, numbers)
    for number in processed_numbers(source, fleet.number):
        numbers.append(FOREIGN if number is None or not 0 <= number < FOREIGN else number)
        if len(numbers) >= _CHUNK:
            emit()
    emit()


def _emit(source: str, sink: Sink, numbers: list[int]) -> None:
    kind = "web address" if "://" in source else "file"
    sink(LoadProcessed(source=kind, numbers=b"".join(struct.pack(">Q", number) for number in numbers)))
    numbers.clear()
