"""``uept serve``: the simulated DCC, to code against."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.live import live_port_option
from harness.cli.logs import logs_in_one_line
from harness.cli.output import say, say_error, settings_option

if TYPE_CHECKING:
    from stubs.app import SimulatedDcc

_CONNECTIONS = 65536


@click.command()
@click.option("--port", type=int, help="DUIS web services; default 8079; 0 picks a free port (so for every port).")
@click.option("--smki-port", type=int, help="SMKI repository; default 8083.")
@click.option("--ssi-port", type=int, help="Self-Service Interface; default 8443.")
@click.option("--control-port", type=int, help="Control API; default 8078.")
@click.option(
    "--workers",
    type=int,
    metavar="N",
    help="Front processes that share the port and do what needs no state; default 0: one process does everything.",
)
@click.option("--state", type=click.Path(path_type=Path), help="Keep the journal here; default: in memory.")
@click.option(
    "--pki", type=click.Path(path_type=Path), help="PKI folder or keystore.json; default: test keys are made."
)
@click.option(
    "--premises",
    metavar="FILE",
    help="Make the premises of this file, JSON or TOML; or the ready-made set template-identities.",
)
@click.option("--receive-url", help="Where responses and alerts are posted, for every User without a URL of its own.")
@live_port_option
@click.option(
    "--detach",
    is_flag=True,
    help="Start it, wait until it is ready, and come back; needs --state. `uept stop` ends it.",
)
@settings_option("TOML file; its table [dcc] has every switch.")
def command(**flags: Any) -> None:
    """Run the simulated DCC until Ctrl-C. Prints one JSON line with all URLs when it is ready.

    `live` in that line is a page for people that shows the traffic and the homes. The web services have the paths of
    the boxed test appliance, so that clients written for it connect unchanged. Precedence: flag, environment
    (UEPT_DCC_…), settings file, default. Everything listens on loopback only. The run's clock begins at now, or at the
    newest entry of the journal in --state, and can be moved through the control API.
    Whether it is ready GET /health of the control API says too: it answers once everything listens.
    Exit codes: 0 stopped by Ctrl-C or SIGTERM, 2 usage or settings, 3 a port in use, no room, no journal.
    """
    from harness.settings import load_settings

    if flags.pop("detach"):
        from harness.cli.background import detached

        say(detached(flags))
        return
    named = {
        "dcc.port": flags["port"],
        "dcc.smki_port": flags["smki_port"],
        "dcc.ssi_port": flags["ssi_port"],
        "dcc.control_port": flags["control_port"],
        "dcc.workers": flags["workers"],
        "dcc.state_dir": _text(flags["state"]),
        "dcc.pki": _text(flags["pki"]),
        "dcc.receive_url": flags["receive_url"],
        "dcc.premises": flags["premises"],
        # A DCC to code against has well-known ports; a rehearsal with our own client has free ones.
        "driver": "observe",
    }
    settings = load_settings(flags["settings"], named, os.environ).dcc
    _allow_connections()
    logging.getLogger("stubs.refusals").setLevel(logging.INFO)
    with logs_in_one_line():
        asyncio.run(_serve(settings, flags["live_port"] or 0))


def _allow_connections() -> None:
    """Raise the limit of open connections as far as the machine allows: the usual 1024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, _CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


async def _serve(settings: Any, live_port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    from harness.console import live_page
    from stubs.app import ShortCollections

    dcc = await _started(settings, stop)
    if dcc is None:
        return
    state = Path(settings.state_dir) if settings.state_dir else None
    try:
        with live_page(port=live_port, state=state) as page:
            page.show(dcc)
            ShortCollections(loop.call_soon_threadsafe).install()
            _print_addresses(dcc, page.address)
            await stop.wait()
    finally:
        await dcc.stop()


async def _started(settings: Any, stop: asyncio.Event) -> SimulatedDcc | None:
    """Start the simulated DCC; None: ``stop`` came first, and what had begun has ended."""
    from stubs.app import SimulatedDcc

    starting = asyncio.ensure_future(SimulatedDcc.start(settings))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not starting.done():
        starting.cancel()
    with suppress(asyncio.CancelledError):
        return await starting
    return None


def _print_addresses(dcc: SimulatedDcc, live: str) -> None:
    """Print one line of JSON with every address and the notes."""
    import msgspec

    ready = {
        "ready": True,
        **msgspec.to_builtins(dcc.urls),
        "live": live,
        "acb": str(dcc.pki.acb),
        "control_token": dcc.control_token,
    }
    if dcc.fronts is not None:
        ready["workers"] = dcc.fronts.pids
    if dcc.premises:
        ready["premises"] = [{"name": made.name, "devices": made.devices} for made in dcc.premises]
    for note in (*dcc.pki.notes, *dcc.pki.key_sets):
        say_error(f"note: {note}")
    say(json.dumps(ready))
