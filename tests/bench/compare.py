"""``make bench-compare REV=…``: two revisions measured in turn on one machine, and the ratio of each figure.

``compare.py REV [SECTION…] [--rounds N] [--full] [--out FILE]``. The other revision is unpacked beside a link to the
reference data and measured by its own bench with the same interpreter and libraries. Both sides run in turn, N rounds
each, so that what the machine does beside falls on both. A ratio is this tree's median over the other's.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2]
Figures = Mapping[tuple[str, str], float]
"""Value by section and name."""


def figures_of(document: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """The measured figures of one JSON document of the bench."""
    return {
        (str(one["section"]), str(one["name"])): float(one["value"])
        for one in document["figures"]
        if one["value"] is not None
    }


def compared(this: Iterable[Figures], other: Iterable[Figures]) -> list[dict[str, Any]]:
    """One row per figure that both sides measured in every round: both medians and their ratio."""
    ours, theirs = list(this), list(other)
    names = [name for name in ours[0] if all(name in one for one in (*ours, *theirs))]
    rows = []
    for section, name in names:
        new, old = (statistics.median(one[section, name] for one in side) for side in (ours, theirs))
        rows.append({"section": section, "name": name, "this": new, "other": old, "ratio": new / old if old else None})
    return rows


def unpack(revision: str, folder: Path) -> Path:
    """The other revision's tree in ``folder``, with the reference data beside it where they are beside this one.

    Raises: SystemExit: git knows no such revision.
    """
    made = subprocess.run(["git", "archive", revision], cwd=HERE, capture_output=True, check=False)
    if made.returncode:
        sys.exit(f"bench-compare: {made.stderr.decode().strip()}")
    tree = folder / "tree"
    with tarfile.open(fileobj=io.BytesIO(made.stdout)) as archive:
        archive.extractall(tree, filter="data")
    shared = HERE.parent / "shared"
    if shared.is_dir():
        (folder / "shared").symlink_to(shared)
    return tree


def measure(tree: Path, arguments: list[str]) -> dict[tuple[str, str], float]:
    """Run the bench of a tree. Raises: SystemExit: it ended without figures."""
    command = [sys.executable, str(tree / "tests/bench/run.py"), "--json", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE, check=False)
    try:
        return figures_of(json.loads(done.stdout))
    except ValueError:
        sys.exit(f"bench-compare: the bench in {tree} ended with {done.returncode} and without figures")


def main() -> int:
    """Measure, print, write. Returns 0."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("revision", help="what git knows it by")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="a to l; all when none is named")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side")
    parser.add_argument("--full", action="store_true", help="the long form of each section")
    parser.add_argument("--out", type=Path, default=HERE / "build/bench-compare.json", help="where the JSON goes")
    given = parser.parse_args()
    arguments = [*given.sections, *([] if given.full else ["--quick"])]
    with tempfile.TemporaryDirectory(prefix="uept-bench-") as folder:
        other_tree = unpack(given.revision, Path(folder))
        this: list[Figures] = []
        other: list[Figures] = []
        for number in range(given.rounds):
            sides = [(HERE, this), (other_tree, other)]
            for tree, found in sides if number % 2 else reversed(sides):
                found.append(measure(tree, arguments))
    rows = compared(this, other)
    for row in rows:
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:.3f}"
        sys.stdout.write(f"({row['section']}) {row['name']:<64} {row['this']:>12.3f} {row['other']:>12.3f}  {ratio}\n")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    document = {"revision": given.revision, "rounds": given.rounds, "figures": rows}
    given.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
