"""Data that one User may not see does not exist for it: every page, act and file, for every User, role and job type.

Objects of another User are asked for by their own and by guessed ids, by GET and by POST; the answers must not hold
anything of them, and must be those for an id that nobody ever had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from schemas.ssi_tables import functions, job_types
from stubs.ssi.routes import ROUTES
from stubs.ssi.settings import Person, SsiSettings
from stubs.ssi.sources import HeldRequest
from tests.integration.ssi.conftest import (
    AGENT,
    ANYBODY,
    FOREIGN,
    OPERATOR,
    OTHER,
    OTHERS_ID,
    SUPPLIER,
    Seen,
    Visitor,
    World,
)

SECRET = "of-the-others-only"
VIEWERS = (
    (SUPPLIER, "IS"),
    (SUPPLIER, "GS"),
    (OPERATOR, "ED"),
    (OPERATOR, "GT"),
    (ANYBODY, "OU"),
    (AGENT, "ES"),
    (AGENT, "RSA"),
)
JOBS = ("", *job_types())


def _name(user: str, job: str) -> str:
    return f"{user.replace('-', '').lower()}-{job or 'all'}"


@pytest.fixture
def ssi_settings() -> SsiSettings:
    """Somebody of each job type for every User."""
    users = dict.fromkeys([*(user for user, _ in VIEWERS), OTHER])
    return SsiSettings(
        persons=tuple(
            Person(name=_name(user, job), user=user, pass_phrase="p", job_types=(job,) if job else ())
            for user in users
            for job in JOBS
        )
    )


@dataclass(frozen=True, slots=True)
class Hidden:
    """Ids of the other User's objects by the name they have in paths, and texts that nobody else may see."""

    ids: dict[str, list[str]]
    texts: tuple[str, ...]


def _reference(seen: Seen) -> str:
    assert seen.status == 303, seen.text
    return seen.headers["location"].split("?")[0].rsplit("/", 1)[-1]


@pytest.fixture
def hidden(world: World) -> Hidden:
    """The other User has one of everything."""
    other = Visitor(world.url)
    assert other.sign_in(OTHER, "IS", person=_name(OTHER, ""), pass_phrase="p").status == 303
    incident = _reference(
        other.submit("/incidents/new", "/incidents/new", category="2", title=SECRET, description=SECRET, device=FOREIGN)
    )
    request = _reference(other.submit("/smsr/new", "/smsr/new", request_type="thresholds", text=SECRET))
    hubs = {"month": "2026-05", "region": "North", "variant": "Dual Band", "quantity": "7"}
    assert other.submit("/hub-orders", "/hub-orders/forecasts", **hubs).status == 303
    order = _reference(other.submit("/hub-orders/new", "/hub-orders/new", site=SECRET, **hubs))
    run = _reference(other.submit("/reports", "/reports/RSAT_002", **{"from": "2026-02-01", "to": "2026-03-31"}))
    assert other.get(f"/reports/runs/{run}.csv").status == 200
    person = f"kim-{SECRET}"
    assert other.submit("/people", "/people", name=person, job_types="operations").status == 200
    world.back.own[OTHER] = {"8.1.1": 424242}
    world.back.quarantine[OTHER] = [HeldRequest("9000000001", OTHERS_ID, "4.1.1", FOREIGN, "breach", SECRET)]
    ids = {
        "reference": [incident, request, order, "9000000001"],
        "run": [run],
        "name": ["m3", "x3", person],
        "device": [FOREIGN],
        "report": ["RSAT_002"],
        "part": ["request", "answer", "message"],
        "alert": ["SA0000001"],
    }
    return Hidden(ids, (SECRET, OTHERS_ID, incident, request, order, "424242", "9000000001"))


def _paths(pattern: str, ids: dict[str, list[str]]) -> Iterator[str]:
    head, brace, rest = pattern.partition("{")
    if not brace:
        yield pattern
        return
    name, _, tail = rest.partition("}")
    for value in ids[name.partition(":")[0]]:
        yield from _paths(f"{head}{value}{tail}", ids)


QUERIES = ("", f"?device={FOREIGN}", "?mpxn=9999999999999", f"?request_id={OTHERS_ID}", "?status=open&order=yes")


@pytest.mark.parametrize(("user", "role"), VIEWERS)
def test_nothing_of_another_user_is_shown(world: World, hidden: Hidden, user: str, role: str) -> None:
    for job in JOBS:
        _walk(world, hidden, user, role, job)


