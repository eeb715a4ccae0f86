"""Runner of the shares of a plan: an executor (``concurrent.futures``) with the task it runs.

Two kinds: threads of this process, each watching a worker process of this machine, and the workers of a Dask cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from harness.engine.run_control import RunControl
from harness.engine.workers.messages import Message, ShareRecord, ShareTask
from harness.engine.workers.share import run_share

Hear = Callable[[int, Message], None]


class ShareRunner(Protocol):
    """Runs shares; one interface for this machine and for a cluster."""

    @property
    def size(self) -> int:
        """Shares that run at a time."""
        ...

    def submit(self, task: ShareTask) -> Future[ShareRecord]:
        """Submit a share to a worker."""
        ...

    def relay_stop(self, control: RunControl) -> None:
        """Tell every share whether a person stops or interrupts the run."""
        ...

    def hurry(self) -> None:
        """A second Ctrl-C: end every share at once."""
        ...

    def left(self) -> Mapping[int, list[str]]:
        """Return by share the places where the runner itself began it and which ended before it did."""
        ...

    def close(self) -> None:
        """Release what the runner holds."""
        ...


@dataclass(slots=True)
class _Asked:
    """A person's requests, as shares on this machine see them."""

    control: RunControl
    hurries: bool = False

    @property
    def stops(self) -> bool:
        return self.control.stops

    @property
    def is_interrupted(self) -> bool:
        return self.hurries or self.control.is_interrupted


class LocalShareRunner:
    """Processes of this machine, each with its folder below ``folder``."""

    def __init__(self, jobs: int, folder: Path, hear: Hear, control: RunControl) -> None:
        self.size = jobs
        self._folder = folder
        self._asked = _Asked(control)
        self._executor: Executor = ThreadPoolExecutor(jobs, thread_name_prefix="share")
        self._run: Callable[[ShareTask, Path], ShareRecord] = partial(run_share, hear=hear, asked=self._asked)

    def submit(self, task: ShareTask) -> Future[ShareRecord]:
        """Start its process as soon as one of the others has ended."""
        return self._executor.submit(self._run, task, self._folder / task.home)

    def relay_stop(self, control: RunControl) -> None:
        """Nothing to do: the shares look at the same record."""

    def hurry(self) -> None:
        """End the processes."""
        self._asked.hurries = True

    def left(self) -> Mapping[int, list[str]]:
        """None: a share whose process ended is a lost record."""
        return {}

    def close(self) -> None:
        """Wait for the threads; their processes have ended."""
        self._executor.shutdown()
