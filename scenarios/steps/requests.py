"""Steps that ask the party's system to send, and judge what it sent."""

from pytest_bdd import given, parsers, then, when

from harness.engine import World, device_name

DEVICE = {"Device": device_name}

Table = list[list[str]]


@given(parsers.parse("the party has sent {srv:S} to the {device:Device}", DEVICE))
@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device}", DEVICE))
def ask_to_send(world: World, srv: str, device: str) -> None:
    world.ask(service=srv, to=device)


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} with its test data", DEVICE))
def ask_with_test_data(world: World, srv: str, device: str) -> None:
    world.ask(service=srv, to=device, parameters=world.test_data(srv, device))


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} with its test data and", DEVICE))
def ask_with_test_data_and(world: World, srv: str, device: str, datatable: Table) -> None:
    world.ask(service=srv, to=device, parameters={**world.test_data(srv, device), **dict(datatable)})


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} with", DEVICE))
def ask_to_send_with(world: World, srv: str, device: str, datatable: Table) -> None:
    world.ask(service=srv, to=device, parameters=datatable)


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} and to come back later with", DEVICE))
def ask_for_later(world: World, srv: str, device: str, datatable: Table) -> None:
    world.ask(service=srv, to=device, parameters=datatable, wait=False)


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} and to come back later", DEVICE))
def ask_for_later_plainly(world: World, srv: str, device: str) -> None:
    world.ask(service=srv, to=device, wait=False)


@when(
    parsers.parse("the party is asked to send {srv:S} to the {device:Device} and to wait for its outcome with", DEVICE)
)
def ask_for_outcome(world: World, srv: str, device: str, datatable: Table) -> None:
    world.ask(service=srv, to=device, parameters=datatable, wait_for_outcome=True)


@when(
    parsers.parse(
        "the party is asked to send {srv:S} to the {device:Device} "
        "with a token of {pence:d} pence for the {other:Other}",
        {**DEVICE, "Other": device_name},
    )
)
def ask_with_token_for(world: World, srv: str, device: str, pence: int, other: str) -> None:
    world.ask(service=srv, to=device, parameters={"amount_pence": pence}, token_for=world.device(other))


@when(parsers.parse("the party is asked to send {srv:S} to the DCC with"))
def ask_the_dcc(world: World, srv: str, datatable: Table) -> None:
    world.ask(service=srv, parameters=datatable)


@when(parsers.parse("meanwhile the party is asked to send {srv:S} to the {device:Device}", DEVICE))
def ask_meanwhile(world: World, srv: str, device: str) -> None:
    world.ask(service=srv, to=device, beside=True)


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} as command variant {variant:d}", DEVICE))
def ask_as_variant(world: World, srv: str, device: str, variant: int) -> None:
    world.ask(service=srv, to=device, command_variant=variant)


@when(
    parsers.parse(
        "the party is asked to send {srv:S} to the {device:Device} as command variant {variant:d} with", DEVICE
    )
)
def ask_as_variant_with(world: World, srv: str, device: str, variant: int, datatable: Table) -> None:
    world.ask(service=srv, to=device, command_variant=variant, parameters=datatable)


@when(
    parsers.parse(
        "the party is asked to send {srv:S} to the {device:Device} as command variant {variant:d} with its test data",
        DEVICE,
    )
)
def ask_as_variant_with_test_data(world: World, srv: str, device: str, variant: int) -> None:
    world.ask(service=srv, to=device, command_variant=variant, parameters=world.test_data(srv, device))


@when(parsers.parse("the party is asked to post {srv:S} to the {service:S} service with"))
def ask_at_service(world: World, srv: str, service: str, datatable: Table) -> None:
    world.ask(service=srv, parameters=datatable, post_to=service)


