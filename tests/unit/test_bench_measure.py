from __future__ import annotations

import pytest

from tests.bench.load import closed, post, steady
from tests.bench.measure import Aim, NotMeasured, figure, in_rounds, percentile, ratios
from tests.bench.mix import load_templates


def test_a_figure_is_the_median_of_its_rounds_with_the_range() -> None:
    found = figure("a", "chain / whole", ratios([1.0, 2.0, 9.0], [2.0, 2.0, 2.0]), aim=Aim(">=", 0.5))
    assert (found.value, found.low, found.high) == (1.0, 0.5, 4.5)
    assert found.as_dict()["is_met"] is True
    assert "aim >= 0.5  met" in found.line()


def test_a_missed_aim_is_said() -> None:
    assert "MISSED" in figure("b", "gateway / echo", [0.05], aim=Aim(">=", 0.1)).line()
    assert "MISSED" in figure("c", "start / imports", [2.1], aim=Aim("<=", 2.0)).line()


def test_what_could_not_be_measured_says_why() -> None:
    assert NotMeasured("b", "Java", "java not found").line().endswith("not measured: java not found")


def test_every_operation_runs_once_a_round_in_an_order_of_the_seed() -> None:
    def record(seed: str) -> list[str]:
        ran: list[str] = []
        in_rounds({"x": lambda: ran.append("x"), "y": lambda: ran.append("y")}, 6, seed)
        return ran

    ran = record("one")
    assert ran.count("x") == ran.count("y") == 6
    assert ran == record("one")
    assert all({ran[at], ran[at + 1]} == {"x", "y"} for at in range(0, 12, 2))


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([float(number) for number in range(100)], 0.99) == 99.0
    assert percentile([3.0], 0.99) == 3.0


@pytest.mark.parametrize("url", ["http://example.org:80/x", "http://10.0.0.1:8079/x", "http://127.0.0.1/x"])
def test_no_load_leaves_the_machine(url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        closed(url, [post(url, b"x")], 1)


def test_no_load_uses_more_than_64_connections() -> None:
    url = "http://127.0.0.1:1/x"
    with pytest.raises(ValueError, match="at most 64"):
        steady(url, [post(url, b"x")], 65, 10.0)


def test_the_templates_cover_the_simulated_services_and_say_where_they_come_from() -> None:
    templates, origin = load_templates()
    assert {"8.2", "4.1.1", "7.2", "12.1"} <= {template.srv for template in templates}
    assert str(len(templates)) in origin
