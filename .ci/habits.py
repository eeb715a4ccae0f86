"""`make habits`: clients with any combination of harmless habits over whole roles; every one has to pass everything.

Seeded: the same seed makes the same clients. `make test` tries a few of them over a few scenarios.
"""

import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
engine, settings = import_module("harness.engine"), import_module("harness.settings")
habits = import_module("harness.drivers.defective.habits")
app, clock = import_module("stubs.app"), import_module("stubs.clock")


def main(count: int, seed: str, roles: tuple[str, ...]) -> int:
    """Run ``count`` combinations over the roles; the number of scenario runs that did not pass."""
    folder = Path(tempfile.mkdtemp())
    app.init_pki(folder / "pki")
    dcc_settings = app.DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(folder / "pki"), state_dir=str(folder / "state")
    )
    chance, total, wrong = Random(seed), 0, defaultdict[str, list[str]](list)  # noqa: S311 - a choice, not a secret
    with app.background_dcc(dcc_settings, clock.VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC))) as dcc:
        for number in range(count):
            names = habits.chosen(chance)
            flags = {"deadline": 10.0, "patience": 5.0, "roles": roles, "out": str(folder / f"run-{number}")}
            driver = habits.combined(names)
            run = engine.run_rehearsal(settings.load_settings(flags=flags), dcc=dcc, driver=driver).run
            total += len(run.scenarios)
            for one in run.scenarios:
                if one.verdict.value != "PASS":
                    wrong[f"{one.key}: {one.verdict.value}: {one.reason[:300]}"].append(", ".join(names))
    for told, clients in sorted(wrong.items()):
        print(f"{told}\n  {len(clients)} clients, such as one with: {clients[0]}")
    print(f"{count} clients, {total} scenario runs, {sum(map(len, wrong.values()))} not passed, seed {seed}")
    return sum(map(len, wrong.values()))


if __name__ == "__main__":
    more = sys.argv[1:]
    asked = int(more[0]) if more else 10
    sys.exit(min(1, main(asked, more[1] if len(more) > 1 else "uept", tuple(more[2:]) or ("IS", "OU"))))
