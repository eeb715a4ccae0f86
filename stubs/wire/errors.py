"""The four families of errors; nothing else is raised on purpose."""

from __future__ import annotations


class PeerError(Exception):
    """The party (or a device) sent something wrong: shown with place, expected and found.

    Args:
        what: one sentence, what is wrong.
        where: line, element path or byte offset; empty when the whole is meant.
        expected: what the rule wants.
        got: what was found, shortened.
        clause: document and heading of the rule.
    """

    def __init__(self, what: str, *, where: str = "", expected: str = "", got: str = "", clause: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.got = got
        self.clause = clause

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"at {self.where}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.got:
            parts.append(f"found {self.got}")
        if self.clause:
            parts.append(f"({self.clause})")
        return "; ".join(parts)


class Refusal(Exception):  # noqa: N818 - a rule said no: normal traffic, not an error of anybody's code
    """A rule said no. Normal traffic: answered with a response code, or with an HTTP status when none is known.

    Args:
        rule: stable id of the rule in ``schemas/catalogue/gateway-rules.csv``.
        detail: one sentence for the journal: expected, got.
        response_code: overrides the rule's code; None means "as the rule's row or the settings say".
    """

    def __init__(self, rule: str, detail: str, *, response_code: str | None = None) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail
        self.response_code = response_code


class Blocked(Exception):  # noqa: N818 - the surroundings prevent the work
    """Settings or surroundings prevent the work (bad settings file, port in use, missing key): never a FAIL.

    Args:
        what: what was tried and why it cannot be done.
        mend: how to mend it, as an instruction.
    """

    exit_code = 3
    """Of a command line that ends with it."""
    page = ""
    """Of the documentation, on this kind of error (``uept docs PAGE``); empty: the page of the command."""

    def __init__(self, what: str, *, mend: str = "") -> None:
        super().__init__(f"{what}. {mend}" if mend else what)
        self.what = what
        self.mend = mend


class InputError(Blocked):
    """An argument, a setting, a file or a folder that a person gave cannot be used: theirs to mend, at once."""

    exit_code = 2


class Misuse(AssertionError):  # noqa: N818 - our own code called wrongly
    """Our own code called wrongly. Never caught, never shown as a verdict."""
