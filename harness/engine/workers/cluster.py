"""A Dask cluster as a runner. Dask is loaded here alone: ``pip install uept-harness[cluster]``.

A task is the JSON of a share; what comes back is its journal. Messages travel as events of the scheduler. When a worker
dies, Dask runs its shares again on another; that is seen by a share being placed twice.
"""

from __future__ import annotations

import logging
import secrets
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from harness.engine.run_control import RunControl
from harness.engine.workers.messages import Message, ShareRecord, ShareTask
from harness.engine.workers.share import run_share
from harness.engine.workers.share_runner import Hear
from harness.settings import ClusterTls
from stubs.wire.errors import Blocked, InputError

_LOGGER = logging.getLogger(__name__)
_CONNECT_SECONDS = 30.0
_NOTHING, _STOPS, _INTERRUPTED, _HURRIES = range(4)
"""Requests of a person, in the order of urgency: the value of a variable of the scheduler."""
_INSTALL = "Install it: pip install 'uept-harness[cluster]', here and on every worker."


class Cluster:
    """A connection to a cluster, and the two channels of one run: what a person asks goes there, messages come back.

    Args:
        address: of the scheduler, checked with the settings.
        tls: PEM files, for ``tls:``.
        hear: is called with number and message of each ``reporter_of_task``, in a thread of its own.

    Raises: InputError: Dask is not installed. Blocked: no scheduler answers, or it has no workers.
    """

    def __init__(self, address: str, tls: ClusterTls, hear: Callable[[int, Any], None]) -> None:
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
        try:
            self._client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError as error:
            self._client.close()
            raise Blocked(f"the cluster at {address} has no workers", mend=f"Start `dask worker {address}`.") from error
        self.threads = sum(self._client.nthreads().values())
        self.topic = f"uept-{secrets.token_hex(8)}"
        self.places = Queue(self.topic, client=self._client)
        """Number and place of what was begun, in this order."""
        self.executor: Executor = self._client.get_executor()
        self._asked = Variable(self.topic, client=self._client)
        self._asked.set(_NOTHING)
        self._wanted = self._told = _NOTHING
        self._client.subscribe_topic(self.topic, partial(_pass_event, hear))

    @property
    def is_interrupted(self) -> bool:
        """A person ended the run."""
        return self._wanted >= _INTERRUPTED

    def interrupt(self) -> None:
        """Note that a person ended the run: safe in a signal handler; sent with the next ``publish_stop``."""
        self.ask(_INTERRUPTED)

    def ask(self, what: int) -> None:
        """Note what a person asks, when it is more than before."""
        self._wanted = max(self._wanted, what)

    def publish_stop(self) -> None:
        """Set the cluster's variable to what was noted."""
        if self._wanted > self._told:
            self._told = self._wanted
            self._asked.set(self._told)

    def close(self) -> None:
        """Leave the cluster as it was."""
        self._client.unsubscribe_topic(self.topic)
        self._asked.delete()
        self.places.close()
        self._client.close()


class DaskShareRunner:
    """The workers of a cluster. Raises: as ``Cluster``."""

    def __init__(self, address: str, tls: ClusterTls, hear: Hear, jobs: int) -> None:
        self._cluster = Cluster(address, tls, lambda number, told: hear(number, msgspec.convert(told, Message)))
        self.size = jobs if jobs > 1 else self._cluster.threads

    def submit(self, task: ShareTask) -> Future[ShareRecord]:
        """Give it to the scheduler."""
        done: Future[ShareRecord] = Future()
        running = self._cluster.executor.submit(run_elsewhere, msgspec.json.encode(task), self._cluster.topic)
        running.add_done_callback(partial(_told, done))
        return done

    def relay_stop(self, control: RunControl) -> None:
        """Set the scheduler's variable when it says less."""
        self._cluster.ask(_INTERRUPTED if control.is_interrupted else _STOPS if control.stops else _NOTHING)
        self._cluster.publish_stop()

    def hurry(self) -> None:
        """End every share at once."""
        self._cluster.ask(_HURRIES)
        self._cluster.publish_stop()

    def left(self) -> Mapping[int, list[str]]:
        """Every place where a share was begun but the last."""
        begun: dict[int, list[str]] = {}
        for number, place in self._cluster.places.get(batch=True):
            begun.setdefault(number, []).append(place)
        return {number: places[:-1] for number, places in begun.items()}

    def close(self) -> None:
        """Leave the cluster as it was."""
        self._cluster.close()


