"""Steps about response codes that no public document explains: the settings choose the code that is sent."""

from pytest_bdd import given, parsers, then

from harness.engine import World


@then(parsers.parse("the request is refused with {code:w}, the code set for {rule:S}"))
def refused_with_set_code(world: World, code: str, rule: str) -> None:
    world.expect("request-refused", code=world.code_set(rule, code))


@then(parsers.parse("the party understands {code:w}, the code set for {rule:S}"))
def set_code_understood(world: World, code: str, rule: str) -> None:
    world.expect("error-code-understood", code=world.code_set(rule, code))


@given(parsers.parse("the next response carries code {code:w}, which has no public meaning"))
def code_without_meaning(world: World, code: str) -> None:
    world.faults.bend("delivery", "code", code=world.code_without_meaning(code), message_kind="response")


@then(parsers.parse("the party understands {code:w}, which has no public meaning"))
def code_without_meaning_understood(world: World, code: str) -> None:
    world.expect("error-code-understood", code=world.code_without_meaning(code))
