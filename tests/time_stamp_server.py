"""A time-stamp authority on loopback, of openssl's ``ts`` command: one certificate authority, one signing certificate."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HAS_OPENSSL = shutil.which("openssl") is not None
_CONFIG = """\
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
{chain}signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """An authority that runs: its address, the file of its root certificate, what it was asked."""

    url: str
    root: Path
    asked: list[bytes] = field(default_factory=list)
    answer: bytes | None = None
    """Given instead of a true one."""
    status: int = 200


@contextmanager
def time_stamp_server(folder: Path, *, sends_chain: bool = False) -> Iterator[Authority]:
    """Run an authority whose files are in ``folder`` until the block ends."""
    make_authority(folder, sends_chain=sends_chain)
    authority = Authority("", folder / "ca.pem")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(query)
            body = reply(folder, query) if authority.answer is None else authority.answer
            self.send_response(authority.status)
            if authority.status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    authority.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(folder: Path, query: bytes) -> bytes:
    """What ``openssl ts -reply`` answers."""
    (folder / "query.tsq").write_bytes(query)
    subprocess.run(
        ["openssl", "ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", folder / "query.tsq",
         "-out", folder / "reply.tsr"],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    return (folder / "reply.tsr").read_bytes()


def make_authority(folder: Path, *, sends_chain: bool = False) -> None:
    """Keys, certificates and configuration of an authority.

    ``sends_chain``: its root goes with each stamp; openssl then writes the set of certificates as it comes, not in
    DER's order, which strict readers refuse.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, own_name = _name("Test root"), _name("Test time stamps")
    root = _certificate(root_name, root_key, root_name, root_key, None)
    own = _certificate(own_name, own_key, root_name, root_key, ExtendedKeyUsageOID.TIME_STAMPING)
    (folder / "ca.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        own_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "serial").write_text("01\n", encoding="ascii")
    (folder / "tsa.cnf").write_text(
        _CONFIG.format(folder=folder, chain=f"certs = {folder}/ca.pem\n" if sends_chain else ""), encoding="utf-8"
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    usage: x509.ObjectIdentifier | None,
) -> x509.Certificate:
    now = datetime.now(UTC)  # noqa: TID251 - openssl stamps by the wall clock
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        builder = builder.add_extension(
            x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True
        )
    return builder.sign(issuer_key, hashes.SHA256())
