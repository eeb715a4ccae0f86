"""A plan written down: TOML that says which scenarios run, in which order, and which do not, each with the reason."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from harness.plan.library import LibraryScenario
from stubs.wire.errors import InputError

_HEAD = """\
# A plan for `uept rehearse --plan FILE`: exactly the scenarios of `include` run, in this order.
# Move a key from `include` to [exclude], with the reason, to leave it out.
"""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """Keys in the order in which they run, and keys left out with the reason."""

    include: tuple[str, ...]
    exclude: dict[str, str]

    def text(self) -> str:
        """Return the file's text in TOML."""
        included = "".join(f"  {json.dumps(key)},\n" for key in self.include)
        excluded = "".join(f"{json.dumps(key)} = {json.dumps(why)}\n" for key, why in self.exclude.items())
        return f"{_HEAD}include = [\n{included}]\n\n[exclude]\n{excluded}"


def read_plan_file(path: Path, library: tuple[LibraryScenario, ...]) -> PlanFile:
    """The plan in a file. Raises: InputError: not readable, not such a plan, or a key that no scenario has."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", mend="Write a plan with `uept plan --write FILE`.") from error
    except (ValueError, RecursionError) as error:  # tomllib also says ValueError, of a number too long
        raise InputError(f"{path}: {error}", mend="Write a plan with `uept plan --write FILE`.") from error
    include: Any = content.get("include")
    exclude: Any = content.get("exclude", {})
    if not _is_a_plan(content, include, exclude):
        raise InputError(
            f"{path}: a plan is `include`, a list of scenario keys, and [exclude], keys with the reason of each",
            mend="Write one with `uept plan --write FILE` and change that.",
        )
    known = {scenario.key for scenario in library}
    for key in (*include, *exclude):
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise InputError(f"{path}: no scenario is called {key!r}", mend=f"Meant {near[0]}?" if near else "Mend it.")
    both = set(include) & set(exclude)
    twice = [key for key in dict.fromkeys(include) if include.count(key) > 1]
    if both or twice:
        raise InputError(f"{path}: named twice: {', '.join(sorted(both) or twice)}", mend="Name each key once.")
    return PlanFile(tuple(include), dict(exclude))


def _is_a_plan(content: dict[str, Any], include: Any, exclude: Any) -> bool:
    return (
        content.keys() <= {"include", "exclude"}
        and isinstance(include, list)
        and isinstance(exclude, dict)
        and all(isinstance(key, str) for key in include)
        and all(isinstance(why, str) and why.strip() for why in exclude.values())
    )
