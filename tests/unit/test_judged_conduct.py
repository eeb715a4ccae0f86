"""Verdicts on conduct, trust, restarts and lateness, and the entries that show them: branch by branch."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Finding, Owner, Verdict, evidence_of, told
from harness.checks.critical import altered
from harness.checks.lateness import excused_by_answer, excused_by_run
from harness.checks.registry import check, checks
from stubs.events import (
    AnswerLate,
    CertificateIssued,
    DeviceChanged,
    FaultApplied,
    PageViewed,
    PersonSignedIn,
    PreCommandIssued,
)
from stubs.wire.errors import Misuse
from stubs.wire.gbcs.crypto import sign
from stubs.wire.gbcs.envelope import Message
from tests.story import METER, OTHER_METER, READING, USER, Story, critical, pre_command, request_id, taken
from tests.unit.test_judged_bounds import held, page, warned
from tests.unit.test_judged_branches import OWN
from tests.unit.test_restarts import acknowledged, after, before, collected, restarted

PASS, FAIL, REVIEW, BLOCKED, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.BLOCKED, Verdict.NOT_RUN
NONE = Verdict.NOT_APPLICABLE
OTHER_USER = "A0-B1-C2-D3-E4-03-00-00"
SILENT = "the party has not said what became of it"
NOTHING = "nothing to look at"
UNABLE = [
    (Story().asked().claimed("blocked", "", detail="x"), BLOCKED, True, "the driver could not ask: x", (3,)),
    (Story().asked().claimed("unsupported", "", detail="x"), NOT_RUN, True, "the driver does not support this action: x", (3,)),
    (Story(), NOT_RUN, False, "nothing was asked", ()),
]  # fmt: skip


def forged(*effects: str, **claim: Any) -> Story:
    """A response (6), bent (7 on) and taken, and what the party says."""
    story = Story().asked().posted().queued()
    for effect in effects:
        story.bent(effect)
    return story.delivered().claimed(**{"status": "failed", "code": "", "messages_processed": 0, **claim})


def foreign(*, is_signed: bool = False, effect: str = "other-pre-command") -> Story:
    story = critical(sign(pre_command(), OWN))
    if not is_signed:
        story.entries = story.entries[:-3]
    return story.add(FaultApplied(fault="f", effect=effect, subject="x1"))


def signing(*, accepted: bool = True, person: str = "Tester", user: str = USER, reason: str = "") -> PersonSignedIn:
    return PersonSignedIn(session="s", person=person, user=user, role="IS", accepted=accepted, reason=reason)


def seen(*shown: str, user: str = USER) -> PageViewed:
    return PageViewed(session="s", person="p", user=user, role="IS", path="/a", status=200, title="T", query={}, shown=shown)  # fmt: skip


def shown(kind: str = "view-inventory", **asked: Any) -> Story:
    return Story().asked("", kind=kind, **asked)


FINDINGS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "posts-at-right-service": ({}, [
        (Story().asked(), NONE, True, NOTHING, ()),
        (Story().asked().posted(1).posted(2), PASS, True, "2 posts", (3, 6)),
        (Story().asked().posted(service="transform"), FAIL, True, "command variant 1 of 4.1.1 at transform, not send-command", (2, 3)),
        (Story().asked(options={"post_to": "transform"}).posted(service="transform"), NONE, True, NOTHING, ()),
        (Story().asked(options={"command_variant": 1}).posted(service="transform"), NONE, True, NOTHING, ()),
        (Story().asked(options={"wait": True}).posted(service="transform"), FAIL, True,
         "command variant 1 of 4.1.1 at transform, not send-command", (2, 3)),
        (Story().asked().posted(command_variant=9, service="transform"), PASS, True, "1 posts", (3,)),
        (Story().asked().refused(None), PASS, True, "1 posts", (3,)),
    ]),
    "counters-never-fall": ({}, [
        (Story().asked(), NONE, True, NOTHING, ()),
        (Story().asked().posted(3).posted(4), PASS, True, "2 posts", (3, 6)),
        (Story().asked().posted(3).posted(2), FAIL, True, "counter 2 after 3", (6,)),
        (Story().asked().posted(3).posted(5).posted(4), FAIL, True, "counter 4 after 5", (9,)),
        (Story().asked().refused(None, 3, status=503).posted(2), FAIL, True, "counter 2 after 3", (6,)),
    ]),
    "commands-signed-as-issued": ({}, [
        (Story().asked().posted(), NONE, True, NOTHING, ()),
        (critical(sign(pre_command(), OWN)), PASS, True, "1 Signed Pre-Commands", (7,)),
        (critical(pre_command()), FAIL, True, "0 octets of signature, not 64", (7, 8, 9)),
        (critical(sign(pre_command(b"\x09"), OWN)), FAIL, True, "the content differs at octet 0: issued 01, sent 09", (7, 8, 9)),
    ]),
    "messages-acknowledged": ({}, [
        (Story().asked().posted().queued(), NONE, True, NOTHING, ()),
        (Story().asked().posted().queued().undelivered(None), NONE, True, NOTHING, ()),
        (Story().asked().posted().queued().delivered().queued(2).delivered(), PASS, True, "2 messages acknowledged", (7, 9)),
        (Story().asked().posted().queued().undelivered(None).undelivered(503, 2), FAIL, True,
         "HTTP 503 to response None at attempt 2", (6, 7, 8)),
        (Story().queued(kind="device-alert", alert="8F3F").undelivered(400), FAIL, True,
         "HTTP 400 to device-alert 8F3F at attempt 1", (2, 3)),
        (Story().queued().bent("code").undelivered(400), NONE, True, NOTHING, ()),
        (Story().queued().bent("delay").undelivered(400), FAIL, True, "HTTP 400 to response None at attempt 1", (2, 4)),
    ]),
    "untrusted-not-used": ({}, [
        (Story().asked().posted().queued().delivered().claimed(), NONE, True, NOTHING, ()),
        (forged("unsigned"), PASS, True, "nothing was taken from them", (6, 9)),
        (forged("unsigned", status="done"), FAIL, True, "of a message bent by unsigned the party says done", (6, 8, 9)),
        (forged("unsigned", values={"a": 1}), FAIL, True, "of a message bent by unsigned the party says failed", (6, 8, 9)),
        (forged("wrong-mac", "unsigned", status="done"), FAIL, True,
         "of a message bent by unsigned, wrong-mac the party says done", (6, 9, 10)),
        (Story().asked().posted().queued().bent("unsigned").delivered().queued().delivered().claimed(), PASS, True,
         "nothing was taken from them", (6, 11)),
        (Story().asked().posted().queued().bent("unsigned").undelivered(None).claimed(), NONE, True, NOTHING, ()),
        (Story().asked().posted().queued().bent("unsigned").delivered(), NONE, True, NOTHING, ()),
    ]),
    "bad-signature-rejected": ({}, [
        (Story().asked().posted(), BLOCKED, False, "no such message", ()),
        (Story().asked().posted().queued().bent("wrong-signer").delivered().claimed(), BLOCKED, False, "no such message", ()),
        (Story().asked().posted().queued().bent("unsigned").undelivered(None), BLOCKED, False, "no such message", ()),
        (Story().asked().posted().queued().bent("unsigned").undelivered(400), FAIL, False, SILENT, (7, 6, 8)),
        (forged("wrong-signature", detail="bad"), PASS, True, "the party says failed, 0 messages processed: bad", (7, 6, 8, 9)),
        (forged("unsigned", status="done"), FAIL, True, "the party says done, 0 messages processed: ", (7, 6, 8, 9)),
        (forged("unsigned", values=READING), FAIL, True, "the party says failed, 0 messages processed: ", (7, 6, 8, 9)),
        (forged("unsigned", messages_processed=1), FAIL, True, "the party says failed, 1 messages processed: ", (7, 6, 8, 9)),
        (forged("unsigned", status="attested", values=READING), FAIL, True, "the party says attested, 0 messages processed: ", (7, 6, 8, 9)),
        (forged("unsigned", status="attested"), Verdict.ATTESTED, True, "a person says so", (7, 6, 8, 9)),
        *UNABLE,
    ]),
    "foreign-pre-command-refused": ({}, [
        (Story().asked("7.2"), BLOCKED, False, "no such Pre-Command", ()),
        (foreign(effect="delay"), BLOCKED, False, "no such Pre-Command", ()),
        (foreign(), FAIL, False, SILENT, (3,)),
        (foreign().claimed("failed", ""), PASS, True, "nothing signed; the party says failed", (3, 8)),
        (foreign().claimed("done", ""), FAIL, True, "nothing signed; the party says done", (3, 8)),
        (foreign(is_signed=True).claimed("failed", ""), FAIL, True, "the party signed it and sent it", (3, 4, 5, 7)),
        *UNABLE,
    ]),
    "untrusted-alert-rejected": ({"code": "8F3F"}, [
        (shown("wait-alert"), BLOCKED, False, "no such alert", ()),
        (shown("wait-alert").queued(kind="device-alert", alert="8F3F").bent("unsigned"), BLOCKED, False, "no such alert", ()),
        (shown("wait-alert").queued(kind="device-alert", alert="8F40").bent("unsigned").delivered(), BLOCKED, False, "no such alert", ()),
        (shown("wait-alert").queued(kind="device-alert", alert="8F3F").bent("unsigned").delivered(), FAIL, False, SILENT, (3,)),
        (shown("wait-alert").queued(kind="device-alert", alert="8F3F").bent("unsigned").delivered().claimed("timeout", ""),
         PASS, True, "the party says timeout", (3, 5, 6)),
        *UNABLE,
    ]),
    "system-restarted": ({}, [
        (Story().asked(kind="restart"), FAIL, False, SILENT, (2,)),
        (Story().asked(kind="restart").claimed("done", ""), PASS, True, "the party says done", (2, 3)),
        (Story().asked(kind="restart").claimed("failed", ""), FAIL, True, "the party says failed", (2, 3)),
        *UNABLE,
    ]),
    "nothing-lost-by-restart": ({}, [
        (collected(acknowledged()), BLOCKED, False, "no restart", ()),
        (acknowledged().asked(kind="restart", action="r", service="", target=""), BLOCKED, False, "no restart", ()),
        (collected(restarted(acknowledged())), FAIL, False, "no response was acknowledged", (7,)),
        (after(), PASS, True, "after it the party says done", (10, 11, 9, 13)),
        (after("failed"), FAIL, True, "after it the party says failed", (10, 11, 9, 13)),
        (before(), BLOCKED, False, "the response came at another time", (10, 11, 12)),
    ]),
    "nothing-lost-by-restart#before": ({"when": "before"}, [
        (before(), PASS, True, "after it the party says done", (10, 11, 12, 14)),
        (after(), BLOCKED, False, "the response came at another time", (10, 11, 9)),
    ]),
    "volume-warned": ({}, [
        (Story().asked().add(warned(), warned(counter=2)), PASS, True, "warned above 3 requests of 4.1.1", (4,)),
        (Story().asked().add(held(), held()), FAIL, True, "a request was held", (3, 4)),
        (Story(), FAIL, False, "no threshold was passed", ()),
        *UNABLE[:2],
    ]),
    "request-quarantined": ({}, [
        (Story().asked().add(held(), held()), PASS, True, "held", (4,)),
        *UNABLE,
    ]),
    "volume-warning-seen": ({}, [
        (shown("view-thresholds").add(warned()), FAIL, False, "no page that shows it was served", ()),
        (shown("view-thresholds").add(warned(), page(request_id(1)), page(request_id(1))), FAIL, False, SILENT, (5,)),
        (shown("view-thresholds").add(warned(), page(request_id(1))).claimed("done", "", values={"rows": ({"a": (None, request_id(1))},)}),
         PASS, True, "the party tells of it", (4, 5)),
        *UNABLE,
    ]),
    "ssi-signed-in": ({}, [
        (shown("sign-in-ssi"), FAIL, False, "nobody signed in", ()),
        (shown("sign-in-ssi").add(signing()), PASS, True, f"Tester for {USER} as IS", (3,)),
        (shown("sign-in-ssi", parameters={"person": "TESTER"}).add(signing()), PASS, True, f"Tester for {USER} as IS", (3,)),
        (shown("sign-in-ssi", parameters={"person": "ann"}).add(signing()), FAIL, True, "Tester signed in and not ann", (3,)),
        (shown("sign-in-ssi").add(signing(user=OTHER_USER)), FAIL, True, f"signed in for {OTHER_USER}", (3,)),
        (shown("sign-in-ssi").add(signing(accepted=False, reason="lapsed")), FAIL, True, "lapsed", (3,)),
        (shown("sign-in-ssi", parameters={"person": "ann"}).add(signing(accepted=False, reason="r")), FAIL, True, "r", (3,)),
        (Story().add(signing()).asked("", kind="sign-in-ssi"), FAIL, False, "nobody signed in", ()),
        *UNABLE,
    ]),
    "ssi-inventory-seen": ({"devices": [OTHER_METER, METER]}, [
        (shown().add(seen(METER)), FAIL, False, "no such page was served", ()),
        (shown().add(seen(METER, OTHER_METER), seen(METER, OTHER_METER)), FAIL, False, SILENT, (4,)),
        (shown().add(seen(METER, OTHER_METER)).claimed("done", "", values={"seen": [METER, OTHER_METER]}), PASS, True,
         "served and seen: T", (3, 4)),
        (shown().add(seen(METER, OTHER_METER)).claimed("done", "", values={"seen": []}), FAIL, True,
         f"the party did not see {METER}, {OTHER_METER}", (3, 4)),
        (shown().add(seen(METER, OTHER_METER)).claimed("done", "", values={"rows": []}), REVIEW, True,
         "the party's system did not say what it saw; a person must look", (3, 4)),
        (Story().add(seen(METER, OTHER_METER)).asked("", kind="view-inventory"), FAIL, False, "no such page was served", ()),
        *UNABLE,
    ]),
    "ssi-request-seen": ({}, [
        (shown("view-audit"), BLOCKED, False, "the party had posted no request", ()),
        (shown("view-audit").posted(), BLOCKED, False, "the party had posted no request", ()),
        (Story().asked().posted().asked("", kind="view-audit").add(seen("x"), seen("y", user=OTHER_USER)), FAIL, False,
         "1 pages, none shows it", (7,)),
        (Story().asked().posted().add(seen(request_id(1))).asked("", kind="view-audit"), FAIL, False, "0 pages, none shows it", ()),
        (Story().asked().posted().asked("", kind="view-audit").add(seen(request_id(1)), seen(request_id(1))), PASS, True,
         f"/a shows {request_id(1)}", (7,)),
        (Story(), NOT_RUN, False, "nothing was asked", ()),
    ]),
    "ssi-others-not-shown": ({"identities": [OTHER_METER]}, [
        (shown(), FAIL, False, "no page was served", ()),
        (shown().add(seen(METER), seen(METER)), FAIL, False, "the party has not reported", (4,)),
        (shown().add(seen(OTHER_METER), seen(OTHER_METER)), BLOCKED, True, "/a shows it", (3,)),
        (shown().add(seen(METER), seen(METER)).claimed(), PASS, True, "2 pages, none shows it", (3, 4, 5)),
        (shown().add(seen(METER)).claimed(values={"seen": [OTHER_METER]}), FAIL, True, f"the party says it saw {OTHER_METER}", (3, 4)),
        (Story().add(seen(METER)).asked("", kind="view-audit").claimed(), FAIL, True, "no page was served; the party said 'done'", (4,)),
        *UNABLE,
    ]),
    "new-certificate-taken": ({"device": METER}, [
        (Story().asked(), FAIL, False, "no certificate was issued for it", ()),
        (Story().asked().add(CertificateIssued(eui=METER, usage="DS", role=None, der=b"n"), taken(b"o")), FAIL, False,
         "1 certificate(s) issued for it, none taken", (3,)),
        (Story().asked().add(CertificateIssued(eui=METER, usage="DS", role=None, der=b"n"),
                             DeviceChanged(device=METER, values={"x": 1}, cause=""), taken(b"o"), taken(b"n"), taken(b"n")),
         PASS, True, "it did", (3, 6)),
        *UNABLE[:2],
    ]),
    "http-error-noticed": ({"http_status": 503}, [
        (Story().asked(), FAIL, False, "no request", ()),
        (Story().asked().refused(None, status=503), FAIL, False, SILENT, (3,)),
        (Story().asked().refused(None, status=503).refused(None, 2, status=503).claimed("timeout", ""), PASS, True,
         "2 times HTTP 503, then said 'timeout'", (3, 6, 9)),
        (Story().asked().refused(None, status=500), FAIL, True, "answered HTTP 500", (3, 4, 5)),
        (Story().asked().refused(None, status=503).posted(2), FAIL, True, "answered I99", (6, 7, 8)),
        *UNABLE,
    ]),
}  # fmt: skip

ROWS = [
    pytest.param(name.partition("#")[0], parameters, *row, id=f"{name}-{number}")
    for name, (parameters, rows) in FINDINGS.items()
    for number, row in enumerate(rows)
]


@pytest.mark.parametrize(("check_id", "parameters", "story", "verdict", "is_final", "got", "references"), ROWS)
def test_what_a_check_says_and_on_which_entries(
    check_id: str, parameters: dict[str, Any], story: Story, verdict: Verdict, got: str,
    references: tuple[int, ...], *, is_final: bool,
) -> None:  # fmt: skip
    found = story.judged(check_id, **parameters)
    assert (found.verdict, found.is_final, found.got) == (verdict, is_final, got)
    assert found.references == references


def test_a_command_under_no_request_id_that_was_issued_is_altered() -> None:
    story = critical(sign(pre_command(), OWN))
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    assert altered(evidence, evidence.exchanges[-1]) == ""
    foreign_entries = [one for one in story.entries if not isinstance(one.event, PreCommandIssued)]
    without = evidence_of(foreign_entries, "SR-201", "IS", 1, len(story.entries))
    assert altered(without, without.exchanges[-1]) == f"no Pre-Command was issued under RequestID {request_id(1)}"


def test_a_command_may_be_any_of_those_issued_and_else_is_compared_with_the_last() -> None:
    story = critical(sign(pre_command(), OWN))
    at = next(number for number, one in enumerate(story.entries) if isinstance(one.event, PreCommandIssued))
    issued = story.entries[at].event
    assert isinstance(issued, PreCommandIssued)

    def with_more(*contents: bytes) -> str:
        again = Story()
        again.entries = []
        again.add(*(one.event for one in story.entries[:at]))
        again.add(*(
            PreCommandIssued(request_id=request_id(1), srv="7.2", user=USER, device=METER, use_case="ECS43",
                             message_code="0050", gbcs_version="4.1",
                             payload=Message(pre_command(content), None).to_bytes())
            for content in contents
        ))  # fmt: skip
        again.add(*(one.event for one in story.entries[at + 1 :]))
        evidence = evidence_of(again.entries, "SR-201", "IS", 1, len(again.entries))
        return altered(evidence, evidence.exchanges[-1])

    same = pre_command().content
    assert with_more(same, b"\x00") == with_more(b"\x00", same) == ""
    assert with_more(b"\x00\x02\x03", b"\x01\x02\x09") == "the content differs at octet 2: issued 09, sent 03"


# --- lateness -------------------------------------------------------------------------------------------------------

OPEN = Finding(FAIL, "an answer", "no answer", is_final=False, references=(1,))


def late(seconds: float, status: str = "timeout", *, is_abandoned: bool = True, **asked: Any) -> Verdict:
    story = Story().asked(**asked).posted().add(AnswerLate(exchange="x1", seconds=seconds, is_abandoned=is_abandoned))
    if status:
        story.claimed(status, "")
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))
    return excused_by_answer(OPEN, evidence, {}).verdict


@pytest.mark.parametrize(
    ("seconds", "is_abandoned", "asked", "verdict"),
    [
        (1.0, True, {}, BLOCKED),
        (0.99, True, {}, FAIL),
        (15.0, False, {}, BLOCKED),
        (14.9, False, {}, FAIL),
        (2.0, False, {"deadline": 4}, BLOCKED),
        (1.9, False, {"deadline": 4}, FAIL),
    ],
)
def test_a_second_and_half_of_the_deadline_make_an_answer_too_late(
    seconds: float, asked: dict[str, Any], verdict: Verdict, *, is_abandoned: bool
) -> None:
    assert late(seconds, is_abandoned=is_abandoned, **asked) is verdict
    assert late(seconds, "", is_abandoned=is_abandoned, **asked) is verdict
    assert late(seconds, "failed", is_abandoned=is_abandoned, **asked) is FAIL


def test_where_nothing_was_asked_nothing_is_excused() -> None:
    story = Story().posted().late()
    assert excused_by_answer(OPEN, evidence_of(story.entries, "SR-201", "IS", 1, 9), {}) == OPEN
    named = Story().asked().posted().late().asked(action="a2")
    evidence = evidence_of(named.entries, "SR-201", "IS", 1, 99)
    assert excused_by_answer(OPEN, evidence, {"action": "a1"}).references == (1, 6)
    assert excused_by_answer(OPEN, evidence, {"action": 5}).verdict is FAIL


@pytest.mark.parametrize(("seconds", "verdict"), [(0.0, FAIL), (0.1, BLOCKED), (1.0, BLOCKED), (-1.0, FAIL)])
def test_a_run_that_was_late_beyond_all_allowance_decides_nothing(seconds: float, verdict: Verdict) -> None:
    found = excused_by_run(OPEN, seconds)
    assert found.verdict is verdict
    assert found.owner is (Owner.HARNESS if verdict is BLOCKED else Owner.PARTY)


@pytest.mark.parametrize(
    ("waited", "limit", "own", "words"),
    [
        (5.0, 4.0, 0.99, "after waiting 5.0 s, 1.0 s beyond the limit of 4.0 s"),
        (5.0, 4.0, 1.0, "after waiting 5.0 s, 1.0 s beyond the limit of 4.0 s; this run itself was 1.0 s late, and waited so much longer"),
        (3.0, 4.0, 0.0, "after waiting 3.0 s, 0.0 s beyond the limit of 4.0 s"),
    ],
)  # fmt: skip
def test_the_times_of_a_wait_stand_in_the_finding(waited: float, limit: float, own: float, words: str) -> None:
    assert told(OPEN, waited, limit, own).got == f"no answer ({words})"


# --- the table of checks --------------------------------------------------------------------------------------------


def test_two_checks_cannot_have_one_name() -> None:
    def nothing(_evidence: object, _parameters: object) -> Finding:
        raise AssertionError

    with pytest.raises(Misuse, match="two checks are called reading-agrees"):
        check("reading-agrees", rule="r", clause="c")(nothing)
    known = checks()["reading-agrees"]
    assert known.rule_text == f"{known.rule} [reading-agrees; {known.clause}; stated]"
    assert not known.is_implicit
