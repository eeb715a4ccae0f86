"""The pure core of load rehearsals: plan, dispatch, measures, limits; time is a number that the test holds."""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.load.collect import processed_numbers
from harness.load.dispatch import Dispatcher, Done, Send, Wait
from harness.load.histogram import Histogram
from harness.load.limits import FIGURES, Measured, judge, parse_limit, verdict_of
from harness.load.measure import MOST_INTERVALS, Measurement, Processed
from harness.load.measured import json_schema
from harness.load.plan import LoadPlan
from harness.load.receiving import BEHAVIOURS
from harness.load.records import Ending, Record, pack, unpack
from schemas.load_profiles import derived_rate, load_figures, load_profiles, per_meter_and_day
from schemas.tables import resource
from stubs.wire.errors import InputError, PeerError

PROFILES = sorted(load_profiles())
Served = Callable[[int, float, int], tuple[float, Ending]]
"""Number, instant, posts under way: seconds the receiver takes, and how it ends."""


def simulated(plan: LoadPlan, receiver: Served, connections: int = 4, drain: float = 600.0) -> Measurement:
    """A run in virtual time: nothing waits, nothing is posted."""
    dispatcher = Dispatcher(plan, connections, (0.5, 1.0))
    measured = Measurement(plan)
    under_way: list[tuple[float, int, Ending]] = []
    now = 0.0
    while now <= plan.seconds + drain:
        step = dispatcher.step(now)
        if isinstance(step, Done):
            return measured
        if isinstance(step, Send):
            takes, ending = receiver(step.number, now, len(under_way))
            heapq.heappush(under_way, (now + takes, step.number, ending))
            continue
        moments = [step.until] if step.until is not None else []
        moments += [under_way[0][0]] if under_way else []
        now = min(moments)
        while under_way and under_way[0][0] <= now:
            _, number, ending = heapq.heappop(under_way)
            record = dispatcher.ended(number, b"", bytes(32), now, ending, 204)
            measured.take([record] if record else [])
    measured.take(dispatcher.unsent(now))
    return measured


def plan(profile: str = "morning-reads", rate: float = 50.0, seconds: float = 60.0) -> LoadPlan:
    return LoadPlan(load_profiles()[profile], rate, seconds)


def verdict(measured: Measurement, *limits: str) -> str:
    return verdict_of(judge([parse_limit(text) for text in limits], Measured(measured)))


def quick(_number: int, _now: float, _busy: int) -> tuple[float, Ending]:
    return 0.01, Ending.ACKNOWLEDGED


@pytest.mark.parametrize("profile", PROFILES)
def test_everything_of_a_plan_is_due_once_and_in_order(profile: str) -> None:
    made = plan(profile)
    moments = [made.due(number) for number in range(made.count)]
    assert moments == sorted(moments)
    assert moments[0] >= 0
    assert moments[-1] <= made.seconds
    assert made.count == 3000


@given(st.sampled_from(PROFILES), st.floats(0, 70), st.floats(0.1, 400))
def test_the_count_due_is_that_of_the_messages_due(profile: str, elapsed: float, rate: float) -> None:
    made = plan(profile, rate)
    due = made.count_due(elapsed)
    assert due == 0 or made.due(due - 1) <= elapsed
    assert due == made.count or made.due(due) > elapsed


@pytest.mark.parametrize("profile", PROFILES)
def test_kinds_come_by_their_shares(profile: str) -> None:
    made = plan(profile)
    rows = made.profile.messages
    whole = sum(row.share for row in rows)
    for row in rows:
        met = sum(made.kind(number) == row for number in range(2000)) / 2000
        assert met == pytest.approx(row.share / whole, abs=0.01)


def test_rates_follow_from_the_published_figures() -> None:
    assert per_meter_and_day("all") == pytest.approx(1.5 + 2.5 + 0.13, abs=0.01)
    whole_day = derived_rate(load_profiles()["mixed"], 1_000_000, 1.0, 1.0)
    assert whole_day == pytest.approx(45, abs=4)  # "45 a second on average"
    assert load_figures()["burst-factor"].provenance == "inferred"


def test_a_receiver_that_keeps_up_meets_its_limits() -> None:
    measured = simulated(plan(), quick)
    assert measured.acknowledged == measured.count == 3000
    assert verdict(measured, "p99 <= 50ms", "errors = 0", "backlog gone within 1s", "overtaken = 0") == "PASS"


