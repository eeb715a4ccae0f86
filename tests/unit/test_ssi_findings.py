"""Findings of the checks of the Self-Service Interface, with their entries: every branch as a whole finding."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Verdict
from schemas.ssi_tables import advice
from stubs.events import ActionAsked, ActRefused, AnyEvent
from tests.unit.test_ssi_checks import (
    COVERED,
    FIRST,
    HUB,
    INVENTORY,
    LAPSED,
    MENU,
    METER,
    OTHER,
    REQUEST,
    USER,
    Case,
    page,
    request,
    response,
    run,
    signing,
)

PASS, FAIL, REVIEW, BLOCKED, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.BLOCKED, Verdict.NOT_RUN
NEXT = ActionAsked(scenario="S", action="a10", content={"kind": "view-audit", "target": METER, "parameters": {}})
DONE = "; the party said 'done'"
NOBODY = "no page was served to a person of the party; "
WIRE = [*request("11.2", code="I99"), response()]
BOTH = [{"RequestID": REQUEST, "Code": "I99"}, {"RequestID": REQUEST, "Code": "I0"}]


def refusal(user: str, function: str = "f") -> ActRefused:
    return ActRefused(session="s", person="p", user=user, role="IS", path="/", function=function, reason="r")


REFUSED = refusal(USER)


def signed_in(events: list[AnyEvent], **more: Any) -> Case:
    return Case("ssi-sign-in-refused", "sign-in-ssi", PASS, events, **more)


def ended(events: list[AnyEvent], **more: Any) -> Case:
    return Case("ssi-session-ended", "view-audit", PASS, events, **more)


def seen(events: list[AnyEvent], *facts: str, **more: Any) -> Case:
    return Case("ssi-page-seen", "view-service-status", PASS, events, parameters={"facts": list(facts)}, **more)


def found(events: list[AnyEvent], **more: Any) -> Case:
    return Case("ssi-nothing-found", "view-inventory", PASS, events, **more)


def field(events: list[AnyEvent], **more: Any) -> Case:
    return Case("ssi-field-refused", "view-inventory", PASS, events, **more)


def menu(events: list[AnyEvent], job: str = "", **more: Any) -> Case:
    return Case("ssi-menu-seen", "view-home", PASS, events, parameters={"job_type": job}, **more)


def code(events: list[AnyEvent], **more: Any) -> Case:
    return Case("ssi-code-understood", "view-message", PASS, events, parameters={"code": "E19"}, **more)


def browsers(events: list[AnyEvent], **more: Any) -> Case:
    return Case("ssi-same-in-both-browsers", "view-inventory", PASS, events, **more)


def inventory(events: list[AnyEvent], before: list[AnyEvent] | None = None, **more: Any) -> Case:
    known = request("8.2", INVENTORY) if before is None else before
    return Case("ssi-inventory-agrees", "view-inventory", PASS, events, before=known, **more)


def coverage(events: list[AnyEvent], before: list[AnyEvent] | None = None, **more: Any) -> Case:
    known = request("12.1", COVERED) if before is None else before
    return Case("ssi-coverage-agrees", "view-coverage", PASS, events, before=known, **more)


def record(events: list[AnyEvent], before: list[AnyEvent] | None = None, **more: Any) -> Case:
    return Case("ssi-record-agrees", "view-audit", PASS, events, before=WIRE if before is None else before, **more)


def report(name: str, events: list[AnyEvent], rows: list[Any] | None, count: Any = 2, **more: Any) -> Case:
    values = {"count": count} | ({} if rows is None else {"rows": rows})
    return Case("ssi-report-complete", "run-report", PASS, events, {"report": name}, values=values, **more)


def offered(events: list[AnyEvent], outcome: str, **more: Any) -> Case:
    return Case("ssi-report-refused", "run-report", PASS, events, parameters={"outcome": outcome}, **more)


TWO = [page("/inventory", METER, agent="two")]
MORE_INVENTORY = f"<R><DeviceID>{METER}</DeviceID></R>".encode()

FINDINGS: list[tuple[Case, Verdict, bool, str, tuple[int, ...]]] = [
    # signing in
    (signed_in([], status="refused"), FAIL, True, "nobody tried to sign in; the party said 'refused'", (3,)),
    (signed_in([], values=None), FAIL, False, "nobody tried to sign in", ()),
    (signed_in([LAPSED], values=None), FAIL, False, "the party has not said what became of it", (3,)),
    (signed_in([signing(accepted=False, reason="a"), signing(accepted=False, reason="b")], status="refused"),
     PASS, True, "refused: b", (4, 5)),
    (signed_in([signing(accepted=True), LAPSED], status="refused"), FAIL, True, "p was let in", (3,)),
    (signed_in([LAPSED, NEXT, signing(accepted=True)], status="refused", parameters={"action": "a9"}), PASS, True, "refused: credential expired", (3, 6)),
    # a session that ended
    (ended([], status="refused"), FAIL, True, "no page was asked for; the party said 'refused'", (3,)),
    (ended([page("/audit", user="")], status="refused"), FAIL, True, "no page was asked for; the party said 'refused'", (4,)),
    (ended([page("/sign-in", user=""), page("/sign-in", user="")], status="refused"),
     PASS, True, "the sign-in page was served, and shows nothing", (4, 5)),
    (ended([page("/sign-in", user="")], status="done"), FAIL, True,
     "the sign-in page was served, and shows nothing" + DONE, (3, 4)),
    (ended([page("/sign-in", user="")], status="refused", values={"seen": [METER]}), FAIL, True,
     f"the party says it saw {METER}", (3, 4)),
    (record([page("/audit", "x1", "m1")], values={"rows": BOTH[:1]}), FAIL, True,
     "the party does not tell I0, 1 of 2 messages", (7, 8)),
    (ended([page("/audit"), page("/x")], status="refused"), FAIL, True, "/audit was served to p", (3,)),
    # facts on a page
    (seen([], "degraded"), FAIL, True, NOBODY + "none of them shows degraded" + DONE, (3,)),
    (seen([], "degraded", values=None), FAIL, False, NOBODY + "none of them shows degraded", ()),
    (seen([page("/service", "up", "on")], "up", "down", "out"), FAIL, True,
     "1 pages, none of them shows down, out" + DONE, (4, 3)),
    (seen([page("/service", "up", status=500)], "up"), FAIL, True, "1 pages, none of them shows up" + DONE, (4, 3)),
    (seen([page("/service", "up"), page("/service", "up", title="Newer")], "up", values={"a": "UP"}),
     PASS, True, "served and seen: Newer", (4, 5)),
    (seen([page("/service", "up"), page("/service", "other")], "up", values={"a": ["x", True, 5, "up"]}),
     PASS, True, "served and seen: Title", (3, 5)),
    (seen([page("/service", "up")], "title", "UP", values={"title": {"up": 1}}), PASS, True, "served and seen: Title", (3, 4)),
    (seen([page("/service", "true", "7")], "true", "7", values={"a": True, "b": 7}), PASS, True, "served and seen: Title", (3, 4)),
    (seen([page("/service", "true")], "true", values={"a": 1}), FAIL, True, "the party does not tell true", (3, 4)),
    (seen([page("/service", "up", user=OTHER)], "up", values={"a": "up"}), FAIL, True,
     NOBODY + "none of them shows up" + DONE, (4,)),
    (seen([page("/service", "up", person="Q")], "up", values={"a": "up"}, asked={"person": "q"}),
     PASS, True, "served and seen: Title", (3, 4)),
    (seen([page("/service", "up")], "up", values={"a": "up"}, asked={"person": "q"}), FAIL, True,
     NOBODY + "none of them shows up" + DONE, (4,)),
    # nothing found
    (found([page("/inventory", is_search=False)], values={"seen": []}), FAIL, True,
     "1 pages, none of them a result" + DONE, (4, 3)),
    (found([page("/inventory", status=500)], values={"seen": []}), FAIL, True, "1 pages, none of them a result" + DONE, (4, 3)),
    (found([page("/inventory", METER, HUB)], values={"seen": []}), FAIL, True, f"/inventory shows {METER}, {HUB}", (3,)),
    (found([page("/inventory", METER), page("/inventory")], values={"seen": []}), PASS, True,
     "served and seen: Title, no device", (4, 5)),
    (found([page("/inventory")], status="refused", values={"seen": []}), FAIL, True, "the party says that it was refused", (3, 4)),
    (found([page("/inventory")], values={"rows": [{"DeviceID": METER}]}), PASS, True, "served and seen: Title, no device", (3, 4)),
    (found([page("/inventory")], values={"rows": [{"DeviceID": HUB}]}), FAIL, True, f"the party saw {HUB}", (3, 4)),
    (found([page("/inventory")], values={"a": 1}), PASS, True, "served and seen: Title, no device", (3, 4)),
    (found([page("/inventory")]), REVIEW, True, "the party's system did not say what it saw; a person must look", (3, 4)),
    # a wrong field
    (field([page("/inventory", status=400), page("/inventory", status=400)], status="refused", values={"problems": ["p"]}),
     PASS, True, "served and read: ['p']", (4, 5)),
    (field([page("/inventory", status=400)], status="attested", values={"problems": ["p"]}), PASS, True,
     "served and read: ['p']", (3, 4)),
    (field([page("/inventory", status=400)], values={"problems": ["p"]}), FAIL, True, "the party said 'done' and ['p']", (3, 4)),
    (field([page("/inventory", status=400)], values=None), FAIL, False, "the party has not said what became of it", (3,)),
    (field([page("/inventory", status=400)], status="attested", values={"a": 1}), FAIL, True,
     "the party said 'attested' and no problem", (3, 4)),
    # the menu
    (menu([], values={"menu": MENU}), FAIL, True, NOBODY + "no menu" + DONE, (3,)),
    (menu([page("/", status=500)], values={"menu": MENU}), FAIL, True, "1 pages, no menu" + DONE, (4, 3)),
    (menu([page("/")], values={}), REVIEW, True, "the party did not tell its menu", (3, 4)),
    (menu([page("/")], values={"menu": "all"}), REVIEW, True, "the party did not tell its menu", (3, 4)),
    (menu([page("/"), page("/")], values={"menu": [one.upper() for one in MENU]}), PASS, True,
     f"{len(MENU)} ways, as the job type has them", (4, 5)),
    (menu([page("/")], values=None), FAIL, False, "the party has not said what became of it", (3,)),
    (menu([page("/")], values={"menu": MENU[2:]}), FAIL, True, f"the party tells not {MENU[0]}; not {MENU[1]}", (3, 4)),
    # a code looked up
    (code([page("/audit", "E19")], values={"code": "E19"}), FAIL, True, "1 pages, none of them of a message with E19" + DONE, (4, 3)),
    (code([page("/audit/x1", "E19", status=404)], values={"code": "E19"}), FAIL, True,
     "1 pages, none of them of a message with E19" + DONE, (4, 3)),
    (code([page("/audit/x1", "E5")], values={"code": "E19"}), FAIL, True,
     "1 pages, none of them of a message with E19" + DONE, (4, 3)),
    (code([page("/audit/x1", "E19"), page("/audit/x2", "E19"), page("/audit/x3")], values={"code": "e19"}), PASS, True,
     f"E19: {advice('E19')}", (4, 6)),
    (code([page("/audit/x1", "E19")], values={"note": "read"}), FAIL, True, "the party says no code", (3, 4)),
    (code([page("/audit/x1", "E19")], status="attested", values={"code": "E19", "advice": "another"}), PASS, True,
     f"E19: {advice('E19')}", (3, 4)),
    (code([page("/audit/x1", "E19")]), REVIEW, True, "the party's system did not say what it saw; a person must look", (3, 4)),
    # two browsers
    (browsers(list(TWO), values={"seen": [METER]}), BLOCKED, False, "the page was not asked for in a first browser", ()),
    (browsers([], values={"seen": [METER]}, before=FIRST), FAIL, True, NOBODY + "not in each browser" + DONE, (6,)),
    (browsers([page("/inventory", agent="two")], values={"seen": [METER]}, before=FIRST), FAIL, True,
     "1 pages, not in each browser" + DONE, (7, 6)),
    (browsers([page("/inventory", METER, agent="two", status=500)], values={"seen": [METER]}, before=FIRST), FAIL, True,
     "1 pages, not in each browser" + DONE, (7, 6)),
    (browsers(list(TWO), before=FIRST), REVIEW, True, "the party's system did not say what it saw; a person must look", (3, 6, 7)),
    (browsers(list(TWO), values={"seen": [HUB]}, before=FIRST), FAIL, True, f"['{METER}'] and ['{HUB}']", (3, 6, 7)),
    (browsers([*TWO, page("/inventory", HUB, agent="two")], values={"seen": [METER]}, before=FIRST), FAIL, True,
     f"['{METER}'] and ['{METER}']", (3, 7, 8)),
    (browsers(list(TWO), values={"seen": [METER]}, before=[NEXT, *FIRST[1:]]), BLOCKED, False,
     "the page was not asked for in a first browser", ()),
    # a function refused
    (Case("ssi-act-refused", "raise-incident", PASS, [refusal(OTHER)], status="refused"), FAIL, True,
     NOBODY + "no function was refused; the party said 'refused'", (4,)),
    (Case("ssi-act-refused", "raise-incident", PASS, [REFUSED, refusal(REFUSED.user, "g")], status="refused"), PASS, True,
     "g refused to p: r", (4, 5)),
    # the inventory and 8.2
    (inventory([page("/inventory", METER)], values={"seen": [METER]}), PASS, True,
     f"1 devices in both; only 8.2 names {HUB}, for which the party is not responsible in its role", (4, 6, 7)),
    (inventory([page("/inventory", METER)], before=[], values={"seen": [METER]}), BLOCKED, False,
     "the party has no answer to 8.2", ()),
    (inventory([page("/inventory", METER)], before=request("8.2", b"none"), values={"seen": [METER]}), BLOCKED, False,
     "the party has no answer to 8.2", ()),
    (inventory([page("/inventory", METER)], before=request("8.1.1", INVENTORY), values={"seen": [METER]}), BLOCKED, False,
     "the party has no answer to 8.2", ()),
    (inventory([page("/inventory", METER, HUB)], before=[*request("8.2", MORE_INVENTORY), *request("8.2", INVENTORY, counter=2)],
               values={"seen": [METER, HUB]}), PASS, True, "2 devices in both", (7, 9, 10)),
    (inventory([page("/inventory", METER), *request("8.2", b"none", counter=2)], values={"seen": [METER]}), PASS, True,
     f"1 devices in both; only 8.2 names {HUB}, for which the party is not responsible in its role", (4, 6, 10)),
    (inventory([page("/inventory")], values={"seen": [METER]}), FAIL, True, "1 pages, none of them shows a device" + DONE, (7, 6)),
    (inventory([page("/inventory", METER, status=500)], values={"seen": [METER]}), FAIL, True,
     "1 pages, none of them shows a device" + DONE, (7, 6)),
    (inventory([page("/inventory", HUB)], values={"seen": [HUB]}), BLOCKED, True,
     f"the page shows {HUB}, 8.2 answers {METER}, {HUB}", (4, 6)),
    (inventory([page("/inventory", "x")], values={"seen": [HUB]}), BLOCKED, True,
     f"the page shows none, 8.2 answers {METER}, {HUB}", (4, 6)),
    (inventory([page("/inventory", METER)]), REVIEW, True,
     "the party's system did not say what it saw; a person must look", (4, 6, 7)),
    (inventory([page("/inventory", METER)], values={"rows": [METER.lower()]}), PASS, True,
     f"1 devices in both; only 8.2 names {HUB}, for which the party is not responsible in its role", (4, 6, 7)),
    (inventory([page("/inventory", METER)], values={"rows": [HUB]}), FAIL, True, "the party tells no device", (6, 7)),
    # coverage and 12.1
    (coverage([page("/coverage", "Will connect")], before=[], values={"a": "Will connect"}), BLOCKED, False,
     "the party has no answer to 12.1", ()),
    (coverage([page("/coverage", "Will connect")], before=request("12.1", b"<R/>"), values={"a": "Will connect"}),
     BLOCKED, False, "the party has no answer to 12.1", ()),
    (coverage([page("/coverage", "Will connect")], before=request("12.2", COVERED), values={"a": "Will connect"}),
     BLOCKED, False, "the party has no answer to 12.1", ()),
    (coverage([page("/coverage")], values={"a": "Will connect"}), FAIL, True, "1 pages, none of them shows coverage" + DONE, (7, 6)),
    (coverage([page("/coverage", "Will connect", status=400)], values={"a": "Will connect"}), FAIL, True,
     "1 pages, none of them shows coverage" + DONE, (7, 6)),
    (coverage([page("/coverage", "Cannot be confirmed")],
              before=request("12.1", COVERED.replace(b"</R>", b"<CoverageAvailability>false</CoverageAvailability></R>")),
              values={"a": "Cannot be confirmed"}), PASS, True, "Cannot be confirmed in both", (4, 6, 7)),
    (coverage([page("/coverage", "x"), page("/coverage", "Will connect")], values={"a": "will connect"}), PASS, True,
     "Will connect in both", (4, 7, 8)),
    (coverage([page("/coverage", "Will connect")], values={"a": "Will not"}), FAIL, True,
     "the party does not tell Will connect", (6, 7)),
    (coverage([page("/coverage", "Will connect")]), REVIEW, True,
     "the party's system did not say what it saw; a person must look", (4, 6, 7)),
    # the audit trail and the wire
    (record([page("/audit", "x1", "m1", is_search=False)], values={"rows": BOTH}), FAIL, True, "1 pages, none of them a result" + DONE, (8, 7)),
    (record([page("/audit", "x1", "m1", status=500)], values={"rows": BOTH}), FAIL, True, "1 pages, none of them a result" + DONE, (8, 7)),
    (record([page("/audit")], before=[], values={"rows": BOTH}), BLOCKED, False, "the party had no message about the device", ()),
    (record([page("/audit")], values={"rows": BOTH}), BLOCKED, True, "/audit lacks x1, m1", (7,)),
    (record([page("/audit", "x1", "m1")]), REVIEW, True, "the party's system did not say what it saw; a person must look", (7, 8)),
    (record([page("/audit", "x1", "m1")], values={"text": f"{REQUEST} I99 I0"}), PASS, True,
     "2 messages, on the wire and on the page", (7, 8)),
    (record([page("/audit", "x1", "m1")], values={"rows": [], "text": f"{REQUEST} I99 I0"}), PASS, True,
     "2 messages, on the wire and on the page", (7, 8)),
    (record([page("/audit", "x1", "m1"), *request("4.1.1", counter=2)], values={"rows": BOTH}), PASS, True,
     "2 messages, on the wire and on the page", (7, 11)),
    (record([page("/audit", "x1", "m1"), response("m2")], values={"rows": BOTH}), PASS, True,
     "2 messages, on the wire and on the page", (7, 9)),
    # a report
    (report("RSMI_002", [], [{"D": METER}]), FAIL, True, "RSMI_002 was not run" + DONE, (3,)),
    (report("RSMI_002", [run("RSAT_001")], [{"D": METER}]), FAIL, True, "RSMI_002 was not run" + DONE, (4,)),
    (report("RSMI_002", [run("RSMI_002"), run("RSMI_002", "empty")], [{"D": METER}]), FAIL, True, "RSMI_002 is empty", (4,)),
    (report("RSMI_002", [run("RSMI_002")], [{"D": METER}], "2"), PASS, True, "RUN0000001 of RSMI_002: 2 rows", (3, 4)),
    (report("RSMI_002", [run("RSMI_002")], None), PASS, True, "RUN0000001 of RSMI_002: 2 rows", (3, 4)),
    (report("RSMI_002", [run("RSMI_002")], []), FAIL, True, f"the party's rows lack {METER}", (3, 4)),
    (report("RSMI_003", [run("RSMI_003")], []), FAIL, True, "the party's rows lack every model", (3, 4)),
    (report("RSMI_003", [run("RSMI_003")], [{"Model": "M"}]), PASS, True, "RUN0000001 of RSMI_003: 2 rows", (3, 4)),
    (report("RSMI_003", [run("RSMI_003")], ["M"]), FAIL, True, "the party's rows lack every model", (3, 4)),
    (report("RSAT_001", [run("RSAT_001")], [{"SRV": "11.2", "Sent": "2"}],
            before=[*request("11.2"), *request("11.2", counter=2)]), PASS, True, "RUN0000001 of RSAT_001: 2 rows", (9, 10)),
    (report("RSAT_001", [run("RSAT_001"), *request("11.2", counter=2)], [{"SRV": "11.2", "Sent": 1}], before=request("11.2")),
     PASS, True, "RUN0000001 of RSAT_001: 2 rows", (6, 10)),
    (report("RSAT_001", [run("RSAT_001")], [{"SRV": "11.2"}, {"Sent": 1}], before=request("11.2")),
     FAIL, True, "the party's rows lack 1 of 11.2", (6, 7)),
    (report("RSAT_002", [run("RSAT_002")], [{"RequestID": REQUEST}] * 2, before=WIRE), PASS, True,
     "RUN0000001 of RSAT_002: 2 rows", (7, 8)),
    (report("RSAT_002", [run("RSAT_002")], [{"RequestID": REQUEST}] * 3, before=WIRE), FAIL, True,
     "the party's rows have 3 rows of 2, which the report has not", (7, 8)),
    (report("RSMI_002", [run("RSMI_002")], [{"D": METER}], status="attested"), PASS, True, "RUN0000001 of RSMI_002: 2 rows", (3, 4)),
    # no report
    (offered([run("A", "empty"), run("B", "empty")], "empty", status="attested", values={"count": 0}), PASS, True,
     "empty, and the party has no row", (4, 5)),
    (offered([run("A", "too-large")], "too-large", status="attested", values={"count": 0}), PASS, True,
     "too-large, and the party has no row", (3, 4)),
    (offered([run("A", "empty")], "empty", values=None), FAIL, False, "the party has not said what became of it", (3,)),
    (offered([page("/reports/A", status=404), page("/reports/A", status=404)], "not offered", status="refused", values={"t": 1}),
     PASS, True, "not offered, and the party has no row", (4, 5)),
    (offered([page("/reports/A", status=500)], "not offered", status="refused", values={"t": 1}), FAIL, True,
     "1 pages, none of them a refusal; the party said 'refused'", (4, 3)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "verdict", "is_final", "got", "references"),
    FINDINGS,
    ids=[f"{number}: {row[0].check}" for number, row in enumerate(FINDINGS)],
)
def test_what_is_found_on_a_page_and_on_which_entries(
    case: Case, verdict: Verdict, got: str, references: tuple[int, ...], *, is_final: bool
) -> None:
    finding = case.finding()
    assert (finding.verdict, finding.is_final, finding.got) == (verdict, is_final, got)
    assert finding.references == references


def test_a_page_of_a_later_action_belongs_to_that_one() -> None:
    stories: list[tuple[list[AnyEvent], bool]] = [
        ([page("/service", "up"), NEXT], True),
        ([NEXT, page("/service", "up")], False),
    ]
    for events, is_served in stories:
        case = Case(
            "ssi-page-seen", "view-service-status", PASS, events, values={"a": "up"},
            parameters={"facts": ["up"], "action": "a9"},
        )  # fmt: skip
        assert (case.finding().verdict is PASS) is is_served
