"""Logs of a gas meter, answered by the meter or its proxy: snapshots, samples, payments (4.4, 4.6, 4.8, 4.10, 4.17).

Volumes are cubic metres. A read that finds nothing answers "no entries" component by component.
"""

from __future__ import annotations

from typing import Any

from stubs.devices.account import prepayment
from stubs.devices.effects.call import Call, Done
from stubs.devices.effects.electricity_logs import period
from stubs.devices.effects.quantities import LITRES
from stubs.devices.logs import calendar_snapshots, daily_use, event_snapshots, midnights, profile_log, snapshot
from stubs.devices.network import flow
from stubs.devices.records import Snapshot
from stubs.devices.state import DeviceState, instant
from stubs.devices.tariffs import COLUMNS

_FLOW_STEP, _FLOW_SAMPLES = 360, 41


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


def gas_daily_reads(call: Call) -> Done:
    """4.6.1: registers at each midnight, newest first."""
    days = midnights(call.mirrored, *period(call), call.at)
    return Done({"LogEntries": _newest_first([volumes(snapshot(call.mirrored, at)) for at in days])})


def gas_daily_prepayment(call: Call) -> Done:
    """4.14: prepayment registers at each midnight."""
    days = midnights(call.mirrored, *period(call), call.at)
    return Done({"PrepaymentLogEntries": _newest_first([_money(call.mirrored, at) for at in days])})


def _billing(call: Call, taken: list[Snapshot]) -> Done:
    return Done(
        {
            "LogEntries": _newest_first([volumes(one) for one in taken]),
            "PrepaymentLogEntries": _newest_first([_paid(call.mirrored, one) for one in taken]),
        }
    )


def gas_billing_by_calendar(call: Call) -> Done:
    """4.4.3."""
    return _billing(call, calendar_snapshots(call.mirrored, *period(call), call.at))


def gas_billing_by_event(call: Call) -> Done:
    """4.4.2."""
    return _billing(call, event_snapshots(call.mirrored, *period(call)))


def _samples(entries: list[tuple[int, int]]) -> Done:
    rows = [{"Timestamp": instant(at), "Value": used / LITRES} for at, used in entries]
    return Done({"LogEntries": rows}, result="success" if rows else "no-entries")


def gas_profile(call: Call) -> Done:
    """4.8.1: half hours."""
    return _samples([(at, used) for at, used, _ in profile_log(call.mirrored, *period(call), call.at)])


def gas_daily_consumption(call: Call) -> Done:
    """4.17: whole days."""
    first = call.values["StartDateTime"]
    last = call.values.get("EndDateTime")
    span = period(call) if last is not None else (int((first - instant(0)).total_seconds()), call.at)
    return _samples(daily_use(call.mirrored, *span, call.at))


def gas_network_log(call: Call) -> Done:
    """4.10: the last 41 samples of six minutes since the log was started."""
    state = call.mirrored
    begun = state.data_log_since
    if not begun:
        return Done({"LogEntries": []}, result="no-entries")
    starts = [begun + _FLOW_STEP * number for number in range(_FLOW_SAMPLES)]
    return _samples([(at, flow(state, at + _FLOW_STEP)) for at in starts if at + _FLOW_STEP <= call.at])


def start_network_log(call: Call) -> Done:
    """14.1: start sampling."""
    return Done({"SampleID": 2}, {"data_log_since": call.at})


def gas_debt_payments(call: Call) -> Done:
    """4.4.4."""
    first, last = period(call)
    found = [one for one in call.mirrored.credits if first <= one.at <= last and one.source == "payment"]
    rows = [{"Timestamp": instant(one.at), "Amount": one.amount} for one in found]
    return Done({"LogEntries": rows}, result="success" if rows else "no-entries")


def gas_prepayment_credits(call: Call) -> Done:
    """4.4.5: the last five tokens."""
    first, last = period(call)
    found = [one for one in call.mirrored.credits if first <= one.at <= last and one.source != "payment"][-5:]
    rows = [{"Timestamp": instant(one.at), "UTRN": one.source, "Amount": one.amount} for one in found]
    return Done({"LogEntries": rows}, result="success" if rows else "no-entries")
