"""The command line: one module per command, loaded when it is called, so that every command starts fast.

Exit codes: 0 pass, 1 a FAIL (or an invalid document), 2 usage or settings, 3 BLOCKED, 4 only warnings under
``--strict``, 130 interrupted. Errors are one line: what, where, how to mend it. ``UEPT_DEBUG=1`` adds the traceback.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path

import click

from harness import __version__
from harness.cli.output import forget_output, say_error

EXIT_FAIL = 1
EXIT_USAGE = 2
EXIT_BLOCKED = 3
EXIT_INTERRUPTED = 130

_COMMANDS = {
    "demo": (
        "harness.cli.demo",
        "Simulated DCC, reference client, scenarios and a report: no settings needed.",
    ),
    "init": ("harness.cli.init", "Write what a first rehearsal needs: run file, keys, a small client."),
    "rehearse": ("harness.cli.rehearse", "Run scenarios against a party's system and judge what is seen."),
    "plan": ("harness.cli.plan", "What a rehearsal will run, in which order, and why."),
    "serve": ("harness.cli.serve", "Run the simulated DCC to code against."),
    "load": ("harness.cli.load", "Send a party's system the messages of a fleet at a planned rate; measure, judge."),
    "stop": ("harness.cli.stop", "End a simulated DCC that `uept serve --detach` started."),
    "control": ("harness.cli.control", "Operate a simulated DCC that runs: premises, faults, the clock, alerts."),
    "state": ("harness.cli.state", "Check, copy and repair the state folder of a simulated DCC."),
    "judge": ("harness.cli.judge", "Judge a run again from its bundle alone."),
    "verify": ("harness.cli.verify", "Check that no byte of a bundle was altered."),
    "countersign": (
        "harness.cli.countersign",
        "Put a reviewer's signature under a bundle that was verified and judged.",
    ),
    "report": ("harness.cli.report", "Write the report of a run folder again."),
    "summary": ("harness.cli.summary", "A run for a pipeline's pages: Markdown, annotations, badges."),
    "diff": ("harness.cli.diff", "What changed between two runs: regressions, mended, new, gone."),
    "validate": ("harness.cli.validate", "Check DUIS documents against the schema."),
    "sign": ("harness.cli.sign", "Sign a DUIS document."),
    "verify-signature": ("harness.cli.verify_signature", "Check the signature of a DUIS document."),
    "gbcs": ("harness.cli.gbcs", "Decode and build GBCS messages."),
    "browser": ("harness.cli.browser", "Record a script for your people's browser."),
    "pki": ("harness.cli.pki", "Make, import and list test keys and certificates."),
    "attest": ("harness.cli.attest", "A person's word for what a run left to a person."),
    "campaign": ("harness.cli.campaign", "One folder from notice to certificate: where each role stands."),
    "issue": ("harness.cli.issue", "Issues of a campaign: list, accept what failures propose, close."),
    "completion-report": (
        "harness.cli.completion_report",
        "The Test Completion Report of a campaign: HTML, PDF, JSON, XLSX, CSV.",
    ),
    "review": ("harness.cli.review", "Review a completion report: verify, judge again, recompute, conclude."),
    "uep": ("harness.cli.uep", "The User Entry Process: steps, dates, User IDs, credit, evidence, disputes."),
    "catalogue": ("harness.cli.catalogue", "Service requests, codes, alerts, roles, scenarios."),
    "docs": ("harness.cli.docs", "The pages of the documentation, at the prompt."),
    "explain": ("harness.cli.explain", "What a code, rule, check, alert or event means, and what to do."),
    "settings": ("harness.cli.settings", "Which settings are in force, and where each comes from."),
    "doctor": ("harness.cli.doctor", "What this machine has, what is missing, and how to get it."),
}

_GROUPS = {
    "The first day": ("demo", "init", "rehearse", "serve", "explain"),
    "Rehearse": ("plan", "browser", "diff", "summary", "stop", "control", "load"),
    "Judge and hand in": (
        "report", "judge", "verify", "countersign", "attest", "campaign", "issue", "completion-report", "review", "uep",
    ),
    "Read and write messages": ("validate", "sign", "verify-signature", "gbcs"),
    "Keys, facts, settings": ("pki", "catalogue", "docs", "settings", "doctor", "state"),
}  # fmt: skip
"""Commands by job, as `uept --help` shows them; a command that is missing here is listed last."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called; help needs no import."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order people meet them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import ``cmd_name``'s module and return its ``command``."""
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(_COMMANDS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{_COMMANDS[cmd_name][0]} has no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands with their one-line help, without importing them."""
        grouped = {name for names in _GROUPS.values() for name in names}
        groups = {**_GROUPS, "More": tuple(name for name in _COMMANDS if name not in grouped)}
        for title, names in groups.items():
            rows = [(name, _COMMANDS[name][1]) for name in names if name in _COMMANDS]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def _show_version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - click's
    """Program, DUIS schemas, catalogue, scenario set."""
    if not is_asked:
        return
    from harness.judging.owed import ScenarioSet
    from schemas.duis_versions import versions
    from schemas.tables import catalogue_digest

    click.echo(f"uept {__version__}")
    click.echo(f"DUIS and MMC schemas {', '.join(versions())}")
    click.echo(f"catalogue {catalogue_digest()[:16]}")
    click.echo(f"scenario set {ScenarioSet().digest[:16]}")
    ctx.exit()


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show versions of program, DUIS schemas, catalogue and scenario set, and exit.",
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Rehearse the DCC's User Entry Process Tests: a simulated DCC, scenarios, and a report with evidence.

    This is a rehearsal tool. Nothing here is a DCC test, and the simulated DCC is not the DCC.
    """
    if ctx.invoked_subcommand is None:
        click.echo(next_step(Path.cwd()))


def next_step(folder: Path) -> str:
    """Suggest the next commands in a folder, one a line."""
    runs = sorted((folder / "uept-runs").glob("*/result.json"))
    if runs:
        lines = [f"uept rehearse --failed {runs[-1].parent.relative_to(folder)}   run again what failed last"]
        if len(runs) > 1:
            old, new = (run.parent.relative_to(folder) for run in runs[-2:])
            lines.append(f"uept diff {old} {new}   what changed since the run before")
        lines.append(f"open {runs[-1].parent.relative_to(folder) / 'report.html'}   the last report")
    elif (folder / "uept.toml").is_file():
        lines = ["uept rehearse --settings uept.toml   run, judge, write the report"]
    else:
        lines = [
            "uept demo                      see a whole rehearsal; needs no settings",
            "uept init ours --role IS       a folder to rehearse in, with a small client that works at once",
        ]
    return "\n".join(["Next, in this folder:", *(f"  {line}" for line in lines), "All commands: uept --help"])


def main(arguments: list[str] | None = None) -> None:
    """Entry point of ``uept``: runs the command, turns every error into one line and an exit code."""
    if sys.stderr is None:  # closed by whoever started us (`2>&-`): libraries write to it all the same
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that is no UTF-8, a terminal that knows ASCII only: shown with escapes, never an error.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    try:
        result = cli.main(args=arguments, prog_name="uept", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return EXIT_USAGE
    except click.ClickException as error:
        hint = f" (see `{error.ctx.command_path} --help`)" if isinstance(error, click.UsageError) and error.ctx else ""
        return _fail(f"{error.format_message()}{hint}", EXIT_USAGE)
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # `uept catalogue srv | head` closes our output early: not an error.
        forget_output()
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: no bare traceback reaches a user
        return _explain(error, sys.argv[1:] if arguments is None else arguments)
    return result if isinstance(result, int) else 0


def _explain(error: Exception, arguments: list[str]) -> int:
    from harness.cli.read_on import read_on
    from stubs.wire.errors import Blocked, PeerError, Refusal

    if os.environ.get("UEPT_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, Blocked):
        return _fail(read_on(str(error), arguments, error.page), error.exit_code)
    if isinstance(error, PeerError | Refusal):
        return _fail(read_on(str(error), arguments), EXIT_USAGE)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        said = f"{where}{error.strerror or error}. {_mend(error)}"
        return _fail(read_on(said, arguments), EXIT_BLOCKED)
    return _fail(
        f"an error of the harness itself, not of your system: {type(error).__name__}: {error}. "
        "Set UEPT_DEBUG=1 for the traceback and report it",
        EXIT_BLOCKED,
    )


def _mend(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "Free some space there, or choose another place"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "Check its permissions, or choose another place"
    return "Check the path"


def _fail(message: str, code: int) -> int:
    say_error(message)
    return code
