"""Counters only go up: across threads, processes, restarts, lost files and clocks that jump."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.drivers.reference.counters import TOKEN_STEP, CounterFile
from stubs.wire import Blocked, Eui64
from stubs.wire.request_id import COUNTER_MAX

USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
OTHER = Eui64.parse("A0-B1-C2-D3-E4-03-00-00")
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["next", "token", "restart"]), st.integers(-10_000_000, 10_000_000)), max_size=30
    )
)
@settings(max_examples=25, deadline=None)
def test_counters_increase_whatever_the_clock_does_and_however_often_the_client_restarts(
    steps: list[tuple[str, int]],
) -> None:
    with TemporaryDirectory() as folder:
        clock = [NOW]
        counters, issued = CounterFile(Path(folder), lambda: clock[0]), []
        for step, seconds in steps:
            clock[0] = NOW + timedelta(seconds=seconds)
            if step == "restart":
                counters = CounterFile(Path(folder), lambda: clock[0])
            else:
                issued.append(counters.next(USER) if step == "next" else counters.next_token(USER))
                assert issued[-1] >= int(clock[0].timestamp() * 1000)
                assert step == "next" or issued[-1] % TOKEN_STEP == 0
        assert issued == sorted(set(issued))


def test_the_first_counter_is_the_milliseconds_of_the_clock(tmp_path: Path) -> None:
    assert CounterFile(tmp_path, lambda: NOW).next(USER) == 1768471200000


def test_a_lost_file_does_not_bring_an_old_counter_back(tmp_path: Path) -> None:
    before = CounterFile(tmp_path, lambda: NOW).next(USER)
    (tmp_path / "counters.json").unlink()
    assert CounterFile(tmp_path, lambda: NOW + timedelta(milliseconds=1)).next(USER) > before


def test_each_user_has_a_sequence_of_its_own(tmp_path: Path) -> None:
    counters = CounterFile(tmp_path, lambda: NOW)
    assert counters.next(USER) == counters.next(OTHER)


def test_threads_never_get_the_same_counter(tmp_path: Path) -> None:
    counters = CounterFile(tmp_path, lambda: NOW)
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda _: counters.next(USER), range(80)))
    assert len(set(issued)) == 80


def draw(folder: str, queue: multiprocessing.Queue[list[int]]) -> None:
    counters = CounterFile(Path(folder), lambda: NOW)
    queue.put([counters.next(USER) for _ in range(15)])


def test_processes_never_get_the_same_counter(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[list[int]] = context.Queue()
    processes = [context.Process(target=draw, args=(str(tmp_path), queue)) for _ in range(3)]
    for process in processes:
        process.start()
    issued = [counter for _ in processes for counter in queue.get(timeout=60)]
    for process in processes:
        process.join(10)
    assert len(set(issued)) == 45


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": "b"}', b"\xff\xfe"])
def test_a_file_that_cannot_be_read_blocks_with_advice(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "counters.json").write_bytes(content)
    with pytest.raises(Blocked, match="Delete it"):
        CounterFile(tmp_path, lambda: NOW).next(USER)


def test_the_last_counter_of_all_is_the_last(tmp_path: Path) -> None:
    (tmp_path / "counters.json").write_text(f'{{"{USER}": {COUNTER_MAX}}}')
    with pytest.raises(Blocked, match="64 bits"):
        CounterFile(tmp_path, lambda: NOW).next(USER)


def test_a_folder_that_cannot_be_written_blocks_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Blocked, match="cannot be kept"):
        CounterFile(tmp_path / "file", lambda: NOW)
