"""From service request to command: who speaks, what is refused, what a Signed Pre-Command must keep."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from stubs.transform import Acb, Target, check_signed, command_values, transform, use_case_for
from stubs.wire.duis import Node, RequestHeader, ServiceRequest
from stubs.wire.errors import PeerError, Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group
from stubs.wire.gbcs.crypto import sign
from stubs.wire.gbcs.use_cases import read_command
from stubs.wire.request_id import RequestId

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
ACB = Eui64.parse("DC-C0-00-00-00-00-00-02")
METER = Eui64.parse("DE-51-CE-00-00-00-00-E1")
BROKER = Acb(ACB, 9001)


def leaf(name: str, text: str = "") -> Node:
    return Node(name, text)


def request(srv: str, body: Node, originator: Eui64 = USER) -> ServiceRequest:
    header = RequestHeader(RequestId(originator, METER, 77), 1, srv.rpartition(".")[0] or srv, srv)
    return ServiceRequest(header, body)


def device(device_type: str, *known: Eui64, variant: str = "", version: str = "4.2") -> Target:
    return Target(METER, device_type, variant, version, frozenset(known))


CLOCK = Node(
    "SynchroniseClock", children=(leaf("CurrentDateTime", "2026-01-15T10:00:00.25Z"), leaf("TolerancePeriod", "10"))
)


def test_a_known_party_speaks_for_itself() -> None:
    command = transform(request("11.2", leaf("ReadFirmwareVersion")), device("ESME", USER), BROKER, NOW)
    group = command.group
    assert (command.use_case, command.message_code, command.is_by_acb) == ("ECS52", 0x59, False)
    assert (group.cra, group.counter, group.originator, group.recipient) == (Cra.COMMAND, 77, USER, METER)
    assert (group.date_time, group.other.party, group.signature) == (b"", None, None)


def test_the_broker_speaks_for_an_unknown_party_with_its_own_counter() -> None:
    command = transform(request("11.2", leaf("ReadFirmwareVersion")), device("ESME"), BROKER, NOW)
    group = command.group
    assert command.is_by_acb
    assert (group.counter, group.originator) == (9001, ACB)
    assert (group.other.party, group.other.counter) == (USER, 77)
    assert group.content[2:5] == (9001).to_bytes(3, "big")


def test_the_broker_asking_for_itself_has_no_supplementary_fields() -> None:
    asked = request("11.2", leaf("ReadFirmwareVersion"), originator=ACB)
    group = transform(asked, device("PPMID"), BROKER, NOW).group
    assert (group.counter, group.originator, group.other.party) == (77, ACB, None)


def test_a_critical_command_is_always_from_the_user() -> None:
    group = transform(request("6.11", CLOCK), device("ESME"), BROKER, NOW).group
    assert (group.counter, group.originator, group.other.party) == (77, USER, None)


def test_fractions_of_a_second_do_not_reach_the_device() -> None:
    group = transform(request("6.11", CLOCK), device("GSME", USER), BROKER, NOW).group
    values = read_command(0x007F, group.content)
    assert values["CurrentDateTime"] == NOW


def test_a_sensitive_read_by_an_unknown_party_needs_its_certificate() -> None:
    body = leaf("ReadInstantaneousImportRegisters")
    with pytest.raises(Refusal, match="certificate") as refused:
        transform(request("4.1.1", body), device("ESME"), BROKER, NOW)
    assert refused.value.rule == "not-transformable"
    assert refused.value.response_code is None
    certificate = bytes(range(40))
    named = msgspec.structs.replace(
        body, children=(leaf("KAPublicSecurityCredentials", base64.b64encode(certificate).decode()),)
    )
    group = transform(request("4.1.1", named), device("ESME"), BROKER, NOW).group
    assert group.other.certificate == certificate
    broken = msgspec.structs.replace(body, children=(leaf("KAPublicSecurityCredentials", "?"),))
    with pytest.raises(Refusal, match="base64"):
        transform(request("4.1.1", broken), device("ESME"), BROKER, NOW)


@pytest.mark.parametrize(("variant", "is_twin"), [("twin", True), ("BD", True), ("single", False), ("A", False)])
def test_twin_element_meters_get_the_rows_of_their_second_element(variant: str, *, is_twin: bool) -> None:
    body = Node("UpdatePaymentMode", children=(leaf("Credit"),))
    group = transform(request("1.6", body), device("ESME", USER, variant=variant), BROKER, NOW).group
    assert read_command(0x001A, group.content)["IsTwinElement"] is is_twin


def test_execution_dates_reach_the_device_and_3000_cancels() -> None:
    for text, expected in (
        ("2026-02-01T00:00:00Z", datetime(2026, 2, 1, tzinfo=UTC)),
        ("3000-12-31T00:00:00.00Z", datetime(3000, 12, 31, tzinfo=UTC)),
    ):
        body = Node("UpdatePaymentMode", children=(leaf("ExecutionDateTime", text), leaf("Credit")))
        for device_type, code in (("ESME", 0x001A), ("GSME", 0x006C)):
            group = transform(request("1.6", body), device(device_type, USER), BROKER, NOW).group
            assert read_command(code, group.content)["ExecutionDateTime"] == expected


@pytest.mark.parametrize(
    ("srv", "device_type", "content", "version", "name"),
    [
        ("6.13", "ESME", "ALCSEvent", "4.2", "ECS35f"),
        ("6.13", "ESME", "ALCSEvent", "3.2", "ECS35f"),
        ("6.13", "ESME", "ALCSEvent", "", "ECS35f"),
        ("6.13", "CHF", "Security", "4.2", "ECS35d"),
        ("8.11", "CHF", "Remove", "4.2", "CCS02"),
        ("1.5", "GSME", "CreditMode/ResetMeterBalance", "4.2", "GCS40d"),
        ("7.4", "GSME", "", "4.2", "GCS33"),
    ],
)
def test_the_table_chooses_by_type_content_and_version(
    srv: str, device_type: str, content: str, version: str, name: str
) -> None:
    assert use_case_for(srv, device_type, content, version) == name


def test_the_auxiliary_log_is_read_by_one_use_case_for_the_supplier_and_by_another_for_the_network_operator() -> None:
    # Reference data: ECS35f_6.13_SUCCESS is asked for by the supplier, ECS35g_6.13_SUCCESS by the network operator.
    assert use_case_for("6.13", "ESME", "ALCSEvent", "4.2", by_network_operator=True) == "ECS35g"
    assert use_case_for("6.13", "ESME", "Event", "4.2", by_network_operator=True) == "ECS35a"


@pytest.mark.parametrize(
    ("srv", "device_type", "older", "later"),
    [
        ("6.2.4", "ESME", ("ECS26e", "3.2"), ("ECS26m", "4.0")),
        ("6.2.4", "CHF", ("ECS26i", "3.2"), ("ECS26n", "4.0")),
        ("6.2.4", "GSME", ("GCS21e", "3.2"), ("GCS21m", "4.0")),
        ("8.9", "CHF", ("CCS06", "3.2"), ("CCS07", "4.0")),
    ],
)
def test_use_cases_of_one_version_have_one_threshold_and_either_of_a_pair_can_be_named(
    srv: str, device_type: str, older: tuple[str, str], later: tuple[str, str]
) -> None:
    for name, version in (older, later):
        assert use_case_for(srv, device_type, "", version) == name
        assert use_case_for(srv, device_type, "", "4.2", named=name) == name


def test_a_named_use_case_that_does_not_fit_the_request_is_refused() -> None:
    with pytest.raises(Refusal, match="is ECS52"):
        use_case_for("6.2.4", "ESME", "", "4.2", named="ECS52")


@pytest.mark.parametrize(
    ("srv", "device_type", "body"),
    [
        ("7.1", "GSME", leaf("EnableSupply")),
        ("99.9", "ESME", leaf("Unknown")),
        ("8.11", "CHF", Node("UpdateHANDeviceLog", children=(leaf("RequestType", "Replace"),))),
        ("1.6", "ESME", leaf("UpdatePaymentMode")),
        ("6.11", "ESME", leaf("SynchroniseClock")),
        ("3.1", "ESME", leaf("DisplayMessage")),
    ],
)
def test_what_cannot_become_a_command_is_refused(srv: str, device_type: str, body: Node) -> None:
    with pytest.raises(Refusal) as refused:
        transform(request(srv, body), device(device_type, USER), BROKER, NOW)
    assert refused.value.rule == "not-transformable"


def test_values_that_no_command_can_hold_are_refused() -> None:
    period = Node(
        "ReadLogPeriod",
        children=(leaf("StartDateTime", "1999-01-01T00:00:00Z"), leaf("EndDateTime", "2026-01-01T00:00:00Z")),
    )
    body = Node("ReadEventOrSecurityLog", children=(period, leaf("LogToRead", "Event")))
    with pytest.raises(Refusal, match="2000"):
        transform(request("6.13", body), device("ESME", USER), BROKER, NOW)
    adding = Node(
        "UpdateHANDeviceLog",
        children=(
            leaf("DeviceID", str(METER)),
            leaf("RequestType", "Add"),
            Node("AddDeviceToCHFWhitelist", children=(leaf("JoinTimePeriod", "90"),)),
        ),
    )
    with pytest.raises(Refusal, match="InstallCode"):
        transform(request("8.11", adding), device("CHF"), BROKER, NOW)


@pytest.mark.parametrize(
    ("srv", "path", "text"),
    [
        ("1.5", "PrepaymentMode/AdjustMeterBalance", "many"),
        ("8.11", "AddDeviceToCHFWhitelist/InstallCode", "XY"),
        ("8.11", "DeviceID", "00-11"),
    ],
)
def test_a_text_that_cannot_be_read_is_named_with_its_path(srv: str, path: str, text: str) -> None:
    node = leaf(path.rpartition("/")[2], text)
    for name in reversed(path.split("/")[:-1]):
        node = Node(name, children=(node,))
    others = (leaf("DeviceID", str(METER)), leaf("RequestType", "Add")) if path != "DeviceID" else ()
    with pytest.raises(PeerError) as refused:
        command_values(srv, Node("Body", children=(node, *others)))
    assert refused.value.where == f"Body/{path}"


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(0xC0FFEE, ec.SECP256R1())


@pytest.fixture
def issued() -> Group:
    return transform(request("6.11", CLOCK), device("ESME", USER), BROKER, NOW).group


def test_the_issued_pre_command_with_a_right_signature_passes(issued: Group, key: ec.EllipticCurvePrivateKey) -> None:
    check_signed(issued, sign(issued, key), key.public_key())
    check_signed(msgspec.structs.replace(issued, signature=b""), sign(issued, key), key.public_key())


def test_an_altered_pre_command_is_refused_though_signed_well(issued: Group, key: ec.EllipticCurvePrivateKey) -> None:
    altered = sign(msgspec.structs.replace(issued, content=issued.content[:-1] + b"\x01", counter=78), key)
    with pytest.raises(Refusal, match="counter, content") as refused:
        check_signed(issued, altered, key.public_key())
    assert refused.value.rule == "pre-command-altered"


def test_a_wrong_or_missing_signature_is_refused(issued: Group, key: ec.EllipticCurvePrivateKey) -> None:
    other = ec.derive_private_key(0xBADC0DE, ec.SECP256R1())
    for signed in (sign(issued, other), issued, msgspec.structs.replace(issued, signature=b"")):
        with pytest.raises(Refusal) as refused:
            check_signed(issued, signed, key.public_key())
        assert refused.value.rule == "pre-command-signature"
