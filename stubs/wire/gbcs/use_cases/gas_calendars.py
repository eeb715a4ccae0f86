"""Gas calendars (tariff and non-disablement): days, weeks, seasons, special days; published, and read back.

Named values: ``DayProfiles`` ({DayName, TOUTariffAction} or {DayName, BlockTariff: true}, or {DayName,
TimeStartActions}), ``WeekProfiles`` ({WeekName, ReferencedDayNames}), ``Seasons`` ({SeasonStartDate,
ReferencedWeekName}), ``SpecialDays`` ({Date, ReferencedDayName}). A date is {Year, Month, DayOfMonth, DayOfWeek}, None
for what is not specified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape, shape
from stubs.wire.gbcs.use_cases.model import Values, given

TARIFF, NON_DISABLEMENT = 0, 3
"""Calendar types."""
_CLUSTER = 0x0707
_PUBLISH, _PUBLISHED = 0x09, 0x19
_ANY = 0xFF
_HEAD = "provider u32, event u32, calendar u32"
_DATE = "year u8, month u8, day u8, weekday u8"
_DAY = f"{_HEAD}, dayId u8, n u8, index u8, commands u8, type u8"
_DAY_ROW = "minute u16, action u8"
_WEEK = f"{_HEAD}, weekId u8, mon u8, tue u8, wed u8, thu u8, fri u8, sat u8, sun u8"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SEASONS = f"{_HEAD}, index u8, commands u8"
_SEASON_ROW = f"{_DATE}, week u8"
_SPECIALS = f"{_HEAD}, start u32, type u8, n u8, index u8, commands u8"
_SPECIAL_ROW = f"{_DATE}, dayId u8"
_ACTIONS = ("STOP", "START")
"""Of a non-disablement calendar: supply may be disabled from STOP on, not from START on."""

CALENDAR = shape(
    _CLUSTER, _PUBLISH, 0x00, f"{_HEAD}, start u32, type u8, timeRef u8, name text, seasons u8, weeks u8, days u8"
)
DAY = shape(_CLUSTER, _PUBLISH, 0x01, _DAY, _DAY_ROW)
WEEK = shape(_CLUSTER, _PUBLISH, 0x02, _WEEK)
SEASONS = shape(_CLUSTER, _PUBLISH, 0x03, _SEASONS, _SEASON_ROW)
SPECIALS = shape(_CLUSTER, _PUBLISH, 0x04, _SPECIALS, _SPECIAL_ROW)
PUBLISHED = (CALENDAR, DAY, WEEK, SEASONS, SPECIALS)

GET_DAYS = shape(_CLUSTER, 0x01, 0x01, "provider u32, calendar u32, first u8, count u8")
GET_WEEKS = shape(_CLUSTER, 0x01, 0x02, "provider u32, calendar u32, first u8, count u8")
GET_SEASONS = shape(_CLUSTER, 0x01, 0x03, "provider u32, calendar u32")
GET_SPECIALS = shape(_CLUSTER, 0x01, 0x04, "start u32, events u8, type u8, provider u32, calendar u32")
GETS = {
    GET_DAYS: Answer(shape(_CLUSTER, _PUBLISHED, 0x01, _DAY, _DAY_ROW)),
    GET_WEEKS: Answer(shape(_CLUSTER, _PUBLISHED, 0x02, _WEEK)),
    GET_SEASONS: Answer(shape(_CLUSTER, _PUBLISHED, 0x03, _SEASONS, _SEASON_ROW)),
    GET_SPECIALS: Answer(shape(_CLUSTER, _PUBLISHED, 0x04, _SPECIALS, _SPECIAL_ROW)),
}
"""The four reads of a calendar and what answers them."""
_NUMBERED = {TARIFF: 0xFFFFFFFF, NON_DISABLEMENT: 0xFFFFFFFE}
"""Which calendar a read asks for."""


def publish(values: Values, event: int, start: int, kind: int) -> tuple[Sent, ...]:
    """The components that publish a calendar; its id is the issuer event id."""
    days = tuple(_day_fields(day, kind) for day in given(values, "DayProfiles"))
    weeks = tuple(_week_fields(week) for week in given(values, "WeekProfiles"))
    seasons = tuple(_season_fields(season) for season in given(values, "Seasons"))
    specials = tuple(_special_fields(special) for special in values.get("SpecialDays", ()))
    head = {"provider": 0, "event": event, "calendar": event}
    return (
        Sent(
            CALENDAR,
            head
            | {"start": start, "type": kind, "timeRef": 0, "name": b""}
            | {"seasons": len(seasons), "weeks": len(weeks), "days": len(days)},
        ),
        *(Sent(DAY, head | day) for day in days),
        *(Sent(WEEK, head | week) for week in weeks),
        Sent(SEASONS, head | {"index": 0, "commands": 1, "rows": seasons}),
        Sent(SPECIALS, head | _specials_fields(specials, start, kind)),
    )


def gather_published(sent: Sequence[Sent]) -> dict[str, Any]:
    """The inverse of :func:`publish`. Raises: GbcsError: components that make no calendar."""

    def of(wanted: Shape) -> tuple[dict[str, Any], ...]:
        return tuple(one.fields for one in sent if one.shape == wanted)

    found = _read_days(of(DAY)) | _read_weeks(of(WEEK)) | _read_seasons(of(SEASONS))
    specials = of(SPECIALS)
    if not specials:
        raise GbcsError("a calendar without special days", 3)
    return found | _read_specials(specials)


def ask(kind: int) -> tuple[Sent, ...]:
    """The four reads of a calendar."""
    calendar = {"provider": 0, "calendar": _NUMBERED[kind]}
    return (
        Sent(GET_DAYS, calendar | {"first": 1, "count": 0}),
        Sent(GET_WEEKS, calendar | {"first": 1, "count": 0}),
        Sent(GET_SEASONS, calendar),
        Sent(GET_SPECIALS, calendar | {"start": 0, "events": 0, "type": kind}),
    )


def answer_reads(values: Values, kind: int) -> dict[Shape, tuple[dict[str, Any], ...] | None]:
    """The answers to :func:`ask`; None where the values hold nothing of the kind."""
    event, calendar = values.get("IssuerEventID", 0), values.get("CalendarID", 0)
    head = {"provider": 0, "event": event, "calendar": calendar}
    found: dict[Shape, tuple[dict[str, Any], ...] | None] = dict.fromkeys(GETS)
    if values.get("DayProfiles"):
        found[GET_DAYS] = tuple(head | _day_fields(day, kind) for day in values["DayProfiles"])
    if values.get("WeekProfiles"):
        found[GET_WEEKS] = tuple(head | _week_fields(week) for week in values["WeekProfiles"])
    if values.get("Seasons"):
        rows = tuple(_season_fields(season) for season in values["Seasons"])
        found[GET_SEASONS] = (head | {"index": 0, "commands": 1, "rows": rows},)
    if values.get("SpecialDays") is not None:
        specials = tuple(_special_fields(special) for special in values["SpecialDays"])
        found[GET_SPECIALS] = (head | _specials_fields(specials, 0, kind),)
    return found


def read_answers(replies: tuple[Reply, ...]) -> dict[str, Any]:
    """The named values of a calendar that was read, ``IssuerEventID`` and ``CalendarID`` among them."""
    readers = (_read_days, _read_weeks, _read_seasons, _read_specials)
    found: dict[str, Any] = {}
    for answer, read in zip(GETS.values(), readers, strict=True):
        fields = next((reply.fields for reply in replies if reply.shape == answer.shape), ())
        if fields:
            found |= {"IssuerEventID": fields[0]["event"], "CalendarID": fields[0]["calendar"]} | read(fields)
    return found


def _day_fields(day: Mapping[str, Any], kind: int) -> dict[str, Any]:
    if kind == TARIFF:
        rows = [{"minute": 0, "action": 0 if day.get("BlockTariff") else given(day, "TOUTariffAction")}]
    else:
        rows = [
            {"minute": _minute(one["StartTime"]), "action": _ACTIONS.index(one["NonDisablementAction"])}
            for one in given(day, "TimeStartActions")
        ]
    head = {"dayId": given(day, "DayName"), "n": len(rows), "index": 0, "commands": 1, "type": kind}
    return head | {"rows": tuple(rows)}


def _read_days(days: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {"DayProfiles": tuple({"DayName": day["dayId"]} | _read_actions(day) for day in days)}


def _read_actions(day: dict[str, Any]) -> dict[str, Any]:
    if day["type"] == TARIFF:
        if len(day["rows"]) != 1:
            raise GbcsError("actions of a tariff day", 3, expected="1", got=str(len(day["rows"])))
        action = day["rows"][0]["action"]
        return {"TOUTariffAction": action} if action else {"BlockTariff": True}
    return {
        "TimeStartActions": tuple(
            {"StartTime": f"{row['minute'] // 60:02}:{row['minute'] % 60:02}", "NonDisablementAction": _action(row)}
            for row in day["rows"]
        )
    }


def _action(row: dict[str, Any]) -> str:
    if row["action"] >= len(_ACTIONS):
        raise GbcsError("unknown action", 3, expected="0 or 1", got=str(row["action"]))
    return _ACTIONS[row["action"]]


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise Misuse(f"a time is hh:mm, got {text}")
    return int(hours) * 60 + int(minutes)


def _week_fields(week: Mapping[str, Any]) -> dict[str, Any]:
    days = tuple(given(week, "ReferencedDayNames"))
    if len(days) != len(_WEEKDAYS):
        raise Misuse(f"a week has 7 days, got {len(days)}")
    return {"weekId": given(week, "WeekName")} | dict(zip(_WEEKDAYS, days, strict=True))


def _read_weeks(weeks: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {
        "WeekProfiles": tuple(
            {"WeekName": week["weekId"], "ReferencedDayNames": tuple(week[day] for day in _WEEKDAYS)} for week in weeks
        )
    }


def _season_fields(season: Mapping[str, Any]) -> dict[str, Any]:
    return _date_fields(given(season, "SeasonStartDate")) | {"week": given(season, "ReferencedWeekName")}


def _read_seasons(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    rows = [row for part in parts for row in part["rows"]]
    return {"Seasons": tuple({"SeasonStartDate": _read_date(row), "ReferencedWeekName": row["week"]} for row in rows)}


def _special_fields(special: Mapping[str, Any]) -> dict[str, Any]:
    return _date_fields(given(special, "Date")) | {"dayId": given(special, "ReferencedDayName")}


def _specials_fields(rows: tuple[dict[str, Any], ...], start: int, kind: int) -> dict[str, Any]:
    return {"start": start, "type": kind, "n": len(rows), "index": 0, "commands": 1, "rows": rows}


def _read_specials(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    rows = [row for part in parts for row in part["rows"]]
    return {"SpecialDays": tuple({"Date": _read_date(row), "ReferencedDayName": row["dayId"]} for row in rows)}


def _date_fields(date: Mapping[str, Any]) -> dict[str, int]:
    year = date.get("Year")
    rest = (("month", "Month"), ("day", "DayOfMonth"), ("weekday", "DayOfWeek"))
    return {"year": _ANY if year is None else year - 1900} | {
        field: _ANY if date.get(name) is None else date[name] for field, name in rest
    }


def _read_date(row: Mapping[str, int]) -> dict[str, int | None]:
    rest = (("month", "Month"), ("day", "DayOfMonth"), ("weekday", "DayOfWeek"))
    found: dict[str, int | None] = {"Year": None if row["year"] == _ANY else row["year"] + 1900}
    return found | {name: None if row[field] == _ANY else row[field] for field, name in rest}