def test_a_receiver_that_slows_down_with_its_backlog_is_caught() -> None:
    """The longer its own queue, the longer each message takes: latency counts from the plan, so it shows."""
    taken = 0

    def slower(_number: int, _now: float, _busy: int) -> tuple[float, Ending]:
        nonlocal taken
        taken += 1
        return 0.02 + taken * 0.0004, Ending.ACKNOWLEDGED

    measured = simulated(plan(), slower)
    assert measured.errors == 0
    assert verdict(measured, "p99 <= 2s") == "FAIL"
    assert verdict(measured, "backlog gone within 10s") == "FAIL"
    # Its own view, from the post on, would have hidden it.
    assert measured.service.percentile(99) < 2_000_000


@pytest.mark.parametrize(("name", "said"), [("reference", "PASS"), ("slows-down", "FAIL"), ("loses-messages", "PASS")])
def test_receivers_of_ours_are_told_apart_by_their_times_in_virtual_time(name: str, said: str) -> None:
    """That of a receiver that loses messages tells nothing: it acknowledges everything."""
    taken = 0

    def served(_number: int, _now: float, _busy: int) -> tuple[float, Ending]:
        nonlocal taken
        taken += 1
        return 0.001 + BEHAVIOURS[name].delay(taken - 1), Ending.ACKNOWLEDGED

    assert verdict(simulated(plan(), served), "p99 <= 2s", "errors = 0") == said


def test_time_to_acknowledgement_counts_from_the_planned_instant() -> None:
    """One stall of ten seconds: all that were due meanwhile waited, not only those under way."""

    def stalls(_number: int, now: float, _busy: int) -> tuple[float, Ending]:
        return (10.0 - now if 0 <= now < 10 else 0.001), Ending.ACKNOWLEDGED

    measured = simulated(plan("mixed"), stalls)
    late = sum(times for value, times in measured.times.buckets() if value > 1_000_000)
    assert 440 <= late <= 500


def test_refusals_are_tried_again_then_given_up() -> None:
    def refuses(number: int, _now: float, _busy: int) -> tuple[float, Ending]:
        return 0.001, Ending.REFUSED if number % 10 == 0 else Ending.ACKNOWLEDGED

    measured = simulated(plan(), refuses)
    assert measured.errors == measured.endings[Ending.REFUSED] == 300
    assert measured.retries == 600
    assert verdict(measured, "errors <= 10%") == "PASS"
    assert verdict(measured, "errors < 10%") == "FAIL"
    assert measured.percentile(95) == math.inf
    assert measured.percentile(85) < 1


def test_what_is_due_and_unsent_when_a_run_ends_is_an_error() -> None:
    measured = simulated(plan(), lambda *_: (1000.0, Ending.ACKNOWLEDGED), drain=1.0)
    assert measured.count == 3000
    assert measured.unsent >= 2996  # all but those under way
    assert verdict(measured, "backlog gone within 5min") == "FAIL"


def test_what_a_person_breaks_off_is_neither_sent_nor_an_error() -> None:
    """Two are under way, one waits to be tried again, the rest of what is due waits for a connection."""
    made = plan("mixed", rate=10, seconds=10)
    dispatcher, measured = Dispatcher(made, 2, (5.0,)), Measurement(made)
    for expected in range(2):
        assert dispatcher.step(1.0) == Send(expected, None)
    assert dispatcher.ended(0, b"body", bytes(32), 1.5, Ending.NO_CONNECTION) is None
    assert dispatcher.step(1.5) == Send(2, None)
    measured.take(dispatcher.broken_off(2.0))
    assert (measured.broken_off, measured.count, measured.errors, measured.retries) == (3, 0, 0, 0)
    assert sum(row.sent + row.failed for row in measured.timeline()) == 0
    assert measured.most_backlog == made.count_due(2.0) == 21
    assert math.isinf(measured.backlog_gone)


LIMITS_MET = {
    "p99 <= 2s": "0.010 s", "mean <= 2s": "0.010 s", "max <= 2s": "0.010 s", "errors = 0": "0 of 10",
    "errors <= 1%": "0 of 10", "accepted >= 99%": "10 of 10", "accepted >= 10": "10 of 10", "retries = 0": "0 of 10",
    "unsent = 0": "0 of 10", "overtaken = 0": "0 of 10", "backlog <= 1000": "1 of 10", "rate >= 0.1/s": "1.1/s",
    "lost = 0": "0 of 10", "duplicates = 0": "0 of 10", "misordered = 0": "0 of 10", "failed = 0": "0 of 10",
    "backlog gone within 5min": "0.000 s",
}  # fmt: skip
"""One of each word, and what ten messages that are acknowledged at once show."""


