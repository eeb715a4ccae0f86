"""Balance and payment mode: ECS04a/b, GCS40a-d (1.5); ECS02, ECS03, GCS02, GCS03 (1.6, future dated by the device)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.dlms import CANCELLED, Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import DlmsRows, call, constant, put
from stubs.wire.gbcs.use_cases.gbz_codecs import ClusterAnswer, ClusterCommand, layout
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_CREDITS = "0-0:19.10.{}.255"
_CHARGES = "0-0:19.20.{}.255"
_ACCOUNT = "0-1:19.0.0.255"
_THRESHOLD = "0-0:94.44.128.22"
_GBZ_CANCEL = 0xFFFFFFFF
_ALWAYS = "111"
_NOT_WHEN_DISABLED = "110"
_SECOND_ELEMENT = 5
"""Charge number of the secondary element's tariff: its rows are there on twin element meters only."""
_EMERGENCY_CREDIT, _ACCUMULATED_DEBT = 1, 2
_TIME_DEBTS = (1, 2)

ECS04A = DlmsRows(
    rows=(call(112, _CREDITS.format(0), 1),),
    to_data=lambda values: (dlms.int32(given(values, "AdjustMeterBalance")),),
    from_data=lambda data: {"PaymentMode": "Prepayment", "AdjustMeterBalance": data[0].expect(Tag.INT32)},
)

ECS04B = DlmsRows(
    rows=tuple(call(112, _CREDITS.format(number), 2) for number in range(3)),
    to_data=constant(dlms.int32(0), dlms.int32(0), dlms.int32(0)),
    from_data=lambda _: {"PaymentMode": "Prepayment", "ResetMeterBalance": True},
)

_BALANCE = layout("event u32, start u32, type u8, value i32")


def _balance_command(kind: int, mode: str, *, is_reset: bool) -> ClusterCommand:
    """GCS40a-d: kind 0 adjust and 1 reset in prepayment mode, 3 adjust and 2 reset in credit mode."""

    def to_fields(values: Values, context: CommandContext) -> dict[str, Any]:
        value = 0 if is_reset else given(values, "AdjustMeterBalance")
        return {"event": dlms.seconds_since_2000(context.now), "start": 0, "type": kind, "value": value}

    def from_fields(fields: dict[str, Any]) -> dict[str, Any]:
        if fields["type"] != kind:
            raise GbcsError("the kind of balance change", 8, expected=str(kind), got=str(fields["type"]))
        change = {"ResetMeterBalance": True} if is_reset else {"AdjustMeterBalance": fields["value"]}
        return {"PaymentMode": mode} | change

    return ClusterCommand(0x0705, 0x01, 0x05, _BALANCE, to_fields, from_fields)


GCS40A = _balance_command(0, "Prepayment", is_reset=False)
GCS40B = _balance_command(1, "Prepayment", is_reset=True)
GCS40C = _balance_command(3, "Credit", is_reset=False)
GCS40D = _balance_command(2, "Credit", is_reset=True)


def _collection(*rows: tuple[int, int, str]) -> Data:
    """Which charge (0-0:19.20.n) is collected from which credit (0-0:19.10.n), and when (3 bits)."""
    return dlms.array(
        *(
            dlms.structure(
                dlms.octets(dlms.obis(_CREDITS.format(credit))),
                dlms.octets(dlms.obis(_CHARGES.format(charge))),
                dlms.bits(when),
            )
            for credit, charge, when in rows
        )
    )


def _collected(rows: Data) -> list[tuple[int, int, str]]:
    return [(row[0].octets[4], row[1].octets[4], row[2].expect(Tag.BIT_STRING)) for row in rows.items]


def charge_rows(values: Values) -> tuple[dict[str, str], ...]:
    """The rows of :func:`_collection` that ``PaymentMode`` and the flags of ECS03 set, as 4.13 shows them."""
    rows = _prepayment_rows(values) if given(values, "PaymentMode") == "Prepayment" else _credit_rows(values)
    return tuple(
        {"Credit": _name(_CREDITS, credit), "Charge": _name(_CHARGES, charge), "Collection": when}
        for credit, charge, when in rows
    )


