"""Electricity use cases: what is built from generated values is read back, and no bytes crash a reader."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stubs.wire.errors import Misuse, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms, use_cases
from stubs.wire.gbcs.dlms import Tag
from stubs.wire.gbcs.use_cases.dlms_tables import DlmsTable, ProtectedTable
from stubs.wire.gbcs.use_cases.electricity import ELECTRICITY_CODECS
from stubs.wire.gbcs.use_cases.electricity_alerts import DATA_ALERTS, SENSITIVE_ALERT
from stubs.wire.gbcs.use_cases.electricity_shapes import ELECTRICITY_SHAPES
from stubs.wire.gbcs.use_cases.shape_language import member_of, shape_of
from stubs.wire.gbcs.use_cases.shapes import (
    CONSTANT,
    MERGED,
    Activation,
    Either,
    Fixed,
    Flag,
    Log,
    Member,
    Record,
    Repeated,
    Shape,
    Simple,
)
from stubs.wire.gbcs.use_cases.value_shapes import DAYS_OF_WEEK, VALUE_SHAPES, Choice

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
DEVICE = Eui64.parse("DE-51-CE-00-00-00-00-E1")
CONTEXT = use_cases.CommandContext(0x0102030405060708, USER, DEVICE, NOW)
FEW = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""A hundred tables with ten examples each."""
TABLES = {name: codec for name, codec in ELECTRICITY_CODECS.items() if isinstance(codec, (DlmsTable, ProtectedTable))}

moments = st.integers(0, 0xFFFFFFFE).map(lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
dates = st.builds(
    "{}-{}-{}{}".format,
    st.sampled_from(["*", "2026", "0000"]),
    st.sampled_from(["*", "01", "12", "254"]),
    st.sampled_from(["*", "01", "31", "253"]),
    st.sampled_from(["", "/1", "/7"]),
)
times = st.builds("{:02d}:{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
euis = st.binary(min_size=8, max_size=8).map(lambda octets: str(Eui64(octets)))
channels = st.fixed_dictionaries(
    {
        "Page": st.integers(0, 31),
        "Channels": st.sets(st.integers(0, 26)).map(lambda found: tuple(sorted(found))),
    }
)
NUMBERS = {"u8": (0, 0xFF), "u16": (0, 0xFFFF), "u32": (0, 0xFFFFFFFF), "enum": (0, 0xFF)} | {
    f"i{size}": (-(1 << size - 1), (1 << size - 1) - 1) for size in (8, 16, 32)
}
NAMED: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.integers(low, high) for name, (low, high) in NUMBERS.items()},
    "bool": st.booleans(),
    "bits": st.text("01", max_size=20),
    "octets": st.binary(max_size=20).map(lambda octets: octets.hex().upper()),
    "octet": st.integers(0, 0xFF),
    "text": st.text(max_size=12),
    "visible": st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20), max_size=12),
    "utf8": st.text(max_size=12),
    "eui64": euis,
    "date": dates,
    "time": times,
    "stamp": st.builds("{}T{}".format, dates, times),
    "moment": moments,
    "moment-with-weekday": moments,
    "seconds": moments,
    "hundredths": st.integers(0, 0xFFFF).map(lambda raw: raw / 100),
    "weekdays": st.sets(st.sampled_from(DAYS_OF_WEEK)).map(
        lambda days: tuple(day for day in DAYS_OF_WEEK if day in days)
    ),
    "prices": st.fixed_dictionaries(
        {
            "TOUPrices": st.lists(st.integers(0, 9), min_size=48, max_size=48).map(tuple),
            "BlockPrices": st.lists(st.tuples(*[st.integers(-9, 9)] * 4), min_size=8, max_size=8).map(tuple),
        }
    ),
    "mpans": st.fixed_dictionaries(
        {"ImportMPAN": st.text("0123456789", min_size=13, max_size=13)},
        optional={"SecondaryImportMPAN": st.text("0123456789", min_size=13, max_size=13)},
    ),
    "auxiliary-action": st.one_of(
        st.fixed_dictionaries(
            {"AuxiliaryController": st.integers(1, 5), "Action": st.sampled_from(["Activate", "Deactivate"])}
        ),
        st.fixed_dictionaries(
            {"AuxiliaryController": st.integers(1, 5), "CommandedStateLevel": st.integers(0, 100)},
            optional={"InputFromControlledLoad": st.just(value=True)},
        ),
    ),
    "channels": channels,
    "switch": st.one_of(st.just("ALCS"), euis.filter(lambda eui: eui != "00-00-00-00-00-00-00-00")),
    "command-reference": st.fixed_dictionaries(
        {"MessageCode": st.sampled_from(["0019", "00DE"]), "OriginatorCounter": st.integers(0, 1 << 63)}
    ),
}
BY_SHAPE = {id(shape): NAMED[name] for name, shape in {**VALUE_SHAPES, **ELECTRICITY_SHAPES}.items() if name in NAMED}


