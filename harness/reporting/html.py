"""``report.html``: one offline file a test manager can decide from, every message two clicks from its verdict."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from random import Random
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from harness.evidence.certificates import public_keys
from harness.evidence.messages import file_name
from harness.evidence.stored_entries import between, of_kinds
from harness.reporting import coverage_map, sequence, traffic
from harness.reporting.attention import grouped
from harness.reporting.decoding import Known, Part, decode
from harness.reporting.model import Report, Scenario, entries_of
from stubs.events import ChainTimeStamped, ClockMoved, CommandSent, DeviceAnswered, Entry, TimeStampFailed
from stubs.wire.gbcs.view import Commands, ViewKeys


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message as the page shows it."""

    anchor: str
    seq: int
    time: str
    sender: str
    receiver: str
    label: str
    detail: str
    entry: int
    """Journal entry that holds the exact bytes."""
    file: str
    size: str
    digest: str
    values: Mapping[str, Any]
    xml: str
    parts: tuple[Part, ...]
    hex: str


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """One scenario with its messages."""

    scenario: Scenario
    messages: tuple[MessageView, ...]
    diagram: Markup
    anchors: Mapping[int, str]
    """Journal entry to the id of the message that shows it."""
    search: str


REPORT = "report.html"
SCENARIOS = "scenarios/"
"""Folder beside the report, of the pages of its scenarios."""
LARGEST = 4_000_000
"""Characters of all scenarios together up to which they stand in the report itself: a browser opens it at once."""


def render(report: Report, entries: Sequence[Entry], largest: int = LARGEST) -> dict[str, bytes]:
    """All of ``pages`` at once, by path."""
    return dict(pages(report, entries, largest))


