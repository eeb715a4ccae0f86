"""The gateway's core in this process: one request from bytes to durable events and answer, without a socket."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec

from stubs.clock import VirtualClock
from stubs.dcc import Dcc, Reply
from stubs.events import AnyEvent
from stubs.journal import Journal, SqliteStore
from stubs.settings import DccSettings
from stubs.smki import Pki, init_pki, load_pki
from stubs.wire.eui64 import Eui64
from tests.bench.mix import PREMISES, Home, Mix, Template, load_templates

START = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
XML = "application/xml"
_GOOD = frozenset({"I0", "I99"})


@dataclass
class BareCore:
    """The core and its journal on a file, a virtual clock that the caller moves, and a counter that only grows."""

    dcc: Dcc
    journal: Journal
    pki: Pki
    clock: VirtualClock
    mix: Mix
    counters: count[int] = field(default_factory=lambda: count(1_768_471_200_000))

    def handle(self, template: Template, request: bytes) -> Reply:
        """The whole request: every check, the journal's commit, the answer, signed when it holds data."""
        now = self.clock.now()
        handled = self.dcc.handle(request, template.service, XML, "127.0.0.1", now)
        self.journal.append_recorded(handled.events, now)
        self.journal.commit()
        return handled.reply

    def prepare(self, template: Template) -> bytes:
        """A fresh signed request, after what has to be there before it can succeed."""
        before, counter = next(self.counters), next(self.counters)
        device = self.mix.device_of(template, counter)
        if template.needs_record and self.dcc.state.inventory.get(Eui64.parse(device)) is None:
            notice = next(template for template in self.mix.templates if template.srv == "12.2")
            self.handle(notice, self.mix.prenotification(device, before))
        return self.mix.signed(template, counter)

    def settle(self) -> None:
        """Let two seconds pass: devices answer, and every message is taken to be received."""
        self.clock.advance(timedelta(seconds=2))
        self.work_off()
        now = self.clock.now()
        events: list[AnyEvent] = []
        outbox = self.dcc.state.outbox
        for user in list(outbox.waiting):
            for message in outbox.of(user):
                events += self.dcc.delivered(message.message, 1, 204, now)
        self.journal.append(*events, at=now)
        self.journal.commit()

    def work_off(self) -> None:
        """Do what is due: devices execute and answer, answers are signed and queued."""
        now = self.clock.now()
        self.journal.append_recorded(self.dcc.tick(now), now)
        self.journal.commit()


@contextmanager
def bare_core(pki: Pki | None = None, settings: DccSettings | None = None) -> Iterator[BareCore]:
    """A core with the bench's premises and the templates it accepts, journal in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="uept-bench-") as folder:
        if pki is None:
            init_pki(Path(folder) / "pki", seed=b"bench")
            pki = load_pki(Path(folder) / "pki")
        clock = VirtualClock(START, rate=0)
        dcc = Dcc(settings or DccSettings(seed="bench"), pki)
        journal = Journal(SqliteStore(Path(folder) / "journal.sqlite"), clock)
        try:
            journal.append(*dcc.register_parties(START), at=START)
            made = []
            for spec in PREMISES:
                premises, events = dcc.add_premises(spec, START)
                journal.append(*events, at=START)
                made.append(msgspec.to_builtins(premises))
            journal.commit()
            templates, _ = load_templates()
            core = BareCore(dcc, journal, pki, clock, Mix.of(templates, Home.of(made, str(pki.acb)), pki))
            yield core
        finally:
            journal.close()


def accepted(core: BareCore) -> tuple[tuple[Template, ...], list[str]]:
    """The templates that succeed twice in a row, and the names of the others with their codes."""
    good, refused = [], []
    for template in core.mix.templates:
        codes = [core.handle(template, core.prepare(template)).response_code for _ in range(2)]
        core.settle()
        if set(codes) <= _GOOD:
            good.append(template)
        else:
            refused.append(f"{template.name} ({', '.join(str(code) for code in codes)})")
    return tuple(good), refused
