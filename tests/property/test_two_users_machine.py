"""Two Users, their homes, a tester's hand at the control API, deliveries that fail, restarts: who may see what.

The model knows of each User what it sent and was acknowledged, and which devices are its own. Whatever happens, a User
gets its own responses, each once under one ResponseID, alerts of its own devices, and nothing that is another's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from schemas.load import Service
from stubs.clock import VirtualClock
from stubs.control import CONTROL_API, Control
from stubs.control.operations import BY_NAME
from stubs.dcc import Dcc
from stubs.events import MessageQueued
from stubs.gateway import Delivery, Runtime
from stubs.journal import Journal, SqliteStore
from stubs.settings import DccSettings
from stubs.smki import Pki
from tests.dcc_kit import EVERYTHING, NOW, OTHER_SUPPLIER, SUPPLIER, Party, a_pki, response_of
from tests.state_picture import picture

USERS = (SUPPLIER, OTHER_SUPPLIER)
SETTINGS = DccSettings(
    receive_url="http://127.0.0.1:9/", device_latency=0.1, delivery_retries=(1.0, 5.0), device_timeout=30.0
)
LONG = 3 * 86400
"""Seconds after which everything is answered: a device that is out of reach, too."""
METERS = ("esme", "gsme")


class FakeEndpoint(Delivery):
    """Deliveries without sockets: what the Users' endpoints got, and what they answer next."""

    def __init__(self, runtime: Runtime, before: FakeEndpoint | None) -> None:
        super().__init__(runtime, SETTINGS)
        self.answer: tuple[int | None, str] = before.answer if before else (200, "")
        self.got: list[bytes] = []

    async def _post(self, url: str, body: bytes) -> tuple[int | None, str]:
        assert url == SETTINGS.receive_url
        if self.answer[0] is not None:
            self.got.append(body)
        return self.answer

    async def settle(self) -> None:
        """Let every delivery that is under way end."""
        while self._busy:
            await asyncio.gather(*self._busy.values())


