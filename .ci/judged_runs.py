"""The runs that tests/clients judges, kept for `make mutation`: every defect, and the reference client as every role.

What is asserted there is asserted here of a bundle, by judging it again: a defect fails by the checks that name it,
and each check of the reference client is what it was.
"""

import pickle
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class JudgedRun:
    """One scenario of a kept run. ``named``: checks that have to fail; empty: nothing may differ."""

    name: str
    entries: tuple[Any, ...]
    named: frozenset[str]
    verdict: str = "FAIL"

    def is_as_it_was(self) -> bool:
        """Whether judging again says what tests/clients asserts."""
        again = list(import_module("harness.checks").judge_again(self.entries))
        if self.named:
            return self.named <= {one.judged.check for one in again if one.finding.verdict.value == self.verdict}
        return all(one.finding.verdict is one.was.verdict for one in again)


STATES: dict[str, tuple[str, Any]] = {
    "SR-105": ("balance", 2_242_000), "SR-106": ("payment_mode", "credit"), "SR-111": ("maximum_balance", 24_100),
    "SR-112": ("credits", []), "SR-121": ("display_message", "other"), "SR-501": ("supply", "armed"),
    "IC-025": ("joined", []), "IC-021": ("clock_status", "unreliable"),
}  # fmt: skip
"""Scenario to a field of the device's state, and a value that it was not told (test_device_state_follows)."""


def _altered(run: JudgedRun) -> Iterator[JudgedRun]:
    """The run with another state of its device: our fault."""
    events, structs = import_module("stubs.events"), import_module("msgspec").structs
    scenario = next((one.event.scenario for one in run.entries if isinstance(one.event, events.ScenarioStarted)), "")
    if scenario not in STATES or not any(
        isinstance(one.event, events.CheckJudged) and one.event.check == "device-took-what-was-sent"
        for one in run.entries
    ):
        return
    name, value = STATES[scenario]
    changed = tuple(
        structs.replace(one, event=structs.replace(one.event, values={**one.event.values, name: value}))
        if isinstance(one.event, events.DeviceChanged) and name in one.event.values
        else one
        for one in run.entries
    )
    altered = JudgedRun(f"{run.name}, altered", changed, frozenset({"device-took-what-was-sent"}), "BLOCKED")
    if altered.is_as_it_was():
        yield altered


def kept(folder: Path) -> Iterator[JudgedRun]:
    """Everything that ``keep`` left in a folder, scenario by scenario."""
    defects = import_module("harness.drivers").DEFECTS
    events = import_module("stubs.events")
    for path in sorted(folder.glob("*.journal")):
        name = path.stem
        entries = pickle.loads(path.read_bytes())  # noqa: S301 - of ``keep``
        if name in defects:
            yield JudgedRun(name, entries, frozenset(defects[name].caught_by))
            continue
        own: list[Any] = []
        for number, entry in enumerate(entries):
            is_next = number > 0 and isinstance(entries[number - 1].event, events.ScenarioFinished)
            if is_next:
                yield (run := JudgedRun(f"{name} to {entry.seq}", tuple(own), frozenset()))
                yield from _altered(run) if name == "IS" else ()
                own = [one for one in own if isinstance(one.event, events.CertificateIssued)]
            own.append(entry)
        yield JudgedRun(name, tuple(own), frozenset())


def keep(folder: Path) -> None:
    """Run what is not kept yet."""
    engine, settings = import_module("harness.engine"), import_module("harness.settings")
    app, clock = import_module("stubs.app"), import_module("stubs.clock")
    rows, library = import_module("harness.drivers").DEFECTS, import_module("harness.plan").load_library()
    wanted = [
        (name, f"broken:{name}", {"select": row.scenario, "deadline": 3.0, "patience": 1.5})
        for name, row in rows.items()
    ]
    roles = sorted({one.role for one in library})
    wanted += [(role, "reference", {"roles": (role,), "deadline": 60.0, "patience": 30.0}) for role in roles]
    wanted = [one for one in wanted if not (folder / f"{one[0]}.journal").exists()]
    if not wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "pki").exists():
        app.init_pki(folder / "pki")
    dcc_settings = app.DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(folder / "pki"), state_dir=tempfile.mkdtemp()
    )
    with app.background_dcc(dcc_settings, clock.VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC))) as dcc:
        for name, driver, flags in wanted:
            given = settings.load_settings(flags={"driver": driver, "out": f"{tempfile.mkdtemp()}/run", **flags})
            run = engine.run_rehearsal(given, dcc=dcc).run
            entries = tuple(dcc.journal.entries(after=run.first - 1, until=run.last))
            (folder / f"{name}.journal").write_bytes(pickle.dumps(entries))
            print(name, flush=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