def pages(report: Report, entries: Sequence[Entry], largest: int = LARGEST) -> Iterator[tuple[str, bytes]]:
    """Path and page (UTF-8): one offline file; or, of a large run, a page for each scenario, and last the report.

    Args:
        report: from ``harness.reporting.model.build``.
        entries: the run's journal.
        largest: characters of all scenarios together from which on they get pages of their own.
    """
    environment = _environment()
    style, script = _source("report.css"), _source("report.js")
    shared = {
        "report": report,
        "style": Markup(style),  # noqa: S704 - our own file, not data
        "script": Markup(script),  # noqa: S704 - our own file, not data
        "script_digest": b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    own = environment.get_template("scenario_page.html")
    at = {page_of(scenario.key): scenario for scenario in report.scenarios}  # foreign keys may lead to one place
    views, waiting, size = [], [], 0
    for view, article in _articles(report, entries):
        views.append(view)
        waiting.append((view, article))
        size += len(article)
        if size > largest:  # what was written is let go: of all scenarios together it fills the memory
            yield from (
                _page(own, shared, *one) for one in waiting if one[0].scenario is at[page_of(one[0].scenario.key)]
            )
            waiting.clear()
    is_divided = size > largest
    page = environment.get_template(
        REPORT
    ).render(
        **shared,
        headline=_headline(report),
        sentences=_sentences(report),
        coverage_map=Markup(coverage_map.draw(report.coverage)),  # noqa: S704 - every text in it is escaped
        covered=[row for row in report.coverage if row.positive or row.negative],
        attention=grouped(report.scenarios),
        wall_clock=str(report.facts.get("wall_clock", ""))[:19].replace("T", " "),
        scenarios=views,
        articles=[article for _, article in waiting],
        is_divided=is_divided,
        place=page_of if is_divided else _anchor_of,
        clock_moves=list(clock_moves(report, entries)),
        picked=_picked(report),
        time_stamps=_stamps(entries),
        environment={key: value for key, value in report.facts.items() if key != "certificates"},
    )
    yield REPORT, _octets(page)


def _articles(report: Report, entries: Sequence[Entry]) -> Iterator[tuple[ScenarioView, Markup]]:
    """Each scenario as the table of all shows it, and written out."""
    keys = public_keys(entries)
    drawn = _environment().get_template("scenario.html")
    for scenario in report.scenarios:
        view = _scenario_view(scenario, entries, keys)
        article = Markup(drawn.render(view=view))  # noqa: S704 - rendered with escaping
        yield replace(view, messages=(), diagram=Markup(""), anchors={}), article


def _page(own: Template, shared: Mapping[str, Any], view: ScenarioView, article: Markup) -> tuple[str, bytes]:
    scenario = view.scenario
    return page_of(scenario.key), _octets(own.render(**shared, scenario=scenario, article=article))


def _octets(page: str) -> bytes:
    return page.replace("\0", "\N{REPLACEMENT CHARACTER}").encode()


def _anchor_of(key: str) -> str:
    return f"#{key}"


def page_of(key: str) -> str:
    """Path of a scenario's page; a key of a foreign plan may hold any character, and names no other folder."""
    return f"{SCENARIOS}{_OTHER.sub('-', key)}.html"


_OTHER = re.compile(r"[^A-Za-z0-9_.-]|^\.+")


@dataclass(frozen=True, slots=True)
class ClockMove:
    """One move of the run's clock: in which scenario (empty: between two), from when to when, and how."""

    key: str
    before: datetime
    after: datetime
    how: str
    entry: int


def clock_moves(report: Report, entries: Sequence[Entry]) -> Iterator[ClockMove]:
    """The ledger of the clock: every move, in order."""
    slices = [(scenario.first, scenario.last, scenario.key) for scenario in report.scenarios]
    for entry in of_kinds(entries, ClockMoved):
        if isinstance(entry.event, ClockMoved):
            key = next((key for first, last, key in slices if first <= entry.seq <= last), "")
            before = next(iter(between(entries, entry.seq - 1, entry.seq - 1)), entry)
            yield ClockMove(key, before.at, entry.event.now, entry.event.mode, entry.seq)


def _stamps(entries: Sequence[Entry]) -> str:
    """Return a sentence on the journal's time stamps; whether they can be trusted is the reader's to find out."""
    told_of = [entry.event for entry in of_kinds(entries, ChainTimeStamped, TimeStampFailed)]
    got = [event for event in told_of if isinstance(event, ChainTimeStamped)]
    missed = [event for event in told_of if isinstance(event, TimeStampFailed)]
    told = "none"
    if got:
        names = ", ".join(sorted({event.authority for event in got}))
        told = f"{len(got)} by {names}, from {got[0].stated} to {got[-1].stated}, over entries 1 to {got[-1].entry}"
    failed = f"; {len(missed)} asked for and not got, first: {missed[0].reason}" if missed else ""
    return f"{told}{failed}" if got or missed else "none was asked for"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.reporting"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["instant"] = _instant
    environment.filters["finding"] = lambda check: _finding(
        check.verdict, check.check, check.expected, check.got, check.rule
    )
    environment.filters["json"] = lambda value: json.dumps(value, indent=1, ensure_ascii=False, default=str)
    return environment


@lru_cache(maxsize=4096)
def _finding(verdict: str, check: str, expected: str, got: str, rule: str) -> Markup:
    """A judged check, written out. Most scenarios owe the same ones: the template engine is spared them."""
    told = "".join(
        f'<br><span class="mono">{name}</span> {escape(text)}'
        for name, text in (
            ("expected", expected),
            ("got&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;", got),
            ("rule&nbsp;&nbsp;&nbsp;&nbsp;", rule),
        )
    )
    shown = escape(verdict)
    head = f'<span class="verdict v-{shown}">{shown}</span> <strong>{escape(check)}</strong>'
    return Markup(head + told)  # noqa: S704 - every text in it is escaped


def _source(name: str) -> str:
    loader = _environment().loader
    if loader is None:
        raise LookupError(name)
    return loader.get_source(_environment(), name)[0]


def _instant(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value else "not reached"


def _headline(report: Report) -> str:
    return "; ".join(f"{role.role} {role.verdict}" for role in report.roles) or "no scenario was run"


def _sentences(report: Report) -> str:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.totals.items()) or "no scenario was run"
    whole = (
        "The run went to its end." if report.complete else "The run was interrupted: what follows is what was reached."
    )
    words = len(report.attestations)
    said = f"{words} {'word' if words == 1 else 'words'} of people {'stands' if words == 1 else 'stand'} in it. "
    return (
        f"{sum(report.totals.values())} scenario runs: {counts}. {said if words else ''}{whole} "
        f"{report.pairs_shown} of {report.pairs} pairs of role and service are shown to work; "
        f"{report.refusals_shown} refusals are shown, which show no service to work."
    )


def _picked(report: Report) -> list[str]:
    """Three runs for a reviewer to look at, by the run's own seed, so that every reader is sent to the same."""
    keys = [scenario.key for scenario in report.scenarios]
    return sorted(Random(f"{report.run}{report.journal_head}").sample(keys, min(3, len(keys))))  # noqa: S311 - a pick


def _scenario_view(scenario: Scenario, entries: Sequence[Entry], keys: ViewKeys | None) -> ScenarioView:
    own = entries_of(scenario, entries)
    shown = traffic.messages(own)
    by_seq = {entry.seq: entry for entry in own}
    asked = Commands(entry.event.payload for entry in own if isinstance(entry.event, CommandSent))
    known = Known(asked, keys)
    views = tuple(_message_view(scenario, message, by_seq, known) for message in shown)
    names = {eui: name for name, eui in scenario.devices.items()}
    present, headings = traffic.lanes(shown, names)
    arrows = [
        sequence.Arrow(headings[m.sender], headings[m.receiver], m.label, view.time, m.tone, view.anchor)
        for m, view in zip(shown, views, strict=True)
    ]
    drawn = sequence.draw([headings[lane] for lane in present], arrows, f"Messages of {scenario.key}")
    words = (scenario.key, scenario.title, *scenario.services, *scenario.devices, *(m.label for m in shown))
    return ScenarioView(
        scenario=scenario,
        messages=views,
        diagram=Markup(drawn),  # noqa: S704 - every text in it is escaped
        anchors={view.seq: view.anchor for view in views},
        search=" ".join(words),
    )


def _message_view(
    scenario: Scenario, message: traffic.Message, by_seq: Mapping[int, Entry], known: Known
) -> MessageView:
    body, event = message.body, by_seq[message.seq].event
    xml, parts = decode(body, message.media, known)
    return MessageView(
        anchor=f"{scenario.key}-{message.seq}",
        seq=message.seq,
        time=f"{message.at:%H:%M:%S}.{message.at.microsecond // 1000:03d}",
        sender=message.sender,
        receiver=message.receiver,
        label=message.label,
        detail=message.detail,
        entry=message.held_by or message.seq,
        file=file_name(by_seq.get(message.held_by, by_seq[message.seq])) or "",
        size=f"{len(body)} bytes",
        digest=hashlib.sha256(body).hexdigest() if body else "",
        values=event.values if isinstance(event, DeviceAnswered) else {},
        xml=xml,
        parts=parts,
        hex=body.hex() if message.media == "gbcs" else "",
    )
