"""Every check, tripped and kept, on entries made by hand; and judging again from entries alone."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from harness.checks import Finding, Verdict, checks, evidence_of, implicit_checks, judge, judge_again, worst
from stubs.events import (
    ActionAsked,
    AnswerLate,
    AnyEvent,
    CertificateIssued,
    CheckJudged,
    CommandSent,
    DeliveryFailed,
    DeviceAnswered,
    DeviceChanged,
    DeviceSilent,
    Entry,
    FaultApplied,
    InventoryChanged,
    ItemDone,
    MessageDelivered,
    MessageQueued,
    OutcomeClaimed,
    PageViewed,
    PersonSignedIn,
    PreCommandIssued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
    ScenarioStarted,
)
from stubs.wire.duis import RequestHeader, SignedPreCommand, write_request
from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import sign
from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.request_id import RequestId

USER = "A0-B1-C2-D3-E4-01-00-00"
METER = "A0-B1-C2-D3-E4-99-00-01"
OTHER_METER = "A0-B1-C2-D3-E4-99-00-02"
ACB = "DC-C0-00-00-00-00-00-02"
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
READING = {"ActiveImportRegister": 1234567, "unit": "Wh"}


def request_id(counter: int, target: str = METER) -> str:
    return f"{USER}:{target}:{counter}"


class Story:
    """Entries of one scenario, told in order."""

    def __init__(self, devices: dict[str, str] | None = None) -> None:
        self.entries: list[Entry] = []
        self._exchange = 0
        premises = {"user": USER, "devices": devices or {"electricity meter": METER}}
        self.add(
            ScenarioStarted(
                scenario="SR-201", attempt=1, role="IS", title="t", scope="DUIS", priority="P1", srvs=(),
                feature="f", premises=premises,
            )
        )  # fmt: skip

    def add(self, *events: AnyEvent) -> Story:
        for event in events:
            seq = len(self.entries) + 1
            self.entries.append(Entry(seq=seq, at=NOW + timedelta(seconds=seq), event=event, hash=b""))
        return self

    def asked(self, service: str = "4.1.1", action: str = "a1", target: str = METER, **content: Any) -> Story:
        content = {"service": service, "target": target, "kind": "send", **content}
        return self.add(ActionAsked(scenario="SR-201", action=action, content=content))

    def claimed(self, status: str = "done", code: str = "I0", action: str = "a1", **content: Any) -> Story:
        content = {"status": status, "response_code": code, "values": {}, "messages_processed": 1} | content
        return self.add(OutcomeClaimed(scenario="SR-201", action=action, content=content))

    def posted(self, counter: int = 1, service: str = "send-command", *, body: bytes = b"", **accepted: Any) -> Story:
        self._exchange += 1
        name = f"x{self._exchange}"
        fields: dict[str, Any] = {"srv": "4.1.1", "command_variant": 1, "code": "I99", "target": METER} | accepted
        code = fields.pop("code")
        target = fields.pop("target")
        self.add(
            RequestReceived(exchange=name, service=service, peer="", content_type="", body=body or name.encode()),
            RequestAccepted(
                exchange=name, request_id=request_id(counter, target), user=USER, role="IS", device=target,
                signed_by="1", **fields,
            ),
            RequestAnswered(exchange=name, status=200, content_type="", body=b"", response_code=code),
        )  # fmt: skip
        return self

    def late(self, *, is_abandoned: bool = True) -> Story:
        return self.add(AnswerLate(exchange=f"x{self._exchange}", seconds=3.5, is_abandoned=is_abandoned))

    def refused(
        self, code: str | None, counter: int = 1, service: str = "send-command", srv: str = "4.1.1", status: int = 200
    ) -> Story:
        self._exchange += 1
        name = f"x{self._exchange}"
        return self.add(
            RequestReceived(exchange=name, service=service, peer="", content_type="", body=name.encode()),
            RequestRefused(
                exchange=name, rule="r", response_code=code, http_status=status, detail="d",
                request_id=request_id(counter), user=USER, srv=srv,
            ),
            RequestAnswered(exchange=name, status=status, content_type="", body=b"", response_code=code),
        )  # fmt: skip

    def device_answered(self, counter: int = 1, device: str = METER, **values: Any) -> Story:
        return self.add(
            DeviceAnswered(
                command="c1",
                request_id=request_id(counter, device),
                device=device,
                payload=b"",
                values=values or READING,
            )
        )

    def queued(
        self, counter: int = 1, code: str = "I0", kind: str = "response", alert: str | None = None, target: str = METER
    ) -> Story:
        self.message = f"m{len(self.entries)}"
        return self.add(
            MessageQueued(
                message=self.message, user=USER, message_kind=kind,
                request_id=request_id(counter, target) if kind == "response" else None, response_id=None,
                response_code=code, srv=None, alert_code=alert, device=target, body=b"", due=NOW,
            )
        )  # fmt: skip

    def delivered(self, attempt: int = 1) -> Story:
        return self.add(MessageDelivered(message=self.message, attempt=attempt, status=204))

    def undelivered(self, status: int | None, attempt: int = 1, reason: str = "reset") -> Story:
        return self.add(
            DeliveryFailed(message=self.message, attempt=attempt, status=status, reason=reason, next_attempt=None)
        )

    def bent(self, effect: str) -> Story:
        return self.add(FaultApplied(fault="f1", effect=effect, subject=self.message))

    def judged(self, check: str, **parameters: Any) -> Finding:
        evidence = evidence_of(self.entries, "SR-201", "IS", 1, len(self.entries))
        return judge(check, evidence, parameters)


def read() -> Story:
    """A reading from beginning to end."""
    return Story().asked().posted().device_answered().queued().delivered().claimed(values=READING)


KEPT = [
    ("request-accepted", {}),
    ("response-received", {}),
    ("response-acknowledged", {}),
    ("outcome-agrees-with-response", {}),
    ("completed-only-after-response", {}),
    ("reading-agrees", {}),
    ("reading-agrees", {"names": ["unit"]}),
    ("service-matches-variant", {}),
    ("retries-bounded", {}),
    ("counters-increase", {"requests": 1}),
    ("correlated-by-request-id", {"actions": 1}),
    ("reading-shows", {"fields": {"unit": "Wh"}}),
]


@pytest.mark.parametrize(("check", "parameters"), KEPT)
def test_a_claim_of_nothing_but_the_status_is_never_a_failure(check: str, parameters: dict[str, Any]) -> None:
    story = Story().asked().posted().device_answered().queued().delivered()
    finding = story.claimed(code="", messages_processed=0).judged(check, **parameters)
    assert finding.verdict in {Verdict.PASS, Verdict.REVIEW}, finding.lines
    assert finding.is_final


@pytest.mark.parametrize(("check", "parameters"), KEPT)
def test_a_plain_reading_keeps(check: str, parameters: dict[str, Any]) -> None:
    finding = read().judged(check, **parameters)
    assert finding.verdict is Verdict.PASS, finding.lines
    assert finding.is_final
    assert finding.references, "PASS rests on entries"


DECLARED = "clock-followed"
"""Decided by what the run's settings declare, before anything is asked."""
NAMED = sorted(set(checks()) - set(implicit_checks()) - {DECLARED})


