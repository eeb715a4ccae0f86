"""A new campaign's folder, from a template with comments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from harness.campaign.campaign_file import Campaign
from harness.campaign.folder import CAMPAIGN, ISSUES, RUNS
from harness.campaign.toml_files import parse_toml
from schemas.load import UserRole, roles
from stubs.wire.errors import InputError

RUN_FILE = "uept.toml"
_RUN_FILE_TEXT = """\
# How to run: the run file. `uept settings keys` and `uept docs settings` describe every key.
campaign = "."                      # deviations, system under test and the folder of runs come from campaign.toml
roles = [{roles}]
driver = "{driver}"
"""


def campaign_text(name: str, category: str, system: str, build: str, sought: Mapping[UserRole, Sequence[str]]) -> str:
    """``campaign.toml`` for a Party, with comments that say what to fill in.

    Args:
        name: of the Party.
        category: LARGE_SUPPLIER, SMALL_SUPPLIER, NETWORK or OTHER.
        system: name of the system under test.
        build: its build.
        sought: User IDs by role; a role may have none yet.
    Raises: InputError: a category that is none, an empty name.
    """
    text = files("harness.campaign").joinpath("templates", CAMPAIGN).read_text(encoding="utf-8")
    tables = "\n".join(_role(role, users) for role, users in sought.items())
    values = {"name": name, "category": category, "system": system, "build": build}
    for key, value in values.items():
        text = text.replace(f"@{key}@", _string(value))
    text = text.replace("@roles@", f"\n{tables}")
    parse_toml(text, Campaign, CAMPAIGN)
    return text


def start(folder: Path, text: str, driver: str, sought: Sequence[UserRole]) -> list[Path]:
    """Write a campaign's folder; what is there already stays. The files written.

    Raises: InputError: there is a campaign already, or the folder cannot be written.
    """
    if (folder / CAMPAIGN).exists():
        raise InputError(f"{folder / CAMPAIGN} is there already", mend="Edit it, or name another folder")
    wanted = {CAMPAIGN: text}
    if not (folder / RUN_FILE).exists():
        named = ", ".join(_string(role) for role in sought)
        wanted[RUN_FILE] = _RUN_FILE_TEXT.format(roles=named, driver=driver)
    try:
        for inner in (ISSUES, RUNS):
            (folder / inner).mkdir(parents=True, exist_ok=True)
        for name, content in wanted.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}", mend="Choose another place") from error
    return [folder / name for name in wanted]


def _role(role: UserRole, users: Sequence[str]) -> str:
    listed = ", ".join(_string(user) for user in users)
    return f"""\
[roles.{role}]{" " * (28 - len(role))}# {roles()[role].name}
user_ids = [{listed}]
# notified_on = 2026-05-04          # Code Administrator told (H1.9)

[roles.{role}.dates]
# notice = 2026-06-01               # 60 Working Days before the start: `uept uep dates`
# start = 2026-09-07
# end = 2026-09-25
# report = 2026-09-28               # Test Completion Report sent
# receipt = 2026-09-30
# review = 2026-10-05
# review_result = "concluded"       # concluded, further testing, refused
# quality_gate = 2026-10-08
# certificate = 2026-10-12
# certificate_reference = "..."
"""


def _string(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too, for text without lone surrogates."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
