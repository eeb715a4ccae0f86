"""The PKI of a run: who is who, which keys we hold, and the credentials of simulated devices."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from schemas.load import certificate_roles
from stubs.smki.authority import ISSUING_ROLE, Authority, Hierarchy, device_of_serial, make_hierarchy
from stubs.smki.folder import DEVICES_SECRET, INDEX, acb_of, names_of, read_index
from stubs.smki.key_sets import STOCK_CLIENT, KeySets, choices, told
from stubs.smki.keys import DeviceCredentials, Installed, KeyPair, derive_secret, device_key, spki
from stubs.smki.material import Material, read_material
from stubs.smki.parties import (
    ACB_ROLE,
    DSP_XML_SIGN_ROLE,
    TRUSTED_ROLES,
    PartyIdentity,
    eui_of_index,
    parties_of,
    parties_of_index,
)
from stubs.wire.certificates import NO_EUI, Certificate, CertificateIndex, Usage
from stubs.wire.errors import Blocked, InputError, Misuse
from stubs.wire.eui64 import Eui64

_CACHED_DEVICES = 4096
_FORMER = sha256(b"certificates that a party had before").digest()
GENERATIONS = 16
"""Number of a simulated device's keys, for each usage, that a reader of messages tries who does not know which it had
when: the factory's and those of the first 15 certification requests."""
_USAGES: tuple[Usage, ...] = ("DS", "KA")


