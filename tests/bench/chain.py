"""(a) The bare chain of unavoidable operations, divided by the gateway's whole request; over the mix of templates."""

from __future__ import annotations

import base64
import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from schemas.load import resource
from stubs.smki import Pki
from tests.bench.core import BareCore, accepted, bare_core
from tests.bench.measure import Aim, Result, figure, ratios
from tests.bench.mix import Template, load_templates

SECTION = "a"
_ANSWER = b"<sr:Response>" + b"x" * 1200 + b"</sr:Response>"
"""As many octets as a signed answer has; its digest is part of what cannot be avoided."""
_SIGNED_INFO = b"<ds:SignedInfo>" + b"x" * 700 + b"</ds:SignedInfo>"


_UNSIGNED = frozenset({1, 8})
"""Variants answered by an acknowledgement, which leaves unsigned (DUIS guide, section 14) …"""
_WITH_DATA = frozenset({"8.2", "12.1"})
"""… unless the service has data in its answer."""


class BareChain:
    """The operations and nothing else: no limits, no rules of signatures, no look-ups, no state.

    Args:
        private_key: the DCC's, for the answer.
    """

    def __init__(self, private_key: EllipticCurvePrivateKey) -> None:
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True)
        self._schema = etree.XMLSchema(file=str(resource("duis", "5.4", "duis.xsd")))
        self._private_key = private_key

    def __call__(self, data: bytes, public_key: EllipticCurvePublicKey, *, is_answer_signed: bool) -> None:
        """Parse, schema, C14N, digest, ECDSA verify; and for a signed answer digest and ECDSA sign."""
        root = etree.fromstring(data, self._parser)
        assert self._schema.validate(root)
        signature = root[-1]
        info, value = signature[0], base64.b64decode(signature[1].text or "")
        octets = etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
        root.remove(signature)
        digest = hashlib.sha256(etree.tostring(root, method="c14n", with_comments=False)).digest()
        assert base64.b64encode(digest) in octets
        encoded = encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
        public_key.verify(encoded, octets, ECDSA(SHA256()))
        if is_answer_signed:
            hashlib.sha256(_ANSWER).digest()
            self._private_key.sign(_SIGNED_INFO, ECDSA(SHA256()))


@dataclass(slots=True)
class Sums:
    """CPU seconds of one round."""

    bare: float = 0.0
    bare_always_signing: float = 0.0
    whole: float = 0.0
    whole_of_new_form: float = 0.0
    later: float = 0.0
    requests: int = 0


@dataclass(slots=True)
class Probe:
    """Times the two sides on the same bytes, in an order drawn anew for each request."""

    core: BareCore
    chain: BareChain
    pki: Pki
    order: random.Random = field(default_factory=lambda: random.Random("bench-chain"))
    rounds: int = 0

    def round(self, templates: tuple[Template, ...]) -> Sums:
        """Every template once; afterwards the devices answer."""
        sums = Sums()
        self.rounds += 1
        for template in self.order.sample(templates, len(templates)):
            self._one(template, sums)
        sums.later = self._timed(self.core.settle)
        return sums

    def _one(self, template: Template, sums: Sums) -> None:
        data = self.core.prepare(template)
        pair = self.pki.key_pair(template.sender, "DS", "87")
        assert pair is not None
        public_key = pair.certificate.public_key
        answer: list[bytes] = []
        is_signed = template.variant not in _UNSIGNED or template.srv in _WITH_DATA

        def whole() -> None:
            sums.whole += self._timed(lambda: answer.append(self.core.handle(template, data).body))

        def bare() -> None:
            sums.bare += self._timed(lambda: self.chain(data, public_key, is_answer_signed=is_signed))

        def bare_always_signing() -> None:
            sums.bare_always_signing += self._timed(lambda: self.chain(data, public_key, is_answer_signed=True))

        sides: list[Callable[[], None]] = [whole, bare, bare_always_signing]
        self.order.shuffle(sides)
        for side in sides:
            side()
        assert is_signed == (b"SignatureValue" in answer[0]), template.name
        sums.requests += 1
        of_new_form = self.core.prepare(template) + b"\n" * self.rounds  # the one above is answered: counters grow
        sums.whole_of_new_form += self._timed(lambda: self.core.handle(template, of_new_form))

    @staticmethod
    def _timed(operation: Callable[[], object]) -> float:
        began = time.thread_time_ns()
        operation()
        return (time.thread_time_ns() - began) / 1e9


def run(rounds: int) -> list[Result]:
    """Measure section (a)."""
    with bare_core() as core:
        _, origin = load_templates()
        good, refused = accepted(core)
        pki = core.pki
        probe = Probe(core, BareChain(pki.dcc_signer.private_key), pki)
        for _ in range(3):
            probe.round(good)
        sums = [probe.round(good) for _ in range(rounds)]
    left_out = f"; left out: {'; '.join(refused)}" if refused else ""
    bare = [each.bare for each in sums]
    whole = [each.whole for each in sums]
    always = [each.bare_always_signing for each in sums]
    new_form = [each.whole_of_new_form for each in sums]
    each_whole = [one.whole / one.requests * 1e6 for one in sums]
    each_later = [one.later / (2 * one.requests) * 1e6 for one in sums]  # as many again were of a new form
    detail = f"{origin}, {len(good)} of them, {rounds} rounds, thread CPU{left_out}"
    return [
        figure(SECTION, "bare chain / whole request", ratios(bare, whole), aim=Aim(">=", 0.42), detail=detail),
        figure(
            SECTION,
            "the same, a signature counted for every answer",
            ratios(always, whole),
            detail="acknowledgements (I99) leave unsigned, so the line above counts theirs out",
        ),
        figure(
            SECTION,
            "the same, no request in the form of an earlier one",
            ratios(bare, new_form),
            aim=Aim(">=", 0.42),
            detail="each ends with another number of empty lines, so that its form was not seen before",
        ),
        figure(SECTION, "whole request", each_whole, unit="µs"),
        figure(SECTION, "bare chain", [one.bare / one.requests * 1e6 for one in sums], unit="µs"),
        figure(SECTION, "devices and responses afterwards, per request", each_later, unit="µs"),
    ]
