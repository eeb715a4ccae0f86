"""The reason behind a bare HTTP status: a line for whoever serves, and a resource that ends."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from stubs.app import BackgroundDcc
from tests.serving_kit import connected, post


def get(dcc: BackgroundDcc, path: str) -> tuple[int, Any]:
    with connected(dcc.urls.control) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def test_the_newest_refusals_come_first_with_peer_rule_and_reason(dcc: BackgroundDcc) -> None:
    assert get(dcc, "/refusals") == (200, [])
    assert post(dcc.urls.transform, b"<not-xml")[0] == 400
    assert post(dcc.urls.non_device, b"<other/>")[0] == 400
    status, rows = get(dcc, "/refusals?limit=5")
    assert status == 200
    assert [(row["rule"], row["service"], row["http_status"], row["response_code"]) for row in rows] == [
        ("schema", "non-device", 400, None),
        ("xml", "transform", 400, None),
    ]
    assert all(row["peer"] == "127.0.0.1" and row["detail"] and row["seq"] for row in rows)
    assert [row["rule"] for row in get(dcc, "/refusals?limit=1")[1]] == ["schema"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=-1", "most=3"])
def test_a_limit_that_cannot_be_is_refused(dcc: BackgroundDcc, query: str) -> None:
    status, answer = get(dcc, f"/refusals?{query}")
    assert (status, "error" in answer) == (400, True)


def test_each_bare_status_is_one_line(dcc: BackgroundDcc, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "stubs.refusals"):
        post(dcc.urls.transform, b"<not-xml")
        get(dcc, "/refusals")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "stubs.refusals"]
    assert line.startswith("transform from 127.0.0.1: HTTP 400, rule xml: ")
    assert "\n" not in line
