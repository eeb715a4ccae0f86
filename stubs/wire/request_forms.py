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
from stubs.wire.xmlsig.structure import Parts

_ID, _DIGEST, _VALUE = b"<sr:RequestID>", b"<ds:DigestValue>", b"<ds:SignatureValue>"
"""Start tags of the elements whose text may differ, in document order."""
_HEADER = b"<sr:Header>" + _ID
_REQUEST_ID = re.compile(rb"(?:[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}:){2}(?:0|[1-9][0-9]{0,18})")
"""Sound by the schema and for ``RequestId.parse``; a larger counter is looked at closely."""
_LONGEST = 8192
"""Octets of a document whose form is kept; with ``_MOST`` the limit on the memory that peers can fill."""
_MOST = 512
_NAMESPACES = 16
"""Occurrences of ``xmlns`` in a document whose form is kept, far below the parser's limit, which counts octets: the
text that varies may happen to hold some."""


class _Known(NamedTuple):
    """Whatever two requests of one form have in common, taken from the first."""

    before: bytes
    """Canonical octets of the unsigned document, up to its RequestID."""
    after: bytes
    request: ServiceRequest
    parts: Parts


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
        if len(octets) > _LONGEST:
            return None
        form, request_id, stated, written = _cut(octets)
        known = self._known.get(form)
        if known is None or _REQUEST_ID.fullmatch(request_id) is None:
            return None
        before, after, request, parts = known
        unsigned = before + request_id + after
        digest = digest_of(unsigned)
        if base64.b64encode(digest) != stated:
            return None
        value = decoded(written.replace(b"&#13;\n", b"").replace(b"&#xD;\n", b"").replace(b"\n", b""))
        if value is None or len(value) != 2 * COORDINATE:
            return None
        header = msgspec.structs.replace(request.header, request_id=RequestId.parse(request_id.decode()))
        return (
            ServiceRequest(header, request.body, request.schema_version),
            UsualForm(unsigned, Parts(digest, value, parts.issuer_name, parts.serial)),
        )

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
        form, request_id, _, _ = _cut(octets)
        if not form[-1] or _REQUEST_ID.fullmatch(request_id) is None or form in self._known:
            return
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        before, _, after = unsigned.partition(_ID + request_id)
        self._known[form] = _Known(before + _ID, after, request, usual.parts)


def _cut(octets: bytes) -> tuple[tuple[bytes, ...], bytes, bytes, bytes]:
    """The form of a document and the three texts that vary, in order; a form with an empty end is that of no request.

    What is searched for in vain leaves nothing behind it, so where the end is not empty all was found.
    """
    start, _, rest = octets.partition(_ID)
    request_id, _, rest = rest.partition(b"<")
    middle, _, rest = rest.partition(_DIGEST)
    digest, _, rest = rest.partition(b"<")
    between, _, rest = rest.partition(_VALUE)
    value, _, end = rest.partition(b"<")
    return (start, middle, between, end), request_id, digest, value
