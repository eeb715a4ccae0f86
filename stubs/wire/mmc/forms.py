"""Forms: how a named value becomes the text, the items or the elements that the MMC schema wants.

A form takes the value, its argument from the template and the values beside it; None leaves the element out.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from schemas.gbcs_words import alert_meanings
from schemas.mmc_words import mmc_word
from stubs.wire.duis.node import Node
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases.electricity_shapes import read_channel_event
from stubs.wire.gbcs.use_cases.payment import suspended_debts
from stubs.wire.mmc.dates import billing_calendar, electricity_date, gas_date, plain_date, whole_time

Form = Callable[[Any, str, Mapping[str, Any]], Any]

_LONGEST_MEANING = 200
_TOU_BLOCKS, _TOU_COLUMNS = 4, 8
_NO_DEVICE = "0000000000000000"
_APC = "FF"
_INPUT_CONTROLLER = 2
_SWITCHING = "02"
_OF_A_SWITCH = "0200"
_CHANNELS_OF_PAGE = {28: ("Lower", 0), 29: ("Lower", 27), 30: ("Lower", 35), 31: ("Upper", 0)}
"""IEEE 802.15.4 channel pages of the sub-GHz bands, and the number of their first channel."""


def _scaled(value: Any, argument: str, beside: Mapping[str, Any]) -> Any:
    scale = beside.get(argument, 0)
    return value * 10**scale if scale >= 0 else value / 10**-scale


def _ratio(value: Any, argument: str, beside: Mapping[str, Any]) -> Any:
    multiplier, divisor = (beside.get(name) for name in argument.split())
    return value * multiplier / divisor if multiplier and divisor else None


def _within(value: Any, argument: str, _: Mapping[str, Any]) -> Any:
    first, last = (int(part) for part in argument.split())
    # The first script of a kind selects the first register or column: 1 to 48, 101 to 108, 201 to 204.
    return value - first + 1 if first <= value <= last else None


def _blocks(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    size = _TOU_BLOCKS * _TOU_COLUMNS
    rows = [value[at : at + _TOU_COLUMNS] for at in range(0, len(value), _TOU_COLUMNS)]
    return tuple(
        {"Registers": rows[block], "Counters": rows[block + _TOU_BLOCKS] if len(value) > size else ()}
        for block in range(min(_TOU_BLOCKS, len(rows)))
    )


def _each(value: Any, argument: str, _: Mapping[str, Any]) -> Any:
    """One item per inner item, with what stands around it; the item alone when it has none."""
    alone: tuple[dict[str, Any], ...] = ({},)
    return tuple({**one, **inner} for one in value for inner in (one.get(argument) or alone))


def _settings(value: Any, argument: str, _: Mapping[str, Any]) -> tuple[Node, ...]:
    return tuple(Node(f"x{code}", "Enable" if code in value else "Disable") for code in argument.split())


def _settings_if_any(value: Any, argument: str, beside: Mapping[str, Any]) -> tuple[Node, ...]:
    return _settings(value, argument, beside) if set(value) & set(argument.split()) else ()


def _phase_settings(value: Any, argument: str, beside: Mapping[str, Any]) -> tuple[Node, ...]:
    """Return the settings of single phase or of polyphase meters: the response does not say; an enabled one decides."""
    for name, codes in zip(("SinglePhase", "PolyPhase"), argument.split("/"), strict=True):
        if found := _settings_if_any(value, codes, beside):
            return (Node(f"NetworkOperatorESME{name}", children=found),)
    return ()


def _gas_settings(value: Any, argument: str, _: Mapping[str, Any]) -> tuple[Node, ...]:
    known = {one["EventCode"]: one for one in value}
    return tuple(
        Node(
            f"x{code}",
            children=tuple(
                Node(name, "Enable" if known[code][name] else "Disable")
                for name in ("WANAlert", "HANAlert", "EventLog", "Alarm")
            ),
        )
        for code in argument.split()
        if code in known
    )


def _channels(value: Any, argument: str, _: Mapping[str, Any]) -> tuple[Node, ...]:
    return tuple(Node(f"Channel{int(argument) + channel}") for channel in value["Channels"])


def _operating_channel(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    band, first = _CHANNELS_OF_PAGE.get(value["Page"], ("", 0))
    if not band or len(value["Channels"]) != 1:
        return None
    return (Node(f"Operating{band}BandSubGHzChannel", children=(Node(f"Channel{first + value['Channels'][0]}"),)),)


def _event_channel(value: Any, argument: str, beside: Mapping[str, Any]) -> Any:
    found = read_channel_event(value)
    return _operating_channel(found["OperatingSubGHzChannel"], argument, beside) if found else None


def _scan_trigger(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    return mmc_word("scan-trigger", str(read_channel_event(value).get("ScanTrigger")))


def _switch_number(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    """Codes of the switching log are 02, number of the switch, action: inferred from those the reference data show."""
    number = int(value[2], 16) if value.startswith(_SWITCHING) else 0
    return number if number in range(1, 6) else None


def _switch_action(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    if not value.startswith(_SWITCHING):
        return None
    return mmc_word("switch-action", "message" if value == _OF_A_SWITCH else str(int(value[3], 16)))


def _suspended(value: Any, flag: str, _: Mapping[str, Any]) -> Any:
    return suspended_debts(value).get(flag)


def _switch(value: Any, _: str, __: Mapping[str, Any]) -> tuple[Node, ...]:
    return (Node("ALCS"),) if value == "ALCS" else (Node("HCALCS", value),)


def _controller_type(value: Any, _: str, __: Mapping[str, Any]) -> str:
    if len(value) == len(_NO_DEVICE):
        return "ALCS" if value == _NO_DEVICE else "HCALCS"
    return "APC" if value == _APC else "None"


def _controller_id(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    return str(Eui64(bytes.fromhex(value))) if _controller_type(value, "", {}) == "HCALCS" else None


def _activates(row: Mapping[str, Any]) -> bool:
    level = row.get("CommandedStateLevel")
    return row.get("Action") == "Activate" if level is None else level > 0


def _json(value: Any, argument: str, _: Mapping[str, Any]) -> Any:
    try:
        read = json.loads(value)
        level = int(read[argument])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return level if 0 <= level <= 100 else None


def _time_period(value: Any, _: str, __: Mapping[str, Any]) -> tuple[Node, ...]:
    """Return the start and the end of the first schedule; nothing unless both are at a plain time."""
    found = {row["Script"]: whole_time(row["SwitchTime"]) for row in reversed(value)}
    start, end = found.get("Start"), found.get("End")
    return (Node("StartTime", start), Node("EndTime", end)) if start and end else ()


def _meaning(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    code = value if isinstance(value, str) else f"{value:04X}"
    return alert_meanings().get(code, "")[:_LONGEST_MEANING] or None


def _integrity(value: Any, _: str, __: Mapping[str, Any]) -> str:
    number = int(value, 16) if isinstance(value, str) else value
    return mmc_word("integrity", str(number)) or str(mmc_word("integrity", "0"))


def _instance(value: Any, _: str, __: Mapping[str, Any]) -> str:
    return bytes(int(part) for part in re.split(r"[-:.]", value)).hex().upper()


def _set_bits(value: Any, _: str, __: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(at for at, bit in enumerate(value, start=1) if bit == "1")


def _if_input(value: Any, _: str, __: Mapping[str, Any]) -> Any:
    return "" if value >> 4 == _INPUT_CONTROLLER else None


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "base64": lambda value, _, __: b64encode(bytes.fromhex(value)).decode("ascii"),
        "billing-calendar": lambda value, _, __: billing_calendar(value),
        "blocks": _blocks,
        "channels": _channels,
        "code": lambda value, _, __: f"{value:04X}",
        "controller-id": _controller_id,
        "controller-number": lambda value, _, __: value & 0x0F,
        "controller-type": _controller_type,
        "date": lambda value, _, __: electricity_date(value),
        "each": _each,
        "event-channel": _event_channel,
        "first": lambda value, _, __: value[0],
        "gas-date": lambda value, _, __: gas_date(value),
        "gas-settings": _gas_settings,
        "hex": lambda value, digits, __: f"{value:0{digits}X}",
        "if": lambda value, wanted, __: "" if str(value) == wanted else None,
        "if-activated": lambda row, _, __: "" if _activates(row) else None,
        "if-deactivated": lambda row, _, __: None if _activates(row) else "",
        "if-input": _if_input,
        "instance": _instance,
        "integrity": _integrity,
        "json": _json,
        "meaning": _meaning,
        "operating-channel": _operating_channel,
        "phase-settings": _phase_settings,
        "plain-date": lambda value, _, __: plain_date(value),
        "ratio": _ratio,
        "scaled": _scaled,
        "scan-trigger": _scan_trigger,
        "set-bits": _set_bits,
        "settings": _settings,
        "settings-if-any": _settings_if_any,
        "suspended": _suspended,
        "switch": _switch,
        "switch-action": _switch_action,
        "switch-number": _switch_number,
        "time": lambda value, _, __: whole_time(value),
        "time-period": _time_period,
        "trailing-digit": lambda value, _, __: -(value >> 4),
        "within": _within,
        "word": lambda value, family, __: mmc_word(family, str(value)),
    }
)
