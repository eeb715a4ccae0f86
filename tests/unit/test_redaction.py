"""Settings that may be shown: by type, and nothing of a secret in any encoding."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from harness.engine.rehearsal import facts_of
from harness.plan import library_folder, load_library, make_plan
from harness.settings import RehearsalSettings, SettingsError, fields, load_settings
from stubs.redaction import shown_address, shown_driver, shown_driver_facts, shown_path, shown_text
from stubs.settings import DccSettings

MARK = "hunter2secret"
SHOWN_AS_THEY_ARE = {
    "system.name",
    "system.version",
    "system.build",
    "clock_start", "dcc.answer_schema_version", "dcc.host", "dcc.paths.non_device", "dcc.paths.send_command",
    "dcc.paths.transform", "dcc.quarantine_rejected", "dcc.schedule_time", "dcc.seed", "load.profile", "load.user",
    "seed", "select",
}  # fmt: skip
"""Texts that hold neither secret nor address nor file."""


def encodings(text: str) -> list[bytes]:
    """A text as it may stand in a file: plain, other alphabets, hexadecimal, base64 at each of its three alignments."""
    octets = text.encode()
    found = [octets, text.encode("utf-16-le"), octets.hex().encode(), octets.hex().upper().encode(), octets[::-1]]
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + octets + b"\0" * (-(shift + len(octets)) % 3))
        found.append(whole[4 if shift else 0 : -4])
    return found


def holding(mark: str) -> RehearsalSettings:
    """Settings with a marked secret wherever one may stand."""
    dcc: dict[str, Any] = {
        "control_token": mark,
        "pki": f"/home/{mark}/keys",
        "state_dir": f"/home/{mark}/state",
        "receive_url": f"http://127.0.0.1:9/in?token={mark}",
        "receive_urls": {"A0-B1-C2-D3-E4-01-00-00": f"https://127.0.0.1/{'x'}?{mark}#{mark}"},
        "tls": {"certificate": f"/{mark}/c.pem", "key": f"/{mark}/k.pem", "ca": f"/{mark}/ca.pem"},
        "delivery_tls": {"certificate": f"/{mark}/c.pem", "key": f"/{mark}/k.pem", "ca": f"/{mark}/ca.pem"},
        "ssi": {"test_pass_phrase": mark, "persons": [{"name": "a", "user": "b", "pass_phrase": mark}]},
    }
    return msgspec.convert(
        {
            "driver": f"command:/opt/{mark}/prog --token {mark}",
            "receive_url": f"http://127.0.0.1:9/in?token={mark}",
            "out": f"/home/{mark}/out",
            "driver_tls": {"certificate": f"/{mark}/c.pem", "key": f"/{mark}/k.pem", "ca": f"/{mark}/ca.pem"},
            "party_program": f"/opt/{mark}/prog --token {mark}",
            "dcc": dcc,
        },
        RehearsalSettings,
    )


def marks(struct: type[msgspec.Struct], prefix: str = "") -> dict[str, str]:
    """How each text of the settings is shown, by dotted key."""
    found: dict[str, str] = {}
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        kinds, mark = [field.type], ""
        while kinds:
            kind = kinds.pop()
            if isinstance(kind, msgspec.inspect.Metadata):
                mark = (kind.extra or {}).get("shown", mark)
                kinds.append(kind.type)
            elif isinstance(kind, msgspec.inspect.UnionType):
                kinds += kind.types
            elif isinstance(kind, msgspec.inspect.StructType):
                found |= marks(kind.cls, f"{prefix}{field.name}.")
            elif isinstance(kind, msgspec.inspect.StrType):
                found[f"{prefix}{field.name}"] = mark
    return found


def test_every_text_of_the_settings_says_by_its_type_how_it_is_shown() -> None:
    plain = {key for key, mark in marks(RehearsalSettings).items() if not mark}
    assert plain == SHOWN_AS_THEY_ARE, "a new setting is a Secret, FilePath, Address, DriverText, or is listed here"
    assert set(fields())


def test_no_marked_secret_gets_into_the_record_of_a_run() -> None:
    settings = holding(MARK)
    library = load_library(library_folder())
    facts = msgspec.json.encode(facts_of(settings, make_plan(library, settings)))
    for encoded in encodings(MARK):
        assert encoded not in facts
    assert facts.count(b'"redacted"') == 3  # token and pass phrases


def test_the_digest_of_the_settings_does_not_tell_a_secret() -> None:
    library = load_library(library_folder())
    one, other = (facts_of(holding(mark), make_plan(library, holding(mark))) for mark in ("secret", "guess1"))
    assert one["settings_digest"] == other["settings_digest"]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (shown_address("https://u:p@h:1/a?b=c#d"), "https://redacted@h:1/a?redacted"),
        (shown_address("http://[::1]:8080/x"), "http://[::1]:8080/x"),
        (shown_address("http://h:99999999/"), "redacted"),
        (shown_path("/home/a/keys/"), "…/keys"),
        (shown_path("keys"), "keys"),
        (shown_path("C:\\users\\a\\keys"), "…/keys"),
        (shown_driver("command:'/opt/my prog' --token x"), "command:…/my prog redacted"),
        (shown_driver("command:unbalanced '"), "command:redacted"),
        (shown_driver("http:https://u:p@h/act"), "http:https://redacted@h/act"),
        (shown_driver("http://u:p@h/act"), "http://redacted@h/act"),
        (shown_driver("broken:never-signs"), "broken:never-signs"),
        (shown_text("cannot open /home/a/x.pem at http://u:p@h/"), "cannot open …/x.pem at http://redacted@h/"),
    ],
)
def test_what_is_shown_of_addresses_paths_and_commands(shown: str, expected: str) -> None:
    assert shown == expected


def test_of_a_drivers_command_line_only_the_program_is_shown() -> None:
    facts = shown_driver_facts({"command": ["/opt/prog", "--token", MARK], "address": f"http://a:{MARK}@h/", "n": [1]})
    assert MARK not in str(facts)
    assert facts["n"] == [1]


@pytest.mark.parametrize("key", ["receive_url", "dcc.receive_url"])
def test_a_receive_url_with_credentials_is_refused_without_telling_them(key: str) -> None:
    with pytest.raises(SettingsError, match="without user name and password") as refused:
        load_settings(None, {key: f"http://me:{MARK}@127.0.0.1/"})
    assert MARK not in str(refused.value)
    assert DccSettings().receive_url is None
