"""Any date or time that the schema allows, in any field of any service, gets an answer of the interface.

The extremes are those of XML Schema 1.0 part 2 (dateTime, date, time): years before 1 and beyond 9999, zones that move
an instant out of the years 1 to 9999, the end of a day as 24:00:00. What one of them means is judged elsewhere; here
no arithmetic on it may break anything, neither at once nor when its time comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.load import Srv, service_requests
from stubs.smki import Pki
from stubs.wire.duis import (
    Node,
    ServiceRequest,
    example,
    read_date_time,
    schema_problems,
    write_date_time,
    write_request,
)
from stubs.wire.errors import PeerError
from stubs.wire.instants import EARLIEST, LATEST, in_utc, iso_octets, shifted
from tests.dcc_kit import a_pki
from tests.every_request import PREPARED, SIGNING_ROLES, VALUES, Home, fitted, header_of, home_for, texts_for, user_for
from tests.vectors.test_every_request import SECONDARY, kinds_of

FORMS = (
    (
        re.compile(r"\s*-?\d{4,}-\d\d-\d\dT.*", re.DOTALL),
        (
            "9999-12-31T23:59:59-01:00",
            "0001-01-01T00:00:00+01:00",
            "12026-02-28T00:00:00Z",
            "-0001-12-31T00:00:00Z",
            "\n\t 2026-01-16T12:00:00Z \r\n",
        ),
    ),
    (
        re.compile(r"\s*-?\d{4,}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?\s*"),
        ("9999-12-31-14:00", "0001-01-01+14:00", "12026-01-01", "-0001-01-01Z", "\n 2026-02-01 "),
    ),
    (
        re.compile(r"\s*\d\d:\d\d:\d\d\S*\s*"),
        ("24:00:00", "00:00:00+14:00", "23:59:59.999999999-14:00", "\t06:30:00.00Z "),
    ),
)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


def dated(body: Node, at: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Paths of the elements that hold a date or a time, and the extremes of their kind."""
    path = f"{at}/{body.name}"
    for child in body.children:
        yield from dated(child, path)
    if not body.children and body.text:
        yield from ((path, extremes) for form, extremes in FORMS if form.fullmatch(body.text))


def with_text(body: Node, path: str, text: str, at: str = "") -> Node:
    here = f"{at}/{body.name}"
    if body.children:
        children = tuple(with_text(child, path, text, here) for child in body.children)
        return msgspec.structs.replace(body, children=children)
    return msgspec.structs.replace(body, text=text) if here == path else body


def answered(home: Home, body: Node, variant: int) -> None:
    """Send it, sign and send back what is to be signed, and let the time of an answer pass."""
    request = write_request(ServiceRequest(header_of(home.srv, variant, home), body))
    assert schema_problems(request) == ()
    reply = home.fixture.post(home.party.sign(request))
    assert (reply.status, bool(reply.response_code)) == (200, True)
    if b"PreCommand>" in reply.body:
        signed = home.party.signed_pre_command(reply.body, cv=5, role=SIGNING_ROLES[home.user])
        assert home.fixture.post(signed).status == 200
    home.fixture.pass_time(1)


def fields_of(srv: Srv) -> dict[tuple[str, str], bool]:
    """The dated fields of a service by kind of device and path, and whether the fullest example is needed for it."""
    found: dict[tuple[str, str], bool] = {}
    for kind in kinds_of(srv):
        for is_full in (False, True):
            for path, _ in dated(example(srv, full=is_full, device_type=kind)):
                found.setdefault((kind, path), is_full)
    return found


DATED = {srv: fields for srv in service_requests() if (fields := fields_of(srv))}


@pytest.mark.parametrize("srv", sorted(DATED))
def test_every_date_of_every_service_is_answered(pki: Pki, srv: Srv) -> None:
    variant = min(service_requests()[srv].command_variants & {1, 4, 8})
    for kind, is_full in {(kind, is_full): None for (kind, _), is_full in DATED[srv].items()}:
        meter = "twin" if srv in SECONDARY and kind == "ESME" else ""
        values = VALUES.get(srv, {}) if kind else {}
        home = home_for(pki, srv, kind, user_for(srv, kind), variant=meter, is_added=is_full, **values)
        body = example(srv, full=is_full, device_type=kind)
        body = fitted(body, texts_for(home, body) | (PREPARED[srv](home) if srv in PREPARED else {}))
        for path, extremes in dated(body):
            if DATED[srv].get((kind, path)) is is_full:
                for text in extremes:
                    answered(home, with_text(body, path, text), variant)


def test_the_dated_fields_are_many() -> None:
    assert len(DATED) >= 60
    assert sum(len(fields) for fields in DATED.values()) >= 200


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SPANS = st.one_of(st.floats(-1e15, 1e15), st.timedeltas())


@given(st.datetimes(timezones=ZONES))
def test_a_zone_takes_no_instant_out_of_range(moment: datetime) -> None:
    utc = in_utc(moment)
    assert EARLIEST <= utc <= LATEST
    assert utc in (EARLIEST, LATEST) or utc == moment
    # The text of an instant is read as that instant, or as the end of the range that it lies beyond.
    assert read_date_time(moment.isoformat()) == utc


@given(st.datetimes(timezones=st.just(UTC)), SPANS)
def test_a_shifted_instant_stays_in_range_and_in_order(moment: datetime, by: float | timedelta) -> None:
    is_later = by > timedelta() if isinstance(by, timedelta) else by > 0
    to = shifted(moment, by)
    assert (to >= moment) if is_later else (to <= moment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12026-01-01T00:00:00Z", LATEST),
        ("-0044-03-15T12:00:00Z", EARLIEST),
        ("9999-12-31T23:59:59-01:00", LATEST),
        ("0001-01-01T00:00:00+01:00", EARLIEST),
        ("9999-12-31T24:00:00Z", LATEST),
        ("2015-12-31T24:00:00+01:00", datetime(2015, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_what_lies_beyond_the_range_is_its_end(text: str, expected: datetime) -> None:
    assert read_date_time(text) == expected


def _digits(most: int) -> st.SearchStrategy[str]:
    return st.integers(0, most).map(lambda number: f"{number:0{len(str(most))}d}")


@given(
    st.builds("{}-{}-{}".format, _digits(9999), _digits(13), _digits(32)),
    st.builds("{}:{}:{}".format, _digits(25), _digits(60), _digits(60)) | st.just("24:00:00"),
    st.just("") | st.from_regex(r"\.[0-9]{1,9}", fullmatch=True),
)
def test_the_usual_form_of_a_time_is_read_like_any_other(date: str, time: str, fraction: str) -> None:
    def read(zone: str) -> datetime | str:
        try:
            found = read_date_time(f"{date}T{time}{fraction}{zone}")
        except PeerError as error:
            return error.what
        assert found.tzinfo is UTC
        return found

    assert read("Z") == read("+00:00") == read("")


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_written_as_python_writes_it(instant: datetime) -> None:
    assert iso_octets(instant).decode() == instant.isoformat()
    assert write_date_time(instant) == instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
