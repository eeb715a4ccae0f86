"""Fault rules: reading, matching, counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

PASSED = "passed"
"""Effect recorded when a rule matched but its ``nth`` message has not come yet."""

GBCS_EFFECTS = frozenset(
    {"wrong-mac", "wrong-device-signature", "wrong-originator", "wrong-recipient", "wrong-counter", "other-pre-command"}
)
"""Effects on the device's message inside a document, whose XML signature then is right."""

EFFECTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "answer": frozenset(
            {
                "delay",
                "drop",
                "reset",
                "never-answer",
                "code",
                "http-status",
                "malformed",
                "wrong-signature",
                "wrong-signer",
                "unsigned",
                "other-pre-command",
            }
        ),
        "delivery": frozenset(
            {
                "delay",
                "drop",
                "duplicate",
                "hold-until-next",
                "wrong-signature",
                "wrong-signer",
                "unsigned",
                "code",
                "malformed",
                "altered-content",
                "wrong-digest",
                *GBCS_EFFECTS,
            }
        ),
        "command": frozenset({"drop", "never-answer", "unreachable", "delay"}),
        "device-response": frozenset({"drop", "delay", "altered"}),
        "device-alert": frozenset({"drop"}),
        "firmware": frozenset({"drop", "altered"}),
        "ssi-page": frozenset({"component-down", "delay"}),
        "ssi-sign-in": frozenset({"credential-expired"}),
        "ssi-report": frozenset({"empty", "huge"}),
    }
)
"""Effects that exist at each point of application."""

_NAMES_A_PARTY = ("wrong-signer", "wrong-originator", "wrong-recipient")
_MATCHERS = ("srv", "user", "device", "request_id", "message_kind", "alert_code", "component", "path", "report")


class FaultRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule. Matchers left out match everything; EUIs and RequestIDs are compared without regard to case.

    ``nth`` is the first match it is applied to (1 = the first), ``times`` how often (0 = for ever).
    """

    point: Literal[
        "answer",
        "delivery",
        "command",
        "device-response",
        "device-alert",
        "firmware",
        "ssi-page",
        "ssi-sign-in",
        "ssi-report",
    ]
    """Place where the rule is applied: to the answer in the HTTP exchange, a delivery, a command on its way to a
    device, the device's response or alert, a firmware image, or a page, a sign-in or a report of the Self-Service
    Interface."""
    effect: str
    """Effect on the message; ``point`` decides which effects there are (``EFFECTS``)."""
    srv: str = ""
    """Only messages of this service reference variant."""
    user: str = ""
    """Only messages of this User (EUI-64)."""
    device: str = ""
    """Only messages of this device (EUI-64)."""
    request_id: str = ""
    """Only messages of this RequestID."""
    message_kind: str = ""
    """Only messages of this kind: ``response``, ``device-alert`` or ``dcc-alert``."""
    alert_code: str = ""
    """Only alerts of this code."""
    component: str = ""
    """Only pages of this component of the Self-Service Interface; what ``component-down`` takes away."""
    path: str = ""
    """Only the page of this path."""
    report: str = ""
    """Only this report, such as ``RSMI_001``."""
    nth: int = 1
    """The first match it is applied to, from 1."""
    times: int = 1
    """Number of times that it is applied; 0: for ever."""
    seconds: float = 0.0
    """Delay in seconds of the run's clock, for ``delay``."""
    code: str = ""
    """Response code, for ``code``."""
    status: int = 503
    """HTTP status, for ``http-status``."""
    party: str = ""
    """EUI of the party that signs instead, for ``wrong-signer``; of the device or User that is named instead, for
    ``wrong-originator`` and ``wrong-recipient``."""
    before: bool = False
    """For ``drop`` and ``reset`` of an answer: the request is lost too, as if it never arrived."""


def read_rule(rule: Mapping[str, Any]) -> FaultRule:
    """A rule from JSON.

    Raises: ValueError: an unknown field, point or effect, or an effect without what it needs.
    """
    try:
        read = msgspec.convert(rule, FaultRule)
    except msgspec.ValidationError as error:
        raise ValueError(f"fault rule: {error}") from error
    known = EFFECTS[read.point]
    if read.effect not in known:
        raise ValueError(f"fault rule: effect {read.effect!r} is not one of {', '.join(sorted(known))} at {read.point}")
    needs = {"code": read.code, "delay": read.seconds > 0, "component-down": read.component}
    needs |= dict.fromkeys(_NAMES_A_PARTY, read.party)
    if not needs.get(read.effect, True):
        wanted = {"code": "code", "delay": "seconds", "component-down": "component"}.get(read.effect, "party")
        raise ValueError(f"fault rule: effect {read.effect!r} needs {wanted!r}")
    if read.nth < 1 or read.times < 0:
        raise ValueError("fault rule: nth is 1 or more, times 0 (for ever) or more")
    return _with_values(read)


def _with_values(rule: FaultRule) -> FaultRule:
    """The rule with its identities in their one form. Raises: ValueError: one that is none."""
    named = {name: text for name in ("user", "device", "party") if (text := getattr(rule, name))}
    try:
        read = {name: str(Eui64.parse(text)) for name, text in named.items()}
        if rule.request_id:
            read["request_id"] = str(RequestId.parse(rule.request_id))
    except PeerError as error:
        raise ValueError(f"fault rule: {error}") from error
    return msgspec.structs.replace(rule, **read)


@dataclass(slots=True)
class Fault:
    """A rule and how often it matched and was applied."""

    fault: str
    rule: FaultRule
    matched: int = 0
    applied: int = 0

    def fits(self, point: str, facts: Mapping[str, str]) -> bool:
        """Return whether the rule matches this message and is not used up."""
        rule = self.rule
        if rule.point != point or (rule.times and self.applied >= rule.times):
            return False
        wanted = ((name, getattr(rule, name)) for name in _MATCHERS)
        return all(not value or facts.get(name, "").upper() == value.upper() for name, value in wanted)

    @property
    def is_next(self) -> bool:
        """Whether the next match is one to apply."""
        return self.matched + 1 >= self.rule.nth


@dataclass(slots=True)
class Faults:
    """Armed rules by id, oldest first; folded from FaultSet, FaultCleared, FaultApplied."""

    rules: dict[str, Fault] = field(default_factory=dict)

    def arm(self, fault: str, rule: Mapping[str, Any]) -> None:
        """Fold of FaultSet; a rule of before identities were read holds as it was written."""
        try:
            read = read_rule(rule)
        except ValueError:
            read = msgspec.convert(rule, FaultRule)
        self.rules[fault] = Fault(fault, read)

    def clear(self, fault: str) -> None:
        """Fold of FaultCleared."""
        self.rules.pop(fault, None)

    def count(self, fault: str, effect: str) -> None:
        """Fold of FaultApplied."""
        known = self.rules.get(fault)
        if known is not None:
            known.matched += 1
            known.applied += effect != PASSED

    def match(self, point: str, facts: Mapping[str, str]) -> list[Fault]:
        """Return the rules that match this message, oldest first, ending with the first that is to be applied."""
        found = []
        for fault in self.rules.values():
            if fault.fits(point, facts):
                found.append(fault)
                if fault.is_next:
                    break
        return found
