"""A tester's operations: registrations, coverage, products, limits, held requests, alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.load import dcc_alerts
from stubs import alerts
from stubs.dcc.context import DccContext
from stubs.dcc.outbound import power_outages
from stubs.dcc.outbound.dcc_alerts import dcc_alert, raise_dcc_alert
from stubs.dcc.outbound.device_alerts import forward_device_alerts
from stubs.dcc.requests import quarantine
from stubs.dcc.requests.request_pipeline import RequestPipeline
from stubs.dcc.simulation import smets1
from stubs.dcc.simulation.home_network import PASSED_ON, keys_at_home, send_to_gas_meter
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.reachability import UNREACHABLE, has_network
from stubs.dcc.state.transaction import Transaction
from stubs.devices import Surroundings, execute, occur
from stubs.events import (
    CoverageSet,
    InventoryChanged,
    MeterPointRegistered,
    ProductListed,
    QuarantineEnded,
    RegistrationChanged,
    RequestQuarantined,
    ThresholdSet,
)
from stubs.inventory import COVERAGE, REMOVED, CoverageValue, InventoryRecord, RecordValue
from stubs.scheduler.items import RegistrationDate
from stubs.wire.duis import Node, write_date_time
from stubs.wire.eui64 import Eui64, eui_or_none
from stubs.wire.identifiers import read_mpxn, read_place, read_postcode, read_uprn
from stubs.wire.request_id import RequestId

NO_METER_POINT = "1300000000000"
"""MPxN in a DCC alert that a tester raises for a User without a meter point."""
_CHANGES = {"Suspended": "device-suspended", "Recovered": "recovery-complete"}
_ELEMENTS = {
    "device-suspended": "DeviceSuspended",
    "device-restored": "DeviceRestored",
    "recovery-complete": "RecoveryComplete",
}


class Operations:
    """Operations of a tester on one core.

    Each takes a transaction, of which the caller commits the events. Raises (all): ValueError or PeerError: an argument
    cannot be; LookupError: no such device, meter point or held request.
    """

    def __init__(self, context: DccContext, pipeline: RequestPipeline) -> None:
        self._context = context
        self._pipeline = pipeline

    # --- registration, coverage, products, limits ---

    def register_meter_point(self, transaction: Transaction, given: Mapping[str, str]) -> None:
        """Register a meter point, or replace its registration; parties are EUIs, empty or left out: nobody."""
        fuel = given.get("fuel", "electricity")
        if fuel not in {"electricity", "gas"}:
            raise ValueError(f"expected the fuel electricity or gas, got {fuel!r}")
        postcode, uprn = given.get("postcode", ""), given.get("uprn", "")
        transaction.emit(
            MeterPointRegistered(
                mpxn=read_mpxn(given["mpxn"]),
                fuel=fuel,
                supplier=_eui(given.get("supplier")),
                network_operator=_eui(given.get("network_operator")),
                postcode=postcode and read_postcode(postcode),
                address=given.get("address", ""),
                uprn=uprn and read_uprn(uprn),
            )
        )

    def change_registration(
        self,
        transaction: Transaction,
        mpxn: str,
        since: datetime | None,
        supplier: str | None,
        network_operator: str | None,
        *,
        is_new_tenancy: bool,
    ) -> None:
        """Change of supplier, of network operator, of tenancy: at once, or on a date (aware)."""
        mpxn = read_mpxn(mpxn)
        if transaction.state.inventory.meter_point(mpxn) is None:
            raise LookupError(f"meter point {mpxn} is not registered")
        if since is not None and since.tzinfo is None:
            raise ValueError("a date of registration has a zone")
        at = max(since, transaction.now) if since is not None else transaction.now
        transaction.emit(
            RegistrationChanged(
                mpxn=mpxn,
                since=at,
                supplier=_eui(supplier),
                network_operator=_eui(network_operator),
                is_new_tenancy=is_new_tenancy,
            )
        )
        # The effects of the registration begin at its date, which may be now.
        item = RegistrationDate(mpxn, is_new_tenancy)
        transaction.schedule(at, item, f"registration {mpxn} {at.isoformat()}")

    def set_coverage(self, transaction: Transaction, place: str, values: Mapping[str, CoverageValue]) -> None:
        """SM WAN coverage of a UPRN or post code, by the elements of 12.1's answer; no values: made up again."""
        strange = values.keys() - COVERAGE.keys()
        if strange:
            raise ValueError(f"coverage has no {', '.join(sorted(strange))}; it has {', '.join(COVERAGE)}")
        transaction.emit(CoverageSet(place=read_place(place), values=dict(values)))

    def list_product(self, transaction: Transaction, given: Mapping[str, str]) -> None:
        """Put a firmware version of a model on the certified products list, or change its entry."""
        transaction.emit(ProductListed(**given))

    def set_threshold(
        self, transaction: Transaction, user: str, srv: str, limit: int | None, *, warning: bool = False
    ) -> None:
        """A User's own anomaly-detection threshold for a service, or its warning threshold."""
        if limit is not None and limit < 0:
            raise ValueError("a threshold is 0 or more")
        transaction.emit(ThresholdSet(user=str(Eui64.parse(user)), srv=srv, limit=limit, is_warning=warning))

    # --- held requests ---

    def release(self, transaction: Transaction, reference: str) -> None:
        """Let a quarantined request be carried out."""
        self._pipeline.release(transaction, self._quarantined(transaction, reference))

    def reject(self, transaction: Transaction, reference: str) -> None:
        """End a quarantined request with an error."""
        quarantine.reject(self._context, transaction, self._quarantined(transaction, reference))

    def forget(self, transaction: Transaction, reference: str) -> None:
        """End a quarantined request without a word."""
        transaction.emit(
            QuarantineEnded(reference=self._quarantined(transaction, reference).reference, outcome="forgotten")
        )

    @staticmethod
    def _quarantined(transaction: Transaction, reference: str) -> RequestQuarantined:
        return transaction.state.quarantine[reference]

    # --- inventory and devices ---

    def set_inventory(self, transaction: Transaction, device: Eui64, values: Mapping[str, RecordValue]) -> None:
        """Set fields of an inventory record; alert the Users of a suspension, its end or a recovery."""
        before = transaction.state.inventory.get(device)
        if not values.get(REMOVED):
            (before or InventoryRecord(device=device)).changed(values)
        transaction.emit(InventoryChanged(device=str(device), values=dict(values), cause="set by a tester"))
        after = transaction.state.inventory.get(device)
        if before is None or after is None:
            return
        if after.status != before.status:
            self._raise_status_alert(transaction, before.status, after)
        if after.device_type == "CHF" and after.firmware_version != before.firmware_version:
            content = alerts.hub_firmware(device, after.firmware_version)
            self._raise_alert(transaction, "hub-firmware-activated", content, after)

    def _raise_status_alert(self, transaction: Transaction, before: str, record: InventoryRecord) -> None:
        occasion = _CHANGES.get(record.status)
        if before == "Suspended" and occasion is None:
            occasion = "device-restored"
        if occasion is not None:
            self._raise_alert(transaction, occasion, alerts.status_change(record.device, _ELEMENTS[occasion]), record)

    def _raise_alert(self, transaction: Transaction, occasion: str, content: Node, record: InventoryRecord) -> None:
        raise_dcc_alert(self._context, transaction, occasion, content, record, requester=None, cause="set by a tester")

    def hand_over(self, transaction: Transaction, device: Eui64, command: bytes) -> tuple[bytes | None, str | None]:
        """Give a device a command as a hand-held terminal does; its response, or why it gave none."""
        state = transaction.state.devices[device]
        if not has_network(transaction.state, device):
            return None, UNREACHABLE
        done = execute(
            state,
            command,
            transaction.now,
            keys_at_home(self._context, transaction.state, state),
            surroundings=Surroundings(transaction.state.devices),
        )
        for changed, changes in ((device, done.changes), *done.other_changes.items()):
            change_device(transaction, changed, changes, "a command handed over locally")
        forward_device_alerts(self._context, transaction, device, done.alerts)
        return done.response, done.refused

    def let_happen(self, transaction: Transaction, device: Eui64, what: str, detail: Mapping[str, Any]) -> list[str]:
        """Let something happen to a device; ids of the messages its alerts became."""
        state = transaction.state.devices[device]
        happened = occur(
            state,
            what,
            transaction.now,
            self._context.keys_of(state),
            detail=detail,
        )
        asked = PASSED_ON.get(what)
        messages = send_to_gas_meter(self._context, transaction, device, asked, detail) if asked is not None else []
        change_device(transaction, device, happened.changes, f"{what}, by a tester")
        power_outages.schedule_outage_check(transaction, device)
        return [*messages, *forward_device_alerts(self._context, transaction, device, happened.alerts)]

    # --- alerts and SMETS1 messages ---

    def raise_dcc_alert(
        self, transaction: Transaction, code: str, user: str, content: Mapping[str, Any] | None, structure: str
    ) -> str:
        """Raise a DCC alert for one User; the message's id. Without content: one for the structure, made up."""
        eui = self._user(transaction, user)
        if code not in dcc_alerts():
            raise ValueError(f"{code} is no code of a DCC alert")
        if content is not None:
            if len(content) != 1:
                raise ValueError("the content of a DCC alert is an object with one member, its element")
            ((name, inner),) = content.items()
            node = alerts.node_from(name, inner)
        else:
            node = alerts.default_content(structure or alerts.structure_of(code), self._at_hand(transaction, eui))
        if node.name == alerts.SELF_SIGNED:
            node = smets1.signed_alert(self._context, node)
        named = node.get("DeviceID") or node.get("CommsHubDeviceID")
        device = eui_or_none(named)
        return dcc_alert(self._context, transaction, eui, code, node, device, "raised by a tester")

    def raise_smets1(
        self, transaction: Transaction, user: str, device: str, srv: str, alert_code: str, request_id: str
    ) -> str:
        """A SMETS1 message: the answer to a service, or an alert; the message's id."""
        eui, target = self._user(transaction, user), Eui64.parse(device)
        if bool(srv) == bool(alert_code):
            raise ValueError("a SMETS1 message is the answer to a service or an alert: name srv or alert_code")
        if alert_code:
            return smets1.alert(self._context, transaction, eui, target, alert_code.upper())
        asked = RequestId.parse(request_id) if request_id else None
        return smets1.answer(self._context, transaction, eui, target, srv, asked)

    @staticmethod
    def _user(transaction: Transaction, user: str) -> Eui64:
        eui = Eui64.parse(user)
        if eui not in transaction.state.users:
            raise ValueError(f"{eui} is not a registered User")
        return eui

    def _at_hand(self, transaction: Transaction, user: Eui64) -> alerts.AtHand:
        """Return a home of the User: its first meter, with the hub and gas proxy of that home."""
        inventory = transaction.state.inventory
        mine = (record for record in inventory.records.values() if record.device_type == "ESME")
        meter = next((record for record in mine if user in inventory.parties(record)), None)
        broker, now = str(self._context.pki.acb), write_date_time(transaction.now)
        if meter is None:
            counter = transaction.state.dcc_alert_counter + 1
            return alerts.AtHand(broker, broker, broker, NO_METER_POINT, f"{user}:{broker}:{counter}", now)
        family = {member.device_type: member.device for member in inventory.family(meter)}
        return alerts.AtHand(
            device=str(meter.device),
            hub=str(family.get("CHF") or meter.hub or broker),
            proxy=str(family.get("GPF") or broker),
            mpxn=inventory.points(meter)[0].mpxn,
            request_id=f"{user}:{meter.device}:{transaction.state.dcc_alert_counter + 1}",
            now=now,
        )


def _eui(text: str | None) -> str | None:
    if text is None:
        return None
    return str(Eui64.parse(text)) if text else ""
