"""A response is named by the command it answers, and only by that."""

from __future__ import annotations

from stubs.wire.gbcs import Cra
from stubs.wire.gbcs.view import Commands, Field, describe
from tests.own_messages import own_messages

COMMAND = next(one for one in own_messages() if one.name == "ECS52" and one.kind == "command")
ANSWER = next(one for one in own_messages() if one.name == "ECS52 done")


def names(fields: tuple[Field, ...]) -> list[str]:
    return [name for field in fields for name in (field.name, field.value, *names(field.children))]


def test_the_command_is_found_by_its_counter_and_exchanged_parties() -> None:
    known = Commands([b"junk", ANSWER.data, COMMAND.data])
    found = known.answered_by(ANSWER.data)
    assert found == COMMAND.group
    assert found is not None
    assert found.cra is Cra.COMMAND


def test_nothing_is_found_for_other_messages() -> None:
    known = Commands([COMMAND.data])
    assert known.answered_by(b"junk") is None
    assert known.answered_by(COMMAND.data) is None
    assert Commands([]).answered_by(ANSWER.data) is None


def test_a_response_with_its_command_says_what_was_asked() -> None:
    alone = names(describe(ANSWER.data))
    together = names(describe(ANSWER.data, None, Commands([COMMAND.data]).answered_by(ANSWER.data)))
    assert not any("0-0:0.2.1.255" in name for name in alone)
    assert any("0-0:0.2.1.255" in name for name in together)
