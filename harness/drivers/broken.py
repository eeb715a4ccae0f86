"""The reference client with one deliberate defect: a table, so that every check can show what trips it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from harness.drivers.reference.policy import CORRECT, Policy
from stubs.wire import InputError


@dataclass(frozen=True, slots=True)
class Defect:
    """One way to be wrong: which fields of the policy change, and the ids of the checks that must notice."""

    name: str
    description: str
    change: Mapping[str, Any]
    caught_by: tuple[str, ...]

    @property
    def policy(self) -> Policy:
        """The correct policy with this defect in it."""
        return replace(CORRECT, **self.change)


_FOREVER = 12
"""Upper bound of the client that never gives up: a rehearsal has to end."""

_ROWS = (
    Defect(
        "does-not-verify-signatures",
        "acknowledges and uses responses whose XML signature is wrong",
        {"verify_signatures": False},
        ("bad-signature-rejected",),
    ),
    Defect(
        "trusts-wrong-party",
        "verifies the signature of a response, but not that the DCC made it",
        {"require_dcc_signer": False},
        ("wrong-party-rejected",),
    ),
    Defect(
        "accepts-duplicates",
        "processes a response again when it is delivered again",
        {"deduplicate": False},
        ("duplicate-processed-once",),
    ),
    Defect(
        "correlates-by-order",
        "gives a response to the request that has waited longest, whatever its RequestID",
        {"correlate_by_request_id": False},
        ("correlated-by-request-id",),
    ),
    Defect(
        "reuses-counter",
        "repeats the counter of its first request to a target in all later ones",
        {"fresh_counter": False},
        ("counters-increase",),
    ),
    Defect(
        "sends-critical-unsigned",
        "returns the Pre-Command without the digital signature of the User",
        {"sign_critical": False},
        ("critical-signed",),
    ),
    Defect(
        "sends-to-wrong-service",
        "posts critical requests to Send Command and Signed Pre-Commands to Transform",
        {"post_to_right_service": False},
        ("service-matches-variant",),
    ),
    Defect(
        "leaves-old-certificate",
        "puts a device's old certificate into 6.15.2, not the one issued for its new key",
        {"install_new_certificate": False},
        ("new-certificate-taken",),
    ),
    Defect(
        "signs-with-wrong-key",
        "signs the Pre-Command with its XML signing key",
        {"pre_command_key": "xmlsign"},
        ("signed-pre-command-signature",),
    ),
    Defect(
        "alters-pre-command",
        "flips one bit of the Pre-Command's content before signing it",
        {"alter_pre_command": True},
        ("signed-pre-command-as-issued",),
    ),
    Defect(
        "treats-acknowledgement-as-done",
        "reports a device request as done when it has only been acknowledged",
        {"wait_for_response": False},
        ("completed-only-after-response",),
    ),
    Defect(
        "ignores-error-codes",
        "takes every answer for success, whatever its response code",
        {"honour_error_codes": False},
        ("error-code-understood",),
    ),
    Defect(
        "retries-forever",
        "sends a request again and again, after refusals too",
        {"retry_limit": _FOREVER, "retry_after_refusal": True, "retry_pause": 0.01},
        ("retries-bounded",),
    ),
    Defect(
        "mis-scales-reading",
        "reports readings ten times too high",
        {"reading_scale": 10},
        ("reading-agrees",),
    ),
    Defect(
        "answers-500-to-alerts",
        "answers HTTP 500 to every alert",
        {"alert_status": 500},
        ("alert-acknowledged",),
    ),
    Defect(
        "forgets-alerts",
        "acknowledges alerts and tells nobody of them",
        {"report_alerts": False},
        ("alert-understood",),
    ),
    Defect(
        "answers-500-to-responses",
        "answers HTTP 500 to every response, although it uses it",
        {"response_status": 500},
        ("response-acknowledged",),
    ),
    Defect(
        "signs-documents-with-wrong-key",
        "signs DUIS documents with its digital signing key",
        {"document_key": "ds"},
        ("request-accepted",),
    ),
    Defect(
        "takes-http-errors-for-success",
        "takes a request that the DCC's service turned away with an HTTP error for done",
        {"honour_http_errors": False},
        ("http-error-noticed",),
    ),
    Defect(
        "overlooks-devices",
        "reports the first device of an inventory only",
        {"whole_lists": False},
        ("inventory-agrees",),
    ),
    Defect(
        "uses-wrong-pass-phrase",
        "signs in to the self-service pages with a wrong pass phrase",
        {"right_pass_phrase": False},
        ("ssi-signed-in",),
    ),
)

DEFECTS: Mapping[str, Defect] = MappingProxyType({row.name: row for row in _ROWS})
"""Every defect by name, in the order of the documentation."""


def defect(name: str) -> Defect:
    """The defect called ``name``. Raises: InputError: there is none, with the names there are."""
    found = DEFECTS.get(name)
    if found is None:
        raise InputError(f"no defect is called {name!r}", mend="Known: " + ", ".join(DEFECTS))
    return found