def values_of(shape: Shape) -> st.SearchStrategy[Any]:
    """Values that a shape can hold."""
    if id(shape) in BY_SHAPE:
        return BY_SHAPE[id(shape)]
    match shape:
        case Choice():
            return st.sampled_from(sorted(shape.names.values()))
        case Flag():
            return st.just(value=True)
        case Repeated():
            return st.lists(values_of(shape.element), max_size=3).map(tuple)
        case Fixed(count=1):
            return values_of(shape.element)
        case Fixed():
            return st.lists(values_of(shape.element), min_size=shape.count, max_size=shape.count).map(tuple)
        case Log():
            return st.lists(values_of(shape.entry), max_size=2).map(tuple)
        case Either():
            return st.one_of(*(values_of(log) for log in shape.logs))
        case Record():
            return members_values(shape.members)
        case Simple():
            codes = st.dictionaries(st.sampled_from([0x0D, 0xFF]), st.sampled_from(["Enable", "Disable"]))
            high = shape.read("0" * 255 + "1" + "0" * 256 if is_change(shape) else "0" * 255 + "1")
            prefix = next(iter(high))[:2]
            if is_change(shape):
                return codes.map(lambda found: {f"{prefix}{low:02X}": found[low] for low in sorted(found)})
            return codes.map(lambda found: tuple(f"{prefix}{low:02X}" for low in sorted(found)))
    raise AssertionError(shape)


def is_change(shape: Simple) -> bool:
    try:
        shape.read("0" * 512)
    except PeerError:
        return False
    return True


