"""``uept init``: a folder to rehearse in, with keys and a small client that works at once."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.output import json_option, print_json, say

_ROLES = ("IS", "ES", "GS", "ED", "GT", "RSA", "OU")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--role", type=click.Choice(_ROLES), required=True, help="User Role to rehearse.")
@click.option(
    "--driver",
    type=click.Choice(["command", "http", "python", "browser", "manual", "observe"]),
    default="command",
    show_default=True,
    help="How your system is asked.",
)
@click.option(
    "--pki", type=click.Path(path_type=Path), help="PKI folder or keystore.json to import; default: test keys are made."
)
@click.option("--ci", "pipeline", type=click.Choice(["github", "gitlab"]), help="Write a pipeline too.")
@click.option(
    "--receive-port", type=click.IntRange(1, 65535), default=9310, show_default=True, help="Of your receiver."
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@json_option
def command(
    folder: Path, role: str, driver: str, pki: Path | None, pipeline: str | None, receive_port: int, *,
    force: bool, as_json: bool,
) -> None:  # fmt: skip
    """Write what a first rehearsal needs into FOLDER (default: here): run file, keys, a small client, README.

    The small client knows 4.1.1 and 8.2: `uept rehearse --settings uept.toml` passes what it can do, marks the rest
    NOT_RUN and prints what to write next. Nothing is overwritten without --force.

    --json prints one object: folder, files, user, next.
    """
    import sys

    from harness.init import NewProject, new_project
    from stubs.app import import_pki, init_pki, load_pki
    from stubs.wire.errors import InputError

    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "keys"
    project = NewProject(role, "", driver, pipeline=pipeline or "", receive_port=receive_port)
    planned = [file.path for file in new_project(project)]
    there = [path for path in (*planned, "keys") if (folder / path).exists()]
    if there and not force:
        raise InputError(f"{folder} already holds {', '.join(there)}", mend="Choose another folder, or give --force")
    if pki is not None:
        import_pki(pki, keys)
    elif not keys.exists():
        init_pki(keys)
    user = next((str(party.eui) for party in load_pki(keys).parties() if role in party.roles), "")
    if not user:
        raise InputError(
            f"no party of {pki or keys} holds role {role}", mend="`uept pki list` shows whose keys are there"
        )
    python = Path(sys.executable).as_posix()  # of Windows too: a backslash is an escape in TOML and in command lines
    python = python if " " not in python else "python3"
    made = new_project(NewProject(role, user, driver, "keys", pipeline or "", python, receive_port, receive_port + 1))
    for file in made:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
    steps = [f"cd {folder}"] if folder != Path() else []
    steps.append("uept rehearse --settings uept.toml")
    if as_json:
        print_json({"folder": str(folder), "files": [*planned, "keys"], "user": user, "next": steps})
        return
    say(f"role {role} as User {user}; keys are test keys" if pki is None else f"role {role} as User {user}")
    for path in [*planned, "keys/"]:
        say(f"  {path}")
    say(f"next: {' && '.join(steps)}")