def test_a_system_that_does_not_follow_the_clock_is_not_asked_and_not_blamed() -> None:
    finding = Story().judged(DECLARED, driver="http")
    assert (finding.verdict, finding.is_final) == (Verdict.NOT_RUN, True)
    assert "follows_clock = true" in finding.got


@pytest.mark.parametrize("check", implicit_checks())
def test_an_implicit_check_without_anything_to_look_at_does_not_apply(check: str) -> None:
    assert Story().judged(check).verdict is Verdict.NOT_APPLICABLE
    story = Story().asked().claimed("blocked", "", detail="the program was not found")
    assert story.judged(check).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("check", NAMED)
def test_no_check_passes_on_nothing(check: str) -> None:
    parameters = {
        "code": "E4", "device": METER, "status": "Pending", "name": "supply", "value": "x", "devices": [METER],
        "identities": [METER], "http_status": 503, "fields": {"supply": "disabled"}, "schedule": "1", "count": 3,
        "facts": ["Degraded"], "outcome": "empty", "job_type": "",
    }  # fmt: skip
    finding = Story().judged(check, **parameters)
    assert finding.verdict is not Verdict.PASS
    assert not finding.is_final, "something may still come"


@pytest.mark.parametrize("check", NAMED)
def test_no_check_blames_the_party_for_a_driver_that_could_not_ask(check: str) -> None:
    story = Story().asked().claimed("blocked", "", detail="the program was not found")
    parameters = {
        "code": "E4", "device": METER, "status": "Pending", "name": "supply", "value": "x", "devices": [METER],
        "identities": [METER], "http_status": 503, "fields": {"supply": "disabled"}, "schedule": "1", "count": 3,
        "facts": ["Degraded"], "outcome": "empty", "job_type": "",
    }  # fmt: skip
    assert story.judged(check, **parameters).verdict is Verdict.BLOCKED


