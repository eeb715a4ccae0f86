"""A driver that is the party's own Python object."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.drivers import Action, make_driver
from stubs.wire import Blocked

PROGRAM = """
from harness.drivers import Outcome

class Ours:
    receive_url = "http://127.0.0.1:9000/duis"
    def describe(self): return {"driver": "ours"}
    def start(self, context): pass
    def perform(self, action): return Outcome(action=action.id, status="done")
    def close(self): pass

def fails(): raise RuntimeError("no licence")

class Half:
    receive_url = None
    def describe(self): return {}
"""


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "party_of_ours.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(str(tmp_path))


def test_the_factorys_object_is_the_driver() -> None:
    driver = make_driver("python:party_of_ours:Ours")
    assert driver.perform(Action(id="a1")).status == "done"
    assert driver.receive_url == "http://127.0.0.1:9000/duis"


def test_a_factory_that_fails_is_said_with_its_words() -> None:
    with pytest.raises(Blocked, match="no licence"):
        make_driver("python:party_of_ours:fails")


def test_an_object_that_is_no_driver_is_said_with_what_it_lacks() -> None:
    with pytest.raises(Blocked, match="lacks start, perform, close"):
        make_driver("python:party_of_ours:Half")
