"""Steps about responses and alerts: altered on their way, received, acknowledged, understood."""

from pytest_bdd import given, parsers, then, when

from harness.engine import World, bent, device_name

DEVICE = {"Device": device_name}
BENT = {"Bent": bent}


@given("the next response arrives twice")
def response_twice(world: World) -> None:
    world.faults.bend("delivery", "duplicate", message_kind="response")


@given("the next two responses arrive in reversed order")
def responses_reversed(world: World) -> None:
    world.faults.bend("delivery", "hold-until-next", message_kind="response")


@given("responses arrive with a bad signature")
def bad_signature(world: World) -> None:
    world.faults.bend("delivery", "wrong-signature", message_kind="response", times=0)


@given("responses arrive signed by a party that is not the DCC")
def wrong_signer(world: World) -> None:
    world.faults.bend("delivery", "wrong-signer", party=world.another_party, message_kind="response", times=0)


@given(parsers.parse("responses arrive {bent:Bent}", BENT))
def bent_responses(world: World, bent: str) -> None:
    world.bend_responses(bent)


@given("alerts arrive without a signature")
def unsigned_alerts(world: World) -> None:
    world.faults.bend("delivery", "unsigned", message_kind="device-alert", times=0)


@given("the DCC returns Pre-Commands for another meter")
def foreign_pre_commands(world: World) -> None:
    world.faults.bend("answer", "other-pre-command", srv="7.2")


@given(parsers.parse("the DCC returns Pre-Commands of {srv:S} for another command"))
def other_pre_commands(world: World, srv: str) -> None:
    world.faults.bend("answer", "other-pre-command", srv=srv)


@when(parsers.parse("the party is asked to wait for alert {code:w} within {seconds:g} seconds"))
def wait_for_alert_within(world: World, code: str, seconds: float) -> None:
    world.ask("wait-alert", parameters={"code": code}, deadline=seconds)


@then("the party takes nothing from what cannot be trusted")
def nothing_taken(world: World) -> None:
    world.expect("untrusted-rejected")


@then("the party signs no Pre-Command it did not ask for")
def foreign_pre_command_refused(world: World) -> None:
    world.expect("foreign-pre-command-refused")


@then(parsers.parse("the party does not believe alert {code:w}"))
def alert_not_believed(world: World, code: str) -> None:
    world.expect("untrusted-alert-rejected", code=code)


@given(parsers.parse("the next response carries code {code:w}"))
def response_code(world: World, code: str) -> None:
    world.faults.bend("delivery", "code", code=code, message_kind="response")


@given(parsers.parse("the {device:Device} takes {seconds:g} seconds to answer", DEVICE))
def slow_device(world: World, device: str, seconds: float) -> None:
    world.faults.bend("device-response", "delay", seconds=seconds, device=world.device(device))


@when(parsers.parse("the party is asked to wait for alert {code:w}"))
def wait_for_alert(world: World, code: str) -> None:
    world.ask("wait-alert", parameters={"code": code})


@when(parsers.parse("the party is asked to wait for alert {code:w} from the {device:Device}", DEVICE))
def wait_for_alert_from(world: World, code: str, device: str) -> None:
    world.ask("wait-alert", to=device, parameters={"code": code})


@when("the party is asked to stop receiving")
def stop_receiving(world: World) -> None:
    world.ask("stop-receiving")


@when("the party is asked to start receiving again")
def start_receiving(world: World) -> None:
    world.ask("start-receiving")


@when("the party's system is stopped and started again")
def restart(world: World) -> None:
    world.ask("restart")
    world.expect("system-restarted")


@then(parsers.parse("nothing is lost by the restart {when:w} the response"))
def nothing_lost(world: World, when: str) -> None:
    world.expect("nothing-lost-by-restart", when=when)


@when("the party is asked what became of it")
def collect(world: World) -> None:
    world.ask("collect", parameters={"request_id": world.last_request_id})


@then("the response reaches the party")
def response_received(world: World) -> None:
    world.expect("response-received")


@then(parsers.parse("a response with code {code:w} reaches the party"))
def response_with_code(world: World, code: str) -> None:
    world.expect("response-received", code=code)


@then("the party acknowledges the response")
def response_acknowledged(world: World) -> None:
    world.expect("response-acknowledged")


@then("the response cannot be delivered")
def delivery_failed(world: World) -> None:
    world.expect("delivery-failed")


@then("the response is delivered after all")
def delivered_after_retry(world: World) -> None:
    world.expect("delivered-after-retry")


@then("the party reports what the response says")
def outcome_agrees(world: World) -> None:
    world.expect("outcome-agrees-with-response")


@then("the party reports success only after the response")
def completed_after_response(world: World) -> None:
    world.expect("completed-only-after-response")


@then("the party reports the values the device sent")
def reading_agrees(world: World) -> None:
    world.expect("reading-agrees")


@then(parsers.parse("the party reports {name:w} as the device sent it"))
def value_agrees(world: World, name: str) -> None:
    world.expect("reading-agrees", names=[name])


@then(parsers.parse("what it reports shows {fields}"))
def reading_shows(world: World, fields: str) -> None:
    world.expect("reading-shows", fields=world.fields(fields))


@then("the party reports the devices of the home")
def inventory_agrees(world: World) -> None:
    world.expect("inventory-agrees")


@then(parsers.parse("the party understands {code:w}"))
def code_understood(world: World, code: str) -> None:
    world.expect("error-code-understood", code=code)


@then("the party reports that the device did not answer")
def silence_reported(world: World) -> None:
    world.expect("device-never-answered-reported")


@then("each response is matched to its own request")
def correlated(world: World) -> None:
    world.expect("correlated-by-request-id")


@then("the party processes the response once")
def processed_once(world: World) -> None:
    world.expect("duplicate-processed-once")


@then("the party rejects the badly signed response")
def bad_signature_rejected(world: World) -> None:
    world.expect("bad-signature-rejected")


@then("the party rejects the response of the wrong signer")
def wrong_party_rejected(world: World) -> None:
    world.expect("wrong-party-rejected")


@then(parsers.parse("the party acknowledges alert {code:w}"))
def alert_acknowledged(world: World, code: str) -> None:
    world.expect("alert-acknowledged", code=code)


@then(parsers.parse("the party reports alert {code:w}"))
def alert_understood(world: World, code: str) -> None:
    world.expect("alert-understood", code=code)


@then("the party reports what the DCC answered")
def dcc_answer_agrees(world: World) -> None:
    world.expect("dcc-answer-agrees")


@then("the party reports that the device did not do it")
def device_failure_understood(world: World) -> None:
    world.expect("device-failure-understood")


@then("the party understands the refusal")
def refusal_understood(world: World) -> None:
    world.expect("error-code-understood")


@then(parsers.parse("the party acknowledges all {count:d} alerts {code:w}"))
def alerts_acknowledged(world: World, count: int, code: str) -> None:
    world.expect("alert-acknowledged", code=code, count=count)


@then(parsers.parse("the party acknowledges every alert {code:w} of the storm"))
def storm_acknowledged(world: World, code: str) -> None:
    note = f"of the {world.storm_alerts} that the setting storm_alerts asks for; the catalogue's row says 10,000"
    world.expect("alert-acknowledged", code=code, count=world.storm_alerts, note=note)


@then(parsers.parse("the party takes {count:d} readings of the schedule"))
def scheduled_readings(world: World, count: int) -> None:
    world.expect("scheduled-readings-taken", schedule=world.schedule, count=count)
