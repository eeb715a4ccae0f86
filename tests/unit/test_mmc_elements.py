"""Every element of the MMC schema: filled by a message of ours, or named here with the reason why none does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from schemas.load import resource
from schemas.mmc_words import mmc_answers
from stubs.wire.duis import Node, schema_problems
from stubs.wire.duis.samples import duis_grammar
from stubs.wire.gbcs.use_cases.payment import charge_rows
from stubs.wire.grammar import Element, elements_in
from stubs.wire.mmc import answer_element, decoded, services_of, write_document
from stubs.wire.mmc.document import VERSION
from stubs.wire.mmc.template import fill
from stubs.wire.xml import RA, parse
from tests.own_messages import RESPONSES
from tests.unit.test_mmc_documents import ANSWERED, opener

DATA = "GBCSResponse/Body/ResponseMessage/SMETSData"
SWITCHING = f"{DATA}/ReadEventOrSecurityLogRsp/ALCSEvent/ALCSEventLogEntry"
VOLTAGE = f"{DATA}/ReadNetworkDataRsp/Electricity"
NEVER = {
    "GBCSResponse/Body/ResponseMessage/DebugInfo/SMETS1Debug": "only devices of SMETS1 have it",
    f"{DATA}/ReadDeviceLogRsp/CHFDeviceLog/CHFDeviceLogEntry/SubGHzLinkQuality": (
        "the payload has three strengths and three qualities of reception; which is meant is not known"
    ),
    f"{DATA}/ReadEventOrSecurityLogRsp/Log/LogEntry/OtherInformationLogMeaning": (
        "what the other octets of an entry mean is not known"
    ),
    f"{DATA}/ReadPrepaymentConfigurationRsp/Electricity/PaymentMode": "the payload of ECS26a does not say it",
    f"{SWITCHING}/AuxiliaryControllerLevel": "an entry of the payload has no level",
    f"{SWITCHING}/InputFromControlledLoad": "an entry of the payload does not say it",
    **{
        f"{VOLTAGE}/{meter}/AvgRMS{which}VoltageCounter/Unit": "counts have no unit"
        for meter in ("SinglePhaseESME", "PolyPhaseESME/PhaseVoltageOperationalData/VoltageOperationalData")
        for which in ("Over", "Under")
    },
}
"""Elements that no message of ours fills, and why; nothing below them is filled either."""

_DATE = re.compile(r"(\*|\d{4})-(\*|\d\d)-(\*|\d\d)")
_GAS_DATE = {"Year", "Month", "DayOfMonth", "DayOfWeek"}
_GAS_SETTINGS = re.compile(r"AlertBehaviours\|gas-settings ([^\"]+)")
POLYPHASE = ("8003", "81B7")
"""Events of polyphase meters: one of the network operator's, one of the supplier's."""
BANDS = {
    "LowerBandSubGHzChannels0To26": (28, 27),
    "LowerBandSubGHzChannels27To34": (29, 8),
    "LowerBandSubGHzChannels35To61": (30, 27),
    "UpperBandSubGHzChannels0To26": (31, 27),
}
"""Page and number of channels of each band."""
HEADER = {
    "BusinessOriginatorID": "00-00-00-00-00-00-00-01",
    "BusinessTargetID": "00-00-00-00-00-00-00-02",
    "OriginatorCounter": "1",
}
BILLING_DATES = (
    ("*-*-*",),
    ("*-*-*/1",),
    ("*-03-01", "*-06-01", "*-09-01", "*-12-01"),
    ("*-03-01", "*-09-01"),
    ("*-03-01",),
)


def varied(value: Any, date: str = "", gas_date: dict[str, int] | None = None, **given: Any) -> Any:
    """``value`` with other dates, and other values of the names that are given, however deep they stand."""
    if isinstance(value, dict):
        if gas_date is not None and set(value) == _GAS_DATE:
            return dict.fromkeys(_GAS_DATE) | gas_date
        return {name: given.get(name, varied(item, date, gas_date, **given)) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(varied(item, date, gas_date, **given) for item in value)
    return _DATE.sub(date, value) if date and isinstance(value, str) and _DATE.match(value) else value


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Use cases with values that the samples do not have: every branch that a value decides on."""
    for name, values in RESPONSES.items():
        for date in ("*-*-*/1", "2026-01-254", "2026-01-253"):
            yield name, varied(values, date)
        yield name, varied(values, gas_date={"DayOfWeek": 1})
        yield name, varied(values, LogCode="8F3F", Action="Deactivate", SwitchTypeAndId1="ALCS")
        settings: dict[str, Any] = dict.fromkeys(
            ("WANAlertSettings", "HANAlertSettings", "AlarmSettings", "LoggingSettings"), POLYPHASE
        )
        yield name, varied(values, **settings)
    yield "ECS24", varied(RESPONSES["ECS24"], Script=101)
    yield "ECS24b", varied(RESPONSES["ECS24b"], Script=201)
    yield "GCS21f", varied(RESPONSES["GCS21f"], DayProfiles=({"DayName": 1, "BlockTariff": True},))
    for dates in BILLING_DATES:
        entries = tuple({"BillingTime": "06:00:00", "BillingDate": date} for date in dates)
        yield "ECS26d", {"BillingCalendar": entries}
    period = ({"Script": "Start", "SwitchTime": "06:00:00"}, {"Script": "End", "SwitchTime": "20:00:00"})
    yield "ECS18b", varied(RESPONSES["ECS18b"], MaxDemandConfigurableTimePeriod=period)
    rows = charge_rows({"PaymentMode": "Prepayment", "SuspendDebtDisabled": True, "SuspendDebtEmergency": False})
    yield "ECS26a", varied(RESPONSES["ECS26a"], CreditChargeConfiguration=rows)
    for code in ("0230", "0200"):
        yield "ECS35f", varied(RESPONSES["ECS35f"], LogCode=code)
    for level in ({"CommandedStateLevel": 50}, {"CommandedStateLevel": 50, "InputFromControlledLoad": True}):
        yield "ECS61d", controlled(RESPONSES["ECS61d"], level)
    yield "GCS20r", {"AlertBehaviours": behaviours()}
    yield from radio()