def test_every_word_of_a_limit_stands_in_the_table() -> None:
    assert {parse_limit(text).word for text in LIMITS_MET} == {*FIGURES, "p99", "backlog gone"}


def ten(ending: Ending | None) -> Measurement:
    """Ten messages that all end like this after 10 ms; None: nothing was sent."""
    made = plan("mixed", rate=1, seconds=10)
    return simulated(made, lambda *_: (0.01, ending)) if ending is not None else Measurement(made)


@pytest.mark.parametrize("limit", LIMITS_MET)
@pytest.mark.parametrize("is_complete", [True, False])
def test_a_limit_is_judged_only_when_it_was_put_to_the_test(limit: str, is_complete: bool) -> None:
    parsed = parse_limit(limit)
    sent = Measured(ten(Ending.ACKNOWLEDGED), 0, 0, 0, 0, is_complete)
    is_of_the_end = parsed.unit == "backlog-gone" and not is_complete
    (found,) = judge([parsed], sent)
    assert found.verdict == ("NOT_RUN" if is_of_the_end else "PASS")
    assert found.measured.endswith(LIMITS_MET[limit])
    (nothing,) = judge([parsed], Measured(ten(None), is_complete=is_complete))
    was_not_asked = is_complete and parsed.word in {"lost", "duplicates", "misordered", "failed"}
    assert nothing.verdict == ("BLOCKED" if was_not_asked else "NOT_RUN")


@pytest.mark.parametrize("limit", LIMITS_MET)
def test_a_limit_is_no_pass_when_nothing_was_acknowledged(limit: str) -> None:
    (found,) = judge([parse_limit(limit)], Measured(ten(Ending.REFUSED), 0, 0, 0, 1))
    word = parse_limit(limit).word
    expected = "NOT_RUN" if word in {"overtaken", "lost", "duplicates", "misordered"} else "FAIL"
    assert found.verdict == ("PASS" if word in {"unsent", "backlog", "backlog gone"} else expected)


def test_a_run_that_ended_early_fails_only_what_its_rest_could_not_mend() -> None:
    made = plan("mixed", rate=1, seconds=10)
    measured = Measurement(made)
    records = [Record(number, 0, 0, 500_000, 204, 2, Ending.ACKNOWLEDGED, bytes(32)) for number in range(3)]
    measured.take([*records, Record(3, 0, 0, 500_000, 500, 2, Ending.REFUSED, bytes(32))])
    limits = [
        parse_limit(text) for text in ("accepted >= 10", "retries = 5", "errors = 0", "errors <= 50%", "max > 1h")
    ]
    found = judge(limits, Measured(measured, is_complete=False))
    assert [one.verdict for one in found] == ["NOT_RUN", "NOT_RUN", "FAIL", "PASS", "PASS"]
    assert verdict_of(found) == "FAIL"
    assert verdict_of(found[:2]) == verdict_of([found[0], found[3]]) == "NOT_RUN"


def test_a_backlog_that_lasts_too_long_already_fails_a_run_that_a_person_ended() -> None:
    measured = Measurement(plan("mixed", rate=1, seconds=10))
    measured.take([Record(0, 0, 0, 5_000_000, 204, 1, Ending.ACKNOWLEDGED, bytes(32))])
    measured.take([Record(1, 0, 0, 75_000_000, 0, 1, Ending.BROKEN_OFF, bytes(32))])
    limits = [parse_limit("backlog gone within 1min"), parse_limit("backlog gone within 2min")]
    assert [one.verdict for one in judge(limits, Measured(measured, is_complete=False))] == ["FAIL", "NOT_RUN"]


def test_a_backlog_takes_no_memory() -> None:
    made = plan(rate=1e6)
    dispatcher = Dispatcher(made, 1, ())
    assert isinstance(dispatcher.step(60.0), Send)
    assert dispatcher.step(60.0) == Wait(None)
    assert dispatcher.backlog(60.0) == made.count


@given(st.integers(1, 7))
def test_senders_share_a_plan_out(stride: int) -> None:
    made = plan(rate=3)
    taken: list[int] = []
    for first in range(stride):
        dispatcher = Dispatcher(made, 10_000, (), first, stride)
        while isinstance(step := dispatcher.step(60.0), Send):
            taken.append(step.number)
    assert sorted(taken) == list(range(made.count))


