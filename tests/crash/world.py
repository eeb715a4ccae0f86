"""A Party that works while its DCC dies again and again, and what it remembers: for the audit afterwards."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import socket
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stubs.smki import Pki, load_pki
from stubs.wire.errors import PeerError
from tests.crash.server import Order, serve
from tests.dcc_kit import Party, response_of
from tests.ports import free_port
from tests.serving_kit import Endpoint

_WAIT = 120.0
_PORTS = ("port", "smki_port", "ssi_port", "control_port")
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.crash.server"])


@dataclass
class Memory:
    """What the Party knows: RequestIDs by what became of them."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    """RequestID to service."""
    seen_before: set[str] = field(default_factory=set)
    """Refused as used before when sent again: its first answer was lost."""
    problems: list[str] = field(default_factory=list)
    sent_again: int = 0
    unavailable: int = 0
    """Answers 503: nothing could be recorded."""
    begun: list[tuple[int, bytes]] = field(default_factory=list)
    """Last entry at each start: number and hash."""


class World:
    """One state folder, one Party with some clients, one DCC that has many lives.

    Args:
        folder: the state folder; made.
        settings: more settings of the DCC.
        clients: how many send at the same time.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], clients: int = 3) -> None:
        self.endpoint = Endpoint()
        self.endpoint.up()
        ports = {name: free_port() for name in _PORTS}
        self._settings = {
            "state_dir": str(folder), "receive_url": self.endpoint.url, "counter_rule": "unique", "device_latency": 0.005,
            "delivery_retries": [0.02, 0.05, 0.1], "snapshot_after": 200, **ports, **settings,
        }  # fmt: skip
        self.folder = folder
        self.memory = Memory()
        self.up = threading.Event()
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self.devices: dict[str, str] = {}
        self.urls: dict[str, str] = {}
        self._process: Any = None
        self._pipe: Connection | None = None
        self.live(Order({}, premises=True))
        self.party = Party(self._pki())
        self._clients = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(clients)]

    def _pki(self) -> Pki:
        return load_pki(self.folder / "pki")

    # --- lives ---

    def live(self, order: Order) -> bool:
        """Begin a life; False: it ended before it could be reached, as ordered."""
        ours, theirs = _PROCESSES.Pipe()
        whole = replace(order, settings=self._settings)
        self._process = _PROCESSES.Process(target=serve, args=(whole, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe = ours
        try:
            ready = ours.recv()
        except EOFError:
            self._process.join(_WAIT)
            if order.step or order.after:
                return False
            raise AssertionError(f"the DCC did not start: exit code {self._process.exitcode}") from None
        self.urls = ready["urls"]
        self.devices = ready["devices"] or self.devices
        self.memory.begun.append(ready["begun"])
        self.up.set()
        return True

    def begin_work(self) -> None:
        """Let the clients send."""
        for client in self._clients:
            client.start()

    def kill(self) -> None:
        """End this life at once."""
        self._process.kill()
        self.await_end()

    def fronts(self) -> tuple[int, ...]:
        """Process ids of the front processes that this life has now."""
        assert self._pipe is not None
        self._pipe.send("fronts")
        found: tuple[int, ...] = self._pipe.recv()
        return found

    def kill_with_fronts(self) -> None:
        """End this life at once; its fronts end by themselves, and those that listened are awaited."""
        self.kill()
        while not self._is_free():
            threading.Event().wait(0.02)

    def _is_free(self) -> bool:
        """Whether nobody has one of our ports: a front that listens notices the end of its core a moment later."""
        for name in _PORTS:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", self._settings[name]))
                except OSError:
                    return False
        return True

    def kill_front(self, which: int) -> None:
        """End one front at once, counted round; the core goes on, and starts another."""
        pids = self.fronts()
        if pids:
            with suppress(ProcessLookupError):
                os.kill(pids[which % len(pids)], signal.SIGKILL)

    def await_end(self) -> None:
        """Wait until this life has ended by itself."""
        self._process.join(_WAIT)
        assert self._process.exitcode is not None, "the DCC lives on"
        self.up.clear()
        assert self._pipe is not None
        self._pipe.close()

    def tell(self, word: str) -> bool:
        """Order the DCC that lives; False: it has died meanwhile."""
        assert self._pipe is not None
        try:
            self._pipe.send(word)
            return word == "stop" or self._pipe.recv() == word
        except (EOFError, OSError):
            return False

    def finish(self, *, lossy: bool = False, patience: float = _WAIT) -> None:
        """A last life: the clients end, everything waiting is delivered, the DCC stops cleanly.

        Args:
            lossy: on the lossy file layer.
            patience: seconds until what was not delivered counts as lost.
        """
        self.ended.set()
        self.live(Order({}, lossy=lossy))
        for client in self._clients:
            client.join(_WAIT)
            assert not client.is_alive(), "a client hangs"
        waiting = threading.Event()
        for _ in range(int(patience / 0.05)):
            known = self.memory.acknowledged.keys() | self.memory.seen_before  # the audit wants a response of both
            if known <= {name for name, _ in self.received()}:
                break
            waiting.wait(0.05)
        self.tell("stop")
        self._process.join(_WAIT)
        self.up.clear()
        if self._process.exitcode != 0:
            self.memory.problems.append(f"the last life ended with {self._process.exitcode}")
        self.endpoint.down()

    def received(self) -> list[tuple[str, str]]:
        """RequestID and ResponseID of everything that the endpoint got, in order."""
        found = []
        for body in list(self.endpoint.received):
            header = response_of(body).header
            found.append((str(header.request_id), str(header.response_id)))
        return found

    # --- the Party at work ---

    def _work(self, number: int) -> None:
        turn = number
        while not self.ended.is_set():
            turn += 1
            try:
                self._one(turn)
            except Exception as error:  # noqa: BLE001 - told in the audit
                self.memory.problems.append(f"client {number}: {type(error).__name__}: {error}")

    def _one(self, turn: int) -> None:
        meter = self.devices["esme"]
        with self._lock:
            if turn % 4 == 3:
                srv, document, url = "7.2", self.party.request("7.2", meter), self.urls["transform"]
            elif turn % 2:
                srv, url = "3.1", self.urls["send_command"]
                document = self.party.request("3.1", meter, SupplierMessage=f"number {turn}")
            else:
                srv, document, url = "4.1.1", self.party.request("4.1.1", meter), self.urls["send_command"]
        answer = self._send(srv, document, url, is_final=srv != "7.2")
        if srv == "7.2" and answer is not None:
            with self._lock:
                signed = self.party.signed_pre_command(answer)
            self._send("7.2", signed, self.urls["send_command"], is_final=True)

    def _send(self, srv: str, document: bytes, url: str, *, is_final: bool) -> bytes | None:
        """Send until it is answered: the same octets each time. The answer, when it is an acknowledgement."""
        tries = 0
        while True:
            self.up.wait(_WAIT)
            tries += 1
            try:
                status, body = _post(url, document)
            except (OSError, http.client.HTTPException):
                self.memory.sent_again += 1
                threading.Event().wait(0.01)
                continue
            if status == 503:
                self.memory.unavailable += 1
                threading.Event().wait(0.02)
                continue
            return self._answered(srv, document, status, body, is_again=tries > 1, is_final=is_final)

    def _answered(
        self, srv: str, document: bytes, status: int, body: bytes, *, is_again: bool, is_final: bool
    ) -> bytes | None:
        try:
            header = response_of(body).header
        except PeerError as error:
            self.memory.problems.append(f"{srv}: HTTP {status}: {error}")
            return None
        name, code = str(header.request_id), header.response_code
        if code in {"I0", "I99"}:
            if is_final:
                self.memory.acknowledged[name] = srv
            return body
        if code == "E100" and is_again:
            if is_final:
                self.memory.seen_before.add(name)
        else:
            self.memory.problems.append(f"{srv} {name}: {code} for {document[:60]!r}")
        return None


def _post(url: str, document: bytes) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_WAIT)
    try:
        connection.request("POST", parts.path, document, {"Content-Type": "application/xml"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
