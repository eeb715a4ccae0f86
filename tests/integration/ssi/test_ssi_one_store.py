"""One store with DUIS: what a client sends is on the pages, what people decide on the pages holds for the client."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from ssl import Purpose, create_default_context
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from harness.drivers import Action, DriverContext, UserIdentity, make_driver
from stubs.app import BackgroundDcc, DccSettings, background_dcc, init_pki
from stubs.clock import VirtualClock
from stubs.events import (
    MessageDelivered,
    MessageQueued,
    QuarantineEnded,
    RequestQuarantined,
    RequestReceived,
    SignInLocked,
)
from stubs.smki.tls import trust_only
from stubs.ssi.guesses import FREE
from stubs.wire.eui64 import Eui64
from tests.integration.ssi.conftest import FOREIGN, METER, OPERATOR, REQUEST_ID, SUPPLIER, Visitor, World
from tests.integration.ssi.conftest import exchange as recorded_exchange
from tests.integration.ssi.conftest import message as recorded_message

TRUST = Purpose.SERVER_AUTH


class Party:
    """A supplier with a client, a home, and a tester signed in to the pages."""

    def __init__(self, dcc: BackgroundDcc, driver: Any) -> None:
        self.dcc = dcc
        self._driver = driver
        types = {"hub": "CHF", "esme": "ESME", "gpf": "GPF"}
        devices = [{"name": name, "type": kind, "status": "Commissioned"} for name, kind in types.items()]
        home = dcc.control.add_premises({"name": "home", "devices": devices})
        self.user, self.meter = str(home["supplier"]), str(home["devices"]["esme"])
        row = next(row for row in dcc.control.users() if row["user"] == self.user)
        dcc.control.register_user(**{**row, "receive_url": driver.receive_url})
        self.visitor = Visitor(dcc.urls.ssi or "", trusting(dcc))
        assert self.visitor.sign_in(self.user, "IS").status == 303

    def sends(self, **options: bool) -> str:
        """Send 11.2 to the meter; its RequestID."""
        action = Action(id="a", user=self.user, role="IS", service="11.2", target=self.meter, options=options)
        outcome = self._driver.perform(action)
        assert outcome.status in {"done", "acknowledged"}, outcome
        return str(outcome.request_id)

    def waits_for(self, kind: type[Any], request_id: str) -> Any:
        """The first event of a kind that is about a request; waits until there is one."""
        while True:
            last = self.dcc.journal.last_seq
            found = [entry.event for entry in self.dcc.journal.entries() if isinstance(entry.event, kind)]
            for event in found:
                if event.request_id == request_id:
                    return event
            assert self.dcc.journal.wait(after=last, timeout=60), f"no {kind.__name__} of {request_id}"

    def signed(self, octets: bytes) -> bytes:
        """The signature of a file."""
        pair = self.dcc.pki.key_pair(Eui64.parse(self.user), "DS")
        assert pair is not None
        return base64.b64encode(pair.private_key.sign(octets, ec.ECDSA(hashes.SHA256())))


def trusting(dcc: BackgroundDcc) -> Any:
    return trust_only(create_default_context(TRUST), dcc.pki.authority.key_pair.certificate.pem)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BackgroundDcc, Any]]:
    folder = tmp_path_factory.mktemp("one-store")
    settings = DccSettings(port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(folder / "pki"))
    init_pki(folder / "pki")
    with background_dcc(settings, VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC))) as dcc:
        users = tuple(UserIdentity(str(one.eui), tuple(one.roles)) for one in dcc.pki.parties())
        urls = {name: str(getattr(dcc.urls, name)) for name in ("transform", "send_command", "non_device", "smki")}
        driver = make_driver("reference")
        driver.start(DriverContext(pki=folder / "pki", users=users, urls=urls, state_dir=folder, now=dcc.clock.now))
        yield dcc, driver
        driver.close()


@pytest.fixture
def party(running: tuple[BackgroundDcc, Any]) -> Iterator[Party]:
    running[0].control.reset()
    party = Party(*running)
    yield party
    party.visitor.close()


def test_a_message_is_shown_down_to_its_gbcs_fields(party: Party) -> None:
    party.sends()
    (name,) = party.visitor.get("/audit", kind="response").attributes("data-message")
    page = party.visitor.get(f"/audit/{name}").text
    assert "GBCS message, field by field" in page
    assert "ECS52" in page
    assert "originator counter" in page.lower()


@pytest.mark.parametrize(("action", "outcome", "code"), [("Release", "released", "I0"), ("Delete", "rejected", "E")])
def test_what_is_decided_about_a_held_request_comes_about(party: Party, action: str, outcome: str, code: str) -> None:
    party.dcc.control.call("set-threshold", user=party.user, srv="11.2", limit=0)
    request_id = party.sends(wait=False)
    held = party.waits_for(RequestQuarantined, request_id)
    assert held.reference in party.visitor.get("/quarantine").attributes("data-key")
    assert request_id in party.visitor.get("/quarantine/report.csv").text
    raised = party.visitor.submit("/smsr/new", "/smsr/new", request_type="quarantine", text="decided")
    request = raised.headers["location"].split("?")[0].rsplit("/", 1)[-1]
    file = f"QuarantineReference,Action\r\n{held.reference},{action}\r\n".encode()
    files = {"file": file, "signature": party.signed(file)}
    csrf = party.visitor.get("/quarantine").csrf
    assert party.visitor.upload("/quarantine/files", files, csrf=csrf, request=request).status == 303
    ended = [entry.event for entry in party.dcc.journal.entries() if isinstance(entry.event, QuarantineEnded)]
    assert [(one.reference, one.outcome) for one in ended[-1:]] == [(held.reference, outcome)]
    assert party.waits_for(MessageQueued, request_id).response_code.startswith(code)
    assert party.visitor.get("/quarantine").attributes("data-key") == []
    assert party.visitor.upload("/quarantine/files", files, csrf=csrf, request=request).status == 400, "only once"


def test_wrong_sign_ins_by_certificate_are_slowed_like_guesses(party: Party, tmp_path: Path) -> None:
    issued = party.dcc.control.call("issue-ssi-credential", person="nobody-at-all")
    both = tmp_path / "person.pem"
    both.write_text(issued["key"] + issued["certificate"])
    context = trusting(party.dcc)
    context.load_cert_chain(both)
    visitor = Visitor(party.dcc.urls.ssi or "", context)
    form = visitor.get("/sign-in/certificate")
    party.dcc.control.call("set-rate", rate=0)
    answers = [visitor.post("/sign-in/certificate", csrf=form.csrf, role="IS").text for _ in range(FREE + 2)]
    party.dcc.control.call("set-rate", rate=1)
    assert ["too many wrong guesses" in text for text in answers] == [False] * (FREE + 1) + [True]
    assert ["names nobody" in text for text in answers] == [True] * (FREE + 1) + [False]
    typed = visitor.sign_in(party.user, "IS", person="nobody-at-all")
    assert "The name or the pass phrase is not right." in typed.text, "the form counts by itself"
    visitor.close()
    locked = [entry.event for entry in party.dcc.journal.entries() if isinstance(entry.event, SignInLocked)]
    assert locked == []


# --- on recorded traffic ------------------------------------------------------------------------------------------


def _reads(world: World) -> None:
    """Two reads of the supplier's meter by others, one of them refused by the device, and one of a foreign meter."""
    for number, (user, srv, device, code) in enumerate(
        [(OPERATOR, "4.8.1", METER, "I0"), (SUPPLIER, "4.17", METER, "E20"), (OPERATOR, "4.8.1", FOREIGN, "I0")]
    ):
        request_id = f"{user}:{device}:{5000 + number}"
        world.add(
            *recorded_exchange(f"x5{number}", user, request_id, srv, device),
            recorded_message(f"m5{number}", user, request_id, code, srv=srv, device=device),
        )


