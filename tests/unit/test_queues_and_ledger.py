"""Agenda, outbox, ledger and thresholds: the small state machines the simulated DCC is folded into."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stubs.access import Issued, RequestLedger, Thresholds
from stubs.access.ledger import CounterRule
from stubs.scheduler import Agenda, Item, Outbox, QueuedMessage, key_of, next_attempt
from stubs.settings import DccSettings
from stubs.settings_validation import dcc_setting_problems
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
METER, HUB = Eui64.parse("DE-51-CE-00-00-00-00-01"), Eui64.parse("DE-51-CE-00-00-00-00-02")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


# --- agenda ---


def test_the_earliest_item_comes_first_and_equal_ones_in_the_order_they_were_added() -> None:
    agenda = Agenda()
    for name, due in (("late", 9), ("first", 1), ("second", 1)):
        agenda.add(Item(name, "x", at(due), {}))
    seen = []
    while (item := agenda.first_due(at(5))) is not None:
        seen.append(item.item)
        agenda.done(item.item)
    assert seen == ["first", "second"]
    assert agenda.next_due() == at(9)


def test_an_item_of_the_same_name_is_replaced() -> None:
    agenda = Agenda()
    agenda.add(Item("device", "x", at(1), {}))
    agenda.add(Item("device", "x", at(5), {}))
    assert agenda.first_due(at(2)) is None
    assert agenda.next_due() == at(5)


def test_many_items_done_out_of_order_leave_nothing_behind() -> None:
    agenda = Agenda()
    for number in range(1000):
        agenda.add(Item(str(number), "x", at(number), {}))
    for number in reversed(range(1000)):
        agenda.done(str(number))
    agenda.done("unknown")
    assert (agenda.next_due(), agenda.items) == (None, {})
    assert len(agenda._heap) < 100


# --- outbox ---


def queued(name: str, due: float = 0) -> QueuedMessage:
    return QueuedMessage(name, USER, name.encode(), at(due), NOW)


def heads(outbox: Outbox, seconds: float = 0) -> list[str]:
    return [message.message for message in outbox.ready(at(seconds))]


def test_a_later_message_waits_for_an_earlier_one() -> None:
    outbox = Outbox(keep=60)
    outbox.queue(queued("a", due=5))
    outbox.queue(queued("b"))
    assert (heads(outbox), heads(outbox, 5)) == ([], ["a"])


def test_a_failed_message_stays_first_until_its_last_attempt() -> None:
    outbox = Outbox(keep=60)
    outbox.queue(queued("a"))
    outbox.queue(queued("b"))
    outbox.failed("a", at(3))
    assert (heads(outbox), heads(outbox, 3)) == ([], ["a"])
    outbox.failed("a", None)
    assert heads(outbox) == ["b"]
    assert [message.attempts for message in outbox.of(USER)] == [0, 2]


def test_held_messages_are_due_again_when_the_endpoint_is_back_but_not_old_ones() -> None:
    outbox = Outbox(keep=60)
    for name in ("a", "b"):
        outbox.queue(queued(name))
    outbox.failed("a", None)
    outbox.delivered("b", at(10))
    assert heads(outbox, 10) == ["a"]
    outbox.failed("a", None)
    assert outbox.release(USER, at(61)) == 0
    assert (outbox.of(USER), outbox.users) == ([], {})


def test_a_message_held_back_is_overtaken_once() -> None:
    outbox = Outbox(keep=60)
    outbox.queue(queued("a"))
    outbox.hold_back("a")
    assert heads(outbox) == []
    outbox.queue(queued("b"))
    outbox.queue(queued("c"))
    assert [message.message for message in outbox.of(USER)] == ["b", "a", "c"]


def test_unknown_messages_are_passed_over() -> None:
    outbox = Outbox(keep=60)
    outbox.failed("x", None)
    outbox.delivered("x", NOW)
    outbox.hold_back("x")
    assert outbox.drop("x") is None
    assert outbox.next_due() is None


def test_a_user_may_be_passed_over_when_asking_what_is_due() -> None:
    outbox = Outbox(keep=60)
    outbox.queue(queued("a", due=5))
    assert (outbox.next_due(), outbox.next_due({USER})) == (at(5), None)


def test_attempts_end_with_the_list_of_waits() -> None:
    assert [next_attempt((1.0, 5.0), attempt, NOW) for attempt in (1, 2, 3)] == [at(1), at(5), None]


# --- ledger ---


def request(counter: int, target: Eui64 = METER) -> RequestId:
    return RequestId(USER, target, counter)


def refusal(ledger: RequestLedger, request_id: RequestId, *, is_signed: bool = False, needs: bool = True) -> str:
    try:
        ledger.check(request_id, is_signed=is_signed, require_transform=needs)
    except Refusal as refused:
        return refused.rule
    return ""


CASES: list[tuple[CounterRule, RequestId, str]] = [
    ("increasing", request(11), ""),
    ("increasing", request(10), "replayed-request"),
    ("increasing", request(9), "counter"),
    ("increasing", request(9, HUB), "counter"),
    ("increasing-per-target", request(9), "counter"),
    ("increasing-per-target", request(9, HUB), ""),
    ("unique", request(9), ""),
    ("unique", request(10), "replayed-request"),
]


@pytest.mark.parametrize(("rule", "asked", "expected"), CASES)
def test_after_counter_ten(rule: CounterRule, asked: RequestId, expected: str) -> None:
    ledger = RequestLedger(rule)
    ledger.accept(request(10))
    assert refusal(ledger, asked) == expected


def test_a_pre_command_is_signed_once() -> None:
    ledger = RequestLedger()
    ledger.accept(request(10))
    ledger.issue(request(10), Issued("7.2", "ECS43", "0050", b""))
    assert refusal(ledger, request(10), is_signed=True) == ""
    ledger.sign(request(10))
    assert refusal(ledger, request(10), is_signed=True) == "replayed-request"


def test_a_signed_pre_command_that_was_never_issued_is_unknown_unless_settings_allow_it() -> None:
    assert refusal(RequestLedger(), request(10), is_signed=True) == "pre-command-unknown"
    assert refusal(RequestLedger(), request(10), is_signed=True, needs=False) == ""


# --- thresholds ---


def test_a_threshold_counts_an_hour_of_one_user_and_service() -> None:
    thresholds = Thresholds({"7.2": 2})
    for second in (0, 10):
        thresholds.count(USER, "7.2", at(second))
    breach = thresholds.breach(USER, "7.2", at(20))
    assert breach is not None
    assert "at most 2" in breach.detail
    assert thresholds.breach(HUB, "7.2", at(20)) is None
    assert thresholds.breach(USER, "4.1.1", at(20)) is None
    assert thresholds.breach(USER, "7.2", at(3605)) is None


def test_without_thresholds_nothing_is_remembered() -> None:
    thresholds = Thresholds({})
    thresholds.count(USER, "7.2", NOW)
    assert thresholds.seen == {}


# --- settings ---


def test_the_default_settings_are_sound() -> None:
    assert not list(dcc_setting_problems(DccSettings()))


def test_problems_name_the_setting() -> None:
    ((key, sentence),) = dcc_setting_problems(DccSettings(port=5000, control_port=5000))
    assert (key, "control_port" in sentence) == ("port", True)
    ((key, sentence),) = dcc_setting_problems(DccSettings(host="192.0.2.1"))
    assert (key, "loopback" in sentence) == ("tls", True)


def test_bodies_beyond_the_limit_are_left_to_the_journal() -> None:
    outbox = Outbox(60, most_bytes=15)
    for number in (1, 2):
        outbox.queue(QueuedMessage(f"m{number}", USER, b"x" * 10, NOW, NOW))
        outbox.journaled(f"m{number}", number)
    bodies = [message.body for message in outbox.waiting[USER].values()]
    assert bodies == [b"x" * 10, None]
    assert (outbox.bytes, outbox.of(USER)[1].seq) == (10, 2)
    outbox.failed("m1", None)
    assert outbox.bytes == 10
    outbox.delivered("m1", NOW)
    assert outbox.bytes == 0
    outbox.journaled("unknown", 9)


def test_held_messages_that_are_too_old_free_their_bodies() -> None:
    outbox = Outbox(60)
    outbox.queue(QueuedMessage("m1", USER, b"x" * 10, NOW, NOW))
    outbox.failed("m1", None)
    assert outbox.release(USER, at(61)) == 0
    assert outbox.bytes == 0


def test_items_are_found_by_their_key_until_they_are_done() -> None:
    agenda = Agenda()
    for number in (1, 2, 3):
        agenda.add(Item(str(number), "x", at(number), {}, "home" if number < 3 else ""))
    agenda.add(Item("1", "x", at(9), {}, "home"))
    assert [item.item for item in agenda.named("home")] == ["2", "1"]
    agenda.done("2")
    agenda.done("1")
    assert (agenda.count("home"), list(agenda.named("home"))) == (0, [])


def test_packed_data_is_the_same_data() -> None:
    item = Item("1", "x", NOW, {"a": [1, {"b": "c"}]})
    assert item.packed().data == item.data
    assert item.packed().packed() == item.packed()


@pytest.mark.parametrize(
    ("what", "data", "key"),
    [
        ("command", {"held": True, "user": "u", "srv": "4.1.1", "device": "d"}, "held|u|4.1.1|d"),
        ("command", {"user": "u"}, ""),
        ("follower", {"preceding": "r"}, "after|r"),
        ("schedule", {"device": "d"}, "schedule|d"),
        ("outcome", {"device": "d"}, "outcome|d"),
        ("silence", {}, ""),
    ],
)
def test_what_is_looked_up_later_has_a_key(what: str, data: dict[str, object], key: str) -> None:
    assert key_of(what, data) == key


def test_pre_commands_that_nobody_signs_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stubs.access.ledger.MOST_ISSUED", 2)
    ledger = RequestLedger()
    for number in range(3):
        ledger.issue(request(number), Issued("7.2", "ECS43", "0044", b""))
    assert list(ledger.issued) == [request(1), request(2)]


def test_under_unique_the_ledger_is_bounded_and_never_lets_a_request_pass_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stubs.access.ledger.MOST_USED", 4)
    ledger = RequestLedger("unique")
    order = [5, 3, 9, 1, 7, 8, 2, 6, 4, 10]
    accepted = []
    for counter in order * 2:
        rule = refusal(ledger, request(counter))
        assert rule in {"", "replayed-request", "counter"}
        if not rule:
            ledger.accept(request(counter))
            accepted.append(counter)
        assert len(ledger.used) <= 4
    assert len(accepted) == len(set(accepted)), "once each"
    assert accepted == [5, 3, 9, 1, 7, 8, 6, 10], "2 and 4 are below what is remembered"
