"""A request that was checked before it came to the core is answered, and recorded, as one that was not."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from schemas.load import Service
from stubs.dcc import CheckedRequest, Reply, RequestChecker
from stubs.gateway.fronts.messages import Checked, read, told
from stubs.smki import Pki
from tests.dcc_kit import SUPPLIER, DccFixture
from tests.rule_trips import STRICT, TRIPS
from tests.unit.test_dcc_duis_versions import ask, schedule

_SIGNATURE = re.compile(rb"SignatureValue>[^<]*<")
_READ_AND_VERIFIED = (
    "content-type", "xml", "schema", "not-simulated", "unsigned", "signature", "unknown-signer", "too-large",
)  # fmt: skip
_AT_THE_EDGE = ("not-recorded", "too-slow", "no-such-service", "method", "not-http", "expectation", "truncated")


class CheckedBefore(DccFixture):
    """A core before which somebody checks requests."""

    found: CheckedRequest | None = None

    def post(self, document: bytes, service: Service | None = None, content_type: str = "application/xml") -> Reply:
        to = service or self._service(document)
        self.found = self._checked(document, content_type)
        handled = self.dcc.handle(document, to, content_type, "127.0.0.1", self.now, self.found)
        self.keep(handled.events)
        return handled.reply

    def _checked(self, document: bytes, content_type: str) -> CheckedRequest | None:
        """What is found, as it comes out at the core's end of the channel."""
        found = RequestChecker(self.settings, self.pki.certificates).check(document, content_type)
        if found is None:
            return None
        sent = msgspec.msgpack.encode(told(found, 0))
        return read(msgspec.msgpack.decode(sent, type=Checked), (found.certificate,))


def recorded(fixture: DccFixture) -> list[Any]:
    """What the journal holds, apart from signatures."""

    def plain(value: Any) -> Any:
        if isinstance(value, bytes) and b"SignatureValue>" in value:
            return _SIGNATURE.sub(b"", value)
        return value

    return [
        (type(entry.event), {name: plain(value) for name, value in msgspec.structs.asdict(entry.event).items()})
        for entry in fixture.entries
    ]


@pytest.mark.parametrize("rule", [rule for rule in TRIPS if rule not in _AT_THE_EDGE])
def test_a_refusal_is_the_same(pki: Pki, rule: str) -> None:
    alone, behind = DccFixture(pki, STRICT), CheckedBefore(pki, STRICT)
    assert TRIPS[rule](behind) == TRIPS[rule](alone)
    assert behind.refused() == rule
    assert recorded(behind) == recorded(alone)
    assert (behind.found is None) == (rule in _READ_AND_VERIFIED)


def test_an_acceptance_is_the_same(pki: Pki) -> None:
    alone, behind = DccFixture(pki), CheckedBefore(pki)
    for fixture in (alone, behind):
        device = fixture.build()["esme"]
        fixture.critical("7.2", device)
        assert fixture.post(fixture.party.request("4.1.1", device)).response_code == "I99"
        fixture.pass_time(10)
        fixture.valid()
    assert behind.found is not None
    assert [kind for kind, _ in recorded(behind)] == [kind for kind, _ in recorded(alone)]


@pytest.mark.parametrize("registered", ["", "5.0", "5.4"])
@pytest.mark.parametrize("stated", ["5.0", "5.4", "5.1000000000000000000000000000000000", "6.0"])
def test_a_request_is_judged_by_the_version_of_its_user_alike(pki: Pki, stated: str, registered: str) -> None:
    alone, behind = DccFixture(pki), CheckedBefore(pki)
    for fixture in (alone, behind):
        events = fixture.dcc.register_user(SUPPLIER, "A", ("IS", "GS"), None, "active", fixture.now, registered)
        fixture.keep(events)
        ask(fixture, stated, "12.1", UPRN="123456789012")
        device = fixture.build(export_supplier=SUPPLIER)["esme"]
        ask(fixture, stated, "5.1", **schedule(device))
    assert recorded(behind) == recorded(alone)
