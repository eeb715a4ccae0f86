"""List builders for electricity: what of a request body needs more than a field, by use case.

Each takes the body and gives named values of the command (``docs/gbcs-values.md``); all raise PeerError for a body
that cannot be read. Single values are rows of data, see :mod:`stubs.transform.fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from stubs.transform.calendars import (
    applicability,
    days_of_week,
    index,
    number,
    plain_date,
    required,
    special_days,
    time_of,
    wildcard_date,
)
from stubs.transform.fields import integer
from stubs.transform.tariffs import primary_prices, primary_tariff, secondary_prices, secondary_tariff
from stubs.wire.duis import Node, read_boolean
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.use_cases.value_shapes import DAYS_OF_WEEK

_CALENDAR = "UpdatePrepayConfigElectricity/ElectricityNonDisablementCalendar"
_MONTHS = 12
_STEPS = {"Quarterly": 3, "SixMonthly": 6, "Yearly": 12}
_ANY_DATE = "*-*-*"
_FIRST_OF_YEAR_NIL = "0000-01-*"
"""Start date of the reference maximum demand schedule: year 0, January, any day."""
_CHANNELS = {
    "LowerBandSubGHzChannels0To26": (28, 0),
    "LowerBandSubGHzChannels27To34": (29, 27),
    "LowerBandSubGHzChannels35To61": (30, 35),
    "UpperBandSubGHzChannels0To26": (31, 0),
}
"""Page and first channel of each mask; that bit 0 is the page's first channel is inferred."""


def _non_disablement(body: Node) -> dict[str, Any]:
    days = body.all(f"{_CALENDAR}/ElectricitySpecialDays/SpecialDay")
    entries = []
    for position, node in enumerate(body.all(f"{_CALENDAR}/ElectricityNonDisablementSchedule"), 1):
        chosen = {
            integer(day.text) for day in node.all("SpecialDaysApplicability/SpecialDayApplicability/SpecialDayID")
        }
        entries.append(
            {
                "Index": position,
                "NonDisablementScript": required(node, "NonDisablementScript"),
                "SwitchTime": time_of(node, "ScheduleDatesAndTime/SwitchTime"),
                "DaysOfWeek": days_of_week(node),
                "SpecialDays": applicability(chosen, len(days)),
                "StartDate": plain_date(node, "ScheduleDatesAndTime/StartDate"),
                "EndDate": plain_date(node, "ScheduleDatesAndTime/EndDate"),
            }
        )
    return {"SpecialDays": special_days(days, "Date"), "NonDisablementSchedule": tuple(entries)}


def _entry(position: int, node: Node, when: str, count: int) -> dict[str, Any]:
    """Return the members that an entry of a switch's and of a controller's schedule have in common."""
    chosen = {index(day, "index", "identifier") for day in node.all("SpecialDaysApplicability")}
    start, end = node.find(f"{when}/StartDate"), node.find(f"{when}/EndDate")
    if start is None or end is None:
        raise PeerError("an element is missing", where=f"{node.name}/{when}/StartDate or EndDate")
    return {
        "Index": position,
        "SwitchTime": time_of(node, f"{when}/SwitchTime"),
        "DaysOfWeek": days_of_week(node),
        "SpecialDays": applicability(chosen, count),
        "StartDate": wildcard_date(start),
        "EndDate": wildcard_date(end),
    }


def _switch_calendar(body: Node) -> dict[str, Any]:
    days = body.all("ALCSHCALCSSpecialDays/ALCSHCALCSSpecialDay")
    schedule = []
    for position, node in enumerate(body.all("ALCSHCALCSConnectionSchedule"), 1):
        switch = node.find("ActivateDeactivateSwitch")
        if switch is None:
            raise PeerError("an element is missing", where=f"{node.name}/ActivateDeactivateSwitch")
        action = "Activate" if switch.find("ActivateSwitch") is not None else "Deactivate"
        entry = _entry(position, node, "ALCSScheduleDatesAndTime", len(days))
        schedule.append(entry | {"AuxiliaryController": index(switch, "index"), "Action": action})
    switches = {
        f"SwitchTypeAndId{index(node, 'index')}": (node.get("HCALCS") or "ALCS").strip()
        for node in body.all("SwitchTypeAndId")
    }
    return switches | {"SpecialDays": special_days(days), "Schedule": tuple(schedule)}


