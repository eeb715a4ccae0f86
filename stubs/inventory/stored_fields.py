"""Records beside the form in which snapshots and the control API have them: the same fields, identities as text.

What differs is converted by the type of the record's field; every other field is taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec

from stubs.wire.eui64 import Eui64, eui_or_none, text_or_empty

_Record = TypeVar("_Record", bound=msgspec.Struct)
_Stored = TypeVar("_Stored", bound=msgspec.Struct)
Convert = Callable[[Any], Any]


def euis(texts: Iterable[str]) -> tuple[Eui64, ...]:
    """Identities from text. Raises: PeerError: one that is none."""
    return tuple(Eui64.parse(text) for text in texts)


def texts(identities: Iterable[Eui64]) -> list[str]:
    """The inverse of ``euis``."""
    return [str(eui) for eui in identities]


IDENTITIES: Mapping[Any, tuple[Convert, Convert]] = {
    Eui64: (text_or_empty, eui_or_none),
    Eui64 | None: (text_or_empty, eui_or_none),
    tuple[Eui64, ...]: (texts, euis),
}
"""By type of a record's field: to the stored form, and back."""


class StoredFields(Generic[_Record, _Stored]):
    """The two forms of one kind of record.

    Args:
        record: its type.
        stored: the type of its stored form: the same fields in the same order, or to read only, the first of them.
        convert: by type of a field of ``record``: to the stored form, and back.
    """

    def __init__(
        self, record: type[_Record], stored: type[_Stored], convert: Mapping[Any, tuple[Convert, Convert]]
    ) -> None:
        self._record, self._stored = record, stored
        fields = [field for field in msgspec.structs.fields(record) if field.name in stored.__struct_fields__]
        self._values = attrgetter(*(field.name for field in fields))
        differing = [(place, convert[field.type]) for place, field in enumerate(fields) if field.type in convert]
        self._written = tuple((place, write) for place, (write, _) in differing)
        self._read = tuple((place, read) for place, (_, read) in differing)

    def stored(self, record: _Record) -> _Stored:
        """The stored form of a record."""
        values = list(self._values(record))
        for place, write in self._written:
            values[place] = write(values[place])
        return self._stored(*values)

    def record(self, stored: _Stored) -> _Record:
        """The inverse of ``stored``. Raises: PeerError: an identity that is none."""
        values = list(self._values(stored))
        for place, read in self._read:
            values[place] = read(values[place])
        return self._record(*values)