def controlled(values: dict[str, Any], level: dict[str, Any]) -> dict[str, Any]:
    rows = tuple({name: item for name, item in row.items() if name != "Action"} | level for row in values["Schedule"])
    return values | {"Schedule": rows}


def behaviours() -> tuple[dict[str, Any], ...]:
    found = _GAS_SETTINGS.search(resource("catalogue", "mmc-answers.json").read_text(encoding="utf-8"))
    assert found is not None
    switches = {"WANAlert": True, "HANAlert": True, "EventLog": True, "Alarm": True}
    return tuple({"EventCode": code} | switches for code in found[1].split())


def radio() -> Iterator[tuple[str, dict[str, Any]]]:
    """The hub's channels: as they are set, the one in use, the log of them with every trigger of a scan."""
    for band, (page, size) in BANDS.items():
        yield "DBCH03", RESPONSES["DBCH03"] | {band: {"Page": page, "Channels": tuple(range(size))}}
        for channel in range(size):
            yield "DBCH01", {"OperatingSubGHzChannel": {"Page": page, "Channels": (channel,)}}
            other = f"{page << 27 | 1 << channel:08X}0901{channel % 8:02X}"
            yield "DBCH02", varied(RESPONSES["DBCH02"], EventCode=0x8F26, OtherInformation=other)


def variant_documents() -> Iterator[bytes]:
    for name, values in variants():
        if values == RESPONSES[name]:
            continue
        for srv in services_of(name):
            element = answer_element(srv)
            if element is None or name not in mmc_answers():
                continue
            message = Node(
                "ResponseMessage",
                children=(Node("SMETSData", children=(Node(element, children=fill(mmc_answers()[name], values)),)),),
            )
            head = Node("Header", children=tuple(Node(field, text) for field, text in HEADER.items()))
            children = (head, Node("Body", children=(message,)))
            yield write_document(Node("GBCSResponse", children=children, attributes=(("schemaVersion", VERSION),)))


def own_documents() -> Iterator[bytes]:
    for one in ANSWERED:
        for srv in services_of(one.use_case) or (None,):
            yield write_document(decoded(one.group, srv, opener(one)))
            yield write_document(decoded(one.group, srv))


@cache
def filled() -> frozenset[str]:
    """Paths of the elements in every document of ours."""
    found = set()
    for document in dict.fromkeys((*own_documents(), *variant_documents())):
        for element in parse(document).iter("{*}*"):
            steps = [element, *element.iterancestors()]
            found.add("/".join(step.tag.rpartition("}")[2] for step in reversed(steps)))
    return frozenset(found)


@cache
def in_schema() -> tuple[str, ...]:
    root = duis_grammar().find([f"{{{RA}}}GBCSResponse"])
    assert root is not None
    return tuple(dict.fromkeys(paths(root)))


def paths(element: Element, above: str = "") -> Iterator[str]:
    path = f"{above}{element.name}"
    yield path
    for child in elements_in(element.children):
        yield from paths(child, f"{path}/")


