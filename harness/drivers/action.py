"""Actions asked of a party's system, and outcomes it reports: the two published messages of every driver.

JSON Schemas: ``schemas/run/action.schema.json`` and ``outcome.schema.json``; examples in ``docs/examples``.
Names inside ``parameters`` and ``values`` are DUIS element names, so that nobody has to learn ours.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from schemas.ssi_tables import ssi_actions
from stubs.wire import PeerError

OutcomeStatus = Literal["done", "acknowledged", "failed", "refused", "timeout", "unsupported", "blocked", "attested"]
"""End of an action, as the party sees it.

``done``          final answer received and understood; the request was carried out.
``acknowledged``  accepted (I99), and the action asked not to wait for the rest.
``refused``       the DCC answered a request with an error code, in the same HTTP exchange.
``failed``        an asynchronous error, an unacceptable Pre-Command, or no way through to the DCC.
``timeout``       nothing acceptable came before the deadline.
``unsupported``   the party's system does not know the kind, service or parameter.
``blocked``       the driver could not ask (program not found, garbage): never held against the party.
``attested``      a person says it was done; the wire decides whether it was."""

KINDS: dict[str, str] = {
    "send": "send one service request and see it through to its final answer",
    "collect": "say what became of an earlier request: parameters.request_id",
    "wait-alert": "wait for an alert: parameters.code, from the target if one is named",
    "stop-receiving": "take the receive-response endpoint down",
    "start-receiving": "bring the receive-response endpoint up again, at the same address",
    "restart": "end your system and start it again, as after a power cut; what it had acknowledged must not be lost",
    **{row.kind: row.words for row in ssi_actions().values()},
}
"""Every kind of action, in words; those of the Self-Service Interface are rows of ``schemas/ssi/actions.csv``."""

OPTIONS: dict[str, str] = {
    "command_variant": "use this command variant instead of the usual one",
    "post_to": "post to this service (transform, send-command, non-device) whatever the variant says",
    "request_target": "name this EUI-64 as target in the RequestID",
    "settle": "keep listening for so many seconds after the final answer, then report",
    "wait": "false: report as soon as the request is acknowledged",
    "wait_for_outcome": "true: for a command the device holds, wait for its outcome alert too",
    "sign_in": "false: open the self-service page without signing in again",
    "browser": "second: use the second of two browsers for the self-service pages",
}
"""Every option, in words. A system that cannot follow one ignores it."""

ActionKind = Literal[
    "send",
    "collect",
    "wait-alert",
    "stop-receiving",
    "start-receiving",
    "restart",
    "sign-in-ssi",
    "sign-out-ssi",
    "view-home",
    "view-inventory",
    "view-device",
    "view-audit",
    "view-message",
    "view-profile-reads",
    "view-coverage",
    "view-hub",
    "view-service-status",
    "view-service-alerts",
    "view-maintenance",
    "view-help",
    "view-incidents",
    "raise-incident",
    "update-incident",
    "raise-management-request",
    "view-thresholds",
    "submit-thresholds",
    "view-quarantine",
    "submit-quarantine-actions",
    "forecast-hubs",
    "order-hubs",
    "view-hub-orders",
    "run-report",
    "create-person",
    "remove-person",
]

_EUI = r"^([0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7})?$"
_CODE = r"^([IEW][0-9]{1,6})?$"
_SRV = r"^([0-9]{1,2}(\.[0-9]{1,2}){1,2})?$"


class Action(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing the party's system is asked to do."""

    id: Annotated[str, Meta(min_length=1, description="Unique in a run; the outcome repeats it.")]
    kind: Annotated[ActionKind, Meta(description="What to do; see `uept docs drivers`.")] = "send"
    scenario: Annotated[str, Meta(description="Id of the scenario that asks, for the log.")] = ""
    user: Annotated[str, Meta(pattern=_EUI, description="EUI-64 of the User to act as.")] = ""
    role: Annotated[str, Meta(description="User Role to act in: IS, ES, GS, RSA, ED, GT or OU.")] = ""
    service: Annotated[str, Meta(pattern=_SRV, description="Service reference variant, such as 4.1.1.")] = ""
    target: Annotated[str, Meta(pattern=_EUI, description="EUI-64 of the device; empty: the DCC itself, or none.")] = ""
    target_type: Annotated[
        str, Meta(description="What the target is: ESME, GSME, GPF, CHF, PPMID, …; empty: not known, or no device.")
    ] = ""
    parameters: Annotated[
        dict[str, Any], Meta(description="Values of the request by DUIS element name; see `uept docs drivers`.")
    ] = {}
    deadline: Annotated[float, Meta(gt=0, le=86400, description="Seconds of real time for the whole action.")] = 30.0
    urls: Annotated[
        dict[str, str],
        Meta(description="Addresses: transform, send_command, non_device, smki, ssi; those absent are known."),
    ] = {}
    now: Annotated[
        str, Meta(description="The run's time when it is asked, UTC, ISO 8601: a scenario may have moved the clock.")
    ] = ""
    options: Annotated[dict[str, Any], Meta(description="How to deviate on purpose; ignored if unknown.")] = {}
    instruction: Annotated[str, Meta(description="The same in plain words, for a person.")] = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conclusion of the party's system. Checks compare it with what went over the wire."""

    action: Annotated[str, Meta(description="Id of the action.")]
    status: Annotated[OutcomeStatus, Meta(description="How it ended; see `uept docs drivers`.")]
    response_code: Annotated[
        str, Meta(pattern=_CODE, description="The last response code understood, such as I0 or E19.")
    ] = ""
    request_id: Annotated[str, Meta(description="RequestID that was used: originator:target:counter.")] = ""
    values: Annotated[
        dict[str, Any], Meta(description="What was read, by name; energy in Wh, money as documented.")
    ] = {}
    messages_processed: Annotated[
        int, Meta(ge=0, description="Messages of the DCC taken into account for this request.")
    ] = 0
    alerts: Annotated[
        list[dict[str, Any]],
        Meta(description="Alerts taken into account: kind, code, device, response_id, values, verified."),
    ] = []
    detail: Annotated[str, Meta(description="One sentence for people.")] = ""


