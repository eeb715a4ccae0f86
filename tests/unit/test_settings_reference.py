"""Every key of the run file has a type, a meaning and its flag; ``uept settings`` says where values come from."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import click
import pytest

from harness.cli import cli, load, rehearse, serve
from harness.cli import run as run_command
from harness.settings import SettingsError, load_settings, settings_in_force
from harness.settings_reference import FLAGS, SettingKey, as_toml, setting_keys
from stubs.wire.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
KEYS = {key.key: key for key in setting_keys()}


@pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
def test_every_key_has_a_type_and_a_meaning(key: SettingKey) -> None:
    assert key.type != "any value"
    assert len(key.meaning) > 4


def test_types_are_told_in_words_with_their_limits() -> None:
    assert KEYS["jobs"].type == "whole number from 1 to 64"
    assert KEYS["dcc.counter_rule"].type == "`increasing` or `increasing-per-target` or `unique`"
    assert KEYS["users"].type == "table of one of IS, ES, GS, RSA, ED, GT, OU to text"
    assert KEYS["deadline"].default == "30.0"


@pytest.mark.parametrize(
    ("command", "keys"),
    [
        (rehearse.command, [key for key in FLAGS if not key.startswith("load.")]),
        (serve.command, [key for key in FLAGS if key.startswith("dcc.")]),
        (load.command, [key for key in FLAGS if key.startswith("load.")]),
    ],
    ids=["rehearse", "serve", "load"],
)
def test_the_flags_named_are_those_of_the_commands(command: click.Command, keys: list[str]) -> None:
    options = {name for one in command.params if isinstance(one, click.Option) for name in one.opts}
    of_serve = {"dcc.workers", "dcc.state_dir", "dcc.receive_url"} if command is rehearse.command else set()
    assert set(keys) <= set(KEYS)
    assert {FLAGS[key] for key in set(keys) - of_serve} <= options


def test_a_wrong_value_is_told_by_the_flag_that_gave_it() -> None:
    with pytest.raises(SettingsError, match=r"^--jobs: expected"):
        load_settings(flags={"load.senders": 0})


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), ([1, 2.5], "[1, 2.5]"), ({"a": 'b"'}, '{"a" = "b\\""}'), ("ü", '"ü"')],
)
def test_values_are_shown_as_toml_writes_them(value: object, text: str) -> None:
    assert as_toml(value) == text


def test_the_origin_of_each_value_is_known(tmp_path: Path) -> None:
    path = tmp_path / "uept.toml"
    path.write_text('deadline = 5\n\n[dcc]\nport = 9000\n\n[users]\nIS = "90-B3-D5-1F-30-01-00-00"\n')
    found = settings_in_force(path, {"driver": "http://127.0.0.1:1/act"}, {"UEPT_GRACE": "2"}).origins
    assert found["deadline"] == f"{path}:1"
    assert found["dcc.port"] == f"{path}:4"
    assert found["users"] == f"{path}:6"
    assert found["grace"] == "UEPT_GRACE"
    assert found["driver"] == "--driver"
    assert "patience" not in found


def test_what_the_driver_decides_is_said_so() -> None:
    found = settings_in_force(None, {"driver": "manual"}).origins
    assert found["deadline"] == "because of driver 'manual'"


def test_settings_show_prints_values_with_their_origin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "uept.toml"
    path.write_text("jobs = 2\n")
    assert run_command(["settings", "show", "--settings", str(path), "--json"]) == 0
    rows = {row["key"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["jobs"] == {"key": "jobs", "value": 2, "origin": f"{path}:1"}
    assert rows["patience"]["origin"] == "default"


def test_settings_keys_finds_by_name_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["settings", "keys", "Deadline", "--json"]) == 0
    assert {row["key"] for row in json.loads(capsys.readouterr().out)} >= {"deadline", "grace"}


def test_an_unknown_key_names_the_nearest_one_or_the_command_that_lists_them(tmp_path: Path) -> None:
    path = tmp_path / "uept.toml"
    path.write_text("patiense = 3\n")
    with pytest.raises(InputError, match=r"unknown key.*patience"):
        settings_in_force(path)
    path.write_text("zzzzqqqq = 3\n")
    with pytest.raises(InputError, match="uept settings keys"):
        settings_in_force(path)


def test_the_page_of_settings_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("settings_page", ROOT / ".ci" / "settings_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == module.page(), "write it again: make docs"


def test_the_command_is_known() -> None:
    assert cli.get_command(click.Context(cli), "settings") is not None
