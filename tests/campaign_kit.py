"""Campaigns for tests: bundles made of a few journal entries each, sealed as real ones are, with no simulator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from harness.campaign.campaign_results import CampaignResults, read_campaign_results
from harness.campaign.folder import open_campaign
from harness.campaign.starting import campaign_text, start
from harness.evidence import bundle
from schemas import load
from schemas.load import UserRole
from stubs.clock import VirtualClock
from stubs.events import CheckJudged, RunFinished, RunStarted, ScenarioFinished, ScenarioStarted
from stubs.findings import Finding, Owner, Verdict
from stubs.journal import Journal, SqliteStore

KEY = ec.derive_private_key(11, ec.SECP256R1())
NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
EVERY_ENTRY_CRITERION = "".join(f"[entry_criteria.EN-{n}]\nmet = true\non = 2026-06-01\n" for n in range(1, 7))


def make_campaign(folder: Path, build: str = "1", roles: tuple[str, ...] = ("OU",), more: str = "") -> Path:
    """A campaign without runs; ``more`` is put at the end of campaign.toml."""
    sought = {UserRole(role): () for role in roles}
    text = campaign_text("A Party", "OTHER", "Client", build, sought)
    start(folder, f"{text}\n{more}", "reference", list(sought))
    return folder


def report_on(folder: Path, build: str) -> None:
    """Let the campaign report on another build."""
    file = folder / "campaign.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines = [f'build = "{build}"' if line.startswith("build = ") else line for line in lines]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def add_run(
    folder: Path,
    name: str,
    verdicts: Mapping[str, str],
    *,
    build: str = "1",
    day: int = 0,
    owner: Owner = Owner.NONE,
    cause: str = "",
    complete: bool = True,
    clock: datetime = NOW,
    finding: str = "",
    has_checks: bool = True,
) -> Path:
    """A run below ``runs/``: key of a scenario run, such as SR-601-OU, to its verdict. ``day`` moves the wall clock.

    ``finding`` is what the one check of each says, where that is not the scenario's verdict; without ``has_checks``
    none was judged.
    """
    journal = Journal(SqliteStore(), VirtualClock(clock, rate=0))
    wall = (NOW + timedelta(days=day)).isoformat()
    facts: dict[str, Any] = {
        "roles": sorted({key.split("-")[2] for key in verdicts}),
        "system": {"name": "Client", "version": "", "build": build},
        "wall_clock": wall,
        "driver": "reference",
        "seed": name,
        "plan": [_planned(key) for key in verdicts],
    }
    journal.record(RunStarted(run=f"run-{name}", facts=facts))
    for key, verdict in verdicts.items():
        found = Finding(Verdict(finding or verdict), "this", "that", named_owner=owner, cause=cause)
        _scenario(journal, key, verdict, found if has_checks else None)
    journal.record(RunFinished(run=f"run-{name}", complete=complete))
    evidence = bundle.gather(journal.rows())
    path = folder / "runs" / name / "bundle.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(bundle.seal(evidence, {"report.html": b"<html></html>"}, KEY))
    journal.close()
    return path


def _planned(key: str) -> dict[str, Any]:
    scenario, role = _parts(key)
    row = load.scenarios()[scenario]
    return {
        "key": key, "id": scenario, "role": role, "title": row.title, "scope": row.scope, "priority": row.priority,
        "srvs": list(row.srvs), "feature": "f.feature", "chosen": True, "reason": "P1",
    }  # fmt: skip


def _parts(key: str) -> tuple[str, str]:
    scope, number, role, *_ = key.split("-")
    return f"{scope}-{number}", role


def _scenario(journal: Journal, key: str, verdict: str, finding: Finding | None) -> None:
    scenario, role = _parts(key)
    row = load.scenarios()[scenario]
    journal.record(
        ScenarioStarted(
            scenario=scenario, attempt=1, role=role, title=row.title, scope=row.scope, priority=row.priority,
            srvs=tuple(row.srvs), feature="f.feature", premises={}, key=key,
        )
    )  # fmt: skip
    if verdict != "NOT_RUN" and finding is not None:
        journal.record(
            CheckJudged(scenario=scenario, role=role, check="reading-agrees", parameters={}, first=1, last=1,
                        finding=finding)
        )  # fmt: skip
    journal.record(
        ScenarioFinished(
            scenario=scenario,
            attempt=1,
            role=role,
            verdict=verdict,
            reason="because",
            owner=finding.named_owner if finding else "",
        )
    )


def campaign_results(folder: Path) -> CampaignResults:
    """The campaign as it stands."""
    return read_campaign_results(open_campaign(folder))
