"""Steps on the pages of the Self-Service Interface."""

from pytest_bdd import given, parsers, then, when

from harness.engine import World, device_name

DEVICE = {"Device": device_name}


@given("another party's meter nearby has raised an alert")
def neighbour(world: World) -> None:
    world.neighbour_has_alert("8F3F")


@when("the party is asked to sign in to the SSI")
def sign_in(world: World) -> None:
    world.ask("sign-in-ssi")


@when(parsers.parse("the party is asked to look up the {device:Device} in the SSI inventory", DEVICE))
def view_inventory(world: World, device: str) -> None:
    world.ask("view-inventory", to=device)


@when(parsers.parse("the party is asked to look up the {device:Device} in the SSI audit trail", DEVICE))
def view_audit(world: World, device: str) -> None:
    world.ask("view-audit", to=device)


@when("the party is asked to look up that meter in the SSI audit trail")
def view_hidden(world: World) -> None:
    world.ask("view-audit", to=world.hidden[0])


@then("the SSI lets the party in")
def signed_in(world: World) -> None:
    world.expect("ssi-signed-in")


@then(parsers.parse("the party sees the {device:Device} on the page", DEVICE))
def device_seen(world: World, device: str) -> None:
    world.expect("ssi-inventory-seen", devices=[world.device(device)])


@then("the party finds its request in the audit trail")
def request_seen(world: World) -> None:
    world.expect("ssi-request-seen")


@then("no page shows that meter")
def not_shown(world: World) -> None:
    world.expect("ssi-others-not-shown", identities=list(world.hidden))
