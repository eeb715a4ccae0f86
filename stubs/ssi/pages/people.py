"""People of a Party and their job types: for its administrator. Pass phrases are shown once and kept as digests."""

from __future__ import annotations

from schemas.ssi_tables import functions, job_types
from stubs.service_desk import PersonRecord
from stubs.service_desk.people import change_person, digest_of, make_person
from stubs.ssi import fields
from stubs.ssi.blocks import Block, Field, FormBlock, Link, Record, Table, Tag, Text
from stubs.ssi.pages.page import Answer, Asked, Page, Redirect, Site, not_found, reporter, sheet
from stubs.ssi.sessions import persons

_CRUMBS = (Link("People", "/people"),)
_JOBS = tuple((row.job_type, row.title) for row in job_types().values())


def _mine(site: Site, asked: Asked) -> list[PersonRecord]:
    return [person for person in site.desk.people.values() if person.user == asked.viewer.user]


def _titles(jobs: tuple[str, ...]) -> str:
    return ", ".join(job_types()[job].title for job in jobs if job in job_types()) or "All"


def _tag(status: str) -> Tag:
    return Tag(status.capitalize(), "good" if status == "active" else "bad")


def listing(site: Site, asked: Asked, form: fields.Form | None = None) -> Page:
    """People who act for the administrator's User, and the form for a new one."""
    fixed = [person for person in persons(site.settings, site.sources.users()) if person.user == asked.viewer.user]
    mine = _mine(site, asked)
    rows: list[tuple[str | Link | Tag, ...]] = [
        (person.name, _titles(person.job_types), _tag(person.status), "Settings") for person in fixed
    ]
    rows += [
        (
            Link(person.person, f"/people/{person.person}"),
            _titles(person.job_types),
            _tag(person.status),
            "Administrator",
        )
        for person in mine
    ]
    jobs = Table(
        "Job types",
        ("Job type", "Functions"),
        [
            (row.title, ", ".join(functions()[name].title for name in functions() if name in row.functions))
            for row in job_types().values()
        ],
        "",
        heading="What each job type may do",
    )
    blocks: list[Block] = [
        Table("People of your User", ("Name", "Job types", "Status", "Made by"), rows, "There is nobody."),
        _new_form(site, asked, form or fields.Form()),
        jobs,
        Text(["Names of job types are inferred: that there is a table of job type roles is public, its rows are not."]),
    ]
    return sheet(
        "People",
        blocks,
        status=400 if form and form.problems else 200,
        notice="The person was removed." if asked.query.get("done") else "",
        shown=[person.person for person in mine],
    )


def _roles(site: Site, asked: Asked) -> tuple[str, ...]:
    return next((user.roles for user in site.sources.users() if user.eui == asked.viewer.user), ())


def _new_form(site: Site, asked: Asked, form: fields.Form) -> FormBlock:
    roles = tuple((role, role) for role in _roles(site, asked))
    return FormBlock(
        "/people",
        [
            Field("name", "Name", "What is typed at sign-in."),
            Field("descriptor", "Descriptor", "Free text of the display name, at most 30 characters."),
            Field("roles", "User Roles", "None chosen: all of your User's.", "checkboxes", roles),
            Field("job_types", "Job types", "What the person may do.", "checkboxes", _JOBS),
        ],
        "Create person",
        form,
        heading="Create a person",
    )


_NEW: fields.Readers = {
    "name": fields.plain,
    "descriptor": fields.plain,
    "roles": fields.plain,
    "job_types": fields.plain,
}


def create(site: Site, asked: Asked) -> Answer:
    """Make a person; the first pass phrase is shown this once."""
    form = fields.read_form(_NEW, asked.fields)
    fields.need(form, name="a name", job_types="at least one job type")
    if not form.problems:
        given, by = form.values, reporter(asked.viewer)
        phrase = site.sources.back.fresh_secret("person")
        digest = digest_of(phrase, site.sources.back.fresh_secret("salt"))
        taken = [person.name for person in persons(site.settings, site.sources.users())]
        roles, jobs = given.get("roles", "").split(), given["job_types"].split()
        held = _roles(site, asked)
        name, descriptor = given["name"], given.get("descriptor", "")
        done = site.act(form, lambda desk, _: make_person(desk, by, name, roles, jobs, descriptor, digest, taken, held))
        if done is not None:
            record = Record("Credential", [("name", "Name", name), ("pass_phrase", "Pass phrase", phrase)])
            told = Text(["Hand the pass phrase over; it is shown only now."], tone="notice")
            return sheet(f"{name} was created", [told, record], crumbs=_CRUMBS, shown=[name])
    return listing(site, asked, form)


def _find(site: Site, asked: Asked) -> PersonRecord | None:
    wanted = asked.path["name"].casefold()
    return next((person for person in _mine(site, asked) if person.person.casefold() == wanted), None)


def view(site: Site, asked: Asked, form: fields.Form | None = None) -> Page:
    """One person, and the form that changes job types and status."""
    person = _find(site, asked)
    if person is None:
        return not_found()
    record = Record(
        "Person",
        [
            ("name", "Name", person.person),
            ("status", "Status", _tag(person.status)),
            ("roles", "User Roles", ", ".join(person.roles) or "All of the User's"),
            ("job_types", "Job types", _titles(person.job_types)),
            ("descriptor", "Descriptor", person.descriptor),
            ("since", "Since", person.since),
        ],
    )
    filled = form or fields.Form(typed={"job_types": " ".join(person.job_types), "status": person.status})
    statuses = [("active", "Active"), ("disabled", "Disabled"), ("removed", "Removed")]
    change = FormBlock(
        f"/people/{person.person}",
        [
            Field("status", "Status", "", "select", statuses),
            Field("job_types", "Job types", "", "checkboxes", _JOBS),
        ],
        "Save",
        filled,
        heading="Change",
    )
    notice = "Saved." if asked.query.get("done") else ""
    status = 400 if filled.problems else 200
    return sheet(
        person.person, [record, change], key=person.person, notice=notice, crumbs=_CRUMBS, status=status,
        shown=[person.person],
    )  # fmt: skip


def change(site: Site, asked: Asked) -> Answer:
    """Change or remove a person; its sessions end with its next request."""
    person = _find(site, asked)
    if person is None:
        return not_found()
    form = fields.read_form({"status": fields.plain, "job_types": fields.plain}, asked.fields)
    fields.need(form, status="a status")
    if not form.problems:
        jobs, status = form.values.get("job_types", "").split(), form.values["status"]
        by, held = reporter(asked.viewer), _roles(site, asked)
        if site.act(form, lambda _, __: change_person(person, by, jobs, status, held)) is not None:
            return Redirect("/people?done=removed" if status == "removed" else f"/people/{person.person}?done=saved")
    return view(site, asked, form)
