"""``uept verify-signature --explain``: what a client's developer sees of a signature that is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import run
from stubs.smki import init_pki
from tests.cli_kit import REQUEST


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lens") / "keys"
    init_pki(folder, seed=b"lens")
    return folder


@pytest.fixture
def laid_out(tmp_path: Path, keys: Path) -> Path:
    """A document into which line ends were put after signing."""
    (tmp_path / "request.xml").write_text(REQUEST)
    signed = tmp_path / "signed.xml"
    assert run(["sign", str(tmp_path / "request.xml"), "--pki", str(keys), "--out", str(signed)]) == 0
    file = tmp_path / "laid-out.xml"
    file.write_bytes(signed.read_bytes().replace(b"<ds:Signature ", b"\n  <ds:Signature "))
    return file


def test_the_text_names_the_cause_and_points_at_the_first_difference(
    laid_out: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["verify-signature", str(laid_out), "--pki", str(keys), "--explain"]) == 1
    shown = capsys.readouterr().out
    assert "cause       white space, proven: White space beside the signature" in shown
    assert "mend      Insert ds:Signature without line breaks around it" in shown
    here, them, mark = (line for line in shown.splitlines() if line.startswith("    ") and "mend" not in line)
    at = mark.index("^")
    assert here[:at][-6:] == them[:at][-6:]
    assert here[at] != them[at]
    assert "\\n" in here


def test_json_holds_both_sides_octets(laid_out: Path, keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["verify-signature", str(laid_out), "--pki", str(keys), "--explain", "--json"]) == 1
    (shown,) = json.loads(capsys.readouterr().out)
    lens = shown["lens"]
    assert lens["causes"][0]["cause"] == "space-at-signature"
    assert lens["causes"][0]["proven"] is True
    assert lens["document"]["ours"] != lens["document"]["theirs"]
    assert lens["value_good"] is True
    assert lens["digest"] != lens["stated_digest"]


def test_the_octets_of_both_sides_are_written_for_other_tools(
    laid_out: Path, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "octets"
    assert run(["verify-signature", str(laid_out), "--pki", str(keys), "--explain", "--octets", str(out)]) == 1
    capsys.readouterr()
    assert sorted(file.name for file in out.iterdir()) == [
        "laid-out.xml.document.ours",
        "laid-out.xml.document.theirs",
        "laid-out.xml.signed-info.ours",
        "laid-out.xml.signed-info.theirs",
    ]
    theirs = out / "laid-out.xml.document.theirs"
    assert (
        run(["verify-signature", str(laid_out), "--pki", str(keys), "--explain", "--theirs", str(theirs), "--json"])
        == 1
    )
    (shown,) = json.loads(capsys.readouterr().out)
    assert shown["lens"]["document"]["found_by"] == "the octets that were handed in"
    assert shown["lens"]["causes"][0]["cause"] == "space-at-signature"


@pytest.mark.parametrize("more", [["--theirs", "x"], ["--octets", "y"]])
def test_what_goes_with_the_lens_only_is_refused_without_it(
    laid_out: Path, keys: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    assert run(["verify-signature", str(laid_out), "--pki", str(keys), *more]) == 2
    assert "go with --explain" in capsys.readouterr().err
