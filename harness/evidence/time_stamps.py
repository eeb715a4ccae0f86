"""Time stamps (RFC 3161) over the journal's hash chain: asking for one, and what those in a journal prove to a reader.

A stamp says that an outsider saw a hash at a time, and so that every entry up to that one existed then. It proves
something only to a reader who trusts the authority. Pure: whoever asks posts the octets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from harness.evidence import slice as journal_slice
from stubs.events import ChainTimeStamped
from stubs.journal import Row
from stubs.wire.errors import InputError, PeerError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

REQUEST_TYPE, RESPONSE_TYPE = "application/timestamp-query", "application/timestamp-reply"
LONGEST = 64 * 1024
"""Octets of a response; usual ones have 2 to 8 KiB."""
MEND = "pip install 'uept-harness[timestamps]'"
_KIND = b'{"kind":"ChainTimeStamped"'
_GRANTED = 0
_REFUSALS = (ValueError, TypeError, OverflowError, x509.InvalidVersion)
"""Errors that the library raises over octets that are no response."""


def is_available() -> bool:
    """Whether the optional library is installed."""
    return find_spec("rfc3161_client") is not None


def require_library() -> None:
    """Require the optional library. Raises: InputError: it is not installed."""
    if not is_available():
        raise InputError("time stamps need the library rfc3161-client, which is not installed", mend=MEND)


def request(head: bytes, *, with_certificate: bool = True) -> TimeStampRequest:
    """A request for a stamp over a hash of the chain (32 octets), with a nonce.

    ``with_certificate``: the authority's certificate shall come with it; without, the reader has to have it.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - an optional library

    builder = TimestampRequestBuilder().data(head).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=with_certificate).build()


def accept(asked: TimeStampRequest, octets: bytes) -> datetime:
    """The time that a response states, UTC.

    Raises: PeerError: no response, not granted, or about something else than was asked. Whether the authority can be
        trusted is the reader's to say, not looked at here.
    """
    response = _decode(octets)
    if response.status != _GRANTED:
        told = "; ".join(response.status_string)
        raise PeerError(
            "the authority gives no time stamp", expected="status granted", got=told or str(response.status)
        )
    info = response.tst_info
    if info.message_imprint.message != asked.message_imprint.message or info.nonce != asked.nonce:
        raise PeerError("the time stamp is about something else than was asked", expected="our digest and nonce")
    return info.gen_time.astimezone(UTC)


def _decode(octets: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - an optional library

    try:
        return decode_timestamp_response(octets)
    except _REFUSALS as error:
        raise PeerError("not a time-stamp response", got=str(error)) from error


@dataclass(frozen=True, slots=True)
class Stamp:
    """One time stamp of a journal, as a reader sees it."""

    seq: int
    entry: int
    """The last entry it stands for."""
    authority: str
    stated: datetime | None
    """Time that it states, UTC; None where it cannot be read."""
    state: str
    """``trusted`` (by an authority that the reader named), ``unknown`` (by another), ``unchecked`` (the optional
    library is not installed) or ``bad``."""
    problem: str = ""


def authorities(data: bytes, where: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file. Raises: PeerError: it holds none."""
    try:
        return tuple(x509.load_pem_x509_certificates(data))
    except (ValueError, x509.InvalidVersion) as error:
        raise PeerError("no certificates in PEM", where=where, got=str(error)) from error


def read_stamps(rows: Iterable[Row], roots: Sequence[x509.Certificate] = ()) -> tuple[Stamp, ...]:
    """The time stamps in a journal, each checked as far as the reader's trust goes.

    Args:
        rows: of the whole journal.
        roots: certificates of the authorities that the reader trusts.
    Raises: PeerError: an entry cannot be read.
    """
    hashes: dict[int, bytes] = {}
    kept = []
    for row in rows:
        hashes[row.seq] = row.hash
        if row.event.startswith(_KIND):
            kept.append(row)
    found: list[Stamp] = []
    for entry in journal_slice.entries(kept):
        if isinstance(entry.event, ChainTimeStamped):
            stamp = _read(entry.seq, entry.event, hashes, roots)
            found.append(_after(stamp, found))
    return tuple(found)


def _read(seq: int, event: ChainTimeStamped, hashes: dict[int, bytes], roots: Sequence[x509.Certificate]) -> Stamp:
    def stamp(state: str, stated: datetime | None = None, problem: str = "") -> Stamp:
        return Stamp(seq, event.entry, event.authority, stated, state, problem)

    head = hashes.get(event.entry)
    if head is None or event.entry >= seq or head.hex() != event.head:
        return stamp("bad", problem=f"entry {event.entry} has another hash than the stamped one")
    if not is_available():
        return stamp("unchecked")
    try:
        response = _decode(event.response)
        info = response.tst_info
        if response.status != _GRANTED or info.message_imprint.message != sha256(head).digest():
            return stamp("bad", problem="it is about something else than the hash of that entry")
        stated = info.gen_time.astimezone(UTC)
    except (PeerError, *_REFUSALS) as error:
        return stamp("bad", problem=f"it cannot be read: {error}")
    if not roots:
        return stamp("unknown", stated)
    reason = _distrust(response, sha256(head).digest(), roots)
    return stamp("unknown", stated, reason) if reason else stamp("trusted", stated)


def _distrust(response: TimeStampResponse, digest: bytes, roots: Sequence[x509.Certificate]) -> str:
    """Return why a response is not by one of the authorities; empty when it is."""
    from rfc3161_client import VerificationError, VerifierBuilder  # noqa: PLC0415 - an optional library

    reasons = []
    own = None if response.signed_data.certificates else next(filter(_is_for_time_stamps, roots), None)
    for root in roots:
        try:
            VerifierBuilder(roots=[root], tsa_certificate=own).build().verify(response, digest)
        except (VerificationError, *_REFUSALS) as error:
            reasons.append(" ".join(str(error).split()))
        else:
            return ""
    return f"not by an authority you named: {reasons[0]}"


def _is_for_time_stamps(certificate: x509.Certificate) -> bool:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *_REFUSALS):
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usages


def _after(stamp: Stamp, before: Sequence[Stamp]) -> Stamp:
    """A trusted stamp states no earlier time than the trusted ones before it: the chain only grows."""
    earlier = [one for one in before if one.state == "trusted" and one.stated is not None]
    if (
        stamp.state != "trusted"
        or stamp.stated is None
        or not earlier
        or stamp.stated >= (earlier[-1].stated or stamp.stated)
    ):
        return stamp
    problem = f"it states an earlier time than the stamp of entry {earlier[-1].seq}"
    return Stamp(stamp.seq, stamp.entry, stamp.authority, stamp.stated, "bad", problem)


def stamps_told(stamps: Sequence[Stamp]) -> str:
    """One line: which time stamps there are, and what they prove to this reader."""
    if not stamps:
        return "no time stamps: nothing shows when this was written"
    trusted = [one for one in stamps if one.state == "trusted" and one.stated is not None]
    if trusted:
        first, last = trusted[0], trusted[-1]
        return (
            f"{len(trusted)} of {len(stamps)} time stamps by an authority you named, {first.stated} to {last.stated}: "
            f"entries 1 to {last.entry} existed by then, each stamp those before it"
        )
    if any(one.state == "unchecked" for one in stamps):
        return f"{len(stamps)} time stamps, not checked: {MEND}"
    names = ", ".join(sorted({one.authority for one in stamps}))
    return (
        f"{len(stamps)} time stamps by an authority you did not name ({names}; --timestamp-ca FILE): they prove nothing"
    )
