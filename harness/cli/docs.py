"""``uept docs``: the documentation of this version, at the prompt."""

from __future__ import annotations

import click

from harness.cli.output import json_option, print_json, print_table, say


@click.command()
@click.argument("page", required=False)
@click.argument("section", required=False, default="")
@json_option
def command(page: str | None, section: str, *, as_json: bool) -> None:
    """Print a page of the documentation, one section of it, or a published file; without PAGE: list the pages.

    `uept docs drivers`, `uept docs drivers time`, `uept docs examples/action-read.json`,
    `uept docs schemas/run/action.schema.json`. Pages are Markdown.

    --json prints a list of pages (name, title), or one object: page, text.
    """
    from harness.pages import page as text_of
    from harness.pages import pages

    if page is not None:
        text = text_of(page, section)
        if as_json:
            print_json({"page": page, "text": text})
        else:
            say(text.rstrip())
        return
    listed = pages()
    if as_json:
        print_json([{"name": one.name, "title": one.title} for one in listed])
        return
    print_table(["page", "about"], [[one.name, one.title] for one in listed])
    say("\nuept docs PAGE prints one")
