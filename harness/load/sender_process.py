"""A sender in a process of its own, on whichever machine this is called: lines out, the end of its input stops it.

``E`` and an event as JSON, ``P`` and a ``Progress``, at last ``F``: its work is done, or was stopped. ``python -m
harness.load.sender_process`` is the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from harness.load.job import LoadJob
from harness.load.sender import Progress, Sender, Show, Sink
from stubs.events import AnyEvent
from stubs.recording import decode_event, encode_event

_TICK = 0.2
"""Real seconds between two looks at whether a person ended the run."""


def send_apart(job: LoadJob, sink: Sink, show: Show, is_stopped: Callable[[], bool]) -> str:
    """Run a sender to its end or until ``is_stopped``; why it ended before its work was done, empty when it did."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "harness.load.sender_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
        start_new_session=True,  # Ctrl-C is for the run, which tells its senders
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin = process.stdin
        ended = threading.Event()

        def heed() -> None:
            while not ended.wait(_TICK):
                if is_stopped():
                    with suppress(OSError):
                        stdin.close()
                    return

        with suppress(BrokenPipeError):
            stdin.write(msgspec.json.encode(job) + b"\n")
            stdin.flush()
        watcher = threading.Thread(target=heed, name="sender", daemon=True)
        watcher.start()
        has_finished = False
        try:
            for line in process.stdout:
                match line[:1]:
                    case b"E":
                        sink(decode_event(line[1:]))
                    case b"P":
                        show(msgspec.json.decode(line[1:], type=Progress))
                    case b"F":
                        has_finished = True
                    case _:  # printed by a library: nothing of ours, and no end
                        pass
        finally:
            ended.set()
            watcher.join()
    if has_finished:
        return ""
    status = process.returncode
    how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
    return f"sender {job.sender + 1} ended before its work was done, {how}"


def main() -> None:
    """Run the sender whose job is the first line of standard input."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=LoadJob)
    output, descriptor = sys.stdout.buffer, sys.stdin.fileno()

    def sink(event: AnyEvent) -> None:
        output.write(b"E" + encode_event(event) + b"\n")
        output.flush()

    def show(progress: Progress) -> None:
        output.write(b"P" + msgspec.json.encode(progress) + b"\n")
        output.flush()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def heed() -> None:
            while os.read(descriptor, 1):
                pass
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=heed, daemon=True).start()
        await Sender(job, sink, show).run(stop)

    asyncio.run(run())
    output.write(b"F\n")
    output.flush()


if __name__ == "__main__":
    main()
