"""Several sets of keys in one key store: one is in use, the other is found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from stubs.smki import KeyPair, Pki, import_pki, list_pki, load_pki
from stubs.smki.keys import spki
from stubs.smki.profile import Validity
from stubs.smki.repository import Repository
from stubs.wire.certificates import Certificate, Usage
from stubs.wire.eui64 import Eui64
from tests.keystores import ACB, ALIEN, PARTY, keystore

OLD_DATES, NEW_DATES = (
    Validity(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 10, 1, 1, tzinfo=UTC)) for year in (2014, 2016)
)


def _dated(eui: Eui64, role: str, usage: Usage, label: str, dates: Validity) -> KeyPair:
    key = ALIEN.organisation(eui, role, usage, label=label).private_key
    made = ALIEN.issue_organisation(eui, role, usage, spki(key), label=label, validity=dates)
    return KeyPair(key, made)


def _two_sets(path: Path) -> Path:
    """Like the public key store: an elder set named Z1-, a later one Z1b-, and other names beside them."""
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
    return keystore(path, *entries)


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
