"""Renew requirements/*.txt from pyproject.toml: exact versions with hashes for every platform, no index named."""

import subprocess
import sys

COMMON = [
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "-q",
]
SOURCES = {
    "run": ["pyproject.toml", ".ci/build.in"],
    "dev": ["--extra", "dev", "pyproject.toml", ".ci/build.in"],
    "audit": [".ci/audit.in"],
}
for name, sources in SOURCES.items():
    subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            *COMMON,
            "--python-version",
            "3.11",
            "--no-emit-package",
            "uept-harness",
            *sources,
            "-o",
            f"requirements/{name}.txt",
        ],
        check=True,
    )
