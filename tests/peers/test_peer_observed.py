"""A rehearsal that only watches, ``--driver observe``, while a tester acts with the DCC's open packages.

The client is the documented ``docs/examples/stock_client.cjs``, run as a tester would: when the rehearsal has named the
device. Origin of the packages: npm, see ``public_tools``.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli_kit import started
from tests.peers.public_tools import PublicTools
from tests.ports import free_port

pytestmark = [pytest.mark.peer, pytest.mark.timeout(400)]

CLIENT = Path(__file__).parents[2] / "docs" / "examples" / "stock_client.cjs"
ANNOUNCED = re.compile(r"^ +DeviceID +([0-9A-F-]{23})$")
SCENARIO = "SR-601-IS-2"


def test_the_stock_tools_pass_a_rehearsal_that_watches_them(public_tools: PublicTools, tmp_path: Path) -> None:
    port, unused = free_port(), "http://127.0.0.1:9/smartdcc/duis"
    arguments = (
        "rehearse", "--driver", "observe", "--role", "IS", "--only", SCENARIO, "--out", "run", "--port", str(port),
        "--smki-port", "0", "--ssi-port", "0", "--control-port", "0", "--receive-url", unused,
        "--pki", str(public_tools.keystore),
    )  # fmt: skip
    with started(*arguments, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as rehearsal:
        assert rehearsal.stderr is not None
        lines = iter(rehearsal.stderr)
        device = next((found[1] for line in lines if (found := ANNOUNCED.match(line))), "")
        assert device, "it ended without naming a device"
        address = f"http://127.0.0.1:{port}/api/v1/serviceD"
        asked = subprocess.run(
            ["node", str(CLIENT), address, device],
            env=public_tools.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert asked.stdout.startswith("I0 "), asked.stderr
        rest = "".join(lines)
        assert rehearsal.wait() in {0, 3, 4}, rest
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    (scenario,) = result["scenarios"]
    assert scenario["verdict"] in {"PASS", "REVIEW"}, rest
    judged = {check["check"]: check["verdict"] for check in scenario["checks"]}
    assert judged["request-accepted"] == "PASS"
