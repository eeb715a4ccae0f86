"""Section (l): what a load rehearsal costs the machine that sends it. The receiver's processor time is not counted."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from harness.load.job import LoadJob, kind_of
from harness.load.receiver_process import receiver
from harness.load.sender import Sender
from schemas.load_profiles import load_profiles
from stubs.app import Fleet, Pki, init_pki, load_pki
from stubs.clock import SystemClock
from stubs.events import AnyEvent, LoadEnded
from stubs.fleet import fleet_eui
from stubs.wire.gbcs.crypto import shared_secret
from stubs.wire.xmlsig import Signer, sign
from tests.bench.measure import Aim, Result, figure, in_rounds, process_megabytes, ratios

_ROW = 68
_MILLION = 1_000_000
_MEMORY, _SENDERS = 4 * 1024**3 / 1e6, 16
"""MB for a million devices in all, and the senders that share them."""


def run(rounds: int, messages: int) -> list[Result]:
    """Messages a second of a processor, what making one costs beside its cryptography, memory."""
    with tempfile.TemporaryDirectory(prefix="uept-bench-") as name:
        folder = Path(name) / "pki"
        init_pki(folder)
        pki = load_pki(folder)
        with receiver("reference", folder) as url:
            rates = [_rate(folder, pki, url, messages) for _ in range(rounds)]
            flat = _memory_by_messages(folder, pki, url, messages)
            megabytes, by_devices = _memory_by_devices(folder, pki, url, messages)
        return [
            figure("l", "messages a second of the sender's own processor time", rates, aim=Aim(">=", 1000)),
            _making(pki, rounds),
            figure(
                "l", "memory of a sender's process: 1,000,000 devices / 1,000 devices", by_devices, aim=Aim("<=", 1.1)
            ),
            figure(
                "l",
                "memory of a sender's process, 1,000,000 devices",
                megabytes,
                unit="MB",
                aim=Aim("<=", _MEMORY / _SENDERS),
                detail=f"{_SENDERS} of them within 4 GiB",
            ),
            figure(
                "l",
                "memory of a sender: four times the messages / once",
                flat,
                aim=Aim("<=", 1.2),
            ),
        ]


def _job(folder: Path, pki: Pki, url: str, messages: int) -> LoadJob:
    return LoadJob(
        profile="mixed", rate=messages / 1.0, seconds=1.0, drain=600.0, devices=_MILLION, start=SystemClock().now(),
        url=url, user=str(pki.parties()[0].eui), pki=str(folder), pki_prefer=(), seed="bench", connections=32,
        timeout=60.0, retries=(), sample=0,
    )  # fmt: skip


def _sent(job: LoadJob, take: Callable[[AnyEvent], None]) -> float:
    """Processor seconds of a run whose plan is far faster than it can be."""

    async def main() -> float:
        sender = Sender(job, take)
        began = time.process_time()
        await sender.run(asyncio.Event())
        return time.process_time() - began

    return asyncio.run(main())


def _rate(folder: Path, pki: Pki, url: str, messages: int) -> float:
    ended = 0

    def take(event: AnyEvent) -> None:
        nonlocal ended
        ended += len(event.rows) // _ROW if isinstance(event, LoadEnded) else 0

    spent = _sent(_job(folder, pki, url, messages), take)
    assert ended == messages, f"{ended} of {messages} messages ended"
    return messages / spent


def _fleet(pki: Pki, devices: int) -> Fleet:
    return Fleet(pki, pki.parties()[0].eui, devices, datetime(2026, 3, 1, 6, tzinfo=UTC))


def _making(pki: Pki, rounds: int) -> Result:
    """A read response beside what no way leads round: two keys, one agreement, one signature."""
    fleet, now = _fleet(pki, _MILLION), SystemClock().now()
    kind = kind_of(load_profiles()["morning-reads"].messages[0])
    fleet.prepare([kind])
    user = pki.certificates.of(pki.parties()[0].eui, "KA")[0].public_key
    signer = Signer(pki.dcc_signer.private_key, pki.dcc_signer.issuer_name, pki.dcc_signer.serial)
    document = fleet.message(0, kind, now).body.partition(b"<ds:Signature")[0] + b"</sr:Response>"

    def whole() -> None:
        for number in range(100):
            fleet.message(number, kind, now)

    def bare() -> None:
        for number in range(100):
            shared_secret(pki.fleet_key(fleet_eui(number), "KA"), user)
            sign(document, signer, document)

    found = in_rounds({"whole": whole, "bare": bare}, rounds * 4, "bench-load")
    each = min(found["whole"]) * 10
    return figure(
        "l",
        "cryptography of a read response / making it whole",
        ratios(found["bare"], found["whole"]),
        detail=f"{each:.2f} ms each",
    )


def _peak(operation: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        operation()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _memory_by_devices(folder: Path, pki: Pki, url: str, messages: int) -> tuple[list[float], list[float]]:
    """MB of a sender's process with a million devices, and beside that of one with a thousand; each speaks once."""

    def of(devices: int) -> float:
        job = msgspec.structs.replace(_job(folder, pki, url, messages), devices=devices)
        done = subprocess.run(
            [sys.executable, "-c", "from tests.bench.sending import send_and_tell; send_and_tell()"],
            cwd=Path(__file__).parents[2], input=msgspec.json.encode(job), stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        return float(done.stdout)

    pairs = [(of(_MILLION), of(1000)) for _ in range(2)]
    return [most for most, _ in pairs], [most / least for most, least in pairs]


def send_and_tell() -> None:
    """Send the job on standard input; print the most memory that this process had, in MB (1,000,000 bytes)."""
    _sent(msgspec.json.decode(sys.stdin.buffer.read(), type=LoadJob), lambda _: None)
    sys.stdout.write(str(process_megabytes(os.getpid(), "VmHWM")))


def _memory_by_messages(folder: Path, pki: Pki, url: str, messages: int) -> list[float]:
    """Records are dropped as soon as they are given away, as a journal takes them."""

    def of(number: int) -> int:
        return _peak(lambda: _sent(_job(folder, pki, url, number), lambda _: None))

    of(messages // 4)  # what is imported and remembered once
    return [of(messages * 4) / of(messages)]
