"""Certificates for HTTPS on loopback: test servers and test clients, issued by the run's own authority.

Not SMKI: the DCC uses its key infrastructure (DCCKI) there, whose profile no public source describes. These have
the usual names and extended usages, and protect nothing real.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stubs.smki import profile
from stubs.smki.authority import Authority, subject_der
from stubs.smki.keys import derive_private_key, spki, write_private_key
from stubs.wire import tlv
from stubs.wire.errors import PeerError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")

_SERVER_AUTH, _CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """A certificate with its issuer, and its key; all PEM."""

    chain: str
    key: bytes

    def context(self, purpose: ssl.Purpose = ssl.Purpose.CLIENT_AUTH) -> ssl.SSLContext:
        """A TLS context that presents this identity: a server's for ``CLIENT_AUTH``, else a client's.

        The key touches the disc for the moment the library needs to read it, in a private folder.
        """
        context = ssl.create_default_context(purpose)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with tempfile.TemporaryDirectory(prefix="uept-tls-") as folder:
            path = Path(folder) / "identity.pem"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.key + self.chain.encode())
            context.load_cert_chain(path)
        return context


def server_identity(authority: Authority, names: tuple[str, ...] = LOOPBACK_NAMES) -> TlsIdentity:
    """The identity of a test server that answers to ``names`` (host names and IP addresses)."""
    return _identity(authority, names[0], _SERVER_AUTH, (profile.host_names(names),))


def client_identity(authority: Authority, name: str) -> TlsIdentity:
    """The identity of a test client; ``name`` becomes the CN."""
    return _identity(authority, name, _CLIENT_AUTH, ())


def _identity(authority: Authority, name: str, purpose: str, extensions: tuple[bytes, ...]) -> TlsIdentity:
    info = f"tls|{purpose}|{name}|{b''.join(extensions).hex()}"
    key = derive_private_key(authority.secret, info)
    serial = hmac.digest(authority.secret, f"serial|{info}".encode(), hashlib.sha256)[:15]
    own = authority.key_pair.certificate
    common_name = tlv.write(tlv.SEQUENCE, tlv.write_oid("2.5.4.3"), tlv.write(tlv.UTF8_STRING, name.encode()))
    der = profile.build(
        serial=int.from_bytes(b"\x40" + serial, "big"),
        issuer=subject_der(own),
        issuer_key=authority.key_pair.private_key,
        issuer_key_id=own.subject_key_id,
        subject=tlv.write(tlv.SEQUENCE, tlv.write(tlv.SET, common_name)),
        public=spki(key),
        validity=profile.ORGANISATION_VALIDITY,
        extensions=(profile.key_usage("DS"), profile.extended_usage(purpose), *extensions),
    )
    return TlsIdentity(ssl.DER_cert_to_PEM_cert(der) + own.pem, write_private_key(key))


def asking_context(authority: Authority) -> ssl.SSLContext:
    """A test server's context that lets a client show a certificate of the same authority, and goes on without one."""
    context = trust_only(server_identity(authority).context(), authority.key_pair.certificate.pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def trust_only(context: ssl.SSLContext, authority_pem: str) -> ssl.SSLContext:
    """Make ``context`` trust the authority in ``authority_pem`` for its peers, and ask a client for a certificate.

    Raises: PeerError: no certificate in it.
    """
    try:
        context.load_verify_locations(cadata=authority_pem)
    except (ssl.SSLError, ValueError) as error:
        raise PeerError("no certificate to trust", expected="PEM", got=repr(authority_pem[:40])) from error
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    return context
