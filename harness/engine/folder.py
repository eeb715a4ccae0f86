"""The folder of one run: where it is, which keys it uses, and the file that marks it as taken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from harness.campaign.folder import RUNS
from harness.engine.assessment import tally_of
from harness.engine.results import Run
from harness.settings import RehearsalSettings, SettingsError
from stubs.app import DccSettings, import_pki, init_pki
from stubs.clock import SystemClock
from stubs.journal import FILE_NAME
from stubs.redaction import shown_driver

SUMMARY = "run.json"


def make_folder(settings: RehearsalSettings, home_name: str = "uept-runs") -> tuple[Path, list[Path]]:
    """The run's folder, absolute, with its ``state`` inside; and which folders were made for it, the outermost first.

    ``home_name`` is the folder for runs whose settings name none.

    Raises: SettingsError: it holds a run already, or cannot be made.
    """
    if settings.out:
        folder = Path(settings.out)
        if any((folder / trace).exists() for trace in (SUMMARY, f"state/{FILE_NAME}", "state/workers")):
            raise SettingsError(
                f"out: {folder} holds a run already",
                mend=f"Name another folder with --out; `uept report {folder}` tells of a run that was broken off.",
            )
    else:
        home = Path(settings.campaign) / RUNS if settings.campaign else Path(home_name)
        base = home / f"{SystemClock().now():%Y%m%dT%H%M%S}"
        folder = next(path for path in _numbered(base) if not path.exists())
    wanted = folder.resolve() / "state"
    made = [path for path in (*reversed(wanted.parents), wanted) if not path.exists()]
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        take_away(made)
        raise SettingsError(
            f"out: {folder} cannot be made: {error.strerror}", mend="Name a folder that you may write to."
        ) from error
    return wanted.parent, made


def take_away(made: list[Path]) -> None:
    """A run that never began leaves nothing behind; folders that hold anything else stay."""
    for path in reversed(made):
        if path == made[-1]:
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.rmdir()


def _numbered(base: Path) -> Iterator[Path]:
    yield base
    yield from (base.with_name(f"{base.name}-{number}") for number in range(2, 10_000))


def pki_folder(settings: RehearsalSettings, folder: Path) -> Path:
    """A PKI as a folder, since drivers read their keys from it; made or imported into the run when need be."""
    given, prefer = settings.dcc.pki, settings.dcc.pki_prefer
    is_laid_out_so = prefer == DccSettings().pki_prefer
    if given and is_laid_out_so and Path(given).is_dir() and (Path(given) / "pki.json").is_file():
        return Path(given)
    made = folder / "state" / "pki"
    if given:
        import_pki(Path(given), made, prefer)
    else:
        init_pki(made)
    return made


def write_summary(folder: Path, run: Run, settings: RehearsalSettings) -> None:
    """``run.json``: marks the folder as taken, and says where in the journal the run lies."""
    content = {
        "run": run.id,
        "first": run.first,
        "last": run.last,
        "complete": run.is_complete,
        "driver": shown_driver(settings.driver),
        "verdicts": {verdict.value: count for verdict, count in tally_of(run).scenarios.by_verdict.items()},
    }
    (folder / SUMMARY).write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
