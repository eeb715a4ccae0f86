"""Use cases that are rows of data: the codecs of ``schemas/catalogue/gbcs-dlms-rows.csv``.

A row is an object of the meter and what is done to it:

- ``set``, ``action``: its member is the command's data; a member with ``?`` makes the row itself optional;
- ``get``, ``call``: its member is the response's data (``call`` is an action with null data that answers);
- ``log``: a get with selection by ``StartDateTime`` and ``EndDateTime``; its member is the response's data;
- ``protected``: the data protection object (class 30) of a protected read, followed by the objects that it reads:
  ``object``, or ``range`` for a log by ``StartDateTime`` and ``EndDateTime``; their members are the plaintext's.

Source: the guide's sections 8.1, 8.4 and 13.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import Access, AccessRequest, AccessSpecification, Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import (
    CLOCK_COLUMN,
    OneRowRead,
    failing_row,
    outcome,
    protection_parameters,
    read_rows,
    respond,
    respond_protected,
    results_of,
)
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values, given
from stubs.wire.gbcs.use_cases.shapes import Activation, Member, Record, merge

_START, _END = "StartDateTime", "EndDateTime"
_BY_RANGE = 1


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a command.

    Args:
        target: class, instance, attribute or method; for a log the selection is added.
        member: of the command's data (set, action with data) or of the response's.
        is_answer: the member is the response's.
    """

    target: AccessSpecification
    member: Member
    is_answer: bool

    @property
    def is_log(self) -> bool:
        """Whether it is a get with selection."""
        return self.target.access is Access.GET_WITH_SELECTION

    def is_in(self, values: Values) -> bool:
        """Whether a command with these values has it."""
        return self.is_answer or self.member.is_in(values)

    def specification(self, values: Values) -> AccessSpecification:
        """The specification; a log's with its selection."""
        return _selected(self.target, values) if self.is_log else self.target

    def fits(self, found: AccessSpecification) -> bool:
        """Whether a specification is this row."""
        if self.is_log:
            return (found.access, found.target, found.selector) == (self.target.access, self.target.target, _BY_RANGE)
        return found == self.target


