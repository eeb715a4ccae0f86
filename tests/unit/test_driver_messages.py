"""The two published messages: files, examples and code say the same."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from harness.drivers import Action, Outcome
from harness.drivers.action import KINDS, OPTIONS, decode_action, decode_outcome, encode_action, json_schemas
from stubs.wire import PeerError

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ACTION = Action(id="a1", service="4.1.1")


def published(name: str) -> Any:
    return json.loads(files("schemas").joinpath("run", name).read_text())


@pytest.mark.parametrize("name", ["action.schema.json", "outcome.schema.json"])
def test_the_published_schema_is_the_one_the_code_decodes_by(name: str) -> None:
    assert published(name) == json_schemas()[name]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_file_is_valid_and_is_read(path: Path) -> None:
    kind: type[Action | Outcome] = Action if path.stem.startswith("action") else Outcome
    schema = published(f"{kind.__name__.lower()}.schema.json")
    jsonschema.validate(json.loads(path.read_bytes()), schema, cls=jsonschema.Draft202012Validator)
    assert isinstance(msgspec.json.decode(path.read_bytes(), type=kind), kind)


@pytest.mark.parametrize(
    "document",
    [
        {"action": "a1"},
        {"action": "a1", "status": "finished"},
        {"action": "a1", "status": "done", "messages_processed": -1},
    ],
)
def test_what_the_schema_refuses_the_code_refuses(document: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, published("outcome.schema.json"))
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, type=Outcome)


def test_an_action_survives_the_way_to_a_program_and_back() -> None:
    assert decode_action(encode_action(ACTION)) == ACTION


def test_an_outcome_may_leave_out_which_action_it_belongs_to() -> None:
    jsonschema.validate({"status": "done"}, published("outcome.schema.json"))
    assert decode_outcome(b'{"status": "done"}', ACTION) == Outcome(action="a1", status="done")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "nothing"),
        (b"Traceback (most recent call last)", "Traceback"),
        (b'{"status": "ok"}', "$.status"),
        (b"[1, 2]", "object"),
        (b'{"action": "b2", "status": "done"}', "b2"),
        (b'{"status": "done", "state": 1}', "state"),
        (b'{"status": "done", "detail": "\xff"}', "utf-8"),
        (b"[" * 100_000, "[["),
    ],
)
def test_what_is_no_outcome_of_the_action_is_said_with_what_was_found(data: bytes, found: str) -> None:
    with pytest.raises(PeerError) as caught:
        decode_outcome(data, ACTION)
    assert found in str(caught.value)


def test_an_action_that_is_none_is_refused_with_the_place() -> None:
    with pytest.raises(PeerError, match=r"\$\.deadline"):
        decode_action(b'{"id": "a1", "deadline": "soon"}')


def test_every_kind_and_option_is_in_the_documentation() -> None:
    documentation = (EXAMPLES.parent / "drivers.md").read_text()
    missing = [name for name in (*KINDS, *OPTIONS) if f"`{name}`" not in documentation]
    assert missing == []
