"""Steps of scenarios with several parties: another one is asked, and judged apart from the party under test."""

from pytest_bdd import parsers, then, when

from harness.engine import World, device_name, part

WORDS = {"Device": device_name, "Part": part}

Table = list[list[str]]


@when(parsers.parse("the {name:Part} is asked to send {srv:S} to the {device:Device}", WORDS))
def ask_part(world: World, name: str, srv: str, device: str) -> None:
    world.part(name).ask(srv, device)


@when(parsers.parse("the {name:Part} is asked to send {srv:S} to the {device:Device} with its test data", WORDS))
def ask_part_with_test_data(world: World, name: str, srv: str, device: str) -> None:
    world.part(name).ask(srv, device, world.part(name).test_data(srv, device))


@when(parsers.parse("the {name:Part} is asked to send {srv:S} to the {device:Device} with", WORDS))
def ask_part_with(world: World, name: str, srv: str, device: str, datatable: Table) -> None:
    world.part(name).ask(srv, device, datatable)


@when(parsers.parse("the {name:Part} is asked to send {srv:S} to the DCC with", WORDS))
def ask_part_of_the_dcc(world: World, name: str, srv: str, datatable: Table) -> None:
    world.part(name).ask(srv, parameters=datatable)


@when(parsers.parse("the {name:Part} is asked to wait for alert {code:w} from the {device:Device}", WORDS))
def ask_part_to_wait(world: World, name: str, code: str, device: str) -> None:
    world.part(name).wait_for_alert(code, device)


@then(parsers.parse("the {name:Part} reports alert {code:w}", WORDS))
def part_reports_alert(world: World, name: str, code: str) -> None:
    world.part(name).expect("alert-understood", code=code)


@then(parsers.parse("the {name:Part} gets its response", WORDS))
def part_gets_response(world: World, name: str) -> None:
    world.part(name).expect("response-received")


@then(parsers.parse("the {name:Part} reports the values the device sent", WORDS))
def part_reads(world: World, name: str) -> None:
    world.part(name).expect("reading-agrees")


@then(parsers.parse("the request of the {name:Part} is refused with {code:w}", WORDS))
def part_is_refused(world: World, name: str, code: str) -> None:
    world.part(name).expect("request-refused", code=code)
