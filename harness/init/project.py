"""Makes the files of a new rehearsal folder from the choices of one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

DRIVERS: Mapping[str, str] = {
    "command": "command:{python} client.py",
    "http": "http:http://127.0.0.1:{act_port}/act",
    "python": "python:party:make_driver",
    "browser": "browser:pages.py",
    "manual": "manual",
    "observe": "observe",
}
"""Values of ``--driver``, and the driver that the run file then names."""

FIRST: Mapping[str, str] = {
    "IS": "SR-201 and srv:4.1.1, SR-601, SR-602",
    "ES": "SR-601",
    "GS": "SR-207 and srv:4.1.1, SR-601",
    "ED": "SR-212 and srv:4.1.1, SR-601",
    "GT": "SR-601",
    "RSA": "SR-601",
    "OU": "SR-218 and srv:4.1.1, SR-601, SR-602",
}
"""Role to the scenarios that a new folder selects: what the small client, which knows 4.1.1 and 8.2, can pass."""
FIRST_PAGES = "SSI-001"
"""And those of the Self-Service Interface, with a driver that has a browser."""

_BY_PERSONS = frozenset({"manual", "observe"})
_OTHER_DRIVER = 'OTHER_DRIVER = "reference"'
_PIPELINES = {"github": (".github/workflows/uept.yml", "github.yml"), "gitlab": (".gitlab-ci.yml", "gitlab.yml")}
_MEANINGS = {
    "uept.toml": "how to rehearse: role, driver, addresses, keys",
    "client.py": "the small client: 4.1.1 and 8.2; make it yours or call yours from it",
    "receiver.py": "the receive-response endpoint, runs beside the rehearsal",
    "endpoint.py": "the small client as a service",
    "party.py": "the small client as a Python object",
    "pages.py": "what your people's browser does on the Self-Service Interface; the small client does the rest",
    ".github/workflows/uept.yml": "the pipeline",
    ".gitlab-ci.yml": "the pipeline",
    ".gitignore": "what is not kept in version control",
}


_NEXT = {
    False: """\
The end of a run names the service that most scenarios wait for. Add it to `SERVICES` in `client.py`, widen `select` in
`uept.toml`, and run again. A scenario that is NOT_RUN names the action your client could not do.""",
    True: """\
Start your own system first: it signs with the keys in `keys/`, sends to the addresses that `uept.toml` fixes
(`http://127.0.0.1:8079/api/v1/serviceT`, `serviceS`, `serviceD`), and receives at `receive_url`. The run names user,
device and values of each request: do it in your system. When that passes, widen `select` in `uept.toml`.""",
}
"""Next steps of a colleague, by whether persons act."""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One file to write: path below the folder, text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class NewProject:
    """The choices: role and User ID to act as, how the client is asked, where the keys are, which pipeline."""

    role: str
    user: str
    driver: str = "command"
    pki: str = "keys"
    pipeline: str = ""
    python: str = "python3"
    receive_port: int = 9310
    act_port: int = 9311


def new_project(project: NewProject) -> tuple[ProjectFile, ...]:
    """The files of a new rehearsal folder; keys are not among them."""
    chosen = tuple(_files(project))
    listing = "\n".join(f"- `{one.path}`: {_MEANINGS[one.path]}" for one in chosen)
    words = {"ROLE": project.role, "PKI": project.pki, "FILES": listing, "NEXT": _NEXT[project.driver in _BY_PERSONS]}
    readme = _filled("README.md", words)
    return (*chosen, ProjectFile("README.md", readme))


def _files(project: NewProject) -> Iterator[ProjectFile]:
    yield ProjectFile("uept.toml", _run_file(project))
    ports = {"RECEIVE_PORT": str(project.receive_port), "ACT_PORT": str(project.act_port)}
    if project.driver not in _BY_PERSONS:
        yield ProjectFile("client.py", _filled("client.py", ports))
        yield ProjectFile("receiver.py", _filled("receiver.py", ports))
    if project.driver == "http":
        yield ProjectFile("endpoint.py", _filled("endpoint.py", ports))
    if project.driver == "python":
        yield ProjectFile("party.py", _filled("party.py", ports))
    if project.driver == "browser":
        script = files("harness.drivers.reference").joinpath("ssi_pages.py").read_text(encoding="utf-8")
        other = DRIVERS["command"].format(python=project.python)
        yield ProjectFile("pages.py", script.replace(_OTHER_DRIVER, f'OTHER_DRIVER = "{other}"'))
    if project.pipeline:
        path, template = _PIPELINES[project.pipeline]
        yield ProjectFile(path, _filled(template, {}))
    yield ProjectFile(".gitignore", _filled("gitignore", {}))


def _run_file(project: NewProject) -> str:
    is_by_persons = project.driver in _BY_PERSONS
    program = "endpoint.py" if project.driver == "http" else "receiver.py"
    started = '# party_program = "./our-system"' if is_by_persons else f'party_program = "{project.python} {program}"'
    fixed = {"PORT": 8079, "SMKI_PORT": 8083, "SSI_PORT": 8443, "CONTROL_PORT": 8078}
    words = {
        "ROLE": project.role,
        "USER": project.user,
        "SELECT": f"{FIRST[project.role]}, {FIRST_PAGES}" if project.driver == "browser" else FIRST[project.role],
        "PKI": project.pki,
        "DRIVER": DRIVERS[project.driver].format(python=project.python, act_port=project.act_port),
        "PARTY_PROGRAM": started,
        "RECEIVE_URL": f"http://127.0.0.1:{project.receive_port}/smartdcc/duis",
        "DEADLINE": "600.0" if is_by_persons else "30.0",
        **{name: str(port if is_by_persons else 0) for name, port in fixed.items()},
    }
    return _filled("uept.toml", words)


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = files("harness.init").joinpath("templates", f"{template}.txt").read_text(encoding="utf-8")
    for name, value in words.items():
        text = text.replace(f"@{name}@", value)
    return text
