"""Steps that move the run's clock."""

from pytest_bdd import given, parsers, then, when

from harness.engine import World, special_day

DAY = {"Day": special_day}


@given(parsers.parse("it is {day:Day}", DAY))
def it_is(world: World, day: str) -> None:
    world.clock.go_to(day)


@then(parsers.parse("the party reports {count:d} entries of {name:w}"))
def entries_reported(world: World, count: int, name: str) -> None:
    world.expect("entries-read", name=name, count=count)


@when(parsers.parse("{minutes:d} minutes pass"))
def minutes_pass(world: World, minutes: int) -> None:
    world.clock.advance(minutes * 60)


@when(parsers.parse("{days:d} days pass"))
def days_pass(world: World, days: int) -> None:
    world.clock.advance(days * 86_400)


@when("the DCC has given up waiting")
def given_up(world: World) -> None:
    world.wait_until_given_up()


@when("the time of the DCC's next attempt has come")
def next_event(world: World) -> None:
    world.clock.jump_to_next_event()
