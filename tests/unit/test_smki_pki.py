"""Making, importing and opening a PKI."""

from __future__ import annotations

import base64
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from stubs.smki import (
    DEFAULT_ACB,
    DEFAULT_PARTIES,
    Installed,
    KeyPair,
    PartyIdentity,
    Pki,
    import_pki,
    init_pki,
    list_pki,
    load_pki,
)
from stubs.smki.authority import device_of_serial, make_hierarchy
from stubs.smki.keys import read_private_key, spki, write_private_key
from stubs.smki.parties import parties_of
from stubs.smki.profile import Validity
from stubs.smki.repository import Repository
from stubs.wire.certificates import Certificate, Usage, is_issued_by
from stubs.wire.errors import Blocked, Misuse, PeerError
from stubs.wire.eui64 import Eui64

METER = Eui64.parse("A0-B1-C2-D3-E4-55-00-01")
PARTY = Eui64.parse("12-34-56-78-9A-BC-DE-01")
ACB = Eui64.parse("12-34-56-78-9A-BC-DE-02")
ALIEN = make_hierarchy(b"somebody else".ljust(32, b".")).issuing
"""A foreign authority, for material to import."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki") / "made"
    init_pki(folder, seed=b"made")
    return folder


@pytest.fixture(scope="module")
def pki(made: Path) -> Pki:
    return load_pki(made)


def _keystore(path: Path, *entries: tuple[str, KeyPair, bool]) -> Path:
    content: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
    for name, pair, has_key in entries:
        certificate = pair.certificate
        usage = {"DS": "digitalSignature", "KA": "keyAgreement"}[certificate.usage]
        entry: dict[str, object] = {"certificate": certificate.pem, "name": name}
        if has_key:
            entry["privateKey"] = write_private_key(pair.private_key).decode()
        content.setdefault(certificate.eui.hex, {}).setdefault(usage, {})[str(certificate.serial)] = entry
    path.write_text(json.dumps(content))
    return path


def _appliance(path: Path) -> Path:
    return _keystore(
        path,
        ("supplier-ds", ALIEN.organisation(PARTY, "02", "DS", common_name="ALIEN"), True),
        ("supplier-ka", ALIEN.organisation(PARTY, "02", "KA"), True),
        ("supplierPP-ka", ALIEN.organisation(PARTY, "02", "KA", label="pp-ka"), True),
        ("xml-sign-ds", ALIEN.organisation(PARTY, "87", "DS"), True),
        ("acb-ds", ALIEN.organisation(ACB, "04", "DS"), True),
        ("acb-ka", ALIEN.organisation(ACB, "04", "KA"), True),
        ("dsp-xml-sign-ds", ALIEN.organisation(ACB, "89", "DS"), True),
        ("meter-ds", ALIEN.device(METER, b"x" * 32).ds, False),
    )


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


def test_a_keystore_opens_directly(tmp_path: Path) -> None:
    pki = load_pki(_appliance(tmp_path / "keystore.json"))
    assert pki.acb == ACB
    assert pki.notes == []
    assert pki.dcc_signer.certificate.issuer_name == "CN=UEPT-I1,OU=07"
    assert [(party.eui, party.name, party.roles) for party in pki.parties()] == [(PARTY, "ALIEN", ("IS", "GS", "ES"))]
    assert pki.prepayment_key(PARTY) is not None
    assert not list(tmp_path.glob("devices*"))


def test_a_keystore_gives_the_same_fleet_every_time(tmp_path: Path) -> None:
    path = _appliance(tmp_path / "keystore.json")
    assert load_pki(path).device(METER).ds.certificate == load_pki(path).device(METER).ds.certificate


def test_the_fleets_secret_is_kept_beside_the_state(tmp_path: Path) -> None:
    path, state = _appliance(tmp_path / "keystore.json"), tmp_path / "state"
    first = load_pki(path, state=state).device(METER)
    assert load_pki(path, state=state).device(METER).ds.certificate == first.ds.certificate
    assert load_pki(path).device(METER).ds.certificate != first.ds.certificate
    assert stat.S_IMODE((state / "devices.secret").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["not hexadecimal", "00ff"])
def test_a_damaged_secret_is_reported(tmp_path: Path, text: str) -> None:
    path = _appliance(tmp_path / "keystore.json")
    (tmp_path / "devices.secret").write_text(text)
    with pytest.raises(Blocked, match=r"devices\.secret"):
        load_pki(path, state=tmp_path)


def test_import_lays_a_keystore_out_as_our_folder(tmp_path: Path) -> None:
    import_pki(_appliance(tmp_path / "keystore.json"), tmp_path / "pki")
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
    import_pki(_appliance(tmp_path / "keystore.json"), tmp_path / "pki")
    secret = (tmp_path / "pki/devices.secret").read_text()
    other = Eui64.parse("12-34-56-78-9A-BC-DE-09")
    import_pki(_keystore(tmp_path / "more.json", ("x", ALIEN.organisation(other, "03", "DS"), True)), tmp_path / "pki")
    import_pki(_appliance(tmp_path / "keystore.json"), tmp_path / "pki")
    pki = load_pki(tmp_path / "pki")
    assert {party.eui: party.roles for party in pki.parties()}[other] == ("ED", "GT")
    assert (tmp_path / "pki/devices.secret").read_text() == secret
    assert len(list((tmp_path / "pki/organisations").glob("*.pem"))) == 8


def test_imported_device_keys_are_used_when_both_are_there(tmp_path: Path) -> None:
    credentials = ALIEN.device(METER, b"x" * 32)
    path = _keystore(tmp_path / "k.json", ("a", credentials.ds, True), ("b", credentials.ka, True))
    import_pki(path, tmp_path / "pki")
    pki = load_pki(tmp_path / "pki")
    assert pki.device(METER).ka.certificate == credentials.ka.certificate
    assert pki.device_of_serial(credentials.ka.serial) == METER


def test_missing_keys_of_the_dcc_are_made_up_and_noted(tmp_path: Path) -> None:
    path = _keystore(tmp_path / "k.json", ("a", ALIEN.organisation(PARTY, "7F", "DS"), True))
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
    path = _keystore(tmp_path / "k.json", *entries)
    assert load_pki(path).dcc_signer.certificate.not_before.year == 2021
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert load_pki(path, now=now).dcc_signer.certificate.not_before.year == 2018


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


def test_an_imported_device_makes_further_keys_of_our_own(tmp_path: Path) -> None:
    credentials = ALIEN.device(METER, b"x" * 32)
    path = _keystore(tmp_path / "k.json", ("a", credentials.ds, True), ("b", credentials.ka, True))
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


OLD_DATES, NEW_DATES = (
    Validity(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 10, 1, 1, tzinfo=UTC)) for year in (2014, 2016)
)


def _dated(eui: Eui64, role: str, usage: Usage, label: str, dates: Validity) -> KeyPair:
    key = ALIEN.organisation(eui, role, usage, label=label).private_key
    made = ALIEN.issue_organisation(eui, role, usage, spki(key), label=label, validity=dates)
    return KeyPair(key, made)


def _two_sets(path: Path) -> Path:
    """As the public key store: an elder set named Z1-, a later one Z1b-, and other names beside them."""
    entries = []
    for prefix, dates in (("Z1", OLD_DATES), ("Z1b", NEW_DATES)):
        made = [
            ("supplier-ds", _dated(PARTY, "02", "DS", prefix, dates)),
            ("supplier-ka", _dated(PARTY, "02", "KA", prefix, dates)),
            ("supplierPP-ka", _dated(PARTY, "02", "KA", f"{prefix} pp", dates)),
            ("accessControlBroker-ds", _dated(ACB, "04", "DS", prefix, dates)),
            ("accessControlBroker-ka", _dated(ACB, "04", "KA", prefix, dates)),
        ]
        entries += [(f"{prefix}-{name}", pair, True) for name, pair in made]
    entries += [
        ("xml-sign-PARTY-ds", _dated(PARTY, "87", "DS", "", NEW_DATES), True),
        ("dsp-xml-sign-ACB-ds", ALIEN.organisation(ACB, "89", "DS"), True),
    ]
    return _keystore(path, *entries)


def _names_in_use(pki: Pki) -> dict[str, str]:
    pairs = {
        "signing": pki.key_pair(PARTY, "DS", "02"),
        "agreement": pki.key_pair(PARTY, "KA", "02"),
        "tokens": pki.prepayment_key(PARTY),
        "xml": pki.key_pair(PARTY, "DS", "87"),
        "broker signs": pki.acb_ds,
        "broker agrees": pki.acb_ka,
    }
    return {what: pki.name_of(pair.certificate) for what, pair in pairs.items() if pair is not None}


def _expected(prefix: str) -> dict[str, str]:
    return {
        "signing": f"{prefix}supplier-ds",
        "agreement": f"{prefix}supplier-ka",
        "tokens": f"{prefix}supplierPP-ka",
        "xml": "xml-sign-PARTY-ds",
        "broker signs": f"{prefix}accessControlBroker-ds",
        "broker agrees": f"{prefix}accessControlBroker-ka",
    }


@pytest.mark.parametrize(
    ("prefer", "prefix"), [(("Z1-", "otherUser-"), "Z1-"), (("Z1b-", "Z1-"), "Z1b-"), ((), "Z1b-"), (("X-",), "Z1b-")]
)
def test_one_key_set_is_used_for_everything(tmp_path: Path, prefer: tuple[str, ...], prefix: str) -> None:
    source = _two_sets(tmp_path / "keystore.json")
    direct = load_pki(source, prefer=prefer, now=datetime(2025, 6, 1, tzinfo=UTC))
    import_pki(source, tmp_path / "pki", prefer)
    imported = load_pki(tmp_path / "pki", prefer=prefer)
    assert _names_in_use(direct) == _names_in_use(imported) == _expected(prefix)
    assert f"in use: {prefix}" in direct.key_sets[0]
    plain = (tmp_path / "pki/organisations" / f"{PARTY.hex}-ka.pem").read_bytes()
    agreement = direct.key_pair(PARTY, "KA", "02")
    assert agreement is not None
    assert Certificate.from_pem(plain) == agreement.certificate


def test_the_stock_clients_key_set_is_used_unless_told_otherwise(tmp_path: Path) -> None:
    pki = load_pki(_two_sets(tmp_path / "keystore.json"))
    assert _names_in_use(pki) == _expected("Z1-")
    said = "key set in use: Z1-; set aside: Z1b- (5 identities and uses have several certificates; "
    assert pki.key_sets == (f"{said}[pki] prefer = Z1-, otherUser-)",)
    assert {row.source_name.partition("-")[0] for row in list_pki(pki) if not row.in_use} == {"Z1b"}


def test_an_import_again_of_our_folder_keeps_the_names(tmp_path: Path) -> None:
    import_pki(_two_sets(tmp_path / "keystore.json"), tmp_path / "one")
    import_pki(tmp_path / "one", tmp_path / "two", ("Z1b-",))
    assert _names_in_use(load_pki(tmp_path / "two")) == _expected("Z1-")
    assert _names_in_use(load_pki(tmp_path / "two", prefer=("Z1b-",))) == _expected("Z1b-")
    assert load_pki(tmp_path / "one", prefer=("Z1b-",)).key_sets


def test_nothing_is_said_of_key_sets_where_there_is_one(pki: Pki) -> None:
    assert pki.key_sets == ()


def test_the_repository_finds_the_set_in_use_and_retrieves_the_other(tmp_path: Path) -> None:
    pki = load_pki(_two_sets(tmp_path / "keystore.json"))
    repository = Repository(pki, lambda _: ())
    request = (
        f"<CertificateSearchRequest><CertificateSubjectName>{PARTY}</CertificateSubjectName></CertificateSearchRequest>"
    )
    found = repository.search(request.encode()).body.decode()
    aside = next(row for row in list_pki(pki) if not row.in_use and row.eui == str(PARTY))
    assert found.count("<Result>") == 4
    assert aside.serial not in found
    by_serial = (
        f"<CertificateDataRequest><CertificateSerial>{aside.serial}</CertificateSerial></CertificateDataRequest>"
    )
    answer = repository.retrieve(by_serial.encode())
    assert b"<CertificateStatus>N</CertificateStatus>" in answer.body


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
