"""``uept explain``: everything that has a name can be explained, advice belongs to something, a typing error is helped."""

from __future__ import annotations

import json

import pytest

from harness.checks.registry import checks
from harness.cli import run
from harness.explanations import explain
from schemas.load import advice, gateway_rules, response_codes
from stubs.wire.errors import InputError


@pytest.mark.parametrize(
    ("subject", "kind", "part"),
    [
        ("E4", "response code", "device-authorised"),
        ("e4", "response code", "not authorised"),
        ("signature", "rule", "HTTP 400"),
        ("reading-agrees", "check", "broken:"),
        ("AD1", "DCC alert", "Power outage"),
        ("8071", "device alert", "gas proxy"),
        ("4.1.1", "service", "--example"),
        ("RequestRefused", "event", "A rule said no"),
    ],
)
def test_each_kind_of_subject_is_explained(subject: str, kind: str, part: str) -> None:
    found = [one for one in explain(subject) if one.kind == kind]
    assert found
    assert part.lower() in f"{found[0].meaning} {found[0].why} {found[0].mend}".lower()
    assert found[0].source


@pytest.mark.parametrize("subject", [*map(str, response_codes()), *gateway_rules(), *checks()])
def test_every_code_rule_and_check_says_what_it_means_and_from_where(subject: str) -> None:
    for one in explain(subject):
        assert one.meaning
        assert one.source


def test_every_rule_has_advice() -> None:
    assert set(gateway_rules()) <= set(advice())


def test_advice_is_about_something_that_exists() -> None:
    assert set(advice()) <= {*map(str, response_codes()), *gateway_rules()}
    assert all(why.endswith(".") and mend.endswith(".") for why, mend in advice().values())


def test_a_typing_error_names_what_is_near() -> None:
    with pytest.raises(InputError, match="device-authorised"):
        explain("device-autorised")


def test_the_command_prints_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "E19"]) == 0
    assert "device-exists" in capsys.readouterr().out
    assert run(["explain", "E19", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["kind"] == "response code"
    assert run(["explain", "nothing-like-it"]) == 2


def test_a_part_of_a_name_finds_the_names_that_hold_it() -> None:
    with pytest.raises(InputError, match="Did you mean replayed-request"):
        explain("replay")
