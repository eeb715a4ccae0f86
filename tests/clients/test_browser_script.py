"""The reference client's own browser script, on a few scenarios of the Self-Service Interface."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from harness.cli import run as uept
from harness.drivers.reference import ssi_pages
from tests.browser_kit import CHROMIUM, NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM
ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_clients_script_passes_and_leaves_pictures_and_traces(
    tmp_path: Path,
) -> None:
    arguments = ["--role", "IS", "--driver", f"browser:{ssi_pages.__file__}", "--out", str(tmp_path / "run"), "--json"]
    select = ["--only", "SSI-001-IS", "--only", "SSI-006-IS", "--only", "SSI-007-IS-3"]
    done = subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; main()", "rehearse", *arguments, *select],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"UEPT_CHROMIUM": str(CHROMIUM)},
        text=True,
    )
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert (done.returncode, result["totals"]) == (0, {"PASS": 3}), done.stderr
    with zipfile.ZipFile(result["bundle"]) as bundle:
        names = bundle.namelist()
        whole = b"".join(bundle.read(name) for name in names if name.endswith(".json"))
    assert any(name.endswith("sign-in-ssi.png") for name in names)
    assert any(name.endswith("sign-in-ssi-trace.zip") for name in names)
    assert str(tmp_path).encode() not in whole
    assert uept(["judge", result["bundle"]]) == 0
