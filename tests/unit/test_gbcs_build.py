"""``uept gbcs build``: what the command is built for, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run
from schemas.load import Srv, service_requests
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, example, write_request
from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases import CommandContext, build_command, read_command
from stubs.wire.request_id import RequestId
from tests.electricity_samples import COMMANDS as ELECTRICITY
from tests.gas_samples import COMMANDS as GAS

NOW = datetime(2026, 1, 15, tzinfo=UTC)
USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
DEVICES = {
    "ESME": "DE-51-CE-00-00-00-00-E1",
    "GSME": "DE-51-CE-00-00-00-00-61",
    "CHF": "DE-51-CE-00-00-00-00-C1",
}


def request(path: Path, srv: str, device_type: str, body: Node | None = None) -> Path:
    """A Service Request in a file; the smallest body of the service unless one is given."""
    row = service_requests()[Srv(srv)]
    header = RequestHeader(
        RequestId(USER, Eui64.parse(DEVICES[device_type]), 1000), min(row.command_variants), row.service_reference, srv
    )
    path.write_bytes(write_request(ServiceRequest(header, body or example(Srv(srv), device_type=device_type))))
    return path


def built(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run(["gbcs", "build", *arguments, "--json"]) == code
    (found,) = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_gas_command_built_for_a_time_is_the_same_each_time_and_carries_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = request(tmp_path / "request.xml", "7.2", "GSME")
    arguments = (str(file), "--device-type", "GSME", "--at")
    first, again = (built(capsys, *arguments, "2015-01-01T00:00:00Z")["payload"] for _ in range(2))
    # The guide's section 9: 473385600 seconds since 2000 are 2015-01-01; issuer event ids are little-endian.
    assert first == again
    assert (473385600).to_bytes(4, "little").hex().upper() in first
    assert built(capsys, *arguments, "2015-01-01T02:00:00+02:00")["payload"] == first
    assert built(capsys, *arguments, "2015-01-01T00:00:01Z")["payload"] != first


def test_a_time_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = request(tmp_path / "request.xml", "7.2", "GSME")
    assert run(["gbcs", "build", str(file), "--device-type", "GSME", "--at", "yesterday"]) == 2
    said = capsys.readouterr().err
    assert "--at" in said
    assert "2015-01-01T00:00:00Z" in said


@pytest.mark.parametrize(
    ("srv", "device_type", "name", "objects"),
    [("6.2.4", "ESME", "ECS26e", 5), ("6.2.4", "ESME", "ECS26m", 4), ("6.2.4", "CHF", "ECS26i", 3)],
)
def test_either_use_case_of_a_pair_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], srv: str, device_type: str, name: str, objects: int
) -> None:
    file = request(tmp_path / "request.xml", srv, device_type)
    found = built(capsys, str(file), "--device-type", device_type, "--use-case", name)
    assert found["use_case"] == name
    assert bytes.fromhex(found["payload"])[6] == objects
    assert read_command(int(found["message_code"], 16), bytes.fromhex(found["payload"])) == {}


def test_the_device_logs_of_a_hub_are_read_by_method(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = request(tmp_path / "request.xml", "8.9", "CHF")
    found = built(capsys, str(file), "--device-type", "CHF")
    # Issue 15: access specification 3, class 0068, instances 00001E0300FF and 00001E0301FF, method 4, two nulls.
    assert found["payload"].endswith("0203006800001E0300FF0403006800001E0301FF04020000")
    assert found["use_case"] == "CCS07"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((b"<sr:ServiceReference>2.1", b"<sr:ServiceReference>2.2"), "service-reference"),
        ((b"<sr:CommandVariant>4", b"<sr:CommandVariant>1"), "command-variant"),
        ((b"UpdatePrepayConfiguration", b"UpdateDebt"), "schema"),
        ((b"<sr:MaxMeterBalance>", b"<sr:MaxMeterBalance>9999999999"), "/MaxMeterBalance: the value is"),
        ((b"<sr:ServiceReferenceVariant>2.1", b"<sr:ServiceReferenceVariant>2.2"), "service-reference"),
    ],
)
def test_what_the_gateway_refuses_is_refused_by_the_same_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[bytes, bytes], why: str
) -> None:
    file = request(tmp_path / "request.xml", "2.1", "ESME")
    assert built(capsys, str(file), "--device-type", "ESME")["use_case"] == "ECS08a"
    file.write_bytes(file.read_bytes().replace(*change))
    assert why in built(capsys, str(file), "--device-type", "ESME", code=1)["error"]


def test_a_kind_of_device_that_the_service_is_not_for_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = request(tmp_path / "request.xml", "2.1", "ESME")
    assert "device-type" in built(capsys, str(file), "--device-type", "PPMID", code=1)["error"]


@pytest.mark.parametrize(
    ("name", "value", "limits"),
    [
        ("MaxMeterBalance", 2_147_483_648, "-2147483648 to 2147483647"),
        ("DebtRecoveryRateCap", 65_536, "0 to 65535"),
    ],
)
def test_a_number_that_does_not_fit_is_told_with_its_name_and_limits(name: str, value: int, limits: str) -> None:
    with pytest.raises(Misuse, match=f"{name}: {value} does not fit .*{limits}"):
        build_command("ECS08a", ELECTRICITY["ECS08a"] | {name: value}, CommandContext(1, USER, USER, NOW))


def test_a_number_of_a_gas_command_that_does_not_fit_is_told_with_its_name_and_limits() -> None:
    with pytest.raises(Misuse, match=r"EmergencyCreditLimit|limit: 4294967296 does not fit .*: .* to "):
        build_command("GCS05", GAS["GCS05"] | {"EmergencyCreditLimit": 1 << 32}, CommandContext(1, USER, USER, NOW))
