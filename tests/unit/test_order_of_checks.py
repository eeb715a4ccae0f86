"""Of two rules that one request breaks, the first of the catalogue answers: every pair, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest

from schemas.load import gateway_rules
from stubs.dcc import Reply
from stubs.dcc.requests import service_rules
from stubs.dcc.requests.device_service_rules import DEVICE_SERVICE_RULES
from stubs.dcc.requests.non_device_services import NON_DEVICE_SERVICES
from stubs.smki import Pki
from tests.dcc_kit import DccFixture
from tests.rule_doubles import DOUBLES
from tests.rule_mutations import MUTATIONS, Broken, Excluded, Recorder, broken_by
from tests.rule_trips import STRICT, TRIPS, firmware, hub_notice, pre_command

ORDER = list(gateway_rules())
OF_SERVICES = {*service_rules.FIRST.rules, *service_rules.LAST.rules}
SIGNED = {"pre-command-unknown", "pre-command-altered", "pre-command-signature"}
AT_THE_EDGE = (
    "no-such-service", "method", "not-http", "expectation", "internal-error", "not-recorded", "too-slow", "truncated",
)  # fmt: skip
DOCUMENT_NEEDED = ORDER[ORDER.index("xml") + 1 :]
OF_A_SIGNATURE = ORDER[ORDER.index("unsigned") + 1 : ORDER.index("certificate-validity") + 1]
TRIPPED = [rule for rule in ORDER if rule not in MUTATIONS and rule not in AT_THE_EDGE]
"""Rules that are broken by what a whole request says, not by a change of one."""


def _pairs() -> dict[frozenset[str], str]:
    """Pairs that exclude each other, and why."""
    found: dict[frozenset[str], str] = {}

    def add(why: str, one: str, *others: str) -> None:
        found.update({frozenset((one, other)): why for other in others if other != one})

    for rule in AT_THE_EDGE:
        add(
            "judged by the edge before there is a body, or no property of a request (tests of the gateway)",
            rule,
            *ORDER,
        )
    add("what is no XML says nothing more", "xml", *DOCUMENT_NEEDED)
    add("there is no signature to be judged", "unsigned", *OF_A_SIGNATURE)
    add("of a certificate that nobody knows nothing is known", "unknown-signer", *OF_A_SIGNATURE[2:])
    add(
        "a User that nobody knows has no roles and no status", "user", "role-registered", "role-eligible", "user-status"
    )
    add(
        "who holds no role holds no eligible one: broken together by every such User",
        "role-registered",
        "role-eligible",
    )
    device = ("device-type", "device-authorised", "device-status", "local-delivery")
    add("of a device that nobody knows nothing more is known", "device-exists", *device)
    add("a Non-Device request is for no device", "target", "device-exists", *device)
    add("a counter is the last one or below it", "replayed-request", "counter")
    add("the element of another service has no values of this one", "body-element", *OF_SERVICES, "not-transformable")
    add("the element of another service has no date of this one", "body-element", "execution-date")
    for one in ("device-log-unknown", "inventory-device", "hub-unknown", "schedule-device", "join-unknown"):
        of_it = {"inventory-device": "update-", "schedule-device": "schedule-"}.get(one, one.rpartition("-")[0])
        later = [rule for rule in ORDER[ORDER.index(one) + 1 :] if rule.startswith(of_it)]
        add("of a device that nobody knows nothing more is known", one, *later)
    add("of a device that nobody knows nothing more is known", "inventory-device", "inventory-authorised")
    add("of a device that nobody knows nothing more is known", "inventory-device", "decommission-status")
    add("rights are those of a User who is responsible", "inventory-authorised", "update-rights")
    add("a request asks for one change", "update-meter-point", "update-status", "update-kind")
    add("a hub has no meter points that are checked", "device-log-type", "device-log-meter-point")
    add("without an eligible role nobody is responsible: broken together", "schedule-role", "schedule-authorised")
    add("a request names a schedule or a device", "schedule-unknown", "schedule-none")
    add("a device that is known and of the kind is not unknown", "restore-unknown", "restore-same")
    add("what is no response has no protection", "local-response-broken", "local-response-forged")
    single = "a Signed Pre-Command has the element of no single service"
    add(single, "pre-command-unknown", "not-simulated", "body-element")
    undated = "a Non-Device request has no date, and that beside a Signed Pre-Command is not judged"
    add(undated, "execution-date", "target", "pre-command-unknown")
    add("a Non-Device request has no Pre-Command", "target", "pre-command-unknown")
    everybody = "the one service with other statuses than those of local delivery may be sent in every role"
    add(everybody, "role-eligible", "local-delivery")
    critical = "critical services may be sent in the very statuses in which local delivery is allowed"
    add(critical, "local-delivery", "pre-command-unknown")
    return found


EXCLUSIVE = _pairs()
EXCLUSIVE.pop(frozenset(("hub-unknown", "hub-other-device")))


def together(one: str, other: str) -> str:
    """Why two rules that whole requests break cannot be broken by one; empty: they can."""
    services = [set(service.rules) for service in DEVICE_SERVICE_RULES.values()]
    services += [set(service.rules) for service in NON_DEVICE_SERVICES.values()]
    if (one, other) in DOUBLES:
        return ""
    if one in OF_SERVICES and other in OF_SERVICES and not any({one, other} <= rules for rules in services):
        return "they belong to different services"
    if {one, other} & SIGNED and {one, other} & {*OF_SERVICES, "not-transformable"}:
        return "a Signed Pre-Command has no values of a service, and is a command already"
    if "not-transformable" in {one, other}:
        return "no command is made of it, or one of every value that the schema and the service's rules look at"
    return EXCLUSIVE.get(frozenset((one, other)), "")


def _read(dcc: DccFixture) -> Reply:
    return dcc.post(firmware(dcc))


def _registers(dcc: DccFixture) -> Reply:
    return dcc.post(dcc.party.request("4.1.1", dcc.build()["esme"]))


def _inventory(dcc: DccFixture) -> Reply:
    return dcc.post(dcc.party.request("8.2", MPxN=(dcc.build(), dcc.premises)[1]["mpan"]))


def _hub(dcc: DccFixture) -> Reply:
    return hub_notice(dcc, dcc.build()["chf"])


def _signed(dcc: DccFixture) -> Reply:
    return dcc.post(dcc.party.signed_pre_command(pre_command(dcc)))


GOOD: tuple[Callable[[DccFixture], Reply], ...] = (_read, _registers, _inventory, _hub, _signed)


@pytest.fixture(scope="module")
def good(pki: Pki) -> list[Recorder]:
    """DCCs that were sent a request which breaks nothing."""
    found = []
    for trip in GOOD:
        dcc = Recorder(pki, STRICT)
        assert trip(dcc).response_code in {"I0", "I99"}
        found.append(dcc)
    return found


def outcomes(good: list[Recorder], *rules: str) -> Iterator[str]:
    """What good requests are refused with when these rules are broken; the later rule is broken first."""
    for dcc in good:
        request = broken_by(dcc)
        try:
            yield broken(request, *rules)
        except Excluded:
            continue


def broken(request: Broken, *rules: str) -> str:
    for rule in sorted(rules, key=ORDER.index, reverse=True):
        MUTATIONS[rule](request)
    return request.post()


@pytest.mark.parametrize("rule", MUTATIONS)
def test_a_change_breaks_the_rule_it_is_meant_to(good: list[Recorder], rule: str) -> None:
    found = list(outcomes(good, rule))
    assert found
    assert set(found) == {rule}


@pytest.mark.parametrize("rule", MUTATIONS)
def test_of_two_changes_the_first_rule_answers(good: list[Recorder], rule: str) -> None:
    for other in [each for each in MUTATIONS if ORDER.index(each) > ORDER.index(rule)]:
        if frozenset((rule, other)) in EXCLUSIVE:
            continue
        assert next(outcomes(good, rule, other), "no request breaks both") == rule, f"{rule} and {other}"


@pytest.mark.parametrize("rule", TRIPPED)
def test_a_request_that_breaks_a_rule_and_is_changed_is_answered_by_the_first(pki: Pki, rule: str) -> None:
    dcc = Recorder(pki, STRICT)
    TRIPS[rule](dcc)
    assert broken_by(dcc).post() == rule
    for other, change in MUTATIONS.items():
        if frozenset((rule, other)) in EXCLUSIVE:
            continue
        request = broken_by(dcc)
        try:
            change(request)
            found = request.post()
        except Excluded:
            continue
        assert found == min(rule, other, key=ORDER.index), f"{rule} and {other}"


@pytest.mark.parametrize(("first", "second"), DOUBLES)
def test_of_two_rules_of_a_service_the_first_answers(pki: Pki, first: str, second: str) -> None:
    dcc = DccFixture(pki, STRICT)
    DOUBLES[first, second](dcc)
    assert dcc.refused() == first
    assert ORDER.index(first) < ORDER.index(second)


def test_every_pair_is_tested_or_excluded_with_a_reason() -> None:
    left = [
        pair
        for pair in combinations(ORDER, 2)
        if not any(rule in MUTATIONS for rule in pair)
        and frozenset(pair) not in EXCLUSIVE
        and pair not in DOUBLES
        and not together(*pair)
    ]
    assert left == []


def test_no_pair_is_excluded_and_tested() -> None:
    assert [pair for pair in DOUBLES if frozenset(pair) in EXCLUSIVE] == []
