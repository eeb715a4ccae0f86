"""Checks of what the party posts, tripped and kept, on entries made by hand."""

from __future__ import annotations

import pytest

from harness.checks import Verdict
from stubs.events import CommandSent, InventoryChanged
from stubs.wire.gbcs.crypto import sign
from tests.story import KEY, METER, Story, critical, pre_command, request_id

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