class Pki:
    """Certificates and keys of one run. Reading only, except for the cache of device credentials."""

    def __init__(
        self,
        material: Material,
        authority: Authority,
        fleet_secret: bytes,
        acb: Eui64,
        parties: Sequence[PartyIdentity],
        now: datetime | None = None,
        prefer: Sequence[str] = STOCK_CLIENT,
    ) -> None:
        self._material = material
        self._sets = KeySets(material.names, tuple(prefer))
        self._fleet_secret = fleet_secret
        self._parties = tuple(parties)
        self._devices: OrderedDict[tuple[Any, ...], DeviceCredentials] = OrderedDict()
        self._later: OrderedDict[tuple[Eui64, Usage], tuple[ec.EllipticCurvePrivateKey, ...]] = OrderedDict()
        self._imported = _imported_devices(material, fleet_secret)
        self.authority = authority
        """Authority that issues for simulated devices and for everything the material lacks."""
        self.acb = acb
        """Identity of the DCC's access control broker."""
        self.notes: list[str] = list(material.unread)
        """Notes for a tester: files not read, keys made up because the material lacks them."""
        self.certificates = CertificateIndex()
        """Organisations and authorities; devices are not in it."""
        for certificate in material.certificates:
            if not certificate.is_device:
                self.certificates.add(
                    certificate,
                    is_secondary=certificate.der in material.prepayment,
                    preference=self._sets.rank(certificate),
                )
        self._choices = choices(self._ranked(), lambda one: one.der in material.prepayment)
        self.certificates.add(authority.key_pair.certificate)
        self.dcc_signer = self._dcc_pair(DSP_XML_SIGN_ROLE, "DS", now)
        """Signs every DUIS message of the DCC: OU 89, the ACB's EUI-64, the latest valid one with a key."""
        self.acb_ds = self._dcc_pair(ACB_ROLE, "DS", now)
        self.acb_ka = self._dcc_pair(ACB_ROLE, "KA", now)
        self.trusted: Mapping[str, Eui64] = {name: self._trusted(role) for role, name in TRUSTED_ROLES.items()}
        """Identities behind the other anchors of a device, by the name of the cell, made up where the material has no
        key: ``root``, ``recovery``, ``wan_provider``."""

    def _trusted(self, role: str) -> Eui64:
        """Return the identity that acts in a role of the DCC's own; certificates of a made-up one are ours."""
        for certificate in self.certificates:
            if certificate.role == role and certificate.usage == "DS" and self.private_key(certificate) is not None:
                return certificate.eui
        eui = Eui64(self.acb.octets[:7] + bytes((0xF0 | int(role, 16),)))
        for usage in _USAGES:
            pair = self.authority.organisation(eui, role, usage)
            self.certificates.add(pair.certificate)
            self._material.keys[pair.certificate.spki] = pair.private_key
        return eui

    def _dcc_pair(self, role: str, usage: Usage, now: datetime | None) -> KeyPair:
        """The DCC's key pair: with a key, of the preferred set, valid at ``now`` before expired, then the latest."""
        candidates = [
            pair
            for certificate in self.certificates.of(self.acb, usage, role)
            if (pair := self._material.pair(certificate)) is not None
        ]
        if candidates:
            return max(
                candidates,
                key=lambda pair: (
                    self._sets.rank(pair.certificate),
                    now is None or pair.certificate.is_valid_at(now),
                    pair.certificate.not_before,
                    pair.serial,
                ),
            )
        pair = self.authority.organisation(self.acb, role, usage)
        self.certificates.add(pair.certificate)
        self._material.keys[pair.certificate.spki] = pair.private_key
        self.notes.append(
            f"the material has no private key of {self.acb} for OU {role}, {usage}: one of our own authority is used"
        )
        return pair

    def _ranked(self) -> tuple[Certificate, ...]:
        """Organisations' certificates, of each identity and use that in use first."""
        owners = dict.fromkeys((one.eui, one.usage) for one in self.certificates)
        return tuple(one for eui, usage in owners for one in self.certificates.of(eui, usage))

    @property
    def key_sets(self) -> tuple[str, ...]:
        """Sentences that say which of several key sets is in use; none where nothing had to be chosen."""
        return told(self._choices, self._sets)

    def is_in_use(self, certificate: Certificate) -> bool:
        """Whether it is of the key set in use; one of a set put aside is still known by its serial number."""
        return not any(certificate in choice.aside for choice in self._choices)

    def name_of(self, certificate: Certificate) -> str:
        """Return the source's name of the certificate, such as ``Z1-supplier-ka``; empty: it has none."""
        return self._material.names.get(certificate.der, "")

    def private_key(self, certificate: Certificate) -> ec.EllipticCurvePrivateKey | None:
        """The private key that belongs to ``certificate``, when it is held."""
        if certificate.is_device:
            keys = (self.device(certificate.eui).pair(certificate.usage).private_key,)
            later = self.later_keys(certificate.eui, certificate.usage)
            return next((key for key in (*keys, *later) if spki(key) == certificate.spki), None)
        if certificate == self.authority.key_pair.certificate:
            return self.authority.key_pair.private_key
        return self._material.keys.get(certificate.spki)

    def key_pair(self, eui: Eui64, usage: Usage, role: str | None = None) -> KeyPair | None:
        """The key pair in use of an organisation for one use, private key included."""
        for certificate in self.certificates.of(eui, usage, role):
            key = self.private_key(certificate)
            if key is not None:
                return KeyPair(key, certificate)
        return None

    def prepayment_key(self, eui: Eui64) -> KeyPair | None:
        """The supplier's key pair for prepayment tokens: key agreement, told by its file's name."""
        for certificate in self.certificates.secondary(eui, "KA"):
            key = self.private_key(certificate)
            if key is not None:
                return KeyPair(key, certificate)
        return None

    def device(self, eui: Eui64, installed: Mapping[Usage, Installed] | None = None) -> DeviceCredentials:
        """Credentials of a simulated device: imported ones if there are, else derived; the same every time.

        ``installed`` are the certificates it took since it left the factory, by usage.
        """
        if installed:
            key = (eui, *((usage, one.generation, one.der) for usage, one in sorted(installed.items())))
            return _remembered(self._devices, key, lambda: self.device(eui).with_installed(installed))
        if eui in self._imported:
            return self._imported[eui]
        return _remembered(self._devices, (eui,), lambda: self.authority.device(eui, self._fleet_secret))

    def fleet_key(self, eui: Eui64, usage: Usage) -> ec.EllipticCurvePrivateKey:
        """The factory key alone of a derived device, made anew each time: for fleets too large to be remembered."""
        return device_key(self._fleet_secret, eui, usage)

    def later_keys(self, eui: Eui64, usage: Usage) -> tuple[ec.EllipticCurvePrivateKey, ...]:
        """The keys a simulated device may have had after the factory's, oldest first: as many as ``GENERATIONS``."""

        def make() -> tuple[ec.EllipticCurvePrivateKey, ...]:
            return tuple(device_key(self._fleet_secret, eui, usage, number) for number in range(1, GENERATIONS))

        return _remembered(self._later, (eui, usage), make)

    def certificates_of(self, eui: Eui64, usage: Usage) -> tuple[Certificate, ...]:
        """Every certificate that may speak for ``eui``: an organisation's, an imported or a simulated device's.

        Of a simulated device the factory's; ``later_keys`` are those it may have had afterwards.
        Imported device certificates count although their keys are not held: they check, they do not sign.
        """
        organisations = self.certificates.of(eui, usage)
        if organisations:
            return organisations
        imported = tuple(
            certificate
            for certificate in self._material.certificates
            if certificate.is_device and certificate.eui == eui and certificate.usage == usage
        )
        simulated = self.device(eui).pair(usage).certificate
        return imported if simulated in imported else (*imported, simulated)

    def former(self, certificate: Certificate) -> Certificate:
        """A certificate that an organisation may have had before: of the same use, with another key.

        The same one every time; nobody holds its key. Raises: Misuse: it is not an organisation's.
        """
        eui, role = certificate.eui, certificate.role
        if eui is None or role is None:
            raise Misuse("only an organisation has former certificates")
        return make_hierarchy(_FORMER).issuing.organisation(eui, role, certificate.usage, label="former").certificate

    def device_of_serial(self, serial: int) -> Eui64 | None:
        """The only device that may have a certificate with this serial; None: no device."""
        for eui, credentials in self._imported.items():
            if serial in {credentials.ds.serial, credentials.ka.serial}:
                return eui
        named = device_of_serial(serial)
        return None if named is None else named[0]

    def parties(self) -> tuple[PartyIdentity, ...]:
        """The Users of this PKI."""
        return self._parties


