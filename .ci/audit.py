"""Known vulnerabilities of the pinned dependencies, by ``pip-audit``; skipped, and said so, where its data is out of reach.

``audit.py [--report-only]``: exit code 1 when there is one, unless ``--report-only``. Whatever keeps pip-audit from an
answer (no network, a service that is down) is a line that says so and no failure. pip-audit comes from its own lock file
into an environment of its own: the program does not depend on it.
"""

import http.client
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path

DATA = "https://api.osv.dev/v1/vulns/PYSEC-2021-66"
"""Any page of the data that pip-audit asks for."""
SECONDS = 10
LONGEST = 60
ROOT = Path(__file__).parents[1]
LOCKED = ("run", "dev")


def main(arguments: list[str], data: str = DATA) -> int:
    try:
        with urllib.request.urlopen(data, timeout=SECONDS) as answer:  # noqa: S310 - our own constant
            answer.read(1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return skipped(f"{data} cannot be reached: {error}")
    try:
        with tempfile.TemporaryDirectory(prefix="uept-audit-") as folder:
            venv.create(folder, with_pip=True)
            found = audit(Path(folder) / "bin" / "python")
    except (OSError, subprocess.SubprocessError) as error:
        return skipped(f"pip-audit cannot be run: {error}")
    return found if "--report-only" not in arguments else 0


def audit(python: Path) -> int:
    install = [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", ROOT / "requirements" / "audit.txt"]
    subprocess.run(install, check=True, timeout=LONGEST, capture_output=True)
    worst = 0
    for name in LOCKED:
        command = [python, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--vulnerability-service", "osv",
                   "--progress-spinner", "off", "-r", ROOT / "requirements" / f"{name}.txt"]  # fmt: skip
        done = subprocess.run(command, check=False, timeout=LONGEST, capture_output=True, text=True)
        told = (done.stdout + done.stderr).strip()
        if done.returncode not in {0, 1} or "Traceback" in told:
            return skipped(f"pip-audit gives no answer: {told[-300:]}")
        print(f"audit: requirements/{name}.txt: {told}")
        worst = max(worst, done.returncode)
    return worst


def skipped(why: str) -> int:
    print(f"audit: SKIPPED: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
