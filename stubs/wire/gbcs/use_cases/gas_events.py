"""Alert behaviours of a gas meter: set (GCS20, 6.22) and read (GCS20r, 6.2.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.gas_series import Planned, Series
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, shape
from stubs.wire.gbcs.use_cases.gas_slots import EVENT
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_BITS = {"WANAlert": 0x08, "HANAlert": 0x10, "EventLog": 0x03, "Alarm": 0x40}
"""Bits of an event's configuration. EventLog is the number of the log (3: general); Alarm the physical one."""
_FIRST_GROUPS = (0x5B, 0x08, 0x4B, 0x43)
"""The order in which the sender of the reference data writes its groups; others follow in falling order (inferred)."""
_ALL_EVENTS = 0x81FF
_SET = shape(0x0708, 0x09, 0x04, "event u32, start u32, config u8, control u8, n u8", "code u16")
_GET = shape(0x0708, 0x09, 0x05, "code u16")
_REPORT = shape(0x0708, 0x01, 0x04, "index u8, commands u8", "code u16, config u8")


def configuration(behaviour: Mapping[str, Any]) -> int:
    """The configuration octet: ``Configuration`` itself, or from WANAlert, HANAlert, EventLog, Alarm (booleans)."""
    if "Configuration" in behaviour:
        return int(behaviour["Configuration"])
    return sum(bit for name, bit in _BITS.items() if behaviour.get(name))


def behaviour(config: int) -> dict[str, bool]:
    """The four booleans of a configuration octet."""
    return {name: config & bit == bit for name, bit in _BITS.items()}


def _code(entry: Mapping[str, Any]) -> int:
    try:
        return int(given(entry, "EventCode"), 16)
    except ValueError as broken:
        raise Misuse(f"an event code is four hexadecimal digits, got {entry['EventCode']}") from broken


def _fill(values: Values, context: CommandContext) -> tuple[Sent, ...]:
    """One component per configuration, the events of each in the order given."""
    groups: dict[int, list[int]] = {}
    for entry in given(values, "AlertBehaviours"):
        groups.setdefault(configuration(entry), []).append(_code(entry))
    if not groups:
        raise Misuse("no event is configured")
    rest = sorted(set(groups) - set(_FIRST_GROUPS), reverse=True)
    order = [config for config in (*_FIRST_GROUPS, *rest) if config in groups]
    head = {"event": EVENT.write(values, context), "start": 0, "control": 0}
    return tuple(
        Sent(
            _SET,
            head | {"config": config, "n": len(groups[config])} | {"rows": tuple({"code": c} for c in groups[config])},
        )
        for config in order
    )


def _gather(sent: tuple[Sent, ...]) -> dict[str, Any]:
    return {
        "AlertBehaviours": tuple(
            {"EventCode": f"{row['code']:04X}"} | behaviour(one.fields["config"])
            for one in sent
            for row in one.fields["rows"]
        )
    }


def _gather_read(sent: tuple[Sent, ...]) -> dict[str, Any]:
    if len(sent) != 1:
        raise GbcsError("components of a command", 2, expected="1", got=str(len(sent)))
    return {}


def _to_answers(values: Values, _: tuple[Sent, ...]) -> Planned:
    rows = tuple({"code": _code(entry), "config": configuration(entry)} for entry in given(values, "AlertBehaviours"))
    return (({"index": 0, "commands": 1, "rows": rows},),)


def _from_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
    rows = [row for reply in replies for part in reply.fields for row in part["rows"]]
    return {
        "AlertBehaviours": tuple(
            {"EventCode": f"{row['code']:04X}", "Configuration": row["config"]} | behaviour(row["config"])
            for row in rows
        )
    }


GCS20 = Series(_fill, _gather, (_SET,))
GCS20R = Series(
    lambda _, __: (Sent(_GET, {"code": _ALL_EVENTS}),),
    _gather_read,
    (_GET,),
    {_GET: Answer(_REPORT)},
    _to_answers,
    _from_answers,
)

CODECS = {"GCS20": GCS20, "GCS20r": GCS20R}
