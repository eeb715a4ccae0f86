"""JSON Schemas as they are published: of a record, with what stands at their head, in a stable order."""

from __future__ import annotations

from typing import Any

import msgspec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def published_schema(kind: type[msgspec.Struct], **head: str) -> dict[str, Any]:
    """The JSON Schema of a record; ``head``: further members, such as ``title`` (``id_`` becomes ``$id``)."""
    _, components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    body = components.pop(kind.__name__)
    named = {"$id" if name == "id_" else name: value for name, value in head.items()}
    schema = {"$schema": _DIALECT, **named, **body, "$defs": components}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema, order="deterministic"))
    return plain