def suspended_debts(rows: Iterable[Mapping[str, str]]) -> dict[str, bool]:
    """The flags of ECS03 in the rows that 4.13 shows; empty when they are not those of prepayment mode."""
    shown = {(row["Credit"], row["Charge"], row["Collection"]) for row in rows}
    credits_shown = {credit for credit, _, _ in shown}
    if _name(_CREDITS, _EMERGENCY_CREDIT) not in credits_shown:
        return {}
    debt = _name(_CREDITS, 0), _name(_CHARGES, _TIME_DEBTS[0]), _NOT_WHEN_DISABLED
    return {
        "SuspendDebtDisabled": debt in shown,
        "SuspendDebtEmergency": _name(_CREDITS, _ACCUMULATED_DEBT) in credits_shown,
    }


def _name(pattern: str, number: int) -> str:
    return dlms.obis(pattern.format(number)).hex().upper()


def _execution(values: Values) -> Data:
    return dlms.octets(dlms.activation_octets(values.get("ExecutionDateTime")))


def _dated(octets: bytes) -> dict[str, Any]:
    when = dlms.activation_moment(octets)
    return {} if when is None else {"ExecutionDateTime": when}


def _credit_data(values: Values) -> tuple[Data, ...]:
    return dlms.structure(dlms.enum(1), dlms.enum(1)), _collection(*_credit_rows(values)), _execution(values)


def _credit_rows(values: Values) -> list[tuple[int, int, str]]:
    rows = [(0, 0, _ALWAYS), (0, 4, _ALWAYS)]
    return [*rows, (0, _SECOND_ELEMENT, _ALWAYS)] if values.get("IsTwinElement") else rows


def _credit_values(data: tuple[Data, ...]) -> dict[str, Any]:
    rows = _collected(data[1])
    is_twin = any(charge == _SECOND_ELEMENT for _, charge, _ in rows)
    return {"PaymentMode": "Credit", "IsTwinElement": is_twin} | _dated(data[2].octets)


ECS02 = DlmsRows(
    rows=(put(111, _ACCOUNT, 2), put(111, _ACCOUNT, 11), put(111, _ACCOUNT, 13)),
    to_data=_credit_data,
    from_data=_credit_values,
)


def _prepayment_rows(values: Values) -> list[tuple[int, int, str]]:
    """Which charge is collected from which credit in prepayment mode.

    SuspendDebtDisabled: time debts are not collected while supply is disabled. SuspendDebtEmergency: they and the
    standing charge go to the accumulated debt while emergency credit is in use. Which flag is which is inferred.
    """
    debt = _NOT_WHEN_DISABLED if given(values, "SuspendDebtDisabled") else _ALWAYS
    rows = [(0, 0, _ALWAYS), (0, 4, _ALWAYS), (0, 1, debt), (0, 2, debt), (0, 3, _ALWAYS)]
    rows += [(1, 3, _ALWAYS), (1, 0, _ALWAYS), (1, 4, _ALWAYS), (1, 1, debt), (1, 2, debt)]
    if given(values, "SuspendDebtEmergency"):
        rows += [(_ACCUMULATED_DEBT, charge, _ALWAYS) for charge in (4, *_TIME_DEBTS)]
    if values.get("IsTwinElement"):
        rows += [(0, _SECOND_ELEMENT, _ALWAYS), (1, _SECOND_ELEMENT, _ALWAYS)]
    return rows


def _prepayment_data(values: Values) -> tuple[Data, ...]:
    """The five values of ECS03."""
    execution = _execution(values)
    threshold = dlms.int32(given(values, "DisablementThreshold"))
    collected = _collection(*_prepayment_rows(values))
    return dlms.structure(dlms.enum(2), dlms.enum(1)), threshold, collected, execution, execution


def _prepayment_values(data: tuple[Data, ...]) -> dict[str, Any]:
    rows = _collected(data[2])
    return {
        "PaymentMode": "Prepayment",
        "SuspendDebtDisabled": (0, _TIME_DEBTS[0], _NOT_WHEN_DISABLED) in rows,
        "SuspendDebtEmergency": any(credit == _ACCUMULATED_DEBT for credit, _, _ in rows),
        "DisablementThreshold": data[1].expect(Tag.INT32),
        "IsTwinElement": any(charge == _SECOND_ELEMENT for _, charge, _ in rows),
    } | _dated(data[4].octets)


