"""The reports inside a bundle, made again from its journal: a forged one differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from harness import __version__
from harness.engine.results import Run
from harness.evidence.bundle import EVIDENCE
from harness.evidence.manifest import digest
from harness.evidence.stored_entries import StoredEntries
from harness.reporting import html, model
from harness.reporting.write import reports_of


def report_problems(files: Mapping[str, bytes], run: Run, entries: StoredEntries) -> Iterator[tuple[str, str]]:
    """File name and what differs, for each report that does not follow from the journal.

    Reports of this version are compared byte for byte, those of another one by the content of ``result.json`` that
    both know. What a comparison with another schema said is taken as it stands: the schema is not in the bundle.
    """
    if "result.json" not in files:
        return
    try:
        comparison = _COMPARISON(files["result.json"]).schema_comparison
        is_of_this_version = run.facts.get("harness") == __version__
        told = None if is_of_this_version else json.loads(files["result.json"])
    except (ValueError, RecursionError) as error:  # of msgspec, too
        yield "result.json", f"it cannot be read: {error}"
        return
    result = model.build(run, digest(files[EVIDENCE]), entries[-1].hash.hex() if entries else "", comparison)
    if not is_of_this_version:
        yield from _by_content(told, json.loads(model.encode(result)), "")
        return
    made = set()
    for name, content in reports_of(result, entries):
        made.add(name)
        if name not in files:
            yield name, "it is missing"
        elif files[name] != content:
            yield name, "it is not what the journal leads to"
    for name in sorted(files):
        if name.startswith(html.SCENARIOS) and name not in made:
            yield name, "the journal leads to no such page"


class _Told(msgspec.Struct, frozen=True):
    """All that is taken from ``result.json`` as it stands; the whole of it takes ten times its size."""

    schema_comparison: model.SchemaComparison | None = None


_COMPARISON = msgspec.json.Decoder(_Told).decode


def _by_content(told: Any, made: Any, where: str) -> Iterator[tuple[str, str]]:
    """Values of the same place that differ; what one version alone has is passed over."""
    if isinstance(told, Mapping) and isinstance(made, Mapping):
        for name in told.keys() & made.keys():
            yield from _by_content(told[name], made[name], f"{where}/{name}")
    elif isinstance(told, list) and isinstance(made, list) and len(told) == len(made):
        for index, (one, other) in enumerate(zip(told, made, strict=True)):
            yield from _by_content(one, other, f"{where}/{index}")
    elif told != made:
        yield "result.json", f"{where} is {told!r}, the journal leads to {made!r}"