@dataclass(frozen=True, slots=True)
class DlmsTable:
    """A use case of plain rows."""

    rows: tuple[TableRow, ...]

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`. Raises: Misuse: a value is missing, or nothing is left to do."""
        rows = [row for row in self.rows if row.is_in(values)]
        if not rows:
            raise Misuse("none of the optional values is given")
        specifications = tuple(row.specification(values) for row in rows)
        data = tuple(dlms.null() if row.is_answer else row.member.encode(values) for row in rows)
        return AccessRequest(dlms.invoke_id(context.counter), specifications, data).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        found: dict[str, Any] = {}
        times: set[bytes] = set()
        for row, specification, data in self._matched(AccessRequest.from_bytes(content)):
            if row.is_log and specification.selection is not None:
                merge(found, _selection(specification.selection))
            if not row.is_answer:
                merge(found, row.member.decode(data))
                times |= {data.octets} if isinstance(row.member.shape, Activation) else set()
            elif data.tag is not Tag.NULL:
                raise GbcsError("data in a row that only asks", 6, expected="null", got=data.tag.name)
        if len(times) > 1:
            raise GbcsError("settings that take effect at different times", 6, clause="GBCS, future dating")
        return found

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        request = AccessRequest.from_bytes(command)
        rows = [row for row, _, _ in self._matched(request)]
        results = results_of(values, len(rows))
        data = tuple(
            row.member.encode(values) if row.is_answer and not code else dlms.null()
            for row, code in zip(rows, results, strict=True)
        )
        return respond(request, data, results)

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`. A use case with optional rows answers with results only, one per row asked for."""
        if any(row.member.is_optional and not row.is_answer for row in self.rows):
            given_rows = len(dlms.AccessResponse.from_bytes(content).results)
            if not 1 <= given_rows <= len(self.rows):
                raise GbcsError("a response of the wrong length", 7, expected=f"1 to {len(self.rows)} rows")
            return outcome(read_rows(content, given_rows))
        response = read_rows(content, len(self.rows))
        found: dict[str, Any] = {}
        for row, data, result in zip(self.rows, response.data, response.results, strict=True):
            if row.is_answer and not result.code:
                merge(found, row.member.decode(data))
        return found | outcome(response)

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """See :class:`Codec`."""
        return failing_row(sum(1 for _ in self._matched(AccessRequest.from_bytes(command))), position, code)

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:
        """The rows that set a time of activation, in order."""
        return tuple(
            Instruction("DLMS", row.class_id.to_bytes(2, "big") + row.instance + bytes((row.index,)))
            for of, row, _ in self._matched(AccessRequest.from_bytes(command))
            if isinstance(of.member.shape, Activation)
        )

    def _matched(self, request: AccessRequest) -> Iterator[tuple[TableRow, AccessSpecification, Data]]:
        """Each row of a command with the row of the table that it is. Raises: PeerError: other rows."""
        rows = iter(self.rows)
        for specification, data in zip(request.specifications, request.data, strict=True):
            yield self._next(rows, specification), specification, data
        if not request.specifications or any(row.is_answer or not row.member.is_optional for row in rows):
            raise _other_rows()

    def _next(self, rows: Iterator[TableRow], specification: AccessSpecification) -> TableRow:
        for row in rows:
            if row.fits(specification):
                return row
            if row.is_answer or not row.member.is_optional:
                break
        raise _other_rows()


@dataclass(frozen=True, slots=True)
class ProtectedObject:
    """Object of a protected read: class, instance, attribute; a log by range."""

    class_id: int
    instance: bytes
    attribute: int
    is_range: bool


@dataclass(frozen=True, slots=True)
class ProtectedTable(OneRowRead):
    """A read through a data protection object whose values come back encrypted.

    Args:
        row: the call of the data protection object.
        objects: what is read, in order.
        plain: the plaintext, a structure with one member per object.
    """

    row: AccessSpecification
    objects: tuple[ProtectedObject, ...]
    plain: Record

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`."""
        transaction = b"\x04" + context.counter.to_bytes(8, "big")
        protection = protection_parameters(transaction, context.asker.octets, context.recipient.octets)
        data = dlms.structure(self._object_list(values), protection)
        return AccessRequest(dlms.invoke_id(context.counter), (self.row,), (data,)).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        return self._read(content)[1]

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:
        """See :class:`Codec`; the response's protection names device and asker the other way round."""
        return respond_protected(self._read(command)[0], values, encrypt, self.plain.encode)

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:
        """See :class:`Codec`; ``ProtectedFor`` is whom it names. Raises: Misuse: encrypted, and no ``decrypt``."""
        response = read_rows(content, 1)
        found = outcome(response)
        if response.data[0].tag is Tag.NULL:
            return found
        recipient = response.data[0][0][0][1][2].octets
        if len(recipient) != 8:
            raise GbcsError("protection parameters of wrong lengths", 6, expected="8 octets", got=str(len(recipient)))
        plain = read_protected(self.plain, response.data[0][1].octets, decrypt)
        return plain | {"ProtectedFor": str(Eui64(recipient))} | found

    def _object_list(self, values: Values) -> Data:
        return dlms.array(
            *(
                dlms.structure(
                    dlms.uint16(one.class_id),
                    dlms.octets(one.instance),
                    dlms.int8(one.attribute),
                    dlms.uint16(0),
                    _range_of(values) if one.is_range else dlms.structure(dlms.enum(0), dlms.null()),
                )
                for one in self.objects
            )
        )

    def _read(self, content: bytes) -> tuple[AccessRequest, dict[str, Any]]:
        request = AccessRequest.from_bytes(content)
        if request.specifications != (self.row,):
            raise _other_rows()
        asked, protection = request.data[0][0], request.data[0][1]
        found: dict[str, Any] = {}
        for one, item in zip(self.objects, asked.items, strict=False):
            if one.is_range:
                limits = item[4][1]
                merge(found, {_START: dlms.read_moment(limits[0].octets), _END: dlms.read_moment(limits[1].octets)})
        names = protection[0][1]
        if [len(names[at].octets) for at in range(3)] != [9, 8, 8]:
            raise GbcsError("protection parameters of wrong lengths", 6, expected="9, 8 and 8 octets")
        rebuilt = protection_parameters(names[0].octets, names[1].octets, names[2].octets)
        if request.data[0] != dlms.structure(self._object_list(found), rebuilt):
            raise GbcsError("the objects of the command are not those of its use case", 6, clause="GBCS use case")
        return request, found


def read_protected(plain: Record, blob: bytes, decrypt: Decrypt | None) -> dict[str, Any]:
    """The named values of an encrypted part. Raises: Misuse: no ``decrypt``; PeerError: another plaintext."""
    if decrypt is None:
        raise Misuse("this content is encrypted: hand in decrypt")
    value, end = dlms.decode_value(plaintext := decrypt(blob))
    if end != len(plaintext):
        raise GbcsError("octets after the decrypted value", end)
    return plain.decode(value)


def _selected(target: AccessSpecification, values: Values) -> AccessSpecification:
    selection = dlms.structure(
        CLOCK_COLUMN,
        dlms.uint32(dlms.seconds_since_2000(given(values, _START))),
        dlms.uint32(dlms.seconds_since_2000(given(values, _END))),
        dlms.array(),
    )
    return AccessSpecification(target.access, target.class_id, target.instance, target.index, _BY_RANGE, selection)


def _selection(selection: Data) -> dict[str, Any]:
    start, end = (dlms.when_seconds(selection[at].expect(Tag.UINT32)) for at in (1, 2))
    rebuilt = dlms.structure(CLOCK_COLUMN, selection[1], selection[2], dlms.array())
    if selection != rebuilt:
        raise GbcsError("a selection that is not by time", 6, clause="GBCS, log reads")
    return {_START: start, _END: end}


def _range_of(values: Values) -> Data:
    limits = (dlms.octets(dlms.moment_octets(given(values, name))) for name in (_START, _END))
    return dlms.structure(dlms.enum(1), dlms.structure(*limits))


def _other_rows() -> GbcsError:
    return GbcsError("the rows of the command are not those of its use case", 6, clause="GBCS use case")
