"""What a person is asked is whole sentences: no blank, no brace, every value and address of the action in it."""

from __future__ import annotations

import re

import pytest

from harness.drivers import Action
from harness.engine.instructions import sentence
from harness.plan import library_folder

PROMPTS = sorted((library_folder() / "prompts").glob("*.txt"))
METER = "90-B3-D5-1F-30-01-00-01"
ACTIONS = [
    Action(id="a1", role="IS", user=METER, service="3.1", target=METER, parameters={"SupplierMessage": "Read."}),
    Action(id="a2", role="IS", user=METER, service="8.2", parameters={"DeviceID": METER}, options={"wait": False}),
    Action(id="a3", role="OU", user=METER, parameters={"code": "N24"}, urls={"ssi": "https://127.0.0.1:8443"}),
    Action(id="a4", role="GS", user=METER, service="7.2", target=METER, options={"command_variant": 1, "settle": 2}),
]


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_a_prompt_leaves_nothing_blank(path: object, action: Action) -> None:
    text = sentence(path.read_text(encoding="utf-8"), action, "gas meter" if action.target else "")  # type: ignore[attr-defined]
    assert "{" not in text
    assert "  " not in text
    assert not re.search(r" [,.;]|\(\)", text.replace("()", "")), text
    assert text[0].isupper()
    assert text.endswith(".")


def test_a_request_is_told_with_service_device_values_and_deviations() -> None:
    template = (library_folder() / "prompts" / "send.txt").read_text(encoding="utf-8")
    assert sentence(template, ACTIONS[0], "gas meter") == (
        f"Acting as IS ({METER}), send service request 3.1 Display Message to the gas meter {METER} from your own "
        'system, with SupplierMessage "Read.". Follow it to its end.'
    )
    assert "to the DCC from your own system" in sentence(template, ACTIONS[1])
    assert "Use command variant 1." in sentence(template, ACTIONS[3], "gas meter")