K = TypeVar("K")
V = TypeVar("V")


def _remembered(cache: OrderedDict[K, V], key: K, make: Callable[[], V]) -> V:
    """Return what ``make`` returns, from the cache when the key was asked for lately."""
    if key in cache:
        cache.move_to_end(key)
        return cache[key]
    made = cache[key] = make()
    if len(cache) > _CACHED_DEVICES:
        cache.popitem(last=False)
    return made


def _imported_devices(material: Material, fleet_secret: bytes) -> dict[Eui64, DeviceCredentials]:
    pairs: dict[Eui64, dict[Usage, KeyPair]] = {}
    for certificate in material.certificates:
        if certificate.is_device and (pair := material.pair(certificate)) is not None:
            pairs.setdefault(certificate.eui, {})[certificate.usage] = pair
    return {
        eui: DeviceCredentials(ds=held["DS"], ka=held["KA"], make_key=partial(device_key, fleet_secret, eui))
        for eui, held in pairs.items()
        if {"DS", "KA"} <= set(held)
    }


def load_pki(
    path: Path,
    *,
    state: Path | None = None,
    extra_roles: Mapping[Eui64, Sequence[str]] | None = None,
    now: datetime | None = None,
    prefer: Sequence[str] = STOCK_CLIENT,
) -> Pki:
    """Open a PKI folder, a foreign PEM folder, or a ``keystore.json`` directly.

    Args:
        path: what to open; never written to.
        state: folder for the secret of the simulated fleet when ``path`` has none (made at the first start). None
            derives it from the digest of the material, so that it is the same every time.
        extra_roles: further User Roles by EUI-64, e.g. RSA, which no certificate tells.
        now: prefer DCC certificates valid at this instant over later ones that are not; None does not ask.
        prefer: beginnings of certificates' names in their source, see ``stubs.smki.key_sets``; empty: the latest.
    Raises: InputError: nothing can be read there. Blocked: the secret cannot be kept in ``state``.
    """
    material = read_material(path)
    is_ours = path.is_dir() and (path / INDEX).exists()
    hierarchy = make_hierarchy(_secret(path, state, material, "authority"))
    authority = _held_authority(material) if is_ours else None
    if authority is None:
        authority = hierarchy.issuing
        _add_root(material, hierarchy)
    fleet_secret = _secret(path, state, material, "devices")
    if is_ours:
        index = read_index(path)
        parties = parties_of_index(index["parties"], path / INDEX)
        acb = eui_of_index(index.get("acb"), path / INDEX)
        material.names = names_of(index, material)
    else:
        parties = parties_of(material.certificates)
        acb = acb_of(material)
    more = extra_roles or {}
    parties = tuple(
        PartyIdentity(party.eui, party.name, tuple(dict.fromkeys((*party.roles, *more.get(party.eui, ())))))
        for party in parties
    )
    return Pki(material, authority, fleet_secret, acb, parties, now, prefer)


