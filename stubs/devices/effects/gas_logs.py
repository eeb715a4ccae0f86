"""Logs of a gas meter, answered by the meter or its proxy: snapshots, samples, payments (4.4, 4.6, 4.8, 4.10, 4.17).

Volumes are cubic metres. A read that finds nothing answers "no entries" component by component.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.account import prepayment
from stubs.devices.effects.context import EffectContext, EffectResult
from stubs.devices.effects.electricity_logs import period
from stubs.devices.effects.quantities import LITRES
from stubs.devices.logs import calendar_snapshots, daily_use, event_snapshots, midnights, profile_log, snapshot
from stubs.devices.network import flow
from stubs.devices.records import Snapshot
from stubs.devices.state import DeviceState, instant
from stubs.devices.tariffs import COLUMNS

_FLOW_STEP, _FLOW_SAMPLES = 360, 41
_CAUSES = {"calendar": 1 << 1, "tariff": 1 << 3, "mode": 1 << 14, "command": 1 << 10}
"""Bits of ZigBee's snapshot cause: end of a billing period, change of tariff information, of meter mode; a command."""


def volumes(taken: Snapshot) -> dict[str, Any]:
    """A volumes entry of a billing or daily log, m³."""
    tou = (*taken.tou, 0, 0, 0, 0)[:4]
    blocks = (*taken.blocks, *(0,) * 32)[:32]
    return {
        "Timestamp": instant(taken.at),
        "ActiveImportRegister": taken.import_register / LITRES,
        "TOURegisters": tuple(one / LITRES for one in tou),
        "BlockCounters": tuple(blocks[block * COLUMNS] / LITRES for block in range(4)),
    }


def _money(state: DeviceState, at: int) -> dict[str, Any]:
    return {"Timestamp": instant(at), **prepayment(state, at)}


def _paid(state: DeviceState, taken: Snapshot) -> dict[str, Any]:
    """The prepayment registers of a snapshot."""
    return {"Timestamp": instant(taken.at), **(dict(taken.prepayment) or prepayment(state, taken.at))}


def _newest_first(entries: list[Any]) -> list[Any]:
    return entries[::-1]


def gas_daily_reads(context: EffectContext) -> EffectResult:
    """4.6.1: registers at each midnight, newest first."""
    days = midnights(context.mirrored, *period(context), context.at)
    return EffectResult({"LogEntries": _newest_first([volumes(snapshot(context.mirrored, at)) for at in days])})


def gas_daily_prepayment(context: EffectContext) -> EffectResult:
    """4.14: prepayment registers at each midnight."""
    days = midnights(context.mirrored, *period(context), context.at)
    return EffectResult({"PrepaymentLogEntries": _newest_first([_money(context.mirrored, at) for at in days])})


def _billing(context: EffectContext, taken: list[Snapshot]) -> EffectResult:
    return EffectResult(
        {
            "LogEntries": _newest_first([volumes(one) for one in taken]),
            "PrepaymentLogEntries": _newest_first([_paid(context.mirrored, one) for one in taken]),
        }
    )


def gas_billing_by_calendar(context: EffectContext) -> EffectResult:
    """4.4.3."""
    return _billing(context, calendar_snapshots(context.mirrored, *period(context), context.at))


def gas_billing_by_event(context: EffectContext) -> EffectResult:
    """4.4.2; each entry says which event took it."""
    taken = event_snapshots(context.mirrored, *period(context))
    causes = [{"SnapshotCause": _CAUSES[one.cause]} for one in reversed(taken)]
    found = _billing(context, taken).values
    named = {name: [{**row, **why} for row, why in zip(rows, causes, strict=True)] for name, rows in found.items()}
    return EffectResult(named)


def _samples(entries: list[tuple[int, int]]) -> EffectResult:
    rows = [{"Timestamp": instant(at), "Value": used / LITRES} for at, used in entries]
    return EffectResult({"LogEntries": rows}, result="success" if rows else "no-entries")


def gas_profile(context: EffectContext) -> EffectResult:
    """4.8.1: half hours."""
    return _samples([(at, used) for at, used, _ in profile_log(context.mirrored, *period(context), context.at)])


def gas_daily_consumption(context: EffectContext) -> EffectResult:
    """4.17: whole days."""
    first = context.values["StartDateTime"]
    last = context.values.get("EndDateTime")
    span = period(context) if last is not None else (int((first - instant(0)).total_seconds()), context.at)
    return _samples(daily_use(context.mirrored, *span, context.at))


def gas_network_log(context: EffectContext) -> EffectResult:
    """4.10: the last 41 samples of six minutes since the log was started."""
    state = context.mirrored
    begun = state.data_log_since
    if not begun:
        return EffectResult({"LogEntries": []}, result="no-entries")
    starts = [begun + _FLOW_STEP * number for number in range(_FLOW_SAMPLES)]
    return _samples([(at, flow(state, at + _FLOW_STEP)) for at in starts if at + _FLOW_STEP <= context.at])


def start_network_log(context: EffectContext) -> EffectResult:
    """14.1: start sampling."""
    return EffectResult({"SampleID": 2}, {"data_log_since": context.at})


def gas_debt_payments(context: EffectContext) -> EffectResult:
    """4.4.4."""
    first, last = period(context)
    found = [one for one in context.mirrored.credits if first <= one.at <= last and one.source == "payment"]
    rows = [{"Timestamp": instant(one.at), "Amount": one.amount} for one in found]
    return EffectResult({"LogEntries": rows}, result="success" if rows else "no-entries")


def gas_prepayment_credits(context: EffectContext) -> EffectResult:
    """4.4.5: the last five tokens."""
    first, last = period(context)
    found = [one for one in context.mirrored.credits if first <= one.at <= last and one.source != "payment"][-5:]
    rows = [{"Timestamp": instant(one.at), "UTRN": one.source, "Amount": one.amount} for one in found]
    return EffectResult({"LogEntries": rows}, result="success" if rows else "no-entries")
