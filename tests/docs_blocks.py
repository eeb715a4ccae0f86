"""The code blocks of README and docs: what each is, how it is checked, and running those of a page in order.

A block says how it is treated in a comment on the line before it, which no reader of the page sees:

    <!-- docs-test: not run: REASON -->   shown only
    <!-- docs-test: output -->            what the block before it printed; "…" stands for anything
    <!-- docs-test: file NAME -->         becomes a file, for the commands after it
    <!-- docs-test: each served -->       every line starts a server, which is stopped once it says that it is ready
    <!-- docs-test: needs PROGRAM -->     run only where that program is
    <!-- docs-test: quick -->             run with the other tests too, not only by ``make docs-test``
    <!-- docs-test: before COMMAND -->    a command that is run before the block and not shown

Several may stand above one another. Without a comment, ``sh`` blocks are run (a line that ends with ``# exit code N``
has to end so) and the rest is read by a reader of its language.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from lxml import etree

from tests.cli_kit import environment

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(r"((?:^<!-- docs-test: .*? -->\n)*)^```([\w{}]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SAID = re.compile(r"<!-- docs-test: (.*?) -->")
_INLINE = re.compile(r"`(uept [^`]+)`")
_SECONDS = 900.0
"""Until a block counts as hanging: many times what any takes."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    said: tuple[str, ...]

    def told(self, word: str) -> str | None:
        """What a comment says after ``word``; None: no comment begins with it."""
        return next((said.removeprefix(word).strip() for said in self.said if said.startswith(word)), None)

    @property
    def place(self) -> str:
        """Page and line, for messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def is_commands(self) -> bool:
        """Whether it is run."""
        return self.language == "sh" and self.told("not run:") is None


def blocks(page: Path) -> tuple[Block, ...]:
    """The fenced blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    return tuple(
        Block(page, text.count("\n", 0, found.start(2)) + 1, found[2], found[3], tuple(_SAID.findall(found[1])))
        for found in _BLOCK.finditer(text)
    )


def indented(page: Path) -> tuple[str, ...]:
    """Blocks of code that are indented instead of fenced: nothing would check them."""
    text = re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return tuple(re.findall(r"\n\n(    [^\n]*)", text))


# --- reading, without running -----------------------------------------------------------------------------------------


def problem(block: Block) -> str:
    """What is wrong with a block that is not run; empty: nothing."""
    if block.told("not run:") == "":
        return "say why it is not run"
    if block.told("not run:") is not None or block.told("output") is not None or block.is_commands:
        return ""
    readers: dict[str, Callable[[str], object]] = {
        "json": json.loads, "toml": tomllib.loads, "yaml": _yaml, "python": ast.parse, "xml": _xml,
        "{toctree}": str, "gherkin": str,
    }  # fmt: skip
    if block.language not in readers:
        return ""
    try:
        readers[block.language](block.text)
    except (ValueError, SyntaxError, etree.XMLSyntaxError) as error:
        return f"no {block.language}: {error}"
    return ""


def unexplained(block: Block) -> str:
    """Whether nothing checks a block and nothing says why; empty: something does."""
    is_known = block.language in {"sh", "json", "toml", "yaml", "python", "xml", "{toctree}", "gherkin"}
    return "" if is_known or block.said else "nothing checks it: say that it is an output, a file, or why it is not run"


def _yaml(text: str) -> object:
    """With the reader that the documentation's own builder brings. Raises: ValueError: no YAML."""
    yaml: Any = import_module("yaml")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _xml(text: str) -> object:
    return etree.fromstring(text.encode())


def command_lines(page: Path) -> Iterator[str]:
    """Every ``uept`` command of a page, in blocks and in lines of text, without comments."""
    for block in blocks(page):
        if block.language == "sh":
            joined = block.text.replace("\\\n", " ")
            yield from (line.split("  #")[0] for line in joined.splitlines() if line.startswith("uept "))
    without = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    yield from (found.replace("\\|", "|") for found in _INLINE.findall(without))


def unknown_in(line: str, cli: click.Group) -> str:
    """What of a command line there is not: command or option; empty: everything is."""
    words = iter([word for word in shlex.split(re.split(r" [|>&]|[;…]", line)[0]) if word not in {"[", "]"}])
    command: click.Command = cli
    next(words)
    for raw in words:
        word = raw.strip("[]")
        names = word.split("|")
        if isinstance(command, click.Group) and not word.startswith("-") and names != ["uept"]:
            found = [command.get_command(click.Context(command), name) for name in names]
            if None in found:
                return f"no command {word!r}"
            command = found[0] or command
        elif word.startswith("-"):
            known = {text for one in command.params for text in (*one.opts, *one.secondary_opts)} | {"-h", "--help"}
            if word.split("=")[0] not in known:
                return f"no option {word!r} of {line.split()[1]}"
    return ""


