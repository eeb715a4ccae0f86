"""docs/ssi.md names the pages, job types and people that there are; docs/drivers.md the actions as the table has them."""

from __future__ import annotations

from pathlib import Path

from schemas.ssi_tables import functions, job_types, ssi_actions
from stubs.ssi import SsiSettings, SsiUser, ssi_persons
from stubs.ssi.routes import ROUTES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "ssi.md").read_text(encoding="utf-8")


def test_every_page_and_job_type_is_named() -> None:
    assert [row.title for row in functions().values() if f"| {row.title} | `{row.path}` |" not in PAGE] == []
    assert [job for job, row in job_types().items() if f"| {row.title} | `{job}` |" not in PAGE] == []


def test_every_made_up_person_is_named() -> None:
    people = ssi_persons(SsiSettings(), [SsiUser("A0-B1-C2-D3-E4-01-00-00", "A", ("IS",))])
    assert [person.name for person in people if f"`{person.name}`" not in PAGE] == []


def test_every_setting_is_named() -> None:
    fields = set(SsiSettings.__struct_fields__) - {"rows_per_page", "test_pass_phrase"}
    assert {name for name in fields if name not in PAGE} == set()


def test_the_actions_are_those_of_the_table() -> None:
    drivers = (DOCS / "drivers.md").read_text(encoding="utf-8")
    for kind, row in ssi_actions().items():
        parameters = ", ".join(f"`{name}`" for name in row.parameters)
        assert f"| `{kind}` | {row.words} | `{row.path}` | {parameters} |" in drivers


def test_every_action_begins_at_a_page_that_there_is() -> None:
    paths = {route.path for route in ROUTES if route.method == "GET"} | {"/sign-in"}
    assert {row.path for row in ssi_actions().values()} - paths == set()
