"""Parts of the judge one by one: held commands, bent answers, reports of the pages, and what the findings quote."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from harness.checks import Verdict, evidence_of
from harness.checks.asked_anew import KNOWN
from harness.checks.critical import _signed_group
from harness.checks.device_state import _state, _told
from harness.checks.effects import _scheduled
from harness.checks.evidence import Evidence
from harness.checks.received import _plain_values, values_received
from harness.checks.reported import _identity_of, _tells_of_outcome
from harness.checks.requests import _may_repeat, variant_of
from harness.checks.ssi_acts import _differences
from harness.checks.ssi_records import _invented, _records, _rows_of_report
from schemas.load import state_effects
from schemas.ssi_tables import reports
from stubs.events import (
    CommandSent,
    DeviceChanged,
    DeviceManufactured,
    FaultApplied,
    InventoryChanged,
    OutcomeClaimed,
    PageViewed,
)
from stubs.wire.duis import (
    FutureDatedDeviceAlert,
    GbcsPayload,
    Node,
    OtherResult,
    RequestHeader,
    ServiceRequest,
    SignedPreCommand,
    write_request,
    write_response,
)
from stubs.wire.request_id import RequestId
from tests.story import METER, OTHER_METER, USER, Story, request_id
from tests.unit.test_implicit_checks import body
from tests.unit.test_judged_alert_values import lost, powered
from tests.unit.test_judged_beginnings import LIMITS, ROWS, SET, act, filed
from tests.unit.test_judged_branches import answer, carried_out, told, with_body
from tests.unit.test_judged_reports import success
from tests.unit.test_judged_requests import device_message


def evidence(story: Story) -> Evidence:
    return evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))


# --- commands that a device holds -----------------------------------------------------------------------------------


def held(*outcomes: tuple[str, int], alerts: list[Any] | None = None) -> Story:
    """A command that was asked for a later time, and what came of each of its instructions."""
    story = Story().asked().posted()
    for code, instruction in outcomes:
        with_body(story.queued(), write_response(answer(FutureDatedDeviceAlert(code, b"\xdf", instruction, 2))))
    return story.claimed(alerts=alerts or [])


@pytest.mark.parametrize(
    ("codes", "told", "is_told"),
    [
        (("8F66",), ["8F66"], True),
        (("8F66",), [], False),
        (("8F66",), ["8F67"], False),
        (("8F66", "8F67"), ["8F66"], False),
        (("8F67",), ["8F66"], False),
        ((), [], False),
    ],
)
def test_an_execution_is_told_where_all_was_executed(codes: tuple[str, ...], told: list[str], *, is_told: bool) -> None:
    known = evidence(held(*((code, 1) for code in codes), alerts=[{"code": one} for one in told]))
    assert _tells_of_outcome(known.actions[0], known.messages) is is_told


def test_the_outcomes_of_the_instructions_are_different_messages() -> None:
    story = held(("8F66", 1), ("8F66", 2)).queued(code="E30")
    success(story.queued())
    assert [_identity_of(one)[1] for one in evidence(story).messages] == ["8F66 1", "8F66 2", "E30", "I0"]


# --- what was bent --------------------------------------------------------------------------------------------------


def test_a_garbled_answer_says_nothing_even_where_a_response_was_taken() -> None:
    story = Story().asked().posted().add(FaultApplied(fault="f", effect="reset", subject="x1"))
    story = success(story.queued()).delivered().claimed("failed", "")
    assert story.judged("outcome-follows-messages").verdict is Verdict.PASS


def test_a_code_of_a_message_that_is_not_the_dccs_was_not_given() -> None:
    story = Story().asked().posted().queued(code="I20").bent("unsigned").delivered().claimed(code="I20")
    found = story.judged("outcome-follows-messages")
    assert (found.verdict, found.cause) == (Verdict.FAIL, "response code")


@pytest.mark.parametrize(("effect", "values"), [("", {"A": "1"}), ("reset", {})])
def test_values_of_an_answer_that_did_not_arrive_were_not_received(effect: str, values: dict[str, str]) -> None:
    octets = write_response(answer(OtherResult(Node("R", children=(Node("A", "1"),))), "8.2"))
    story = with_body(Story().asked().posted(), octets)
    if effect:
        story.add(FaultApplied(fault="f", effect=effect, subject="x1"))
    known = evidence(story)
    assert values_received(known, known.actions[0]).values == values


def test_whether_a_device_did_it_is_no_value_of_its_answer() -> None:
    assert _plain_values(device_message()) == {}


def test_who_counted_nothing_processed_nothing() -> None:
    story = Story().asked().posted().queued().bent("wrong-signature").delivered()
    story.add(OutcomeClaimed(scenario="SR-201", action="a1", content={"status": "failed", "values": {}}))
    found = story.judged("bad-signature-rejected")
    assert (found.verdict, found.got) == (Verdict.PASS, "the party says failed, 0 messages processed: ")


# --- requests -------------------------------------------------------------------------------------------------------


def refused_in_full() -> Story:
    story = Story().asked("11.2").refused("E4")
    event = msgspec.structs.replace(story.entries[-3].event, body=body())
    story.entries[-3] = msgspec.structs.replace(story.entries[-3], event=event)
    return story


def test_the_variant_of_a_refused_request_stands_in_it() -> None:
    (exchange,) = evidence(refused_in_full()).exchanges
    assert variant_of(exchange) == 1
    assert _signed_group(exchange) is None


def test_the_first_signed_pre_command_may_repeat_the_request_id() -> None:
    signed: Any = object.__new__(SignedPreCommand)
    known: Any = SimpleNamespace(is_answered_in_time=lambda _exchange: True)

    def exchange(octets: bytes, request: Any) -> Any:
        return SimpleNamespace(received=SimpleNamespace(body=octets), request=request)

    assert _may_repeat(known, [exchange(b"a", None)], exchange(b"b", signed))
    assert not _may_repeat(known, [exchange(b"a", None), exchange(b"b", signed)], exchange(b"c", signed))
    assert not _may_repeat(known, [exchange(b"a", None)], exchange(b"b", None))


def test_a_second_request_is_said_of_its_device_and_not_of_testers_who_drive_by_themselves() -> None:
    assert lost().judged("one-request-per-action").got == f"4.1.1 to {METER}: {KNOWN}"
    assert lost().claimed(observed=True).judged("one-request-per-action").verdict is not Verdict.FAIL


def test_sixteen_digits_of_the_state_and_five_differences_are_quoted() -> None:
    same = Story().asked().refused("E4").judged("nothing-changed")
    assert re.search(r"before and after: [0-9a-f]{16}$", same.got)
    values = dict.fromkeys("abcdefgh", 1)
    changed = Story().asked().refused("E4").add(DeviceChanged(device=METER, values=values, cause=request_id(1)))
    assert changed.judged("nothing-changed").got.count(", ") == 4


def test_only_a_reading_of_the_dcc_is_of_a_schedule() -> None:
    story = with_body(Story().queued(), write_response(answer(GbcsPayload(device_message()))))
    with_body(story.queued(), write_response(answer(OtherResult(Node("R", children=(Node("DSPScheduleID", "7"),))))))
    assert [_scheduled(one) for one in evidence(story.queued()).messages] == ["", "7", ""]


# --- pages ----------------------------------------------------------------------------------------------------------


def report(name: str, rows: list[Any]) -> Any:
    page = PageViewed(
        session="s", person="p", user=USER, role="IS", path="/reports", status=200, title="t", query={}, shown=(),
        identities=(METER, OTHER_METER),
    )  # fmt: skip
    story = Story().asked("", kind="run-report", parameters={"report": name}).add(page)
    known = evidence(story.claimed(values={"rows": rows}))
    return known, known.actions[0]


def test_only_the_report_of_requests_names_request_ids() -> None:
    known, action = report("RSAT_002", [{"Request": f"{USER}:{METER}:77"}])
    assert f"{USER}:{METER}:77" in _invented(known, action, "RSAT_002")
    assert _invented(known, action, "RSAT_001") == []


def test_a_row_is_of_a_report_by_all_of_its_columns() -> None:
    name, row = next(iter(reports().items()))
    own = {row.columns[0]: "1"}
    _, action = report(name, [own, {}, {"Strange": "1"}, {**own, "Strange": "1"}])
    assert _rows_of_report(action) == [own]


def test_a_record_of_a_message_has_its_code() -> None:
    assert _records(evidence(Story().asked().posted()), METER, 9) == [("x1", request_id(1), "I99")]


def test_several_words_of_an_act_are_compared_as_one_text() -> None:
    row: Any = SimpleNamespace(fields={"roles": "roles"}, always={})
    event: Any = SimpleNamespace(roles=("a", "b"))
    assert _differences(row, {"roles": "a  b"}, event) == []
    assert _differences(row, {"roles": "a"}, event) == ["roles 'a b' and not 'a'"]


def test_a_file_that_was_refused_is_not_accepted_whatever_is_in_it() -> None:
    found = act("submit-thresholds", filed(ROWS, accepted=False), SET, thresholds=LIMITS, values={"a": 1})
    assert (found.verdict, found.got) == (Verdict.FAIL, "refused: d")


# --- devices --------------------------------------------------------------------------------------------------------


def test_the_state_of_a_device_is_its_own() -> None:
    story = Story().asked()
    for device, value in ((METER, 1), (OTHER_METER, 2)):
        story.add(DeviceManufactured(device=device, device_type="ESME", variant="A", seed="s", values={"set": value}))
    known = evidence(story)
    assert _state(known, known.actions[0], "set", 9) == [(3, 1)]


def row_of(**fields: str) -> Any:
    """The first service and row of the table of effects with these fields."""
    return next(
        (srv, row)
        for srv, rows in state_effects().items()
        for row in rows
        if all(getattr(row, name) == value for name, value in fields.items())
    )


def test_what_no_device_confirms_was_told_to_none() -> None:
    srv, row = row_of(how="equals")
    known = evidence(told(str(srv), row, "17", 18))
    assert list(_told(known, known.actions[0])) == []


@pytest.mark.usefixtures(carried_out.__name__)
def test_a_balance_rises_from_the_last_of_several_states() -> None:
    srv, row = row_of(how="rises by")
    story = told(str(srv), row, "50000", 1, 3, 50003)
    assert story.judged("device-took-what-was-sent").verdict is Verdict.PASS


def test_a_device_that_was_ready_before_anything_was_asked_did_not_become_so() -> None:
    ready = InventoryChanged(device=METER, values={"DeviceStatus": "Commissioned"}, cause="x")
    parameters = {"device": METER, "status": "Commissioned"}
    assert Story().add(ready).asked().judged("inventory-status-becomes", **parameters).verdict is not Verdict.PASS
    assert Story().asked().add(ready).judged("inventory-status-becomes", **parameters).verdict is Verdict.PASS


@pytest.mark.usefixtures(carried_out.__name__)
def test_a_switch_is_told_by_the_newest_command_of_its_request() -> None:
    srv, row = row_of(element="")
    header = RequestHeader(RequestId.parse(request_id(1)), 1, str(srv), str(srv))
    story = Story().asked(str(srv)).posted(srv=str(srv), body=write_request(ServiceRequest(header, Node("Body"))))
    command = CommandSent(
        command="c1", request_id=request_id(1), srv=str(srv), device=METER, use_case="", message_code="", payload=b""
    )
    known = evidence(story.add(command, command))
    assert [(seq, one) for seq, one, _ in _told(known, known.actions[0])] == [(len(story.entries), row)]


def test_values_of_an_alert_that_are_no_mapping_are_not_compared() -> None:
    found = powered("on").claimed(alerts=[{"code": "N27", "values": ["a"]}]).judged("alerts-as-received")
    assert found.verdict is Verdict.PASS
