"""An answer that a client may not have waited for is recorded as late, so that the judge does not blame its retry."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from stubs.events import AnswerLate, AnyEvent, RequestAnswered
from stubs.gateway import service
from stubs.smki import Pki
from tests.dcc_kit import Party
from tests.serving_kit import Endpoint, a_dcc, happened, post


@pytest.mark.parametrize(
    ("transport", "seconds", "noted"),
    [
        (SimpleNamespace(is_closing=lambda: False), 0.2, []),
        (SimpleNamespace(is_closing=lambda: False), 1.5, [AnswerLate(exchange="x1", seconds=1.5, is_abandoned=False)]),
        (SimpleNamespace(is_closing=lambda: True), 0.2, [AnswerLate(exchange="x1", seconds=0.2, is_abandoned=True)]),
        (None, 0.2, [AnswerLate(exchange="x1", seconds=0.2, is_abandoned=True)]),
    ],
)
def test_an_answer_is_late_after_a_second_or_when_the_client_has_gone(
    transport: Any, seconds: float, noted: list[AnyEvent]
) -> None:
    recorded: list[AnyEvent] = []
    runtime: Any = SimpleNamespace(note=recorded.append)
    reply: Any = SimpleNamespace(exchange="x1")
    service._note_if_late(runtime, SimpleNamespace(transport=transport), reply, seconds)  # type: ignore[arg-type]
    assert recorded == noted


def test_a_late_answer_stands_in_the_journal_beside_its_exchange(
    pki: Pki, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_LATE", 0.0)  # in this process: a front would not know
    with a_dcc(pki, endpoint, workers=0) as dcc:
        assert post(dcc.urls.non_device, Party(pki).request("12.1", UPRN="1"))[0] == 200
        late, answered = happened(dcc, AnswerLate).event, happened(dcc, RequestAnswered).event
    assert isinstance(late, AnswerLate)
    assert isinstance(answered, RequestAnswered)
    assert (late.exchange, late.is_abandoned) == (answered.exchange, False)
