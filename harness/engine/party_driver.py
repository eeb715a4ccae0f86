"""Starting a driver against a simulated DCC, and telling that DCC where the party receives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.drivers import Action, Driver, DriverContext, Outcome, TlsFiles, UserIdentity
from harness.engine.run_context import RunContext
from harness.settings import RehearsalSettings

AskPerson = Callable[[Action], Outcome]


def start_driver(run_context: RunContext, driver: Driver, state_dir: Path, person: AskPerson | None = None) -> None:
    """Start it with what it needs to know, and register the Users with the endpoint they receive at.

    Args:
        run_context: of the run, or of one scenario that has a simulated DCC of its own.
        driver: not started yet; the caller closes it.
        person: shows an action to a person who attends the run, if one does.
        state_dir: for what the driver keeps; it exists.
    Raises: Blocked: the driver does not start.
    """
    settings, dcc = run_context.settings, run_context.dcc
    others = settings.users_of_others
    identities = [
        UserIdentity(eui=str(party.eui), roles=tuple(party.roles), name=party.name)
        for party in dcc.pki.parties()
        if str(party.eui) not in others  # nothing of another party is shown to the one under test
    ]
    pki = Path(str(dcc.settings.pki))
    run_context.tls = _tls(settings, pki)
    context = DriverContext(
        pki=pki,
        users=tuple(identities),
        urls=run_context.urls,
        state_dir=state_dir,
        now=dcc.clock.now,
        acb=str(dcc.pki.acb),
        tls=run_context.tls,
        say=run_context.progress.say,
        ask=run_context.progress.ask,
        person=person,
        keep=run_context.keep_evidence,
    )
    driver.start(context)
    receive_url = settings.receive_url or driver.receive_url
    for identity in identities:
        run_context.control.register_user(identity.eui, identity.name, list(identity.roles), receive_url)
    for other in dcc.pki.parties():
        if str(other.eui) in others:
            run_context.control.register_user(str(other.eui), other.name, list(other.roles), None)


def _tls(settings: RehearsalSettings, pki: Path) -> TlsFiles:
    """Return a driver's TLS files: as the settings say, else the root of the test PKI is trusted."""
    given = settings.driver_tls
    root = pki / "authorities" / "root.pem"
    ca = Path(given.ca) if given.ca else root if root.is_file() else None
    return TlsFiles(
        ca=ca,
        certificate=Path(given.certificate) if given.certificate else None,
        key=Path(given.key) if given.key else None,
    )