def test_who_read_profile_data_is_told_with_service_time_user_and_success(world: World, supplier: Visitor) -> None:
    _reads(world)
    text = supplier.get("/profile-reads", device=METER).text
    rows = [row for row in text.split("<tr") if f"/inventory/{METER}" in row]
    assert len(rows) == 2, "not the reading of registers that the world has too"
    newest, oldest = rows
    assert ("4.17" in newest, SUPPLIER in newest, "Failed" in newest) == (True,) * 3
    assert ("4.8.1" in oldest, OPERATOR in oldest, "Success" in oldest, "2026-03-01 09:" in oldest) == (True,) * 4


def test_reads_of_a_meter_that_is_not_yours_are_not_told(world: World, supplier: Visitor) -> None:
    _reads(world)
    for query in ({"device": FOREIGN}, {"mpxn": "9999999999999"}):
        page = supplier.get("/profile-reads", **query)
        assert page.status == 200
        assert OPERATOR not in page.text
        assert "Nobody read profile data of a meter that you can see by this key." in page.text


def test_reads_older_than_three_months_are_not_told(world: World, supplier: Visitor) -> None:
    _reads(world)
    world.wait(93 * 24 * 60)
    supplier.sign_in()
    assert OPERATOR not in supplier.get("/profile-reads", device=METER).text


def test_messages_are_kept_for_three_months_and_not_a_day_less(world: World, supplier: Visitor) -> None:
    world.wait(91 * 24 * 60)
    supplier.sign_in()
    assert "x1" in supplier.get("/audit", request_id=REQUEST_ID).attributes("data-message")
    assert supplier.get("/audit/x1").status == 200


def test_a_request_that_quotes_an_incident_is_named_on_its_page(world: World, supplier: Visitor) -> None:
    told = {"category": "2", "title": "dead hub", "description": "no light"}
    reference = supplier.submit("/incidents/new", "/incidents/new", **told).headers["location"].split("?")[0]
    name = reference.rsplit("/", 1)[-1]
    quoting, other = f"{SUPPLIER}:{METER}:7000", f"{SUPPLIER}:{METER}:7001"
    for exchange, request_id, srv, quoted in (("x70", quoting, "8.14.3", name), ("x71", other, "8.14.3", "INC9999999")):
        _, *rest = recorded_exchange(exchange, SUPPLIER, request_id, srv, METER)
        body = f"<Request><IncidentReference>{quoted}</IncidentReference></Request>".encode()
        received = RequestReceived(exchange=exchange, service="non-device", peer="", content_type="", body=body)
        world.add(received, *rest)
    page = supplier.get(reference).text
    assert "Requests that quote it" in page
    assert (quoting in page, other in page) == (True, False)


def test_delivered_messages_say_so(world: World, supplier: Visitor) -> None:
    assert "Delivered" in supplier.get("/audit/m1").text
    world.add(MessageDelivered(message="m2", attempt=3, status=204))
    assert "Delivered at attempt 3" in supplier.get("/audit/m2").text
