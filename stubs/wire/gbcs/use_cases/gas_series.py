"""GBZ use cases of several components: what is sent, what answers it, how both become named values.

A command is a series of ZigBee commands, numbered from 0. Each is answered by a default response with a status, or,
when it succeeded and has an answer, by one or more components with its number. ``results`` hold one status per
component, and one per attribute where attributes are read. Statuses: 00 success, 8B nothing found, C0 hardware
failure; after a failing component every later one answers command FF, status 01 (the guide's section 9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.gbz import AttributeRecord, GbzComponent, GbzMessage
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import results_of
from stubs.wire.gbcs.use_cases.gas_shapes import Answer, Reply, Sent, Shape
from stubs.wire.gbcs.use_cases.gbz_codecs import NO_ENTRIES, NOT_EXECUTED, default_status, failing_component
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values

_NO_COMMAND = 0xFF
_CLUSTER_COMMAND = 0x01
_FROM_SERVER = 0x08
_NOBODY = Eui64(bytes(8))
_SUCCESSES = frozenset({0, NO_ENTRIES})


Fill = Callable[[Values, CommandContext], Sequence[Sent]]
Gather = Callable[[tuple[Sent, ...]], dict[str, Any]]
Planned = Sequence[Sequence[dict[str, Any]] | None]


def no_answers(_: Values, sent: tuple[Sent, ...]) -> Planned:
    """Default responses throughout."""
    return tuple(() for _ in sent)


def nothing_read(_: tuple[Reply, ...]) -> dict[str, Any]:
    """No values in the response."""
    return {}


@dataclass(frozen=True, slots=True)
class Series:
    """A use case of one or more ZigBee commands.

    Reading a command takes only what ``fill`` would have made of the values read.

    Args:
        fill: values and context to components.
        gather: the inverse.
        shapes: of the components, each once.
        answers: what answers a shape; a default response where it is missing.
        to_answers: values and the command to the fields of each component's answers; None is "nothing found".
        from_answers: the replies to values; ``MessageSuccess`` among them overrides what the statuses say.
        dated: shapes that can be future dated; each has its own outcome alert.
    """

    fill: Fill
    gather: Gather
    shapes: tuple[Shape, ...]
    answers: Mapping[Shape, Answer] = field(default_factory=dict)
    to_answers: Callable[[Values, tuple[Sent, ...]], Planned] = no_answers
    from_answers: Callable[[tuple[Reply, ...]], dict[str, Any]] = nothing_read
    dated: frozenset[Shape] = frozenset()

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`."""
        try:
            filled = self.fill(values, context)
        except (LookupError, ValueError) as broken:
            raise Misuse(f"no such value: {broken}") from broken
        components = tuple(
            GbzComponent(
                sent.shape.cluster,
                sent.shape.frame_control,
                number,
                sent.shape.command,
                sent.shape.encode(sent.fields),
                sent.from_time,
            )
            for number, sent in enumerate(filled)
        )
        return GbzMessage(components).to_bytes()

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        sent = self._sent(content)
        event = next((one.fields["event"] for one in sent if "event" in one.fields), 0)
        try:
            values = self.gather(sent)
            rebuilt = self.build_command(values, CommandContext(0, _NOBODY, _NOBODY, dlms.when_seconds(event)))
        except (Misuse, LookupError, ValueError) as broken:
            raise GbcsError("not the command of its use case", 3, got=str(broken), clause="GBCS use case") from broken
        if rebuilt != content:
            raise GbcsError("not the command of its use case", 3, clause="GBCS use case")
        return values

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:
        """See :class:`Codec`."""
        sent = self._sent(command)
        sizes = [self._size(one) for one in sent]
        planned: Planned = tuple(None for _ in sent)
        if "results" not in values or not all(values["results"] or (0,)):
            planned = self.to_answers(values, sent)
        if "results" in values:
            results = results_of(values, sum(sizes))
        else:
            results = tuple(
                NO_ENTRIES if plan is None else 0
                for plan, size in zip(planned, sizes, strict=True)
                for _ in range(size)
            )
        components: list[GbzComponent] = []
        start = 0
        has_failed = False
        for number, (one, plan, size) in enumerate(zip(sent, planned, sizes, strict=True)):
            statuses = results[start : start + size]
            start += size
            made = self._answer(one, number, statuses, plan, has_failed=has_failed)
            has_failed = has_failed or not set(statuses) <= _SUCCESSES
            for component, is_encrypted in made:
                components.append(_seal(component, encrypt, components) if is_encrypted else component)
        return GbzMessage(tuple(components)).to_bytes()

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:
        """See :class:`Codec`. Raises: Misuse: encrypted, and no ``decrypt``."""
        results: list[int] = []
        replies: list[Reply] = []
        for component in GbzMessage.from_bytes(content).components:
            number = component.sequence
            if number not in (len(replies), len(replies) - 1):
                raise GbcsError("components out of order", 3, expected=str(len(replies)), got=str(number))
            status = default_status(component)
            if status is not None:
                reply, statuses = Reply(number, status), (status,) * self._size_at(number)
            else:
                reply, statuses = self._reply(component, decrypt)
            if number == len(replies):
                replies.append(reply)
                results += statuses
            elif status is None and replies[-1].shape == reply.shape:
                replies[-1] = Reply(number, 0, reply.shape, replies[-1].fields + reply.fields)
            else:
                raise GbcsError("two answers of different kinds to one command", 3, got=f"number {number}")
        try:
            found = self.from_answers(tuple(replies))
        except (Misuse, LookupError, ValueError, OverflowError) as broken:
            raise GbcsError("not the response of its use case", 3, got=str(broken)) from broken
        return {"MessageSuccess": set(results) <= _SUCCESSES, "results": tuple(results)} | found

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:
        """See :class:`Codec`: components before the failing one succeed, those after it are not executed."""
        return failing_component(map(self._size, self._sent(command)), position, code)

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:
        """The components that can be future dated."""
        return tuple(
            Instruction(
                "GBZ",
                one.shape.cluster.to_bytes(2, "big") + bytes((one.shape.frame_control, one.shape.command)),
            )
            for one in self._sent(command)
            if one.shape in self.dated
        )

    def _sent(self, content: bytes) -> tuple[Sent, ...]:
        return tuple(
            self._read_sent(component, number)
            for number, component in enumerate(GbzMessage.from_bytes(content).components)
        )

    def _read_sent(self, component: GbzComponent, number: int) -> Sent:
        key = (component.cluster, component.frame_control, component.command)
        for one in self.shapes:
            if (one.cluster, one.frame_control, one.command) == key and component.sequence == number:
                return Sent(one, one.decode(component.payload), component.from_time)
        got = f"cluster {key[0]:04X} frame control {key[1]:02X} command {key[2]:02X} number {component.sequence}"
        raise GbcsError("not a command of this use case", 3, got=got, clause="GBCS use case")

    def _size(self, sent: Sent) -> int:
        answer = self.answers.get(sent.shape)
        return len(answer.attributes) if answer and answer.attributes else 1

    def _size_at(self, number: int) -> int:
        """Attributes that component ``number`` of a response stands for; reads of attributes come first, in order."""
        reads = [one for one in self.shapes if one in self.answers and self.answers[one].attributes]
        return len(self.answers[reads[number]].attributes) if number < len(reads) else 1

    def _answer(
        self,
        sent: Sent,
        number: int,
        statuses: tuple[int, ...],
        plan: Sequence[dict[str, Any]] | None,
        *,
        has_failed: bool,
    ) -> list[tuple[GbzComponent, bool]]:
        """The components that answer one command, and whether each is to be encrypted."""
        answer = self.answers.get(sent.shape)
        cluster = sent.shape.cluster
        is_read = bool(answer and answer.attributes)
        if answer is None or (has_failed and set(statuses) == {NOT_EXECUTED}) or (not is_read and statuses[0]):
            status = statuses[0]
            command = _NO_COMMAND if has_failed and status == NOT_EXECUTED else sent.shape.command
            # A command "from the server" is answered with direction client to server, unless a read would answer it.
            is_from_server = bool(sent.shape.frame_control & _FROM_SERVER) and answer is None
            frame_control = 0x00 if is_from_server else _FROM_SERVER
            payload = bytes((command, status))
            return [(GbzComponent(cluster, frame_control, number, gbz.DEFAULT_RESPONSE, payload), False)]
        if not plan:
            raise Misuse(f"no values for the answer to component {number}")
        parts = [_attributes(answer, statuses, plan[0])] if is_read else [answer.shape.encode(one) for one in plan]
        command = gbz.READ_ATTRIBUTES_RESPONSE if is_read else answer.shape.command
        frame_control = answer.shape.frame_control
        return [
            (GbzComponent(cluster, frame_control, number, command, payload), answer.is_encrypted) for payload in parts
        ]

    def _reply(self, component: GbzComponent, decrypt: Decrypt | None) -> tuple[Reply, tuple[int, ...]]:
        payload = component.payload
        if component.is_encrypted:
            if decrypt is None:
                raise Misuse("this response is encrypted: hand in decrypt")
            payload = decrypt(payload)
        is_read = not component.frame_control & _CLUSTER_COMMAND
        for answer in self.answers.values():
            if is_read != bool(answer.attributes) or answer.shape.cluster != component.cluster:
                continue
            if is_read and component.command == gbz.READ_ATTRIBUTES_RESPONSE:
                return _read_attributes(answer, component.sequence, payload)
            if not is_read and component.command == answer.shape.command:
                fields = answer.shape.decode(payload)
                return Reply(component.sequence, 0, answer.shape, (fields,)), (0,)
        raise GbcsError("not an answer of this use case", 3, got=f"{component.cluster:04X} {component.command:02X}")


