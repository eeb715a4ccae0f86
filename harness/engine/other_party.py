"""Another party of the run, with a client of its own: what it sends, the party under test can only see on the SSI."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness.drivers import Action, DriverContext, UserIdentity, make_driver, running
from stubs.wire.errors import Blocked

if TYPE_CHECKING:
    from harness.engine.run_context import RunContext


def other_party_sends(run_context: RunContext, user: str, role: str, service: str, target: str) -> None:
    """The reference client sends one request for another party, and takes its response.

    Raises: Blocked: its keys are missing, or its request was not carried out.
    """
    control = run_context.control
    before = next(row for row in control.users() if row["user"] == user)
    action = Action(
        id=f"other-{user}",
        user=user,
        role=role,
        service=service,
        target=target,
        deadline=run_context.settings.deadline,
        urls=run_context.urls,
    )
    with tempfile.TemporaryDirectory() as folder:
        context = DriverContext(
            pki=Path(str(run_context.dcc.settings.pki)),
            users=(UserIdentity(user, (role,)),),
            urls=run_context.urls,
            state_dir=Path(folder),
            now=run_context.now,
            acb=str(run_context.dcc.pki.acb),
            tls=run_context.tls,
        )
        with running(make_driver("reference"), context) as driver:
            control.register_user(**{**before, "receive_url": driver.receive_url})
            try:
                outcome = driver.perform(action)
            finally:
                control.register_user(**before)
    if outcome.status != "done":
        raise Blocked(f"the other party's {service} was not carried out: {outcome.detail}")
