"""Steps on the pages of the Self-Service Interface."""

from pytest_bdd import given, parsers, then, when

from harness.engine import World, device_name, ssi_act, ssi_page, ssi_person

WORDS = {"Device": device_name, "Page": ssi_page, "Act": ssi_act, "Person": ssi_person}

# --- what the DCC does ----------------------------------------------------------------------------------------------


@given("another party's meter nearby has raised an alert")
def neighbour(world: World) -> None:
    world.neighbour_has_alert("8F3F")


@given(parsers.parse("another User has read {srv:S} of the {device:Device}", WORDS))
def another_reader(world: World, srv: str, device: str) -> None:
    world.another_reads(device, srv)


@given(parsers.parse("the DCC has published that the {component} is {state:w}"))
def component_state(world: World, component: str, state: str) -> None:
    world.desk.publish_alert(component, state, is_major=True)


@given(parsers.parse("the DCC has planned maintenance of the {service} in {days:d} days"))
def maintenance(world: World, service: str, days: int) -> None:
    world.desk.publish_maintenance(service, days)


@given(parsers.parse("SM WAN coverage of {place} is {words}"))
def coverage(world: World, place: str, words: str) -> None:
    world.desk.set_coverage(place, words)


@given(parsers.parse("the party has raised an incident about the {device:Device}", WORDS))
def own_incident(world: World, device: str) -> None:
    world.desk.raise_incident(world.user, world.device(device))


@given("another party has raised an incident")
def incident_of_another(world: World) -> None:
    world.desk.raise_incident(world.another_party)


@when("the DCC makes the party an interested party of that incident")
def interested(world: World) -> None:
    world.desk.let_see(world.facts("another party's incident")[0])


@given(parsers.parse("the party's threshold for {srv:S} is {limit:d} in an hour"))
def threshold(world: World, srv: str, limit: int) -> None:
    world.desk.set_threshold(srv, limit)


@when(parsers.parse("the DCC says that the hub order is {status:w}"))
def order_status(world: World, status: str) -> None:
    world.desk.change_order(world.facts("the hub order")[0], status)


@given("reports of that User would be too large")
def too_large(world: World) -> None:
    world.faults.bend("ssi-report", "huge", user=world.user)


@when("nobody uses the SSI for longer than a session lasts")
def session_lapses(world: World) -> None:
    world.clock.advance(world.desk.session_seconds + 1)


@given(parsers.parse("the party has sent 8.2 to the DCC about the {device:Device}", WORDS))
def read_inventory(world: World, device: str) -> None:
    world.ask(service="8.2", parameters={"DeviceID": device})


@when(parsers.parse("the party is asked to send {srv:S} to the {device:Device} without waiting for its end", WORDS))
def send_without_waiting(world: World, srv: str, device: str) -> None:
    world.ask(service=srv, to=device, wait=False)


# --- what a person is asked -----------------------------------------------------------------------------------------


@given(parsers.parse("on the SSI acts {person:Person}", WORDS))
@when(parsers.parse("on the SSI now acts {person:Person}", WORDS))
def person_acts(world: World, person: str) -> None:
    world.desk.person_is(person)


@given("the party has signed in to the SSI")
def has_signed_in(world: World) -> None:
    world.sign_in_to_ssi()
    world.expect("ssi-signed-in")


@when("the party is asked to sign in to the SSI")
def sign_in(world: World) -> None:
    world.sign_in_to_ssi()


@when("the party is asked to sign out of the SSI")
def sign_out(world: World) -> None:
    world.ask("sign-out-ssi")


@when(parsers.parse("the party is asked to look up the {device:Device} in the SSI inventory", WORDS))
def view_inventory(world: World, device: str) -> None:
    world.ask("view-inventory", to=device)


@when(parsers.parse("the party is asked to look up the {device:Device} in the SSI audit trail", WORDS))
def view_audit(world: World, device: str) -> None:
    world.ask("view-audit", to=device)


@when("the party is asked to look up that meter in the SSI audit trail")
def view_hidden(world: World) -> None:
    world.ask("view-audit", to=world.hidden[0])


@when(parsers.parse("the party is asked to open the {page:Page} page of the SSI", WORDS))
def view_page(world: World, page: str) -> None:
    world.ask_on_ssi(page)


@when(parsers.parse("the party is asked to open the {page:Page} page of the SSI for the {device:Device}", WORDS))
def view_page_of_device(world: World, page: str, device: str) -> None:
    world.ask_on_ssi(page, to=device)


