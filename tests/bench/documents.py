"""(g) What the schema costs: its compile time; validation and the whole request, for requests of three sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from schemas.load import resource, service_requests
from stubs.wire.duis import schema_problems
from stubs.wire.xml import parse
from tests.bench.chain import BareChain, Probe
from tests.bench.core import BareCore, bare_core
from tests.bench.measure import Aim, Result, figure, in_rounds, ratios
from tests.bench.mix import Template, load_templates

SECTION = "g"
_REPEATED = 20
"""Validations and requests a round: one alone is too short to be timed."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A template, and how long its request is."""

    name: str
    template: Template
    length: int

    def __str__(self) -> str:
        return f"{self.name} request ({self.length:,} bytes)"


def compiling(rounds: int) -> list[Result]:
    """What the schema adds to the start of a command that needs it."""
    file = str(resource("duis", "5.4", "duis.xsd"))
    spent = in_rounds({"compile": lambda: etree.XMLSchema(file=file)}, rounds, "bench-compile")
    milliseconds = [1000 * one for one in spent["compile"]]
    return [figure(SECTION, "schema compile time", milliseconds, unit="ms", aim=Aim("<=", 100.0))]


def run(rounds: int) -> list[Result]:
    """Section (g)."""
    results = compiling(rounds)
    with bare_core() as core:
        templates, origin = load_templates(frozenset(service_requests()))
        core.mix = replace(core.mix, templates=templates)
        for sized in _three(core, templates):
            results += _validating(core, sized, rounds)
            results += _whole(core, sized, rounds, origin)
    return results


def _three(core: BareCore, templates: tuple[Template, ...]) -> Iterator[Sized]:
    """The smallest, the median and the largest of the requests; of those that are accepted the nearest each."""
    lengths = {template.name: len(core.prepare(template)) for template in templates}
    ordered = sorted(templates, key=lambda template: lengths[template.name])
    last = len(ordered) - 1
    for name, wanted in (("smallest", 0), ("median", last // 2), ("largest", last)):
        near = sorted(range(len(ordered)), key=lambda at: abs(at - wanted))
        found = next(ordered[at] for at in near if _is_accepted(core, ordered[at]))
        yield Sized(name, found, lengths[found.name])


def _is_accepted(core: BareCore, template: Template) -> bool:
    codes = {core.handle(template, core.prepare(template)).response_code for _ in range(2)}
    core.settle()
    return codes <= {"I0", "I99"}


def _validating(core: BareCore, sized: Sized, rounds: int) -> list[Result]:
    document = parse(core.prepare(sized.template))
    schema = etree.XMLSchema(file=str(resource("duis", "5.4", "duis.xsd")))

    def bare() -> None:
        for _ in range(_REPEATED):
            assert schema.validate(document)

    def ours() -> None:
        for _ in range(_REPEATED):
            assert not schema_problems(document)

    spent = in_rounds({"bare": bare, "ours": ours}, rounds, "bench-validation")
    each = min(spent["ours"]) / _REPEATED * 1e6
    detail = f"{each:.0f} µs at best, strict base64 included; served from warm caches"
    return [
        figure(SECTION, f"libxml2 alone / validation, {sized}", ratios(spent["bare"], spent["ours"]), detail=detail)
    ]


def _whole(core: BareCore, sized: Sized, rounds: int, origin: str) -> list[Result]:
    probe = Probe(core, BareChain(core.pki.dcc_signer.private_key), core.pki)
    several = (sized.template,) * _REPEATED
    probe.round(several)
    sums = [probe.round(several) for _ in range(rounds)]
    each = min(one.whole / one.requests for one in sums) * 1e6
    return [
        figure(
            SECTION,
            f"bare chain / whole request, {sized}",
            ratios([one.bare for one in sums], [one.whole for one in sums]),
            detail=f"{sized.template.name}, {each:.0f} µs at best; of {origin}",
        )
    ]
