"""Forms of sound requests, so that the next request of a form is not parsed and validated from the beginning.

A Party asks the same of a hundred thousand devices, each time with another RequestID and another signature. Two such
documents have the same elements, and the schema says the same of both, when nothing else differs and what differs is
plain text of the right kind. Their signatures are verified one by one all the same: nothing here knows a key.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

import msgspec

from stubs.wire.base64text import decoded
from stubs.wire.duis import Request, ServiceRequest
from stubs.wire.request_id import RequestId
from stubs.wire.xmlsig import ReceivedDocument, UsualForm
from stubs.wire.xmlsig.profile import COORDINATE, digest_of

_VARYING = _ID, _DIGEST, _VALUE = b"<sr:RequestID>", b"<ds:DigestValue>", b"<ds:SignatureValue>"
"""Start tags of the elements whose text may differ, in document order."""
_HEADER = b"<sr:Header>" + _ID
_REQUEST_ID = re.compile(rb"(?:[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}:){2}(?:0|[1-9][0-9]{0,18})")
"""Sound by the schema and for ``RequestId.parse``; a larger counter is looked at closely."""
_LINE_END = re.compile(rb"(?:&#13;|&#xD;)?\n")
_LONGEST_VALUE = 200
_LONGEST = 8192
"""Octets of a document whose form is kept; with ``_MOST`` the limit on the memory that peers can fill."""
_MOST = 512
_NAMESPACES = 16
"""Occurrences of ``xmlns`` in a document whose form is kept, far below the parser's limit, which counts octets: the
text that varies may happen to hold some."""


class _Cut(NamedTuple):
    """A document's octets in turn: what stays, and the three texts between."""

    form: tuple[bytes, ...]
    request_id: bytes
    digest: bytes
    value: bytes


class _Known(NamedTuple):
    """Whatever two documents of one form have in common."""

    before: bytes
    """Canonical octets of the unsigned document, up to its RequestID."""
    after: bytes
    request: ServiceRequest
    usual: UsualForm


class RequestForms:
    """Remembers forms: a bounded number, the oldest forgotten first."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, ...], _Known] = {}

    def find(self, octets: bytes) -> tuple[ServiceRequest, UsualForm] | None:
        """The request that is written there, valid by the newest schema, and the form of its document.

        Args:
            octets: as received, within the limit on the size.
        Returns: None: look closer, which says nothing against it.
        """
        cut = _cut(octets)
        known = self._known.get(cut.form) if cut is not None else None
        if cut is None or known is None or _REQUEST_ID.fullmatch(cut.request_id) is None:
            return None
        unsigned = known.before + cut.request_id + known.after
        digest = digest_of(unsigned)
        value = decoded(_LINE_END.sub(b"", cut.value))
        if base64.b64encode(digest) != cut.digest or value is None or len(value) != 2 * COORDINATE:
            return None
        request = known.request
        header = msgspec.structs.replace(request.header, request_id=RequestId.parse(cut.request_id.decode()))
        parts = msgspec.structs.replace(known.usual.parts, digest=digest, value=value)
        return ServiceRequest(header, request.body, request.schema_version), UsualForm(unsigned, digest, parts)

    def remember(self, received: ReceivedDocument, request: Request) -> None:
        """Keep the form of a document.

        Args:
            received: valid by the newest schema.
            request: as read from it.
        """
        usual, octets = received.usual, received.octets
        if usual is None or len(octets) > _LONGEST or not isinstance(request, ServiceRequest):
            return
        # In the canonical form a tag has one spelling. Where each of the three is there once, and the document has no
        # comment (the usual form has none), the same octets in the document as received are that tag.
        unsigned = usual.unsigned
        if (
            not unsigned.startswith(_HEADER, unsigned.find(b">") + 1)
            or unsigned.count(_ID) != 1
            or b"<ds:" in unsigned
            or octets.count(b"xmlns") > _NAMESPACES
        ):
            return
        cut = _cut(octets)
        if cut is None or _REQUEST_ID.fullmatch(cut.request_id) is None or cut.form in self._known:
            return
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        before, _, after = unsigned.partition(_ID + cut.request_id)
        self._known[cut.form] = _Known(before + _ID, after, request, usual)


def _cut(octets: bytes) -> _Cut | None:
    """Cut at what may vary; None: not as a request of a known form has it."""
    form, texts, start = [], [], 0
    for tag in _VARYING:
        at = octets.find(tag, start) + len(tag)
        end = octets.find(b"<", at, at + _LONGEST_VALUE)
        if at < start + len(tag) or end < 0:
            return None
        form.append(octets[start:at])
        texts.append(octets[at:end])
        start = end
    form.append(octets[start:])
    return _Cut(tuple(form), *texts)
