"""List builders for gas: what of a request body needs more than a field, by use case.

Each takes the body and gives named values of the command (``docs/gbcs-values.md``); all raise PeerError for a body
that cannot be read. Single values are rows of data, see :mod:`stubs.transform.fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from stubs.transform.fields import integer, moment
from stubs.wire.duis import Node
from stubs.wire.errors import PeerError

_DATE = (
    ("Year", "GasYearWithWildcards/SpecifiedYear"),
    ("Month", "GasMonthWithWildcards/SpecifiedMonth"),
    ("DayOfMonth", "GasDayOfMonthWithWildcards/SpecifiedDayOfMonth"),
    ("DayOfWeek", "GasDayOfWeekWithWildcards/SpecifiedDayOfWeek"),
)


_PREPAYMENT = "UpdatePrepayConfigGas"


def needed(node: Node, path: str) -> Node:
    """The element at ``path``. Raises: PeerError: it is missing."""
    found = node.find(path)
    if found is None:
        raise PeerError("an element is missing", where=f"{node.name}/{path}")
    return found


def _number(node: Node, path: str) -> int:
    return integer(needed(node, path).text)


def _date(node: Node) -> dict[str, int | None]:
    found = ((name, node.get(path)) for name, path in _DATE)
    return {name: None if text is None else integer(text) for name, text in found}


def _weeks(weeks: Node) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "WeekName": _number(week, "WeekName"),
            "ReferencedDayNames": tuple(integer(day.text) for day in week.all("ReferencedDayName")),
        }
        for week in weeks.all("WeekProfile")
    )


def _seasons(seasons: Node) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "SeasonStartDate": _date(needed(season, "SeasonStartDate")),
            "ReferencedWeekName": _number(season, "ReferencedWeekName"),
        }
        for season in seasons.all("Season")
    )


def _specials(specials: Node | None) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"Date": _date(needed(special, "Date")), "ReferencedDayName": _number(special, "ReferencedDayName")}
        for special in (specials.all("SpecialDay") if specials else ())
    )


def _tariff_day(day: Node) -> dict[str, Any]:
    action = day.get("TOUTariffAction")
    kind = {"BlockTariff": True} if action is None else {"TOUTariffAction": integer(action)}
    return {"DayName": _number(day, "DayName")} | kind


def _execution(body: Node) -> dict[str, Any]:
    text = body.get("ExecutionDateTime")
    return {} if text is None else {"ExecutionDateTime": moment(text)}


def _prices(body: Node) -> dict[str, Any]:
    prices = needed(body, "PriceElements/GasPriceElements")
    found = {
        "CurrencyUnits": needed(prices, "CurrencyUnits").text.strip(),
        "StandingCharge": _number(prices, "StandingCharge"),
    }
    block = prices.find("BlockTariff")
    if block is not None:
        return found | {"BlockPrices": _integers(block, "BlockPrice")}
    return found | {"TOUPrices": _integers(needed(prices, "TOUTariff"), "TOUPrice")}


def _integers(node: Node, name: str) -> tuple[int, ...]:
    return tuple(integer(one.text) for one in node.all(name))


def _tariff(body: Node) -> dict[str, Any]:
    elements = needed(body, "GasTariffElements")
    table = needed(elements, "SwitchingTable")
    found = _execution(body) | {
        "DayProfiles": tuple(_tariff_day(day) for day in needed(table, "DayProfiles").all("DayProfile")),
        "WeekProfiles": _weeks(needed(table, "WeekProfiles")),
        "Seasons": _seasons(needed(table, "Seasons")),
        "SpecialDays": _specials(elements.find("SpecialDays")),
    }
    thresholds = elements.find("ThresholdMatrix")
    if thresholds is not None:
        found["BlockThresholds"] = _integers(thresholds, "BlockThreshold")
    return found | _prices(body)


def _price(body: Node) -> dict[str, Any]:
    return _execution(body) | _prices(body)


def _prepayment_day(day: Node) -> dict[str, Any]:
    actions = tuple(
        {
            "StartTime": needed(one, "StartTime").text.strip()[:5],
            "NonDisablementAction": needed(one, "NonDisablementAction").text.strip(),
        }
        for one in day.all("TimeStartAction")
    )
    return {"DayName": _number(day, "GasDayName"), "TimeStartActions": actions}


def _prepayment(body: Node) -> dict[str, Any]:
    gas = needed(body, _PREPAYMENT)
    calendar = needed(gas, "GasNonDisablementCalendar")
    days = needed(calendar, "DayProfiles").all("GasNonDisablementDayProfile")
    numbers = (
        "DebtRecoveryRateCap",
        "EmergencyCreditLimit",
        "EmergencyCreditThreshold",
        "LowCreditThreshold",
        "MaxMeterBalance",
        "MaxCreditThreshold",
    )
    return (
        _execution(body)
        | {name: _number(gas, name) for name in numbers}
        | {
            "DayProfiles": tuple(_prepayment_day(day) for day in days),
            "WeekProfiles": _weeks(needed(calendar, "WeekProfiles")),
            "Seasons": _seasons(needed(calendar, "SeasonProfiles")),
            "SpecialDays": _specials(calendar.find("SpecialDays")),
        }
    )


_ALERT_SETTINGS = ("WANAlert", "HANAlert", "EventLog", "Alarm")
_ENABLED = "Enable"


def _behaviours(body: Node) -> dict[str, Any]:
    """Four switches per event, or, in the older element, the alert to the WAN alone."""
    full, plain = body.find("GasSupplierAlertEventSettings"), body.find("GasSupplierAlerts")
    found = []
    for event in (full or plain or body).children:
        switches = {name: (event.get(name) or "").strip() == _ENABLED for name in _ALERT_SETTINGS}
        if full is None:
            switches["WANAlert"] = event.text.strip() == _ENABLED
        found.append({"EventCode": event.name.removeprefix("x")} | switches)
    return {"AlertBehaviours": tuple(found)}


GAS_LISTS: Mapping[str, Callable[[Node], dict[str, Any]]] = MappingProxyType(
    {
        "GCS01a": _tariff,
        "GCS01b": _price,
        "GCS05": _prepayment,
        "GCS20": _behaviours,
    }
)
"""By use case."""
