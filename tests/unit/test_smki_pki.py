"""A PKI of our own: made, kept as a folder, opened, imported again."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from stubs.smki import DEFAULT_ACB, DEFAULT_PARTIES, PartyIdentity, Pki, import_pki, init_pki, list_pki, load_pki
from stubs.smki.authority import device_of_serial
from stubs.smki.keys import read_private_key, spki, write_private_key
from stubs.smki.parties import parties_of
from stubs.wire.certificates import is_issued_by
from stubs.wire.errors import Blocked, Misuse, PeerError
from stubs.wire.eui64 import Eui64
from tests.keystores import ALIEN, METER, PARTY


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki") / "made"
    init_pki(folder, seed=b"made")
    return folder


@pytest.fixture(scope="module")
def pki(made: Path) -> Pki:
    return load_pki(made)


def test_the_folder_has_the_documented_layout(made: Path) -> None:
    names = {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}
    assert {"pki.json", "devices.secret", "authorities/root.pem", "authorities/issuing.key"} <= names
    assert "organisations/a0b1c2d3e4010000-pp-ka.key" in names
    assert "organisations/a0b1c2d3e4020000-pp-ka.key" not in names
    assert "organisations/dcc0000000000002-dspxmlsign.pem" in names


def test_private_keys_are_for_the_owner_only(made: Path) -> None:
    for path in (*made.rglob("*.key"), made / "devices.secret"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_seed_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    init_pki(tmp_path, seed=b"made")
    for path in made.rglob("*"):
        if path.is_file():
            assert (tmp_path / path.relative_to(made)).read_bytes() == path.read_bytes()


def test_without_a_seed_every_pki_is_its_own(tmp_path: Path) -> None:
    init_pki(tmp_path / "a")
    init_pki(tmp_path / "b")
    assert (tmp_path / "a/devices.secret").read_text() != (tmp_path / "b/devices.secret").read_text()


def test_a_pki_is_not_overwritten(made: Path) -> None:
    with pytest.raises(Blocked, match="holds a PKI already"):
        init_pki(made)


@pytest.mark.parametrize("roles", [(), ("XX",), ("IS", "ED")])
def test_roles_that_are_not_one_certificate_role_are_refused(tmp_path: Path, roles: tuple[str, ...]) -> None:
    with pytest.raises(Blocked, match="not one certificate role"):
        init_pki(tmp_path / "x", parties=(PartyIdentity(PARTY, "P", roles),))


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Blocked, match="cannot be made"):
        init_pki(tmp_path / "file" / "pki", seed=b"x")


def test_keys_of_somebody_else_are_not_overwritten(made: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "organisations" / "a0b1c2d3e4010000-ds.key"
    theirs.parent.mkdir()
    theirs.write_text("theirs")
    with pytest.raises(Blocked, match="would be overwritten") as told:
        init_pki(tmp_path)
    assert told.value.exit_code == 2
    with pytest.raises(Blocked, match="would be overwritten"):
        import_pki(made, tmp_path)
    assert theirs.read_text() == "theirs"


def test_a_pki_that_was_broken_off_is_begun_again(tmp_path: Path) -> None:
    init_pki(tmp_path, seed=b"a")
    (tmp_path / "pki.json").unlink()
    (tmp_path / "unfinished").touch()
    init_pki(tmp_path, seed=b"b")
    assert load_pki(tmp_path).parties()
    assert not (tmp_path / "unfinished").exists()


def test_an_import_keeps_the_roles_that_the_source_states(tmp_path: Path) -> None:
    own = Eui64.parse("90-B3-D5-1F-30-00-00-07")
    told = (*DEFAULT_PARTIES, PartyIdentity(own, "Agent", ("RSA",)))
    init_pki(tmp_path / "made", told, seed=b"roles")
    import_pki(tmp_path / "made", tmp_path / "taken")
    import_pki(tmp_path / "made", tmp_path / "taken")
    assert {one.eui: set(one.roles) for one in load_pki(tmp_path / "taken").parties()} == {
        one.eui: set(one.roles) for one in told
    }
    bare = tmp_path / "bare"
    bare.mkdir()
    for path in (tmp_path / "made" / "organisations").iterdir():
        (bare / path.name).write_bytes(path.read_bytes())
    import_pki(bare, tmp_path / "inferred")
    assert {"IS", "GS", "ES", "ED", "GT", "OU"} == {
        role for one in load_pki(tmp_path / "inferred").parties() for role in one.roles
    }


def test_an_import_takes_nothing_away_that_it_cannot_read(made: Path, tmp_path: Path) -> None:
    import_pki(made, tmp_path)
    locked = tmp_path / "organisations" / "with-pass-phrase.key"
    locked.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nzz\n-----END ENCRYPTED PRIVATE KEY-----\n")
    lonely = tmp_path / "organisations" / "without-certificate.key"
    lonely.write_bytes(write_private_key(ec.generate_private_key(ec.SECP256R1())))
    import_pki(made, tmp_path)
    assert locked.exists()
    assert lonely.exists()


def test_the_dcc_signs_with_the_key_for_xml(pki: Pki) -> None:
    signer = pki.dcc_signer.certificate
    assert (pki.acb, signer.eui, signer.role, signer.usage) == (DEFAULT_ACB, DEFAULT_ACB, "89", "DS")
    assert (pki.acb_ds.certificate.role, pki.acb_ka.certificate.usage) == ("04", "KA")
    assert pki.certificates.find(pki.dcc_signer.issuer_name, pki.dcc_signer.serial) == signer


def test_parties_keep_their_names_and_roles(pki: Pki) -> None:
    assert pki.parties() == DEFAULT_PARTIES


def test_the_ordinary_key_agreement_comes_before_the_one_for_tokens(pki: Pki) -> None:
    supplier = DEFAULT_PARTIES[0].eui
    ordinary, tokens = pki.certificates.of(supplier, "KA", "02")
    prepayment = pki.prepayment_key(supplier)
    assert prepayment is not None
    assert prepayment.certificate == tokens
    pair = pki.key_pair(supplier, "KA")
    assert pair is not None
    assert pair.certificate == ordinary
    assert pki.prepayment_key(DEFAULT_PARTIES[2].eui) is None
    assert pki.key_pair(METER, "DS") is None


def test_device_credentials_are_the_same_every_time(pki: Pki, made: Path) -> None:
    first, again = pki.device(METER), load_pki(made).device(METER)
    assert first.ds.certificate == again.ds.certificate
    assert first.ka.certificate.eui == METER
    assert first.ds.private_key.private_numbers() == again.ds.private_key.private_numbers()
    assert first.ds.certificate.spki != first.ka.certificate.spki
    assert is_issued_by(first.ds.certificate, pki.authority.key_pair.certificate)


def test_a_serial_tells_its_device(pki: Pki) -> None:
    for pair in (pki.device(METER).ds, pki.device(METER).ka):
        assert pki.device_of_serial(pair.serial) == METER
        assert pki.private_key(pair.certificate) is not None
        assert pki.device_of_serial(pair.serial ^ 1) != METER
    assert pki.device_of_serial(pki.dcc_signer.serial) is None
    assert device_of_serial(-1) is None
    assert device_of_serial(1 << 200) is None


def test_the_cache_of_device_credentials_is_bounded(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stubs.smki.pki._CACHED_DEVICES", 2)
    for number in range(4):
        pki.device(Eui64(number.to_bytes(8, "big")))
    assert len(pki._devices) <= 3


def test_a_key_for_certificate_signing_is_not_issued_to_a_device() -> None:
    with pytest.raises(Misuse):
        ALIEN.issue_device(METER, "CS", spki(ALIEN.key_pair.private_key))


def test_the_listing_names_everybody_and_says_which_keys_are_held(pki: Pki) -> None:
    rows = list_pki(pki)
    assert len(rows) == len(pki.certificates)
    assert all(row.has_key for row in rows)
    assert {row.role for row in rows if row.name == "Supplier A"} == {"02 supplier", "87 xmlSign"}
    assert rows[0].name.endswith("OU=00")


def test_further_roles_come_from_settings(made: Path) -> None:
    eui = DEFAULT_PARTIES[2].eui
    parties = {party.eui: party.roles for party in load_pki(made, extra_roles={eui: ("RSA", "ED")}).parties()}
    assert parties[eui] == ("ED", "GT", "RSA")


def test_roles_follow_from_certificates() -> None:
    certificates = [
        ALIEN.organisation(Eui64(bytes(7) + bytes((number,))), role, "DS").certificate
        for number, role in enumerate(("02", "03", "7F", "08", "87", "04", "01", "89"), start=1)
    ]
    assert [party.roles for party in parties_of(certificates)] == [
        ("IS", "GS", "ES"), ("ED", "GT"), ("OU",), ("OU",), ("OU",),
    ]  # fmt: skip


def test_a_missing_pki_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Blocked, match="no PKI at"):
        load_pki(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version 1"),
        ({"acb": "x"}, "not an EUI-64"),
        ({"parties": [1]}, "a party is not an object"),
        ({"parties": [{"eui": "x", "roles": ["IS"]}]}, "not an EUI-64"),
        ({"parties": [{"eui": "x", "roles": ["ZZ"]}]}, "unknown roles"),
        ({"parties": None}, "lacks parties"),
    ],
)
def test_a_damaged_index_is_reported(tmp_path: Path, change: dict[str, object], message: str) -> None:
    init_pki(tmp_path / "pki", seed=b"damaged")
    path = tmp_path / "pki/pki.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(Blocked, match=message):
        load_pki(tmp_path / "pki")
    path.write_text("{")
    with pytest.raises(Blocked, match="not JSON"):
        load_pki(tmp_path / "pki")


def test_keys_that_are_not_p256_are_refused() -> None:
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)):
        data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with pytest.raises(PeerError, match="not P-256"):
            read_private_key(data)
    with pytest.raises(PeerError, match="cannot be read"):
        read_private_key(base64.b64decode("AAAA"))


def test_a_key_pair_never_shows_its_key(pki: Pki) -> None:
    assert "private" not in repr(pki.dcc_signer).lower()


def test_nothing_is_said_of_key_sets_where_there_is_one(pki: Pki) -> None:
    assert pki.key_sets == ()