def test_every_check_says_rule_source_and_provenance() -> None:
    for check in checks().values():
        assert check.rule
        assert check.clause
        assert check.provenance in {"stated", "inferred"}


def test_a_failed_check_is_three_lines() -> None:
    lines = Story().asked().refused("E4").judged("request-accepted").lines
    assert [line.split()[0] for line in lines] == ["expected", "got", "rule"]
    assert "E4" in lines[1]
    assert "DUIS" in lines[2]


def test_an_unknown_check_is_a_misuse() -> None:
    with pytest.raises(Misuse, match="no check is called 'reading-agreed'"):
        Story().judged("reading-agreed")


def test_worst_verdict_decides_and_nothing_is_not_run() -> None:
    assert worst((Verdict.PASS, Verdict.BLOCKED, Verdict.FAIL)) is Verdict.FAIL
    assert worst((Verdict.PASS, Verdict.ATTESTED)) is Verdict.ATTESTED
    assert worst(()) is Verdict.NOT_RUN


def test_an_error_of_the_simulated_dcc_is_never_held_against_the_party() -> None:
    story = Story().asked()
    story.add(
        RequestReceived(exchange="x1", service="send-command", peer="", content_type="", body=b""),
        RequestRefused(
            exchange="x1", rule="internal-error", response_code=None, http_status=500, detail="KeyError: 'a'"
        ),
    )  # fmt: skip
    finding = story.claimed("failed", "").judged("request-accepted")
    assert finding.verdict is Verdict.BLOCKED
    assert "an error of the simulated DCC: KeyError: 'a'" in finding.got


def test_an_error_of_the_simulated_dcc_in_the_background_counts_too() -> None:
    story = Story().asked().posted().add(ItemDone(item="i1", outcome="internal error: ValueError: b"))
    assert story.judged("response-received").verdict is Verdict.BLOCKED


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_refused_request_is_not_accepted() -> None:
    assert Story().asked().refused("E4").judged("request-accepted").verdict is Verdict.FAIL


def test_a_critical_request_is_accepted_only_after_its_signed_pre_command() -> None:
    story = Story().asked("7.2").posted(service="transform", srv="7.2", command_variant=4, code="I0")
    assert not story.judged("request-accepted").is_final
    story.posted(srv="7.2", command_variant=5)
    assert story.judged("request-accepted").verdict is Verdict.PASS


def test_a_party_that_says_done_without_a_request_fails() -> None:
    finding = Story().asked().claimed().judged("request-accepted")
    assert (finding.verdict, finding.is_final) == (Verdict.FAIL, True)


def test_a_driver_that_does_not_support_an_action_was_not_run() -> None:
    assert Story().asked().claimed("unsupported", "").judged("request-accepted").verdict is Verdict.NOT_RUN


@pytest.mark.parametrize(("code", "verdict"), [("E4", Verdict.PASS), ("E5", Verdict.FAIL)])
def test_a_refusal_has_to_carry_its_code(code: str, verdict: Verdict) -> None:
    assert Story().asked().refused(code).judged("request-refused", code="E4").verdict is verdict


def test_an_accepted_request_was_not_refused() -> None:
    assert Story().asked().posted().judged("request-refused", code="E4").verdict is Verdict.FAIL


def test_a_command_after_a_refusal_is_a_change() -> None:
    story = Story().asked().refused("E5")
    assert story.judged("nothing-changed").verdict is Verdict.PASS
    story.add(
        CommandSent(
            command="c1", request_id=request_id(1), srv="4.1.1", device=METER, use_case="", message_code="", payload=b""
        )
    )
    assert story.judged("nothing-changed").verdict is Verdict.FAIL


