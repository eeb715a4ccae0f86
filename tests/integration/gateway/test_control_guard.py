"""Access to the control API: Host, Origin, token and content type; and the file that holds the token."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.cli import run
from stubs.app import OPERATIONS, BackgroundDcc, authorisation, read_access
from stubs.control.openapi import openapi
from stubs.smki import Pki
from stubs.wire.errors import InputError
from tests.serving_kit import Endpoint, a_dcc, connected


def asked(dcc: BackgroundDcc, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    with connected(dcc.urls.control) as connection:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read()


CHANGING = [(each.method, each.path.replace("{", "").replace("}", "")) for each in OPERATIONS if each.is_changing]


@pytest.mark.parametrize(("method", "path"), CHANGING)
@pytest.mark.parametrize("token", [None, "", "wrong", "\xff", "Basic"])
def test_no_changing_call_is_carried_out_without_the_token(
    dcc: BackgroundDcc, method: str, path: str, token: str | None
) -> None:
    before = dcc.journal.last_seq
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = token if token == "Basic" else f"Bearer {token}"
    assert asked(dcc, method, path, headers)[0] == 401
    assert dcc.journal.last_seq == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:8078"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "[::1"}, 421),
        ({"Host": "127.0.0.1@evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:80"}, 200),
    ],
)
@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
def test_a_foreign_page_and_a_rebound_name_read_nothing(
    dcc: BackgroundDcc, headers: dict[str, str], status: int, path: str
) -> None:
    assert asked(dcc, "GET", path, headers)[0] == status


def test_its_own_page_may_use_it(dcc: BackgroundDcc) -> None:
    own = {"Origin": f"http://{urlsplit(dcc.urls.control).netloc}", **authorisation(dcc.control_token)}
    assert asked(dcc, "POST", "/clock/jump", own)[0] == 200


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_call_without_a_body_is_json_too(dcc: BackgroundDcc, content_type: str) -> None:
    headers = {"Authorization": f"Bearer {dcc.control_token}", "Content-Type": content_type}
    assert asked(dcc, "POST", "/reset", headers)[0] == 400


def test_address_and_token_stand_where_only_the_owner_reads_them(pki: Pki, endpoint: Endpoint, tmp_path: Path) -> None:
    with a_dcc(pki, endpoint, state_dir=str(tmp_path)) as dcc:
        access = read_access(tmp_path)
        assert (access.url, access.token) == (dcc.urls.control, dcc.control_token)
        assert stat.S_IMODE((tmp_path / "control.json").stat().st_mode) == 0o600
        assert dcc.control_token.encode() not in (tmp_path / "journal.db").read_bytes()
        first = dcc.control_token
    with pytest.raises(InputError, match="no simulated DCC runs"):
        read_access(tmp_path)
    with a_dcc(pki, endpoint, state_dir=str(tmp_path)) as dcc:
        assert dcc.control_token != first
    with a_dcc(pki, endpoint, control_token="given") as dcc:
        assert asked(dcc, "POST", "/clock/jump", authorisation("given"))[0] == 200


def test_the_command_line_finds_address_and_token_by_itself(
    pki: Pki, endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UEPT_DCC_CONTROL_TOKEN", raising=False)

    def uept(*arguments: str) -> tuple[int, str, str]:
        code = run(["control", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    with a_dcc(pki, endpoint, state_dir=str(tmp_path)) as dcc:
        at = ("--state", str(tmp_path))
        assert uept(*at, "set-rate", "rate=0")[0] == 0
        assert json.loads(uept(*at, "set-fault", "point=answer", "effect=drop")[1]) == {"fault": "f1"}
        assert uept(*at, "clear-fault", "fault=f1")[0] == 0
        assert uept("--url", dcc.urls.control, "reset")[0] == 2
        monkeypatch.setenv("UEPT_DCC_CONTROL_TOKEN", dcc.control_token)
        assert uept("--url", dcc.urls.control, "reset")[0] == 0
        for wrong in (("set-rate",), ("set-rate", "rate=x"), ("set-rate", "rate"), ("nothing",), ("clear-fault",)):
            code, _, errors = uept(*at, *wrong)
            assert (code, len(errors.splitlines())) == (2, 1), errors
    assert uept(*at, "health")[0] == 2
    assert uept("--url", "http://127.0.0.1:1", "health")[0] == 3
    assert "set-fault" in uept()[1]


def test_every_field_of_premises_devices_and_faults_is_described() -> None:
    components = openapi()["components"]["schemas"]
    for name in ("PremisesSpec", "PremisesDevice", "DeviceValues", "FaultRule", "RegisterUser", "InventoryValues"):
        for field, schema in components[name]["properties"].items():
            assert len(schema.get("description", "")) > 8, f"{name}.{field}"
            assert {"type", "anyOf", "allOf", "$ref", "enum"} & schema.keys(), f"{name}.{field} has no type"
