"""The DCC's own npm package for certificate look-up, run unchanged against our repository.

Origin: ``@smartdcc/dccboxed-keystore`` 0.4.2, GPL-3.0, installed by npm into a temporary folder for this test and
run as a program of its own.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from stubs.smki import Pki, load_pki
from stubs.smki.repository import Listed, Repository
from stubs.smki.service import make_app
from stubs.wire.eui64 import Eui64

PACKAGE = "@smartdcc/dccboxed-keystore@0.4.2"
METER = Eui64.parse("A0-B1-C2-D3-E4-55-00-01")
UNKNOWN = Eui64.parse("A0-B1-C2-D3-E4-55-00-02")
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")

ENABLE = f"to enable: apt-get install nodejs npm, then: npm view {PACKAGE} (the registry must be reachable)"

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        shutil.which("node") is None or shutil.which("npm") is None, reason=f"node or npm is absent; {ENABLE}"
    ),
]

PROGRAM = """
const { BoxedKeyStore, KeyUsage } = require('@smartdcc/dccboxed-keystore')
async function main() {
  const [address, meter, unknown, serial] = process.argv.slice(2)
  const store = await BoxedKeyStore.new(address)
  const show = (r) => r && { eui: String(r.eui), serial: String(r.serial), usage: r.keyUsage,
                             der: r.certificate.raw.toString('hex') }
  const ask = (eui, keyUsage) => store.query({ eui, keyUsage, lookup: 'certificate' })
  const found = {
    ds: (await ask(meter, KeyUsage.digitalSignature) ?? []).map(show),
    ka: (await ask(meter, KeyUsage.keyAgreement) ?? []).map(show),
    unknown: await ask(unknown, KeyUsage.keyAgreement),
    serial: show(await store.query({ serial: BigInt(serial), lookup: 'certificate' })),
  }
  await store.cleanup()
  console.log(JSON.stringify(found))
}
main().catch((e) => { console.error(e); process.exit(1) })
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("npm")
    (folder / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=90)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm could not install {PACKAGE} ({type(error).__name__}); {ENABLE}")
    (folder / "look-up.js").write_text(PROGRAM)
    return folder


@pytest.fixture(scope="module")
def pki(installed: Path) -> Pki:
    """The package's own key store, opened directly as ``uept serve --pki keystore.json`` does."""
    return load_pki(installed / "node_modules/@smartdcc/dccboxed-keystore/keystore.json")


def _look_up(pki: Pki, installed: Path, serial: int) -> dict[str, Any]:
    def device(eui: Eui64) -> tuple[Listed, ...]:
        held = pki.device(eui)
        return tuple(Listed(pair.certificate, "I") for pair in (held.ds, held.ka)) if eui == METER else ()

    async def run() -> bytes:
        runner = web.AppRunner(make_app(Repository(pki, device)))
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            arguments = ("look-up.js", address, str(METER), str(UNKNOWN), str(serial))
            process = await asyncio.create_subprocess_exec(
                "node", *arguments, cwd=installed, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            output, errors = await asyncio.wait_for(process.communicate(), 90)
            assert process.returncode == 0, errors.decode()
            return output
        finally:
            await runner.cleanup()

    found: dict[str, Any] = json.loads(_in_loop(run))
    return found


def _in_loop(job: Callable[[], Awaitable[bytes]]) -> bytes:
    async def main() -> bytes:
        return await job()

    return asyncio.run(main())


@pytest.mark.timeout(180)
def test_the_public_client_finds_device_certificates_at_our_repository(pki: Pki, installed: Path) -> None:
    credentials = pki.device(METER)
    found = _look_up(pki, installed, pki.acb_ka.serial)
    assert [item["der"] for item in found["ds"]] == [credentials.ds.certificate.der.hex()]
    assert [item["der"] for item in found["ka"]] == [credentials.ka.certificate.der.hex()]
    assert (found["ds"][0]["eui"], found["ds"][0]["usage"], found["ka"][0]["usage"]) == (METER.hex, [0], [4])
    assert found["unknown"] is None
    assert found["serial"]["serial"] == str(pki.acb_ka.serial)


@pytest.mark.timeout(180)
def test_the_public_client_retrieves_a_certificate_its_own_store_lacks(pki: Pki, installed: Path) -> None:
    unknown_to_it = pki.device(METER).ds
    found = _look_up(pki, installed, unknown_to_it.serial)
    assert found["serial"]["der"] == unknown_to_it.certificate.der.hex()


def test_the_packages_key_store_opens_directly(pki: Pki) -> None:
    assert pki.acb == ACB
    assert pki.notes == []
    assert (pki.dcc_signer.certificate.role, pki.dcc_signer.certificate.eui) == ("89", ACB)
    parties = {str(party.eui): party.roles for party in pki.parties()}
    assert parties["90-B3-D5-1F-30-01-00-00"] == ("IS", "GS", "ES")
    assert parties["90-B3-D5-1F-30-02-00-00"] == ("ED", "GT")
