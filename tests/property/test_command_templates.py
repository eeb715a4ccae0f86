"""Commands made from templates are those that are built: for every use case, whatever the context, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases import USE_CASES, CommandContext
from stubs.wire.gbcs.use_cases.codecs import CODECS
from stubs.wire.gbcs.use_cases.command_templates import CommandTemplates
from stubs.wire.gbcs.use_cases.model import Values
from tests.own_messages import COMMANDS

EUIS = st.binary(min_size=8, max_size=8).map(Eui64)
CONTEXTS = st.builds(
    CommandContext,
    st.integers(0, 2**64 - 1),
    EUIS,
    EUIS,
    st.integers(0, 3_000_000_000).map(lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.none() | EUIS,
)
FIXED = CommandContext(7, Eui64(b"\x01" * 8), Eui64(b"\x02" * 8), datetime(2026, 1, 15, tzinfo=UTC))


@cache
def warmed() -> CommandTemplates:
    """One in which every use case was asked for often enough."""
    templates = CommandTemplates()
    for _ in range(2):
        for name in USE_CASES:
            templates.build(name, COMMANDS.get(name, {}), FIXED, CODECS[name].build_command)
    return templates


@settings(deadline=None)
@given(st.sampled_from(sorted(USE_CASES)), CONTEXTS)
def test_a_command_is_the_same_from_a_template(name: str, context: CommandContext) -> None:
    values, build = COMMANDS.get(name, {}), CODECS[name].build_command
    assert warmed().build(name, values, context, build) == build(values, context)


def test_what_holds_its_context_as_it_stands_has_a_template() -> None:
    templates = {name: found is not None for (name, _), found in warmed()._known.items()}
    assert set(templates) == set(USE_CASES)
    assert templates["ECS52"], "it holds an invoke id"
    assert templates["GCS13a"], "it holds nothing"
    assert templates["ECS17b"], "it holds the counter and who asks"
    assert templates["GCS05"], "it holds an issuer event id"
    assert not templates["CS02bSupplierBySupplier"], "it holds the counter in as few octets as there are"


def test_values_that_look_like_the_context_are_no_part_of_it() -> None:
    def build(values: Values, context: CommandContext) -> bytes:
        return bytes(values["eui"]) + context.recipient.octets

    templates = CommandTemplates()
    for eui in (b"\x12" * 8, b"\x11" * 8, b"\x13" * 8):
        built = {templates.build("ECS17b", {"eui": eui}, FIXED, build) for _ in range(4)}
        assert built == {eui + FIXED.recipient.octets}


def test_other_values_have_another_template_and_the_number_of_templates_is_bounded() -> None:
    templates = CommandTemplates()
    built = [
        templates.build("ECS17b", {"n": number}, FIXED, lambda values, _: b"\x01" + str(values["n"]).encode())
        for number in [*range(600), *range(600), 3, 3, 3]
    ]
    assert built == [b"\x01" + str(number).encode() for number in [*range(600), *range(600), 3, 3, 3]]
    assert len(templates._known) <= 512


def test_values_that_nothing_can_be_compared_by_are_built_each_time() -> None:
    assert CommandTemplates().build("ECS17b", {"x": object()}, FIXED, lambda _values, _context: b"\x01") == b"\x01"
