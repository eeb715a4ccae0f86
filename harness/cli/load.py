"""``uept load``: a fleet sends the party messages at a planned rate; what is measured makes a verdict."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from harness.cli.output import json_option, print_json, print_table, say, say_error, settings_option

_EXIT_CODES = {"PASS": 0, "FAIL": 1, "BLOCKED": 3, "NOT_RUN": 3}
_RATE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:/\s*(s|min|h))?\s*")
_PER = {None: 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}


class Rate(click.ParamType[float]):
    """Messages a second, such as ``300/s`` or ``6000/min``."""

    name = "RATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Messages a second."""
        if isinstance(value, int | float):
            return float(value)
        found = _RATE.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no rate: write 300/s, 6000/min or 100/h", param, ctx)
        return float(found[1]) / _PER[found[2]]


@click.command()
@click.option("--profile", help="morning-reads, alert-storm, firmware-campaign, change-of-supplier or mixed.")
@click.option("--devices", type=int, help="Devices of the fleet, each with keys of its own; default 1000.")
@click.option("--rate", type=Rate(), help="Messages a second, mean of the plan, such as 300/s; default: from --meters.")
@click.option("--meters", type=int, help="Derive the rate from a supplier's number of meters (published figures).")
@click.option("--burst-factor", type=float, help="Rate in a burst by the mean of the day (inferred).")
@click.option("--growth", type=float, help="Times the messages of July 2022; 5 was foretold.")
@click.option("--minutes", type=float, help="How long the plan lasts; default 1.")
@click.option(
    "--receive-url", help="The party's receive endpoint: on this machine, or allowed by name in [load] allow."
)
@click.option("--receiver", metavar="NAME", help="Send to a receiver of ours: reference, slows-down, loses-messages.")
@click.option("--user", help="EUI-64 of the User that receives; default: the first of the PKI.")
@click.option("--connections", type=int, help="Posts under way at a time; 1 keeps the order; default 16.")
@click.option("--jobs", "senders", type=int, help="Processes that send, each a part of the plan.")
@click.option("--cluster", metavar="URL", help="Workers of a Dask cluster send: tcp://127.0.0.1:8786, tls://host:8786.")
@click.option("--driver", help="The party's client that is asked meanwhile; see --client-rate.")
@click.option("--client-rate", type=Rate(), help="Requests the party's client is asked for while load is on.")
@click.option("--limit", "limits", multiple=True, metavar="TEXT", help="'p99 <= 2s', 'errors = 0'; repeatable.")
@click.option("--collect", help="Where the party lists what it processed, a ResponseID a line: URL or file.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of this run; default: a new one below uept-load.")
@settings_option("TOML run file; its table [load] has every switch.")
@click.option(
    "--pki", type=click.Path(path_type=Path), help="PKI folder or keystore.json; default: test keys are made."
)
@click.option("--signing-key", type=click.Path(path_type=Path), help="PEM key (P-256) that signs the bundle.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    settings: Path | None,
    signing_key: Path | None,
    receiver: str | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Send a party's system signed responses and alerts of a simulated fleet at a planned rate, and measure.

    Open loop: what is due is due, however long the party takes; times count from the planned instant. Messages go to
    this machine only, or to hosts that the run file allows by name. Ctrl-C ends it within a second.
    Exit codes: 0 every limit is met, 1 one is not, 2 usage or settings, 3 BLOCKED, 130 interrupted.
    --json prints one object when the run has ended: run, complete, verdict, exit_code, limits (limit, verdict,
    measured), planned, due, acknowledged, errors, retries, percentiles, processed, report, bundle, fingerprint.
    """
    from harness.settings import load_settings

    others = ("receive_url", "driver", "out", "pki")
    named: dict[str, Any] = {f"load.{name}": value for name, value in flags.items() if name not in others}
    named |= {
        "receive_url": flags["receive_url"],
        "driver": flags["driver"],
        "out": None if flags["out"] is None else str(flags["out"]),
        "dcc.pki": None if flags["pki"] is None else str(flags["pki"]),
    }
    ctx.exit(_run(load_settings(settings, named, os.environ), receiver, signing_key, as_json=as_json))


def _run(settings: Any, receiver: str | None, signing_key: Path | None, *, as_json: bool) -> int:
    from harness.cli.signing import load_signing_key
    from harness.engine.folder import make_folder, pki_folder, take_away
    from harness.load.reporting.write import write_load_reports
    from harness.load.run import check, run_load, sender_of
    from stubs.clock import SystemClock
    from stubs.journal import FILE_NAME, Journal, SqliteStore

    key = load_signing_key(signing_key) if signing_key else None
    if receiver is None:
        check(settings)
    folder, made = make_folder(settings, "uept-load")
    try:
        pki = pki_folder(settings, folder)
        with _receiving(settings, receiver, pki) as chosen:
            run = run_load(chosen, folder, pki, sender_of(chosen), _show)
    except BaseException:
        if not (folder / "state" / FILE_NAME).exists():
            take_away(made)
        raise
    journal = Journal(SqliteStore(folder / "state" / FILE_NAME), SystemClock())
    try:
        written = write_load_reports(folder, journal.rows(0), key)
    finally:
        journal.close()
    code = 130 if run.is_interrupted else _EXIT_CODES[written.result.verdict]
    if run.reason:
        say_error(run.reason)
    (_print_json if as_json else _print)(written, code)
    return code


@contextmanager
def _receiving(settings: Any, name: str | None, pki: Path) -> Iterator[Any]:
    """Return the settings with the address of our own receiver, when one is asked for."""
    import msgspec

    from harness.load.receiver_process import receiver

    if name is None:
        yield settings
        return
    with receiver(name, pki) as url:
        load = msgspec.structs.replace(settings.load, collect=settings.load.collect or f"{url}processed")
        yield msgspec.structs.replace(settings, receive_url=url, load=load)


def _show(progress: Any) -> None:
    say_error(
        f"{max(0.0, progress.elapsed):6.0f} s  {progress.acknowledged} acknowledged, {progress.errors} errors, "
        f"{progress.backlog} waiting"
    )


def _print_json(written: Any, code: int) -> None:
    result = written.result
    print_json(
        {
            "run": result.run,
            "complete": result.complete,
            "verdict": result.verdict,
            "exit_code": code,
            "limits": result.limits,
            "planned": result.planned,
            "due": result.due,
            "acknowledged": result.acknowledged,
            "errors": result.errors,
            "retries": result.retries,
            "percentiles": result.percentiles,
            "processed": result.processed,
            "report": str(written.report),
            "bundle": str(written.bundle),
            "fingerprint": written.fingerprint,
        }
    )


def _print(written: Any, _code: int) -> None:
    result = written.result
    say(
        f"{result.facts['profile']['title']}: {result.acknowledged} of {result.due} messages acknowledged, "
        f"offered {result.offered_rate:.1f}/s ({result.facts['rate_is']}), accepted {result.accepted_rate:.1f}/s"
    )
    unlike = [f"{count} {name}" for name, count in result.endings.items() if name != "acknowledged"]
    unlike += [
        f"{count} last answered with status {status}" for status, count in result.statuses.items() if status[0] != "2"
    ]
    if unlike:
        say("not acknowledged: " + ", ".join(unlike))
    none = "never" if result.due else "-"
    print_table(
        ["share", "seconds to acknowledgement"],
        [[name, none if value is None else f"{value:.4f}"] for name, value in result.percentiles.items()],
    )
    if result.processed is not None:
        say("processed: " + ", ".join(f"{count} {name}" for name, count in result.processed.items()))
    print_table(["limit", "verdict", "measured"], [list(one.values()) for one in result.limits])
    say(f"\n{result.verdict}\nbundle  {written.bundle} (signed by {written.fingerprint[:16]}…)")
    say(f"report  {written.report.resolve()}")
