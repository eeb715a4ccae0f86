"""The repository over a real socket, asked as the public client asks."""

from __future__ import annotations

import asyncio
import base64
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from lxml import etree

from stubs.http_runner import close_runner
from stubs.smki import DEFAULT_ACB, DEFAULT_PARTIES, Pki, init_pki, load_pki
from stubs.smki.repository import Listed, Repository
from stubs.smki.service import ORGANISATIONS, RETRIEVE, SEARCH, make_app
from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64
from stubs.wire.xml import parse

METER = Eui64.parse("A0-B1-C2-D3-E4-55-00-01")
UNKNOWN = Eui64.parse("A0-B1-C2-D3-E4-55-00-02")
SUPPLIER = DEFAULT_PARTIES[0].eui
XML = {"Content-Type": "application/xml"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("smki") / "pki"
    init_pki(folder, seed=b"service")
    return load_pki(folder)


@pytest.fixture
def repository(pki: Pki) -> Repository:
    def device(eui: Eui64) -> tuple[Listed, ...]:
        held = pki.device(eui)
        return tuple(Listed(pair.certificate, "I") for pair in (held.ds, held.ka)) if eui == METER else ()

    return Repository(pki, device)


@asynccontextmanager
async def _serving(repository: Repository, read_seconds: float = 10.0) -> AsyncIterator[str]:
    runner = web.AppRunner(make_app(repository, read_seconds), lingering_time=0.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await close_runner(runner)


Ask = Callable[[aiohttp.ClientSession, str], Awaitable[None]]


def _run(repository: Repository, ask: Ask, read_seconds: float = 10.0) -> None:
    async def run() -> None:
        async with _serving(repository, read_seconds) as url, aiohttp.ClientSession() as session:
            await ask(session, url)

    asyncio.run(run())


def _post(
    repository: Repository, path: str, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, str, bytes]:
    found: list[tuple[int, str, bytes]] = []

    async def ask(session: aiohttp.ClientSession, url: str) -> None:
        wanted = XML if headers is None else headers
        async with session.post(f"{url}{path}?apikey=any", data=body, headers=wanted) as answer:
            found.append((answer.status, answer.content_type, await answer.read()))

    _run(repository, ask)
    return found[0]


def _search(name: str, value: object) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<CertificateSearchRequest><{name}>{value}</{name}></CertificateSearchRequest>"
    ).encode()


def _retrieve(serial: str) -> bytes:
    return f"<CertificateDataRequest><CertificateSerial>{serial}</CertificateSerial></CertificateDataRequest>".encode()


def test_an_organisation_is_found_with_all_its_certificates(repository: Repository) -> None:
    status, kind, body = _post(repository, SEARCH, _search("CertificateSubjectName", SUPPLIER))
    assert (status, kind) == (200, "application/xml")
    element = parse(body)
    assert element.tag == "CertificateSearchResponse"
    rows = [{child.tag: child.text for child in result} for result in element.findall("Result")]
    assert sorted((row["CertificateUsage"], row["CertificateRole"]) for row in rows) == [
        ("DS", "135"), ("DS", "2"), ("KA", "2"), ("KA", "2"),
    ]  # fmt: skip
    assert {row["CertificateSubjectName"] for row in rows} == {str(SUPPLIER)}
    assert {(row["CertificateStatus"], row["ManufacturingFlag"]) for row in rows} == {("I", "false")}
    assert element.findtext("ResponseCode") == "200"


def test_the_dcc_is_found_with_the_role_of_its_xml_key(repository: Repository) -> None:
    _, _, body = _post(repository, SEARCH, _search("CertificateSubjectName", str(DEFAULT_ACB).lower()))
    assert {item.text for item in parse(body).iter("CertificateRole")} == {"137", "4"}


def test_a_device_is_found_by_its_alternative_name(repository: Repository) -> None:
    status, _, body = _post(repository, SEARCH, _search("CertificateSubjectAltName", METER))
    assert status == 200
    results = parse(body).findall("Result")
    assert [item.findtext("CertificateUsage") for item in results] == ["DS", "KA"]
    assert all(item.find("CertificateRole") is None for item in results)
    assert all(item.findtext("CertificateSubjectAltName") == str(METER) for item in results)


@pytest.mark.parametrize(
    ("name", "eui"),
    [("CertificateSubjectAltName", UNKNOWN), ("CertificateSubjectName", UNKNOWN), ("CertificateSubjectName", METER)],
)
def test_who_does_not_exist_is_not_found(repository: Repository, name: str, eui: Eui64) -> None:
    status, kind, body = _post(repository, SEARCH, _search(name, eui))
    assert (status, kind) == (402, "application/xml")
    assert parse(body).findtext("ResponseCode") == "402"


@pytest.mark.parametrize(
    "body",
    [
        b"<CertificateSearchRequest/>",
        _search("CertificateSubjectName", "x"),
        _search("CertificateSubjectName", "<A/>"),
        _search("CertificateStatus", "I"),
        (
            b"<CertificateSearchRequest><CertificateSubjectName>a</CertificateSubjectName>"
            b"<CertificateSubjectAltName>b</CertificateSubjectAltName></CertificateSearchRequest>"
        ),
    ],
)
def test_bad_search_parameters_are_told(repository: Repository, body: bytes) -> None:
    status, _, answer = _post(repository, SEARCH, body)
    assert status == 401
    assert parse(answer).findtext("ResponseMessage")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a",
        b"<Other/>",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><CertificateSearchRequest>&e;</CertificateSearchRequest>',
        b"\xff\xfe\x00",
        b"<a>" * 100,
    ],
)
@pytest.mark.parametrize("path", [SEARCH, RETRIEVE])
def test_what_is_not_the_expected_xml_is_refused_with_a_reason(repository: Repository, path: str, body: bytes) -> None:
    status, _, answer = _post(repository, path, body)
    assert status == 400
    assert parse(answer).findtext("ResponseMessage")
    assert b"root:" not in answer
    assert b"Traceback" not in answer