# --- running ------------------------------------------------------------------------------------------------------------


class Sandbox:
    """One page's folder and shell: variables and the current folder go on from block to block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "page"
        self._folder = folder
        self._state = folder / "state"
        self.output = ""
        tools, home = folder / "tools", folder / "home"
        for each in (self.folder, tools, home):
            each.mkdir(parents=True)
        self._uept = uept = tools / "uept"
        uept.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from harness.cli import main; main()" "$@"\n')
        uept.chmod(0o755)
        python = tools / "python3"
        python.symlink_to(sys.executable)
        path = os.pathsep.join((str(tools), str(Path(sys.executable).parent), os.environ["PATH"]))
        self._environment = environment(PATH=path, HOME=str(home), NO_COLOR="1", DOCS=str(ROOT / "docs"))

    def run(self, block: Block) -> str:
        """Do what a block says; why it went wrong, empty: it did not. Leaves its output in ``output``."""
        if (name := block.told("file ")) is not None:
            (self._here / name).write_text(block.text, encoding="utf-8")
            return ""
        if block.told("output") is not None:
            return differences(block.text, self.output)
        if not block.is_commands:
            return problem(block)
        before = "\n".join(said.removeprefix("before ") for said in block.said if said.startswith("before "))
        if before and (failed := self._shell(before)):
            return f"before it: {failed}"
        if block.told("each served") is not None:
            lines = [line.split("  #")[0] for line in block.text.splitlines() if line]
            return "; ".join(filter(None, (self._shell(_SERVED.replace("COMMAND", line)) for line in lines)))
        return self._shell(_with_codes(block.text))

    def lacks(self, block: Block) -> str:
        """What this machine lacks of what a block needs; empty: nothing."""
        needed = (block.told("needs ") or "").split()
        return ", ".join(name for name in needed if shutil.which(name) is None)

    def close(self) -> None:
        """End what a page left running."""
        for access in self._folder.rglob("control.json"):
            subprocess.run([self._uept, "stop", access.parent], env=self._environment, check=False)

    @property
    def _here(self) -> Path:
        where = self._state.with_suffix(".folder")
        return Path(where.read_text(encoding="utf-8").strip()) if where.exists() else self.folder

    def _shell(self, script: str) -> str:
        keep = f"export -p > {self._state}; pwd > {self._state}.folder"
        again = f"[ ! -e {self._state} ] || . {self._state}"
        done = subprocess.run(
            ["bash", "-c", f"{again}\nset -euo pipefail\n{script}\n{keep}"],
            cwd=self._here, env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=_SECONDS, check=False,
        )  # fmt: skip
        self.output = done.stdout.decode("utf-8", "replace")
        return f"ended with {done.returncode}:\n{self.output[-1500:]}" if done.returncode else ""


_SERVED = """
coproc SERVER { COMMAND; }
read -r line <&"${SERVER[0]}" || { echo "ended before it was ready"; exit 1; }
case "$line" in *'"ready": true'*) ;; *) echo "$line"; exit 1;; esac
pid=$SERVER_PID; kill -TERM "$(pgrep -P "$pid" || echo "$pid")"; wait "$pid" || test $? -eq 143
"""


def _with_codes(text: str) -> str:
    """A line that states its exit code ends so, and the block goes on."""
    lines = []
    for line in text.splitlines():
        command, marker, code = line.partition("  # exit code ")
        number = code.split()[0].rstrip(",;.:") if marker else "0"
        lines.append(f"code=0; {command} || code=$?; test $code = {number}" if marker else line)
    return "\n".join(lines)


def differences(shown: str, printed: str) -> str:
    """Whether a page shows what was printed, "…" standing for anything within a line; empty: it does.

    The lines shown have to be among the printed ones, in their order; a line that is "…" alone leaves some out.
    """
    lines = iter(printed.splitlines())
    for line in filter(None, (text.rstrip() for text in shown.splitlines())):
        if line == "…":
            continue
        pattern = re.compile("".join(".*" if part == "…" else re.escape(part) for part in re.split("(…)", line)))
        if not any(pattern.fullmatch(each.rstrip()) for each in lines):
            return f"shown but not printed, or not in this order:\n  {line}\nprinted:\n{printed[-1500:]}"
    return ""