def _pass_event(hear: Callable[[int, Any], None], event: tuple[float, Mapping[str, Any]]) -> None:
    """An event of the scheduler: which share or sender, and what it says."""
    _, told = event
    hear(int(told["number"]), told["message"])


def _told(done: Future[ShareRecord], running: Future[bytes]) -> None:
    """Record the result of a task. One that Dask gave up, since its workers died, is lost."""
    try:
        done.set_result(msgspec.msgpack.decode(running.result(), type=ShareRecord))
    except BaseException as error:  # noqa: BLE001 - of another process: told as this share's fate
        done.set_result(ShareRecord(fate=f"the cluster gave it up: {type(error).__name__}: {error}", is_lost=True))


class Readable(Protocol):
    """A variable of the scheduler."""

    def get(self) -> Any:
        """Ask the scheduler for its value."""
        ...


class AskedThere:
    """A person's requests, as a worker of the cluster sees them.

    Args:
        variable: holds the most urgent one.
    """

    def __init__(self, variable: Readable) -> None:
        self._variable = variable
        self._newest = _NOTHING

    def _level(self) -> int:
        try:
            self._newest = int(self._variable.get())
        except Exception as error:  # noqa: BLE001 - of whatever kind: a scheduler that is slow or busy is asked again
            _LOGGER.warning("the scheduler does not say whether the run goes on: %s: %s", type(error).__name__, error)
        return self._newest

    @property
    def stops(self) -> bool:
        """No further scenario begins."""
        return self._level() >= _STOPS

    @property
    def is_interrupted(self) -> bool:
        """The run ends: what is under way is broken off."""
        return self._level() >= _INTERRUPTED

    @property
    def hurries(self) -> bool:
        """It ends at once."""
        return self._level() >= _HURRIES


def is_stopped_there(topic: str) -> Callable[[], bool]:
    """Within a task: whether a person ended the run."""
    asked = _asked_there(topic)
    return lambda: asked.is_interrupted


def _asked_there(topic: str) -> AskedThere:
    """Within a task, whose thread alone knows the scheduler: other threads ask by the client that is found here."""
    from distributed import Variable, get_client  # noqa: PLC0415 - an extra

    return AskedThere(Variable(topic, client=get_client()))


def reporter_of_task(topic: str) -> Callable[[int, Any], None]:
    """Within a task: what sends the run a message in JSON's types, with the number of the share or sender."""
    from distributed import get_worker  # noqa: PLC0415 - an extra

    worker = get_worker()
    return lambda number, message: worker.log_event(topic, {"number": number, "message": message})


def run_elsewhere(task: bytes, topic: str) -> bytes:
    """The task of a worker of the cluster: run one share in a process of its own. JSON in, MessagePack out."""
    from distributed import Queue, get_worker  # noqa: PLC0415 - an extra

    share = msgspec.json.decode(task, type=ShareTask)
    place = str(get_worker().address)
    Queue(topic).put((share.number, place))  # the scheduler knows before anything begins
    report = reporter_of_task(topic)

    def hear(number: int, message: Message) -> None:
        report(number, msgspec.to_builtins(message))

    with tempfile.TemporaryDirectory(prefix="uept-share-") as folder:
        return msgspec.msgpack.encode(run_share(share, Path(folder), hear, _asked_there(topic), where=place))