@given(st.lists(st.integers(0, 10**9), min_size=1), st.sampled_from([50.0, 90.0, 99.0, 100.0]))
def test_percentiles_have_three_digits(values: list[int], percent: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    exact = sorted(values)[max(1, -(-len(values) * int(percent) // 100)) - 1]
    assert exact * (1 - 1 / 1024) <= histogram.percentile(percent) <= exact


@given(st.lists(st.integers(0, 10**7)), st.lists(st.integers(0, 10**7)))
def test_two_histograms_add_up_to_that_of_all(first: list[int], second: list[int]) -> None:
    def of(values: list[int]) -> Histogram:
        made = Histogram()
        for value in values:
            made.record(value)
        return made

    joined = of(first)
    joined.add(of(second))
    assert joined.buckets() == of(first + second).buckets()
    assert Histogram(joined.buckets()).count == len(first + second)


RECORDS = st.builds(
    Record,
    number=st.integers(0, 2999),
    planned=st.integers(0, 10**12),
    sent=st.integers(0, 10**12),
    ended=st.integers(0, 10**12),
    status=st.integers(0, 599),
    attempts=st.integers(0, 255),
    ending=st.sampled_from(Ending),
    digest=st.binary(min_size=32, max_size=32),
)


@given(st.lists(RECORDS))
def test_records_are_read_as_they_were_packed(records: list[Record]) -> None:
    assert list(unpack(pack(records))) == records


def test_rows_that_are_none_are_refused() -> None:
    with pytest.raises(PeerError):
        list(unpack(b"short"))
    with pytest.raises(PeerError):
        list(unpack(bytes(68)))


@given(st.lists(RECORDS, max_size=40))
def test_memory_does_not_grow_with_the_duration(records: list[Record]) -> None:
    measured = Measurement(plan())
    measured.take(records)
    assert len(measured.intervals) <= MOST_INTERVALS
    assert sum(one.ended for one in measured.intervals) == len(records) - measured.broken_off


def test_what_the_party_processed_is_counted() -> None:
    processed = Processed(5)
    for number in (0, 2, 1, 2, 9, -1):
        processed.take(number)
    assert (processed.once, processed.duplicates, processed.foreign, processed.misordered) == (2, 1, 2, 1)
    assert processed.lost([0, 1, 2, 3]) == 1


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"A:B:7", 7),
        (b'{"response_id": "A:B:7", "more": {"of": ["theirs"]}}', 7),
        (b'{"response_id": 7}', None),
        (b'{"response_id": null}', None),
        (b'{"response_id": "A:B:7"', None),
        (b'{"response_id": "\xff"}', None),
        (b"[1]", None),
        (b"A:B:x", None),
    ],
)
def test_a_line_of_what_was_processed_names_a_message_or_none(tmp_path: Path, line: bytes, number: int | None) -> None:
    listed = tmp_path / "processed.txt"
    listed.write_bytes(b'{"more": 1}\n\n' + line + b"\n")
    assert list(processed_numbers(str(listed), lambda name: int(name.rpartition(":")[2]))) == [number]


def test_the_result_has_its_published_schema() -> None:
    published = json.loads(resource("run", "load-result.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()


@given(st.permutations(range(12)), st.integers(1, 5))
def test_the_order_of_messages_is_counted_within_each_device(order: list[int], devices: int) -> None:
    processed = Processed(12, lambda number: number % devices)
    for number in order:
        processed.take(number)
    late = [
        number
        for place, number in enumerate(order)
        if any(before > number and before % devices == number % devices for before in order[:place])
    ]
    assert processed.misordered == len(late)


@pytest.mark.parametrize("word", [*FIGURES, "p99", "p99.9"])
def test_every_figure_can_be_limited(word: str) -> None:
    seconds = word.startswith("p") or FIGURES[word].unit == "seconds"
    limit = parse_limit(f"{word} <= 100000{'s' if seconds else ''}")
    result = judge([limit], Measured(simulated(plan(), quick), 0, 0, 0, 0))[0]
    assert result.verdict == "PASS"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p99",
        "p0 <= 1s",
        "p101 <= 1s",
        "p99 <= 2",
        "speed <= 1s",
        "errors = 1s",
        "backlog gone within 5",
        "rate >= 5%",
    ],
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_limit(text)


def test_what_was_not_measured_is_blocked_not_passed() -> None:
    assert verdict(simulated(plan(), quick), "lost = 0") == "BLOCKED"
