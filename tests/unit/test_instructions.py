"""Instructions to a person are whole sentences: no blank, no brace, every value and address of the action in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.drivers import Action
from harness.drivers.action import KINDS
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


MADE_UP = frozenset({"tester-90b3d51f30010001"})
SSI_PROMPTS = [path for path in PROMPTS if "{ssi}" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", SSI_PROMPTS, ids=lambda path: path.stem)
def test_who_is_made_up_is_said_to_be_so_and_the_sentence_stays_whole(path: Path) -> None:
    template = path.read_text(encoding="utf-8")
    text = sentence(template, ACTIONS[2], "", "tester-90B3D51F30010001", MADE_UP)
    own = sentence(template, ACTIONS[2], "", "Kim", MADE_UP)
    is_named = "{person}" in template or "{signed_in}" in template
    assert ("a test person that the simulated DCC made up" in text) == is_named
    assert "made up" not in own
    for one in (text, own):
        assert not re.search(r",[,.;]|  | [,.;]|\{", one), one
        assert one.endswith(".")


OPTIONS: list[dict[str, object]] = [
    {}, {"wait": False}, {"wait_for_outcome": True}, {"settle": 2}, {"command_variant": 6}, {"post_to": "transform"},
    {"sign_in": False}, {"browser": "second"},
]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_kind_of_action_is_whole_sentences_with_every_value_and_address(
    kind: str, options: dict[str, object]
) -> None:
    given = {"StartDateTime": "2026-01-15T10:00:00Z", "SupplierMessage": "Read. Then pay."}
    action = Action(
        id="a9", kind=kind, role="IS", user=METER, service="4.8.1", target=METER, parameters=given,  # type: ignore[arg-type]
        options=options, urls={"ssi": "https://127.0.0.1:8443"},
    )  # fmt: skip
    template = (library_folder() / "prompts" / f"{kind}.txt").read_text(encoding="utf-8")
    text = sentence(template, action, "electricity meter", "Kim")
    assert "{" not in text
    assert not re.search(r"  | [,;.]| for from| for \.", text), text
    assert text[0].isupper()
    assert text.endswith(".")
    if "{ssi}" in template:
        assert "https://127.0.0.1:8443" in text
    if "{values}" in template:
        assert "StartDateTime 2026-01-15T10:00:00Z" in text
        assert '"Read. Then pay."' in text
