"""Several senders of one load rehearsal, by one interface (``concurrent.futures``): processes here, or a Dask cluster.

Each has every n-th message of the plan and makes the keys of its devices itself; nothing is shared but the plan.
"""

from __future__ import annotations

import gzip
import io
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from threading import Lock

import msgspec

from harness.engine.workers.cluster import Cluster, is_stopped_there, reporter_of_task
from harness.load.job import LoadJob
from harness.load.sender import Progress, Show, Sink
from harness.load.sender_process import send_apart
from harness.settings import ClusterTls
from stubs.events import AnyEvent
from stubs.recording import decode_event, encode_event
from stubs.wire.errors import Blocked

_TICK = 0.2


def parts_of(job: LoadJob, senders: int) -> list[LoadJob]:
    """The job of each sender; connections are shared out, at least one each."""
    return [
        msgspec.structs.replace(job, sender=number, senders=senders, connections=max(1, job.connections // senders))
        for number in range(senders)
    ]


def send_by_processes(job: LoadJob, sink: Sink, show: Show, senders: int) -> bool:
    """Send by processes of this machine; False: a person ended it. Raises: Blocked: one of them died."""
    stopped = threading.Event()
    shown = _Shown(show)
    executor: Executor = ThreadPoolExecutor(senders, thread_name_prefix="sender")
    with executor, _signals(stopped.set):
        ends = [
            executor.submit(send_apart, part, sink, partial(shown.hear, part.sender), stopped.is_set)
            for part in parts_of(job, senders)
        ]
        while wait(ends, timeout=_TICK).not_done:
            pass
    _raise_for([end.result() for end in ends])
    return not stopped.is_set()


def send_by_cluster(job: LoadJob, sink: Sink, show: Show, address: str, tls: ClusterTls, senders: int) -> bool:
    """Send by the workers of a cluster; False: a person ended it. Raises: Blocked: no cluster, or one of them died."""
    shown = _Shown(show)
    cluster = Cluster(address, tls, lambda number, told: shown.hear(number, msgspec.convert(told, Progress)))
    try:
        parts = parts_of(job, senders if senders > 1 else cluster.threads)
        with _signals(cluster.interrupt):
            ends: list[Future[tuple[bytes, str]]] = [
                cluster.executor.submit(send_elsewhere, msgspec.json.encode(part), cluster.topic) for part in parts
            ]
            while wait(ends, timeout=_TICK).not_done:
                cluster.publish_stop()
        fates = [_events_of(ends.pop(0), sink) for _ in parts]
    finally:
        cluster.close()
    _raise_for(fates)
    return not cluster.is_interrupted


def send_elsewhere(job: bytes, topic: str) -> tuple[bytes, str]:
    """Run one sender in a process of its own, as a worker of the cluster; return its events and why it ended early.

    The events are lines, compressed: they cross the cluster as one value that both sides hold in memory.
    """
    part = msgspec.json.decode(job, type=LoadJob)
    report = partial(reporter_of_task(topic), part.sender)
    with tempfile.TemporaryFile() as compressed:
        with gzip.open(compressed, "wb", compresslevel=1) as events:

            def sink(event: AnyEvent) -> None:
                events.write(encode_event(event) + b"\n")

            fate = send_apart(
                part, sink, lambda progress: report(msgspec.to_builtins(progress)), is_stopped_there(topic)
            )
        compressed.seek(0)
        return compressed.read(), fate


def _events_of(end: Future[tuple[bytes, str]], sink: Sink) -> str:
    """Take the events of a sender, one at a time; return the reason of its end."""
    try:
        compressed, fate = end.result()
    except Exception as error:  # noqa: BLE001 - of another process: told as this sender's fate
        return f"the cluster gave it up: {type(error).__name__}: {error}"
    with gzip.open(io.BytesIO(compressed)) as events:
        for event in events:
            sink(decode_event(event))
    return fate


def _raise_for(fates: list[str]) -> None:
    died = [fate for fate in fates if fate]
    if died:
        raise Blocked("; ".join(died), mend="What it sent is not known: run again.")


class _Shown:
    """The progress of several senders as that of one; heard from several threads."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._at: dict[int, Progress] = {}
        self._lock = Lock()

    def hear(self, sender: int, progress: Progress) -> None:
        """Show the sum each time the first of them tells."""
        with self._lock:
            self._at[sender] = progress
            if sender == min(self._at):
                all_ = self._at.values()
                self._show(
                    Progress(
                        progress.elapsed,
                        sum(one.acknowledged for one in all_),
                        sum(one.errors for one in all_),
                        sum(one.backlog for one in all_),
                    )
                )


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM stop the senders; only in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
