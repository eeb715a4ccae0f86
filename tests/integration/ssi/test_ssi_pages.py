"""The self-service pages over HTTPS: signing in, what is shown, to whom, and what is recorded."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from schemas.load import device_alerts
from stubs.events import InventoryChanged, MessageDelivered, MessageQueued
from stubs.ssi import Person, SsiSettings

SUPPLIER, OTHER, OPERATOR, ANYBODY = (f"A0-B1-C2-D3-E4-0{number}-00-00" for number in (1, 3, 2, 4))
HUB, METER, FOREIGN = (f"00-DB-12-34-56-78-90-{number}" for number in ("A2", "A0", "B0"))
REQUEST_ID, REFUSED_ID = f"{SUPPLIER}:{METER}:1000", f"{SUPPLIER}:{METER}:1001"
OTHERS_ID = f"{OTHER}:{FOREIGN}:77"
LAPSED = "lapsed-a0b1c2d3e4010000"

# --- signing in and out ---


def test_a_person_signs_in_and_the_banner_says_for_whom(world: Any, visitor: Any) -> None:
    answer = visitor.sign_in()
    assert (answer.status, answer.headers["location"]) == (303, "/")
    home = visitor.get("/")
    assert f"({SUPPLIER})Supplier A/IS(Tester)" in home.text
    (event,) = world.sign_ins()
    assert (event.accepted, event.person, event.user, event.role) == (True, "tester-a0b1c2d3e4010000", SUPPLIER, "IS")
    assert event.session == world.views()[-1].session != ""


@pytest.mark.parametrize(
    ("changes", "reason", "shown"),
    [
        ({"pass_phrase": "wrong"}, "unknown person or wrong pass phrase", "is not right"),
        ({"person": "nobody"}, "unknown person or wrong pass phrase", "is not right"),
        ({"person": "x" * 5000}, "unknown person or wrong pass phrase", "is not right"),
        ({"person": LAPSED}, "credential expired", "This credential is expired"),
        ({"role": "ED"}, "role ED is not held", "Choose one of: IS, GS"),
        ({"role": "XX"}, "role XX is not held", "may not act"),
    ],
)
def test_a_refused_sign_in_is_explained_and_recorded(
    world: Any, visitor: Any, changes: dict[str, str], reason: str, shown: str
) -> None:
    answer = visitor.sign_in(**changes)
    assert answer.status == 400
    assert shown in answer.text
    assert 'role="alert"' in answer.text
    assert [(event.accepted, event.reason) for event in world.sign_ins()] == [(False, reason)]
    assert visitor.get("/").status == 303


def test_empty_fields_are_each_asked_for(visitor: Any) -> None:
    answer = visitor.sign_in(person="", pass_phrase="", role="")
    assert answer.text.count('aria-invalid="true"') == 3


def test_the_pass_phrase_is_never_shown_or_recorded(world: Any, visitor: Any) -> None:
    answer = visitor.sign_in(pass_phrase="secret-4711")
    visitor.get("/sign-in", pass_phrase="secret-4711")
    assert "secret-4711" not in answer.text
    assert not any(b"secret-4711" in row.event for row in world.journal.rows())


def test_a_sign_in_form_without_its_token_is_refused(world: Any, visitor: Any) -> None:
    assert visitor.sign_in(csrf="0" * 64).status == 400
    assert world.sign_ins() == []


def test_another_browsers_form_token_is_refused(world: Any, visitor: Any) -> None:
    stranger = type(visitor)(world.url)
    token = stranger.get("/sign-in").csrf
    assert visitor.sign_in(csrf=token).status == 400


def test_signing_out_ends_the_session(world: Any, supplier: Any) -> None:
    token = supplier.get("/").csrf
    kept = {cookie.name: cookie.value for cookie in supplier.cookies}
    assert supplier.post("/sign-out", csrf=token).headers["location"] == "/sign-in"
    assert "ssi_session" in kept
    assert supplier.get("/").status == 303


def test_signing_out_needs_the_forms_token(supplier: Any) -> None:
    assert supplier.post("/sign-out", csrf="x").status == 403
    assert supplier.get("/").status == 200


def test_a_session_ends_by_the_runs_clock(world: Any, supplier: Any) -> None:
    world.wait(19)
    assert supplier.get("/").status == 200
    world.wait(19)
    assert supplier.get("/audit").status == 200
    world.wait(21)
    answer = supplier.get("/inventory", device=METER)
    assert answer.status == 303
    assert "ended=yes" in answer.headers["location"]
    assert "Your session has ended" in supplier.get(answer.headers["location"]).text


def test_after_signing_in_one_comes_where_one_wanted(visitor: Any) -> None:
    wanted = visitor.get(f"/inventory?device={METER}")
    assert wanted.headers["location"].startswith("/sign-in?next=%2Finventory")
    form = visitor.get(wanted.headers["location"])
    assert form.attributes("value")[1] == f"/inventory?device={METER}"
    assert visitor.sign_in(next=f"/inventory/{METER}").headers["location"] == f"/inventory/{METER}"


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y"])
def test_a_sign_in_never_leads_elsewhere(visitor: Any, onward: str) -> None:
    assert visitor.sign_in(next=onward).headers["location"] == "/"


def test_cookies_and_headers_protect_the_session(visitor: Any) -> None:
    answer = visitor.sign_in()
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"))
    for path in ("/", "/nowhere", "/static/ssi.css"):
        headers = visitor.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


# --- inventory ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"device": METER.lower()}, [HUB, METER]),
        ({"mpxn": "1234 567 890 123"}, [METER, HUB]),
        ({"uprn": "100012345678"}, [HUB, METER]),
        ({"postcode": "ab12cd", "address": "7"}, [HUB, METER]),
        ({"mpxn": "1234567890123", "device": METER}, [HUB, METER]),
        ({"mpxn": "9999999999999", "device": METER}, []),
        ({"uprn": "1"}, []),
    ],
)
def test_the_inventory_is_found_by_each_key(world: Any, supplier: Any, query: dict[str, str], found: list[str]) -> None:
    page = supplier.get("/inventory", **query)
    assert page.status == 200
    assert sorted(page.attributes("data-device")) == sorted(found)
    assert set(found) <= set(world.views()[-1].shown)
    assert ("No device found" in page.text) == (not found)


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ({"device": "00db-1234567890a0"}, "Did you mean 00-DB-12-34-56-78-90-A0?"),
        ({"device": "hello"}, "Write eight pairs"),
        ({"mpxn": "12.345.678.901.23"}, "Did you mean 1234567890123?"),
        ({"mpxn": "1"}, "An MPAN has 13 digits"),
        ({"uprn": "abc"}, "A UPRN has up to 12 digits"),
        ({"postcode": "AB1", "address": "7"}, "half a post code"),
        ({"address": "7"}, "Fill in the post code"),
        ({"postcode": "AB1 2CD"}, "number or name"),
        ({"device": "x" * 500}, "at most 120 characters"),
    ],
)
def test_each_bad_field_gets_a_suggestion(supplier: Any, query: dict[str, str], suggestion: str) -> None:
    page = supplier.get("/inventory", **query)
    assert page.status == 400
    assert suggestion in page.text
    assert "<title>Error: " in page.text


def test_a_device_page_shows_record_history_and_associations(world: Any, supplier: Any) -> None:
    page = supplier.get(f"/inventory/{METER.lower()}")
    assert page.status == 200
    assert {"DeviceStatus", "ImportMPxN", "AssociatedCHFDeviceID"} <= set(page.attributes("data-field"))
    assert page.text.index("Whitelisted") < page.text.rindex("Commissioned")
    view = world.views()[-1]
    assert (view.title, view.status) == (f"ESME {METER}", 200)
    assert {METER, HUB, "1234567890123"} <= set(view.shown)


@pytest.mark.parametrize("path", [f"/inventory/{FOREIGN}", "/inventory/00-00-00-00-00-00-00-01", "/inventory/x", "/x"])
def test_what_is_not_yours_and_what_is_not_there_look_the_same(world: Any, supplier: Any, path: str) -> None:
    page = supplier.get(path)
    assert page.status == 404
    assert FOREIGN not in page.text
    assert world.views()[-1].shown == ()
    nothing = "/inventory/00-00-00-00-00-00-00-02" if "/inventory" in path else "/elsewhere"
    assert page.text == supplier.get(nothing).text


def test_visibility_follows_responsibility(world: Any, visitor: Any) -> None:
    for user, role, seen in ((OTHER, "IS", [FOREIGN]), (OPERATOR, "ED", [METER]), (ANYBODY, "OU", [METER, FOREIGN])):
        somebody = type(visitor)(world.url)
        somebody.sign_in(user, role)
        statuses = {device: somebody.get(f"/inventory/{device}").status for device in (METER, FOREIGN)}
        assert statuses == {device: 200 if device in seen else 404 for device in (METER, FOREIGN)}


@pytest.mark.parametrize("ssi_settings", [SsiSettings(inventory_visibility="all")])
def test_a_setting_opens_the_inventory_to_every_user(supplier: Any) -> None:
    assert supplier.get(f"/inventory/{FOREIGN}").status == 200
    assert supplier.get("/audit/m3").status == 404


def test_a_removed_device_is_gone(world: Any, supplier: Any) -> None:
    world.add(InventoryChanged(device=METER, values={"Removed": True}, cause="reset"))
    assert supplier.get(f"/inventory/{METER}").status == 404


# --- service audit trail ---


def test_the_trail_holds_the_users_own_messages_only(world: Any, supplier: Any) -> None:
    page = supplier.get("/audit")
    assert "4 messages, page 1 of 2" in page.text
    rest = supplier.get("/audit", page="2")
    assert sorted(page.attributes("data-message") + rest.attributes("data-message")) == ["m1", "m2", "x1", "x2"]
    assert OTHERS_ID not in page.text + rest.text
    assert not any(OTHERS_ID in view.shown or "m3" in view.shown for view in world.views())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"request_id": REQUEST_ID.lower()}, ["m1", "x1"]),
        ({"request_id": OTHERS_ID}, []),
        ({"code": "e2"}, ["x2"]),
        ({"code": "8F66"}, ["m2"]),
        ({"srv": "4.1.1"}, ["m1", "x1"]),
        ({"kind": "device-alert"}, ["m2"]),
        ({"mpxn": "1234567890123", "kind": "request"}, ["x1", "x2"]),
        ({"mpxn": "9999999999999"}, []),
        ({"device": METER, "kind": "response"}, ["m1"]),
        ({"from": "2026-03-01", "to": "2026-03-01", "srv": "7.1"}, ["x2"]),
        ({"from": "2026-03-02"}, []),
        ({"to": "2026-02-28"}, []),
        ({"to": "9999-12-31", "code": "E2"}, ["x2"]),
    ],
)
def test_filters_narrow_the_trail(supplier: Any, query: dict[str, str], found: list[str]) -> None:
    assert sorted(supplier.get("/audit", **query).attributes("data-message")) == found


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ({"from": "01/03/2026"}, "Did you mean 2026-03-01?"),
        ({"to": "31.02.2026"}, "That day does not exist"),
        ({"srv": "4.1.9"}, "Did you mean 4.1"),
        ({"srv": "meter"}, "Write it like 4.1.1"),
        ({"code": "E-2"}, "Did you mean E2"),
        ({"request_id": "1"}, "originator:target:counter"),
        ({"kind": "letters"}, "Choose one of"),
    ],
)
def test_each_bad_filter_gets_a_suggestion(supplier: Any, query: dict[str, str], suggestion: str) -> None:
    page = supplier.get("/audit", **query)
    assert page.status == 400
    assert suggestion in page.text


def test_an_exchange_shows_both_bodies_and_its_conversation(world: Any, supplier: Any) -> None:
    page = supplier.get("/audit/x1")
    assert page.status == 200
    assert "&lt;RequestID&gt;" in page.text
    assert "&lt;Code&gt;I99&lt;/Code&gt;" in page.text
    assert page.attributes("data-message")[1:] == ["m1"]
    assert {"x1", "m1", REQUEST_ID, METER} <= set(world.views()[-1].shown)


def test_a_refused_request_tells_code_and_reason(supplier: Any) -> None:
    page = supplier.get("/audit/x2")
    assert "<strong>E2</strong>" in page.text
    assert "IS may not send this" in page.text


def test_an_undelivered_alert_says_so(supplier: Any) -> None:
    page = supplier.get("/audit/m2")
    assert "Held: not delivered" in page.text
    meaning = device_alerts()["8F66"].meaning
    assert f"{meaning[:1].upper()}{meaning[1:]}" in unescape(page.text)
    assert "HTTP 500" in page.text


def test_messages_come_as_the_exact_octets(supplier: Any) -> None:
    page = supplier.get("/audit/m1/message.xml")
    assert page.body == b"<Response>\xc2\xa3 &lt;b&gt;</Response>"
    assert page.headers["content-type"].startswith("application/xml")
    assert "attachment" in page.headers["content-disposition"]


@pytest.mark.parametrize(
    "path", ["/audit/x3", "/audit/m3", "/audit/m3/message.xml", "/audit/x99", "/audit/x1/message.xml"]
)
def test_another_users_message_does_not_exist(supplier: Any, path: str) -> None:
    assert supplier.get(path).status == 404


def test_new_traffic_shows_at_the_next_look(world: Any, supplier: Any) -> None:
    assert supplier.get("/audit", kind="dcc-alert").attributes("data-message") == []
    queued = MessageQueued(
        message="m9", user=SUPPLIER, message_kind="dcc-alert", request_id=None, response_id=None, response_code="I0",
        srv=None, alert_code="N16", device=HUB, body=b"<A/>", due=world.clock.now(),
    )  # fmt: skip
    world.add(queued, MessageDelivered(message="m9", attempt=2, status=200))
    page = supplier.get("/audit", kind="dcc-alert")
    assert page.attributes("data-message") == ["m9"]
    assert "Delivered at attempt 2" in page.text


def test_home_counts_the_last_day(world: Any, supplier: Any) -> None:
    assert '<span class="number">2</span> Requests sent' in supplier.get("/").text
    world.wait(25 * 60)
    supplier.sign_in()
    assert '<span class="number">0</span> Requests sent' in supplier.get("/").text


# --- records, persons, failures ---


def test_every_page_is_recorded_with_its_query(world: Any, supplier: Any) -> None:
    supplier.get("/audit", code="E2")
    view = world.views()[-1]
    assert (view.path, view.query, view.status, view.user, view.role) == ("/audit", {"code": "E2"}, 200, SUPPLIER, "IS")
    first = world.views()[0]
    assert (first.path, first.person) == ("/sign-in", "")


@pytest.mark.parametrize(
    "ssi_settings",
    [SsiSettings(persons=(Person(name="Kim", user=SUPPLIER, roles=("GS",), pass_phrase="pâte", descriptor="d" * 40),))],
)
def test_persons_come_from_the_settings(world: Any, visitor: Any) -> None:
    assert visitor.sign_in().status == 400
    assert visitor.sign_in(person="kim", pass_phrase="pâte", role="IS").status == 400
    assert visitor.sign_in(person="KIM", pass_phrase="pâte", role="GS").status == 303
    assert f"/GS({'d' * 30})" in visitor.get("/").text


@pytest.mark.parametrize("ssi_settings", [SsiSettings(persons=(Person(name="k", user=HUB, pass_phrase="k"),))])
def test_a_person_of_no_registered_user_is_refused(world: Any, visitor: Any) -> None:
    assert "not registered" in visitor.sign_in(person="k", pass_phrase="k").text
    assert world.sign_ins()[0].reason == f"User {HUB} is not registered"


def test_a_page_that_cannot_be_recorded_is_not_shown(world: Any, supplier: Any) -> None:
    world.is_disc_full.append(True)
    page = supplier.get("/audit")
    assert page.status == 503
    assert "cannot be written" in page.text
    assert REQUEST_ID not in page.text
    world.is_disc_full.clear()
    assert supplier.get("/audit").status == 200


@pytest.mark.parametrize("path", ["/", "/inventory", f"/inventory/{METER}", "/audit", "/audit/x1", "/nowhere"])
def test_every_page_says_that_it_is_simulated_and_can_be_used_by_everybody(supplier: Any, path: str) -> None:
    text = supplier.get(path).text
    assert "Simulated – not DCC." in text
    assert text.count("<h1>") == 1
    assert '<html lang="en-GB">' in text
    assert '<a class="skip" href="#main">' in text
    assert text.count("<table") == text.count("<caption>")
    assert "<script" not in text
    for name in _inputs(text):
        assert f'<label for="{name}">' in text


def _inputs(text: str) -> list[str]:
    return re.findall(r'<(?:input|select) id="([^"]+)"', text)


def test_what_is_typed_comes_back_escaped(supplier: Any) -> None:
    page = supplier.get("/inventory", device='"><script>alert(1)</script>')
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_form_that_is_too_large_is_refused(visitor: Any) -> None:
    assert visitor.post("/sign-in", person="x" * 20_000).status == 413