@when(
    parsers.parse(
        "the party is asked to send {srv:S} to the {device:Device} and to listen {seconds:g} seconds longer", DEVICE
    )
)
def ask_and_listen(world: World, srv: str, device: str, seconds: float) -> None:
    world.ask(service=srv, to=device, settle=seconds)


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} within {seconds:g} seconds", DEVICE))
def ask_within(world: World, srv: str, device: str, seconds: float) -> None:
    world.ask(service=srv, to=device, deadline=seconds)


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} without waiting", DEVICE))
def ask_without_waiting(world: World, srv: str, device: str) -> None:
    world.ask(service=srv, to=device, wait=False)


@given("the DCC is too busy to answer")
def dcc_is_busy(world: World) -> None:
    world.faults.bend("answer", "http-status", status=503, times=0)


@when("the DCC is available again")
def dcc_is_available(world: World) -> None:
    world.faults.clear()


@then("the party notices that the DCC is busy")
def business_noticed(world: World) -> None:
    world.expect("http-error-noticed", http_status=503)


@then("the party notices before or after sending that it is not valid")
def invalidity_noticed(world: World) -> None:
    world.expect("http-error-noticed", http_status=400, or_unsent=True)


@then("the request is accepted")
def request_accepted(world: World) -> None:
    world.expect("request-accepted")


@given("the DCC does not accept the party's signatures")
def signatures_not_accepted(world: World) -> None:
    world.faults.bend("answer", "http-status", status=400, times=0)


@then("the party notices that its signature is not accepted")
def signature_refusal_noticed(world: World) -> None:
    world.expect("http-error-noticed", http_status=400)


@then("the request is refused")
def request_refused_somehow(world: World) -> None:
    world.expect("request-refused")


@then(parsers.parse("the request is refused with {code:w}"))
def request_refused(world: World, code: str) -> None:
    world.expect("request-refused", code=code)


@then("it is accepted and reported")
def accepted_and_reported(world: World) -> None:
    world.expect("request-accepted")
    world.expect("outcome-agrees-with-response")


@then("it is accepted and answered")
def accepted_and_answered(world: World) -> None:
    world.expect("request-accepted")
    world.expect("response-received")


@then("it is accepted, answered and reported")
def accepted_answered_and_reported(world: World) -> None:
    world.expect("request-accepted")
    world.expect("response-received")
    world.expect("outcome-agrees-with-response")


@then("nothing is changed by it")
def nothing_changed(world: World) -> None:
    world.expect("nothing-changed")


@then("nothing is changed by the failure")
def failure_changed_nothing(world: World) -> None:
    world.expect("nothing-changed", accepted=True)


@then("each request went to the service of its command variant")
def service_matches(world: World) -> None:
    world.expect("service-matches-variant")


@then("the command was signed")
def command_signed(world: World) -> None:
    world.expect("critical-signed")


@then("what was signed is the Pre-Command that was issued")
def signed_as_issued(world: World) -> None:
    world.expect("signed-pre-command-as-issued")


@then("it was signed with the party's own key")
def signed_with_own_key(world: World) -> None:
    world.expect("signed-pre-command-signature")


@then(parsers.parse("the counters of its {count:d} requests increase"))
def counters_increase(world: World, count: int) -> None:
    world.expect("counters-increase", requests=count)


@then("the party does not flood the DCC")
def retries_bounded(world: World) -> None:
    world.expect("retries-bounded")


@given(parsers.parse("the DCC warns the party of more than {limit:d} requests of {srv:S} in an hour"))
def warned_above(world: World, limit: int, srv: str) -> None:
    world.thresholds.warn_above(srv, limit)


@then("the DCC warns the party, and holds nothing")
def volume_warned(world: World) -> None:
    world.expect("volume-warned")


@then("the party sees the warning")
def warning_seen(world: World) -> None:
    world.expect("volume-warning-seen")


@then("the DCC holds the request until it is released")
def request_held(world: World) -> None:
    world.expect("request-quarantined")


@when("the DCC releases what it holds")
def releases(world: World) -> None:
    world.release_held()
