"""The shapes of GBZ use cases: one cluster command, and a read of attributes.

``results`` of a cluster command is its one status; of a read, one status per attribute. Statuses: 00 success,
01 not executed because of an earlier failure, 8B no entries, C0 hardware failure (the guide's section 9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs import gbz
from stubs.wire.gbcs.gbz import AttributeRecord, GbzComponent, GbzMessage, Layout
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import results_of
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values

NOT_EXECUTED = 0x01
NO_ENTRIES = 0x8B
HARDWARE_FAILURE = 0xC0
NO_VALUE = "NoValue"
"""Name of the list of attributes that a device answered without a value, in the words of the attributes' rows."""
_NO_COMMAND = 0xFF
_CLUSTER_COMMAND = 0x01
_FROM_SERVER = 0x08


def layout(text: str) -> Layout:
    """Fields from ``"event u32, start u32, name text"``."""
    fields = []
    for part in text.split(","):
        name, kind = part.split()
        fields.append(gbz.Field(name, gbz.Kind[kind.upper()]))
    return tuple(fields)


@dataclass(frozen=True, slots=True)
class ClusterAnswer:
    """The cluster response to a command that succeeded.

    Args:
        frame_control, command: of the response.
        encode: values and the command's fields to the payload.
        decode: the payload to values.
    """

    frame_control: int
    command: int
    encode: Callable[[Values, dict[str, Any]], bytes]
    decode: Callable[[bytes], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ClusterCommand:
    """One cluster command, answered by a default response or by ``answer``.

    Args:
        to_fields: values and context to the payload's fields.
        from_fields: the fields to values.
        is_dated: the command can be future dated.
        empty_is_success: status 8B means "no entries", which is a success.
    """

    cluster: int
    frame_control: int
    command: int
    fields: Layout
    to_fields: Callable[[Values, CommandContext], dict[str, Any]]
    from_fields: Callable[[dict[str, Any]], dict[str, Any]]
    answer: ClusterAnswer | None = None
    is_dated: bool = False
    empty_is_success: bool = False

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`."""
        payload = gbz.encode_fields(self.fields, self.to_fields(values, context))
        component = GbzComponent(self.cluster, self.frame_control, 0, self.command, payload)
        return GbzMessage((component,)).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        return self.from_fields(self._fields(content))

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        fields = self._fields(command)
        (status,) = results_of(values, 1)
        if status or self.answer is None:
            return GbzMessage((self._default_response(status),)).to_bytes()
        payload = self.answer.encode(values, fields)
        component = GbzComponent(self.cluster, self.answer.frame_control, 0, self.answer.command, payload)
        return GbzMessage((component,)).to_bytes()

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`."""
        component = _only(content, self.cluster)
        status = default_status(component)
        if status is None:
            if self.answer is None or component.command != self.answer.command:
                raise GbcsError("not the response of this use case", 0, got=f"command {component.command:02X}")
            return {"MessageSuccess": True, "results": (0,)} | self.answer.decode(component.payload)
        is_success = status == 0 or (self.empty_is_success and status == NO_ENTRIES)
        found: dict[str, Any] = {"MessageSuccess": is_success, "results": (status,)}
        if self.empty_is_success:
            found["LogEntries"] = ()
        return found

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """See :class:`Codec`."""
        self._fields(command)
        if position:
            raise Misuse(f"no row {position} among 1")
        return (HARDWARE_FAILURE if code is None else code,)

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:
        """The command itself, when it can be future dated."""
        self._fields(command)
        if not self.is_dated:
            return ()
        target = self.cluster.to_bytes(2, "big") + bytes((self.frame_control, self.command))
        return (Instruction("GBZ", target),)

    def _fields(self, content: bytes) -> dict[str, Any]:
        component = _only(content, self.cluster)
        if (component.frame_control, component.command) != (self.frame_control, self.command):
            found = f"frame control {component.frame_control:02X} command {component.command:02X}"
            wanted = f"frame control {self.frame_control:02X} command {self.command:02X}"
            raise GbcsError("not the command of this use case", 8, expected=wanted, got=found)
        return gbz.decode_fields(self.fields, component.payload)

    def _default_response(self, status: int) -> GbzComponent:
        # A command "from the server" is answered with direction client to server, everything else the other way.
        frame_control = 0x00 if self.frame_control & _FROM_SERVER else _FROM_SERVER
        payload = bytes((self.command, status))
        return GbzComponent(self.cluster, frame_control, 0, gbz.DEFAULT_RESPONSE, payload)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that is read: its number, its value type, and the name its raw value gets."""

    number: int
    type_code: int
    name: str


@dataclass(frozen=True, slots=True)
class AttributeSet:
    """One component of a read.

    Args:
        frame_control: of the response; it is not regular, so it is taken from the reference data per use case.
        is_encrypted: whether the response component is encrypted.
    """

    cluster: int
    attributes: tuple[Attribute, ...]
    frame_control: int = 0x08
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True)
class AttributeRead:
    """A read of attributes from one or more clusters.

    Args:
        sets: the components, in order.
        to_raw: values to raw attribute values by name (int or bytes).
        from_raw: raw values of the attributes that were read to values.
    """

    sets: tuple[AttributeSet, ...]
    to_raw: Callable[[Values], dict[str, Any]]
    from_raw: Callable[[dict[str, Any]], dict[str, Any]]

    def build_command(self, values: Values, context: CommandContext) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        return GbzMessage(tuple(self._commands())).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        if GbzMessage.from_bytes(content).components != tuple(self._commands()):
            raise GbcsError("the command does not read the attributes of its use case", 3, clause="GBCS use case")
        return {}

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:
        """See :class:`Codec`."""
        self.read_command(command)
        results = results_of(values, self._count)
        raw = self.to_raw(values) if not all(results) else {}
        raw |= dict.fromkeys(values.get(NO_VALUE, ()))
        components = []
        frame_counter = start = 0
        for sequence, of in enumerate(self.sets):
            statuses = results[start : start + len(of.attributes)]
            start += len(of.attributes)
            if set(statuses) == {NOT_EXECUTED}:
                payload = bytes((_NO_COMMAND, NOT_EXECUTED))
                components.append(GbzComponent(of.cluster, _FROM_SERVER, sequence, gbz.DEFAULT_RESPONSE, payload))
                continue
            payload = gbz.write_attribute_records(_records(of, statuses, raw))
            counter = None
            if of.is_encrypted:
                if encrypt is None:
                    raise Misuse("this response is encrypted: hand in encrypt")
                payload, counter = encrypt(payload), frame_counter
                frame_counter += 1
            components.append(
                GbzComponent(
                    of.cluster,
                    of.frame_control,
                    sequence,
                    gbz.READ_ATTRIBUTES_RESPONSE,
                    payload,
                    frame_counter=counter,
                )
            )
        return GbzMessage(tuple(components)).to_bytes()

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:
        """See :class:`Codec`. Raises: Misuse: encrypted, and no ``decrypt``."""
        components = GbzMessage.from_bytes(content).components
        if [component.cluster for component in components] != [of.cluster for of in self.sets]:
            raise GbcsError("not the components of this use case", 2, expected=f"{len(self.sets)} components")
        results: list[int] = []
        raw: dict[str, Any] = {}
        unknown: list[str] = []
        for component, of in zip(components, self.sets, strict=True):
            status = default_status(component)
            if status is not None:
                results += [status] * len(of.attributes)
                continue
            payload = component.payload
            if component.is_encrypted:
                if decrypt is None:
                    raise Misuse("this response is encrypted: hand in decrypt")
                payload = decrypt(payload)
            records = gbz.read_attribute_records(payload)
            if [record.attribute for record in records] != [one.number for one in of.attributes]:
                raise GbcsError("not the attributes that were asked for", 0, clause="GBCS use case")
            for record, one in zip(records, of.attributes, strict=True):
                results.append(record.status)
                if not record.status and record.value is None:
                    unknown.append(one.name)
                elif not record.status:
                    raw[one.name] = record.value
        outcome = {"MessageSuccess": not any(results), "results": tuple(results)}
        return self.from_raw(raw) | outcome | ({NO_VALUE: tuple(unknown)} if unknown else {})

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """See :class:`Codec`: other attributes of the same component are read, later components are not executed."""
        self.read_command(command)
        return failing_component((len(of.attributes) for of in self.sets), position, code)

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:  # noqa: ARG002
        """A read sets nothing."""
        return ()

    @property
    def _count(self) -> int:
        return sum(len(of.attributes) for of in self.sets)

    def _commands(self) -> list[GbzComponent]:
        return [
            GbzComponent(
                of.cluster,
                0,
                sequence,
                gbz.READ_ATTRIBUTES,
                gbz.write_attribute_ids(tuple(one.number for one in of.attributes)),
            )
            for sequence, of in enumerate(self.sets)
        ]


