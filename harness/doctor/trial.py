"""One real trial: the party's identity signs a request that the simulated DCC takes, and the DCC delivers an alert."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from harness.api import Party, load_party
from harness.doctor.finding import Condition, State
from harness.drivers import Action, DriverContext, UserIdentity, driver_traits, make_driver, running
from harness.drivers.reference.transport import HttpClient, TransportFailureError
from harness.engine.folder import pki_folder
from harness.engine.party_program import party_program
from harness.settings import RehearsalSettings
from schemas.load import UserRole
from stubs.app import BackgroundDcc, background_dcc
from stubs.events import DeliveryFailed, MessageDelivered
from stubs.wire import Blocked, InputError, PeerError

_FREE = {"port": 0, "smki_port": 0, "ssi_port": 0, "control_port": 0}
_ALERT = "8F3F"
_RESPONSIBLE = {UserRole.IS: "supplier", UserRole.GS: "gas_supplier", UserRole.ED: "network_operator"}
PROBE_SECONDS = 15.0
"""Real seconds the driver has for that action."""
DELIVERY_SECONDS = 20.0
"""Real seconds an alert may take to be answered; more than one attempt of the delivery."""


def look_at_trial(settings: RehearsalSettings) -> Iterator[Condition]:
    """Start a simulated DCC, send it a signed 8.2 in the party's name, let it deliver an alert to the receive URL."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "state").mkdir()
        try:
            pki = pki_folder(settings, folder)
            dcc_settings = msgspec.structs.replace(settings.dcc, pki=str(pki), state_dir=None, tls=None, **_FREE)
            dcc = stack.enter_context(background_dcc(dcc_settings))
            role, user = _user(settings, dcc)
            party = load_party(pki, user)
        except (Blocked, PeerError, InputError) as error:
            yield Condition("trial", State.MISSING, str(error), "Mend the keys first: see the lines above.")
            return
        dcc.control.register_user(user, "party under test", [role.value], settings.receive_url or None)
        home = {"name": "doctor", "devices": [{"name": "hub", "type": "CHF"}, {"name": "meter", "type": "ESME"}]}
        premises = dcc.control.add_premises(home | ({_RESPONSIBLE[role]: user} if role in _RESPONSIBLE else {}))
        meter = str(premises["devices"]["meter"])
        yield _request(dcc, party, meter)
        try:
            if settings.party_program:
                stack.enter_context(party_program(settings.party_program, settings.receive_url))
        except (Blocked, InputError) as error:
            yield Condition("party_program", State.MISSING, str(error), "Start it by hand to see why.")
            return
        if settings.receive_url:
            yield _delivery(dcc, user, meter, settings.receive_url)
        traits = driver_traits(settings.driver)
        if not traits.is_built_in and not traits.is_manual:
            yield _probe(settings, dcc, folder, pki, user)


def _user(settings: RehearsalSettings, dcc: BackgroundDcc) -> tuple[UserRole, str]:
    """Return role and User of the trial: the first of the settings, else the first party of the keys with a role.

    Raises: Blocked: there is none.
    """
    for role, eui in settings.users.items():
        if not settings.roles or role in settings.roles:
            return UserRole(role), eui.strip().upper()
    for party in dcc.pki.parties():
        for role_name in party.roles:
            if not settings.roles or role_name in settings.roles:
                return UserRole(role_name), str(party.eui)
    raise Blocked("no party of the keys holds a role of the settings", mend="`uept pki list` shows who does.")


def _request(dcc: BackgroundDcc, party: Party, meter: str) -> Condition:
    what = "trial: a signed request"
    document = party.request("8.2", parameters={"DeviceID": meter}, counter=1)
    try:
        answer = HttpClient().post(str(dcc.urls.non_device), document, "application/xml", 20.0)
        received = party.read(answer.body, smki=str(dcc.urls.smki), is_answer=True)
    except (TransportFailureError, PeerError) as error:
        return Condition(what, State.MISSING, str(error), "`uept explain signature` and `signer-identity` say more.")
    detail = f"8.2 as {party.eui}: {received.meaning}"
    if not received.is_success:
        return Condition(what, State.MISSING, detail, f"`uept explain {received.code}` says what to do.")
    return Condition(what, State.OK, detail)


def _probe(settings: RehearsalSettings, dcc: BackgroundDcc, folder: Path, pki: Path, user: str) -> Condition:
    """Ask the driver for an action that does no harm, signing out of the SSI: any outcome will do."""
    what = "trial: the driver"
    context = DriverContext(
        pki=pki,
        users=(UserIdentity(user, ()),),
        urls={"transform": str(dcc.urls.transform), "smki": str(dcc.urls.smki)},
        state_dir=folder,
        now=dcc.clock.now,
    )
    mend = "It reads one action (JSON) and gives one outcome: `uept docs drivers`."
    try:
        with running(make_driver(settings.driver), context) as driver:
            outcome = driver.perform(Action(id="doctor", kind="sign-out-ssi", user=user, deadline=PROBE_SECONDS))
    except (Blocked, PeerError, InputError) as error:
        return Condition(what, State.MISSING, str(error), mend)
    if outcome.status == "blocked":
        return Condition(what, State.MISSING, outcome.detail, mend)
    return Condition(what, State.OK, f"it answers: {outcome.status}")


def _delivery(dcc: BackgroundDcc, user: str, meter: str, url: str) -> Condition:
    what = "trial: a delivery"
    after = dcc.journal.last_seq
    dcc.control.raise_device_alert(meter, _ALERT, recipient=user)
    until = time.monotonic() + DELIVERY_SECONDS
    while (left := until - time.monotonic()) > 0:
        for entry in dcc.journal.entries(after=after):
            after = entry.seq
            match entry.event:
                case MessageDelivered(status=status):
                    return Condition(what, State.OK, f"alert {_ALERT} posted to {url}: HTTP {status}")
                case DeliveryFailed(status=status, reason=reason):
                    said = f"HTTP {status}" if status else reason
                    mend = "Start your receiver (or name it as party_program), and answer 2xx to application/xml."
                    return Condition(what, State.MISSING, f"alert {_ALERT} posted to {url}: {said}", mend)
        dcc.journal.wait(after=after, timeout=left)
    return Condition(what, State.MISSING, f"{url} gave no answer", "Answer within a few seconds.")
