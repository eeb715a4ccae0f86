"""Cuts the evidence of one slice out of a whole run, without reading all entries again for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf

import msgspec

from harness.checks.evidence import Evidence
from harness.evidence.stored_entries import StoredEntries, between, of_kinds
from stubs.events import CertificateIssued, Entry, Event, ScenarioStarted

_DEVICE_FIELDS = ("device", "target", "eui")


class EvidenceIndex:
    """The entries of a run, ordered once, so that the evidence of any slice is cut without reading them all again."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: Sequence[Entry] = (
            entries if isinstance(entries, StoredEntries) else sorted(entries, key=lambda entry: entry.seq)
        )
        self._starts: dict[tuple[str, str], list[tuple[int, ScenarioStarted]]] = {}
        self._given: dict[str, int] = {}
        """Devices that scenarios have for themselves, with the entry that first says so."""
        self._certificates = []
        for entry in sorted(of_kinds(self._entries, ScenarioStarted, CertificateIssued), key=lambda entry: entry.seq):
            if isinstance(entry.event, ScenarioStarted):
                start = entry.event
                self._starts.setdefault((start.scenario, start.role), []).append((entry.seq, start))
                for device in devices_of(start):
                    self._given.setdefault(device, entry.seq)
            else:
                self._certificates.append(entry)
        self._cut: dict[tuple[str, str, int, int, str], Evidence] = {}

    def between(self, first: int, last: int) -> Sequence[Entry]:
        """The entries from ``first`` to ``last``, both included."""
        return between(self._entries, first, last)

    def evidence(self, scenario: str, role: str, first: int, last: int, user: str = "") -> Evidence:
        """Return the same evidence as ``evidence_of``."""
        key = (scenario, role, first, last, user)
        if key not in self._cut:
            self._cut = {key: self._evidence(*key)}  # the checks of one slice follow one another
        return self._cut[key]

    def _evidence(self, scenario: str, role: str, first: int, last: int, user: str) -> Evidence:
        own = [start for seq, start in self._starts.get((scenario, role), ()) if seq <= last]
        started = own[-1] if own else None
        kept = devices_of(started) if started else set[str]()

        def is_foreign(device: str) -> bool:
            return device not in kept and self._given.get(device, inf) <= last

        before = [entry for entry in self._certificates if entry.seq < min(first, last + 1)]
        slice_ = [entry for entry in self.between(first, last) if not _names(entry.event, is_foreign)]
        if started is not None and user:
            started = msgspec.structs.replace(started, user=user)
        return Evidence([*before, *slice_], started)


def evidence_of(entries: Iterable[Entry], scenario: str, role: str, first: int, last: int, user: str = "") -> Evidence:
    """The evidence of the latest run of one scenario for one role that began at or before ``last``.

    Args:
        entries: at least every entry of the run up to ``last``; certificates journalled before ``first`` are kept.
        scenario: its id, as ScenarioStarted names it.
        role: its User Role, as ScenarioStarted names it.
        first: sequence number of the slice's first entry.
        last: sequence number of the slice's last entry.
        user: EUI of another party of the scenario, whose conduct is looked at; empty: the party under test.
    """
    return EvidenceIndex(entries).evidence(scenario, role, first, last, user)


def devices_of(started: ScenarioStarted) -> set[str]:
    """EUIs of the devices a scenario has for itself."""
    return {str(eui) for eui in started.premises.get("devices", {}).values()}


def _names(event: Event, is_wanted: Callable[[str], bool]) -> bool:
    if any(is_wanted(named) for field in _DEVICE_FIELDS if isinstance(named := getattr(event, field, None), str)):
        return True
    request_id = getattr(event, "request_id", None)
    return isinstance(request_id, str) and request_id.count(":") == 2 and is_wanted(request_id.split(":")[1])
