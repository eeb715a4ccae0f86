"""``uept validate`` and ``uept catalogue srv --example``: what a tester types and reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import run
from schemas.load import service_requests
from stubs.wire.duis import SchemaFolder, example_request, schema_problems, write_request
from stubs.wire.errors import Blocked
from tests.official_schema import OFFICIAL, needs_official

DECODED = """<ra:GBCSResponse xmlns:ra="http://www.dccinterface.co.uk/ResponseAndAlert" schemaVersion="5.4">
<ra:Header>
<ra:BusinessOriginatorID>DE-51-CE-00-00-00-00-E1</ra:BusinessOriginatorID>
<ra:BusinessTargetID>A0-B1-C2-D3-E4-01-00-00</ra:BusinessTargetID>
<ra:OriginatorCounter>1</ra:OriginatorCounter>
</ra:Header>
<ra:Body><ra:ResponseMessage><ra:SMETSData><ra:EnableSupplyRsp MessageSuccess="maybe"/></ra:SMETSData>
</ra:ResponseMessage></ra:Body>
</ra:GBCSResponse>"""


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    file = tmp_path / "request.xml"
    file.write_bytes(write_request(example_request("12.1")))
    return file


def test_decoded_payloads_are_checked_like_requests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "decoded.xml"
    file.write_text(DECODED)
    assert run(["validate", str(file), "--json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)
    (error,) = result["errors"]
    assert error == {
        "line": 7,
        "path": "/GBCSResponse/Body/ResponseMessage/SMETSData/EnableSupplyRsp",
        "message": "the attribute MessageSuccess: the value is of the wrong kind",
        "expected": "true or false (or 1, 0)",
        "found": "'maybe'",
    }


def test_all_errors_are_told_not_only_the_first_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "request.xml"
    limit = b'<sr:BlockThreshold index="1">1</sr:BlockThreshold>'
    document = write_request(example_request("1.1.1")).replace(limit, limit.replace(b"1", b"x") * 3)
    file.write_bytes(document)
    assert run(["validate", str(file), "--json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)
    assert len(result["errors"]) == document.count(b'"x"') + document.count(b">x<") == 48


def test_an_unreadable_file_is_exit_code_2_and_the_others_are_checked_all_the_same(
    request_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", "/nonexistent.xml", str(request_file)]) == 2
    assert f"{request_file}: valid" in capsys.readouterr().out


def test_another_schema_may_be_asked_beside_ours(
    request_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "other schema"
    folder.mkdir()
    (folder / "types of it.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:types">'
        '<xs:simpleType name="Never"><xs:restriction base="xs:string"><xs:enumeration value="never"/></xs:restriction>'
        "</xs:simpleType></xs:schema>"
    )
    (folder / "main.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:types" '
        'targetNamespace="http://www.dccinterface.co.uk/ServiceUserGateway">'
        '<xs:import namespace="urn:types" schemaLocation="types of it.xsd"/>'
        '<xs:element name="Request" type="t:Never"/></xs:schema>'
    )
    assert run(["validate", str(request_file), "--schema-dir", str(folder), "--json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)
    assert (result["valid"], result["other"]["valid"], result["agree"]) == (True, False, False)
    assert run(["validate", str(request_file), "--schema-dir", str(folder)]) == 1
    assert "the two schemas disagree" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "", "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>", "<broken"])
def test_a_folder_without_a_schema_of_the_interface_is_refused(
    content: str | None, request_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder"
    if content is not None:
        folder.mkdir()
        (folder / "x.xsd").write_text(content or "<a/>")
    assert run(["validate", str(request_file), "--schema-dir", str(folder)]) == 2
    assert "folder" in capsys.readouterr().err


def test_a_schema_that_cannot_be_compiled_says_so(tmp_path: Path) -> None:
    (tmp_path / "main.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'targetNamespace="http://www.dccinterface.co.uk/ServiceUserGateway">'
        '<xs:element name="Request" type="xs:missing"/></xs:schema>'
    )
    with pytest.raises(Blocked, match="not a schema libxml2 can compile"):
        SchemaFolder(tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not OFFICIAL.is_dir(), reason=str(needs_official[1].kwargs["reason"]))
def test_the_official_files_are_loaded_as_they_are(request_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(request_file), "--schema-dir", str(OFFICIAL), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["agree"]
    assert result["other"]["valid"]


@pytest.mark.parametrize("full", [False, True])
def test_the_catalogue_prints_a_request_by_example(full: bool, capsys: pytest.CaptureFixture[str]) -> None:
    for srv in service_requests():
        assert run(["catalogue", "srv", srv, "--full" if full else "--example"]) == 0
        printed = capsys.readouterr().out
        assert "\n    <sr:ServiceReferenceVariant>" in printed
        assert schema_problems(printed.encode()) == ()


def test_an_example_needs_a_service(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalogue", "srv", "tariff", "--example"]) == 2
    assert "such as 4.1.1" in capsys.readouterr().err


def test_an_example_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalogue", "srv", "4.1.1", "--example", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["srv"] == "4.1.1"
    assert schema_problems(printed["request"].encode()) == ()
