"""The control API's document tells the meaning of every member, of nested records too."""

from stubs.control.described import Schema
from stubs.control.openapi import openapi


def test_every_member_of_every_record_is_described() -> None:
    records = openapi()["components"]["schemas"]
    silent = [
        f"{name}.{member}"
        for name, record in records.items()
        for member, schema in record.get("properties", {}).items()
        if not schema.get("description")
        and not any(part.get("description") for part in (*schema.get("anyOf", ()), *schema.get("allOf", ())))
    ]
    assert silent == []


def test_every_operation_says_what_it_answers() -> None:
    silent = [
        operation["operationId"]
        for path in openapi()["paths"].values()
        for operation in path.values()
        if "json" in str(operation["responses"]) and not _schema_of(operation)
    ]
    assert silent == []


def _schema_of(operation: Schema) -> Schema:
    found: Schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return found