def _seal(component: GbzComponent, encrypt: Encrypt | None, before: list[GbzComponent]) -> GbzComponent:
    if encrypt is None:
        raise Misuse("this response is encrypted: hand in encrypt")
    frame_counter = sum(one.is_encrypted for one in before)
    return GbzComponent(
        component.cluster,
        component.frame_control,
        component.sequence,
        component.command,
        encrypt(component.payload),
        frame_counter=frame_counter,
    )


def _attributes(answer: Answer, statuses: tuple[int, ...], raw: Mapping[str, Any]) -> bytes:
    records = []
    for one, status in zip(answer.attributes, statuses, strict=True):
        if not status and one.name not in raw:
            raise Misuse(f"no value for {one.name}")
        value = 0 if status else raw[one.name]
        records.append(AttributeRecord(one.number, status, one.type_code, value))
    return gbz.write_attribute_records(tuple(records))


def _read_attributes(answer: Answer, number: int, payload: bytes) -> tuple[Reply, tuple[int, ...]]:
    records = gbz.read_attribute_records(payload)
    if [record.attribute for record in records] != [one.number for one in answer.attributes]:
        raise GbcsError("not the attributes that were asked for", 3, clause="GBCS use case")
    found = {
        one.name: record.value
        for record, one in zip(records, answer.attributes, strict=True)
        if not record.status and record.value is not None
    }
    return Reply(number, 0, answer.shape, (found,)), tuple(record.status for record in records)
