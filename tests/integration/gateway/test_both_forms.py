"""The same octets, sent to one process and to a front and a core: the same answers, and the same journal."""

from __future__ import annotations

import gzip
import http.client
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from stubs.app import BackgroundDcc, background_dcc
from stubs.clock import VirtualClock
from stubs.events import RequestAccepted, RequestAnswered, RequestReceived, RequestRefused
from stubs.smki import Pki
from tests.dcc_kit import EVERYTHING, NOW, OTHER_SUPPLIER, Party
from tests.serving_kit import FREE, connected

_SIGNATURE = re.compile(rb"SignatureValue>[^<]*<")
_OF_THE_EXCHANGE = (RequestReceived, RequestAccepted, RequestRefused, RequestAnswered)


class Sent(NamedTuple):
    """One request as it is sent: which web service, what, and how."""

    service: str
    body: bytes
    headers: Mapping[str, str] = {"Content-Type": "application/xml"}
    method: str = "POST"


def requests(pki: Pki, devices: Mapping[str, str]) -> Iterator[Sent]:
    """Good ones of each kind, and at least one for each way in which a front may hand a request on."""
    party, other = Party(pki), Party(pki, OTHER_SUPPLIER)
    esme = devices["esme"]
    good = party.request("12.1", UPRN="1")
    yield Sent("non_device", good)
    yield Sent("non_device", good)  # sent again
    yield Sent("non_device", party.request("8.2", DeviceID=esme))
    for srv, variant in (("4.1.1", 1), ("11.2", 1), ("7.4", 1), ("3.1", 1)):
        body: dict[str, Any] = {"SupplierMessage": "£ and é"} if srv == "3.1" else {}
        yield Sent("send_command", party.request(srv, esme, cv=variant, **body))
    yield Sent("transform", party.request("7.2", esme, cv=4))
    yield Sent("send_command", party.request("7.2", esme, cv=4))  # the wrong web service
    yield Sent("send_command", other.request("4.1.1", esme, cv=1))  # no supplier of the meter
    unsigned = party.request("12.1", UPRN="1").partition(b"<ds:Signature")[0] + b"</sr:Request>"
    yield Sent("non_device", unsigned)
    for version in ("5.0", "5.2", "9.9"):
        yield Sent("non_device", party.sign(unsigned.replace(b'"5.4"', f'"{version}"'.encode())))
    yield Sent("non_device", party.request("12.1", UPRN="1").replace(b"UPRN>1<", b"UPRN>2<"))  # altered
    yield Sent("non_device", party.request("12.1", UPRN="x" * 300))  # against the schema
    for broken in (b"", b"<a/>", b"<a", b"\xff\xfe", b"<!DOCTYPE a><a/>"):
        yield Sent("non_device", broken)
    fresh = party.request("12.1", UPRN="1")
    yield Sent("non_device", fresh, {"Content-Type": "text/plain"})
    yield Sent("non_device", fresh, {"Content-Type": "application/xml; charset=\xe9"})
    yield Sent("non_device", gzip.compress(fresh), {"Content-Type": "application/xml", "Content-Encoding": "gzip"})
    yield Sent("non_device", b"no gzip", {"Content-Type": "application/xml", "Content-Encoding": "gzip"})
    yield Sent("non_device", fresh, {"Content-Type": "application/xml", "Expect": "200-maybe"})
    yield Sent("non_device", b"", {}, "GET")


def answered(dcc: BackgroundDcc, sent: Sequence[Sent]) -> list[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of each answer, without signature and date."""
    answers = []
    for one in sent:
        url: str = getattr(dcc.urls, one.service)
        with connected(url) as connection:
            connection.request(one.method, url[url.index("/api") :], one.body, dict(one.headers))
            response: http.client.HTTPResponse = connection.getresponse()
            headers = {name: value for name, value in response.getheaders() if name not in {"Date", "Content-Length"}}
            answers.append((response.status, headers, _SIGNATURE.sub(b"", response.read())))
    return answers


def recorded(dcc: BackgroundDcc) -> list[tuple[type, dict[str, Any]]]:
    """What the journal holds of the exchanges, without signatures of the DCC."""
    found = []
    for entry in dcc.journal.entries():
        if isinstance(entry.event, _OF_THE_EXCHANGE):
            fields = msgspec.structs.asdict(entry.event)
            if isinstance(entry.event, RequestAnswered):
                fields["body"] = _SIGNATURE.sub(b"", entry.event.body)
            found.append((type(entry.event), fields))
    return found


def test_both_forms_answer_and_record_the_same(pki: Pki) -> None:
    sent: list[Sent] = []
    found = []
    for workers in (0, 2):
        settings = msgspec.structs.replace(FREE, workers=workers, device_latency=3600.0)
        with background_dcc(settings, VirtualClock(NOW, rate=0), pki) as dcc:
            devices = dcc.control.add_premises({"name": "home", "devices": list(EVERYTHING)})["devices"]
            sent = sent or list(requests(pki, devices))  # identities follow from the seed
            found.append((answered(dcc, sent), recorded(dcc)))
    (one_answers, one_journal), (answers, journal) = found
    assert answers == one_answers
    assert journal == one_journal
    assert {status for status, _, _ in answers} >= {200, 400, 405, 415, 417}
    assert {kind for kind, _ in journal} == set(_OF_THE_EXCHANGE)
