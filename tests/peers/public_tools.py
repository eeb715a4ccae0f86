"""The DCC's open-source client packages, installed by npm into the test cache and run as programs of their own.

Origin: npm, GPL-3.0; nothing of them is kept in this repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SIGNING_TOOL = "@smartdcc/duis-sign-wrap@0.1.2"
DUIS_PARSER = "@smartdcc/duis-parser@0.6.0"
KEY_STORE = "@smartdcc/dccboxed-keystore@0.4.2"
TEMPLATES = "@smartdcc/duis-templates@0.7.0"
PACKAGES = (SIGNING_TOOL, DUIS_PARSER, KEY_STORE, TEMPLATES)
_MANIFEST = {
    "private": True,
    "dependencies": {name: version for name, _, version in (package.rpartition("@") for package in PACKAGES)},
    # The templates ask for a version of the parser that the registry does not have.
    "overrides": {"@smartdcc/duis-parser": DUIS_PARSER.rpartition("@")[2]},
}

ENABLE = "to enable: apt-get install default-jre-headless nodejs npm (and reach the npm registry)"
NEEDED = ("java", "node", "npm")

_VALIDATION_FAILED = 10
"""Exit code of the signing tool when a document is not valid."""

_JAVA_PACKAGE = "uk.co.smartdcc.boxed.xmldsig"


class Unavailable(Exception):  # noqa: N818 - a state of the machine, not an error
    """The packages cannot be had on this machine; the text says which and how to get them."""


@dataclass(frozen=True, slots=True)
class Validated:
    """What the signing tool said of a document: the document without its signature, or why not."""

    is_valid: bool
    document: bytes
    log: str


@dataclass(frozen=True, slots=True)
class PublicTools:
    """The installed packages."""

    folder: Path

    @property
    def jar(self) -> Path:
        """The signing tool with its schema, keys and certificates."""
        return self.folder / "node_modules/@smartdcc/duis-sign-wrap/dist/tool.jar"

    @property
    def keystore(self) -> Path:
        """The public test PKI as the key store package carries it."""
        return self.folder / "node_modules/@smartdcc/dccboxed-keystore/keystore.json"

    @property
    def environment(self) -> dict[str, str]:
        """For a node program of ours that requires the packages."""
        return {**os.environ, "NODE_PATH": str(self.folder / "node_modules")}

    def sign(self, document: bytes, *, preserve_counter: bool = True) -> bytes:
        """The document signed by the party its RequestID names; a new counter unless it is to be preserved."""
        done = self._run("Sign", document, *(["--preserveCounter"] if preserve_counter else []))
        if done.returncode != 0:
            raise AssertionError(f"the signing tool failed with {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def validate(self, document: bytes) -> Validated:
        """Schema and signature of a document, as the public client checks every message it gets."""
        done = self._run("Validate", document)
        if done.returncode not in {0, _VALIDATION_FAILED}:
            raise AssertionError(f"the signing tool failed with {done.returncode}: {done.stderr.decode()}")
        return Validated(done.returncode == 0, done.stdout, done.stderr.decode())

    def _run(self, program: str, document: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
        command = ["java", "-Xshare:auto", "-cp", str(self.jar), f"{_JAVA_PACKAGE}.{program}", "-", *options]
        return subprocess.run(command, input=document, capture_output=True, timeout=30, check=False)


def install(home: Path) -> PublicTools:
    """The packages in ``home``, installed there unless they are already.

    Raises: Unavailable: a program is absent, or npm cannot install.
    """
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        raise Unavailable(f"{', '.join(missing)} not found; {ENABLE}")
    tools = PublicTools(home / "-".join(package.rpartition("@")[2] for package in PACKAGES))
    if tools.jar.exists() and tools.keystore.exists():
        return tools
    home.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=home))
    (fresh / "package.json").write_text(json.dumps(_MANIFEST))
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        subprocess.run(command, cwd=fresh, check=True, capture_output=True, timeout=90)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Unavailable(f"npm could not install {', '.join(PACKAGES)} ({type(error).__name__}); {ENABLE}") from error
    try:
        fresh.rename(tools.folder)
    except OSError:  # another test process was faster
        shutil.rmtree(fresh, ignore_errors=True)
    return tools