def test_a_change_of_the_inventory_after_a_refusal_is_a_change() -> None:
    story = Story().asked().refused("E5").add(InventoryChanged(device=METER, values={}, cause=""))
    assert story.judged("nothing-changed").verdict is Verdict.FAIL


def test_a_critical_request_at_the_wrong_service_is_named() -> None:
    finding = Story().asked("7.2").posted(srv="7.2", command_variant=4).judged("service-matches-variant")
    assert finding.verdict is Verdict.FAIL
    assert "command variant 4 of 7.2 at send-command, not transform" in finding.got


def test_a_counter_used_again_is_named() -> None:
    finding = Story().asked().posted(1).posted(1).judged("counters-increase")
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "counter 1 used again")


def test_a_counter_that_falls_is_named() -> None:
    finding = Story().asked().posted(7).posted(6).judged("counters-increase")
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "counter 6 after 7")


def test_the_same_bytes_again_are_no_new_request() -> None:
    story = Story().asked().posted(1, body=b"same").posted(1, body=b"same").posted(2)
    assert story.judged("counters-increase").verdict is Verdict.PASS


@pytest.mark.parametrize(("posts", "verdict"), [(1, Verdict.PASS), (4, Verdict.PASS), (5, Verdict.FAIL)])
def test_retries_are_counted(posts: int, verdict: Verdict) -> None:
    story = Story().asked()
    for counter in range(posts):
        story.refused("E19", counter)
    assert story.claimed("refused", "E19").judged("retries-bounded").verdict is verdict


def test_retries_of_a_party_still_at_work_are_not_judged_yet() -> None:
    assert not Story().asked().refused("E19").judged("retries-bounded").is_final


# --- requests without a DUIS answer -----------------------------------------------------------------------------------


def busy(status: int = 503) -> Story:
    return Story().asked().refused(None, status=status)


@pytest.mark.parametrize(
    ("story", "verdict"),
    [
        (busy().refused(None, status=503).claimed("failed", ""), Verdict.PASS),
        (busy().claimed("timeout", ""), Verdict.PASS),
        (busy().claimed("done"), Verdict.FAIL),
        (busy(400).claimed("failed", ""), Verdict.FAIL),
        (Story().asked().refused("E5").claimed("refused", "E5"), Verdict.FAIL),
        (Story().asked().posted().claimed("done"), Verdict.FAIL),
        (Story().asked().claimed("failed", ""), Verdict.FAIL),
        (busy().claimed("attested", ""), Verdict.ATTESTED),
    ],
)
def test_an_http_error_is_noticed(story: Story, verdict: Verdict) -> None:
    assert story.judged("http-error-noticed", http_status=503).verdict is verdict


def test_a_party_that_sends_nothing_invalid_has_noticed_earlier() -> None:
    story = Story().asked().claimed("failed", "")
    assert story.judged("http-error-noticed", http_status=400, or_unsent=True).verdict is Verdict.PASS


# --- critical requests ------------------------------------------------------------------------------------------------

KEY = ec.derive_private_key(7, ec.SECP256R1())


def pre_command(content: bytes = b"\x01\x02\x03", signature: bytes | None = None) -> Group:
    return Group(
        cra=Cra.COMMAND,
        counter=5,
        originator=Eui64.parse(USER),
        recipient=Eui64.parse(METER),
        date_time=b"",
        other=OtherInformation(0x0050, None, None, None, None),
        content=content,
        signature=signature,
    )


def critical(sent: Group, issued: Group | None = None) -> Story:
    header = RequestHeader(RequestId.parse(request_id(1)), 5, "7.2", "7.2")
    body = write_request(SignedPreCommand(header, Message(sent, None).to_bytes()))
    story = Story().asked("7.2").posted(service="transform", srv="7.2", command_variant=4, code="I0")
    story.add(
        PreCommandIssued(
            request_id=request_id(1), srv="7.2", user=USER, device=METER, use_case="ECS43", message_code="0050",
            gbcs_version="4.1", payload=Message(issued or pre_command(), None).to_bytes(),
        )
    )  # fmt: skip
    return story.posted(srv="7.2", command_variant=5, body=body)


