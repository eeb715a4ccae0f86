"""The Party's client while load is on: asked for a request again and again, through its driver, of a simulated DCC."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from harness.drivers import Action, Driver, DriverContext, UserIdentity, driver_traits, make_driver, running
from harness.load.sender import Sink
from harness.settings import RehearsalSettings
from stubs.app import BackgroundDcc, background_dcc
from stubs.events import LoadAsked
from stubs.wire.errors import InputError

_FREE = {"port": 0, "smki_port": 0, "ssi_port": 0, "control_port": 0}
_HOME = {"name": "load", "devices": [{"name": "hub", "type": "CHF"}, {"name": "meter", "type": "ESME"}]}
_SUPPLIERS = frozenset({"IS", "GS"})
_READ, _INVENTORY = "4.1.1", "8.2"


@contextmanager
def asking(settings: RehearsalSettings, user: str, pki: Path, folder: Path, sink: Sink) -> Iterator[None]:
    """Ask the client ``load.client_rate`` times a second, one request at a time, until the block ends.

    A supplier reads a meter (4.1.1), any other User the inventory (8.2). Does nothing when the rate is 0.

    Raises: InputError: a driver that asks a person; Blocked: DCC or driver cannot start.
    """
    if not settings.load.client_rate:
        yield
        return
    if driver_traits(settings.driver).is_manual:
        raise InputError("load.client_rate: the driver asks a person", mend="Name another: --driver command:….")
    with ExitStack() as stack:
        own = msgspec.structs.replace(settings.dcc, pki=str(pki), state_dir=None, tls=None, **_FREE)
        dcc = stack.enter_context(background_dcc(own))
        state = folder / "state" / "driver"
        state.mkdir(parents=True, exist_ok=True)
        identities = tuple(UserIdentity(str(one.eui), tuple(one.roles), one.name) for one in dcc.pki.parties())
        urls = {name: str(value) for name, value in msgspec.to_builtins(dcc.urls).items() if value}
        context = DriverContext(pki=pki, users=identities, urls=urls, state_dir=state, now=dcc.clock.now)
        driver = stack.enter_context(running(make_driver(settings.driver), context))
        role = next((one.roles[0] for one in identities if one.eui == user and one.roles), "")
        stop = threading.Event()
        action = _action(settings, driver, dcc, user, role, urls)
        thread = threading.Thread(target=_ask, args=(settings, driver, action, sink, stop), name="client under load")
        stack.callback(thread.join)
        stack.callback(stop.set)
        thread.start()
        yield


def _action(
    settings: RehearsalSettings, driver: Driver, dcc: BackgroundDcc, user: str, role: str, urls: dict[str, str]
) -> Action:
    """Return the client's action without its id; its User and a meter of it are known to the DCC."""
    endpoint = driver.receive_url or settings.receive_url
    dcc.control.register_user(user, "party under load", [role] if role else [], endpoint)
    home = _HOME | ({"supplier": user} if role in _SUPPLIERS else {})
    meter = str(dcc.control.add_premises(home)["devices"]["meter"])
    base = Action(id="load", user=user, role=role, deadline=settings.deadline, urls=urls)
    if role in _SUPPLIERS:
        return msgspec.structs.replace(base, service=_READ, target=meter, target_type="ESME")
    return msgspec.structs.replace(base, service=_INVENTORY, parameters={"DeviceID": meter})


def _ask(settings: RehearsalSettings, driver: Driver, action: Action, sink: Sink, stop: threading.Event) -> None:
    """One at a time, at the planned rate or as fast as the client is; at least once."""
    number, start = 0, time.monotonic()
    while number == 0 or not stop.wait(max(0.0, start + number / settings.load.client_rate - time.monotonic())):
        began = time.monotonic()
        outcome = driver.perform(msgspec.structs.replace(action, id=f"load-{number}"))
        took = time.monotonic() - began
        sink(LoadAsked(number=number, status=outcome.status, seconds=took, detail=outcome.detail))
        number += 1
