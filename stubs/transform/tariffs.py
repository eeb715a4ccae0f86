"""Tariffs and prices of request bodies: 1.1.1, 1.1.2, 1.2.1, 1.2.2 to an ESME."""

from __future__ import annotations

from typing import Any

from stubs.transform.calendars import index, number, required, time_of, wildcard_date
from stubs.transform.fields import integer
from stubs.wire.duis import Node
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.use_cases.electricity_shapes import (
    BLOCK_COLUMNS,
    BLOCK_SCRIPTS,
    BLOCKS,
    SECONDARY_SCRIPTS,
    TOU_PRICES,
    TOU_SCRIPTS,
)
from stubs.wire.gbcs.use_cases.value_shapes import DAYS_OF_WEEK

_SECONDARY_PRICES = 4
_THRESHOLDS = 8
_PRICES = "PriceElements/ElectricityPriceElements"


def primary_tariff(body: Node) -> dict[str, Any]:
    """ECS01a: switching table, special days, thresholds and prices of the primary element."""
    tariff = _there(body, "ElecTariffElements")
    thresholds = {index(node, "index"): node for node in tariff.all("ThresholdMatrix/Thresholds")}
    if sorted(thresholds) != list(range(1, _THRESHOLDS + 1)):
        raise PeerError("the threshold matrix has 8 rows", where="ThresholdMatrix", got=str(sorted(thresholds)))
    blocks = {
        f"BlockThresholds{at}": tuple(
            integer(one.text) for one in sorted(node.all("BlockThreshold"), key=lambda one: index(one, "index"))
        )
        for at, node in thresholds.items()
    }
    return switching_table(tariff, TOU_SCRIPTS) | blocks | primary_prices(body)


def secondary_tariff(body: Node) -> dict[str, Any]:
    """ECS01c: switching table, special days and prices of the secondary element."""
    return switching_table(body, SECONDARY_SCRIPTS) | secondary_prices(body)


def primary_prices(body: Node) -> dict[str, Any]:
    """ECS01b: time-of-use prices, block prices, or both; prices that are not given are 0."""
    prices = _there(body, _PRICES)
    tou = [0] * TOU_PRICES
    columns = [[0] * BLOCKS for _ in range(BLOCK_COLUMNS)]
    for kind in ("TOUTariff", "BlockTariff", "HybridTariff"):
        for price in prices.all(f"{kind}/TOUPrice"):
            tou[_within(price, TOU_PRICES)] = integer(price.text)
        for column in prices.all(f"{kind}/BlockPrices"):
            for price in column.all("BlockPrice"):
                columns[_within(column, BLOCK_COLUMNS)][_within(price, BLOCKS)] = integer(price.text)
    return {"TOUPrices": tuple(tou), "BlockPrices": tuple(tuple(column) for column in columns)}


def secondary_prices(body: Node) -> dict[str, Any]:
    """ECS01d: the four prices of the secondary element."""
    found = dict.fromkeys(range(_SECONDARY_PRICES), 0)
    for price in body.all("PriceElements/ElectricityPriceElement"):
        found[_within(price, _SECONDARY_PRICES)] = integer(price.text)
    return {f"SecondaryTOUPrice{at + 1}": price for at, price in found.items()}


def switching_table(tariff: Node, before_tou: int) -> dict[str, Any]:
    """Seasons, weeks, days, special days; script ``before_tou`` + n is time-of-use register n, 100 + n a block's."""
    table = _there(tariff, "SwitchingTable")
    return {
        "Seasons": tuple(_season(node) for node in table.all("Seasons/Season")),
        "WeekProfiles": tuple(_week(node) for node in table.all("WeekProfiles/WeekProfile")),
        "DayProfiles": tuple(
            {
                "DayName": number(node, "DayName"),
                "ProfileSchedule": tuple(_action(one, before_tou) for one in node.all("ProfileSchedule")),
            }
            for node in table.all("DayProfiles/DayProfile")
        ),
        "SpecialDays": tuple(
            {
                "Index": position,
                "Date": wildcard_date(_there(node, "Date")),
                "DayID": number(node, "ReferencedDayName"),
            }
            for position, node in enumerate(tariff.all("SpecialDays/SpecialDay"), 1)
        ),
    }


def _season(node: Node) -> dict[str, Any]:
    return {
        "SeasonName": required(node, "SeasonName"),
        "SeasonStartDate": f"{wildcard_date(_there(node, 'SeasonStartDate'))}T00:00:00",
        "ReferencedWeekName": number(node, "ReferencedWeekName"),
    }


def _week(node: Node) -> dict[str, Any]:
    days = {index(day, "index"): integer(day.text) for day in node.all("ReferencedDayName")}
    if sorted(days) != list(range(1, len(DAYS_OF_WEEK) + 1)):
        raise PeerError("a week has 7 days", where=node.name, got=str(sorted(days)))
    return {"WeekName": number(node, "WeekName")} | {name: days[at] for at, name in enumerate(DAYS_OF_WEEK, 1)}


def _action(node: Node, before_tou: int) -> dict[str, Any]:
    block = node.get("BlockTariffAction")
    script = before_tou + number(node, "TOUTariffAction") if block is None else BLOCK_SCRIPTS + integer(block)
    return {"StartTime": time_of(node, "StartTime"), "Script": script}


def _within(node: Node, count: int) -> int:
    at = index(node, "index") - 1
    if not 0 <= at < count:
        raise PeerError("no such place", where=f"{node.name}/@index", expected=f"1 to {count}", got=str(at + 1))
    return at


def _there(node: Node, path: str) -> Node:
    found = node.find(path)
    if found is None:
        raise PeerError("an element is missing", where=f"{node.name}/{path}")
    return found