def _controller_calendar(body: Node) -> dict[str, Any]:
    days = body.all("AuxiliaryControllerSpecialDayDefinitions/AuxiliaryControllerSpecialDayDefinition")
    schedule = []
    for position, node in enumerate(body.all("AuxiliaryControllerSchedule"), 1):
        action = node.find("AuxiliaryControllerAction")
        if action is None:
            raise PeerError("an element is missing", where=f"{node.name}/AuxiliaryControllerAction")
        entry = _entry(position, node, "AuxiliaryControllerSchedulePeriodAndTime", len(days))
        entry |= {
            "AuxiliaryController": index(action, "auxiliaryControllerN"),
            "CommandedStateLevel": number(action, "CommandedStateLevel"),
        }
        is_input = action.find("InputFromControlledLoad") is not None
        schedule.append(entry | ({"InputFromControlledLoad": True} if is_input else {}))
    return {"SpecialDays": special_days(days), "Schedule": tuple(schedule)}


def _descriptions(body: Node) -> dict[str, Any]:
    nodes = body.all("ALCSHCALCSDescription")
    return {f"SwitchDescription{index(node, 'index')}": node.get("SwitchDescription") or "" for node in nodes}


def _demand_period(body: Node) -> dict[str, Any]:
    def entry(position: int, script: str, time: str) -> dict[str, Any]:
        return {
            "Index": position,
            "Script": script,
            "SwitchTime": time_of(body, f"MaximumDemandTimePeriodSchedule/{time}"),
            "DaysOfWeek": DAYS_OF_WEEK,
            "SpecialDays": "",
            "StartDate": _FIRST_OF_YEAR_NIL,
            "EndDate": _ANY_DATE,
        }

    return {"MaximumDemandTimePeriodSchedule": (entry(0, "Start", "StartTime"), entry(1, "End", "EndTime"))}


def _billing_calendar(body: Node) -> dict[str, Any]:
    calendar = body.find("ElectricityBillingCalendar")
    if calendar is None:
        raise PeerError("an element is missing", where=f"{body.name}/ElectricityBillingCalendar")
    time = time_of(calendar, "BillingTime")
    return {"BillingCalendar": tuple({"BillingTime": time, "BillingDate": date} for date in _billing_dates(calendar))}


def _billing_dates(calendar: Node) -> tuple[str, ...]:
    if calendar.find("Daily") is not None:
        return (_ANY_DATE,)
    if calendar.find("Weekly") is not None:
        return (f"{_ANY_DATE}/{number(calendar, 'Weekly')}",)
    if calendar.find("Monthly") is not None:
        return (f"*-*-{number(calendar, 'Monthly'):02d}",)
    for name, step in _STEPS.items():
        if calendar.find(name) is not None:
            day, first = number(calendar, f"{name}/DayOfMonth"), number(calendar, f"{name}/BillingPeriodStartMonth")
            months = sorted((first - 1 + at) % _MONTHS + 1 for at in range(0, _MONTHS, step))
            return tuple(f"*-{month:02d}-{day:02d}" for month in months)
    raise PeerError("a billing calendar without periodicity", where=calendar.name)


def _daily_reset(body: Node) -> dict[str, Any]:
    is_daily = read_boolean(required(body, "DailyTariffBlockCounterMatrixReset"))
    return {"ResetCalendar": ({"BillingTime": "00:00:00", "BillingDate": _ANY_DATE},) if is_daily else ()}


def _phases(body: Node) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for node in body.all("PolyPhaseVoltageSettings"):
        phase = number(node, "Phase")
        for setting in node.all("PhaseVoltageSettings"):
            values |= {f"Phase{phase}{one.name}": integer(one.text) for one in setting.children}
    return values


