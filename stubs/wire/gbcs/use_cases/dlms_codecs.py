"""The three shapes of DLMS use cases: plain rows, protected read, log read.

Result codes: 0 success, 1 hardware fault, 250 other reason. Rows are worked off in order: those before the failing
one succeed, every later one gets 250 (the guide's section 8.1, from the reference errors).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import (
    Access,
    AccessRequest,
    AccessResponse,
    AccessResult,
    AccessSpecification,
    Data,
    Tag,
)
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values, given

HARDWARE_FAULT = 1
OTHER_REASON = 250

Row = AccessSpecification
ToData = Callable[[Values], tuple[Data, ...]]
FromData = Callable[[tuple[Data, ...]], dict[str, Any]]


def get(class_id: int, instance: str, attribute: int) -> Row:
    """A row that reads an attribute."""
    return Row(Access.GET, class_id, dlms.obis(instance), attribute)


def put(class_id: int, instance: str, attribute: int) -> Row:
    """A row that sets an attribute."""
    return Row(Access.SET, class_id, dlms.obis(instance), attribute)


def call(class_id: int, instance: str, method: int) -> Row:
    """A row that calls a method."""
    return Row(Access.ACTION, class_id, dlms.obis(instance), method)


def no_values(_: tuple[Data, ...]) -> dict[str, Any]:
    """Nothing to read out."""
    return {}


def constant(*data: Data) -> ToData:
    """Data that depend on nothing."""
    return lambda _: data


def succeeded(data: Data) -> Data | None:
    """The value of a row, or None when the row failed (null data)."""
    return None if data.tag is Tag.NULL else data


class OneRowRead(ABC):
    """A codec whose command reads one row and sets nothing."""

    __slots__ = ()

    @abstractmethod
    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """See :class:`Codec`."""
        self.read_command(command)
        return failing_row(1, position, code)

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:  # noqa: ARG002
        """A read sets nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class DlmsRows:
    """Rows that are always the same, with data in the command, in the response, or in neither.

    Args:
        rows: the specifications, in order.
        to_data: values to the command's data, parallel to ``rows``.
        from_data: the inverse.
        answers: number of a row and its value in the response; asked only when the row succeeded.
        from_answer: the response's data to values; data of failed rows are null.
    """

    rows: tuple[Row, ...]
    to_data: ToData
    from_data: FromData = no_values
    answers: tuple[tuple[int, Callable[[Values], Data]], ...] = ()
    from_answer: FromData = no_values

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`."""
        return AccessRequest(dlms.invoke_id(context.counter), self.rows, self.to_data(values)).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        return self.from_data(self._request(content).data)

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        request = self._request(command)
        results = results_of(values, len(request.specifications))
        data = [dlms.null()] * len(results)
        for row, encode in self.answers:
            if not results[row]:
                data[row] = encode(values)
        return respond(request, tuple(data), results)

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`."""
        response = read_rows(content, len(self.rows))
        return self.from_answer(response.data) | outcome(response)

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """See :class:`Codec`."""
        return failing_row(len(self._request(command).specifications), position, code)

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:
        """Rows that set a date-time of 12 octets: the activation times."""
        request = self._request(command)
        return tuple(
            Instruction("DLMS", row.class_id.to_bytes(2, "big") + row.instance + bytes((row.index,)))
            for row, data in zip(request.specifications, request.data, strict=True)
            if row.access is Access.SET and data.tag is Tag.OCTET_STRING and len(data.octets) == 12
        )

    def _request(self, content: bytes) -> AccessRequest:
        request = AccessRequest.from_bytes(content)
        if request.specifications != self.rows:
            raise GbcsError("the rows of the command are not those of its use case", 6, clause="GBCS use case")
        return request


@dataclass(frozen=True, slots=True)
class ProtectedRead(OneRowRead):
    """A read through a data protection object: the values come back encrypted.

    Args:
        instance: the data protection object (class 30, method 1).
        objects: class, instance and attribute of what is read.
        to_plain: values to the plaintext, one structure with a member per object.
        from_plain: the inverse.
    """

    instance: str
    objects: tuple[tuple[int, str, int], ...]
    to_plain: Callable[[Values], Data]
    from_plain: Callable[[Data], dict[str, Any]]

    @property
    def _row(self) -> Row:
        return call(30, self.instance, 1)

    @property
    def _object_list(self) -> Data:
        return dlms.array(
            *(
                dlms.structure(
                    dlms.uint16(class_id),
                    dlms.octets(dlms.obis(instance)),
                    dlms.int8(attribute),
                    dlms.uint16(0),
                    dlms.structure(dlms.enum(0), dlms.null()),
                )
                for class_id, instance, attribute in self.objects
            )
        )

    def build_command(self, values: Values, context: CommandContext) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        transaction = b"\x04" + context.counter.to_bytes(8, "big")
        protection = protection_parameters(transaction, context.asker.octets, context.recipient.octets)
        data = dlms.structure(self._object_list, protection)
        return AccessRequest(dlms.invoke_id(context.counter), (self._row,), (data,)).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        self._request(content)
        return {}

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:
        """See :class:`Codec`; the response's protection names device and asker the other way round."""
        return respond_protected(self._request(command), values, encrypt, self.to_plain)

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:
        """See :class:`Codec`. Raises: Misuse: encrypted, and no ``decrypt``."""
        response = read_rows(content, 1)
        found = outcome(response)
        value = succeeded(response.data[0])
        if value is None:
            return found
        if decrypt is None:
            raise Misuse("this response is encrypted: hand in decrypt")
        plain, end = dlms.decode_value(plaintext := decrypt(value[1].octets))
        if end != len(plaintext):
            raise GbcsError("octets after the decrypted value", end)
        return self.from_plain(plain) | found

    def _request(self, content: bytes) -> AccessRequest:
        request = AccessRequest.from_bytes(content)
        if request.specifications != (self._row,) or request.data[0][0] != self._object_list:
            raise GbcsError("the objects of the command are not those of its use case", 6, clause="GBCS use case")
        names = request.data[0][1][0][1]
        if len(names[0].octets) != 9 or len(names[1].octets) != 8 or len(names[2].octets) != 8:
            raise GbcsError("protection parameters of wrong lengths", 6, expected="9, 8 and 8 octets")
        return request


