"""Pages of ``uept docs`` that a one-line error refers to, by kind of error or by the command that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PAGES: Mapping[str, str] = {
    "demo": "start", "init": "start", "pki": "start", "explain": "failures", "catalogue": "simulated",
    "rehearse": "troubleshooting", "doctor": "troubleshooting", "sign": "troubleshooting",
    "verify-signature": "troubleshooting", "plan": "scenarios", "settings": "settings", "browser": "drivers",
    "serve": "serve", "stop": "serve", "control": "serve", "state": "serve", "load": "load",
    "judge": "report", "verify": "report", "countersign": "report", "report": "report", "attest": "report",
    "summary": "pipelines", "diff": "pipelines", "validate": "schemas", "gbcs": "gbcs-reading",
    "campaign": "completion-report", "issue": "completion-report", "completion-report": "completion-report",
    "review": "completion-report", "uep": "user-entry-process", "docs": "start",
}  # fmt: skip
"""Command to the page that a person reads when it refuses."""


def read_on(text: str, arguments: Sequence[str], page: str = "") -> str:
    """Return ``text`` with the page to read; unchanged when it names a command itself.

    Args:
        text: what went wrong and how to mend it.
        arguments: of ``uept``, as they were given.
        page: of the error's own kind; empty: that of the command.
    """
    wanted = page or next((PAGES[word] for word in arguments if word in PAGES), "start")
    end = "" if text.endswith(("?", "!")) else "."
    return text if "`uept " in text else f"{text.rstrip('. ')}{end} Read on: `uept docs {wanted}`"
