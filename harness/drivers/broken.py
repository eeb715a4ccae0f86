"""The reference client with one deliberate defect: what is changed, by name.

What each defect is, which checks must notice it and in which scenario stands in ``schemas/catalogue/defects.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import msgspec

from harness.drivers.defective import DefectiveDriver, Edits, edits
from harness.drivers.defective import page_edits as pages
from harness.drivers.defective.client import EditAction, EditOutcome
from harness.drivers.driver import Driver
from harness.drivers.reference import ReferenceDriver
from harness.drivers.reference.policy import CORRECT, Policy
from schemas.load import defects
from stubs.wire import InputError
from stubs.wire.duis import RequestHeader

_ALL_BUT_DONE = frozenset({"refused", "failed", "timeout"})
_FOREVER = 12
"""Upper bound of the client that never gives up: a rehearsal has to end."""
_LATER = {"ExecutionDateTime": "2030-01-01T00:00:00Z"}
_HOUR = {name: edits.element(name, edits.an_hour_later) for name in ("ExecutionDateTime", "CurrentDateTime")}


@dataclass(frozen=True, slots=True)
class _Change:
    """Change that a defect makes: fields of the policy, and edits around the client."""

    policy: Mapping[str, Any] = field(default_factory=dict)
    edits: Edits = field(default_factory=Edits)


def _policy(**fields: Any) -> _Change:
    return _Change(fields)


def _told(outcome: EditOutcome) -> _Change:
    return _Change(edits=Edits(outcome=outcome))


def _escaped(text: object) -> str:
    return str(text).replace("&", "&amp;").replace("'", "&apos;")


def _understood(action: EditAction) -> _Change:
    return _Change(edits=Edits(action=action))


def _for_local_delivery(header: RequestHeader) -> RequestHeader:
    return msgspec.structs.replace(header, command_variant=3)


def _another_reference(header: RequestHeader) -> RequestHeader:
    return msgspec.structs.replace(header, service_reference="4.2")


_CHANGES: Mapping[str, _Change] = {
    # trust
    "does-not-verify-signatures": _policy(verify_signatures=False),
    "trusts-wrong-party": _policy(require_dcc_signer=False),
    "accepts-unsigned": _policy(require_signature=False),
    "trusts-own-signature": _policy(trust_own_signature=True),
    "believes-unsigned-alerts": _policy(require_alert_signature=False),
    "trusts-devices-blindly": _policy(check_device_security=False),
    "ignores-macs": _policy(check_mac=False),
    "ignores-device-signatures": _policy(check_device_signature=False),
    "ignores-originators": _policy(check_originator=False),
    "ignores-recipients": _policy(check_recipient=False),
    "ignores-counters": _policy(check_counter=False),
    "signs-any-pre-command": _policy(check_pre_command=False),
    # messages
    "accepts-duplicates": _policy(deduplicate=False),
    "correlates-by-order": _policy(correlate_by_request_id=False),
    "treats-acknowledgement-as-done": _policy(wait_for_response=False),
    "ignores-error-codes": _policy(honour_error_codes=False),
    "takes-http-errors-for-success": _policy(honour_http_errors=False),
    "answers-500-to-alerts": _policy(alert_status=500),
    "answers-404-to-alerts": _policy(alert_status=404),
    "answers-500-to-responses": _policy(response_status=500),
    "answers-302-to-responses": _policy(response_status=302),
    "turns-scheduled-readings-away": _policy(response_status=503),
    "answers-500-to-duplicates": _policy(duplicate_status=500),
    "turns-responses-away-once": _policy(first_response_status=503),
    "forgets-alerts": _policy(report_alerts=False),
    # requests
    "reuses-counter": _policy(fresh_counter=False),
    "counts-backwards": _policy(counter_step=-1),
    "sends-critical-unsigned": _policy(sign_critical=False),
    "sends-to-wrong-service": _policy(post_to_right_service=False),
    "leaves-old-certificate": _policy(install_new_certificate=False),
    "never-returns-pre-commands": _policy(returns_pre_commands=False),
    "signs-with-wrong-key": _policy(pre_command_key="xmlsign"),
    "alters-pre-command": _policy(alter_pre_command=True),
    "signs-documents-with-wrong-key": _policy(document_key="ds"),
    "asks-for-local-delivery": _policy(edit_header=_for_local_delivery),
    "names-wrong-service-reference": _policy(edit_header=_another_reference),
    "retries-forever": _policy(retry_limit=_FOREVER, retry_after_refusal=True, retry_pause=0.15),
    "retries-forever-signed-anew": _policy(retry_limit=_FOREVER, retry_pause=0.15, signs_anew=True),
    "asks-anew-without-answer": _policy(asks_anew=True),
    "retries-without-pause": _policy(retry_pause=0.0),
    "sends-twice": _policy(posts=2),
    "asks-twice": _Change(edits=Edits(times=2)),
    "asks-again-after-refusal": _Change(edits=Edits(again_when=frozenset({"refused"}))),
    "ignores-dates": _understood(edits.parameter("ExecutionDateTime", lambda _value: None)),
    "dates-everything": _understood(edits.dated(_LATER)),
    "dates-an-hour-late": _policy(edit_body=_HOUR["ExecutionDateTime"]),
    "dates-to-the-hour": _policy(edit_body=edits.element("ExecutionDateTime", lambda text: f"{text[:14]}00:00Z")),
    "sets-clocks-to-local-time": _policy(edit_body=_HOUR["CurrentDateTime"]),
    "mis-scales-amounts": _understood(edits.parameter("AdjustMeterBalance", lambda value: int(value) // 1000)),
    "tops-up-pounds-for-pence": _understood(edits.parameter("amount_pence", lambda value: int(value) * 100)),
    "tops-up-a-penny-less": _understood(edits.parameter("amount_pence", lambda value: int(value) - 1)),
    "cuts-messages-short": _understood(edits.parameter("SupplierMessage", lambda value: str(value)[:10])),
    "shouts-messages": _understood(edits.parameter("SupplierMessage", lambda value: str(value) + "!")),
    "puts-messages-in-capitals": _understood(edits.parameter("SupplierMessage", lambda value: str(value).upper())),
    "escapes-messages-twice": _understood(edits.parameter("SupplierMessage", _escaped)),
    "charges-a-hundred-times": _understood(edits.each_number(lambda value: value * 100)),
    "forgets-parameters": _understood(edits.each_parameter(lambda _value: None)),
    "alters-meter-points": _understood(edits.each_parameter(edits.last_digit_zero)),
    "charges-one-more": _understood(edits.each_number(lambda value: value + 1)),
    "sets-other-payment-mode": _understood(edits.parameter("PaymentMode", lambda _value: "Credit")),
    "registers-other-variant": _understood(edits.parameter("ESMEVariant", lambda _value: "B")),
    "registers-other-type": _understood(edits.parameter("DeviceType", lambda _value: "PPMID")),
    "garbles-install-codes": _understood(edits.parameter("InstallCode", lambda value: str(value)[2:] + "00")),
    "adds-instead-of-removing": _understood(edits.parameter("RequestType", lambda _value: "Add")),
    "reads-for-other-address": _understood(edits.parameter("AddressIdentifier", lambda value: int(value) + 1)),
    "asks-for-other-key": _understood(edits.parameter("CredentialType", lambda _value: "Key Agreement")),
    "mistypes-devices": _understood(edits.mistyped_target),
    # what is told
    "mis-scales-reading": _policy(reading_scale=10),
    "reports-kilowatt-hours": _told(edits.numbers(lambda value: value / 1000)),
    "rounds-readings": _told(edits.numbers(lambda value: value // 1000 * 1000)),
    "wraps-at-16-bits": _told(edits.numbers(lambda value: value if isinstance(value, float) else value & 0xFFFF)),
    "negates-readings": _told(edits.numbers(lambda value: -value)),
    "reads-one-too-many": _told(edits.numbers(lambda value: value + 1)),
    "swaps-registers": _told(edits.values(edits.swapped_numbers)),
    "invents-registers": _told(edits.values(lambda given: {**given, "TariffTOURegister": 4711})),
    "keeps-first-reading": _told(edits.first_values_for_ever),
    "tells-times-an-hour-late": _told(edits.texts(edits.an_hour_later)),
    "tells-days-for-instants": _told(edits.texts(edits.day_only)),
    "tells-half-hours-late": _told(edits.texts(edits.half_an_hour_later)),
    "reads-first-page": _told(edits.lists(lambda given: given[:5])),
    "tells-pence-for-thousandths": _told(edits.numbers(lambda value: value / 1000)),
    "shifts-names": _told(edits.values(edits.shifted_names)),
    "counts-each-delivery": _told(edits.processed(1)),
    "reverses-versions": _told(edits.values(edits.reversed_octets("FirmwareVersion"))),
    "assumes-supply-enabled": _told(edits.values(edits.constant("SupplyState", "Enabled"))),
    "overlooks-devices": _policy(whole_lists=False),
    "empties-lists": _told(edits.lists(lambda _given: [])),
    "reads-from-second-entry": _told(edits.lists(lambda given: given[1:])),
    "reads-but-last-entries": _told(edits.lists(lambda given: given[:-2])),
    "lists-other-homes": _told(edits.of_kind("send", values={"devices": [{"DeviceID": "00-DB-12-34-56-78-90-AB"}]})),
    "alters-answers": _told(edits.texts(lambda text: f"{text}x")),
    "alters-versions": _told(edits.texts(lambda text: f"F{text[1:]}")),
    "repeats-entries": _told(edits.lists(lambda given: given + given)),
    "drops-last-entry": _told(edits.lists(lambda given: given[:-1])),
    "mixes-up-statuses": _told(edits.lists(edits.rotated("DeviceStatus"))),
    "mixes-up-models": _told(edits.lists(edits.rotated("DeviceModel"))),
    "assumes-coverage": _told(edits.lists(edits.each_item("CoverageAvailability", "true"))),
    "denies-coverage": _told(edits.lists(edits.each_item("CoverageAvailability", "false"))),
    "reports-refusals-as-done": _told(edits.status({"refused": "done"})),
    "reports-failures-as-done": _told(edits.status({"failed": "done"})),
    "reports-time-outs-as-done": _told(edits.status({"timeout": "done"})),
    "reports-success-as-refusal": _told(edits.status({"done": "refused"})),
    "reports-success-as-time-out": _told(edits.status({"done": "timeout"})),
    "reports-refusals-as-time-outs": _told(edits.status({"refused": "timeout"})),
    "reports-acknowledged-as-done": _told(edits.status({"acknowledged": "done"})),
    "reports-warnings-as-failures": _told(edits.status_of_code("W", "failed")),
    "takes-I0-for-done": _told(edits.status({"failed": "done"})),
    "reports-silence-as-done": _told(edits.status({"failed": "done", "timeout": "done"})),
    "reports-code-of-acknowledgement": _told(edits.changed(response_code="I99")),
    "always-reports-I0": _told(edits.changed(response_code="I0")),
    "values-with-refusals": _told(edits.values_of_before(frozenset({"refused"}))),
    "values-with-time-outs": _told(edits.values_of_before(_ALL_BUT_DONE)),
    "names-request-of-before": _told(edits.request_id_of_before),
    "counts-deliveries": _told(edits.processed(1)),
    "invents-alerts": _told(edits.alerts(lambda given, action: [*given, edits.made_up_alert(action)])),
    "mixes-up-alert-codes": _told(edits.each_alert(code="8F1E")),
    "mixes-up-alert-devices": _told(edits.each_alert(kind="device", device="00-DB-12-34-56-78-90-AB")),
    "keeps-first-alert-only": _told(edits.once("wait-alert")),
    "mixes-up-alert-kinds": _told(edits.each_alert(kind="dcc")),
    "mixes-up-alerts": _told(edits.each_alert(response_id="90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-AB:7")),
    "invents-alert-values": _told(edits.each_alert(values={"AlertTimestamp": "2020-01-01T00:00:00Z", "Count": 4711})),
    "repeats-alerts-without-identity": _told(
        edits.alerts(lambda given, _action: [{"code": alert["code"]} for alert in given + given])
    ),
    "tells-alerts-twice": _told(edits.alerts(lambda given, _action: given + given)),
    "does-not-verify-alerts": _told(edits.each_alert(verified=False)),
    # restarts
    "loses-messages-at-restart": _policy(keeps_messages=False),
    "forgets-requests-at-restart": _policy(remembers_requests=False),
    "asks-again-after-restart": _Change(edits=Edits(again_after_restart=True)),
    "never-restarts": _told(edits.of_kind("restart", status="failed")),
    "keeps-receiving": _understood(pages.other_kind("stop-receiving", "start-receiving")),
    # self-service pages
    "uses-wrong-pass-phrase": _policy(right_pass_phrase=False),
    "sees-nothing-on-pages": _told(edits.values(edits.constant("seen", []))),
    "believes-every-sign-in": _told(pages.of_kind("sign-in", pages.as_it_is, refused="done")),
    "shows-pages-after-sign-out": _told(
        pages.of_kind("view-", pages.added("seen", "00-DB-12-34-56-78-90-AB"), refused="done")
    ),
    "claims-every-function": _told(pages.of_kind("view-home", pages.replaced(menu=["Everything"]))),
    "gives-new-people-every-job": _understood(edits.parameter("job_types", lambda _value: "operations security")),
    "takes-refused-acts-for-done": _told(pages.of_kind("raise-", pages.as_it_is, refused="done")),
    "sees-devices-that-are-not-there": _told(
        pages.of_kind("view-inventory", pages.added("seen", "00-DB-12-34-56-78-90-AB"))
    ),
    "ignores-what-is-wrong-with-fields": _told(pages.of_kind("view-", pages.without("problems"), refused="done")),
    "tells-other-identities-of-pages": _told(edits.texts(lambda text: f"{text[:-1]}0")),
    "tells-no-coverage-of-pages": _told(pages.of_kind("view-", pages.replaced(outcome="none", rows=[]))),
    "sees-no-volumes": _told(edits.lists(lambda _given: [])),
    "overlooks-rows-of-pages": _told(pages.of_kind("view-", pages.last_row_lost)),
    "mixes-up-codes-of-messages": _told(pages.of_kind("view-message", pages.replaced(ResponseCode="E1"))),
    "claims-to-see-others-messages": _told(pages.of_kind("view-", pages.added("seen", "{target}"))),
    "reads-no-tables-on-pages": _told(pages.of_kind("view-", pages.without("rows", "headings", "seen", "title"))),
    "looks-up-another-place": _understood(edits.parameter("PostCode", lambda _value: "ZE1 0AA")),
    "files-incidents-under-another-category": _understood(edits.parameter("category", lambda _value: 5)),
    "loses-updates-of-incidents": _understood(pages.other_kind("update-incident", "view-incidents")),
    "forgets-references": _told(pages.of_kind("raise-", pages.without("reference", "title", "headings"))),
    "signs-files-with-wrong-key": _policy(file_key="ka"),
    "decides-the-opposite-on-quarantine": _understood(edits.parameter("actions", pages.opposite_actions)),
    "orders-ten-times-the-hubs": _understood(edits.parameter("quantity", lambda value: int(value) * 10)),
    "runs-another-report": _understood(edits.parameter("report", lambda _value: "RSAT_001")),
    "miscounts-rows-of-reports": _told(pages.of_kind("run-report", pages.one_row_more)),
    "takes-part-of-a-report-for-the-whole": _told(pages.of_kind("run-report", pages.part_of_a_report, refused="done")),
    "uses-one-browser-only": _policy(browsers=1),
}
"""Every change by the name of its defect."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One way to be wrong, and the ids of the checks that must notice, the one that explains it first."""

    name: str
    description: str
    caught_by: tuple[str, ...]
    scenario: str
    """Key of a scenario that it fails."""
    change: Mapping[str, Any]
    edits: Edits

    @property
    def policy(self) -> Policy:
        """The correct policy with this defect in it."""
        return replace(CORRECT, **self.change)

    def driver(self) -> Driver:
        """A client with this defect."""
        name = f"broken:{self.name}"
        if self.edits == Edits():
            return ReferenceDriver(self.policy, name)
        return DefectiveDriver(self.edits, self.policy, name)


def _all() -> dict[str, Defect]:
    found = {}
    for row in defects().values():
        change = _CHANGES[row.name]
        found[row.name] = Defect(row.name, row.description, row.caught_by, row.scenario, change.policy, change.edits)
    return found


DEFECTS: Mapping[str, Defect] = MappingProxyType(_all())
"""Every defect by name, in the order of the catalogue."""


def defect(name: str) -> Defect:
    """The defect called ``name``. Raises: InputError: there is none, with the names there are."""
    found = DEFECTS.get(name)
    if found is None:
        raise InputError(f"no defect is called {name!r}", mend="Known: " + ", ".join(DEFECTS))
    return found