def test_another_content_type_is_refused(repository: Repository) -> None:
    status, _, body = _post(repository, SEARCH, b"{}", {"Content-Type": "application/json"})
    assert status == 400
    assert b"application/xml" in body


def test_a_huge_request_is_refused(repository: Repository) -> None:
    status, _, _ = _post(repository, SEARCH, b"<a>" + b"x" * 100_000 + b"</a>")
    assert status == 413


def test_one_certificate_is_retrieved_by_its_serial(repository: Repository, pki: Pki) -> None:
    for wanted in (pki.dcc_signer.certificate, pki.device(METER).ka.certificate):
        for serial in (wanted.serial_hex, "000" + wanted.serial_hex.upper()):
            status, _, body = _post(repository, RETRIEVE, _retrieve(serial))
            assert status == 200
            response = parse(body).find("CertificateResponse")
            assert isinstance(response, etree._Element)
            text = response.findtext("CertificateBody") or ""
            assert Certificate.from_der(base64.b64decode(text, validate=True)) == wanted
            assert response.findtext("CertificateSerial") == wanted.serial_hex
            assert (response.find("CertificateSubjectAltName") is not None) == wanted.is_device
            assert (response.find("CertificateRole") is None) == wanted.is_device


def test_a_device_that_does_not_exist_is_not_found_by_serial(repository: Repository, pki: Pki) -> None:
    for serial in (pki.device(UNKNOWN).ds.certificate.serial_hex, "1", f"{1 << 127:x}"):
        assert _post(repository, RETRIEVE, _retrieve(serial))[0] == 402


@pytest.mark.parametrize("serial", ["", "xyz", "1" * 41, "-1", "<A/>"])
def test_a_serial_that_is_none_is_told(repository: Repository, serial: str) -> None:
    assert _post(repository, RETRIEVE, _retrieve(serial))[0] == 401


def test_status_follows_the_clock_only_when_told_to(pki: Pki) -> None:
    late = Repository(pki, lambda _: (), now=lambda: datetime(2090, 1, 1, tzinfo=UTC))
    early = Repository(pki, lambda _: (), now=lambda: datetime(2000, 1, 1, tzinfo=UTC))
    request = _search("CertificateSubjectName", SUPPLIER)
    assert {item.text for item in parse(late.search(request).body).iter("CertificateStatus")} == {"E"}
    assert {item.text for item in parse(early.search(request).body).iter("CertificateStatus")} == {"P"}


def test_all_organisations_come_in_one_zip(repository: Repository, pki: Pki, tmp_path: Path) -> None:
    async def ask(session: aiohttp.ClientSession, url: str) -> None:
        async with session.get(url + ORGANISATIONS) as answer:
            assert answer.content_type == "application/zip"
            (tmp_path / "all.zip").write_bytes(await answer.read())

    _run(repository, ask)
    with zipfile.ZipFile(io.BytesIO((tmp_path / "all.zip").read_bytes())) as archive:
        found = {Certificate.from_pem(archive.read(name)) for name in archive.namelist()}
    assert found == set(pki.certificates)
    assert repository.organisations_zip() == (tmp_path / "all.zip").read_bytes()


def test_a_request_that_never_arrives_is_given_up(repository: Repository) -> None:
    async def ask(_session: aiohttp.ClientSession, url: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        writer.write(
            f"POST {SEARCH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: 50\r\n\r\n<a".encode()
        )
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 60)
        writer.close()

    _run(repository, ask, read_seconds=0.05)


def test_audit_references_count_up(repository: Repository) -> None:
    references: list[str | None] = []

    async def ask(session: aiohttp.ClientSession, url: str) -> None:
        for _ in range(2):
            async with session.post(
                url + SEARCH, data=_search("CertificateSubjectName", SUPPLIER), headers=XML
            ) as answer:
                references.append(parse(await answer.read()).findtext("AuditReference"))

    _run(repository, ask)
    assert references == ["1", "2"]
