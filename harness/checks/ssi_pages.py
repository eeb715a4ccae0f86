"""Checks of pages of the Self-Service Interface: what was served to the party's people, and what they saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import identity
from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, unsaid
from harness.checks.ssi_told import identities_told
from harness.checks.ssi_views import during, own_pages, pages_of, rows_of, said_of, seen_of, unserved, untold
from harness.checks.verdict import Finding, Verdict, failed, passed, review, waiting
from schemas.ssi_tables import advice, allowed, functions, job_types
from stubs.events import ActRefused, PageViewed, PersonSignedIn

_SCOPE = "CTSD scope 3: access the SSI, process Alerts and Response Codes"


@check(
    "ssi-sign-in-refused",
    rule="Who has no valid credential is not let in to the SSI, and the party says so",
    clause="Draft SSI specification: authentication",
    provenance="inferred",
)
def sign_in_refused(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The SSI recorded a refused sign-in and no accepted one, and the party reports a refusal."""
    expected = "a sign-in refused by the SSI, and reported so"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    signings = during(evidence, action, PersonSignedIn)
    accepted = [(seq, event) for seq, event in signings if event.accepted]
    if accepted:
        seq, event = accepted[0]
        return failed(expected, f"{event.person} was let in", seq)
    if not signings:
        return missing(action, expected, "nobody tried to sign in")
    seq, event = signings[-1]
    return _refused(action, expected, f"refused: {event.reason}", seq)


def _refused(action: ActionRecord, expected: str, got: str, *references: int) -> Finding:
    """Whether the party reports the refusal that the SSI recorded."""
    silence = unsaid(action, expected, *references)
    if silence is not None:
        return silence
    if action.status == "refused":
        return passed(expected, got, *references, action.claimed_seq)
    return failed(expected, f"{got}; the party said {action.status!r}", *references, action.claimed_seq)


