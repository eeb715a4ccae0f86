"""A Dask cluster as a crew. Dask is loaded here alone: ``pip install uept-harness[cluster]``.

A task is the JSON of a share; what comes back is its journal. Messages travel as events of the scheduler. When a worker
dies, Dask runs its shares again on another; that is seen by a share being placed twice.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from harness.engine.run_control import RunControl
from harness.engine.workers.crew import Hear
from harness.engine.workers.messages import Message, ShareRecord, ShareTask
from harness.engine.workers.share import run_share
from harness.settings import ClusterTls
from stubs.wire.errors import Blocked, InputError

_CONNECT_SECONDS = 30.0
_NOTHING, _STOPS, _INTERRUPTED, _HURRIES = range(4)
"""What a person asks, in the order of urgency: the value of a variable of the scheduler."""
_INSTALL = "Install it: pip install 'uept-harness[cluster]', here and on every worker."


class DaskCrew:
    """The workers of a cluster.

    Raises: InputError: Dask is not installed. Blocked: no scheduler answers, or it has no workers.
    """

    def __init__(self, address: str, tls: ClusterTls, hear: Hear, jobs: int) -> None:
        try:
            from distributed import Client, Queue, Security, Variable  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise InputError("cluster: Dask is not installed", mend=_INSTALL) from error
        security = None
        if address.startswith("tls:"):
            security = Security(
                tls_ca_file=tls.ca,
                tls_client_cert=tls.certificate,
                tls_client_key=tls.key,
                require_encryption=True,
            )
        try:
            self._client = Client(address, security=security, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise Blocked(
                f"no cluster at {address}: {error}", mend="Start `dask scheduler`, and name its address."
            ) from error
        threads = sum(self._client.nthreads().values())
        if not threads:
            self._client.close()
            raise Blocked(f"the cluster at {address} has no workers", mend=f"Start `dask worker {address}`.")
        self.size = jobs if jobs > 1 else threads
        self._topic = f"uept-{secrets.token_hex(8)}"
        self._asked = Variable(self._topic, client=self._client)
        self._asked.set(_NOTHING)
        self._told = _NOTHING
        self._places = Queue(self._topic, client=self._client)
        self._client.subscribe_topic(self._topic, partial(_heard, hear))
        self._executor = self._client.get_executor()

    def submit(self, task: ShareTask) -> Future[ShareRecord]:
        """Give it to the scheduler."""
        done: Future[ShareRecord] = Future()
        running = self._executor.submit(run_elsewhere, msgspec.json.encode(task), self._topic)
        running.add_done_callback(partial(_told, done))
        return done

    def pass_on(self, control: RunControl) -> None:
        """Set the scheduler's variable when it says less."""
        self._ask(_INTERRUPTED if control.is_interrupted else _STOPS if control.stops else _NOTHING)

    def hurry(self) -> None:
        """End every share at once."""
        self._ask(_HURRIES)

    def left(self) -> Mapping[int, list[str]]:
        """Every place where a share was begun but the last."""
        begun: dict[int, list[str]] = {}
        for number, place in self._places.get(batch=True):
            begun.setdefault(number, []).append(place)
        return {number: places[:-1] for number, places in begun.items()}

    def close(self) -> None:
        """Leave the cluster as it was."""
        self._client.unsubscribe_topic(self._topic)
        self._asked.delete()
        self._places.close()
        self._client.close()

    def _ask(self, what: int) -> None:
        if what > self._told:
            self._told = what
            self._asked.set(what)


def _heard(hear: Hear, event: tuple[float, Mapping[str, Any]]) -> None:
    """An event of the scheduler: which share, and what it says."""
    _, told = event
    hear(int(told["number"]), msgspec.convert(told["message"], Message))


def _told(done: Future[ShareRecord], running: Future[bytes]) -> None:
    """What became of a task. One that Dask gave up, since its workers died, is lost."""
    try:
        done.set_result(msgspec.msgpack.decode(running.result(), type=ShareRecord))
    except BaseException as error:  # noqa: BLE001 - of another process: told as this share's fate
        done.set_result(ShareRecord(fate=f"the cluster gave it up: {type(error).__name__}: {error}", is_lost=True))


class _AskedThere:
    """What a person asks, as a worker of the cluster sees it."""

    def __init__(self, topic: str) -> None:
        from distributed import Variable  # noqa: PLC0415 - an extra

        self._variable = Variable(topic)

    def _level(self) -> int:
        return int(self._variable.get())

    @property
    def stops(self) -> bool:
        return self._level() >= _STOPS

    @property
    def is_interrupted(self) -> bool:
        return self._level() >= _INTERRUPTED

    @property
    def hurries(self) -> bool:
        return self._level() >= _HURRIES


def run_elsewhere(task: bytes, topic: str) -> bytes:
    """The task of a worker of the cluster: run one share in a process of its own. JSON in, MessagePack out."""
    from distributed import Queue, get_worker  # noqa: PLC0415 - an extra

    share = msgspec.json.decode(task, type=ShareTask)
    worker = get_worker()
    Queue(topic).put((share.number, worker.address))  # the scheduler knows before anything begins

    def hear(number: int, message: Message) -> None:
        worker.log_event(topic, {"number": number, "message": msgspec.to_builtins(message)})

    with tempfile.TemporaryDirectory(prefix="uept-share-") as folder:
        return msgspec.msgpack.encode(
            run_share(share, Path(folder), hear, _AskedThere(topic), where=str(worker.address))
        )
