"""Set clock: ECS70 and GCS28, for 6.11 and for commissioning (8.1.1)."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs import der, dlms
from stubs.wire.gbcs.dlms import Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import DlmsRows, call, get, put, succeeded
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values, given
from stubs.wire.instants import shifted

_CLOCK = "0-0:1.0.0.255"
_SYNCHRONISED_BY_COMMAND = 5
TIME_STATUSES = ("reliable", "invalid", "unreliable")
"""Number to name, in DLMS (clock status bits 01 invalid, 02 doubtful) and in ASN.1 alike."""


def _status_name(code: int) -> str:
    if code == 0:
        return TIME_STATUSES[0]
    return TIME_STATUSES[1] if code & 1 else TIME_STATUSES[2]


def _status_code(values: Values) -> int:
    if "TimeStatusCode" in values:
        return int(values["TimeStatusCode"])
    return TIME_STATUSES.index(values.get("TimeStatus", TIME_STATUSES[0]))


def _clock_data(values: Values) -> tuple[Data, ...]:
    start = given(values, "CurrentDateTime")
    end = shifted(start, given(values, "TolerancePeriod"))
    window = dlms.structure(
        dlms.octets(dlms.DLMS_NEVER),
        dlms.octets(dlms.moment_octets(start)),
        dlms.octets(dlms.moment_octets(end)),
    )
    return dlms.enum(_SYNCHRONISED_BY_COMMAND), window, dlms.int8(0), dlms.null(), dlms.null()


def _clock_values(data: tuple[Data, ...]) -> dict[str, Any]:
    start = dlms.read_moment(data[1][1].octets)
    end = dlms.read_moment(data[1][2].octets)
    return {"CurrentDateTime": start, "TolerancePeriod": int((end - start).total_seconds())}


def _clock_answer(data: tuple[Data, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    time, status = succeeded(data[3]), succeeded(data[4])
    if time is not None:
        found["DeviceTime"] = dlms.read_moment(time.octets)
    if status is not None:
        code = status.expect(Tag.UINT8)
        found |= {"TimeStatus": _status_name(code), "TimeStatusCode": code}
    return found


ECS70 = DlmsRows(
    rows=(put(8, _CLOCK, 9), call(8, _CLOCK, 5), call(8, _CLOCK, 4), get(8, _CLOCK, 2), get(8, _CLOCK, 4)),
    to_data=_clock_data,
    from_data=_clock_values,
    answers=(
        (3, lambda values: dlms.octets(dlms.moment_octets(given(values, "DeviceTime")))),
        (4, lambda values: dlms.uint8(_status_code(values))),
    ),
    from_answer=_clock_answer,
)


class SetGasClock:
    """GCS28: the window in which the time is right; the device answers with its time and how sure it is."""

    def build_command(self, values: Values, context: CommandContext) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        start = given(values, "CurrentDateTime")
        end = shifted(start, given(values, "TolerancePeriod"))
        return der.sequence(der.generalized_time(start), der.generalized_time(end)).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        window = der.decode(content).expect(der.SEQUENCE)
        start, end = window[0].time, window[1].time
        return {"CurrentDateTime": start, "TolerancePeriod": int((end - start).total_seconds())}

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        time = der.generalized_time(given(values, "DeviceTime"))
        return der.sequence(time, der.integer(_status_code(values))).to_bytes()

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`; the command succeeded when the time is reliable."""
        answer = der.decode(content).expect(der.SEQUENCE)
        code = answer[1].number
        if not 0 <= code < len(TIME_STATUSES):
            raise GbcsError("unknown time status", 0, expected="0 to 2", got=str(code))
        return {
            "DeviceTime": answer[0].time,
            "TimeStatus": TIME_STATUSES[code],
            "TimeStatusCode": code,
            "MessageSuccess": code == 0,
            "results": (),
        }

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:  # noqa: ARG002
        """No rows: a failure is a ``TimeStatus`` other than reliable."""
        return ()

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:  # noqa: ARG002
        """Not future dated."""
        return ()


GCS28 = SetGasClock()
