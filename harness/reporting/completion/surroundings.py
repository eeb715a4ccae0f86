"""Section 3: runs, certificates and simulated devices, from the facts and journals of the runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from harness.campaign.runs import CampaignRun
from harness.reporting.completion import model
from stubs.events import DeviceManufactured, InventoryChanged


def run_row(one: CampaignRun) -> model.RunRow:
    """One run as the report shows it."""
    run = one.run
    facts = run.facts if run else {}
    system = dict(facts.get("system") or {})
    return model.RunRow(
        evidence=one.digest,
        folder=one.path.parent.name,
        build=one.build,
        is_build_by_hand=one.is_build_by_hand,
        counts=one.counts,
        problems=one.problems,
        is_complete=one.is_complete,
        started=run.started if run else None,
        finished=run.finished if run else None,
        wall_clock=str(facts.get("wall_clock", "")),
        scenarios=len(run.scenarios) if run else 0,
        harness=str(facts.get("harness", "")),
        driver=str(facts.get("driver", "")),
        seed=str(facts.get("seed", "")),
        fingerprint=one.fingerprint,
        note=one.note,
        system=" ".join(str(system.get(key) or "") for key in ("name", "version")).strip(),
    )


def certificates(runs: Iterable[CampaignRun], users: Collection[str]) -> tuple[model.CertificateUsed, ...]:
    """Certificates of these Users in the runs, each once."""
    found = {}
    for one in runs:
        for row in (one.run.facts.get("certificates") or ()) if one.run else ():
            used = model.CertificateUsed(
                eui=str(row["eui"]),
                usage=str(row["usage"]),
                role=str(row["role"]),
                serial=str(row["serial"]),
                valid_to=str(row["not_after"]),
            )
            if used.eui in users:
                found[used.eui, used.serial] = used
    return tuple(found.values())


def devices(runs: Iterable[CampaignRun]) -> tuple[model.DeviceUsed, ...]:
    """Simulated devices, and in how many runs each was there."""
    seen: Counter[tuple[str, str, str]] = Counter()
    firmware: dict[str, str] = {}
    for one in runs:
        made = set()
        for entry in one.entries():
            match entry.event:
                case DeviceManufactured() as event:
                    made.add((event.device, event.device_type, event.variant))
                case InventoryChanged() as event if version := event.values.get("DeviceFirmwareVersion"):
                    firmware.setdefault(event.device, str(version))
                case _:
                    pass
        seen.update(made)
    return tuple(
        model.DeviceUsed(eui=eui, device_type=device_type, variant=variant, runs=count, firmware=firmware.get(eui, ""))
        for (eui, device_type, variant), count in sorted(seen.items(), key=lambda item: (item[0][1], item[0][0]))
    )
