"""Names compare by what they say, keys follow from their secret, no octets make the reader fall over."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from stubs.smki.authority import device_of_serial, make_hierarchy
from stubs.smki.keys import derive_private_key, spki
from stubs.wire import tlv
from stubs.wire.certificates import Certificate, issuer_names_equal
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.names import canonical, escape

VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip)
PARTS = st.lists(st.tuples(st.sampled_from(["CN", "OU", "O", "2.5.4.45"]), VALUES), min_size=1, max_size=4)
AUTHORITY = make_hierarchy(b"properties".ljust(32, b".")).issuing
ISSUED = AUTHORITY.organisation(Eui64(b"properti"), "02", "DS").certificate
SECRETS = st.binary(min_size=16, max_size=32)
EUIS = st.binary(min_size=8, max_size=8).map(Eui64)


@given(PARTS, st.data())
def test_order_spacing_and_case_of_types_do_not_count(parts: list[tuple[str, str]], data: st.DataObject) -> None:
    plain = ",".join(f"{kind}={escape(value)}" for kind, value in parts)
    shuffled = data.draw(st.permutations(parts))
    spaced = " ;  ".join(f"{kind.lower()} = {escape(value)}" for kind, value in shuffled)
    assert issuer_names_equal(plain, spaced)


@given(VALUES, VALUES)
def test_different_values_make_different_names(first: str, second: str) -> None:
    same = " ".join(first.split()).casefold() == " ".join(second.split()).casefold()
    assert issuer_names_equal(f"CN={escape(first)}", f"CN={escape(second)}") == same


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_a_peers_error(text: str) -> None:
    with contextlib.suppress(PeerError):
        canonical(text)


@given(SECRETS, EUIS, st.sampled_from(["DS", "KA"]))
def test_derived_keys_are_stable_and_differ_by_purpose(secret: bytes, eui: Eui64, usage: str) -> None:
    info = f"{eui.hex}|{usage}"
    assert spki(derive_private_key(secret, info)) == spki(derive_private_key(secret, info))
    assert spki(derive_private_key(secret, info)) != spki(derive_private_key(secret, info + "'"))


@given(SECRETS, EUIS)
def test_a_devices_serial_carries_its_identity(secret: bytes, eui: Eui64) -> None:
    credentials = AUTHORITY.device(eui, secret)
    assert device_of_serial(credentials.ds.serial) == (eui, "DS")
    assert device_of_serial(credentials.ka.serial) == (eui, "KA")


@given(st.binary(max_size=400))
def test_any_octets_are_a_certificate_or_a_peers_error(data: bytes) -> None:
    with contextlib.suppress(PeerError):
        Certificate.from_der(data)


@given(st.integers(0, len(ISSUED.der) - 1), st.integers(1, 255))
def test_any_altered_octet_is_read_or_refused_cleanly(position: int, mask: int) -> None:
    altered = bytearray(ISSUED.der)
    altered[position] ^= mask
    with contextlib.suppress(PeerError):
        _ = Certificate.from_der(bytes(altered)).public_key


@given(st.binary(max_size=40))
def test_any_octets_are_an_element_or_a_peers_error(data: bytes) -> None:
    try:
        element = tlv.read(data)
    except PeerError:
        return
    assert element.raw == data
    with contextlib.suppress(PeerError):
        element.children()
