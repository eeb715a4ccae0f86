"""Top-up tokens: the worked examples of the guide, and what is refused.

The check digits and UTRNs are the guide's (section 12); its keys lie in ../shared, so MACs over them are tested where
that folder is there, and here with keys of our own.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from stubs.wire import utrn
from stubs.wire.certificates import Certificate
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.utrn import ValueClass

SUPPLIER = Eui64(bytes.fromhex("90b3d51f30010000"))
DEVICE = Eui64(bytes.fromhex("00db1234567890a0"))
KEYSTORE = Path(__file__).resolve().parents[2].parent / "shared" / "rtds" / "keystore"
EXAMPLES = [
    ("73946144332040217315", 3, 10, ValueClass.POUNDS),
    ("73943333457189043313", 1, 100, ValueClass.POUNDS),
    ("73947252416745201637", 4, 1234, ValueClass.PENCE),
]
SUPPLIER_KEY = ec.derive_private_key(0x5001, ec.SECP256R1())
DEVICE_KEY = ec.derive_private_key(0xD001, ec.SECP256R1())


@pytest.mark.parametrize(("text", "counter", "amount", "value_class"), EXAMPLES)
def test_the_worked_examples_are_read(text: str, counter: int, amount: int, value_class: ValueClass) -> None:
    token = utrn.read(text)
    assert (token.counter_bits, token.value, token.value_class) == (counter, amount, value_class)
    assert token.pence == amount * (100 if value_class is ValueClass.POUNDS else 1)
    assert utrn.check_digit(text[:19]) == text[19]


def test_the_first_worked_example_has_its_head_and_mac() -> None:
    token = utrn.read(EXAMPLES[0][0])
    assert (token.head.hex(), token.mac.hex()) == ("0001a00a", "9cd029e3")


@pytest.mark.shared
@pytest.mark.skipif(not KEYSTORE.is_dir(), reason="../shared/rtds is absent: put the reference data set there")
@pytest.mark.parametrize(("text", "counter", "amount", "value_class"), EXAMPLES)
def test_the_worked_examples_are_made(text: str, counter: int, amount: int, value_class: ValueClass) -> None:
    key = load_pem_private_key((KEYSTORE / f"{SUPPLIER.hex}-pp-ka.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    meter = Certificate.from_pem((KEYSTORE / f"{DEVICE.hex}-ka.pem").read_bytes()).public_key
    assert utrn.generate(SUPPLIER, DEVICE, counter << 32, amount, value_class, key, meter) == text
    assert utrn.verify(text, SUPPLIER, DEVICE, counter << 32, key, meter).value == amount


def made(counter: int = 7 << 32, amount: int = 20) -> str:
    return utrn.generate(SUPPLIER, DEVICE, counter, amount, ValueClass.POUNDS, SUPPLIER_KEY, DEVICE_KEY.public_key())


def test_the_meter_verifies_what_the_supplier_made() -> None:
    token = utrn.verify(made(), SUPPLIER, DEVICE, 7 << 32, DEVICE_KEY, SUPPLIER_KEY.public_key())
    assert token.pence == 2000


def test_only_the_low_ten_bits_of_the_counter_are_written() -> None:
    counter = 0x12345 << 32
    token = utrn.verify(made(counter), SUPPLIER, DEVICE, counter, DEVICE_KEY, SUPPLIER_KEY.public_key())
    assert token.counter_bits == 0x345


def test_another_counter_or_another_meter_is_not_authentic() -> None:
    with pytest.raises(PeerError, match="another counter"):
        utrn.verify(made(), SUPPLIER, DEVICE, 8 << 32, DEVICE_KEY, SUPPLIER_KEY.public_key())
    with pytest.raises(PeerError, match="not authentic"):
        utrn.verify(made(), SUPPLIER, DEVICE, (0x407 << 32), DEVICE_KEY, SUPPLIER_KEY.public_key())
    with pytest.raises(PeerError, match="not authentic"):
        utrn.verify(made(), SUPPLIER, SUPPLIER, 7 << 32, DEVICE_KEY, SUPPLIER_KEY.public_key())


@pytest.mark.parametrize("position", range(19))
def test_a_mistyped_digit_is_found(position: int) -> None:
    good = EXAMPLES[0][0]
    bad = good[:position] + str((int(good[position]) + 1) % 10) + good[position + 1 :]
    with pytest.raises(PeerError, match="check digit"):
        utrn.read(bad)


@pytest.mark.parametrize("position", [at for at in range(19) if EXAMPLES[0][0][at] != EXAMPLES[0][0][at + 1]])
def test_two_digits_the_wrong_way_round_are_found(position: int) -> None:
    good = EXAMPLES[0][0]
    bad = good[:position] + good[position + 1] + good[position] + good[position + 2 :]
    with pytest.raises(PeerError, match="check digit"):
        utrn.read(bad)


@pytest.mark.parametrize("text", ["", "7394614433204021731", "7394614433204021731x", "٧" * 20])
def test_what_is_not_twenty_digits_is_refused(text: str) -> None:
    with pytest.raises(PeerError, match="20 digits"):
        utrn.read(text)


def test_numbers_out_of_range_and_unknown_classes_are_refused() -> None:
    for number in (0, 9999999999999999999):
        digits = f"{number:019d}"
        with pytest.raises(PeerError, match="range"):
            utrn.read(digits + utrn.check_digit(digits))
    digits = str(7394156990786306048 + (3 << 45))
    with pytest.raises(PeerError, match="value class"):
        utrn.read(digits + utrn.check_digit(digits))


def test_counters_and_amounts_that_do_not_fit_are_our_own_mistake() -> None:
    for counter in (0, 1, 1 << 64):
        with pytest.raises(Misuse, match="counter"):
            made(counter)
    with pytest.raises(Misuse, match="8191"):
        made(amount=8192)
    with pytest.raises(Misuse, match="19 digits"):
        utrn.check_digit("1")