CLOCK_COLUMN = dlms.structure(dlms.uint16(1), dlms.octets(bytes.fromhex("00005e2c64ff")), dlms.int8(2), dlms.uint16(0))
ToEntry = Callable[[Values], tuple[Data, ...]]
FromEntry = Callable[[Data], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class LogRead(OneRowRead):
    """A read of a log by range: get with selection; the entries come back as a compact array.

    Args:
        instance: the log (class 7, attribute 2).
        log: what DUIS calls it (``LogToRead``).
        columns: types of an entry's members.
        to_entry: one of ``LogEntries`` to its members.
        from_entry: the inverse.
    """

    instance: str
    log: str
    columns: tuple[Tag, ...]
    to_entry: ToEntry
    from_entry: FromEntry

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`."""
        selection = dlms.structure(
            CLOCK_COLUMN,
            dlms.uint32(dlms.seconds_since_2000(given(values, "StartDateTime"))),
            dlms.uint32(dlms.seconds_since_2000(given(values, "EndDateTime"))),
            dlms.array(),
        )
        row = Row(Access.GET_WITH_SELECTION, 7, dlms.obis(self.instance), 2, 1, selection)
        return AccessRequest(dlms.invoke_id(context.counter), (row,), (dlms.null(),)).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        selection = self._request(content).specifications[0].selection
        assert selection is not None
        return {
            "LogToRead": self.log,
            "StartDateTime": dlms.when_seconds(selection[1].expect(Tag.UINT32)),
            "EndDateTime": dlms.when_seconds(selection[2].expect(Tag.UINT32)),
        }

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        request = self._request(command)
        results = results_of(values, 1)
        if any(results):
            return respond(request, (dlms.null(),), results)
        rows = tuple(self.to_entry(entry) for entry in given(values, "LogEntries"))
        return respond(request, (dlms.compact_array(self.columns, rows),), results)

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`."""
        response = read_rows(content, 1)
        value = succeeded(response.data[0])
        entries = () if value is None else tuple(self.from_entry(row) for row in value.items)
        return {"LogEntries": entries} | outcome(response)

    def _request(self, content: bytes) -> AccessRequest:
        request = AccessRequest.from_bytes(content)
        wanted = (Access.GET_WITH_SELECTION, (7, dlms.obis(self.instance), 2), 1)
        found = [(row.access, row.target, row.selector) for row in request.specifications]
        if found != [wanted]:
            raise GbcsError("the command does not read the log of its use case", 6, clause="GBCS use case")
        return request


def results_of(values: Values, count: int) -> tuple[int, ...]:
    """``results`` of the values, all 0 when absent. Raises: Misuse: not one per row."""
    results = tuple(values.get("results") or (0,) * count)
    if len(results) != count:
        raise Misuse(f"{count} rows need {count} results, got {len(results)}")
    return results


def respond_protected(
    request: AccessRequest, values: Values, encrypt: Encrypt | None, to_plain: Callable[[Values], Data]
) -> bytes:
    """The response to a read through a data protection object: its values encrypted, the two parties exchanged.

    Raises: Misuse: it succeeds, and no ``encrypt`` was handed in.
    """
    results = results_of(values, 1)
    if any(results):
        return respond(request, (dlms.null(),), results)
    if encrypt is None:
        raise Misuse("this response is encrypted: hand in encrypt")
    names = request.data[0][1][0][1]
    protection = protection_parameters(names[0].octets, names[2].octets, protected_for(values, names[1].octets))
    blob = encrypt(dlms.encode_value(to_plain(values)))
    return respond(request, (dlms.structure(protection, dlms.octets(blob)),), results)


def failing_row(count: int, position: int, code: int | None) -> tuple[int, ...]:
    """Codes of a command that failed at ``position``. Raises: Misuse: no such row."""
    if not 0 <= position < count:
        raise Misuse(f"no row {position} among {count}")
    later = (OTHER_REASON,) * (count - position - 1)
    return (0,) * position + (HARDWARE_FAULT if code is None else code,) + later


def respond(request: AccessRequest, data: tuple[Data, ...], results: tuple[int, ...]) -> bytes:
    """The access-response, null data where a row failed."""
    kinds = (row.result_kind for row in request.specifications)
    answered = tuple(dlms.null() if code else value for value, code in zip(data, results, strict=True))
    codes = tuple(AccessResult(kind, code) for kind, code in zip(kinds, results, strict=True))
    return AccessResponse(request.invoke, answered, codes).to_bytes()


def read_rows(content: bytes, count: int) -> AccessResponse:
    """The access-response. Raises: PeerError: not ``count`` rows of data and results."""
    response = AccessResponse.from_bytes(content)
    if len(response.data) != count or len(response.results) != count:
        got = f"{len(response.data)} data, {len(response.results)} results"
        raise GbcsError("a response of the wrong length", 7, expected=f"{count} rows", got=got)
    return response


def outcome(response: AccessResponse) -> dict[str, Any]:
    """``MessageSuccess`` and ``results`` of a response."""
    results = tuple(result.code for result in response.results)
    return {"MessageSuccess": not any(results), "results": results}


def protected_for(values: Values, asker: bytes) -> bytes:
    """Return the EUI-64 that a response's protection parameters name: ``ProtectedFor`` of the values, else the asker.

    When the ACB speaks for a User, the command names the User and the response the ACB (reference data, ECS21b URP).
    """
    named = values.get("ProtectedFor")
    return asker if named is None else Eui64.parse(named).octets


def protection_parameters(transaction: bytes, originator: bytes, recipient: bytes) -> Data:
    """The array of one protection structure (the guide's section 7.9)."""
    return dlms.array(
        dlms.structure(
            dlms.enum(2),
            dlms.structure(
                dlms.octets(transaction),
                dlms.octets(originator),
                dlms.octets(recipient),
                dlms.octets(b""),
                dlms.structure(dlms.enum(2), dlms.structure(dlms.octets(b"\x02"), dlms.octets(b""))),
            ),
        )
    )
