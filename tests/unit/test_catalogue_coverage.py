"""The library against the catalogue and the service matrix: every pair of role and service is shown by a scenario."""

from __future__ import annotations

import re
from pathlib import Path

from harness.engine.homes import device_name
from harness.plan import library_folder, load_library, load_test_data
from harness.plan.departures import load_departures
from schemas.load import resource, scenarios, service_requests

LIBRARY = [one for one in load_library() if one.id in scenarios()]


def test_every_pair_of_role_and_service_has_a_positive_scenario() -> None:
    shown = {(one.role, srv) for one in LIBRARY if scenarios()[one.id].polarity == "positive" for srv in one.srvs}
    pairs = {(role.value, str(srv)) for srv, row in service_requests().items() for role in row.eligible_roles}
    assert len(pairs) == 312
    assert sorted(pairs - shown) == []


def test_every_row_of_the_catalogue_has_a_scenario_in_every_role_it_names() -> None:
    have = {(one.id, one.role) for one in LIBRARY}
    assert [(row.id, role) for row in scenarios().values() for role in row.roles if (row.id, role) not in have] == []


def test_every_row_says_where_it_comes_from() -> None:
    assert all(row.provenance and row.confidence and row.basis for row in scenarios().values())


def test_a_scenario_that_sends_another_service_than_its_row_says_so_with_its_reason() -> None:
    sent: dict[tuple[str, str], set[str]] = {}
    for one in LIBRARY:
        sent.setdefault((one.id, one.role), set()).update(one.srvs)
    lacking = {
        (row.id, role, str(srv))
        for row in scenarios().values()
        for role in row.roles
        for srv in row.srvs
        if srv not in sent[row.id, role]
    }
    told = load_departures(library_folder())
    assert sorted(lacking - told.keys()) == [], "name it in scenarios/data/departures.csv, or send it"
    assert sorted(told.keys() - lacking) == [], "it is sent: take it out of scenarios/data/departures.csv"
    assert all(why[0].islower() or why[0].isdigit() for why in told.values())


_DEVICES = device_name.pattern  # type: ignore[attr-defined]  # how the parse library finds it
_WORDS_OF_THE_RUN = re.compile(
    rf"(the day |local midnight )?(now|in \d+ (minutes|days)|\d+ days ago)|the home's \w+|{_DEVICES}"
    r"|today's weekday|the party's key agreement certificate"
)


def test_every_test_datum_says_where_it_comes_from_and_why_it_is_what_it_is() -> None:
    rows = load_test_data(library_folder())
    assert {row.provenance for row in rows} == {"schema", "run", "made up"}
    assert [row for row in rows if not row.why] == []
    for row in rows:
        assert (row.provenance == "run") == bool(_WORDS_OF_THE_RUN.fullmatch(row.value)), row


def test_a_datum_of_the_schema_is_a_word_of_the_schema() -> None:
    """A listed value, or the beginning of the name of the element that stands for it (``PrepaymentMode``)."""
    text = "".join(path.read_text(encoding="utf-8") for path in Path(str(resource("duis", "5.4"))).glob("*.xsd"))
    rows = [row for row in load_test_data(library_folder()) if row.provenance == "schema"]
    assert [row for row in rows if not re.search(rf"[\"|]{row.value}", text)] == []