def _walk(world: World, hidden: Hidden, user: str, role: str, job: str) -> None:
    viewer = Visitor(world.url)
    assert viewer.sign_in(user, role, person=_name(user, job), pass_phrase="p").status == 303
    csrf = viewer.get("/").csrf
    before = [event for event in (entry.event for entry in world.journal.entries()) if type(event).__name__ in ACTS]
    for route in ROUTES:
        is_allowed = route.function in _functions(role, job)
        for path in _paths(route.path, hidden.ids):
            for typed, seen in _asked(viewer, csrf, route.method, path):
                assert seen.status < 500, (route, path, seen.text)
                assert is_allowed or seen.status in {403, 404}, (route, path, seen.status)
                body = seen.body.decode("utf-8", "replace")
                told = [text for text in hidden.texts if text in body and text not in f"{path} {typed}"]
                assert told == [], (route, path, typed, seen.status)
    after = [event for event in (entry.event for entry in world.journal.entries()) if type(event).__name__ in ACTS]
    assert [event for event in after if event not in before and event.user != user] == []  # type: ignore[union-attr]


def _asked(viewer: Visitor, csrf: str, method: str, path: str) -> Iterator[tuple[str, Seen]]:
    """Answers, each with what was typed and so may come back in the form."""
    if method == "POST":
        fields = {"update": "comment", "text": "x", "status": "removed", "request": "SMSR0000001"}
        yield "SMSR0000001", viewer.post(path, csrf=csrf, **fields)
        return
    for query in QUERIES if "-" not in path.rsplit("/", 1)[-1] else ("",):
        yield query, viewer.get(path + query)


ACTS = {"IncidentUpdated", "IncidentRaised", "PersonSet", "HubsOrdered", "FileSubmitted", "ManagementRequestRaised"}


def _functions(role: str, job: str) -> frozenset[str]:
    held = functions().keys() if not job else job_types()[job].functions
    return frozenset(name for name in held if role in functions()[name].roles)


@pytest.mark.parametrize(
    ("pattern", "name", "never"),
    [
        ("/incidents/{}", "reference", "INC9999999"),
        ("/smsr/{}", "reference", "SMSR9999999"),
        ("/hub-orders/{}", "reference", "ORD9999999"),
        ("/reports/runs/{}", "run", "RUN9999999"),
        ("/reports/runs/{}.csv", "run", "RUN9999999"),
        ("/audit/{}", "name", "m999"),
        ("/audit/{}/request.xml", "name", "x999"),
        ("/people/{}", "name", "nobody-at-all"),
        ("/inventory/{}", "device", "00-DB-12-34-56-78-90-FF"),
    ],
)
def test_an_object_of_another_user_is_answered_like_one_that_never_was(
    world: World, hidden: Hidden, pattern: str, name: str, never: str
) -> None:
    viewer = Visitor(world.url)
    assert viewer.sign_in(SUPPLIER, "IS", person=_name(SUPPLIER, ""), pass_phrase="p").status == 303
    for wanted in hidden.ids[name]:
        theirs, nobodys = viewer.get(pattern.format(wanted)), viewer.get(pattern.format(never))
        assert (theirs.status, theirs.body) == (404, nobodys.body)
        theirs, nobodys = (
            viewer.post(pattern.format(each), csrf=viewer.get("/").csrf, update="comment", text="x", status="disabled")
            for each in (wanted, never)
        )
        assert (theirs.status, theirs.body) == (nobodys.status, nobodys.body)


def test_an_interested_party_sees_an_incident_and_nobody_else(world: World) -> None:
    raiser = Visitor(world.url)
    assert raiser.sign_in(SUPPLIER, "IS", person=_name(SUPPLIER, ""), pass_phrase="p").status == 303
    told = {"category": "3", "title": "shared", "description": "d", "interested": OPERATOR}
    reference = _reference(raiser.submit("/incidents/new", "/incidents/new", **told))
    for user, role, status in ((OPERATOR, "ED", 200), (OTHER, "IS", 404), (ANYBODY, "OU", 404)):
        viewer = Visitor(world.url)
        viewer.sign_in(user, role, person=_name(user, ""), pass_phrase="p")
        assert viewer.get(f"/incidents/{reference}").status == status
        assert (reference in viewer.get("/incidents").text) is (status == 200)
