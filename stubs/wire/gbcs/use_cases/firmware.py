"""Read firmware version (11.2): ECS52 for ESME and hub, GCS38 for GSME, CS08 for PPMID and HCALCS."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs import der, dlms
from stubs.wire.gbcs.dlms import Data
from stubs.wire.gbcs.use_cases.dlms_codecs import DlmsRows, constant, get, succeeded
from stubs.wire.gbcs.use_cases.gbz_codecs import Attribute, AttributeRead, AttributeSet
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values, given


def _version_octets(values: Values) -> bytes:
    return bytes.fromhex(given(values, "FirmwareVersion"))


def _version(data: tuple[Data, ...]) -> dict[str, Any]:
    value = succeeded(data[0])
    return {} if value is None else {"FirmwareVersion": value.octets.hex().upper()}


ECS52 = DlmsRows(
    rows=(get(1, "0-0:0.2.1.255", 2),),
    to_data=constant(dlms.null()),
    answers=((0, lambda values: dlms.octets(_version_octets(values))),),
    from_answer=_version,
)

GCS38 = AttributeRead(
    sets=(AttributeSet(0x0702, (Attribute(0x0206, 0x41, "version"),)),),
    to_raw=lambda values: {"version": _version_octets(values)},
    from_raw=lambda raw: {"FirmwareVersion": raw["version"].hex().upper()} if raw else {},
)


class ReadHanDeviceVersion:
    """CS08: a NULL, answered by a sequence of version and status (0 success)."""

    def build_command(self, values: Values, context: CommandContext) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        return der.null().to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        der.decode(content).expect(der.NULL)
        return {}

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`; ``Status`` is 0 when absent."""
        version = der.octet_string(_version_octets(values))
        return der.sequence(version, der.integer(values.get("Status", 0))).to_bytes()

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`."""
        answer = der.decode(content).expect(der.SEQUENCE)
        status = answer[1].number
        return {
            "FirmwareVersion": answer[0].expect(der.OCTET_STRING).content.hex().upper(),
            "Status": status,
            "MessageSuccess": status == 0,
            "results": (),
        }

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:  # noqa: ARG002
        """No rows: a failure is a ``Status`` other than 0."""
        return ()

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:  # noqa: ARG002
        """Not future dated."""
        return ()


CS08 = ReadHanDeviceVersion()
