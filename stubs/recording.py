"""Events as octets and back: what the journal stores, and proof that it can be read again.

Encode before fold: nothing changes the state before its octets exist and were read back. What is folded is what was
read back, so that a replay of the journal folds the same values. An event of plain values only, each exactly of a type
that its field may have, equals what would be read back, and is spared the reading. No input or output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import product
from operator import attrgetter
from types import UnionType
from typing import Any, NamedTuple, Self, get_args, get_type_hints

import msgspec

from stubs.events import AnyEvent

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(AnyEvent)
_PLAIN = frozenset({str, bytes, int, bool, type(None)})
"""Types that JSON gives back as they were. Not floats, of which some become null, nor what holds other values."""


class _Plain(NamedTuple):
    """A kind of event whose fields are all plain: their values, and the combinations of types that they may have."""

    values: Callable[[AnyEvent], tuple[Any, ...]]
    types: frozenset[tuple[type, ...]]


@cache
def _plain(kind: type[AnyEvent]) -> _Plain | None:
    """None: the kind has fields that are not plain, or only one."""
    hints = get_type_hints(kind)
    names = [field.name for field in msgspec.structs.fields(kind)]
    types = [get_args(hint) if isinstance(hint := hints[name], UnionType) else (hint,) for name in names]
    if len(names) < 2 or not all(_PLAIN.issuperset(one) for one in types):
        return None
    return _Plain(attrgetter(*names), frozenset(product(*types)))


class UnrecordableError(ValueError):
    """An event whose fields cannot be stored, or not read again: a value of another type, text that is no text."""


class RecordedEvents(tuple[AnyEvent, ...]):  # noqa: SLOT001 - tuples take no slots of their own
    """Events that were encoded and read back, in order, with the octets that the journal stores for each."""

    octets: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, events: Iterable[AnyEvent], octets: Iterable[bytes]) -> Self:
        """The events and, in the same order, their octets."""
        recorded = cls(events)
        recorded.octets = tuple(octets)
        return recorded

    def then(self, more: RecordedEvents) -> RecordedEvents:
        """These, then ``more``."""
        return RecordedEvents.of((*self, *more), self.octets + more.octets)


def recordable(text: str) -> str:
    r"""Foreign text that any encoding can hold: octets that were no UTF-8 become ``\xNN``, lone surrogates ``\udNNN``.

    HTTP headers, paths, peer names and file names come with such octets as lone surrogates (PEP 383).
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        except UnicodeEncodeError:
            return text.encode("utf-8", "backslashreplace").decode()
    return text


def encode_event(event: AnyEvent) -> bytes:
    """An event's JSON exactly as the journal stores it, with its ``kind``.

    Raises: UnrecordableError: a field holds what JSON cannot.
    """
    try:
        return _ENCODER.encode(event)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise _unrecordable(event, error) from error


def decode_event(octets: bytes) -> AnyEvent:
    """An event from its JSON. Raises: ValueError: it is none, or of another version of the program."""
    event: AnyEvent = _DECODER.decode(octets)
    return event


def read_back(event: AnyEvent) -> tuple[AnyEvent, bytes]:
    """An event as the journal's reader will see it, and its octets.

    Raises: UnrecordableError: it cannot be stored, or what would be stored could not be read.
    """
    octets = encode_event(event)
    plain = _plain(type(event))
    if plain is not None and tuple(map(type, plain.values(event))) in plain.types:
        return event, octets
    try:
        return decode_event(octets), octets
    except (ValueError, RecursionError) as error:
        raise _unrecordable(event, error) from error


def read_back_all(events: Iterable[AnyEvent]) -> RecordedEvents:
    """Read several events back like ``read_back``. Raises: UnrecordableError."""
    pairs = [read_back(event) for event in events]
    return RecordedEvents.of((event for event, _ in pairs), (octets for _, octets in pairs))


def _unrecordable(event: AnyEvent, error: Exception) -> UnrecordableError:
    return UnrecordableError(recordable(f"{type(event).__name__} cannot be recorded: {error}"))
