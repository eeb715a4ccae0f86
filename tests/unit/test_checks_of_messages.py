"""Checks of what the party receives, reports and sees on pages, tripped and kept, on entries made by hand."""

from __future__ import annotations

import pytest

from harness.checks import Verdict
from stubs.events import CertificateIssued, DeviceChanged, DeviceSilent, InventoryChanged, PageViewed, PersonSignedIn
from tests.story import ACB, METER, OTHER_METER, READING, USER, Story, read, request_id, taken

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


@pytest.mark.parametrize(("note", "verdict"), [("", Verdict.PASS), ("1200000000999", Verdict.FAIL)])
def test_what_belongs_to_another_is_looked_for_in_all_that_is_told_of_a_page(note: str, verdict: Verdict) -> None:
    story = Story().asked("", kind="view-audit").add(page(METER)).claimed(values={"seen": [METER], "note": note})
    assert story.judged("ssi-others-not-shown", identities=["1200000000999"]).verdict is verdict


# --- a device's own keys --------------------------------------------------------------------------------------------


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
