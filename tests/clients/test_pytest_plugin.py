"""A Party's own tests: the fixtures in a pytest of their own, with nothing of ours loaded beside them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "test_our_client.py"
OWN = """
import time
from datetime import datetime

import pytest
from harness import api


def test_a_home_has_fresh_identities_each_time(premises):
    assert set(premises()) == {"hub", "meter", "gas_proxy", "gas_meter"}
    assert not set(premises().values()) & set(premises().values())
    assert set(premises(devices=[{"name": "only", "type": "CHF"}])) == {"only"}


def test_the_clock_can_be_moved(clock):
    before = datetime.fromisoformat(clock.now())
    after = datetime.fromisoformat(clock.advance(86400))
    assert (after - before).total_seconds() >= 86400


def test_a_critical_request_is_signed_twice(dcc, premises, party):
    import urllib.request

    supplier = party("IS")
    home = premises(supplier=supplier.eui)
    urls = {"transform": str(dcc.urls.transform), "send_command": str(dcc.urls.send_command)}

    def post(document):
        request = urllib.request.Request(
            supplier.address_of(document, urls), document, {"Content-Type": "application/xml"}
        )
        return supplier.read(urllib.request.urlopen(request).read(), is_answer=True)

    request = supplier.request("7.2", home["meter"], counter=time.time_ns() // 1000)
    issued = post(request)
    assert issued.kind == "pre-command"
    assert post(supplier.sign_pre_command(request, issued)).code == "I99"
    with pytest.raises(api.PeerError):
        supplier.sign_pre_command(supplier.request("7.2", home["meter"], counter=1), issued)


def test_a_bent_signature_is_not_read(dcc, premises, party, inbox, faults):
    supplier = party("IS")
    home = premises(supplier=supplier.eui)
    faults.add("wrong-signature", device=home["meter"])
    dcc.control.raise_device_alert(home["meter"], "8F3F", recipient=supplier.eui)
    with pytest.raises(api.PeerError):
        supplier.read(inbox.wait(home["meter"]), smki=str(dcc.urls.smki))


def test_the_fault_of_the_test_before_is_lifted(dcc, premises, party, inbox):
    assert dcc.control.faults() == []
    supplier = party("IS")
    home = premises(supplier=supplier.eui)
    dcc.control.raise_device_alert(home["meter"], "8F3F", recipient=supplier.eui)
    alert = supplier.read(inbox.wait(home["meter"]), smki=str(dcc.urls.smki))
    assert (alert.kind, alert.code, alert.device) == ("device-alert", "8F3F", home["meter"])


def test_what_is_not_valid_is_said(party):
    with pytest.raises(api.PeerError, match="no service"):
        party("IS").request("99.9", counter=1)
    assert [one.line for one in api.validate(b"<x/>")]
    with pytest.raises(LookupError):
        party("XX")
"""


def outcome(folder: Path, *files: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "harness.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", str(folder), *map(str, files)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_documented_example_passes(tmp_path: Path) -> None:
    assert "1 passed" in outcome(tmp_path, EXAMPLE)


def test_every_fixture_does_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "test_ours.py"
    path.write_text(OWN)
    said = outcome(tmp_path, path)
    assert "6 passed" in said, said


@pytest.mark.parametrize("module", ["harness.pytest_plugin"])
def test_the_plugin_loads_nothing_of_ours_by_itself(module: str) -> None:
    code = (
        f"import sys, {module}; print([n for n in sys.modules if n.split('.')[0] in ('stubs', 'scenarios', 'schemas')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