@check(
    "ssi-session-ended",
    rule="After signing out or a time-out no page of the SSI shows anything until somebody signs in again",
    clause="Draft SSI specification: common authentication preconditions",
    provenance="inferred",
)
def session_ended(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The page asked for led to the sign-in page, nothing was shown, and the party says that it saw nothing."""
    expected = "the sign-in page instead of the page asked for"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    views = during(evidence, action, PageViewed)
    shown = [(seq, event) for seq, event in views if event.user]
    if shown:
        return failed(expected, f"{shown[0][1].path} was served to {shown[0][1].person}", shown[0][0])
    asked = [(seq, event) for seq, event in views if event.path.startswith("/sign-in")]
    if not asked:
        return missing(action, expected, "no page was asked for")
    seq = asked[-1][0]
    seen = seen_of(action.outcome)
    if seen:
        return failed(expected, f"the party says it saw {', '.join(seen)}", seq, action.claimed_seq)
    return _refused(action, expected, "the sign-in page was served, and shows nothing", seq)


@check(
    "ssi-page-seen",
    rule="The SSI shows the party's person what there is, and the person sees it",
    clause="SEC H8.16; draft SSI specification 2015",
    provenance="inferred",
)
def page_seen(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A page of the action was served that shows each of ``facts``, and the party tells each of them."""
    facts = [str(fact) for fact in parameters["facts"]]
    expected = f"a page that shows {', '.join(facts)}, and the party telling it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    pages = [(seq, event) for seq, event in own_pages(evidence, action) if event.status == 200]
    fitting = [(seq, event) for seq, event in pages if not _not_on(event, facts)]
    if not fitting:
        lacking = sorted({fact for _, event in pages for fact in _not_on(event, facts)}) or facts
        return unserved(evidence, action, expected, f"none of them shows {', '.join(lacking)}")
    seq, event = fitting[-1]
    silence = said_of(action, expected, seq)
    if silence is not None:
        return silence
    lacking = untold(action.outcome, facts)
    if lacking:
        return failed(expected, f"the party does not tell {', '.join(lacking)}", seq, action.claimed_seq)
    return passed(expected, f"served and seen: {event.title}", seq, action.claimed_seq)


def _not_on(page: PageViewed, facts: list[str]) -> list[str]:
    shown = "\n".join((page.title, *page.shown)).casefold()
    return [fact for fact in facts if fact.casefold() not in shown]


@check(
    "ssi-nothing-found",
    rule="A search of the SSI for what is not there has a clear empty result, and the party reports it as such",
    clause="Draft SSI specification: inputs and outputs of a search",
    provenance="inferred",
)
def nothing_found(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A page of results without a result was served, and the party names no device."""
    expected = "a page of results that shows no device, and the party naming none"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    empty = [(seq, event) for seq, event in own_pages(evidence, action) if event.query and event.status == 200]
    if not empty:
        return unserved(evidence, action, expected, "none of them a result")
    seq, event = empty[-1]
    if event.shown:
        return failed(expected, f"{event.path} shows {', '.join(event.shown)}", seq)
    silence = said_of(action, expected, seq)
    if silence is not None:
        return silence
    asked = {identity(value) for value in action.asked.get("parameters", {}).values()} | {action.target}
    told = {one for row in rows_of(action.outcome) for one in identities_told({"rows": [row]}) if one not in asked}
    told |= set(seen_of(action.outcome) or ())
    seen = sorted(told - {evidence.user})  # who is signed in stands on every page
    if seen or action.status == "refused":
        got = f"the party saw {', '.join(seen)}" if seen else "the party says that it was refused"
        return failed(expected, got, seq, action.claimed_seq)
    return passed(expected, f"served and seen: {event.title}, no device", seq, action.claimed_seq)


@check(
    "ssi-field-refused",
    rule="For a wrong field the SSI says what is wrong and suggests how to put it right, and the party reads it",
    clause="SEC website glossary: validation messages and suggestions",
)
def field_refused(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The page came back with what is wrong, and the party reports that it was refused, with the message."""
    expected = "the page with what is wrong, and the party telling it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    wrong = [(seq, event) for seq, event in own_pages(evidence, action) if event.status == 400]
    if not wrong:
        return unserved(evidence, action, expected, "none of them says that a field is wrong")
    seq = wrong[-1][0]
    silence = said_of(action, expected, seq)
    if silence is not None:
        return silence
    problems = (action.outcome.get("values") or {}).get("problems")
    if action.status == "refused" and not problems:
        got = "the party says that it was refused, not what it read; a person must look"
        return review(expected, got, seq, action.claimed_seq, cause="did not say what it read")
    if action.status not in {"refused", "attested"} or not problems:
        got = f"the party said {action.status!r} and " + (f"{problems}" if problems else "no problem")
        return failed(expected, got, seq, action.claimed_seq)
    return passed(expected, f"served and read: {problems}", seq, action.claimed_seq)


@check(
    "ssi-act-refused",
    rule="A person may do on the SSI what the job type and the User Role allow and nothing else; a refusal is recorded",
    clause="SEC Appendix AH draft: Job Type Role",
    provenance="inferred",
)
def act_refused(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The SSI recorded that it refused a function, and the party reports the refusal."""
    expected = "the SSI refusing the function, and the party reporting it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    refusals = [(seq, event) for seq, event in during(evidence, action, ActRefused) if event.user == evidence.user]
    if not refusals:
        return unserved(evidence, action, expected, "no function was refused")
    seq, event = refusals[-1]
    return _refused(action, expected, f"{event.function} refused to {event.person}: {event.reason}", seq)


@check(
    "ssi-menu-seen",
    rule="The menu of the SSI offers what the person's job type and the User Role allow, and the person sees it",
    clause="SEC Appendix AH draft: Job Type Role",
    provenance="inferred",
)
def menu_seen(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The party tells every way that the job type has in its User Role, and none that it has not."""
    jobs = frozenset(str(parameters["job_type"]).split()) & job_types().keys()
    may = allowed(evidence.role, jobs or None)
    inside = [row.title for row in functions().values() if row.section and row.function in may]
    outside = [row.title for row in functions().values() if row.section and row.function not in may]
    expected = f"a menu of {', '.join(inside)}"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    pages = [(seq, event) for seq, event in pages_of(evidence, action) if event.status == 200]
    if not pages:
        return unserved(evidence, action, expected, "no menu")
    seq, page = pages[-1]
    menu = action.outcome.get("values", {}).get("menu")
    silence = unsaid(action, expected, seq, data=menu)
    if silence is not None:
        return silence
    if not isinstance(menu, list):
        return Finding(
            Verdict.REVIEW, expected, "the party did not tell its menu", references=(seq, action.claimed_seq)
        )
    told = {" ".join(str(entry).split()).casefold() for entry in menu}
    wrong = [f"not {title}" for title in inside if title.casefold() not in told]
    wrong += [f"{title}, which it may not" for title in outside if title.casefold() in told]
    # A person may take any way of the page for one of the menu; an earlier version did not record them.
    ways = {way.casefold() for way in page.ways}
    invented = sorted(told - ways - {title.casefold() for title in (*inside, *outside)}) if ways else []
    wrong += [f"{entry}, which the page has not" for entry in invented]
    if wrong:
        return failed(expected, f"the party tells {'; '.join(wrong)}", seq, action.claimed_seq)
    return passed(expected, f"{len(menu)} ways, as the job type has them", seq, action.claimed_seq)


@check(
    "ssi-code-understood",
    rule="The person looks a response or alert code up in the SSI and knows what it means and what to do",
    clause=_SCOPE,
)
def code_understood(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The page of a message with the code was served, and the party tells the code; what it tells of it is right."""
    code = str(parameters["code"])
    expected = f"the message with code {code}, and the party telling what it means"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    pages = [
        (seq, event) for seq, event in own_pages(evidence, action) if event.path != "/audit" and event.status == 200
    ]
    fitting = [seq for seq, event in pages if code in event.shown]
    if not fitting:
        return unserved(evidence, action, expected, f"none of them of a message with {code}")
    silence = said_of(action, expected, fitting[-1])
    if silence is not None:
        return silence
    values = action.outcome["values"]
    said = str(values.get("ResponseCode") or values.get("code") or action.outcome.get("response_code") or "")
    if said.upper() != code:
        return failed(expected, f"the party says {said or 'no code'}", fitting[-1], action.claimed_seq)
    to_do = str(values.get("advice") or "")
    if to_do and to_do != advice(code) and action.status != "attested":
        return failed(expected, f"the party would {to_do!r}", fitting[-1], action.claimed_seq)
    return passed(expected, f"{code}: {advice(code)}", fitting[-1], action.claimed_seq)


@check(
    "ssi-same-in-both-browsers",
    rule="The SSI shows the same in each supported browser",
    clause="SEC Appendix AH draft: Supported Web Browser",
)
def same_in_both_browsers(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Two actions of the same kind were served to two browsers, with the same pages, and the party saw the same."""
    expected = "the same page in two browsers"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    before = [
        one for one in evidence.actions if one.seq < action.seq and one.asked.get("kind") == action.asked.get("kind")
    ]
    if not before:
        return waiting(expected, "the page was not asked for in a first browser", amounts_to=Verdict.BLOCKED)
    served = [
        [(seq, event) for seq, event in own_pages(evidence, one) if event.status == 200 and event.shown]
        for one in (before[-1], action)
    ]
    if not all(served):
        return unserved(evidence, action, expected, "not in each browser")
    (first_seq, first), (seq, second) = served[0][-1], served[1][-1]
    silence = said_of(action, expected, first_seq, seq)
    if silence is not None:
        return silence
    if first.agent == second.agent:
        return failed(
            expected, f"both pages went to {first.agent or 'the same browser'}", first_seq, seq, cause="browser"
        )
    seen = [
        list(rows_of(one.outcome)) if (told := seen_of(one.outcome)) is None else told for one in (before[-1], action)
    ]
    if first.shown != second.shown or seen[0] != seen[1]:
        return failed(expected, f"{seen[0]} and {seen[1]}", first_seq, seq, action.claimed_seq)
    return passed(expected, f"{first.agent} and {second.agent}", first_seq, seq, action.claimed_seq)