class TwoUsers(RuleBasedStateMachine):
    """The DCC of today, on one journal, and what its Users know."""

    pki: Pki
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
        self.clock = self.journal._clock
        self.parties = {user: Party(self.pki, user) for user in USERS}
        self.acknowledged: dict[str, str] = {}
        """RequestID to User."""
        self.received: dict[str, bytes] = {}
        """ResponseID to what was delivered under it."""
        self.homes: dict[str, dict[str, str]] = {}
        self.endpoint: Any = None
        self._begin()

    def _begin(self) -> None:
        """A DCC from the journal."""

        async def begin() -> None:
            dcc = Dcc(SETTINGS, self.pki)
            dcc.replay(self.journal.entries())
            if not dcc.state.users:
                self.journal.append_recorded(dcc.register_parties(NOW), NOW)
                self.journal.commit()
            self.runtime = Runtime(dcc, self.journal, self.clock)
            if self.endpoint is not None:
                await self.endpoint.stop()
            self.endpoint = FakeEndpoint(self.runtime, self.endpoint)
            self.control = Control(self.runtime, CONTROL_API)

        self.runner.run(begin())

    def operate(self, name: str, /, **members: Any) -> Any:
        """One operation of the control API."""
        operation = BY_NAME[name]

        async def begin() -> Any:
            result = self.control.begin(operation, operation.checked(members))
            result = await result if isinstance(result, Coroutine) else result
            await self.runtime.tick_now()
            self.runtime.on_turn()
            await self.endpoint.settle()
            return result

        found = self.runner.run(begin())
        self._take()
        return found

    def _post(self, document: bytes) -> tuple[int, str]:
        async def post() -> Any:
            return await self.runtime.submit(
                lambda now: self.runtime.dcc.handle(document, Service.SEND_COMMAND, "application/xml", "127.0.0.1", now)
            )

        reply = self.runner.run(post())
        return reply.status, reply.response_code or ""

    def _take(self) -> None:
        """What the endpoints got: the same body under the same ResponseID, and nobody else's."""
        for body in self.endpoint.got:
            header = response_of(body).header
            name = str(header.response_id)
            assert self.received.setdefault(name, body) == body, f"{name} was delivered in two forms"
        self.endpoint.got.clear()

    # --- what happens ---

    @initialize()
    def homes_of_both(self) -> None:
        for user in USERS:
            spec = {"name": user, "supplier": user, "gas_supplier": user, "devices": list(EVERYTHING)}
            self.homes[user] = self.operate("add-premises", **spec).devices

    @rule(target=sent, user=st.sampled_from(USERS), owner=st.sampled_from(USERS), meter=st.sampled_from(METERS),
          srv=st.sampled_from(("4.1.1", "3.1", "11.2")))  # fmt: skip
    def ask(self, user: str, owner: str, meter: str, srv: str) -> tuple[str, bytes]:
        """A request to a device, the User's own or another's."""
        body: dict[str, Any] = {"SupplierMessage": f"private words of {user}"} if srv == "3.1" else {}
        document = self.parties[user].request(srv, self.homes[owner][meter], **body)
        _, code = self._post(document)
        name = f"{user}:{self.homes[owner][meter]}:{self.parties[user].counter}"
        assert (code == "I99") == (user == owner), (srv, user, owner, code)
        if code == "I99":
            self.acknowledged[name] = user
        return name, document

    @rule(one=sent)
    def send_again(self, one: tuple[str, bytes]) -> None:
        """The same octets: never accepted twice."""
        assert self._post(one[1])[1] != "I99"

    @rule(seconds=st.sampled_from((0.0, 0.2, 1.0, 60.0, 7200.0)))
    def pass_time(self, seconds: float) -> None:
        self.operate("advance-clock", seconds=seconds)

    @rule(answer=st.sampled_from(((200, ""), (503, "busy"), (None, "no answer in time"))))
    def endpoints_answer(self, answer: tuple[int | None, str]) -> None:
        self.endpoint.answer = answer

    @rule(owner=st.sampled_from(USERS), meter=st.sampled_from(METERS), code=st.sampled_from(("8F3F", "81A0", "8F84")))
    def device_alert(self, owner: str, meter: str, code: str) -> None:
        try:
            self.operate("raise-device-alert", device=self.homes[owner][meter], code=code)
        except ValueError:
            return  # no alert of this kind of device

    @rule(owner=st.sampled_from(USERS), meter=st.sampled_from(METERS), is_there=st.booleans())
    def out_of_reach(self, owner: str, meter: str, is_there: bool) -> None:
        self.operate("set-device", device=self.homes[owner][meter], values={"reachable": is_there})

    @rule(user=st.sampled_from(USERS))
    def redeliver(self, user: str) -> None:
        self.operate("redeliver", user=user)

    @rule()
    def restart(self) -> None:
        """A clean stop: the same state again."""
        self.journal.commit()
        before = picture(self.runtime.dcc.state)
        self._begin()
        assert picture(self.runtime.dcc.state) == before

    @rule()
    def kill(self) -> None:
        """What was not durable is gone: notes of deliveries, at most; those come again under the same ResponseID."""
        lost = list(self.journal.rows(self.journal.last_seq - self.journal.pending))
        assert all(row.event.startswith((b'{"kind":"MessageDelivered"', b'{"kind":"DeliveryFailed"')) for row in lost)
        self.journal.withdraw()
        self._begin()

    # --- what always holds ---

    @invariant()
    def nobody_is_told_what_is_anothers(self) -> None:
        for entry in self.journal.entries(kinds={"MessageQueued"}):
            event = entry.event
            assert isinstance(event, MessageQueued)
            if event.user not in USERS:
                continue
            (other,) = set(USERS) - {event.user}
            own = set(self.homes.get(event.user, {}).values())
            if event.request_id is not None and event.message_kind == "response":
                assert event.request_id.startswith(f"{event.user}:"), event.request_id
            elif event.device is not None:
                assert event.device in own, f"{event.user} is told of {event.device}"
            assert f"private words of {other}".encode() not in event.body

    def teardown(self) -> None:
        """In the end every request that was acknowledged has its one response, at its User."""
        if not self.homes:
            return
        self.endpoint.answer = (200, "")
        self.operate("advance-clock", seconds=LONG)
        for user in USERS:
            self.operate("redeliver", user=user)
        self.operate("advance-clock", seconds=LONG)
        responses: dict[str, set[str]] = {}
        for name, body in self.received.items():
            responses.setdefault(str(response_of(body).header.request_id), set()).add(name)
        for request_id in self.acknowledged:
            assert len(responses.get(request_id, ())) == 1, f"{request_id}: {responses.get(request_id)}"
        self.runner.run(self.endpoint.stop())
        self.runner.close()
        self.journal.close()


def test_two_users_see_what_is_theirs_and_all_of_it(tmp_path: Path) -> None:
    TwoUsers.pki = a_pki(tmp_path / "pki")
    run_state_machine_as_test(
        TwoUsers,
        settings=settings(
            max_examples=6, stateful_step_count=25, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
