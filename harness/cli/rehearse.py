"""``uept rehearse``: scenarios against a party's system, verdicts, report."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import schema_dir_option, schema_folder
from harness.cli.live import live_port_option
from harness.cli.logs import logs_in_one_line
from harness.cli.output import json_option, print_json, print_table, say, say_error, settings_option

if TYPE_CHECKING:
    from harness.allowed_failures import AllowedOutcome

EXIT_FAIL = 1
_REPEATED = frozenset(
    {
        "roles",
        "driver",
        "settings",
        "pki",
        "port",
        "smki_port",
        "ssi_port",
        "control_port",
        "receive_url",
        "schema_dir",
    }
)
"""Options that decide how a scenario goes, and so belong to the line that repeats it."""


@click.command()
@click.option(
    "--role", "roles", multiple=True, help="User Role of the party: IS, ES, GS, RSA, ED, GT or OU; repeatable."
)
@click.option(
    "--driver", help="reference, broken:<defect>, command:<program>, http:<url>, browser:<script>, manual, observe."
)
@click.option("--select", "-k", help="Which scenarios, e.g. 'SR-* and not role:GS'; default: all of the roles.")
@click.option("--plan", type=click.Path(path_type=Path), metavar="FILE", help="Exactly the scenarios of this plan.")
@click.option("--only", multiple=True, metavar="SCENARIO", help="Only this scenario, such as SR-201-IS; repeatable.")
@click.option("--failed", type=click.Path(path_type=Path), metavar="RUN", help="Only what failed in RUN.")
@click.option("--remaining", type=click.Path(path_type=Path), metavar="RUN", help="Only what RUN left undone.")
@click.option("--until-fail", type=click.IntRange(1, 1000), metavar="N", help="Run at most N times, until one fails.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of this run; default: a new one below uept-runs.")
@settings_option("TOML run file.")
@click.option(
    "--pki", type=click.Path(path_type=Path), help="PKI folder or keystore.json; default: test keys are made."
)
@click.option("--port", type=int, help="DUIS web services of the simulated DCC.")
@click.option("--smki-port", type=int, help="SMKI repository of the simulated DCC.")
@click.option("--ssi-port", type=int, help="Self-Service Interface of the simulated DCC.")
@click.option("--control-port", type=int, help="Control API of the simulated DCC.")
@click.option("--receive-url", help="Where the party's system receives responses and alerts.")
@click.option(
    "--live",
    "is_live",
    is_flag=True,
    help="Follow and steer the run at a page whose address is printed; the program stays while somebody looks.",
)
@click.option(
    "--live-wait", is_flag=True, help="With --live: begin when somebody opens the page, so that nothing is missed."
)
@live_port_option
@click.option("--build", help="Build of the system under test, kept with the results; default: the campaign's.")
@click.option("--jobs", type=int, help="Scenarios at a time, each on a simulated DCC of its own.")
@click.option("--cluster", metavar="URL", help="Run them on a Dask cluster: tcp://127.0.0.1:8786, tls://host:8786.")
@click.option("--strict", is_flag=True, default=None, help="Exit code 4 when there are only warnings.")
@click.option("--signing-key", type=click.Path(path_type=Path), help="PEM key (P-256) that signs the bundle.")
@schema_dir_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    settings: Path | None,
    signing_key: Path | None,
    schema_dir: Path | None,
    is_live: bool,
    as_json: bool,
    **flags: Any,
) -> None:
    """Run scenarios against a party's system on one simulated DCC, judge what is seen on the wire, write the report.

    Precedence: flag, environment (UEPT_…), settings file, default. Ctrl-C leaves a valid, partial run.
    At a terminal: + waits longer, s skips the scenario, c cancels it, e ends the run after it.
    Exit codes: 0 pass, 1 a FAIL, 2 usage or settings, 3 BLOCKED, 4 only warnings under --strict, 130 interrupted.
    --json prints one object when the run has ended: run, complete, exit_code, totals (by verdict), roles (role,
    verdict, reason), report, bundle, fingerprint (of the key that signed), and allowed_failures (keys) where the run
    file has some. Progress goes to standard error.
    """
    from harness.cli.selection import narrowed
    from harness.settings import load_settings

    named = {
        "roles": flags["roles"],
        "driver": flags["driver"],
        "select": flags["select"],
        "plan": None if flags["plan"] is None else str(flags["plan"]),
        "out": None if flags["out"] is None else str(flags["out"]),
        "receive_url": flags["receive_url"],
        "jobs": flags["jobs"],
        "cluster": flags["cluster"],
        "system.build": flags["build"],
        "strict": flags["strict"],
        "dcc.pki": None if flags["pki"] is None else str(flags["pki"]),
        "dcc.port": flags["port"],
        "dcc.smki_port": flags["smki_port"],
        "dcc.ssi_port": flags["ssi_port"],
        "dcc.control_port": flags["control_port"],
    }
    chosen = load_settings(settings, named, os.environ)
    is_named = flags["only"] or flags["failed"] or flags["remaining"]
    if is_named:
        named["plan"] = ""  # a plan runs exactly what it includes: beside it nothing could be named
    wanted = (
        flags["select"] or "" if is_named else chosen.select
    )  # who names scenarios means them, whatever the file says
    select = narrowed(wanted, flags["only"], flags["failed"], flags["remaining"])
    if is_named or select != chosen.select:
        chosen = load_settings(settings, {**named, "select": select}, os.environ)
    again = _command_to_repeat(ctx)
    code = 0
    for out in _folders(chosen.out, flags["until_fail"]):
        one = (
            chosen
            if out == chosen.out
            else load_settings(settings, {**named, "select": select, "out": out}, os.environ)
        )
        code = rehearse(
            one,
            signing_key,
            schema_dir,
            as_json=as_json,
            again=again,
            is_live=is_live or flags["live_wait"],
            live_waits=flags["live_wait"],
            live_port=flags["live_port"],
            grows=bool(chosen.select) and not (is_named or flags["select"] or flags["plan"]),
        )
        if code:
            break
    ctx.exit(code)


def _command_to_repeat(ctx: click.Context) -> str:
    """The command that repeats one scenario, but for its key; secrets in addresses are redacted."""
    from stubs.redaction import shown_address, shown_driver

    words = ["uept", "rehearse"]
    for option in ctx.command.params:
        is_given = ctx.get_parameter_source(option.name or "") is click.core.ParameterSource.COMMANDLINE
        if is_given and option.name in _REPEATED:
            value = ctx.params[option.name]
            for one in value if isinstance(value, tuple) else (value,):
                text = str(one)
                if option.name == "receive_url":
                    text = shown_address(text)
                elif option.name == "driver" and text.startswith("http"):
                    text = shown_driver(text)
                words += [option.opts[0], text]
    return f"{shlex.join(words)} --only"


def _folders(out: str, times: int | None) -> Iterator[str]:
    """The folder of each run: the one named, or numbered ones in it; empty: a new one each time."""
    if times is None:
        yield out
        return
    for number in range(1, times + 1):
        yield f"{out}/{number}" if out else ""


def rehearse(
    settings: Any,
    signing_key: Path | None = None,
    schema_dir: Path | None = None,
    *,
    as_json: bool = False,
    again: str = "",
    is_live: bool = False,
    live_waits: bool = False,
    live_port: int | None = None,
    grows: bool = False,
) -> int:
    """Run, write every report, print the verdicts; the exit code of the run.

    ``again`` repeats one scenario, its key added; ``grows`` says what lies beyond the run file's selection. With
    ``is_live`` a person may follow and steer the run at a page.
    """
    from harness.cli.keys import terminal_keys
    from harness.cli.live import attended
    from harness.cli.signing import load_signing_key
    from harness.engine import RunControl, Terminal, run_rehearsal
    from harness.engine.run_control import signals_as_operations
    from harness.reporting.write import write_reports
    from stubs.clock import SystemClock
    from stubs.journal import Journal, SqliteStore

    key = load_signing_key(signing_key) if signing_key else None
    schema = schema_folder(schema_dir)
    control = RunControl()
    with logs_in_one_line(), signals_as_operations(control):
        terminal = Terminal(again=again)
        with attended(settings, control, terminal, is_live=is_live, waits=live_waits, port=live_port) as person:
            with terminal_keys(control, terminal):
                result = run_rehearsal(
                    settings, progress=person.progress, control=control, attendance=person.attendance
                )
            try:
                with closing(Journal(SqliteStore(result.journal), SystemClock())) as journal:
                    written = write_reports(result.folder, journal.rows(), key, schema)
            except KeyboardInterrupt:
                say_error(f"interrupted before the reports were written: `uept report {result.folder}` writes them")
                return 130
            person.reported(result.folder, result.journal)
            person.stay()
    let, code = _let_pass(settings, result)
    for note in (*(f"{key}: allowed to fail" for key in let.passed_over), *let.notes):
        say_error(f"note: {note}")
    if as_json:
        print_json(
            {
                "run": result.run.id,
                "complete": result.run.is_complete,
                "exit_code": code,
                "totals": dict(written.result.totals),
                "roles": [
                    {"role": role.role, "verdict": role.verdict, "reason": role.reason} for role in written.result.roles
                ],
                "report": str(written.report),
                "bundle": str(written.bundle),
                "fingerprint": written.fingerprint,
                **({"allowed_failures": list(let.passed_over)} if settings.allowed_failures else {}),
            }
        )
    else:
        _print(written.result, result.run.planned if grows else ())
        say(f"\nbundle  {written.bundle} (signed by {written.fingerprint[:16]}…)")
        say(f"report  {written.report.resolve()}")
    return code


def _let_pass(settings: Any, result: Any) -> tuple[AllowedOutcome, int]:
    """The failures that the settings let pass, and the exit code without them."""
    from harness.allowed_failures import pass_over
    from harness.checks import Verdict
    from harness.engine import exit_code_of
    from stubs.clock import SystemClock

    failed = [one for one in result.run.scenarios if one.verdict is Verdict.FAIL]
    let = pass_over(failed, settings.allowed_failures, SystemClock().now().date())
    if result.exit_code != EXIT_FAIL or not let.passed_over:
        return let, int(result.exit_code)
    return let, exit_code_of(result.run, is_strict=settings.strict, passed_over=let.passed_over)


def _print(report: Any, planned: Sequence[Mapping[str, Any]]) -> None:
    from harness.reporting.next_steps import beyond_the_plan, next_step

    say("")
    print_table(
        ["scenario", "verdict", "seconds", "title"],
        [[run.key, run.verdict, f"{run.seconds:.1f}", run.title] for run in report.scenarios],
    )
    say("")
    rows = [
        [role.role, role.verdict, sum(s.planned for s in role.scopes), sum(s.passed for s in role.scopes),
         sum(s.failed for s in role.scopes), sum(s.blocked for s in role.scopes), sum(s.not_run for s in role.scopes)]
        for role in report.roles
    ]  # fmt: skip
    print_table(["role", "verdict", "planned", "passed", "failed", "blocked", "not run"], rows)
    for role in report.roles:
        say(f"{role.role}: {role.reason}")
    is_done = all(one.verdict == "PASS" for one in report.scenarios)
    beyond = beyond_the_plan(planned, [role.role for role in report.roles], is_done=is_done)
    for hint in filter(None, (next_step(report.scenarios), beyond)):
        say(f"\nnext: {hint}")
