"""The pages: run, traffic, one message, homes, one device; and the answers to acts."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from harness import __version__
from harness.console.access import REPORT_POLICY
from harness.console.acts import ActError, Acts
from harness.console.following import FollowedRun
from harness.console.homes import device_detail
from harness.console.index import JournalIndex
from harness.console.messages import Detail, detail_of, messages_of
from harness.console.rendering import render, static
from harness.console.saved_test import saved_test
from harness.console.sources import Source, users_of
from schemas.load import device_alerts
from stubs.app import EFFECTS, OPERATIONS
from stubs.events import EvidenceFiled, RequestAnswered
from stubs.wire.errors import Blocked

_ROWS = 50
_FILTERS = ("kind", "user", "device", "service", "code", "first", "last")
_KINDS = {
    "": "everything",
    "request": "requests",
    "answer": "answers",
    "delivery": "deliveries",
    "command": "commands to devices",
    "device": "from devices",
    "page": "self-service pages",
    "note": "remarks",
    "refused": "refused or failed only",
}
_STATIC = {"live.css": "text/css", "live.js": "text/javascript"}
_OF_A_SCENARIO = re.compile(r"scenarios/[A-Za-z0-9_-][A-Za-z0-9_.-]*\.html")
_REPORTS = frozenset({"report.html", "result.json", "junit.xml", "coverage.csv", "bundle.zip"})


class Views:
    """The handlers."""

    def __init__(
        self, source: Callable[[], Source], index: Callable[[], JournalIndex], run: FollowedRun | None, token: str
    ) -> None:
        self._source = source
        self._index = index
        self._run = run
        self._token = token

    def add_to(self, app: web.Application) -> None:
        """Register every page."""
        app.router.add_get("/", self._home_page)
        for path, page in (
            ("/run", self.run_page),
            ("/traffic", self.traffic_page),
            ("/traffic/{seq:[0-9]{1,12}}", self.message_page),
            ("/traffic/{seq:[0-9]{1,12}}/file", self.message_file),
            ("/home", self.home_page),
            ("/home/{device}", self.device_page),
            ("/report/{name:.+}", self.report_file),
            ("/static/{name}", self.static_file),
        ):
            app.router.add_get(path, self._in_thread(page))

    async def _home_page(self, _request: web.Request) -> web.Response:
        raise web.HTTPSeeOther("/run" if self._run is not None else "/traffic")

    def _in_thread(self, page: Callable[[web.Request], web.Response]) -> Any:
        """Pages read the journal and ask the DCC: never in the loop that serves the streams."""

        async def answer(request: web.Request) -> web.Response:
            try:
                return await asyncio.to_thread(self._up_to_date, page, request)
            except Blocked as error:
                return self._page("problem.html", "Not now", request.path, status=503, problem=str(error))
            except LookupError as error:
                problem = str(error.args[0]) if error.args else "There is no such thing."
                return self._page("problem.html", "Not found", request.path, status=404, problem=problem)
            except ValueError as error:
                return self._page("problem.html", "Not so", request.path, status=400, problem=str(error))

        return answer

    def _up_to_date(self, page: Callable[[web.Request], web.Response], request: web.Request) -> web.Response:
        with suppress(Blocked):
            self._index().catch_up()
        return page(request)

    def _page(self, template: str, title: str, path: str, status: int = 200, **context: Any) -> web.Response:
        text = render(
            template,
            title=title,
            path=path,
            token=self._token,
            seq=self._seq(),
            version=__version__,
            has_run=self._run is not None,
            **context,
        )
        return web.Response(status=status, text=text, content_type="text/html")

    def _seq(self) -> int:
        try:
            return self._index().seq
        except Blocked:
            return 0

    async def act(self, acts: Acts, request: web.Request) -> web.Response:
        """Carry out an act; ``said`` or ``error`` in one sentence."""
        try:
            given = msgspec.json.decode(await request.read() or b"{}")
            if not isinstance(given, dict):
                raise ActError("expected a JSON object")
            said = await acts.do(request.match_info["act"], given)
        except LookupError as error:
            return web.json_response({"error": str(error.args[0])}, status=404)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        except ActError as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response({"said": said})

    # --- the run --------------------------------------------------------------------------------------------------

    def run_page(self, request: web.Request) -> web.Response:
        """The tree of scenarios, what is awaited, the questions to the person."""
        followed = self._run
        if followed is not None:
            followed.steering.attend()
        try:
            index: JournalIndex | None = self._index()
        except Blocked:
            index = None
        run = index.run if index is not None else None
        return self._page(
            "run.html",
            "Run",
            request.path,
            run=run,
            tree=run.by_role() if run else {},
            followed=followed,
            now=followed.now if followed else None,
            stage=followed.steering.stage.value if followed else "",
            again=followed.steering.again if followed else (),
            prompts=followed.prompts.open() if followed else (),
            ssi=followed.opened_run.dcc.urls.ssi if followed and followed.opened_run else "",
            reports=self._reports(),
        )

    def _reports(self) -> list[str]:
        folder = self._run.report if self._run else None
        return [name for name in sorted(_REPORTS) if folder is not None and (folder / name).is_file()]

    def report_file(self, request: web.Request) -> web.Response:
        """A file of the report, once it is written."""
        name = request.match_info["name"]
        folder = self._run.report if self._run else None
        is_beside = _OF_A_SCENARIO.fullmatch(name) is not None and folder is not None and (folder / name).is_file()
        if name not in self._reports() and not is_beside:
            raise LookupError("There is no such report yet.")
        assert self._run is not None, "it has reports"
        assert self._run.report is not None, "it has reports"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Content-Security-Policy": REPORT_POLICY}
        if kind != "text/html":
            headers["Content-Disposition"] = f"attachment; filename={name}"
        return web.Response(body=(Path(self._run.report) / name).read_bytes(), content_type=kind, headers=headers)

    # --- traffic --------------------------------------------------------------------------------------------------

    def traffic_page(self, request: web.Request) -> web.Response:
        """A page of messages, newest first."""
        wanted = {name: request.query.get(name, "").strip() for name in _FILTERS}
        wanted = {name: value for name, value in wanted.items() if value}
        for name in ("device", "user"):
            if name in wanted:
                wanted[name] = wanted[name].upper()
        before = _number(request.query.get("before"))
        for name in ("first", "last"):
            _number(wanted.get(name))
        index, source = self._index(), self._source()
        rows, has_more = index.newest(wanted, before, _ROWS)
        found = messages_of(source, rows)
        return self._page(
            "traffic.html",
            "Traffic",
            request.path,
            rows=[(row, found[row.seq]) for row in rows if row.seq in found],
            wanted=wanted,
            kinds=_KINDS,
            users=index.users,
            devices=index.devices,
            is_newest=before is None,
            older=_query(wanted, rows[-1].seq) if rows and has_more else "",
            newest=_query(wanted, None),
            total=len(index.rows),
        )

    def message_page(self, request: web.Request) -> web.Response:
        """One message in every form."""
        seq = int(request.match_info["seq"])
        detail = detail_of(self._source(), self._index(), seq)
        if detail is None:
            raise LookupError(f"Entry {seq} is no message.")
        index = self._index()
        return self._page(
            "message.html",
            f"Entry {seq}",
            request.path,
            detail=detail,
            is_rehearsing=index.run.is_running,
            devices=index.devices,
            users=index.users,
        )

    def message_file(self, request: web.Request) -> web.Response:
        """The exact bytes, or with ``as=test`` the message as a test file."""
        seq = int(request.match_info["seq"])
        detail = detail_of(self._source(), self._index(), seq)
        if detail is None or not detail.message.body:
            raise LookupError(f"Entry {seq} holds no message.")
        name = detail.file.rpartition("/")[2] or f"{seq}.bin"
        body, kind = detail.message.body, detail.media_type or "application/octet-stream"
        if request.query.get("as") == "test":
            name, body, kind = f"test_entry_{seq}.py", self._saved_test(detail), "text/x-python"
        is_shown = request.query.get("as") == "picture" and kind.startswith("image/")
        entry = self._source().journal.entry(detail.holder)
        is_shown = is_shown and entry is not None and isinstance(entry.event, EvidenceFiled)
        headers = {} if is_shown else {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type=kind, headers=headers)

    def _saved_test(self, detail: Detail) -> bytes:
        if not detail.post_to:
            raise ValueError("Only what is posted can be saved as a test: requests and deliveries.")
        related = (self._source().journal.entry(seq) for seq in detail.row.related)
        answered = next((one.event for one in related if one and isinstance(one.event, RequestAnswered)), None)
        status = answered.status if answered else 200
        code = (answered.response_code or "") if answered else ""
        text = saved_test(detail.row.seq, detail.message.label, detail.post_to, detail.message.body, status, code)
        return text.encode()

    # --- homes ----------------------------------------------------------------------------------------------------

    def home_page(self, request: web.Request) -> web.Response:
        """Premises and devices, the clock, the faults, and who moved what."""
        index, source = self._index(), self._source()
        control = source.control
        with index.lock:
            premises = [one for one in reversed(index.premises.values()) if one.devices]
            hands = list(reversed(index.hands[-20:]))
        page = max(1, _number(request.query.get("page")) or 1)
        start = (page - 1) * _ROWS
        return self._page(
            "home.html",
            "Home",
            request.path,
            premises=premises[start : start + _ROWS],
            page=page,
            has_more=len(premises) > start + _ROWS,
            total=len(premises),
            devices=index.devices,
            hands=hands,
            is_up=control is not None,
            clock=source.clock.now() if source.clock is not None and control is not None else None,
            faults=control.faults() if control is not None else [],
            effects=EFFECTS,
            health=control.health() if control is not None else {},
            users=users_of(source),
            operations=[one for one in OPERATIONS if one.is_changing],
            is_rehearsing=index.run.is_running,
        )

    def device_page(self, request: web.Request) -> web.Response:
        """One device."""
        eui = request.match_info["device"].upper()
        index, source = self._index(), self._source()
        shown = index.devices.get(eui)
        if shown is None:
            raise LookupError(f"No device {eui[:40]} is here.")
        return self._page(
            "device.html",
            f"{shown.device_type} {eui}",
            request.path,
            shown=shown,
            premises=index.premises.get(shown.premises),
            detail=device_detail(source, index, eui),
            alert_codes=device_alerts(),
            is_rehearsing=index.run.is_running,
        )

    # --- what goes with the pages ---------------------------------------------------------------------------------

    def static_file(self, request: web.Request) -> web.Response:
        """The style sheet and the script."""
        name = request.match_info["name"]
        if name not in _STATIC:
            raise LookupError("There is no such file.")
        return web.Response(body=static(name), content_type=_STATIC[name], charset="utf-8")


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError("expected a sequence number")
    return int(text)


def _query(wanted: Mapping[str, str], before: int | None) -> str:
    members = {**wanted, **({"before": str(before)} if before is not None else {})}
    return f"/traffic?{urlencode(members)}" if members else "/traffic"