@st.composite
def members_values(draw: st.DrawFn, members: tuple[Member, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for member in members:
        if isinstance(member.shape, Activation):
            if "ExecutionDateTime" not in values and (when := draw(st.none() | moments | st.just(use_cases.CANCELLED))):
                values[member.name] = when
        elif member.name == MERGED:
            values |= {name: value for name, value in draw(values_of(member.shape)).items() if name not in values}
        elif member.name != CONSTANT and member.name not in values and not (member.is_optional and draw(st.booleans())):
            values[member.name] = draw(values_of(member.shape))
    return values


def command_values(codec: DlmsTable | ProtectedTable) -> st.SearchStrategy[dict[str, Any]]:
    if isinstance(codec, ProtectedTable):
        asks = any(one.is_range for one in codec.objects)
        members: tuple[Member, ...] = ()
    else:
        asks = any(row.is_log for row in codec.rows)
        members = tuple(row.member for row in codec.rows if not row.is_answer)
    period = st.fixed_dictionaries({"StartDateTime": moments, "EndDateTime": moments}) if asks else st.just({})
    return st.builds(lambda one, two: {**one, **two}, members_values(members), period)


def answer_values(codec: DlmsTable | ProtectedTable) -> st.SearchStrategy[dict[str, Any]]:
    if isinstance(codec, ProtectedTable):
        return values_of(codec.plain)
    return members_values(tuple(row.member for row in codec.rows if row.is_answer))


def mask(data: bytes) -> bytes:
    return b"\x31" + bytes(octet ^ 0x55 for octet in data)


def unmask(data: bytes) -> bytes:
    return bytes(octet ^ 0x55 for octet in data[1:])


@pytest.mark.parametrize("name", sorted(TABLES))
def test_commands_are_read_as_they_were_built_and_answered(name: str) -> None:
    codec, row = TABLES[name], use_cases.use_case(name)

    @settings(FEW)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        values = data.draw(command_values(codec))
        if isinstance(codec, DlmsTable) and not values and all(row.member.is_optional for row in codec.rows):
            return
        command = use_cases.build_command(name, values, CONTEXT)
        assert use_cases.read_command(row.message_code, command) == values
        answer = data.draw(answer_values(codec))
        built = use_cases.build_response(name, command, answer, mask)
        found = use_cases.read_response(row.message_code, built, unmask)
        assert found["MessageSuccess"] is True
        assert use_cases.build_response(name, command, found, mask) == built
        failed = use_cases.build_response(
            name, command, answer | {"results": use_cases.error_results(name, command)}, mask
        )
        assert use_cases.read_response(row.message_code, failed, unmask)["MessageSuccess"] is False

    check()


@given(
    st.sampled_from(["Activate", "Deactivate", "Reset"]), st.integers(1, 5), st.integers(0, 0xFFFF), st.integers(0, 100)
)
def test_orders_to_auxiliary_controllers_are_read_as_they_were_built(
    action: str, number: int, minutes: int, level: int
) -> None:
    switch = {"AuxiliaryController": number, "Action": action} | ({} if action == "Reset" else {"Duration": minutes})
    limit = {"AuxiliaryController": number, "CommandedStateLevel": level, "StartDateTime": NOW, "EndDateTime": NOW}
    limits = [limit, limit | {"InputFromControlledLoad": True}]
    for name, values in [("ECS47", switch), *((name, one) for name in ("ECS47a", "ECS47e") for one in limits)]:
        command = use_cases.build_command(name, values, CONTEXT)
        code = use_cases.use_case(name).message_code
        assert use_cases.read_command(code, command) == values
        built = use_cases.build_response(name, command, {})
        assert use_cases.read_response(code, built)["MessageSuccess"] is True
        assert use_cases.outcomes_of(code, command) == ()


@pytest.mark.parametrize("code", sorted(DATA_ALERTS))
def test_alerts_with_data_are_read_as_they_were_built(code: int) -> None:
    @settings(FEW)
    @given(values_of(DATA_ALERTS[code]), moments)
    def check(values: dict[str, Any], when: datetime) -> None:
        parties = {"Device": str(DEVICE), "ProtectedFor": str(USER)} if code == SENSITIVE_ALERT else {}
        built = use_cases.build_data_alert(code, 0x8F0A, when, 5, values | parties, mask)
        found = use_cases.read_alert(code, built, unmask)
        assert found.pop("AlertCode") == "8F0A"
        assert found.pop("Timestamp") == when
        found.pop("Body")
        assert found == values | parties

    check()


@given(
    st.sampled_from(sorted(ELECTRICITY_CODECS)),
    st.binary(max_size=60),
    st.sampled_from([b"\xd9\x20\x00\x00\x01\x00", b"\xda\x20\x00\x00\x01\x00\x00", b"\x0f\x20\x00\x00\x01\x00", b""]),
)
def test_no_content_crashes_an_electricity_use_case(name: str, rest: bytes, head: bytes) -> None:
    code = use_cases.use_case(name).message_code
    for reader in (use_cases.read_command, use_cases.read_alert):
        with contextlib.suppress(PeerError):
            reader(code, head + rest)
    with contextlib.suppress(PeerError):
        use_cases.read_response(code, head + rest, lambda data: data)


VALUES = st.recursive(
    st.one_of(
        st.just(dlms.null()),
        st.binary(max_size=13).map(dlms.octets),
        st.text("01", max_size=40).map(dlms.bits),
        st.integers(0, 0xFFFF).map(dlms.uint16),
        st.integers(0, 0xFF).map(dlms.uint8),
        st.integers(0, 0xFF).map(dlms.enum),
    ),
    lambda inner: st.lists(inner, max_size=5).flatmap(
        lambda items: st.sampled_from([dlms.Data(Tag.ARRAY, tuple(items)), dlms.Data(Tag.STRUCTURE, tuple(items))])
    ),
    max_leaves=12,
)


@given(st.sampled_from(sorted(TABLES)), st.lists(VALUES, min_size=30, max_size=30))
def test_other_values_in_the_rows_of_a_use_case_are_read_or_refused(name: str, drawn: list[dlms.Data]) -> None:
    codec, code = TABLES[name], use_cases.use_case(name).message_code
    count = 1 if isinstance(codec, ProtectedTable) else len(codec.rows)
    results = tuple(dlms.AccessResult(dlms.Access.GET, 0) for _ in range(count))
    response = dlms.AccessResponse(1, tuple(drawn[:count]), results).to_bytes()
    with contextlib.suppress(PeerError):
        use_cases.read_response(code, response, lambda data: data)
    if isinstance(codec, ProtectedTable):
        request = dlms.AccessRequest(1, (codec.row,), (drawn[0],))
    else:
        wanted = [row for row in codec.rows if not row.is_log]
        request = dlms.AccessRequest(1, tuple(row.target for row in wanted), tuple(drawn[: len(wanted)]))
    with contextlib.suppress(PeerError):
        use_cases.read_command(code, request.to_bytes())


@pytest.mark.parametrize(
    "text", ["", "u8)", "strange", "strange(u8)", "record(Name)", "choice(u8, 1)", "record(= u8)", "= strange:1"]
)
def test_texts_that_describe_no_shape_are_our_own_mistake(text: str) -> None:
    with pytest.raises((Misuse, ValueError, KeyError)):
        shape_of(text)
    with pytest.raises((Misuse, ValueError, KeyError)):
        member_of(text)
