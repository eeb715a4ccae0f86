"""The catalogue as data: counts, unique keys, provenance in every row, references that lead somewhere, no unused file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from schemas import load

FOLDER = Path(str(load.resource("catalogue")))
TABLES = sorted(path.name for path in FOLDER.glob("*.csv"))
KEYED_BY = {
    "service-requests.csv": "srv",
    "response-codes.csv": "code",
    "dcc-alerts.csv": "code",
    "command-variants.csv": "cv",
    "roles.csv": "code",
    "device-types.csv": "code",
    "device-statuses.csv": "code",
    "gateway-rules.csv": "rule",
    "device-alerts.csv": "code",
    "scenarios.csv": "id",
    "device-behaviours.csv": "behaviour",
    "device-fault-responses.csv": "use_case",
}


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_interface_has_as_many_of_each_as_the_schema_enumerates() -> None:
    assert len(load.service_requests()) == 129
    assert len(load.command_variants()) == 8
    assert len(load.response_codes()) == 194
    assert len(load.dcc_alerts()) == 66
    assert len(load.roles()) == 7
    assert len(load.device_statuses()) == 9
    assert len(load.scenarios()) == 228


@pytest.mark.parametrize(("name", "key"), KEYED_BY.items())
def test_a_key_stands_once(name: str, key: str) -> None:
    keys = [row[key] for row in rows_of(name)]
    assert len(keys) == len(set(keys))
    assert all(keys)


@pytest.mark.parametrize("name", KEYED_BY)
def test_every_row_says_where_it_is_from_and_how_sure_we_are(name: str) -> None:
    missing = [row for row in rows_of(name) if not row["provenance"] or not row["confidence"]]
    assert missing == []


@pytest.mark.parametrize("name", TABLES)
def test_no_row_has_more_or_fewer_cells_than_the_heading(name: str) -> None:
    assert [row for row in rows_of(name) if None in row or None in row.values()] == []


def test_a_service_names_roles_device_types_and_use_cases_that_exist() -> None:
    use_cases = {row.use_case for row in load.use_cases()}
    for row in load.service_requests().values():
        assert row.device_types <= set(load.device_types()), row.srv
        assert row.command_variants <= set(load.command_variants()), row.srv
        # A service names the family (CS02b) or a part (CCS04); the row of the use case names the member
        # (CS02bSupplierBySupplier) or the whole (CCS05CCS04).
        assert all(any(named in known for known in use_cases) for named in row.use_cases), row.srv
        assert row.is_non_device == (row.command_variants == frozenset({load.CommandVariant(8)})), row.srv


def test_a_rule_refuses_with_a_code_of_the_interface_or_an_http_status() -> None:
    for row in rows_of("gateway-rules.csv"):
        if row["response_code"]:
            assert row["response_code"] in load.response_codes(), row["rule"]
        else:
            assert 400 <= int(row["http_status"]) < 600, row["rule"]


def test_what_becomes_of_an_alert_to_the_broker_is_one_of_three() -> None:
    becomes = {row.to_broker for row in load.device_alerts().values()}
    assert becomes == {"recorded", "dcc-alert", "dual-band-alert"}


def test_a_scenario_names_services_and_roles_that_exist() -> None:
    for row in load.scenarios().values():
        assert set(row.srvs) <= set(load.service_requests()), row.id
        assert set(row.roles) <= set(load.UserRole), row.id


def test_every_table_is_read_by_some_code() -> None:
    root = FOLDER.parents[1]
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in ("schemas", "stubs", "harness")
        for path in (root / room).rglob("*.py")
    )
    assert [name for name in TABLES if f'"{name}"' not in code] == []
