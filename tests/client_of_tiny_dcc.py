"""A client started against the least of a DCC, asked for readings, and given answers bent in some ways."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

from harness.drivers import Action, Driver, DriverContext, Outcome, UserIdentity, make_driver, running
from tests.tiny_dcc import NOW, OTHER_PARTY, SUPPLIER, TinyDcc

METER = "DE-51-CE-00-00-00-00-E1"
SECOND = "DE-51-CE-00-00-00-00-E2"


def context_of(dcc: TinyDcc, pki: Path, state: Path) -> DriverContext:
    """The surroundings of a driver that acts for the supplier."""
    user = UserIdentity(str(SUPPLIER), ("IS", "GS"))
    return DriverContext(pki=pki, users=(user,), urls=dcc.urls, state_dir=state, now=lambda: NOW)


def started(name: str, dcc: TinyDcc, pki: Path, state: Path) -> Iterator[Driver]:
    """A driver by its name, started; the DCC delivers to it."""
    with running(make_driver(name), context_of(dcc, pki, state)) as driver:
        dcc.receive_url = driver.receive_url or ""
        yield driver


def read(driver: Driver, **changes: Any) -> Outcome:
    """The outcome of a reading of the first meter, or of whatever else is asked."""
    fields: dict[str, Any] = {"id": "a1", "service": "4.1.1", "target": METER, "deadline": 30.0} | changes
    return driver.perform(Action(**fields))


def sign_as_other_party(dcc: TinyDcc) -> None:
    """Have every response signed by another party."""
    pair = dcc.pki.key_pair(OTHER_PARTY, "DS", "87")
    dcc.deliver = lambda dcc, document: dcc.post(dcc.signed(unsigned(document), pair))


def unsigned(document: bytes) -> bytes:
    """The document without its signature."""
    return re.sub(rb"<ds:Signature.*</ds:Signature>", b"", document, flags=re.DOTALL)


def two_reads_answered_in_reverse(client: Driver, dcc: TinyDcc) -> dict[str, Outcome]:
    """The outcomes, by meter, of two readings whose responses overtake one another."""
    held: list[bytes] = []

    def hold(dcc: TinyDcc, document: bytes) -> None:
        held.append(document)
        if len(held) == 2:
            first, second = sorted(held, key=lambda item: METER.encode() in item)
            dcc.post(first)
            dcc.post(second)

    dcc.deliver = hold
    outcomes: dict[str, Outcome] = {}
    threads = []
    for sent, eui in enumerate((METER, SECOND), start=1):
        threads.append(Thread(target=lambda eui=eui: outcomes.update({eui: read(client, id=eui, target=eui)})))
        threads[-1].start()
        while len(dcc.received) < sent:
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    return outcomes
