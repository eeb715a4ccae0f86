"""``uept settings``: which values are in force and where each comes from; every key there is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from harness.cli.output import json_option, print_json, print_table, settings_option


@click.group()
def command() -> None:
    """Show the settings in force, and every key of the run file."""


@command.command()
@settings_option("TOML run file.")
@click.option("--all", "is_all", is_flag=True, help="Defaults too, not only what somebody chose.")
@json_option
def show(settings: Path | None, *, is_all: bool, as_json: bool) -> None:
    """Print each value in force and where it comes from: file and line, variable, driver, or default.

    The environment counts as it does for `uept rehearse`; flags of a command do not. --json prints a list: key, value,
    origin.
    """
    from harness.settings import settings_in_force
    from harness.settings_reference import as_toml, setting_keys

    in_force = settings_in_force(settings, None, os.environ)
    rows: list[dict[str, Any]] = []
    for key in setting_keys():
        origin = in_force.origins.get(key.key, "default")
        if key.is_table or (not is_all and not as_json and origin == "default"):
            continue
        value = _value_of(in_force.settings, key.key)
        rows.append({"key": key.key, "value": value, "origin": origin})
    if as_json:
        print_json([row | {"value": _plain(row["value"])} for row in rows])
    else:
        print_table(
            ["key", "value", "from"], [[row["key"], as_toml(row["value"]) or "-", row["origin"]] for row in rows]
        )


@command.command()
@click.argument("word", default="")
@json_option
def keys(word: str, *, as_json: bool) -> None:
    """List the keys of the run file whose name or meaning holds WORD: type, default, variable, flag, meaning.

    --json prints a list: key, type, default, variable, flag, meaning.
    """
    from harness.settings_reference import setting_keys

    found = [key for key in setting_keys() if word.lower() in f"{key.key} {key.meaning}".lower() and not key.is_table]
    if as_json:
        print_json(
            [
                {
                    "key": key.key,
                    "type": key.type,
                    "default": key.default,
                    "variable": key.variable,
                    "flag": key.flag,
                    "meaning": key.meaning,
                }
                for key in found
            ]
        )
    else:
        print_table(
            ["key", "type", "default", "flag", "meaning"],
            [[key.key, key.type, key.default or "-", key.flag or "-", key.meaning] for key in found],
        )


def _value_of(settings: Any, key: str) -> Any:
    """Return the value of a dotted key; None when one of its tables is left out."""
    for name in key.split("."):
        settings = getattr(settings, name, None)
    return settings


def _plain(value: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(value, str_keys=True)
