"""``uept catalogue``: what is written down about services, codes, alerts, roles and scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.output import json_option, print_json, print_table, say
from schemas import load


@click.group()
def command() -> None:
    """Service requests, codes, alerts, roles, scenarios.

    SEARCH is any word of a row. --json prints every column of the rows found, one object each; a list without
    objects when there are none.
    """


search_argument = click.argument("search", required=False, default="")


def _show(rows: list[dict[str, Any]], columns: list[str], search: str, *, as_json: bool) -> None:
    wanted = search.lower()
    found = [row for row in rows if not wanted or any(wanted in str(value).lower() for value in row.values())]
    if as_json:
        print_json(found)
    elif found:
        print_table(
            [column.replace("_", " ") for column in columns],
            [[row[column] for column in columns] for row in found],
        )
    else:
        raise click.ClickException(f"nothing in the catalogue matches {search!r}; leave the search out to see all rows")


@command.command()
@search_argument
@click.option(
    "--example", is_flag=True, help="Print a request with the smallest body that is valid; SEARCH is a number."
)
@click.option("--full", is_flag=True, help="With --example: the body with every optional part instead.")
@json_option
def srv(search: str, *, example: bool, full: bool, as_json: bool) -> None:
    """The 129 service reference variants; SEARCH is a number or any word of the row."""
    if example or full:
        _print_example(search, full=full, as_json=as_json)
        return
    rows = [
        {
            "srv": row.srv,
            "service_reference": row.service_reference,
            "name": row.name,
            "request_element": row.request_element,
            "critical": row.is_critical,
            "non_device": row.is_non_device,
            "roles": ";".join(sorted(row.eligible_roles)),
            "command_variants": ";".join(str(cv) for cv in sorted(row.command_variants)),
            "device_types": ";".join(sorted(row.device_types)),
            "use_cases": ";".join(row.use_cases),
            "future_dated_pattern": row.future_dated_pattern,
            "answers": row.response_choice,
            "provenance": row.provenance,
            "confidence": row.confidence,
        }
        for row in load.service_requests().values()
    ]
    if search in load.service_requests():
        rows = [row for row in rows if row["srv"] == search]
        search = ""
    _show(rows, ["srv", "name", "command_variants", "roles", "device_types"], search, as_json=as_json)


def _print_example(srv: str, *, full: bool, as_json: bool) -> None:
    """An unsigned request of invented parties: ``uept sign`` signs it."""
    from stubs.wire.duis import example_request, write_request
    from stubs.wire.xml import indented

    if srv not in load.service_requests():
        raise click.ClickException(f"--example needs a service reference variant such as 4.1.1, not {srv!r}")
    document = indented(write_request(example_request(srv, full=full))).decode()
    if as_json:
        print_json({"srv": srv, "full": full, "request": document})
    else:
        say(document.removesuffix("\n"))


@command.command()
@search_argument
@json_option
def codes(search: str, *, as_json: bool) -> None:
    """The 194 response codes; an empty meaning is one that is not public."""
    rows = [
        {"code": row.code, "kind": row.kind, "scope": row.scope, "meaning": row.meaning, "provenance": row.provenance,
         "confidence": row.confidence}
        for row in load.response_codes().values()
    ]  # fmt: skip
    _show(rows, ["code", "kind", "provenance", "meaning"], search, as_json=as_json)


@command.command()
@search_argument
@json_option
def alerts(search: str, *, as_json: bool) -> None:
    """DCC alert codes and the structures they may carry."""
    rows = [
        {"code": row.code, "structures": ";".join(row.structures), "meaning": row.meaning, "provenance": row.provenance,
         "confidence": row.confidence}
        for row in load.dcc_alerts().values()
    ]  # fmt: skip
    _show(rows, ["code", "provenance", "structures", "meaning"], search, as_json=as_json)


@command.command()
@search_argument
@json_option
def roles(search: str, *, as_json: bool) -> None:
    """The seven User Roles."""
    rows = [
        {
            "role": row.code.value,
            "name": row.name,
            "certificate_role": row.certificate_role,
            "services": sum(row.code in request.eligible_roles for request in load.service_requests().values()),
            "provenance": row.provenance,
            "confidence": row.confidence,
        }
        for row in load.roles().values()
    ]
    _show(
        rows,
        ["role", "name", "certificate_role", "services", "provenance", "confidence"],
        search,
        as_json=as_json,
    )


@command.command()
@search_argument
@click.option("--role", "roles", multiple=True, help="Only scenarios of this User Role; repeatable.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["md", "csv", "xlsx"]),
    help="Print the test specification of the roles instead; xlsx needs --out.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the test specification here.")
@json_option
def scenarios(search: str, *, roles: tuple[str, ...], kind: str | None, out: Path | None, as_json: bool) -> None:
    """The proposed Common Test Scenarios, and which of them this version runs, in which roles.

    --format makes the test specification ready to hand in: one script per scenario and role with purpose,
    preconditions, steps, expected results, evidence and provenance.
    """
    if kind is not None:
        _specification(roles, kind, out)
        return
    from harness.plan import load_library

    runs = {(one.id, one.role) for one in load_library()}
    rows = []
    for row in load.scenarios().values():
        run = [role for role in row.roles if (row.id, role) in runs]
        if not roles or set(roles) & set(row.roles):
            rows.append(
                {"id": row.id, "priority": row.priority, "scope": row.scope, "roles": ";".join(row.roles),
                 "runs": "yes" if len(run) == len(row.roles) else ";".join(run) or "no", "srvs": ";".join(row.srvs),
                 "title": row.title, "basis": row.basis, "confidence": row.confidence}
            )  # fmt: skip
    _show(rows, ["id", "priority", "scope", "roles", "runs", "title"], search, as_json=as_json)


def _specification(roles: tuple[str, ...], kind: str, out: Path | None) -> None:
    from harness.plan import load_library, specification
    from harness.reporting.specification import written

    if kind == "xlsx" and out is None:
        raise click.ClickException("a workbook is no text: name its file with --out FILE.xlsx")
    unknown = sorted(set(roles) - {role.value for role in load.roles()})
    if unknown:
        raise click.ClickException(f"no User Role is called {unknown[0]!r}; known: {', '.join(load.roles())}")
    data = written(specification(load_library(), roles), kind)
    if out is None:
        say(data.decode("utf-8-sig").removesuffix("\n"))
    else:
        out.write_bytes(data)
        say(f"specification  {out}")
