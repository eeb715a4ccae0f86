"""The reference client when keys, the certificate repository or the network are not as they should be."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.drivers import TlsFiles
from harness.drivers.reference.identity import load_acb, load_key_ring, load_organisations
from harness.drivers.reference.repository import KnownCertificates
from harness.drivers.reference.transport import ANSWER_LIMIT, HttpAnswer, HttpClient, TransportFailureError, tls_context
from stubs.smki import init_pki
from stubs.wire import Blocked, Eui64, PeerError
from stubs.wire.certificates import CertificateIndex
from tests.tiny_dcc import SUPPLIER, TinyDcc, tiny_dcc

METER = Eui64.parse("DE-51-CE-00-00-00-00-E1")
OTHER = Eui64.parse("DE-51-CE-00-00-00-00-E2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki") / "pki"
    init_pki(folder, seed=b"surroundings")
    return folder


@pytest.fixture
def pki(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "pki"))


@pytest.fixture
def dcc(made: Path) -> Iterator[TinyDcc]:
    with tiny_dcc(made) as dcc:
        yield dcc


# --- keys -----------------------------------------------------------------------------------------------------------


def rsa_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("suffix", "content", "said"),
    [
        ("ds.key", b"", "no private key"),
        ("ds.key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        ("ka.key", rsa_key(), "not a P-256 key"),
        ("xmlsign.pem", b"not a certificate", "is no certificate"),
        ("xmlsign.key", None, "cannot be read"),
        ("ka.pem", None, "cannot be read"),
    ],
)
def test_a_key_or_certificate_that_cannot_be_used_is_named(
    pki: Path, suffix: str, content: bytes | None, said: str
) -> None:
    path = pki / "organisations" / f"{SUPPLIER.hex}-{suffix}"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Blocked, match=said) as caught:
        load_key_ring(pki, SUPPLIER)
    assert path.name in str(caught.value)


def test_a_user_without_prepayment_key_has_a_key_ring_all_the_same(pki: Path) -> None:
    (pki / "organisations" / f"{SUPPLIER.hex}-pp-ka.key").unlink()
    assert load_key_ring(pki, SUPPLIER).prepayment is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"acb": 5}', '{"acb": "DC"}'])
def test_an_index_without_the_brokers_identity_is_said(pki: Path, content: str) -> None:
    (pki / "pki.json").write_text(content)
    with pytest.raises(Blocked, match="access control broker"):
        load_acb(pki)


def test_a_key_ring_shows_no_private_key(pki: Path) -> None:
    assert "BEGIN" not in repr(load_key_ring(pki, SUPPLIER))


# --- the repository -------------------------------------------------------------------------------------------------


def known(address: str, *, check_name: bool = True) -> KnownCertificates:
    return KnownCertificates(CertificateIndex(), address, HttpClient(), check_name=check_name)


def test_a_devices_certificates_are_found_by_its_identity(dcc: TinyDcc) -> None:
    certificates = known(dcc.urls["smki"])
    assert certificates.of(METER, "KA") == (dcc.pki.device(METER).ka.certificate,)
    assert certificates.of(METER, "DS") == (dcc.pki.device(METER).ds.certificate,)


def test_a_signer_is_found_by_issuer_and_serial(dcc: TinyDcc) -> None:
    signer = dcc.pki.dcc_signer.certificate
    certificates = known(dcc.urls["smki"])
    assert certificates.find(signer.issuer_name, signer.serial) == signer
    assert certificates.by_serial(signer.serial) == signer


def test_what_the_repository_does_not_know_is_not_found(dcc: TinyDcc) -> None:
    assert known(dcc.urls["smki"]).find("CN=Z1,OU=07", 99) is None


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:9"])
def test_without_a_repository_nothing_is_found(address: str) -> None:
    assert known(address).of(METER, "DS") == ()


class Redirected(HttpClient):
    """Reaches a repository that answers for another device than was asked for."""

    def post(self, url: str, body: bytes, content_type: str, timeout: float) -> HttpAnswer:
        return super().post(url, body.replace(str(METER).encode(), str(OTHER).encode()), content_type, timeout)


def test_somebody_elses_certificate_is_not_accepted(dcc: TinyDcc) -> None:
    certificates = KnownCertificates(CertificateIndex(), dcc.urls["smki"], Redirected(), check_name=True)
    with pytest.raises(PeerError, match="somebody else's"):
        certificates.of(METER, "KA")


def test_somebody_elses_certificate_is_accepted_by_a_policy_that_does_not_look(dcc: TinyDcc) -> None:
    certificates = KnownCertificates(CertificateIndex(), dcc.urls["smki"], Redirected(), check_name=False)
    assert [certificate.eui for certificate in certificates.of(METER, "KA")] == [OTHER]


# --- the network ----------------------------------------------------------------------------------------------------


@contextmanager
def server(answer: bytes, pause: float = 0.0) -> Iterator[str]:
    """Answers one connection with these bytes; piece by piece when there is a pause."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                for at in range(0, len(answer), 1 if pause else 1 << 20):
                    try:
                        connection.sendall(answer[at : at + (1 if pause else 1 << 20)])
                    except OSError:
                        return
                    time.sleep(pause)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "pause", "said"),
    [
        (b"", 0.0, "no answer"),
        (b"nonsense\r\n\r\n", 0.0, "no answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"x" * 900, 0.02, "within 0.4 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 0.0, "no answer"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 0.0, "HTTP 404"),
    ],
)
def test_an_answer_that_is_none_is_a_failure_with_its_reason(answer: bytes, pause: float, said: str) -> None:
    with server(answer, pause) as url, pytest.raises(TransportFailureError, match=said):
        HttpClient().post(url, b"", "application/xml", 0.4)


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.drivers.reference.transport.ANSWER_LIMIT", 1000)
    assert ANSWER_LIMIT > 1000
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000
    with server(endless) as url, pytest.raises(TransportFailureError, match="larger than 1000"):
        HttpClient().post(url, b"", "application/xml", 5)


def test_tls_files_that_cannot_be_used_are_said_with_advice(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(Blocked, match="PEM files"):
        tls_context(TlsFiles(ca=tmp_path / "ca.pem"))


def test_the_organisations_of_a_folder_are_all_known(pki: Path) -> None:
    assert len(load_organisations(pki)) == len(list((pki / "organisations").glob("*.pem")))
