"""Key stores and PEM files of others: opened directly, or imported as a PKI of our own."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from stubs.smki import DEFAULT_ACB, Installed, KeyPair, import_pki, load_pki
from stubs.smki.keys import spki, write_private_key
from stubs.smki.profile import Validity
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64
from tests.keystores import ACB, ALIEN, METER, PARTY, appliance, keystore


def test_a_keystore_opens_directly(tmp_path: Path) -> None:
    pki = load_pki(appliance(tmp_path / "keystore.json"))
    assert pki.acb == ACB
    assert pki.notes == []
    assert pki.dcc_signer.certificate.issuer_name == "CN=UEPT-I1,OU=07"
    assert [(party.eui, party.name, party.roles) for party in pki.parties()] == [(PARTY, "ALIEN", ("IS", "GS", "ES"))]
    assert pki.prepayment_key(PARTY) is not None
    assert not list(tmp_path.glob("devices*"))


def test_a_keystore_gives_the_same_fleet_every_time(tmp_path: Path) -> None:
    path = appliance(tmp_path / "keystore.json")
    assert load_pki(path).device(METER).ds.certificate == load_pki(path).device(METER).ds.certificate


def test_the_fleets_secret_is_kept_beside_the_state(tmp_path: Path) -> None:
    path, state = appliance(tmp_path / "keystore.json"), tmp_path / "state"
    first = load_pki(path, state=state).device(METER)
    assert load_pki(path, state=state).device(METER).ds.certificate == first.ds.certificate
    assert load_pki(path).device(METER).ds.certificate != first.ds.certificate
    assert stat.S_IMODE((state / "devices.secret").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["not hexadecimal", "00ff"])
def test_a_damaged_secret_is_reported(tmp_path: Path, text: str) -> None:
    path = appliance(tmp_path / "keystore.json")
    (tmp_path / "devices.secret").write_text(text)
    with pytest.raises(Blocked, match=r"devices\.secret"):
        load_pki(path, state=tmp_path)


def test_import_lays_a_keystore_out_as_our_folder(tmp_path: Path) -> None:
    import_pki(appliance(tmp_path / "keystore.json"), tmp_path / "pki")
    names = {path.name for path in (tmp_path / "pki/organisations").iterdir()}
    assert f"{PARTY.hex}-pp-ka.key" in names
    assert f"{ACB.hex}-dspxmlsign.pem" in names
    assert not list((tmp_path / "pki/devices").iterdir())
    pki = load_pki(tmp_path / "pki")
    assert pki.acb == ACB
    assert pki.prepayment_key(PARTY) is not None
    assert pki.device(METER).ds.certificate.eui == METER


def test_import_goes_by_contents_not_by_names(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    pair = ALIEN.organisation(PARTY, "02", "DS")
    (source / "0000000000000000-ka.pem").write_text(pair.certificate.pem)
    der = pair.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    (source / "elsewhere.key").write_bytes(der)
    (source / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    import_pki(source, tmp_path / "pki")
    assert (tmp_path / f"pki/organisations/{PARTY.hex}-ds.key").exists()
    notes = json.loads((tmp_path / "pki/pki.json").read_text())["provenance"]["from"]
    assert notes[0]["unread"][0].startswith("broken.pem")


def test_a_second_import_adds_to_the_first(tmp_path: Path) -> None:
    import_pki(appliance(tmp_path / "keystore.json"), tmp_path / "pki")
    secret = (tmp_path / "pki/devices.secret").read_text()
    other = Eui64.parse("12-34-56-78-9A-BC-DE-09")
    import_pki(keystore(tmp_path / "more.json", ("x", ALIEN.organisation(other, "03", "DS"), True)), tmp_path / "pki")
    import_pki(appliance(tmp_path / "keystore.json"), tmp_path / "pki")
    pki = load_pki(tmp_path / "pki")
    assert {party.eui: party.roles for party in pki.parties()}[other] == ("ED", "GT")
    assert (tmp_path / "pki/devices.secret").read_text() == secret
    assert len(list((tmp_path / "pki/organisations").glob("*.pem"))) == 8


def test_imported_device_keys_are_used_when_both_are_there(tmp_path: Path) -> None:
    credentials = ALIEN.device(METER, b"x" * 32)
    path = keystore(tmp_path / "k.json", ("a", credentials.ds, True), ("b", credentials.ka, True))
    import_pki(path, tmp_path / "pki")
    pki = load_pki(tmp_path / "pki")
    assert pki.device(METER).ka.certificate == credentials.ka.certificate
    assert pki.device_of_serial(credentials.ka.serial) == METER


def test_missing_keys_of_the_dcc_are_made_up_and_noted(tmp_path: Path) -> None:
    path = keystore(tmp_path / "k.json", ("a", ALIEN.organisation(PARTY, "7F", "DS"), True))
    pki = load_pki(path)
    assert pki.acb == DEFAULT_ACB
    assert len(pki.notes) == 3
    assert pki.certificates.find(pki.dcc_signer.issuer_name, pki.dcc_signer.serial) is not None


def test_of_several_keys_for_xml_the_latest_valid_one_signs(tmp_path: Path) -> None:
    pair = ALIEN.organisation(ACB, "89", "DS")
    periods = [(2018, 2040), (2021, 2024), (2015, 2050)]
    entries = []
    for first, last in periods:
        validity = Validity(datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC))
        certificate = ALIEN.issue_organisation(ACB, "89", "DS", spki(pair.private_key), validity=validity)
        entries.append(("x", KeyPair(pair.private_key, certificate), True))
    path = keystore(tmp_path / "k.json", *entries)
    assert load_pki(path).dcc_signer.certificate.not_before.year == 2021
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert load_pki(path, now=now).dcc_signer.certificate.not_before.year == 2018


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[]", "no certificate could be read"),
        ('{"a": {"b": {"c": {"certificate": "x"}}}}', "no PEM certificate"),
        ('{"a": 1, "b": {"c": 2}}', "no certificate could be read"),
    ],
)
def test_a_file_that_is_no_keystore_is_reported(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "keystore.json"
    path.write_text(content)
    with pytest.raises(Blocked, match=message):
        load_pki(path)


def test_an_imported_device_makes_further_keys_of_our_own(tmp_path: Path) -> None:
    credentials = ALIEN.device(METER, b"x" * 32)
    path = keystore(tmp_path / "k.json", ("a", credentials.ds, True), ("b", credentials.ka, True))
    import_pki(path, tmp_path / "pki")
    pki = load_pki(tmp_path / "pki")
    key = pki.device(METER).make_key("DS", 1)
    certificate = pki.authority.issue_device(METER, "DS", spki(key), since=datetime(2026, 1, 15, tzinfo=UTC))
    held = pki.device(METER, {"DS": Installed(1, certificate.der)})
    assert (held.ds.certificate, spki(held.ds.private_key)) == (certificate, certificate.spki)
    assert held.ka == pki.device(METER).ka
    found = pki.private_key(certificate)
    assert found is not None
    assert spki(found) == spki(key)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_pem_file_gives_all_that_it_holds(tmp_path: Path, order: tuple[int, ...]) -> None:
    pair, other = ALIEN.organisation(PARTY, "02", "DS"), ALIEN.organisation(ACB, "04", "KA")
    parts = [pair.certificate.pem, write_private_key(pair.private_key).decode(), other.certificate.pem]
    source = tmp_path / "source"
    source.mkdir()
    (source / "bundle.pem").write_text("Bag Attributes: none\n" + "\n".join(parts[number] for number in order))
    pki = load_pki(source)
    held = pki.key_pair(PARTY, "DS")
    assert held is not None
    assert held.certificate == pair.certificate
    assert pki.certificates.of(ACB, "KA", "04") != ()
    assert not [note for note in pki.notes if "bundle" in note]


def test_what_a_pem_file_holds_beyond_that_is_named(tmp_path: Path) -> None:
    pair = ALIEN.organisation(PARTY, "02", "DS")
    request = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"
    broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    source = tmp_path / "source"
    source.mkdir()
    (source / "bundle.pem").write_text(request + pair.certificate.pem + broken)
    pki = load_pki(source)
    assert pki.certificates.of(PARTY, "DS") == (pair.certificate,)
    note = next(note for note in pki.notes if "bundle.pem" in note)
    assert "object 1 of 3: CERTIFICATE REQUEST is not used here" in note
    assert "object 3 of 3: a private key cannot be read" in note
