"""The run file: sources, precedence, and errors that name file, line and key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.settings import RehearsalSettings, SettingsError, fields, json_schema, load_settings
from schemas.load import UserRole, resource
from tests.campaign_kit import make_campaign


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "uept.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_source_gives_the_defaults() -> None:
    assert load_settings() == RehearsalSettings()


def test_our_own_client_gets_free_ports() -> None:
    assert load_settings().dcc.port == 0
    assert load_settings(flags={"driver": "broken:reuses-counter"}).dcc.smki_port == 0


def test_a_driver_of_others_gets_the_published_ports() -> None:
    assert load_settings(flags={"driver": "manual"}).dcc.port == 8079


def test_file_beats_default(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'roles = ["IS", "GS"]\n[dcc]\nport = 9000\n'))
    assert settings.roles == (UserRole.IS, UserRole.GS)
    assert settings.dcc.port == 9000


def test_environment_beats_file_and_flag_beats_environment(tmp_path: Path) -> None:
    path = write(tmp_path, "deadline = 1\ngrace = 1\npatience = 1\n")
    environment = {"UEPT_GRACE": "2", "UEPT_PATIENCE": "2", "HOME": "/root"}
    settings = load_settings(path, {"patience": 3}, environment)
    assert (settings.deadline, settings.grace, settings.patience) == (1, 2, 3)


def test_environment_reaches_tables_and_lists() -> None:
    settings = load_settings(environment={"UEPT_DCC_PORT": "9001", "UEPT_ROLES": "IS, ED", "UEPT_STRICT": "true"})
    assert (settings.dcc.port, settings.roles, settings.strict) == (9001, (UserRole.IS, UserRole.ED), True)


def test_flags_not_given_change_nothing() -> None:
    assert load_settings(flags={"driver": None, "roles": ()}) == RehearsalSettings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('driver = "reference"\nroels = ["IS"]\n', r"uept\.toml:2: roels: unknown key.*Did you mean 'roles'"),
        ("[dcc]\n\nprot = 1\n", r"uept\.toml:3: dcc\.prot: unknown key.*'dcc\.port'"),
        ('[dcc]\nport = "8079"\n', r"uept\.toml:2: dcc\.port: expected `int`, got `str`"),
        ("[dcc]\nport = 70000\n", r"uept\.toml:2: dcc\.port: expected `int` <= 65535"),
        ('roles = ["IS",\n "XX"]\n', r"uept\.toml:1: roles: invalid enum value 'XX'"),
        ('services = ["99.9"]\n', r"uept\.toml:1: services: '99\.9' is not a service"),
        ('priorities = ["P9"]\n', r"uept\.toml:1: priorities: 'P9' is not P1"),
        ('select = "and"\n', r"uept\.toml:1: select: a pattern is missing"),
        ('[users]\nIS = "nobody"\n', r"uept\.toml:2: users\.IS: not an EUI-64"),
        ('scenarios = "nowhere"\n', r"uept\.toml:1: scenarios: 'nowhere' is not a folder"),
        ("jobs = 0\n", r"uept\.toml:1: jobs: expected `int` >= 1"),
        (
            'jobs = 2\ndriver = "observe"\n',
            r"uept\.toml:1: jobs: 2 workers cannot share.*'observe' asks the one system",
        ),
        ('driver = "http://h/a"\njobs = 2\n', r"uept\.toml:2: jobs: .*asks the one system.*or set jobs = 1"),
        ('jobs = 2\nreceive_url = "http://h/"\n', r"uept\.toml:1: jobs: .*one receive_url"),
        ("jobs = 2\n[dcc]\nport = 8079\n", r"uept\.toml:1: jobs: .*a port of \[dcc\]"),
        ("jobs = 2\n[dcc]\nstate_dir = 'x'\n", r"uept\.toml:1: jobs: .*state_dir is for one"),
        ("driver = \n", r"uept\.toml:1: not TOML: Invalid value"),
        ("[dcc]\nport = 5000\nsmki_port = 5000\n", r"uept\.toml:2: dcc\.port: .*must differ"),
        ("[dcc]\nhost = '0.0.0.0'\n", r"uept\.toml:1: dcc\.tls: .*loopback only"),
        ('receive_url = "nonsense"\n', r"uept\.toml:1: receive_url: 'nonsense' is no web address: expected http"),
        ('[dcc]\nreceive_url = "http://h:99999/"\n', r"uept\.toml:2: dcc\.receive_url: .*no web address"),
        ('[dcc.receive_urls]\nzz = "http://h/"\n', r"uept\.toml:2: dcc\.receive_urls\.zz: not an EUI-64"),
        ('[dcc.receive_urls]\n"A0-B1-C2-D3-E4-01-00-00" = "h"\n', r"uept\.toml:2: dcc\.receive_urls.*no web address"),
        ('clock_start = "yesterday"\n', r"uept\.toml:1: clock_start: .*expected ISO 8601"),
        ('clock_start = "2026-01-01T00:00:00"\n', r"uept\.toml:1: clock_start: .* has no zone"),
        ('clock_start = "9999-12-31T00:00:00Z"\n', r"uept\.toml:1: clock_start: .* is not between"),
        ('[dcc.rules]\nnosuch = "E1"\n', r"uept\.toml:2: dcc\.rules\.nosuch: 'nosuch' is not a rule"),
        ('[dcc.rules]\nxml = "E99999"\n', r"uept\.toml:2: dcc\.rules\.xml: 'E99999' is neither"),
        ('[dcc.dcc_alert_codes]\nx = "N1"\n', r"uept\.toml:2: dcc\.dcc_alert_codes\.x: 'x' is not an occasion"),
        ('[dcc.thresholds]\n"9.9" = 1\n', r"uept\.toml:\d: dcc\.thresholds\.9\.9: '9\.9' is not a service"),
        ('[dcc.thresholds]\n"*" = -1\n', r"dcc\.thresholds\.\*: expected 0 or more"),
        ('[dcc.tls]\ncertificate = "a.pem"\nkey = "a.key"\n', r"uept\.toml:2: dcc\.tls\.certificate: there is no file"),
        ('[dcc]\ncounter_rule = "x"\n', r"uept\.toml:2: dcc\.counter_rule: .*expected one of increasing"),
        ('roles = ["XX"]\n', r"uept\.toml:1: roles: .*expected one of IS"),
        ('[users]\nXX = "A0-B1-C2-D3-E4-01-00-00"\n', r"uept\.toml:\d: users: .*expected one of IS"),
        ("patience = inf\n", r"uept\.toml:1: patience: expected 0 to"),
        ("[dcc]\ndevice_latency = inf\n", r"uept\.toml:2: dcc\.device_latency: expected 0 to"),
        ("[dcc]\ndevice_latency = 1e300\n", r"uept\.toml:2: dcc\.device_latency: expected 0 to"),
        ("[dcc]\ndelivery_retries = [1.0, 1e300]\n", r"uept\.toml:2: dcc\.delivery_retries: expected 0 to"),
        ("[dcc]\nmax_future_days = -1\n", r"uept\.toml:2: dcc\.max_future_days: expected 0 or more"),
        ('[dcc]\nschema_versions = ["new"]\n', r"uept\.toml:2: dcc\.schema_versions: 'new' is no version"),
        ('[dcc]\nschedule_time = "noon"\n', r"uept\.toml:2: dcc\.schedule_time: 'noon' is no time"),
        ('[dcc]\nquarantine_rejected = "E1234"\n', r"dcc\.quarantine_rejected: 'E1234' is not a response code"),
        ('[dcc.eligible_roles]\n"8.5" = ["XX"]\n', r"dcc\.eligible_roles\.8\.5: 'XX' is not a User Role"),
        ('[dcc.dcc_thresholds]\n"9.9" = 1\n', r"dcc\.dcc_thresholds\.9\.9: '9\.9' is not a service"),
        ('[dcc.attribute_limits."1.6"]\nx = [2, 1]\n', r"dcc\.attribute_limits\.1\.6\.x: expected the least"),
        ("a = " + "[" * 5000 + "]" * 5000 + "\n", r"uept\.toml: nested too deeply"),
    ],
)
def test_a_wrong_setting_is_named_with_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        load_settings(write(tmp_path, text))
    assert caught.value.exit_code == 2


def test_a_wrong_flag_is_named() -> None:
    with pytest.raises(SettingsError, match=r"--select: a pattern is missing"):
        load_settings(flags={"select": "and"})


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"UEPT_ROELS": "IS"}, r"UEPT_ROELS: unknown variable\. Did you mean UEPT_ROLES"),
        ({"UEPT_DCC_PORT": "many"}, r"UEPT_DCC_PORT \(dcc\.port\): expected `int`, got `str`"),
    ],
)
def test_a_wrong_variable_is_named(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environment=environment)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "uept.toml"
    path.write_bytes(b'\xef\xbb\xbfseed = "a"\n')
    assert load_settings(path).seed == "a"


def test_a_role_given_twice_counts_once() -> None:
    assert load_settings(flags={"roles": ("IS", "GS", "IS")}).roles == (UserRole.IS, UserRole.GS)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: No such file.*existing file"):
        load_settings(tmp_path / "absent.toml")


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "uept.toml"
    path.write_bytes(b'seed = "a"\n# \xff\n')
    with pytest.raises(SettingsError, match=r"uept\.toml:2: not UTF-8"):
        load_settings(path)


def test_every_key_can_be_set_in_the_environment() -> None:
    names = [f"UEPT_{key.replace('.', '_').upper()}" for key in fields()]
    assert len(names) == len(set(names))


def test_a_table_where_a_value_belongs_is_a_type_error(tmp_path: Path) -> None:
    flags: dict[str, Any] = {"dcc.port": 1}
    with pytest.raises(SettingsError, match="dcc: expected `object`, got `int`"):
        load_settings(write(tmp_path, "dcc = 5\n"), flags)


def test_the_published_schema_is_the_one_in_force() -> None:
    published = json.loads(resource("run", "settings.schema.json").read_text(encoding="utf-8"))
    mend = "regenerate it: python -m harness.settings > schemas/run/settings.schema.json"
    assert published == json_schema(), mend


def test_the_published_schema_accepts_the_defaults_and_refuses_a_typing_error() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid({"roles": ["IS"], "dcc": {"port": 8079}})
    assert not validator.is_valid({"roels": ["IS"]})


def test_one_user_id_for_roles_that_may_not_share_it_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "uept.toml"
    file.write_text('[users]\nIS = "90-B3-D5-1F-30-01-00-00"\nGS = "90-B3-D5-1F-30-01-00-00"\n')
    assert len(load_settings(file).users) == 2
    file.write_text('[users]\nIS = "90-B3-D5-1F-30-01-00-00"\nOU = "90-b3-d5-1f-30-01-00-00"\n')
    with pytest.raises(SettingsError, match="one User ID serves one role"):
        load_settings(file)


def test_the_campaign_gives_deviations_and_the_system_under_test(tmp_path: Path) -> None:
    more = '[[deviations]]\nid = "D"\nkind = "service unused"\nservices = ["9.1", "7.1"]\nreason = "r"\neffect = "e"\n'
    make_campaign(tmp_path, build="7", more=more)
    settings = load_settings(tmp_path / "uept.toml")
    assert [one.service for one in settings.deviations] == ["9.1", "7.1"]
    assert (settings.system.name, settings.system.build) == ("Client", "7")
    told = load_settings(tmp_path / "uept.toml", environment={"UEPT_SYSTEM_BUILD": "8"})
    assert told.system.build == "8"
    file = tmp_path / "uept.toml"
    file.write_text(file.read_text() + '[[deviations]]\nservice = "9.1"\n')
    with pytest.raises(SettingsError, match="the campaign holds the deviations"):
        load_settings(file)
    file.write_text('campaign = "elsewhere"\n')
    with pytest.raises(SettingsError, match=r"uept.toml:1: campaign: .* holds no campaign.toml"):
        load_settings(file)