@when(
    parsers.parse(
        "the party is asked to open the {page:Page} page of the SSI for the {device:Device} in the second browser",
        WORDS,
    )
)
def view_page_in_second_browser(world: World, page: str, device: str) -> None:
    world.ask_on_ssi(page, to=device, browser="second")


@when(parsers.parse("the party is asked to open the {page:Page} page of the SSI by {fields}", WORDS))
def view_page_by(world: World, page: str, fields: str) -> None:
    world.ask_on_ssi(page, fields)


@when(parsers.parse("the party is asked to open the {page:Page} page of the SSI without signing in again", WORDS))
def view_page_without_session(world: World, page: str) -> None:
    world.ask_on_ssi(page, sign_in=False)


@when(parsers.parse("the party is asked to {act:Act} on the SSI with {fields}", WORDS))
def act_with(world: World, act: str, fields: str) -> None:
    world.ask_on_ssi(act, fields)


@when(parsers.parse("the party is asked to {act:Act} on the SSI for the {device:Device} with {fields}", WORDS))
def act_for_device(world: World, act: str, device: str, fields: str) -> None:
    world.ask_on_ssi(act, fields, to=device)


# --- what has to come of it -----------------------------------------------------------------------------------------


@then("the SSI lets the party in")
def signed_in(world: World) -> None:
    world.expect("ssi-signed-in")


@then("the SSI does not let the party in")
def not_signed_in(world: World) -> None:
    world.expect("ssi-sign-in-refused")


@then("the SSI shows nothing but the sign-in page")
def session_ended(world: World) -> None:
    world.expect("ssi-session-ended")


@then(parsers.parse("the party sees the {device:Device} on the page", WORDS))
def device_seen(world: World, device: str) -> None:
    world.expect("ssi-inventory-seen", devices=[world.device(device)])


@then(parsers.parse("the party reads there {facts}"))
def facts_seen(world: World, facts: str) -> None:
    world.expect("ssi-page-seen", facts=world.facts(facts))


@then("the party finds nothing there")
def nothing_found(world: World) -> None:
    world.expect("ssi-nothing-found")


@then("the party is told what is wrong with the field")
def field_refused(world: World) -> None:
    world.expect("ssi-field-refused")


@then("the party finds its request in the audit trail")
def request_seen(world: World) -> None:
    world.expect("ssi-request-seen")


@then("no page shows that meter")
def not_shown(world: World) -> None:
    world.expect("ssi-others-not-shown", identities=list(world.hidden))


@then("no page shows that incident")
def incident_not_shown(world: World) -> None:
    world.expect("ssi-others-not-shown", identities=world.facts("another party's incident"))


@then(parsers.parse("the menu offers what the job type {job_type} has"))
def menu_of_job(world: World, job_type: str) -> None:
    world.expect("ssi-menu-seen", job_type=job_type)


@then("the menu offers everything that the role has")
def menu_of_role(world: World) -> None:
    world.expect("ssi-menu-seen", job_type="")


@then("the SSI refuses it")
def act_refused(world: World) -> None:
    world.expect("ssi-act-refused")


@then("the SSI has recorded it as asked")
def act_recorded(world: World) -> None:
    world.expect("ssi-act-recorded")


@then("the SSI accepts the file and it takes effect")
def file_accepted(world: World) -> None:
    world.expect("ssi-file-accepted")


@then(parsers.parse("the party understands from that message what {code:S} means"))
def code_understood(world: World, code: str) -> None:
    world.expect("ssi-code-understood", code=code)


@then("the page shows the same devices as the answer to 8.2")
def inventory_agrees(world: World) -> None:
    world.expect("ssi-inventory-agrees")


@then("the page says the same as the answer to 12.1")
def coverage_agrees(world: World) -> None:
    world.expect("ssi-coverage-agrees")


@then("the page shows every message that went over the wire")
def record_agrees(world: World) -> None:
    world.expect("ssi-record-agrees")


@then("the report is complete and agrees with what happened")
def report_complete(world: World) -> None:
    world.expect("ssi-report-complete")


@then(parsers.parse("the report is {outcome} and the party has no row of it"))
def report_refused(world: World, outcome: str) -> None:
    world.expect("ssi-report-refused", outcome=outcome)


@then("both browsers have shown the same")
def same_in_browsers(world: World) -> None:
    world.expect("ssi-same-in-both-browsers")
