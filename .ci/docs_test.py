"""Run every code block of README and docs in order, each page in a folder and with a home of its own.

Says what was run, what was not and why, and what does something else than the page shows; exit code 1 then.
With page names as arguments: only those. In a network of its own where the system lets us, so that the ports of the
pages are free: `unshare --map-root-user --net`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.docs_blocks import PAGES, Block, Sandbox, blocks, unexplained  # noqa: E402 - after the path is set

_NETWORK = ["unshare", "--map-root-user", "--net", "--kill-child", "sh", "-c"]
_INSIDE = "--inside"


def main(arguments: list[str]) -> int:
    """Run the pages; 0 when each does what it shows."""
    if arguments[:1] != [_INSIDE] and _has_networks():
        up = 'ip link set lo up && exec "$0" "$@"'
        return subprocess.run([*_NETWORK, up, sys.executable, __file__, _INSIDE, *arguments], check=False).returncode
    chosen = {Path(name).resolve() for name in arguments if name != _INSIDE}
    failures = 0
    for page in PAGES:
        if not chosen or page.resolve() in chosen:
            with tempfile.TemporaryDirectory(prefix="uept-docs-") as folder:
                failures += _page(page, Path(folder))
    print("every page does what it shows" if not failures else f"{failures} blocks do something else than they show")
    return 1 if failures else 0


def _has_networks() -> bool:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run([*_NETWORK, "ip link set lo up"], capture_output=True, check=False).returncode == 0


def _page(page: Path, folder: Path) -> int:
    sandbox = Sandbox(folder)
    failures = 0
    for block in blocks(page):
        if (why := _left_out(block, sandbox)) is not None:
            print(f"left out  {block.place}: {why}", flush=True)
            continue
        wrong = unexplained(block) or sandbox.run(block)
        if block.is_commands or block.told("output") is not None or wrong:
            print(f"{'FAILED' if wrong else 'ok':8}  {block.place}{f': {wrong}' if wrong else ''}", flush=True)
        failures += bool(wrong)
    sandbox.close()
    return failures


def _left_out(block: Block, sandbox: Sandbox) -> str | None:
    reason = block.told("not run:")
    if reason is not None:
        return reason
    lacking = sandbox.lacks(block)
    return f"needs {lacking}, which is not here" if lacking else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
