"""Steps about the party, its home and the devices in it."""

from pytest_bdd import given, parsers, then, when

from harness.engine import World, device_name, happening

DEVICE = {"Device": device_name}
HAPPENING = {"Device": device_name, "Happening": happening}


@given(parsers.parse("a party acting as {role:w}"))
def party_acts_as(world: World, role: str) -> None:
    world.acts_as(role)


@when(parsers.parse("the party goes on as {role:w}"))
def party_goes_on_as(world: World, role: str) -> None:
    world.goes_on_as(role)


@given(parsers.parse("the registration of the {device:Device} has passed to the party", DEVICE))
def registration_has_passed(world: World, device: str) -> None:
    world.register(device)


@when(parsers.parse("the registration of the {device:Device} passes to the party", DEVICE))
def registration_comes(world: World, device: str) -> None:
    world.register(device)


@when(parsers.parse("the registration of the {device:Device} passes to another party", DEVICE))
def registration_passes(world: World, device: str) -> None:
    world.register(device, to_another=True)


@given("the DCC has suspended the party")
def party_is_suspended(world: World) -> None:
    world.standing.suspend()


@given("the DCC knows no role of the party")
def party_has_no_role(world: World) -> None:
    world.standing.take_roles_away()


@given(parsers.parse("a home of other parties with {home}"))
def home_of_other_parties(world: World, home: str) -> None:
    world.lives_in(home, of_others=True)


@given(parsers.parse("a home with {home}"))
def home_with(world: World, home: str) -> None:
    world.lives_in(home)


@given(parsers.parse("a home of another supplier with {home}"))
def home_of_others(world: World, home: str) -> None:
    world.lives_in(home, of_others=True)


@given(parsers.parse("next door a home of another supplier with {home}"))
def home_next_door(world: World, home: str) -> None:
    world.lives_next_to(home)


@given(parsers.parse("the home has been lived in for {days:d} days"))
def home_lived_in(world: World, days: int) -> None:
    world.has_been_lived_in(days)


@given(parsers.parse("the {device:Device} is {status}", DEVICE))
def device_is(world: World, device: str, status: str) -> None:
    world.has_status(device, status)


@given(parsers.parse("the {device:Device} holds {field:w} {value}", DEVICE))
def device_holds(world: World, device: str, field: str, value: str) -> None:
    world.has_values(device, **{field: value})


@given(parsers.parse("the {device:Device} knows the party by its former key agreement certificate", DEVICE))
def device_knows_former_certificate(world: World, device: str) -> None:
    world.holds_former_certificate(device)


@given(parsers.parse("the {device:Device} has disappeared from the home area network", DEVICE))
def device_is_silent(world: World, device: str) -> None:
    world.faults.bend("command", "never-answer", device=world.device(device), times=0)


@given(parsers.parse("the {device:Device} cannot be reached over the SM WAN", DEVICE))
def device_is_out_of_reach(world: World, device: str) -> None:
    world.faults.bend("command", "unreachable", device=world.device(device), times=0)


@given(parsers.parse("the next firmware image that reaches the {device:Device} is damaged on its way", DEVICE))
def image_is_damaged(world: World, device: str) -> None:
    world.faults.bend("firmware", "altered", device=world.device(device))


@when(parsers.parse("the {device:Device} raises alert {code:w}", DEVICE))
def device_raises_alert(world: World, device: str, code: str) -> None:
    world.raise_device_alert(device, code)


@when(parsers.parse("the {device:Device} raises alert {code:w} {times:d} times", DEVICE))
def device_raises_alerts(world: World, device: str, code: str, times: int) -> None:
    world.raise_device_alert(device, code, times)


@when(parsers.parse("the {device:Device} raises a storm of alert {code:w}", DEVICE))
def device_raises_storm(world: World, device: str, code: str) -> None:
    world.raise_device_alert(device, code, world.storm_alerts)


@given(parsers.parse("the {device:Device} has taken a later token of the party", DEVICE))
def device_took_later_token(world: World, device: str) -> None:
    world.has_taken_later_token(device)


@when(parsers.parse("the {device:Device} becomes {words}", DEVICE))
def device_becomes_so(world: World, device: str, words: str) -> None:
    world.becomes(device, words)


@when(parsers.parse("use has brought the balance of the {device:Device} down to {amount}", DEVICE))
def balance_falls(world: World, device: str, amount: str) -> None:
    world.becomes(device, f"left with {amount}")


@when(parsers.parse("the {device:Device} {words:Happening}", HAPPENING))
def something_happens(world: World, device: str, words: str) -> None:
    world.let_happen(device, words)


@when(parsers.parse("the DCC raises alert {code:w} about the {device:Device}", DEVICE))
def dcc_raises_alert(world: World, code: str, device: str) -> None:
    world.raise_dcc_alert(code, device)


@then(parsers.parse("the inventory shows the {device:Device} as {status:w}", DEVICE))
def inventory_shows(world: World, device: str, status: str) -> None:
    world.expect("inventory-status-becomes", device=world.device(device), status=status)


@then(parsers.parse("the {device:Device} takes the certificate issued for its new key", DEVICE))
def new_certificate_taken(world: World, device: str) -> None:
    world.expect("new-certificate-taken", device=world.device(device))


@then(parsers.parse("the {device:Device} still has {field:w} {value}", DEVICE))
def device_still_has(world: World, device: str, field: str, value: str) -> None:
    world.expect("device-still-has", device=world.device(device), name=field, value=value)


@then(parsers.parse("the {device:Device}'s {field:w} becomes {value}", DEVICE))
def device_becomes(world: World, device: str, field: str, value: str) -> None:
    world.expect("device-state-becomes", device=world.device(device), name=field, value=value)


@then(parsers.parse("the {device:Device} then shows {fields}", DEVICE))
def device_shows(world: World, device: str, fields: str) -> None:
    world.expect("device-shows", device=world.device(device), fields=world.fields(fields))


@when(parsers.parse("a hand-held terminal carries the command to the {device:Device} and its answer back", DEVICE))
def carried_locally(world: World, device: str) -> None:
    world.carry_locally(device)


@then(parsers.parse("nothing reached the {device:Device}", DEVICE))
def nothing_reached(world: World, device: str) -> None:
    world.expect("device-untouched", device=world.device(device))
