"""Orders to auxiliary controller n: ECS47 (7.5, 7.6, 7.8), ECS47a (7.13), ECS47e (7.16).

The objects that are set depend on n, so these frames are computed::

    ECS47   set class 1 0-0:94.44.(116+n).1 or .2 minutes, script n 11 activate or n 12 deactivate; or n 20 reset
    ECS47a  set class 1 0-0:94.44.(116+n).1 start and .2 end, script table 0-0:10.0.103
    ECS47e  the same with .3 and .4, script table 0-0:10.0.107; script 1n level, or 2n level for input

Scripts are hexadecimal, of 16 bits. Source: read off the reference data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Access, AccessRequest, AccessSpecification, Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import failing_row, outcome, put, read_rows, respond, results_of
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values, given

CONTROLLERS = range(1, 6)
_FIRST_OBJECT = 116
_SWITCH_SCRIPTS = "0-0:10.0.103.255"
_LIMIT_SCRIPTS = "0-0:10.0.107.255"
_DURATIONS = {"Activate": (1, 0x11), "Deactivate": (2, 0x12)}
_RESET = 0x20
_OUTPUT, _INPUT = 1, 2


def _controller(values: Values) -> int:
    number = given(values, "AuxiliaryController")
    if number not in CONTROLLERS:
        raise Misuse(f"there are auxiliary controllers 1 to 5, not {number}")
    return int(number)


def _object(number: int, attribute: int) -> AccessSpecification:
    return put(1, f"0-0:94.44.{_FIRST_OBJECT + number}.{attribute}", 2)


Frame = tuple[tuple[AccessSpecification, ...], tuple[Data, ...], int]
"""Objects that are set, their data, and the script that is run."""


@dataclass(frozen=True, slots=True)
class AuxiliaryOrder:
    """Codec that the three commands share: some objects are set, then a script is run; the answer is results only.

    Args:
        scripts: the script table.
        to_frame: values to the frame.
        from_frame: script and data of what is set, to values.
    """

    scripts: str
    to_frame: Callable[[Values], Frame]
    from_frame: Callable[[int, tuple[Data, ...]], dict[str, Any]]

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`."""
        rows, data = self._rows(values)
        return AccessRequest(dlms.invoke_id(context.counter), rows, data).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        return self._read(content)[1]

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        request, _ = self._read(command)
        results = results_of(values, len(request.specifications))
        return respond(request, (dlms.null(),) * len(results), results)

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`."""
        count = len(dlms.AccessResponse.from_bytes(content).results)
        if not 1 <= count <= 3:
            raise GbcsError("a response of the wrong length", 7, expected="1 to 3 rows", got=str(count))
        return outcome(read_rows(content, count))

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """See :class:`Codec`."""
        return failing_row(len(self._read(command)[0].specifications), position, code)

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:  # noqa: ARG002
        """Not future dated: start and end belong to the order itself."""
        return ()

    def _rows(self, values: Values) -> tuple[tuple[AccessSpecification, ...], tuple[Data, ...]]:
        objects, data, script = self.to_frame(values)
        run = AccessSpecification(Access.ACTION, 9, dlms.obis(self.scripts), 1)
        return (*objects, run), (*data, dlms.uint16(script))

    def _read(self, content: bytes) -> tuple[AccessRequest, dict[str, Any]]:
        request = AccessRequest.from_bytes(content)
        if not request.data:
            raise GbcsError("a command without rows", 6)
        script: int = request.data[-1].expect(Tag.UINT16)
        number = script >> 8 & 0x0F
        if number not in CONTROLLERS:
            raise GbcsError("no such auxiliary controller", 6, expected="1 to 5", got=str(number))
        values = {"AuxiliaryController": number, **self.from_frame(script, request.data[:-1])}
        if self._rows(values) != (request.specifications, request.data):
            raise GbcsError("the rows of the command are not those of its use case", 6, clause="GBCS use case")
        return request, values


def _switch_frame(values: Values) -> Frame:
    number, action = _controller(values), given(values, "Action")
    if action == "Reset":
        return (), (), number << 8 | _RESET
    if action not in _DURATIONS:
        raise Misuse(f"an action is Activate, Deactivate or Reset, not {action}")
    attribute, script = _DURATIONS[action]
    return (_object(number, attribute),), (dlms.uint16(given(values, "Duration")),), number << 8 | script


def _switch_values(script: int, data: tuple[Data, ...]) -> dict[str, Any]:
    low = script & 0xFF
    if low == _RESET:
        return {"Action": "Reset"}
    for action, (_, one) in _DURATIONS.items():
        if low == one and len(data) == 1:
            return {"Action": action, "Duration": data[0].expect(Tag.UINT16)}
    raise GbcsError("an unknown script of an auxiliary controller", 6, got=f"{script:04X}")


def _level_frame(first_attribute: int) -> Callable[[Values], Frame]:
    def to_frame(values: Values) -> Frame:
        number, level = _controller(values), given(values, "CommandedStateLevel")
        if level not in range(0x100):
            raise Misuse(f"a level has 8 bits, not {level}")
        way = _INPUT if values.get("InputFromControlledLoad") else _OUTPUT
        times = tuple(dlms.octets(dlms.moment_octets(given(values, at))) for at in ("StartDateTime", "EndDateTime"))
        objects = tuple(_object(number, first_attribute + at) for at in range(2))
        return objects, times, way << 12 | number << 8 | level

    return to_frame


def _level_values(script: int, data: tuple[Data, ...]) -> dict[str, Any]:
    way = script >> 12
    if way not in (_OUTPUT, _INPUT) or len(data) != 2:
        raise GbcsError("an unknown script of an auxiliary controller", 6, got=f"{script:04X}")
    values = {
        "CommandedStateLevel": script & 0xFF,
        "StartDateTime": dlms.read_moment(data[0].octets),
        "EndDateTime": dlms.read_moment(data[1].octets),
    }
    return values | ({"InputFromControlledLoad": True} if way == _INPUT else {})


ECS47 = AuxiliaryOrder(_SWITCH_SCRIPTS, _switch_frame, _switch_values)
ECS47A = AuxiliaryOrder(_SWITCH_SCRIPTS, _level_frame(1), _level_values)
ECS47E = AuxiliaryOrder(_LIMIT_SCRIPTS, _level_frame(3), _level_values)