def test_a_signed_pre_command_keeps_both_rules() -> None:
    story = critical(sign(pre_command(), KEY))
    assert story.judged("critical-signed").verdict is Verdict.PASS
    assert story.judged("signed-pre-command-as-issued").verdict is Verdict.PASS


def test_an_unsigned_command_is_named() -> None:
    finding = critical(pre_command(signature=b"")).judged("critical-signed")
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "a Signed Pre-Command with 0 octets of signature")


def test_an_altered_command_is_named_with_its_octet() -> None:
    finding = critical(sign(pre_command(b"\x01\x02\x07"), KEY)).judged("signed-pre-command-as-issued")
    assert finding.verdict is Verdict.FAIL
    assert finding.got == "the content differs at octet 2: issued 03, sent 07"


def test_without_certificates_a_signature_is_not_judged() -> None:
    finding = critical(sign(pre_command(), KEY)).judged("signed-pre-command-signature")
    assert finding.verdict is Verdict.BLOCKED


# --- responses --------------------------------------------------------------------------------------------------------


def test_a_response_with_another_code_is_named() -> None:
    finding = Story().asked().posted().queued(code="E21").judged("response-received")
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "a response E21")


def test_a_response_turned_away_is_not_acknowledged() -> None:
    finding = Story().asked().posted().queued().undelivered(500).judged("response-acknowledged")
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "HTTP 500 at attempt 1")


def test_an_endpoint_that_is_down_is_waited_for() -> None:
    story = Story().asked().posted().queued().undelivered(None)
    assert not story.judged("response-acknowledged").is_final
    assert not story.judged("delivered-after-retry").is_final
    assert story.delivered(2).judged("delivered-after-retry").verdict is Verdict.PASS


def test_success_claimed_for_an_error_does_not_agree() -> None:
    story = Story().asked().refused("E19").claimed("done", "I0")
    assert story.judged("outcome-agrees-with-response").verdict is Verdict.FAIL
    assert story.judged("error-code-understood", code="E19").verdict is Verdict.FAIL


def test_an_error_code_named_is_understood() -> None:
    story = Story().asked().refused("E19").claimed("refused", "E19")
    assert story.judged("error-code-understood", code="E19").verdict is Verdict.PASS


def test_an_acknowledgement_taken_for_an_answer_is_named() -> None:
    story = Story().asked().posted().claimed("done", "I99").queued().delivered()
    finding = story.judged("completed-only-after-response")
    assert (finding.verdict, finding.is_final) == (Verdict.FAIL, True)


@pytest.mark.parametrize(("status", "verdict"), [("failed", Verdict.PASS), ("done", Verdict.FAIL)])
def test_silence_of_a_device_has_to_be_reported(status: str, verdict: Verdict) -> None:
    silent = DeviceSilent(command="c1", request_id=request_id(1), device=METER, reason="", response_code="E21")
    story = Story().asked().posted().add(silent).claimed(status, "E21")
    assert story.judged("device-never-answered-reported").verdict is verdict


@pytest.mark.parametrize("is_swapped", [False, True])
def test_answers_are_told_apart_by_request_id(*, is_swapped: bool) -> None:
    story = Story({"one": METER, "two": OTHER_METER}).asked().posted(1)
    story.asked(action="a2", target=OTHER_METER).posted(2, target=OTHER_METER)
    story.device_answered(1, ActiveImportRegister=1).device_answered(2, OTHER_METER, ActiveImportRegister=2)
    first, second = (2, 1) if is_swapped else (1, 2)
    story.claimed(values={"ActiveImportRegister": first})
    story.claimed(values={"ActiveImportRegister": second}, action="a2")
    assert story.judged("correlated-by-request-id").verdict is (Verdict.FAIL if is_swapped else Verdict.PASS)


@pytest.mark.parametrize(("processed", "verdict"), [(1, Verdict.PASS), (2, Verdict.FAIL), (0, Verdict.REVIEW)])
def test_a_duplicate_counts_once(processed: int, verdict: Verdict) -> None:
    story = Story().asked().posted().queued().delivered().delivered(2).claimed(messages_processed=processed)
    assert story.judged("duplicate-processed-once").verdict is verdict


