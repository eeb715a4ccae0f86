"""A command given to a device: why it is refused, and what is reported of it."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from stubs.devices import DeviceState, apply
from stubs.wire.eui64 import Eui64
from tests.device_bench import DeviceBench


def refused(bench: DeviceBench, state: DeviceState, command: bytes) -> str | None:
    execution = bench.execute(state, command)
    assert execution.response is None
    return execution.refused


def test_an_unreachable_device_is_silent(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    assert refused(bench, apply(esme, {"reachable": False}), bench.command(esme, "ECS52")) == "unreachable"


def test_bytes_that_are_no_message_are_refused(bench: DeviceBench) -> None:
    assert refused(bench, bench.device("ESME"), b"\xdd\x00") == "malformed"


def test_a_response_is_no_command(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    response = bench.execute(esme, bench.command(esme, "ECS52")).response
    assert response is not None
    assert refused(bench, esme, response) == "not-a-command"


def test_a_command_for_another_device_is_refused(bench: DeviceBench) -> None:
    command = bench.command(bench.device("ESME", number=1), "ECS52")
    assert refused(bench, bench.device("ESME", number=2), command) == "recipient"


def test_a_wrong_mac_is_refused_and_reported(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS52")
    execution = bench.execute(esme, command[:-1] + bytes((command[-1] ^ 1,)))
    assert (execution.response, execution.refused) == (None, "mac")
    assert [alert.code for alert in execution.alerts] == ["8F3D"]


def test_a_command_without_mac_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.group(esme, "ECS52").to_bytes()
    assert refused(bench, esme, command) == "mac-missing"


def test_an_unknown_originator_is_refused_and_reported(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    execution = bench.execute(esme, bench.command(esme, "ECS52", originator=bench.stranger))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("originator", ["8F30"])
    assert execution.alerts[0].recipient == bench.supplier


def test_the_network_operator_may_not_switch_supply(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    execution = bench.execute(esme, bench.command(esme, "ECS43", originator=bench.network_operator))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("authority", ["8F30"])
    assert "supply" not in execution.changes


def test_a_use_case_of_another_device_type_is_refused(bench: DeviceBench) -> None:
    gsme = bench.device("GSME")
    assert refused(bench, gsme, bench.command(gsme, "ECS42")) == "use-case"


def test_an_unknown_message_code_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    group = bench.group(esme, "ECS52")
    group = msgspec.structs.replace(group, other=msgspec.structs.replace(group.other, message_code=0x7777))
    assert refused(bench, esme, bench.protect(group)) == "use-case"


def test_a_critical_command_without_signature_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    assert refused(bench, esme, bench.protect(bench.group(esme, "ECS43"))) == "signature-missing"


def test_a_critical_command_signed_by_another_party_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.protect(bench.group(esme, "ECS43"), signer=bench.network_operator, is_critical=True)
    execution = bench.execute(esme, command)
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("signature", ["8F3D"])


def test_the_key_that_signs_xml_does_not_sign_commands(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    keys = dict(bench.keys) | {(bench.supplier, "DS"): bench.keys[bench.supplier, "XML"]}
    command = replace(bench, keys=keys).command(esme, "ECS43")
    assert refused(bench, esme, command) == "signature"


def test_a_replayed_critical_command_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS43")
    after = apply(esme, bench.execute(esme, command).changes)
    assert refused(bench, after, command) == "counter"


def test_a_critical_command_with_a_lower_counter_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME", counters=[[str(bench.device("ESME").supplier), 500]])
    assert refused(bench, esme, bench.command(esme, "ECS43", counter=499)) == "counter"


def test_a_read_may_repeat_its_counter(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    command = bench.command(esme, "ECS52")
    assert bench.execute(esme, command) == bench.execute(esme, command)


def test_a_device_without_acb_refuses_everything(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    assert refused(bench, apply(esme, {"acb": ""}), bench.command(esme, "ECS52")) == "mac"


def test_content_that_cannot_be_read_is_refused_and_reported(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    group = bench.group(esme, "ECS52")
    execution = bench.execute(esme, bench.protect(msgspec.structs.replace(group, content=group.content[:-3])))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("content", ["8F1E"])


def test_a_recipient_without_a_known_key_gets_nothing(bench: DeviceBench) -> None:
    unknown = Eui64.parse("A0-B1-C2-D3-E4-09-00-00")
    esme = bench.device("ESME", supplier=str(unknown))
    command = bench.command(esme, "ECS52", originator=unknown)
    assert refused(bench, esme, command) == "recipient-key"


def test_a_faulty_device_answers_with_an_error(bench: DeviceBench) -> None:
    esme = bench.device("ESME", hardware_fault=True)
    state, execution = bench.ask(esme, "ECS43")
    values = bench.read(esme, execution.response)
    assert (values["MessageSuccess"], state.supply) == (False, "enabled")


def test_a_faulty_device_answers_a_protected_read_with_an_error(bench: DeviceBench) -> None:
    for device_type, name in (("ESME", "ECS17b"), ("GSME", "GCS13a")):
        device = bench.device(device_type, hardware_fault=True)
        assert not bench.read(device, bench.ask(device, name)[1].response)["MessageSuccess"]
