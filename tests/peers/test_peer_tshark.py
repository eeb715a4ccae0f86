"""Messages of ours, of every use case and outcome, read by Wireshark's GBCS dissectors."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from stubs.wire.gbcs import use_cases
from tests.device_answers import PAIRS, answered
from tests.own_messages import OwnMessage, own_messages
from tests.peers.tshark import ENABLE, Dissected, dissect, is_here
from tests.reference_data import ABSENT, FEWEST, IS_THERE, gbcs_files, octets_of

BARE = frozenset({"_ws.malformed", "[Malformed Packet: GBCS Message]", "Malformed Packet (Exception occurred)"})
"""What it says of a bare Pre-Command, which has no signature length; it says so of the reference data's too."""
LATER = frozenset({0x00FD, 0x00FE, *range(0x011A, 0x012C)})
"""Message codes that tshark 4.0 does not know yet."""
TITLES = {
    "CCS05CCS04": "CCS05/CCS04 ",
    "CS02a": "CS02a ",
    "CS02bACBByACB": "CS02b .* - accessControlBrokerByACB",
    "CS02bNOByNO": "CS02b .* - networkOperatorByNetworkOperator",
    "CS02bWPByWP": "CS02b .* - wanProviderByWanProvider",
    "CS02b": "CS02b .* - ",
    "CS03A1": "CS03a1 ",
    "CS03A2": "CS03a2 ",
    "CS03B": "CS03b ",
    "CS03C": "CS03c ",
    "CS04AC": "CS04ac ",
    "CS04B": "CS04b ",
}
"""How it names use cases that we name differently; the longest beginning of our name counts."""
ALERTS = {
    "DLMS 8F3F": "Generic Critical Alert",
    "GBZ 8F3F": "Generic Critical Alert, Unauthorised Physical Access",
    "GBZ 810E": "Generic Non Critical Alert, Credit Added Locally",
    "DLMS 810E": "Generic Non Critical Alert",
    "DLMS outcome": r"Future Dated Execution Of Instruction Alert \(DLMS COSEM\)",
    "GBZ outcome 8F66": r"Future Dated Execution Of Instruction Alert \(GBZ\), .* Successfully Actioned",
    "GBZ outcome 8F67": r"Future Dated Execution Of Instruction Alert \(GBZ\), .* not Successfully Actioned",
    "data 0018": "CS14 ",
    "data 0061": "ECS68 ",
    "data 0067": "ECS80 ",
    "data 008B": "GCS53 ",
    "data 00B2": "GCS62 ",
    "data 00CA": ".*Firmware Activation Alert",
    "data 00CB": ".*Security Credentials Alert",
    "data 00CE": r"Firmware Distribution Receipt Alert \(ESME",
    "data 00CF": r"Firmware Distribution Receipt Alert \(GSME\)",
    "data 00F0": "Meter Integrity Issue Warning Alert - ESME",
    "data 00F2": "Meter Integrity Issue Warning Alert - GSME",
    **{f"data {code:04X}": f"DBCH{number:02d} " for number, code in enumerate(range(0x0110, 0x0116), start=6)},
}

pytestmark = [pytest.mark.peer, pytest.mark.skipif(not is_here(), reason=ENABLE)]


@pytest.fixture(scope="module")
def read() -> tuple[tuple[OwnMessage, Dissected], ...]:
    ours = own_messages()
    return tuple(zip(ours, dissect([one.data for one in ours]), strict=True))


def expected_title(use_case: str) -> str:
    known = [name for name in TITLES if use_case.startswith(name)]
    if not known:
        return re.escape(use_case) + r"\b"
    title = TITLES[max(known, key=len)]
    if title.endswith("- "):
        return title + re.escape(use_case.removeprefix("CS02b").removesuffix("Handover"))
    return title


def alert_title(name: str) -> str:
    return next((title for start, title in ALERTS.items() if name.startswith(start)), "")


def test_there_are_messages_of_every_use_case_and_outcome() -> None:
    kinds = defaultdict(set)
    for one in own_messages():
        kinds[one.use_case].add((one.kind, one.name.rpartition(" at ")[0] or one.name))
    assert set(use_cases.USE_CASES) <= set(kinds)
    for row in use_cases.USE_CASES.values():
        found = {kind for kind, _ in kinds[row.name]}
        assert found == ({"pre-command"} if row.is_critical else set()) | {"command", "response"}, row.name


def test_it_reads_kind_message_code_and_counter_as_we_meant_them(
    read: tuple[tuple[OwnMessage, Dissected], ...],
) -> None:
    wrong = [
        one.name
        for one, found in read
        if (found.cra, found.message_code, found.counter)
        != (int(one.group.cra), one.group.other.message_code, one.group.counter)
    ]
    assert wrong == []
    assert len(read) > 1500


def test_it_names_the_use_case_we_meant(read: tuple[tuple[OwnMessage, Dissected], ...]) -> None:
    wrong = []
    for one, found in read:
        kind, _, title = found.title.partition(", ")
        expected = alert_title(one.name) if one.kind == "alert" else expected_title(one.use_case)
        is_later = one.group.other.message_code in LATER and title.startswith("Unknown Use Case")
        is_named = bool(expected) and re.match(expected, title, re.IGNORECASE) is not None
        if kind.lower() != one.group.cra.name.lower() or not (is_named or is_later):
            wrong.append((one.name, found.title))
    assert wrong == []


def test_it_finds_nothing_malformed_but_bare_pre_commands(
    read: tuple[tuple[OwnMessage, Dissected], ...],
) -> None:
    complaints = [(one.name, one.kind, found.complaints) for one, found in read if found.complaints]
    assert [entry for entry in complaints if entry[1:] != ("pre-command", BARE)] == []


def test_it_finds_nothing_malformed_in_what_simulated_devices_answer() -> None:
    answers = {pair: data for pair in PAIRS if (data := answered(*pair)) is not None}
    read = dissect(list(answers.values()))
    wrong = [
        (pair, found)
        for pair, found in zip(answers, read, strict=True)
        if found.complaints or (found.cra, found.message_code) != (2, use_cases.use_case(pair[0]).message_code)
    ]
    assert wrong == []
    assert len(answers) == len(PAIRS)


@pytest.mark.shared
@pytest.mark.skipif(not IS_THERE, reason=ABSENT)
def test_it_says_nothing_of_ours_that_it_does_not_say_of_the_reference_messages_of_that_kind(
    read: tuple[tuple[OwnMessage, Dissected], ...],
) -> None:
    files = gbcs_files()
    assert len(files) >= FEWEST
    of_kind: dict[str, set[frozenset[str]]] = defaultdict(set)
    reference = dissect([octets_of(file) for file in files])
    for file, found in zip(files, reference, strict=True):
        kind = re.findall("PRECOMMAND|COMMAND|RESPONSE|ALERT", file.stem)[-1].lower()
        of_kind[kind.replace("precommand", "pre-command")].add(found.complaints)
    assert [one.name for one, found in read if found.complaints not in of_kind[one.kind]] == []
    later = {found.message_code for found in reference if "Unknown Use Case" in found.title}
    assert later <= LATER


def test_it_does_judge_what_it_reads() -> None:
    whole = next(one.data for one in own_messages() if one.name == "GCS13a done")
    (good, cut) = dissect([whole, whole[:-20]])
    assert good.complaints == frozenset()
    assert cut.complaints
