"""``make fuzz``: mutants of everything that comes from outside, for an hour; one line a target, and what broke.

``run.py [TARGET…] [--seconds 3600] [--seed TEXT] [--keep FOLDER]``; all targets when none is named, each for its share
of the time. An input that ends in an error of ours, in more than one line, or not within 20 seconds is kept in FOLDER:
mend the kind, and put the smallest such input into ``tests/fuzz/corpus``, which CI goes through. Exit code 1 when
anything was found.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType

sys.path[0] = str(Path(__file__).parents[2])  # `tests` is found from whatever folder this is started in

from tests.dcc_kit import a_pki  # noqa: E402 - the line above comes first
from tests.fuzz.mutate import mutant  # noqa: E402
from tests.fuzz.targets import BUNDLES, TARGETS, Surroundings, Target, surroundings, told  # noqa: E402

_LONGEST = 20
"""Seconds one input may take."""


class TooSlowError(Exception):
    """One input took too long."""


def main(arguments: list[str] | None = None) -> int:
    """Fuzz the targets in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", default=str(time.time_ns()))
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    options = parser.parse_args(arguments)
    keep = options.keep.resolve()
    chosen = [target for target in TARGETS if not options.targets or target.name in options.targets]
    signal.signal(signal.SIGALRM, _too_slow)
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - a program that prints
    found = 0
    with tempfile.TemporaryDirectory(prefix="uept-fuzz-") as scratch:
        keys = Path(scratch) / "keys"
        pki = a_pki(keys)
        _a_real_run(Path(scratch) / "run")
        (Path(scratch) / "work").mkdir()
        with surroundings(Path(scratch) / "work", pki, keys) as where:
            for target in chosen:
                found += _fuzz(target, where, options.seconds / len(chosen), f"{options.seed} {target.name}", keep)
    return int(bool(found))


def _a_real_run(folder: Path) -> None:
    code, _, error = told(["rehearse", "--role", "IS", "--select", "IC-001", "--out", str(folder)])
    if code:
        raise SystemExit(error)
    BUNDLES.append((folder / "bundle.zip").read_bytes())


def _fuzz(target: Target, where: Surroundings, seconds: float, seed: str, keep: Path) -> int:
    """Mutants of one target until its time is up; how many kinds of trouble were found."""
    dice, seeds = random.Random(seed), target.seeds
    kinds: Counter[str] = Counter()
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        data = target.bend(dice.choice(seeds), dice) if target.bend else mutant(seeds, dice)
        count += 1
        trouble = taken(target, where, data)
        if trouble:
            kind = " ".join(trouble.split())[:160]
            if kind not in kinds:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{target.name}-{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)
                print(f"  {target.name}: {kind}", flush=True)  # noqa: T201
            kinds[kind] += 1
    print(f"{target.name}: {count} inputs, {sum(kinds.values())} in trouble, {len(kinds)} kinds", flush=True)  # noqa: T201
    return len(kinds)


def taken(target: Target, where: Surroundings, data: bytes) -> str:
    """What is wrong with how one input was taken, the time it took included."""
    signal.alarm(_LONGEST)
    try:
        return target.take(where, data)
    except TooSlowError:
        return f"not done within {_LONGEST} s"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError


if __name__ == "__main__":
    sys.exit(main())
