"""Gas snapshots: daily reads (GCS16a, GCS16b) and billing reads (GCS15b, GCS15c), volumes and prepayment values.

A read is one command per entry wanted, told apart by ``offset``; what is not there answers 8B. Volumes are cubic
metres, three decimals (the divisor of the tariff information, 1000). Debts and balances are thousandths of a penny.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.gas_series import Planned, Series
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape, shape
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
        """Return the fields that only this kind of snapshot has."""
        if self.type_code == 0:
            return {
                field: gbz.unknown(self.kind_of(field)) if entry.get(name) is None else entry[name]
                for field, name in _PREPAYMENT.items()
            }
        tiers, blocks = given(entry, "TOURegisters"), given(entry, "BlockCounters")
        return (
            {"summation": _litres(entry.get("ActiveImportRegister")), "tiers": 4, "blocks": 0x14}
            | {field: _litres(value) for field, value in zip(_TIERS, tiers, strict=True)}
            | {field: _litres(value) for field, value in zip(_BLOCKS, blocks, strict=True)}
        )

    def values(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The inverse of :meth:`fields`."""
        if self.type_code == 0:
            read = {name: gbz.known(self.kind_of(field), fields[field]) for field, name in _PREPAYMENT.items()}
            return {name: value for name, value in read.items() if value is not None}
        whole = _cubic_metres(fields["summation"])
        return ({} if whole is None else {"ActiveImportRegister": whole}) | {
            "TOURegisters": tuple(_cubic_metres(fields[field]) for field in _TIERS),
            "BlockCounters": tuple(_cubic_metres(fields[field]) for field in _BLOCKS),
        }

    def kind_of(self, field: str) -> gbz.Kind:
        """Return the format of a field of the answer."""
        return next(one.kind for one in self.answer.head if one.name == field)


def _litres(cubic_metres: float | None) -> int:
    return gbz.unknown(gbz.Kind.U48) if cubic_metres is None else round(cubic_metres * _DIVISOR)


def _cubic_metres(litres: int) -> float | None:
    value = gbz.known(gbz.Kind.U48, litres)
    return None if value is None else value / _DIVISOR


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
    when = dlms.known_seconds(fields["time"])
    return (
        ({} if when is None else {"Timestamp": when})
        | {
            "SnapshotID": fields["SnapshotID"],
            "SnapshotsFound": fields["found"],
            "SnapshotCause": fields["cause"],
        }
        | kind.values(fields)
    )


GCS16A = _snapshots(0x0001, (_VOLUMES, 31))
GCS16B = _snapshots(0x0001, (_MONEY, 31))
GCS15C = _snapshots(0x0002, (_VOLUMES, 12), (_MONEY, 12))
GCS15B = _snapshots(0x6008, (_MONEY, 12), (_VOLUMES, 12))

BILLING_SNAPSHOT = _VOLUMES.answer
"""Layout of the snapshot that GCS53 pushes as an alert."""


def billing_values(fields: dict[str, Any]) -> dict[str, Any]:
    """The entry of a pushed billing snapshot. Raises: GbcsError: another kind of snapshot."""
    return _values(_VOLUMES, fields)


def billing_fields(entry: Values) -> dict[str, Any]:
    """The inverse of :func:`billing_values`."""
    return _entry(_VOLUMES, entry, 0, 1, 0x0002)


CODECS = {"GCS15b": GCS15B, "GCS15c": GCS15C, "GCS16a": GCS16A, "GCS16b": GCS16B}
