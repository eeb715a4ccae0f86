"""A program per action: whatever it does becomes an outcome, never a traceback."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from harness.drivers import Action, Driver, DriverContext, Outcome, UserIdentity, make_driver, running
from harness.drivers import command as command_module
from stubs.wire import Blocked


@pytest.fixture
def context(tmp_path: Path) -> DriverContext:
    return DriverContext(
        pki=tmp_path,
        users=(UserIdentity("A0-B1-C2-D3-E4-01-00-00", ("IS",)),),
        urls={"transform": "http://127.0.0.1:1/t"},
        state_dir=tmp_path,
        now=lambda: datetime(2026, 1, 15, tzinfo=UTC),
    )


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_module, "GRACE", 0.2)


def ask(context: DriverContext, tmp_path: Path, program: str, *, deadline: float = 600) -> Outcome:
    path = tmp_path / "client.py"
    path.write_text(program)
    with running(make_driver(f"command:{sys.executable} {path}"), context) as driver:
        return driver.perform(Action(id="a1", service="4.1.1", deadline=deadline))


def test_the_program_gets_the_action_and_its_outcome_is_believed(context: DriverContext, tmp_path: Path) -> None:
    program = (
        "import json, sys\naction = json.load(sys.stdin)\n"
        "print(json.dumps({'status': 'done', 'values': {'service': action['service'], 'url': action['urls']['transform']}}))"
    )
    outcome = ask(context, tmp_path, program)
    assert outcome.status == "done"
    assert outcome.values == {"service": "4.1.1", "url": "http://127.0.0.1:1/t"}


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('working on it')", "did not write an outcome"),
        ("pass", "found nothing"),
        ("import sys; sys.exit('no head end')", "no head end"),
        ("import sys; sys.exit(3)", "ended with status 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ('print(\'{"action": "b2", "status": "done"}\')', "another action"),
        ("print('{' * 5_000_000)", "more than"),
    ],
)
def test_a_program_that_gives_no_outcome_blocks_with_the_reason(
    context: DriverContext, tmp_path: Path, program: str, said: str
) -> None:
    outcome = ask(context, tmp_path, program)
    assert outcome.status == "blocked"
    assert said in outcome.detail


def test_a_program_that_hangs_is_stopped_after_the_deadline(context: DriverContext, tmp_path: Path) -> None:
    outcome = ask(context, tmp_path, "import time; time.sleep(3600)", deadline=0.2)
    assert outcome.status == "blocked"
    assert "no outcome within 0.2 s" in outcome.detail


@contextmanager
def busy_client(context: DriverContext, tmp_path: Path, program: str) -> Iterator[tuple[Driver, list[Outcome], Thread]]:
    """A driver whose client performs an action that has no end."""
    path = tmp_path / "client.py"
    path.write_text(program)
    driver = make_driver(f"command:{sys.executable} {path}")
    driver.start(context)
    outcomes: list[Outcome] = []
    thread = Thread(target=lambda: outcomes.append(driver.perform(Action(id="a1", deadline=3600))))
    thread.start()
    yield driver, outcomes, thread
    driver.close()
    thread.join()


def once_written(file: Path) -> str:
    """What a program writes and ends with a line feed; waits for it."""
    while not file.exists() or not file.read_text().endswith("\n"):
        time.sleep(0.01)
    return file.read_text()


def is_running(process: int) -> bool:
    """Whether a process still does anything; one that has ended and was not yet asked how does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def test_what_a_stopped_program_had_started_is_stopped_too(context: DriverContext, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    child = f"import os, time; open({str(trace)!r}, 'w').write(str(os.getpid()) + chr(10)); time.sleep(3600)"
    program = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}])\ntime.sleep(3600)"
    with busy_client(context, tmp_path, program) as (driver, _, _thread):
        process = int(once_written(trace))
        assert is_running(process)
        driver.close()
    while is_running(process):
        time.sleep(0.01)


def test_a_program_that_does_not_read_is_no_trouble(context: DriverContext, tmp_path: Path) -> None:
    assert ask(context, tmp_path, 'print(\'{"status": "unsupported"}\')').status == "unsupported"


def test_a_program_that_is_not_there_is_said_before_the_run(context: DriverContext) -> None:
    with pytest.raises(Blocked, match="cannot be found"), running(make_driver("command:./no-such-client"), context):
        pass


def test_two_actions_run_side_by_side(context: DriverContext, tmp_path: Path) -> None:
    path = tmp_path / "client.py"
    path.write_text(
        "import json, pathlib, sys, time\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        "(here / json.load(sys.stdin)['id']).touch()\n"
        "while not all((here / name).exists() for name in ('a1', 'a2')): time.sleep(0.01)\n"
        "print(json.dumps({'status': 'done'}))"
    )
    outcomes: list[Outcome] = []
    with running(make_driver(f"command:{sys.executable} {path}"), context) as driver:
        threads = [
            Thread(target=lambda name=name: outcomes.append(driver.perform(Action(id=name, deadline=3600))))
            for name in ("a1", "a2")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {(outcome.action, outcome.status) for outcome in outcomes} == {("a1", "done"), ("a2", "done")}


def test_closing_stops_what_still_runs(context: DriverContext, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    program = f"import time; open({str(trace)!r}, 'w').write(chr(10)); time.sleep(3600)"
    with busy_client(context, tmp_path, program) as (driver, outcomes, thread):
        once_written(trace)
        driver.close()
        thread.join()
        assert [outcome.status for outcome in outcomes] == ["blocked"]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_program_that_writes_without_end_is_stopped_before_it_fills_the_disk(
    context: DriverContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    monkeypatch.setattr(command_module, "ENDLESS", 100_000)
    program = f"import sys\nwhile True: sys.{stream}.write('x' * 1000)"
    outcome = ask(context, tmp_path, program, deadline=3600)
    assert outcome.status == "blocked"
    assert "was stopped" in outcome.detail