def _behaviours(body: Node) -> dict[str, Any]:
    changes: dict[str, str] = {}
    for settings in body.children:
        for group in settings.children:
            changes |= {event.name[1:].upper(): event.text.strip() for event in group.children}
    return {"Behaviours": changes}


def _channels(body: Node) -> dict[str, Any]:
    masks: dict[str, Any] = {}
    for name, (page, first) in _CHANNELS.items():
        holder = body.find(name)
        if holder is None:
            raise PeerError("an element is missing", where=f"{body.name}/{name}")
        channels = sorted(integer(one.name.removeprefix("Channel")) - first for one in holder.children)
        masks[name] = {"Page": page, "Channels": tuple(channels)}
    return masks


def _auxiliary_load(body: Node) -> dict[str, Any]:
    for action in ("Activate", "Deactivate", "Reset"):
        node = body.find(f"{action}ALCSHCALCS")
        if node is not None:
            duration = {} if action == "Reset" else {"Duration": number(node, "Duration")}
            return {"AuxiliaryController": index(node, "index"), "Action": action} | duration
    raise PeerError("no switch to activate, deactivate or reset", where=body.name)


def _boost(body: Node) -> dict[str, Any]:
    """Adding sets the functions that are said to be true, removing clears them; others are left alone."""
    values: dict[str, Any] = {}
    for name, control in (("AddToBoostButton", True), ("RemoveFromBoostButton", False)):
        for node in body.all(name):
            if not node.text.strip() or read_boolean(node.text):
                values[f"BoostFunctionControl{index(node, 'index')}Value"] = control
    return values


def _controller(body: Node) -> dict[str, Any]:
    return {"AuxiliaryController": index(body, "auxiliaryControllerN")}


ELECTRICITY_LISTS: Mapping[str, Callable[[Node], dict[str, Any]]] = MappingProxyType(
    {
        "ECS01a": primary_tariff,
        "ECS01b": primary_prices,
        "ECS01c": secondary_tariff,
        "ECS01d": secondary_prices,
        "ECS08": _non_disablement,
        "ECS08a": _non_disablement,
        "ECS25a": _behaviours,
        "ECS25a1": _behaviours,
        "ECS25a2": _behaviours,
        "ECS25a3": _behaviours,
        "ECS25b": _behaviours,
        "ECS25b3": _behaviours,
        "ECS29b": _phases,
        "ECS29d": _phases,
        "ECS30": _billing_calendar,
        "ECS30a": _billing_calendar,
        "ECS37": _demand_period,
        "ECS46a": _descriptions,
        "ECS46c": _switch_calendar,
        "ECS46d": _controller_calendar,
        "ECS47": _auxiliary_load,
        "ECS47a": _controller,
        "ECS47e": _controller,
        "ECS48": _daily_reset,
        "ECS62": _boost,
        "DBCH04": _channels,
    }
)
"""By use case."""

ELECTRICITY_CONTENT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "6.5": (
            "SinglePhaseVoltageSettings+RMSVoltageCountersNotReset",
            "PolyPhaseVoltageSettings+RMSVoltageCountersNotReset",
            "SinglePhaseVoltageSettings",
            "PolyPhaseVoltageSettings",
        ),
        "6.8": tuple(
            f"ElectricityBillingCalendar/{name}"
            for name in ("Daily", "Weekly", "Monthly", "Quarterly", "SixMonthly", "Yearly")
        ),
        "6.22": (
            "ElectricitySupplierAlerts",
            "ElectricitySupplierHANAlertSettings",
            "ElectricitySupplierAlarmSettings",
            "ElectricitySupplierLoggingSettings",
            "ElectricityNetworkOperatorAlerts",
            "ElectricityNetworkOperatorLoggingSettings",
        ),
    }
)
"""SRVs whose use case depends on which elements are there; ``+`` joins elements that must all be."""
