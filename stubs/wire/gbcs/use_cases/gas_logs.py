"""Gas logs that come whole: samples (profile, network, daily consumption) and payments (debt, top-ups).

Volumes are cubic metres, three decimals (the divisor of the tariff information, 1000).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.use_cases.gas_series import Planned, Series
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape, shape
from stubs.wire.gbcs.use_cases.gas_slots import Row, Slot, end_moment, fixed, moment
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_DIVISOR = 1000
_GET_SAMPLES = shape(0x0702, 0x01, 0x08, "id u16, earliest u32, type u8, samples u16")
_HALF_HOUR = 1800
_DAY = 0xFFFF
"""An interval of a day is longer than 16 bits of seconds and is written as the largest number."""


_HALF_HOURS, _DAYS = 0xFFFF, 731
"""Most samples that a read can ask for: what 16 bits hold, and all that a daily log holds (GCS61)."""


def _within_period(step: timedelta, most: int) -> Slot:
    """Count the samples of a period, both ends included. From GCS17; and GCS61's both commands."""

    def count(values: Values, _: CommandContext) -> int:
        period: timedelta = given(values, "EndDateTime") - given(values, "StartDateTime")
        return max(0, min(most, period // step + 1))

    return Slot(count, lambda _: {})


def _litres(cubic_metres: float | None) -> int:
    return gbz.unknown(gbz.Kind.U24) if cubic_metres is None else round(cubic_metres * _DIVISOR)


def _value(litres: int) -> dict[str, float]:
    known = gbz.known(gbz.Kind.U24, litres)
    return {} if known is None else {"Value": known / _DIVISOR}


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
            values["EndDateTime"] = values["StartDateTime"] + (sent[0].fields["samples"] - 1) * step
        return values

    def to_answers(values: Values, _: tuple[Sent, ...]) -> Planned:
        entries = given(values, "LogEntries")
        if not entries and "LogStartDateTime" not in values:
            return (None,)
        start = values.get("LogStartDateTime") or entries[0]["Timestamp"]
        rows = tuple({"sample": _litres(entry.get("Value"))} for entry in entries)
        head = {"id": number, "start": dlms.seconds_since_2000(start), "type": 0, "interval": interval}
        return ((head | {"n": len(rows), "rows": rows},),)

    def from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
        if not replies or not replies[0].fields:
            return {"LogEntries": ()}
        fields = replies[0].fields[0]
        start = dlms.when_seconds(fields["start"])
        entries = tuple(
            {"Timestamp": start + place * step, **_value(entry["sample"])} for place, entry in enumerate(fields["rows"])
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
GCS17 = _sampled(
    0, 0x19, _HALF_HOUR, moment("StartDateTime"), _within_period(timedelta(seconds=_HALF_HOUR), _HALF_HOURS)
)
GCS61 = _sampled(1, 0x19, _DAY, moment("StartDateTime"), _within_period(timedelta(days=1), _DAYS))


def _stamp(seconds: int) -> dict[str, Any]:
    when = dlms.known_seconds(seconds)
    return {} if when is None else {"Timestamp": when}


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
    lambda row: _stamp(row.pop("time")) | row,
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
        **_stamp(row["time"]),
        "UTRN": row["token"].decode("utf-8"),
        "Amount": row["Amount"],
    },
    is_encrypted=False,
)

CODECS = {"GCS15d": GCS15D, "GCS15e": GCS15E, "GCS17": GCS17, "GCS18": GCS18, "GCS61": GCS61}
