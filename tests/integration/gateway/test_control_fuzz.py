"""Every control operation with any values: an answer that says what is wrong, a journal that replays, a restart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stubs.app import OPERATIONS, BackgroundDcc, authorisation
from stubs.control.openapi import openapi
from stubs.control.operations import Operation
from stubs.events import ControlUsed
from stubs.smki import Pki
from tests.dcc_kit import SUPPLIER, Party
from tests.serving_kit import Endpoint, a_dcc, connected, home, post
from tests.state_picture import is_same_after_replay

CHANGING = [each for each in OPERATIONS if each.is_changing]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=()), max_size=12),
    st.sampled_from(["", "ESME", "IS", "N1", "8F3F", "*", "7.4", "1200000000001", SUPPLIER, "http://[", "http://h:99999",
                     "2026-01-15T10:00:00", "9999-12-31T23:59:59+00:00", "00", "zz", "answer", "drop", "delay"]),
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def of_schema(schema: dict[str, Any], devices: list[str]) -> st.SearchStrategy[Any]:
    """Values that the OpenAPI text allows, roughly; so that more than the first check is reached."""
    components = openapi()["components"]["schemas"]
    if "allOf" in schema:
        return of_schema(schema["allOf"][0], devices)
    if "$ref" in schema:
        return of_schema(components[schema["$ref"].rpartition("/")[2]], devices)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*(of_schema(each, devices) for each in schema["anyOf"]))
    match schema.get("type"):
        case "object" if schema.get("properties"):
            members = {name: of_schema(each, devices) | ANYTHING for name, each in schema["properties"].items()}
            required = {name: members.pop(name) for name in schema.get("required", ())}
            few = st.lists(st.sampled_from(sorted(members)), max_size=3, unique=True) if members else st.just([])
            return few.flatmap(lambda names: st.fixed_dictionaries(required | {name: members[name] for name in names}))
        case "object":
            return st.dictionaries(st.text(max_size=8), SCALARS, max_size=3)
        case "array":
            items = schema.get("items") or {}
            return st.lists(of_schema(items, devices) if isinstance(items, dict) else ANYTHING, max_size=2)
        case "integer":
            return st.integers(-10, 10) | st.integers(-(2**70), 2**70)
        case "number":
            return st.floats(-10, 1e9) | st.floats(allow_nan=False)
        case "boolean":
            return st.booleans()
        case "string" if "EUI-64" in schema.get("description", ""):
            return st.sampled_from([*devices, SUPPLIER])
        case "string":
            return st.text(max_size=5) | SCALARS.filter(lambda value: isinstance(value, str))
        case _:
            return ANYTHING


def called(dcc: BackgroundDcc, operation: Operation, path: str, body: Any) -> tuple[int, Any]:
    with connected(dcc.urls.control) as connection:
        connection.request(operation.method, path, json.dumps(body).encode(), authorisation(dcc.control_token))
        response = connection.getresponse()
        return response.status, response.read()


@pytest.fixture(scope="module")
def fuzzed(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Any:
    endpoint = Endpoint()
    endpoint.up()
    state = tmp_path_factory.mktemp("fuzzed")
    with a_dcc(pki, endpoint, state_dir=str(state)) as dcc:
        yield dcc, state
    endpoint.down()


@pytest.mark.parametrize("operation", CHANGING, ids=lambda operation: operation.name)
def test_any_values_are_answered_and_what_happened_is_recorded(fuzzed: Any, operation: Operation) -> None:
    dcc: BackgroundDcc = fuzzed[0]
    if not dcc.control.health()["devices"]:
        home(dcc)
    devices = [str(eui) for eui in dcc.control._dcc.state.devices][:5]
    body = openapi()["paths"][operation.path][operation.method.lower()]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    known = devices[2]
    places = st.sampled_from([known, SUPPLIER, "f1", "1", "1200000000001", "%FF", "%ED%A0%80", "x" * 2000, "%00"])

    @given(body=of_schema(schema, devices) | ANYTHING, place=places)
    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def fuzz(body: Any, place: str) -> None:
        path = "/".join(place if part.startswith("{") else part for part in operation.path.split("/"))
        before = dcc.journal.last_seq
        status, answer = called(dcc, operation, path, body)
        assert status in {200, 400, 404, 409}, (status, answer, body)
        assert status == 200 or json.loads(answer)["error"]
        used = [each.event for each in dcc.journal.entries(before, kinds={"ControlUsed"})]
        is_nothing_moved = operation.name in {"jump-to-next-event", "stop-clock", "back-up"}
        assert len(used) == (status == 200) or is_nothing_moved, (status, answer)
        assert all(isinstance(each, ControlUsed) and each.origin == "control-api" for each in used)

    fuzz()
    assert is_same_after_replay(dcc)


def test_the_fuzzed_state_starts_again_and_serves(pki: Pki, endpoint: Endpoint, fuzzed: Any, tmp_path: Path) -> None:
    dcc, state = fuzzed
    (tmp_path / "journal.db").write_bytes(b"")
    dcc.journal._store.copy_to(tmp_path / "journal.db")
    with a_dcc(pki, endpoint, state_dir=str(tmp_path)) as again:
        assert again.journal.last_seq >= dcc.journal.last_seq
        again.control.reset()
        device = home(again)["esme"]
        assert post(again.urls.send_command, Party(pki, counter=10**9).request("11.2", device))[0] == 200
    assert state