ECS03 = DlmsRows(
    rows=(
        put(111, _ACCOUNT, 2),
        put(9000, _THRESHOLD, 4),
        put(111, _ACCOUNT, 11),
        put(9000, _THRESHOLD, 6),
        put(111, _ACCOUNT, 13),
    ),
    to_data=_prepayment_data,
    from_data=_prepayment_values,
)

_MODE = layout("provider u32, event u32, implement u32, mode u16, cutoff i32")
_MODE_ANSWER = layout(
    "FriendlyCredit u8, FriendlyCreditCalendar u32, EmergencyCreditLimit u32, EmergencyCreditThreshold u32"
)
_MODE_ANSWER_DEFAULTS = {
    "FriendlyCredit": 1,
    "FriendlyCreditCalendar": 2,
    "EmergencyCreditLimit": 1000000,
    "EmergencyCreditThreshold": 200000,
}
_CREDIT_MODE = 0x0C94
_NO_CUT_OFF = -1
_PREPAYMENT_MODES = {(False, True): 0x0097, (True, True): 0x0497, (False, False): 0x0897, (True, False): 0x0C97}
"""By (SuspendDebtDisabled, SuspendDebtEmergency)."""
_SUSPENDED = {mode: flags for flags, mode in _PREPAYMENT_MODES.items()}


def _implement(when: datetime | None) -> int:
    if when is None:
        return 0
    return _GBZ_CANCEL if when == CANCELLED else dlms.seconds_since_2000(when)


def _mode_fields(values: Values, context: CommandContext, mode: int, cutoff: int) -> dict[str, Any]:
    return {
        "provider": 0,
        "event": dlms.seconds_since_2000(context.now),
        "implement": _implement(values.get("ExecutionDateTime")),
        "mode": mode,
        "cutoff": cutoff,
    }


def _dated_gas(fields: dict[str, Any]) -> dict[str, Any]:
    implement = fields["implement"]
    if not implement:
        return {}
    when = CANCELLED if implement == _GBZ_CANCEL else dlms.when_seconds(implement)
    return {"ExecutionDateTime": when}


def _gas_credit_values(fields: dict[str, Any]) -> dict[str, Any]:
    if fields["mode"] != _CREDIT_MODE:
        raise GbcsError("the payment mode", 8, expected=f"{_CREDIT_MODE:04X}", got=f"{fields['mode']:04X}")
    return {"PaymentMode": "Credit"} | _dated_gas(fields)


def _gas_prepayment_fields(values: Values, context: CommandContext) -> dict[str, Any]:
    flags = (bool(given(values, "SuspendDebtDisabled")), bool(given(values, "SuspendDebtEmergency")))
    return _mode_fields(values, context, _PREPAYMENT_MODES[flags], given(values, "DisablementThreshold"))


def _gas_prepayment_values(fields: dict[str, Any]) -> dict[str, Any]:
    if fields["mode"] not in _SUSPENDED:
        raise GbcsError("the payment mode", 8, expected="0097, 0497, 0897 or 0C97", got=f"{fields['mode']:04X}")
    disabled, emergency = _SUSPENDED[fields["mode"]]
    return {
        "PaymentMode": "Prepayment",
        "SuspendDebtDisabled": disabled,
        "SuspendDebtEmergency": emergency,
        "DisablementThreshold": fields["cutoff"],
    } | _dated_gas(fields)


_MODE_RESPONSE = ClusterAnswer(
    0x19,
    0x02,
    lambda values, _: gbz.encode_fields(_MODE_ANSWER, _MODE_ANSWER_DEFAULTS | dict(values)),
    lambda payload: gbz.decode_fields(_MODE_ANSWER, payload),
)

GCS02 = ClusterCommand(
    0x0705,
    0x01,
    0x06,
    _MODE,
    lambda values, context: _mode_fields(values, context, _CREDIT_MODE, _NO_CUT_OFF),
    _gas_credit_values,
    _MODE_RESPONSE,
    is_dated=True,
)

GCS03 = ClusterCommand(
    0x0705,
    0x01,
    0x06,
    _MODE,
    _gas_prepayment_fields,
    _gas_prepayment_values,
    _MODE_RESPONSE,
    is_dated=True,
)
