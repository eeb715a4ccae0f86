"""A simulated DCC for a Party's own tests, as pytest fixtures; loads no scenario of ours.

Say ``pytest_plugins = ["harness.pytest_plugin"]`` in ``conftest.py``, and a test takes what it needs:

    def test_our_client_reads_a_meter(premises, party, inbox, dcc):
        home = premises(supplier=party("IS").eui)
        our_client.read(home["meter"], dcc.urls)
        assert party("IS").read(inbox.wait(home["meter"])).values

Stable, like ``harness.api``. One simulated DCC serves the whole session; every call of ``premises`` makes a home with
fresh identities, and ``faults`` are lifted when the test ends, so that tests do not meet.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.api import Party
    from stubs.app import BackgroundDcc

MESSAGE_LIMIT = 16 * 1024 * 1024
_DUAL_FUEL = (("hub", "CHF"), ("meter", "ESME"), ("gas_proxy", "GPF"), ("gas_meter", "GSME"))


@dataclass(slots=True)
class Clock:
    """The simulated DCC's clock; it goes at the wall's pace from the start of the session, and can be moved."""

    _dcc: BackgroundDcc

    def now(self) -> str:
        """ISO 8601, UTC."""
        return str(self._dcc.control.now())

    def advance(self, seconds: float) -> str:
        """Let so many seconds pass, with all that is due in them; the time after."""
        return str(self._dcc.control.advance_clock(seconds))

    def jump_to_next_event(self) -> str:
        """Let time pass until the next thing that is due; the time after."""
        return str(self._dcc.control.jump_to_next_event())


@dataclass(slots=True)
class Faults:
    """Rules that bend messages, for one test."""

    _dcc: BackgroundDcc
    _set: list[str] = field(default_factory=list)

    def add(self, effect: str, point: str = "delivery", **rule: Any) -> str:
        """Set one, such as ``add("wrong-signature")``; its id. Its fields: ``/faults`` in /openapi.json."""
        fault = str(self._dcc.control.set_fault({"effect": effect, "point": point, **rule}))
        self._set.append(fault)
        return fault

    def clear(self) -> None:
        """Lift those this test has set."""
        while self._set:
            self._dcc.control.clear_fault(self._set.pop())


@dataclass(slots=True)
class Inbox:
    """A receive-response endpoint: what the DCC posted, in order. Give ``url`` to ``register``."""

    url: str
    _come: queue.Queue[bytes] = field(default_factory=queue.Queue)

    def wait(self, about: str = "", timeout: float = 20.0) -> bytes:
        """The next document in which ``about`` stands: the identity of a device, or a RequestID; empty: any.

        Others are passed over, such as a late response to a request of the test before.

        Raises: TimeoutError: none came within ``timeout`` real seconds.
        """
        until = time.monotonic() + timeout
        try:
            while True:
                document = self._come.get(timeout=max(0.0, until - time.monotonic()))
                if about.encode() in document:
                    return document
        except queue.Empty:
            what = f"nothing about {about}" if about else "nothing"
            raise TimeoutError(f"the DCC posted {what} to {self.url} within {timeout:g} s") from None


@pytest.fixture(scope="session")
def dcc_settings() -> dict[str, Any]:
    """Keys of table ``[dcc]`` of the run file; override this fixture to choose yours (docs/settings.md)."""
    return {}


@pytest.fixture(scope="session")
def dcc_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the keys; override it to use yours (``uept pki import``)."""
    from stubs.app import init_pki  # noqa: PLC0415 - a session that takes no fixture loads nothing of ours

    folder = tmp_path_factory.mktemp("uept") / "keys"
    init_pki(folder)
    return folder


@pytest.fixture(scope="session")
def dcc(dcc_settings: dict[str, Any], dcc_keys: Path) -> Iterator[BackgroundDcc]:
    """A running simulated DCC on free loopback ports: ``urls``, ``control``, ``journal``."""
    from harness.api import simulated_dcc  # noqa: PLC0415

    with simulated_dcc(pki=str(dcc_keys), **dcc_settings) as running:
        yield running


@pytest.fixture
def premises(dcc: BackgroundDcc) -> Callable[..., dict[str, str]]:
    """Makes a home: ``premises(supplier=EUI)`` a dual-fuel one, or with ``devices=[{"name": …, "type": …}]``.

    Gives the identities by name: hub, meter, gas_proxy, gas_meter. All other fields are those of ``/premises``.
    """

    def make(devices: list[dict[str, Any]] | None = None, **spec: Any) -> dict[str, str]:
        wanted = devices or [{"name": name, "type": kind} for name, kind in _DUAL_FUEL]
        made = dcc.control.add_premises({"name": f"home {dcc.journal.last_seq}", "devices": wanted, **spec})
        return {name: str(eui) for name, eui in made["devices"].items()}

    return make


@pytest.fixture
def clock(dcc: BackgroundDcc) -> Clock:
    """The simulated DCC's clock."""
    return Clock(dcc)


@pytest.fixture
def faults(dcc: BackgroundDcc) -> Iterator[Faults]:
    """Faults for this test; lifted when it ends."""
    found = Faults(dcc)
    yield found
    found.clear()


@pytest.fixture
def party(dcc: BackgroundDcc, dcc_keys: Path) -> Callable[[str], Party]:
    """The first party of the keys that holds a role: ``party("IS")``; see ``harness.api.Party``."""
    from harness.api import load_party  # noqa: PLC0415

    def of(role: str) -> Party:
        eui = next((str(one.eui) for one in dcc.pki.parties() if role in one.roles), None)
        if eui is None:
            raise LookupError(f"no party of {dcc_keys} holds role {role}")
        return load_party(dcc_keys, eui)

    return of


@pytest.fixture
def inbox(dcc: BackgroundDcc) -> Iterator[Inbox]:
    """A receive-response endpoint for this test; every party of the keys is registered with it."""
    from harness.drivers.http_endpoint import HttpEndpoint, ReceivedPost  # noqa: PLC0415

    come: queue.Queue[bytes] = queue.Queue()

    def take(post: ReceivedPost) -> int:
        come.put(post.body)
        return 204

    endpoint = HttpEndpoint("127.0.0.1", 0, take, MESSAGE_LIMIT, "application/xml")
    endpoint.start()
    box = Inbox(f"http://127.0.0.1:{endpoint.port}/smartdcc/duis", come)
    for one in dcc.pki.parties():
        dcc.control.register_user(str(one.eui), one.name, list(one.roles), box.url)
    yield box
    endpoint.stop()
