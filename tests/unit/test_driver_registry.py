"""From the word after ``--driver`` to a driver."""

from __future__ import annotations

import pytest

from harness.drivers import DEFECTS, Action, driver_names, make_driver
from harness.drivers.defective import Edits
from harness.drivers.reference import CORRECT, ReferenceDriver
from stubs.wire import Blocked


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("reference", "reference"),
        ("manual", "manual"),
        ("observe", "observe"),
        ("command:python3 client.py --fast", "command"),
        ("http:http://127.0.0.1:9000/act", "http"),
        ("http://127.0.0.1:9000/act", "http"),
        ("https://127.0.0.1:9000/act", "http"),
        ("broken:reuses-counter", "broken:reuses-counter"),
    ],
)
def test_each_name_makes_its_driver(text: str, name: str) -> None:
    assert make_driver(text).describe()["driver"] == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("referenec", "reference"),
        ("broken:", "a defect"),
        ("broken:everything", "does-not-verify-signatures"),
        ("command:", "a command line"),
        ("command:'unclosed", "cannot be read"),
        ("http:somewhere", "no web address"),
        ("http:http://127.0.0.1:99999/act", "no web address"),
        ("http:http://[::1/act", "no web address"),
        ("python:nothing", "names no factory"),
        ("python:no_such_module:make", "cannot be made"),
        ("python:json:dumps", "cannot be made"),
        ("python:collections:OrderedDict", "lacks describe"),
        ("reference:fast", "no driver is called"),
    ],
)
def test_a_name_that_makes_no_driver_is_said_with_what_would(text: str, said: str) -> None:
    with pytest.raises(Blocked) as caught:
        make_driver(text)
    assert said in str(caught.value)


def test_every_defect_changes_the_policy_and_names_a_check() -> None:
    for defect in DEFECTS.values():
        assert defect.policy != CORRECT or defect.edits != Edits(), defect.name
        assert defect.caught_by, defect.name
        assert f"broken:{defect.name}" in driver_names()
    assert len(DEFECTS) >= 13


def test_no_two_defects_are_the_same() -> None:
    assert len({(defect.policy, defect.edits) for defect in DEFECTS.values()}) == len(DEFECTS)


def test_a_client_that_was_not_started_cannot_be_asked() -> None:
    for text in ("reference", "manual", "observe", "command:true", "http://127.0.0.1:9/"):
        with pytest.raises(Blocked, match="not been started"):
            make_driver(text).perform(Action(id="a1"))


def test_the_reference_client_has_no_address_before_it_starts() -> None:
    assert ReferenceDriver().receive_url is None