def _secret(path: Path, state: Path | None, material: Material, purpose: str) -> bytes:
    """32 octets: from the PKI folder, else from the state folder, else from the material's digest."""
    kept = path / DEVICES_SECRET if path.is_dir() else None
    if kept is None or not kept.exists():
        if state is None:
            return derive_secret(bytes.fromhex(material.digest), purpose)
        kept = state / DEVICES_SECRET
        if not kept.exists():
            try:
                state.mkdir(parents=True, exist_ok=True)
                kept.touch(mode=0o600)
                kept.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
            except OSError as error:
                raise Blocked(
                    f"{kept} cannot be written: {error.strerror}", mend="Check space and permissions."
                ) from error
    try:
        value = bytes.fromhex(kept.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise InputError(f"{kept} is not hexadecimal text", mend="Remove it to have a new one made.") from error
    if len(value) < 16:
        raise InputError(f"{kept} holds fewer than 16 octets", mend="Remove it to have a new one made.")
    return value if purpose == "devices" else derive_secret(value, purpose)


def _held_authority(material: Material) -> Authority | None:
    for certificate in material.certificates:
        pair = material.pair(certificate)
        if certificate.usage == "CS" and certificate.role == ISSUING_ROLE and pair is not None:
            key = pair.private_key.private_numbers().private_value.to_bytes(32, "big")
            return Authority(pair, derive_secret(key, "serial numbers"))
    return None


def _add_root(material: Material, hierarchy: Hierarchy) -> None:
    material.certificates.append(hierarchy.root.certificate)
    material.keys[hierarchy.root.certificate.spki] = hierarchy.root.private_key


@dataclass(frozen=True, slots=True)
class PkiRow:
    """One certificate in a listing; ``serial`` is hexadecimal, ``valid_to`` UTC."""

    eui: str
    name: str
    role: str
    usage: str
    serial: str
    valid_to: datetime
    has_key: bool
    source_name: str = ""
    """Name that the source gives it."""
    in_use: bool = True
    """False: of a key set put aside."""


def list_pki(pki: Pki) -> tuple[PkiRow, ...]:
    """List the certificates for ``uept pki list``: one row each, by EUI-64, role and usage; authorities first."""
    names = {party.eui: party.name for party in pki.parties()}
    names[pki.acb] = "DCC access control broker"
    rows = []
    for certificate in pki.certificates:
        role = certificate.role or ""
        meaning = certificate_roles().get(role)
        is_authority = certificate.eui == NO_EUI
        rows.append(
            PkiRow(
                eui="" if is_authority else str(certificate.eui),
                name=certificate.subject_name if is_authority else names.get(certificate.eui, ""),
                role=f"{role} {meaning.name}" if meaning else role,
                usage=certificate.usage,
                serial=certificate.serial_hex,
                valid_to=certificate.not_after,
                has_key=pki.private_key(certificate) is not None,
                source_name=pki.name_of(certificate),
                in_use=pki.is_in_use(certificate),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.eui, row.role, row.usage, row.serial)))
