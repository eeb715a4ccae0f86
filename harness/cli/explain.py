"""``uept explain``: what a code, rule, check, alert, service or event means and what to do."""

from __future__ import annotations

from dataclasses import asdict

import click

from harness.cli.output import json_option, print_json, say


@click.command()
@click.argument("subject", metavar="CODE|RULE|CHECK|EVENT")
@json_option
def command(subject: str, *, as_json: bool) -> None:
    """Explain a response code, rule, check, alert code, service or event: meaning, why here, what to do, source.

    Exit code 2 when nothing has that name. --json prints a list: subject, kind, meaning, why, mend, source, related.
    """
    from harness.explanations import explain

    found = explain(subject)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for number, one in enumerate(found):
        if number:
            say("")
        say(f"{one.subject} ({one.kind})")
        lines = (("means", one.meaning), ("why", one.why), ("to do", one.mend), ("source", one.source))
        for name, text in lines:
            if text:
                say(f"  {name.ljust(8)}{text}")
        if one.related:
            say(f"  {'see'.ljust(8)}{', '.join(f'uept explain {name}' for name in one.related)}")