def test_a_response_handed_over_once_shows_nothing_about_duplicates() -> None:
    story = Story().asked().posted().queued().delivered().claimed()
    assert story.judged("duplicate-processed-once").verdict is Verdict.BLOCKED


@pytest.mark.parametrize(
    ("check", "effect"), [("bad-signature-rejected", "wrong-signature"), ("wrong-party-rejected", "wrong-signer")]
)
def test_a_message_that_must_not_be_believed(check: str, effect: str) -> None:
    story = Story().asked().posted().queued().bent(effect).undelivered(400)
    assert not story.judged(check).is_final
    rejected = story.claimed("timeout", "", messages_processed=0)
    assert rejected.judged(check).verdict is Verdict.PASS
    believed = Story().asked().posted().queued().bent(effect).delivered().claimed(values=READING)
    assert believed.judged(check).verdict is Verdict.FAIL


# --- values -----------------------------------------------------------------------------------------------------------


def test_a_reading_ten_times_too_high_is_named() -> None:
    story = Story().asked().posted().device_answered().queued().delivered()
    finding = story.claimed(values={"ActiveImportRegister": 12345670}).judged("reading-agrees")
    assert finding.verdict is Verdict.FAIL
    assert "12345670" in finding.got
    assert "1234567" in finding.expected


def test_a_reading_as_text_is_the_same_number() -> None:
    story = Story().asked().posted().device_answered().claimed(values={"ActiveImportRegister": "1234567"})
    assert story.judged("reading-agrees").verdict is Verdict.PASS


def test_a_value_the_device_did_not_send_is_not_the_partys_fault() -> None:
    assert read().judged("reading-agrees", names=["FirmwareVersion"]).verdict is Verdict.BLOCKED


def test_states_and_statuses_count_from_the_first_action_on() -> None:
    story = Story().add(DeviceChanged(device=METER, values={"supply": "disabled"}, cause="")).asked()
    assert story.judged("device-state-becomes", device=METER, name="supply", value="disabled").verdict is Verdict.FAIL
    story.add(DeviceChanged(device=METER, values={"supply": "disabled"}, cause=""))
    assert story.judged("device-state-becomes", device=METER, name="supply", value="disabled").verdict is Verdict.PASS
    story.add(InventoryChanged(device=METER, values={"DeviceStatus": "Commissioned"}, cause=""))
    finding = story.judged("inventory-status-becomes", device=METER, status="Commissioned")
    assert finding.verdict is Verdict.PASS


# --- alerts and self-service ------------------------------------------------------------------------------------------


def test_an_alert_answered_with_500_is_named() -> None:
    story = Story().queued(kind="device-alert", alert="8F3F").undelivered(500)
    finding = story.judged("alert-acknowledged", code="8F3F")
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "HTTP 500")


def test_an_alert_that_got_no_answer_in_time_says_so() -> None:
    story = Story().queued(kind="device-alert", alert="8F3F")
    assert story.judged("alert-acknowledged", code="8F3F").got == "queued, not yet delivered"
    story.undelivered(None, reason="no answer in time")
    assert story.judged("alert-acknowledged", code="8F3F").got == "attempt 1 failed: no answer in time"