def encode_action(action: Action) -> bytes:
    """The action as JSON, every field present (a small program need not know the defaults)."""
    return msgspec.json.encode(action)


def decode_action(data: bytes) -> Action:
    """Read an action. Raises: PeerError: not JSON, or not as the schema says, with the place."""
    try:
        return msgspec.json.decode(data, type=Action)
    except (ValueError, RecursionError) as error:
        raise PeerError("not an action", got=str(error), clause="uept docs schemas/run/action.schema.json") from error


def decode_outcome(data: bytes, action: Action) -> Outcome:
    """Read the outcome of ``action``.

    ``action`` may be left out of the JSON: there is only one it can belong to.

    Raises: PeerError: not JSON, not as the schema says (with the place), or of another action.
    """
    try:
        raw = msgspec.json.decode(data)
        if isinstance(raw, dict):
            raw.setdefault("action", action.id)
        outcome = msgspec.convert(raw, type=Outcome)
    except (ValueError, RecursionError) as error:  # not JSON, not as the schema says, not UTF-8, nested without end
        raise PeerError(
            "not an outcome",
            expected="a JSON object as `uept docs schemas/run/outcome.schema.json` says",
            got=f"{_start(data)} ({error})",
        ) from error
    if outcome.action != action.id:
        raise PeerError("the outcome of another action", expected=action.id, got=outcome.action)
    return outcome


def _start(data: bytes) -> str:
    text = data[:120].decode("utf-8", "replace")
    return repr(text) if data else "nothing"


def json_schemas() -> dict[str, dict[str, Any]]:
    """The two published schemas by file name, as the files under ``schemas/run`` hold them."""
    schemas = {}
    for name, kind in (("action", Action), ("outcome", Outcome)):
        _, components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
        body = components[kind.__name__]
        schemas[f"{name}.schema.json"] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"https://uept-harness.invalid/schemas/run/{name}.schema.json",
            **body,
            "description": (kind.__doc__ or "").strip(),
        }
    # There is only one action that an outcome can belong to: ``decode_outcome`` fills it in.
    schemas["outcome.schema.json"]["required"] = ["status"]
    return schemas