def test_the_page_names_what_is_never_filled() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "gbcs-reading.md").read_text(encoding="utf-8")
    assert [path for path in NEVER if f"`{path.rpartition('/')[2]}`" not in page] == []


def is_below(path: str, tops: dict[str, str]) -> bool:
    return any(path == top or path.startswith(f"{top}/") for top in tops)


def test_every_element_of_the_schema_is_filled_or_left_out_for_a_reason() -> None:
    missing = [path for path in in_schema() if path not in filled()]
    assert [path for path in missing if not is_below(path, NEVER)] == []
    assert len(in_schema()) > 1800


def test_nothing_that_is_said_never_to_be_filled_is_filled() -> None:
    assert set(NEVER) <= set(in_schema())
    assert [path for path in filled() if is_below(path, NEVER)] == []


def test_the_walk_knows_every_element_that_documents_have() -> None:
    assert filled() <= set(in_schema())


def test_variants_are_documents_that_the_schema_allows() -> None:
    wrong = [str(problem) for document in set(variant_documents()) for problem in schema_problems(parse(document))]
    assert wrong == []


def texts(name: str, values: dict[str, Any], element: str) -> list[str]:
    def walk(nodes: tuple[Node, ...]) -> Iterator[str]:
        for node in nodes:
            if node.name == element:
                yield node.text or ",".join(child.name for child in node.children)
            yield from walk(node.children)

    return list(walk(fill(mmc_answers()[name], values)))


def test_a_billing_day_that_is_counted_from_the_months_end_has_no_place_in_the_schema() -> None:
    for date in ("2026-03-254", "*-*-253"):
        values = {"BillingCalendar": ({"BillingTime": "06:00:00", "BillingDate": date},)}
        assert texts("ECS26d", values, "ElectricityBillingCalendar") == []


def test_a_switching_entry_tells_switch_action_and_outcome() -> None:
    """The reference data's entries: switch 1 commanded, then what the load switch said of it; switch 2, then the same."""
    codes = ({"LogCode": code, "Outcome": outcome} for code, outcome in (("0211", 0), ("0200", 1), ("0220", 0)))
    values = {"LogEntries": tuple(codes)}
    assert texts("ECS35f", values, "SwitchNumber") == ["1", "2"]
    assert texts("ECS35f", values, "SwitchAction") == ["On", "Entry relates to a Message from an HC ALCS", "Off"]
    assert texts("ECS35f", values, "Outcome") == ["Outcome not known", "Success", "Outcome not known"]
    assert texts("ECS35f", {"LogEntries": ({"LogCode": "8F3F"},)}, "SwitchAction") == []


def test_a_channel_log_entry_tells_channel_and_trigger_as_in_the_reference_data() -> None:
    entries = tuple({"OtherInformation": other} for other in ("E0000001090100", "E8000002090101", "F0000004090102"))
    values = {"LogEntries": entries}
    channels = [f"OperatingLowerBandSubGHzChannel/{channel}" for channel in ("Channel0", "Channel28", "Channel37")]
    found = [
        path.rpartition("/")[0].rpartition("/")[2] + "/" + path.rpartition("/")[2]
        for path in leaves(fill(mmc_answers()["DBCH02"], values))
        if "Channel" in path.rpartition("/")[2]
    ]
    assert found == channels
    assert texts("DBCH02", values, "ScanTrigger") == ["RemotePartyCommand", "GSMERequest", "GSMEMissedItsCurfew"]
    assert texts("DBCH02", {"LogEntries": ({"OtherInformation": "0005"},)}, "ScanTrigger") == []


def leaves(nodes: tuple[Node, ...], above: str = "") -> Iterator[str]:
    for node in nodes:
        if node.children:
            yield from leaves(node.children, f"{above}{node.name}/")
        else:
            yield f"{above}{node.name}"


def test_what_is_collected_from_which_credit_tells_whether_debt_is_suspended() -> None:
    for disabled in (True, False):
        for emergency in (True, False):
            flags = {"SuspendDebtDisabled": disabled, "SuspendDebtEmergency": emergency}
            rows = {"CreditChargeConfiguration": charge_rows({"PaymentMode": "Prepayment", **flags})}
            told = {name: texts("ECS26a", rows, name) for name in flags}
            assert told == {name: [str(flag).lower()] for name, flag in flags.items()}
    rows = {"CreditChargeConfiguration": charge_rows({"PaymentMode": "Credit"})}
    assert texts("ECS26a", rows, "SuspendDebtDisabled") == []
