"""Gas logs: snapshots (daily and billing reads), sampled data (profile, network, daily consumption), payments.

A snapshot read is one command per entry wanted, told apart by ``offset``; what is not there answers 8B. Volumes are
cubic metres, three decimals (the divisor of the tariff information, 1000). Debts and balances are thousandths of a
penny.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.gas_series import Planned, Series
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape, shape
from stubs.wire.gbcs.use_cases.gas_slots import Row, Slot, end_moment, fixed, moment
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_DIVISOR = 1000
_HEAD = "SnapshotID u32, time u32, found u8, index u8, commands u8, cause u32, type u8"
_ASK = "earliest u32, latest u32, offset u8, cause u32"
_TIERS = tuple(f"tier{place}" for place in range(1, 5))
_BLOCKS = tuple(f"block{place}" for place in range(1, 5))
_PREPAYMENT = {
    "accumulated": "AccumulatedDebtRegister",
    "timeDebt1": "TimeDebtRegister1",
    "timeDebt2": "TimeDebtRegister2",
    "paymentDebt": "PaymentDebtRegister",
    "emergency": "EmergencyCreditBalance",
    "balance": "MeterBalance",
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of snapshot: how it is asked for, how it comes, and what its entries are called."""

    ask: Shape
    answer: Shape
    type_code: int
    entries: str

    def fields(self, entry: Values) -> dict[str, Any]:
        """What is special to the kind."""
        if self.type_code == 0:
            return {field: given(entry, name) for field, name in _PREPAYMENT.items()}
        tiers, blocks = given(entry, "TOURegisters"), given(entry, "BlockCounters")
        return (
            {"summation": round(given(entry, "ActiveImportRegister") * _DIVISOR), "tiers": 4, "blocks": 0x14}
            | {field: round(value * _DIVISOR) for field, value in zip(_TIERS, tiers, strict=True)}
            | {field: round(value * _DIVISOR) for field, value in zip(_BLOCKS, blocks, strict=True)}
        )

    def values(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The inverse of :meth:`fields`."""
        if self.type_code == 0:
            return {name: fields[field] for field, name in _PREPAYMENT.items()}
        return {
            "ActiveImportRegister": fields["summation"] / _DIVISOR,
            "TOURegisters": tuple(fields[field] / _DIVISOR for field in _TIERS),
            "BlockCounters": tuple(fields[field] / _DIVISOR for field in _BLOCKS),
        }


_VOLUMES = _Kind(
    shape(0x0702, 0x01, 0x06, _ASK),
    shape(
        0x0702,
        0x19,
        0x06,
        f"{_HEAD}, summation u48, tiers u8, {', '.join(f'{name} u48' for name in _TIERS)}, blocks u8,"
        f" {', '.join(f'{name} u48' for name in _BLOCKS)}",
    ),
    6,
    "LogEntries",
)
_MONEY = _Kind(
    shape(0x0705, 0x01, 0x07, _ASK),
    shape(
        0x0705,
        0x19,
        0x01,
        f"{_HEAD}, accumulated i32, timeDebt1 u32, timeDebt2 u32, paymentDebt u32, emergency i32, balance i32",
    ),
    0,
    "PrepaymentLogEntries",
)


def _snapshots(cause: int, *parts: tuple[_Kind, int]) -> Series:
    """A read of snapshots made for ``cause`` (a mask); ``parts`` are kinds and how many of each are asked for."""
    kinds = {kind.ask: kind for kind, _ in parts}
    by_answer = {kind.answer: kind for kind, _ in parts}

    def fill(values: Values, _: CommandContext) -> tuple[Sent, ...]:
        earliest = dlms.seconds_since_2000(given(values, "StartDateTime"))
        latest = dlms.seconds_since_2000(given(values, "EndDateTime"))
        head = {"earliest": earliest, "latest": latest, "cause": cause}
        return tuple(Sent(kind.ask, head | {"offset": offset}) for kind, count in parts for offset in range(count))

    def gather(sent: tuple[Sent, ...]) -> dict[str, Any]:
        fields = sent[0].fields
        return {
            "StartDateTime": dlms.when_seconds(fields["earliest"]),
            "EndDateTime": dlms.when_seconds(fields["latest"]),
        }

    def to_answers(values: Values, sent: tuple[Sent, ...]) -> Planned:
        planned: list[tuple[dict[str, Any], ...] | None] = []
        for one in sent:
            kind, offset = kinds[one.shape], one.fields["offset"]
            entries = values.get(kind.entries, ())
            found = offset < len(entries)
            planned.append((_entry(kind, entries[offset], offset, len(entries), cause),) if found else None)
        return planned

    def from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {kind.entries: () for kind, _ in parts}
        for reply in replies:
            if reply.shape is not None:
                kind = by_answer[reply.shape]
                found[kind.entries] += tuple(_values(kind, fields) for fields in reply.fields)
        return found

    answers = {kind.ask: Answer(kind.answer, is_encrypted=True) for kind, _ in parts}
    return Series(fill, gather, tuple(kinds), answers, to_answers, from_answers)


def _entry(kind: _Kind, entry: Values, offset: int, count: int, cause: int) -> dict[str, Any]:
    """An answer's fields; by default the entry counts from 0, and its cause is the lowest of those asked for."""
    return {
        "SnapshotID": entry.get("SnapshotID", offset),
        "time": dlms.seconds_since_2000(given(entry, "Timestamp")),
        "found": entry.get("SnapshotsFound", count),
        "index": 0,
        "commands": 1,
        "cause": entry.get("SnapshotCause", cause & -cause),
        "type": kind.type_code,
    } | kind.fields(entry)


def _values(kind: _Kind, fields: dict[str, Any]) -> dict[str, Any]:
    if fields["type"] != kind.type_code:
        raise GbcsError("another kind of snapshot", 3, expected=str(kind.type_code), got=str(fields["type"]))
    return {
        "Timestamp": dlms.when_seconds(fields["time"]),
        "SnapshotID": fields["SnapshotID"],
        "SnapshotsFound": fields["found"],
        "SnapshotCause": fields["cause"],
    } | kind.values(fields)


GCS16A = _snapshots(0x0001, (_VOLUMES, 31))
GCS16B = _snapshots(0x0001, (_MONEY, 31))
GCS15C = _snapshots(0x0002, (_VOLUMES, 12), (_MONEY, 12))
GCS15B = _snapshots(0x6008, (_MONEY, 12), (_VOLUMES, 12))

BILLING_SNAPSHOT = _VOLUMES.answer
"""What GCS53 pushes as an alert."""


def billing_values(fields: dict[str, Any]) -> dict[str, Any]:
    """The entry of a pushed billing snapshot. Raises: GbcsError: another kind of snapshot."""
    return _values(_VOLUMES, fields)


def billing_fields(entry: Values) -> dict[str, Any]:
    """The inverse of :func:`billing_values`."""
    return _entry(_VOLUMES, entry, 0, 1, 0x0002)


_GET_SAMPLES = shape(0x0702, 0x01, 0x08, "id u16, earliest u32, type u8, samples u16")
_HALF_HOUR = 1800
_DAY = 0xFFFF
"""An interval of a day is longer than 16 bits of seconds and is written as the largest number."""


def _half_hours(values: Values, _: CommandContext) -> int:
    period = given(values, "EndDateTime") - given(values, "StartDateTime")
    return int(period.total_seconds()) // _HALF_HOUR + 1


def _sampled(number: int, frame_control: int, interval: int, earliest: Slot, samples: Slot) -> Series:
    """A read of samples of gas volumes; ``interval`` is in seconds."""
    row = Row(
        _GET_SAMPLES,
        {"id": fixed(number), "earliest": earliest, "type": fixed(0), "samples": samples},
    )
    answer = shape(0x0702, frame_control, 0x07, "id u16, start u32, type u8, interval u16, n u16", "sample u24")
    step = timedelta(days=1) if interval == _DAY else timedelta(seconds=interval)

    def gather(sent: tuple[Sent, ...]) -> dict[str, Any]:
        values = row.gather(sent[0])
        if "StartDateTime" in values:
            count = sent[0].fields["samples"]
            if "EndDateTime" not in values and samples.write is _half_hours:
                values["EndDateTime"] = values["StartDateTime"] + (count - 1) * step
        return values

    def to_answers(values: Values, _: tuple[Sent, ...]) -> Planned:
        entries = given(values, "LogEntries")
        if not entries and "LogStartDateTime" not in values:
            return (None,)
        start = values.get("LogStartDateTime") or entries[0]["Timestamp"]
        rows = tuple({"sample": round(entry["Value"] * _DIVISOR)} for entry in entries)
        head = {"id": number, "start": dlms.seconds_since_2000(start), "type": 0, "interval": interval}
        return ((head | {"n": len(rows), "rows": rows},),)

    def from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
        if not replies or not replies[0].fields:
            return {"LogEntries": ()}
        fields = replies[0].fields[0]
        start = dlms.when_seconds(fields["start"])
        entries = tuple(
            {"Timestamp": start + place * step, "Value": entry["sample"] / _DIVISOR}
            for place, entry in enumerate(fields["rows"])
        )
        return {"LogStartDateTime": start, "LogEntries": entries, "Unit": "m3"}

    return Series(
        lambda values, context: (row.fill(values, context),),
        gather,
        (_GET_SAMPLES,),
        {_GET_SAMPLES: Answer(answer, is_encrypted=True)},
        to_answers,
        from_answers,
    )


GCS18 = _sampled(2, 0x09, 360, fixed(1), fixed(41))
GCS17 = _sampled(0, 0x19, _HALF_HOUR, moment("StartDateTime"), Slot(_half_hours, lambda _: {}))
GCS61 = _sampled(1, 0x19, _DAY, moment("StartDateTime"), fixed(731))


def _paid(row: Row, answer: Shape, entry_fields: Any, entry_values: Any, *, is_encrypted: bool) -> Series:
    """A log of payments, whole in one answer."""

    def to_answers(values: Values, _: tuple[Sent, ...]) -> Planned:
        entries = given(values, "LogEntries")
        if not entries:
            return (None,)
        return (({"index": 0, "commands": 1, "rows": tuple(entry_fields(entry) for entry in entries)},),)

    def from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
        rows = [one for reply in replies for fields in reply.fields for one in fields["rows"]]
        return {"LogEntries": tuple(entry_values(one) for one in rows)}

    return Series(
        lambda values, context: (row.fill(values, context),),
        lambda sent: row.gather(sent[0]),
        (row.shape,),
        {row.shape: Answer(answer, is_encrypted)},
        to_answers,
        from_answers,
    )


_PAYMENT_DEBT = 2
GCS15D = _paid(
    Row(
        shape(0x0705, 0x01, 0x0A, "latest u32, debts u8, type u8"),
        {"latest": end_moment("EndDateTime"), "debts": fixed(10), "type": fixed(_PAYMENT_DEBT)},
        from_time=moment("StartDateTime"),
    ),
    shape(0x0705, 0x19, 0x06, "index u8, commands u8", "time u32, Amount u32, DebtType u8, OutstandingDebt u32"),
    lambda entry: (
        {"DebtType": _PAYMENT_DEBT, "OutstandingDebt": 0}
        | dict(entry)
        | {"time": dlms.seconds_since_2000(given(entry, "Timestamp"))}
    ),
    lambda row: {"Timestamp": dlms.when_seconds(row.pop("time"))} | row,
    is_encrypted=True,
)
GCS15E = _paid(
    Row(
        shape(0x0705, 0x01, 0x08, "latest u32, records u8"),
        {"latest": end_moment("EndDateTime"), "records": fixed(5)},
        from_time=moment("StartDateTime"),
    ),
    shape(0x0705, 0x19, 0x05, "index u8, commands u8", "token text, Amount i32, time u32"),
    lambda entry: {
        "token": given(entry, "UTRN").encode("utf-8"),
        "Amount": given(entry, "Amount"),
        "time": dlms.seconds_since_2000(given(entry, "Timestamp")),
    },
    lambda row: {
        "Timestamp": dlms.when_seconds(row["time"]),
        "UTRN": row["token"].decode("utf-8"),
        "Amount": row["Amount"],
    },
    is_encrypted=False,
)

CODECS = {
    "GCS15b": GCS15B,
    "GCS15c": GCS15C,
    "GCS15d": GCS15D,
    "GCS15e": GCS15E,
    "GCS16a": GCS16A,
    "GCS16b": GCS16B,
    "GCS17": GCS17,
    "GCS18": GCS18,
    "GCS61": GCS61,
}
