"""An action in whole sentences for a person: every value and address filled in, nothing left blank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.drivers import Action
from schemas.load import Srv, service_requests

_PLAIN = re.compile(r"[\w:+-]+(?:\.[\w:+-]+)*")


NOBODY: frozenset[str] = frozenset()
_MADE_UP = ", a test person that the simulated DCC made up (pass phrase: test_pass_phrase of [dcc.ssi]),"


def sentence(
    template: str, action: Action, device: str = "", person: str = "", made_up: frozenset[str] = NOBODY
) -> str:
    """The text for an action, its words in braces filled in.

    Args:
        template: words: role, user, service, to (device or DCC), from (device, if any), values, how, device, target,
            code, request_id; for the Self-Service Interface ssi, person, signed_in, search, browser.
        action: with everything but its instruction.
        device: what the scenario calls the target; empty: it has no name, or there is none.
        person: who acts on the Self-Service Interface where the action names nobody; empty: not known.
        made_up: names, in lower case, of test persons: nobody of the party's own, so that a reader looks for none.
    """
    text = template
    for name, value in _words(action, device, person, made_up).items():
        text = text.replace(f"{{{name}}}", value)
    return re.sub(r",(?=[.,;])", "", " ".join(text.split()))


def _words(action: Action, device: str, person: str, made_up: frozenset[str]) -> Mapping[str, str]:
    row = service_requests().get(Srv(action.service))
    who = str(action.parameters.get("person") or person or f"one of your people in role {action.role}")
    who += _MADE_UP if who.casefold() in made_up else ""
    target = " ".join(part for part in (device and f"the {device}", action.target) if part)
    return {
        "role": action.role,
        "user": action.user,
        "service": f"{action.service} {row.name}" if row else action.service,
        "device": device or "the device",
        "target": action.target,
        "to": f"to {target}" if target else "to the DCC",
        "from": f"from {target}" if target else "",
        "values": _values(_values_to_enter(action)),
        "how": _how(action.options),
        "code": str(action.parameters.get("code", "")) or "of any code",
        "request_id": str(action.parameters.get("request_id", "")) or "of yours that was accepted last",
        "ssi": action.urls.get("ssi", "") or "its usual address",
        "person": who,
        "signed_in": "without signing in again" if action.options.get("sign_in") is False else f"signed in as {who}",
        "search": _search(action, target),
        "browser": ", in the second of two browsers," if action.options.get("browser") == "second" else "",
    }


def _values_to_enter(action: Action) -> Mapping[str, Any]:
    """Return the values that fill a request or form; the person who fills it in is named separately."""
    return {name: value for name, value in action.parameters.items() if name != "person"}


def _search(action: Action, target: str) -> str:
    """Return what to look for: by the parameters, else the target, else everything."""
    given = ", ".join(
        f"{name} {_written(value)}" for name, value in _values_to_enter(action).items() if value != action.target
    )
    keys = " and ".join(part for part in (target, given) if part)
    return f"for {keys}" if keys else "as a whole"


def _values(parameters: Mapping[str, Any]) -> str:
    given = [f"{name} {_written(value)}" for name, value in parameters.items()]
    return f"with {', '.join(given)}" if given else "with the values you would usually send"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return " and ".join(f"{name} {_written(one)}" for name, one in value.items())
    text = str(value)
    return text if _PLAIN.fullmatch(text) else f'"{text}"'


def _how(options: Mapping[str, Any]) -> str:
    said = []
    if "command_variant" in options:
        said.append(f"Use command variant {options['command_variant']}.")
    if "post_to" in options:
        said.append(f"Post it to the {options['post_to']} service, whatever its variant says.")
    if "token_for" in options:
        said.append(f"Make the token for the meter {options['token_for']}, and send it to this one all the same.")
    if options.get("wait") is False:
        said.append("Report as soon as it is acknowledged.")
    else:
        said.append("Follow it to its end.")
    if options.get("wait_for_outcome"):
        said.append("Wait for the alert that tells of its outcome too.")
    if "settle" in options:
        said.append(f"Keep listening for {options['settle']:g} seconds longer.")
    return " ".join(said)
