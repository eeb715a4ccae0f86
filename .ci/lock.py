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
for name, extras in {"run": [], "dev": ["--extra", "dev"]}.items():
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
            *extras,
            "--no-emit-package",
            "uept-harness",
            "pyproject.toml",
            ".ci/build.in",
            "-o",
            f"requirements/{name}.txt",
        ],
        check=True,
    )
