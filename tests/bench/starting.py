"""(c) From starting ``uept serve`` to its first answer, beside the bare imports; (d) ``uept demo``; (k) commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.bench.gateway import make_pki
from tests.bench.load import closed, post
from tests.bench.measure import Aim, NotMeasured, Result, figure, in_rounds, ratios, wall_seconds
from tests.bench.mix import Home, Mix, load_templates
from tests.bench.serving import UEPT, served

_IMPORTS = (
    "aiohttp.web", "click", "cryptography.hazmat.primitives.asymmetric.ec", "cryptography.x509", "jinja2",
    "lxml.etree", "msgspec", "sqlite3", "ssl",
)  # fmt: skip
"""Libraries that a gateway of this kind cannot do without."""


def _with_byte_code(folder: Path) -> dict[str, str]:
    """An environment as an installation has it: what was compiled once is kept, in ``folder``, whatever ours says."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return ours | {"PYTHONPYCACHEPREFIX": str(folder / "byte-code")}


def start(rounds: int) -> list[Result]:
    """Section (c)."""
    with tempfile.TemporaryDirectory(prefix="uept-bench-") as name:
        folder = Path(name)
        env = _with_byte_code(folder)
        pki = make_pki(folder / "pki")
        templates = tuple(template for template in load_templates()[0] if template.srv == "12.1")
        mix = Mix.of(templates, Home({"chf": ""}, "", str(pki.acb)), pki)
        request = mix.signed(templates[0], 1_768_471_200_000)

        def serve() -> None:
            began = time.perf_counter()
            with served("--pki", str(folder / "pki"), patience=120.0, env=env) as running:
                url = running.urls["non_device"]
                answer = closed(url, [post(url, request)], 1)
                found.append(time.perf_counter() - began)
            assert not answer.bad, answer.bad

        def imports() -> None:
            subprocess.run([sys.executable, "-c", f"import {', '.join(_IMPORTS)}"], check=True, env=env)

        found: list[float] = []
        serve()  # byte code and disk caches are warm on both sides
        imports()
        found.clear()
        seconds = in_rounds({"serve": serve, "imports": imports}, rounds, "bench-start", wall_seconds)
    return [
        figure("c", "serve to first answer / bare imports", ratios(found, seconds["imports"]), aim=Aim("<=", 2.0)),
        figure("c", "serve to first answer", found, unit="s"),
        figure("c", "bare imports", seconds["imports"], unit="s", detail=", ".join(_IMPORTS)),
    ]


def commands(rounds: int) -> list[Result]:
    """Section (k): what a person waits for at the prompt, beside the bare import of the library that reads options."""
    with tempfile.TemporaryDirectory(prefix="uept-bench-") as folder:
        env = _with_byte_code(Path(folder))
        document = Path(folder) / "request.xml"
        document.write_bytes(
            subprocess.run([UEPT, "catalogue", "srv", "4.1.1", "--example"], check=True, capture_output=True).stdout
        )

        def help_() -> None:
            subprocess.run([UEPT, "--help"], check=True, capture_output=True, env=env)

        def validate() -> None:
            subprocess.run([UEPT, "validate", str(document)], check=True, capture_output=True, env=env)

        def bare() -> None:
            subprocess.run([sys.executable, "-c", "import click"], check=True, env=env)

        operations = {"help": help_, "validate": validate, "bare": bare}
        for operation in operations.values():
            operation()  # byte code and disk caches are warm
        seconds = in_rounds(operations, rounds, "bench-commands", wall_seconds)
    return [
        figure("k", "uept --help / bare import of click", ratios(seconds["help"], seconds["bare"]), aim=Aim("<=", 2.5)),
        figure("k", "uept --help", seconds["help"], unit="s", aim=Aim("<=", 0.12)),
        figure("k", "uept validate / bare import", ratios(seconds["validate"], seconds["bare"]), aim=Aim("<=", 6.0)),
        figure("k", "uept validate of a file", seconds["validate"], unit="s", aim=Aim("<=", 0.25)),
    ]


def demo(rounds: int) -> list[Result]:
    """Section (d)."""
    name = "wall time of uept demo"
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="uept-bench-") as folder:
            done: list[subprocess.CompletedProcess[str]] = []

            def run(folder: str = folder, done: list[subprocess.CompletedProcess[str]] = done) -> None:
                with suppress(subprocess.TimeoutExpired):
                    command = [UEPT, "demo", "--out", f"{folder}/run"]
                    done.append(
                        subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
                    )

            elapsed = wall_seconds(run)
            if not done or done[0].returncode != 0:
                why = (
                    f"ended with {done[0].returncode}: {done[0].stdout[-300:]} {done[0].stderr[-300:]}"
                    if done
                    else "120 s"
                )
                return [NotMeasured("d", name, " ".join(why.split()))]
            seconds.append(elapsed)
    return [figure("d", name, seconds, unit="s", aim=Aim("<=", 30.0))]
