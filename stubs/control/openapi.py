"""The OpenAPI document of the control API, from the operations."""

from __future__ import annotations

from functools import cache

import msgspec

from stubs.control import parameters as p
from stubs.control.described import REF, Schema, schema_components, schemas
from stubs.control.operations import OPERATIONS, Operation
from stubs.devices.state import DeviceState
from stubs.devices.viewing import AsSeen
from stubs.inventory import REMOVED, InventoryRecord


@cache
def openapi() -> Schema:
    """The OpenAPI 3.1 document of the control API."""
    components = schemas(
        [*(each.parameters for each in OPERATIONS), *_ANSWERS, p.DeviceValues, p.InventoryValues],
        {
            "DeviceValues": (DeviceState,),
            "InventoryValues": (InventoryRecord,),
            "DeviceView": (DeviceState, AsSeen),
        },
    )
    # Premises give values of devices' states too, which the core reads.
    components["PremisesDevice"]["properties"]["values"] = {
        "allOf": [{"$ref": REF.format(name="DeviceValues")}],
        "description": "Fields of the device's state that differ from those it leaves the factory with.",
        "default": {},
    }
    for name in ("CoverageValues", "InventoryValues"):
        for element, schema in components[name]["properties"].items():
            schema.setdefault("description", f"As {element} of DUIS.")
    components["InventoryValues"]["properties"][REMOVED]["description"] = "Whether the record is deleted."
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, components)
    paths["/events"] = {
        "get": {
            "operationId": "events",
            "summary": "Journal entries as server-sent events, from ?after= (default: new ones only)",
            "responses": {"200": {"description": "a stream", "content": {"text/event-stream": {}}}},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "uept-harness: control of the simulated DCC",
            "version": "1",
            "description": "For this machine only: Host and Origin are checked. Every call that changes something "
            "needs the token, and content type application/json also without a body.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, components: Schema) -> Schema:
    schema = components[operation.parameters.__name__]
    properties = schema.get("properties", {})
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": " ".join((operation.run.__doc__ or "").split()),
        "responses": {"200": {"description": "done", "content": {"application/json": {"schema": _answer(operation)}}}},
    }
    in_path = operation.path_members
    in_query = () if operation.is_changing else tuple(name for name in properties if name not in in_path)
    if in_path or in_query:
        described["parameters"] = [
            *({"name": name, "in": "path", "required": True, "schema": properties[name]} for name in in_path),
            *({"name": name, "in": "query", "required": False, "schema": properties[name]} for name in in_query),
        ]
    if operation.is_changing:
        described["security"] = [{"token": []}]
        described["responses"] |= {
            "400": {"description": "an argument cannot be; the answer says why"},
            "401": {"description": "the token is missing or wrong"},
            "404": {"description": "no such device, meter point or held request"},
            "409": {"description": "the surroundings do not allow it, such as a full disk"},
        }
        described["requestBody"] = {"content": {"application/json": {"schema": _body(operation, schema)}}}
    return described


_ANSWERS = tuple(dict.fromkeys(each.answer for each in OPERATIONS))
"""The types of all results."""


def _answer(operation: Operation) -> Schema:
    """The schema of an operation's answer."""
    schemas_of, _ = schema_components([operation.answer])
    if not operation.result:
        return schemas_of[0]
    return {"type": "object", "properties": {operation.result: schemas_of[0]}, "required": [operation.result]}


def _body(operation: Operation, schema: Schema) -> Schema:
    in_path, rest = set(operation.path_members), operation.rest
    if not in_path and not rest:
        return {"$ref": REF.format(name=operation.parameters.__name__)}
    members = {name: row for name, row in schema["properties"].items() if name not in in_path and name != rest}
    own = {
        "type": "object",
        "properties": members,
        "required": [name for name in schema.get("required", ()) if name in members],
    }
    others = schema["properties"].get(rest, {}) if rest else {}
    if not rest:
        return own | {"additionalProperties": False}
    if members:
        return own | {"additionalProperties": True, "description": others.get("description", "")}
    return msgspec.to_builtins(others)  # type: ignore[no-any-return]  # a dict stays a dict
