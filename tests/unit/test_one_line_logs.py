"""A library's log message is one line, and is not repeated over and over."""

from __future__ import annotations

import logging

import pytest

from harness.cli.logs import logs_in_one_line


def test_an_error_is_one_line_without_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with logs_in_one_line():
        try:
            raise ValueError("first\nsecond")
        except ValueError:
            logging.getLogger("aiohttp.server").exception("Error handling %s", "request")
    assert capsys.readouterr().err == "uept: Error handling request: ValueError: first second\n"


def test_the_traceback_is_kept_for_those_who_ask(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UEPT_DEBUG", "1")
    with logs_in_one_line():
        try:
            raise ValueError("x")
        except ValueError:
            logging.getLogger("x").exception("y")
    assert "Traceback" in capsys.readouterr().err


def test_the_same_line_is_not_said_a_thousand_times(capsys: pytest.CaptureFixture[str]) -> None:
    with logs_in_one_line():
        for _ in range(1000):
            logging.getLogger("asyncio").error("socket.accept() out of system resource")
    assert len(capsys.readouterr().err.splitlines()) <= 2


def test_what_is_not_a_warning_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    with logs_in_one_line():
        logging.getLogger("asyncio").info("Using selector")
    assert capsys.readouterr().err == ""
