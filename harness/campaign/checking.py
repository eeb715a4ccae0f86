"""Rules on a campaign's values beyond their types: known words, sane dates and amounts, dates in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec

from harness.campaign.campaign_file import Campaign, Dates
from harness.campaign.dates import exposure_of
from harness.uep.credit_cover import credit_cover
from harness.uep.user_ids import EuiRange, UserIdProblem, user_id_problems
from schemas.load import Srv, UserRole, scenarios, service_requests
from schemas.process import artefacts, assessment_statuses, entry_criteria, exit_criteria, prerequisites
from stubs.wire.errors import InputError
from stubs.wire.eui64 import Eui64

Problems = Iterator[tuple[str, str]]
"""Key and sentence."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""The Code is younger than the first; a date beyond the last is a slip of the pen."""
_ORDERS = (("notice", "start", "end"), ("report", "receipt", "review", "quality_gate", "certificate"))
"""Dates of a role of which no later one may lie before an earlier one."""


def campaign_problems(campaign: Campaign) -> Problems:
    """Everything wrong with a campaign's values, the first things first."""
    yield from value_problems(campaign)
    yield from _deviations(campaign)
    yield from _criteria(campaign)
    yield from _assessments(campaign)
    for role, entry in campaign.roles.items():
        yield from _order(f"roles.{role}.dates", entry.dates)
    yield from _user_ids(campaign)
    if campaign.credit:
        try:
            credit_cover(exposure_of(campaign))
        except InputError as error:
            yield "credit", str(error)


def value_problems(record: msgspec.Struct) -> Problems:
    """Dates of another century, anywhere in a record."""
    yield from _values("", msgspec.structs.asdict(record))


def year_problem(day: date) -> str:
    """Return the reason why a day cannot be one of the process; empty when it can."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return ""
    return f"{day.isoformat()} is not between {FIRST_YEAR} and {LAST_YEAR}"


def campaign_user_ids(campaign: Campaign) -> Iterator[UserIdProblem]:
    """Every breach of the rule of User IDs in the campaign."""
    users = {role: entry.user_ids for role, entry in campaign.roles.items()}
    yield from user_id_problems(users, [EuiRange.parse(text) for text in campaign.party.eui64_ranges])


def user_id_notes(campaign: Campaign, role: UserRole, tested: Iterable[str]) -> Iterator[str]:
    """Yield each mismatch between a role's User IDs, the Party's ranges, and the User IDs that runs tested."""
    for problem in campaign_user_ids(campaign):
        if role in problem.role.split("/"):
            yield f"{problem.user} {problem.text}"
    named = campaign.roles[role].user_ids
    known = {str(Eui64.parse(text)) for text in named}
    for text in sorted(tested):
        if named and text.upper() not in known:
            yield f"tested as {text}, the campaign names {', '.join(named)}: set users.{role} in the run file"


def _values(key: str, value: Any) -> Problems:
    match value:
        case msgspec.Struct():
            yield from _values(key, msgspec.structs.asdict(value))
        case dict():
            for name, inner in value.items():
                yield from _values(f"{key}.{name}".lstrip("."), inner)
        case tuple():
            for index, inner in enumerate(value):
                yield from _values(f"{key}[{index}]", inner)
        case date():
            if problem := year_problem(value):
                yield key, problem


def _deviations(campaign: Campaign) -> Problems:
    known_criteria = {*entry_criteria(), *exit_criteria()}
    for index, deviation in enumerate(campaign.deviations):
        where = f"deviations[{index}]"
        yield from _unknown(f"{where}.services", deviation.services, service_requests(), "a service")
        yield from _unknown(f"{where}.scenarios", deviation.scenarios, scenarios(), "a scenario of the catalogue")
        yield from _unknown(f"{where}.criteria", deviation.criteria, known_criteria, "a criterion")
        if (deviation.kind == "service unused") != bool(deviation.services):
            yield f"{where}.services", "a deviation of kind 'service unused', and only such a one, names services"
    ids = [one.id for one in campaign.deviations]
    repeated = {one for one in ids if ids.count(one) > 1}
    if repeated:
        yield "deviations", f"an id stands twice: {', '.join(sorted(repeated))}"


def _criteria(campaign: Campaign) -> Problems:
    yield from _unknown("entry_criteria", campaign.entry_criteria, entry_criteria(), "an entry criterion")
    yield from _unknown("exit_criteria", campaign.exit_criteria, exit_criteria(), "an exit criterion")
    for criterion in campaign.exit_criteria:
        if exit_criteria()[criterion].decided == "computed":
            yield f"exit_criteria.{criterion}", "is computed from runs and issues, and not decided by hand"
    yield from _unknown("artefacts", campaign.artefacts, artefacts(), "an artefact")
    yield from _unknown("prerequisites", campaign.prerequisites, prerequisites(), "a prerequisite")


def _assessments(campaign: Campaign) -> Problems:
    statuses = {(row.kind, row.status) for row in assessment_statuses()}
    for index, one in enumerate(campaign.assessments):
        if one.role not in campaign.roles:
            yield f"assessments[{index}].role", f"{one.role} is no role of this campaign"
        if one.status and (one.kind, one.status) not in statuses:
            known = ", ".join(repr(status) for kind, status in sorted(statuses) if kind == one.kind)
            yield f"assessments[{index}].status", f"{one.status!r} is not known for {one.kind}: expected {known}"


def _order(where: str, dates: Dates) -> Problems:
    for names in _ORDERS:
        known = [(name, day) for name in names if (day := getattr(dates, name)) is not None]
        for (earlier, first), (later, second) in pairwise(known):
            if second < first:
                yield f"{where}.{later}", f"{second.isoformat()} lies before {earlier} = {first.isoformat()}"


def _user_ids(campaign: Campaign) -> Problems:
    for index, text in enumerate(campaign.party.eui64_ranges):
        try:
            EuiRange.parse(text)
        except InputError as error:
            yield f"party.eui64_ranges[{index}]", str(error)
            return
    for problem in campaign_user_ids(campaign):
        if problem.is_stated:
            role = problem.role or next(iter(campaign.roles))
            yield f"roles.{role}.user_ids", f"{problem.user}: {problem.text}"


def _unknown(key: str, words: Iterable[str], table: Iterable[str], what: str) -> Problems:
    known = set(table)
    for word in words:
        if Srv(word) not in known:
            yield key, f"{word!r} is not {what}"