def failing_component(sizes: Iterable[int], position: int, code: int | None) -> tuple[int, ...]:
    """Status codes by component when the row at ``position`` of all of them fails.

    Components before it succeed, so do the other rows of its own; those after it are not executed.

    Args:
        sizes: how many rows each component has.
        position: of the failing row, from 0.
        code: its status; None: hardware failure.
    Raises: Misuse: there is no such row.
    """
    results: list[int] = []
    has_failed = False
    for size in sizes:
        statuses = [NOT_EXECUTED if has_failed else 0] * size
        if 0 <= position - len(results) < size:
            statuses[position - len(results)] = HARDWARE_FAILURE if code is None else code
            has_failed = True
        results += statuses
    if not has_failed:
        raise Misuse(f"no row {position} among {len(results)}")
    return tuple(results)


def default_status(component: GbzComponent) -> int | None:
    """The status of a default response; None when the component is something else.

    Raises: GbcsError: a default response of a wrong length.
    """
    if component.command != gbz.DEFAULT_RESPONSE or component.frame_control & _CLUSTER_COMMAND:
        return None
    if len(component.payload) != 2:
        raise GbcsError("a default response of a wrong length", 0, expected="2 octets", got=component.payload.hex())
    return component.payload[1]


def _records(of: AttributeSet, statuses: tuple[int, ...], raw: dict[str, Any]) -> tuple[AttributeRecord, ...]:
    records = []
    for one, status in zip(of.attributes, statuses, strict=True):
        if status:
            records.append(AttributeRecord(one.number, status))
        elif one.name in raw:
            records.append(AttributeRecord(one.number, 0, one.type_code, raw[one.name]))
        else:
            raise Misuse(f"no value for {one.name}")
    return tuple(records)


def _only(content: bytes, cluster: int) -> GbzComponent:
    components = GbzMessage.from_bytes(content).components
    if len(components) != 1 or components[0].cluster != cluster:
        raise GbcsError("not the component of this use case", 2, expected=f"one of cluster {cluster:04X}")
    return components[0]
