"""White space around dates and times: collapsed by the standard, whatever libxml2 makes of it (issue 15, section 3)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from harness.cli import run
from stubs.wire.duis import schema_problems
from stubs.wire.xml import parse
from tests.official_schema import OFFICIAL, needs_official

REQUEST = (
    '<sr:Request xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4"><sr:Header>'
    "<sr:RequestID>A0-B1-C2-D3-E4-01-00-00:DE-51-CE-00-00-00-00-E1:1</sr:RequestID><sr:CommandVariant>1"
    "</sr:CommandVariant><sr:ServiceReference>{0}</sr:ServiceReference><sr:ServiceReferenceVariant>{1}"
    "</sr:ServiceReferenceVariant></sr:Header><sr:Body>{2}</sr:Body></sr:Request>"
)
MESSAGE = "<sr:DisplayMessage><sr:SupplierMessage>{}</sr:SupplierMessage></sr:DisplayMessage>"


def period(start: str, end: str = "2026-01-16T00:00:00Z") -> bytes:
    body = (
        f"<sr:ReadActiveImportProfileData><sr:ReadLogPeriod><sr:StartDateTime>{start}</sr:StartDateTime>"
        f"<sr:EndDateTime>{end}</sr:EndDateTime></sr:ReadLogPeriod></sr:ReadActiveImportProfileData>"
    )
    return REQUEST.format("4.8", "4.8.1", body).encode()


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\r\n  \t"])
def test_white_space_around_a_date_is_no_fault(space: str) -> None:
    # XML Schema 1.0 part 2, 4.3.6: whiteSpace of dateTime is collapse, fixed.
    assert schema_problems(period(f"{space}2026-01-15T12:00:00Z{space}")) == ()
    assert schema_problems(period(f"{space}<!-- noon -->2026-01-15T12:00:00Z")) == ()


@pytest.mark.parametrize("text", ["\u00a02026-01-15T12:00:00Z", "2026-01-15 T12:00:00Z", " ", " 2026-13-15T12:00:00Z "])
def test_what_is_no_date_without_its_white_space_is_none_with_it(text: str) -> None:
    (problem,) = schema_problems(period(text))
    assert problem.path.endswith("/StartDateTime")


def test_the_other_faults_of_such_a_document_are_told_with_their_lines() -> None:
    document = period("\n2026-01-15T12:00:00Z").replace(b"<sr:EndDateTime>2026", b"<sr:EndDateTime>26")
    (problem,) = schema_problems(document)
    assert (problem.line, problem.path.rpartition("/")[2]) == (2, "EndDateTime")


def test_a_text_that_looks_like_a_date_keeps_its_white_space() -> None:
    document = parse(REQUEST.format("3.1", "3.1", MESSAGE.format(" 2026-01-15T12:00:00Z")).encode())
    before = etree.tostring(document)
    assert schema_problems(document) == ()
    long = REQUEST.format("3.1", "3.1", MESSAGE.format(" " * 110 + "2026-01-15T12:00:00Z"))
    assert schema_problems(long.encode())
    assert etree.tostring(document) == before


@pytest.mark.shared
@pytest.mark.skipif(not OFFICIAL.is_dir(), reason=str(needs_official[1].kwargs["reason"]))
def test_two_processors_are_asked_of_another_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = {
        "\n 2026-01-15T12:00:00Z": (True, True),
        "26-01-15T12:00:00Z": (False, False),
        "\u00a02026-01-15T12:00:00Z": (False, True),  # xmlschema trims what XML does not call white space
    }
    files = [tmp_path / f"{number}.xml" for number in range(len(expected))]
    for file, start in zip(files, expected, strict=True):
        file.write_bytes(period(start))
    assert run(["validate", *map(str, files), "--schema-dir", str(OFFICIAL), "--json"]) == 1
    results = json.loads(capsys.readouterr().out)
    for result, (first, second) in zip(results, expected.values(), strict=True):
        assert result["other"]["processors"] == {"libxml2": first, "xmlschema": second}
        assert (result["valid"], result["other"]["valid"], result["agree"]) == (first, first and second, True)
    assert run(["validate", str(files[2]), "--schema-dir", str(OFFICIAL)]) == 1
    assert "the two processors disagree: libxml2 not valid, xmlschema valid" in capsys.readouterr().out
