"""Checks of the Self-Service Interface: judged from the pages that were served, and what the party saw on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.evidence import Evidence
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, without_claim
from harness.checks.ssi_told import identities_told, unshown
from harness.checks.ssi_views import seen_of, untold
from harness.checks.verdict import Finding, Verdict, failed, passed, waiting
from stubs.events import PageViewed, PersonSignedIn


@check(
    "ssi-signed-in",
    rule="A person of the party can sign in to the SSI for its User and role",
    clause="CTSD scope 3: access the SSI",
)
def signed_in(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The SSI accepted a sign-in of the party's User."""
    expected = "a sign-in accepted by the SSI"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    named = str(action.asked.get("parameters", {}).get("person", "")).casefold()
    signings = [(seq, event) for seq, event in evidence.of(PersonSignedIn) if seq > action.seq]
    for seq, event in signings:
        if event.accepted and named not in {"", event.person.casefold()}:
            return failed(expected, f"{event.person} signed in and not {named}", seq)
        if event.accepted and event.user == evidence.user:
            return passed(expected, f"{event.person} for {event.user} as {event.role}", seq)
        return failed(expected, event.reason or f"signed in for {event.user}", seq)
    return missing(action, expected, "nobody signed in")


@check(
    "ssi-inventory-seen",
    rule="The SSI shows the party the devices of a home, and the party sees them",
    clause="SEC H8.16: Smart Metering Inventory; CTSD scope 3",
    provenance="inferred",
)
def inventory_seen(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A page with the wanted devices was served, and the outcome names them."""
    wanted = {str(device) for device in parameters["devices"]}
    expected = f"a page that shows {', '.join(sorted(wanted))}"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    pages = [
        (seq, event)
        for seq, event in evidence.of(PageViewed)
        if seq > action.seq and event.user == evidence.user and wanted <= set(event.shown)
    ]
    if not pages:
        return missing(action, expected, "no such page was served")
    seq = pages[-1][0]
    told = seen_of(action.outcome)
    silence = without_claim(action, expected, "what it saw", told, seq)
    if silence is not None:
        return silence
    unseen = sorted(wanted - set(told or []))
    if unseen:
        return failed(expected, f"the party did not see {', '.join(unseen)}", seq, action.claimed_seq)
    invented = unshown(evidence, action)
    if invented:
        got = f"the party tells {', '.join(invented)}, which no page showed"
        return failed(expected, got, seq, action.claimed_seq, cause="not on any page")
    return passed(expected, f"served and seen: {pages[-1][1].title}", seq, action.claimed_seq)


@check(
    "ssi-request-seen",
    rule="The service audit trail of the SSI shows the party its own request within seconds",
    clause="SEC H8.16: record of the User's own messages; CTSD scope 3",
    provenance="inferred",
)
def request_seen(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A page was served that shows a request the party had posted before it looked."""
    expected = "a page that shows the party's own request"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    posted = {exchange.request_id for exchange in evidence.exchanges if exchange.seq < action.seq}
    if not posted:
        return waiting(expected, "the party had posted no request", amounts_to=Verdict.BLOCKED)
    pages = [(seq, event) for seq, event in evidence.of(PageViewed) if seq > action.seq and event.user == evidence.user]
    for seq, event in pages:
        if posted & set(event.shown):
            return passed(expected, f"{event.path} shows {', '.join(sorted(filter(None, posted)))}", seq)
    return missing(action, expected, f"{len(pages)} pages, none shows it", *(seq for seq, _ in pages))


@check(
    "ssi-others-not-shown",
    rule="What belongs to another User does not exist on the SSI for this one",
    clause="SEC H8.16: own record only",
    provenance="inferred",
)
def others_not_shown(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Pages were served to the party, and none showed the other User's identities."""
    hidden = {str(identity) for identity in parameters["identities"]}
    expected = f"pages without {', '.join(sorted(hidden))}"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    pages = [(seq, event) for seq, event in evidence.of(PageViewed) if seq > action.seq and event.user == evidence.user]
    showing = [(seq, event) for seq, event in pages if hidden & set(event.shown)]
    if showing:
        seq, event = showing[0]
        # The simulator shows it: that is our error, whatever the party does with it.
        return Finding(Verdict.BLOCKED, expected, f"{event.path} shows it", references=(seq,))
    if not pages:
        return missing(action, expected, "no page was served")
    if action.claimed is None:
        return waiting(expected, "the party has not reported", pages[-1][0])
    values = action.outcome.get("values") or {}
    told = set(seen_of(action.outcome) or ()) | identities_told({"rows": values.get("rows")})
    is_seen = bool(values.get("seen"))
    said = sorted(name for name in hidden if name in told or (is_seen and not untold(action.outcome, [name])))
    if said:
        return failed(expected, f"the party says it saw {', '.join(said)}", pages[-1][0], action.claimed_seq)
    return passed(expected, f"{len(pages)} pages, none shows it", *(seq for seq, _ in pages), action.claimed_seq)
