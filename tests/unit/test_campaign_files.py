"""Files that people write for a campaign: read into types, refused with file, line and key, published as schemas."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harness.campaign.campaign_file import Campaign
from harness.campaign.folder import open_campaign
from harness.campaign.issue_file import Issue
from harness.campaign.starting import campaign_text, start
from harness.campaign.toml_files import json_schema, parse_toml
from schemas.load import UserRole, resource
from stubs.wire.errors import InputError

TEXT = campaign_text("A Party", "OTHER", "Client", "1", {UserRole.OU: []})
TITLES = {Campaign: "uept-harness campaign", Issue: "uept-harness issue"}


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "campaign.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("kind", [Campaign, Issue])
def test_the_published_schema_is_that_of_the_types(kind: type[Campaign | Issue]) -> None:
    published = resource("campaign", f"{kind.__name__.lower()}.schema.json").read_text(encoding="utf-8")
    schema = json_schema(kind, TITLES[kind])
    assert json.loads(published) == schema
    Draft202012Validator.check_schema(schema)


def test_the_template_is_a_campaign(tmp_path: Path) -> None:
    start(tmp_path, TEXT, "reference", [UserRole.OU])
    folder = open_campaign(tmp_path)
    assert folder.campaign.party.name == "A Party"
    assert list(folder.campaign.roles) == [UserRole.OU]
    assert (tmp_path / "uept.toml").is_file()
    with pytest.raises(InputError, match="there already"):
        start(tmp_path, TEXT, "reference", [])


def test_every_example_in_the_template_is_valid(tmp_path: Path) -> None:
    """Lines commented out are meant to be used by taking the mark away."""
    lines = []
    for line in TEXT.splitlines():
        bare = line.removeprefix("# ")
        is_example = line.startswith("# ") and (bare.startswith("[") or " = " in bare.split("#")[0])
        lines.append(bare if is_example and not bare.startswith(("Dates", "EN-6")) else line)
    text = "\n".join(lines).replace('roles = ["IS"]', 'roles = ["OU"]').replace('role = "IS"', 'role = "OU"')
    campaign = open_campaign(folder_with(tmp_path, text)).campaign
    assert campaign.deviations[0].is_agreed
    assert campaign.roles[UserRole.OU].dates.certificate == date(2026, 10, 12)
    assert campaign.credit is not None


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_any_name_survives(name: str) -> None:
    text = campaign_text(name, "OTHER", name, name, {UserRole.OU: [name]})
    assert parse_toml(text, Campaign, "x").party.name == name


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('calendar = "EW"', 'calender = "EW"', "calender: unknown key. Did you mean 'calendar'"),
        ('category = "OTHER"', 'category = "BIG"', "party.category"),
        ('build = "1"', "build = 1", "system.build"),
        ("[roles.OU]", "[roles.XX]", "roles"),
        ("user_ids = []", 'user_ids = ["zz"]', "EUI-64"),
        ("eui64_ranges = []", 'eui64_ranges = ["zz"]', "no range"),
        ('title = "', "title = ", "not TOML"),
        ("# [words]", "[entry_criteria.EN-9]\n# ", "'EN-9' is not an entry criterion"),
        ("# [words]", "[exit_criteria.EX-1]\nmet = true\n# ", "computed"),
        ("# [words]", '[[deviations]]\nid="A"\nreason="r"\neffect="e"\nservices=["99.9"]\n# ', "'99.9' is not a service"),
        ("# [words]", '[[assessments]]\nrole="OU"\nkind="FUSA"\nstatus="Fine"\n# ', "'Approved'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        open_campaign(folder_with(tmp_path, TEXT.replace(old, new, 1)))
    message = str(caught.value)
    assert words in message
    assert "campaign.toml" in message
    assert "\n" not in message


def test_an_error_names_its_line(tmp_path: Path) -> None:
    text = (
        TEXT
        + '\n[[deviations]]\nid = "A"\nreason = "r"\neffect = "e"\n[[deviations]]\nid = "B"\nreason = "r"\neffect = 3\n'
    )
    wanted = len(text.splitlines())
    with pytest.raises(InputError, match=rf"campaign.toml:{wanted}: deviations\[1\].effect"):
        open_campaign(folder_with(tmp_path, text))


def test_a_deviation_is_agreed_only_with_function_and_date(tmp_path: Path) -> None:
    text = TEXT + '\n[[deviations]]\nid = "A"\nreason = "r"\neffect = "e"\nagreed_by = "DCC"\n'
    assert not open_campaign(folder_with(tmp_path, text)).campaign.deviations[0].is_agreed


def test_an_issue_is_named_as_its_file(tmp_path: Path) -> None:
    folder_with(tmp_path, TEXT)
    (tmp_path / "issues").mkdir()
    file = tmp_path / "issues" / "I-1.toml"
    file.write_text('id = "I-1"\ntitle = "t"\nseverity = 2\nowner = "Party system"\n', encoding="utf-8")
    (issue,) = open_campaign(tmp_path).issues
    assert issue.counts_against_party
    file.rename(file.with_name("I-2.toml"))
    with pytest.raises(InputError, match=r"I-1\.toml"):
        open_campaign(tmp_path)


def test_evidence_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (inner / "there").write_text("x", encoding="utf-8")
    text = TEXT + '\n[entry_criteria.EN-1]\nmet = true\nevidence = ["../secret", "there", "gone"]\n'
    folder = open_campaign(folder_with(inner, text))
    assert [name for name, _ in folder.missing_evidence] == ["../secret", "gone"]
    assert len(folder.digest("there")) == 64