@pytest.mark.parametrize(("is_verified", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_an_alert_has_to_be_reported_verified(*, is_verified: bool, verdict: Verdict) -> None:
    story = Story().queued(kind="device-alert", alert="8F3F").delivered().asked("", kind="wait-alert")
    story.claimed(alerts=[{"code": "8F3F", "device": METER, "verified": is_verified}])
    assert story.judged("alert-acknowledged", code="8F3F").verdict is Verdict.PASS
    assert story.judged("alert-understood", code="8F3F").verdict is verdict


def page(*shown: str, user: str = USER) -> PageViewed:
    return PageViewed(
        session="s", person="p", user=user, role="IS", path="/audit", status=200, title="t", query={}, shown=shown
    )


def test_a_refused_sign_in_is_named() -> None:
    story = Story().asked("", kind="sign-in-ssi")
    story.add(PersonSignedIn(session="", person="p", user=USER, role="IS", accepted=False, reason="lapsed"))
    finding = story.judged("ssi-signed-in")
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "lapsed")


def test_a_page_of_another_user_shows_nothing() -> None:
    story = Story().asked("", kind="view-inventory").add(page(METER, user=ACB))
    assert not story.judged("ssi-inventory-seen", devices=[METER]).is_final
    story.add(page(METER)).claimed(values={"seen": [METER]})
    assert story.judged("ssi-inventory-seen", devices=[METER]).verdict is Verdict.PASS


def test_a_device_the_party_did_not_see_is_named() -> None:
    story = Story().asked("", kind="view-inventory").add(page(METER)).claimed(values={"seen": []})
    assert story.judged("ssi-inventory-seen", devices=[METER]).verdict is Verdict.FAIL


@pytest.mark.parametrize("typed", [METER, f"{ACB}, {METER}", f"{METER} {ACB}"])
def test_devices_that_a_person_types_are_read_as_a_list(typed: str) -> None:
    story = Story().asked("", kind="view-inventory").add(page(METER)).claimed(values={"seen": typed})
    assert story.judged("ssi-inventory-seen", devices=[METER]).verdict is Verdict.PASS


def test_a_request_of_the_party_is_found_in_the_audit_trail() -> None:
    story = Story().asked().posted().asked("", "a2", kind="view-audit").add(page(request_id(1)))
    assert story.judged("ssi-request-seen").verdict is Verdict.PASS


def test_a_page_that_shows_anothers_meter_is_our_error() -> None:
    story = Story().asked("", kind="view-audit").add(page(OTHER_METER)).claimed()
    assert story.judged("ssi-others-not-shown", identities=[OTHER_METER]).verdict is Verdict.BLOCKED


# --- evidence and judging again ---------------------------------------------------------------------------------------


def test_traffic_of_another_scenarios_meter_is_left_out() -> None:
    story = Story()
    other = ScenarioStarted(
        scenario="SR-212", attempt=1, role="ED", title="", scope="", priority="", srvs=(), feature="",
        premises={"devices": {"electricity meter": OTHER_METER}},
    )  # fmt: skip
    story.entries.insert(0, Entry(seq=0, at=NOW, event=other, hash=b""))
    silent = DeviceSilent(command="c9", request_id=None, device=OTHER_METER, reason="", response_code=None)
    story.add(silent)
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, 99)
    assert not list(evidence.of(DeviceSilent))


def test_judging_again_gives_the_same_finding() -> None:
    story = read()
    finding = story.judged("reading-agrees", action="a1")
    last = len(story.entries)
    story.add(
        CheckJudged(
            scenario="SR-201", role="IS", check="reading-agrees", parameters={"action": "a1"}, first=1, last=last,
            verdict=finding.verdict.value, expected=finding.expected, got=finding.got, rule=finding.rule,
            references=finding.references,
        )
    )  # fmt: skip
    (again,) = judge_again(story.entries)
    assert again.agrees
    assert again.finding == finding


# --- a device's own keys --------------------------------------------------------------------------------------------


def taken(der: bytes) -> DeviceChanged:
    octets = base64.b64encode(der).decode()
    return DeviceChanged(device=METER, values={"own_certificates": [["DS", octets]]}, cause="")


def test_a_device_has_taken_the_certificate_issued_for_its_new_key() -> None:
    story = Story().asked().add(CertificateIssued(eui=METER, usage="DS", role=None, der=b"new"))
    waits = story.judged("new-certificate-taken", device=METER)
    assert (waits.verdict, waits.got) == (Verdict.FAIL, "1 certificate(s) issued for it, none taken")
    assert story.add(taken(b"new")).judged("new-certificate-taken", device=METER).verdict is Verdict.PASS


@pytest.mark.parametrize("owner", [METER, "DE-51-CE-00-00-00-00-E9"])
def test_an_older_certificate_or_another_device_s_is_not_the_new_one(owner: str) -> None:
    story = Story().add(CertificateIssued(eui=METER, usage="DS", role=None, der=b"old")).asked()
    if owner != METER:
        story = story.add(CertificateIssued(eui=owner, usage="DS", role=None, der=b"other"))
    finding = story.add(taken(b"old")).add(taken(b"other")).judged("new-certificate-taken", device=METER)
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "no certificate was issued for it")
