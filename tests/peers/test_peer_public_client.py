"""``uept serve --pki keystore.json`` driven as the DCC's own client does, with that client's packages unchanged.

Origin: ``@smartdcc/duis-parser`` 0.6.0, ``@smartdcc/duis-sign-wrap`` 0.1.2, ``@smartdcc/dccboxed-keystore`` 0.4.2
(GPL-3.0), each run as a program of its own by ``public_client.js``. Everything listens on loopback.
"""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stubs.smki import Pki
from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import check_mac, check_signature, decrypt, encryption_key
from stubs.wire.gbcs.crypto import sign as sign_gbcs
from stubs.wire.gbcs.envelope import Cra, Group, Message
from stubs.wire.gbcs.use_cases import read_response
from tests.bench.serving import Served, served
from tests.peers.public_tools import PublicTools

pytestmark = [pytest.mark.peer, pytest.mark.timeout(180)]

SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
NETWORK_OPERATOR = Eui64.parse("90-B3-D5-1F-30-02-00-00")
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
PROGRAM = Path(__file__).with_name("public_client.js")
PATIENCE = 20.0


class PublicClient:
    """The node program, one JSON line a command and one an answer."""

    def __init__(self, tools: PublicTools) -> None:
        self._process = subprocess.Popen(
            ["node", str(PROGRAM)],
            env=tools.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.receive_url: str = self._read()["receiveUrl"]

    def ask(self, command: str, **options: Any) -> Any:
        """Run one command. Raises: AssertionError: the client failed; with what it said."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **options}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        timer = threading.Timer(PATIENCE, self._process.kill)
        timer.start()
        line = self._process.stdout.readline()
        timer.cancel()
        if not line:
            assert self._process.stderr is not None
            raise AssertionError(f"the public client ended: {self._process.stderr.read()}")
        read: dict[str, Any] = json.loads(line)
        return read

    def send(self, url: str, target: Eui64, srv: str, variant: int, body: dict[str, Any], **options: Any) -> Any:
        """Build, sign, post and validate one request; ``counter`` 0 is replaced by the signing tool."""
        header = {
            "type": "request",
            "requestId": {
                "originatorId": str(SUPPLIER).lower(),
                "targetId": str(target).lower(),
                "counter": options.pop("counter", 0),
            },
            "commandVariant": variant,
            "serviceReference": srv if srv.count(".") == 1 else srv.rpartition(".")[0],
            "serviceReferenceVariant": srv,
        }
        return self.ask("send", url=url, request={"header": header, "body": body}, **options)

    def receive(self) -> dict[str, Any]:
        """The next message posted to the client's endpoint. Raises: AssertionError: none within ten seconds."""
        message: dict[str, Any] | None = self.ask("next", milliseconds=10_000)
        assert message is not None, "nothing was posted to the client's endpoint"
        return message

    def close(self) -> None:
        """End the program."""
        self._process.terminate()
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def client(public_tools: PublicTools) -> Iterator[PublicClient]:
    client = PublicClient(public_tools)
    yield client
    client.close()


@pytest.fixture(scope="module")
def dcc(public_tools: PublicTools, client: PublicClient) -> Iterator[Served]:
    with served("--pki", str(public_tools.keystore), "--receive-url", client.receive_url) as running:
        yield running


@pytest.fixture(scope="module")
def home(dcc: Served) -> dict[str, Any]:
    """Premises of the public supplier with an electricity meter on its hub, commissioned."""
    made: dict[str, Any] = dcc.control(
        "/premises",
        {
            "name": "public",
            "supplier": str(SUPPLIER),
            "network_operator": str(NETWORK_OPERATOR),
            "devices": [{"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "variant": "single"}],
        },
    )
    return made


@pytest.fixture(scope="module")
def esme(home: dict[str, Any]) -> Eui64:
    return Eui64.parse(home["devices"]["esme"])


def _payload(node: dict[str, Any]) -> bytes:
    return base64.b64decode(node["GBCSPayload"], validate=True)


def _message(answer: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = answer["duis"]["body"]["ResponseMessage"]
    return message


def _device_certificates(client: PublicClient, dcc: Served, device: Eui64) -> dict[str, Certificate]:
    found = client.ask("certificates", address=dcc.urls["smki"], eui=device.hex)
    assert {usage: len(ders) for usage, ders in found.items()} == {"DS": 1, "KA": 1}
    return {usage: Certificate.from_der(base64.b64decode(ders[0])) for usage, ders in found.items()}


def test_serve_says_where_the_stock_clients_services_are(dcc: Served) -> None:
    paths = [str(dcc.urls[name]).partition("/api")[2] for name in ("transform", "send_command", "non_device")]
    assert paths == ["/v1/serviceT", "/v1/serviceS", "/v1/serviceD"]
    assert dcc.urls["acb"] == str(ACB)


def test_the_public_client_reads_the_inventory(
    client: PublicClient, dcc: Served, home: dict[str, Any], esme: Eui64
) -> None:
    answer = client.send(dcc.urls["non_device"], ACB, "8.2", 8, {"ReadInventory": {"DeviceID": str(esme)}})
    assert answer["status"] == 200
    assert answer["contentType"].partition(";")[0] == "application/xml"
    header = answer["duis"]["header"]
    assert header["responseCode"] == "I0"
    assert header["requestId"] == answer["sent"]["requestId"]
    inventory = json.dumps(_message(answer)["DSPInventory"])
    assert str(esme) in inventory
    assert home["devices"]["chf"] in inventory


def test_the_public_client_reads_a_meter_and_gets_the_answer_later(
    client: PublicClient, dcc: Served, esme: Eui64, public_pki: Pki
) -> None:
    body = {"ReadInstantaneousImportRegisters": ""}
    acknowledged = client.send(dcc.urls["send_command"], esme, "4.1.1", 1, body)
    assert (acknowledged["status"], acknowledged["duis"]["header"]["responseCode"]) == (200, "I99")

    message = client.receive()
    assert message["isValid"], message.get("why")
    assert (message["path"], message["contentType"].partition(";")[0]) == ("/smartdcc/duis", "application/xml")
    header = message["duis"]["header"]
    sent = acknowledged["sent"]["requestId"]
    assert header["responseCode"] == "I0"
    assert header["requestId"] == sent
    assert header["responseId"] == {
        "originatorId": sent["targetId"],
        "targetId": sent["originatorId"],
        "counter": sent["counter"],
    }

    payload = Message.from_bytes(_payload(_message(message)))
    group = payload.group
    assert (group.cra, group.originator, group.recipient, group.counter) == (
        Cra.RESPONSE, esme, SUPPLIER, int(sent["counter"]),
    )  # fmt: skip
    device = _device_certificates(client, dcc, esme)["KA"]
    assert device.eui == esme
    keys = public_pki.key_pair(SUPPLIER, "KA", "02")
    assert keys is not None
    check_mac(payload, keys.private_key, device.public_key)
    key = encryption_key(group, keys.private_key, device.public_key)
    values = read_response(group.other.message_code, group.content, lambda blob: decrypt(blob, key, esme))
    register = dcc.control(f"/devices/{esme}")["import_register"]
    assert 0 <= register - values["ActiveImportRegister"] <= max(5, register // 1000)


def test_the_public_client_gets_a_pre_command_and_has_it_executed(
    client: PublicClient, dcc: Served, esme: Eui64, public_pki: Pki
) -> None:
    transformed = client.send(dcc.urls["transform"], esme, "7.2", 4, {"DisableSupply": ""})
    assert transformed["duis"]["header"]["responseCode"] == "I0"
    pre_command = _message(transformed)["PreCommand"]
    sent = transformed["sent"]["requestId"]
    group = Group.from_bytes(_payload(pre_command))
    assert (group.cra, group.originator, group.recipient, group.counter) == (
        Cra.COMMAND, SUPPLIER, esme, int(sent["counter"]),
    )  # fmt: skip
    assert float(pre_command["GBCSVersion"]) >= 1

    # The stock client repeats the transform's RequestID, counter included, in lower case.
    keys = public_pki.key_pair(SUPPLIER, "DS", "02")
    assert keys is not None
    signed = base64.b64encode(sign_gbcs(group, keys.private_key).to_bytes()).decode()
    body = {"SignedPreCommand": {"GBCSPayload": signed}}
    counter = int(sent["counter"])
    acknowledged = client.send(dcc.urls["send_command"], esme, "7.2", 5, body, counter=counter, preserveCounter=True)
    assert acknowledged["duis"]["header"]["responseCode"] == "I99"

    messages = [client.receive()]
    while "ResponseMessage" not in messages[-1]["duis"]["body"]:  # the meter's alert may come first
        messages.append(client.receive())
    response = messages[-1]
    assert all(message["isValid"] for message in messages)
    assert response["duis"]["header"]["requestId"] == sent
    answer = Message.from_bytes(_payload(_message(response))).group
    check_signature(answer, _device_certificates(client, dcc, esme)["DS"].public_key)
    assert dcc.control(f"/devices/{esme}")["supply"] == "disabled"


def test_the_public_client_is_told_when_it_posts_to_the_wrong_service(
    client: PublicClient, dcc: Served, esme: Eui64
) -> None:
    body = {"ReadInstantaneousImportRegisters": ""}
    answer = client.send(dcc.urls["transform"], esme, "4.1.1", 1, body)
    assert (answer["status"], answer["duis"]["header"]["responseCode"]) == (200, "E13")
    assert answer["duis"]["header"]["requestId"] == answer["sent"]["requestId"]
