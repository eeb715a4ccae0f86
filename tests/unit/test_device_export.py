"""Energy that a home generates, uses itself, and exports: functions of its seed, its peak power and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from stubs.devices import DeviceState, apply, view
from stubs.devices.generation import generated, typical_peak
from stubs.devices.manufacture import amend
from stubs.devices.netting import Element, exported, imported
from stubs.devices.profile import SLOT
from stubs.devices.records import Calendar, Tariff
from stubs.devices.registers import tou_registers
from stubs.devices.state import instant, seconds
from tests.device_bench import DeviceBench

DAY = timedelta(days=1)
PEAK = 3000
START = seconds(datetime(2026, 3, 1, tzinfo=UTC))


def read(bench: DeviceBench, state: DeviceState, name: str, now: datetime, **values: Any) -> dict[str, Any]:
    return bench.read(state, bench.ask(state, name, values, now)[1].response)


def test_generation_never_goes_back_and_half_an_hour_never_yields_more_than_the_peak_power() -> None:
    slots = [generated("s", PEAK, START + number * SLOT) for number in range(400 * 48)]
    yields = [after - before for before, after in pairwise(slots)]
    assert min(yields) == 0
    assert PEAK // 4 < max(yields) <= PEAK // 2


def test_nothing_is_generated_at_night_and_more_in_summer_than_in_winter() -> None:
    day = 86_400
    assert generated("s", PEAK, START + 20 * 3600) == generated("s", PEAK, START + day + 5 * 3600)
    summer, winter = (seconds(datetime(2026, month, 1, tzinfo=UTC)) for month in (6, 12))
    month = 30 * day
    june = generated("s", PEAK, summer + month) - generated("s", PEAK, summer)
    assert june > 4 * (generated("s", PEAK, winter + month) - generated("s", PEAK, winter))


def test_the_seed_decides_what_is_generated() -> None:
    at = START + 40 * 3600
    one, again, other = (generated(seed, PEAK, at) - generated(seed, PEAK, START) for seed in ("s", "s", "t"))
    assert one == again
    assert one != other
    assert len({typical_peak(str(number)) for number in range(100)}) > 10


def test_the_reads_of_an_exporting_meter_agree(bench: DeviceBench) -> None:
    esme, now = bench.device("ESME", generation=PEAK), bench.now + 3 * DAY
    register = read(bench, esme, "ECS17a", now)
    assert register["ActiveExportRegister"] == view(esme, now)["export_register"] > 0
    assert register["ReactiveExportRegister"] == register["ActiveExportRegister"] // 10
    asked = {"StartDateTime": bench.now, "EndDateTime": now}
    half_hours = read(bench, esme, "ECS22a", now, **asked)["LogEntries"]
    assert sum(one["ActiveEnergyExportedValue"] for one in half_hours) == register["ActiveExportRegister"]
    days = read(bench, esme, "ECS21c", now, **asked)["LogEntries"]
    registers = [one["ActiveExportRegister"] for one in days]
    assert len(registers) == 3
    assert 0 < registers[0] < registers[1] < registers[2] < register["ActiveExportRegister"]
    demand = read(bench, esme, "ECS18a", now)
    assert demand["MaxDemandActiveEnergyExport"] == 2 * max(one["ActiveEnergyExportedValue"] for one in half_hours)
    assert bench.now < demand["MaxDemandActiveEnergyExportCaptureTime"] <= now


def test_a_home_exports_nothing_unless_told_to(bench: DeviceBench) -> None:
    esme, now = bench.device("ESME"), bench.now + DAY
    assert read(bench, esme, "ECS17a", now)["ActiveExportRegister"] == 0
    asked = {"StartDateTime": bench.now, "EndDateTime": now}
    entries = read(bench, esme, "ECS22a", now, **asked)["LogEntries"]
    assert {one["ActiveEnergyExportedValue"] for one in entries} == {0}


def test_a_roof_put_up_or_taken_down_by_hand_counts_from_then_on(bench: DeviceBench) -> None:
    esme = bench.device("ESME", generation=PEAK)
    down, later = bench.now + DAY, bench.now + 4 * DAY
    state = apply(esme, amend(esme, down, {"generation": 0}))
    before = view(esme, down)["export_register"]
    assert view(state, later)["export_register"] == before > 0
    assert view(state, bench.now + DAY / 8)["export_register"] == view(esme, bench.now + DAY / 8)["export_register"]
    again = apply(state, amend(state, later, {"generation": PEAK}))
    assert view(again, later + DAY)["export_register"] > before
    assert instant(again.since) == later


def test_a_disabled_supply_exports_nothing(bench: DeviceBench) -> None:
    esme = bench.device("ESME", generation=PEAK, supply="disabled")
    assert view(esme, bench.now + DAY)["export_register"] == 0


def test_a_half_hour_imports_or_exports_what_use_and_generation_leave(bench: DeviceBench) -> None:
    esme, plain, later = bench.device("ESME", generation=PEAK), bench.device("ESME"), bench.now + 30 * DAY
    asked = {"StartDateTime": bench.now, "EndDateTime": later}

    def column(state: DeviceState, name: str, value: str) -> list[int]:
        return [one[value] for one in read(bench, state, name, later, **asked)["LogEntries"]]

    imports = column(esme, "ECS22b", "PrimaryValue")
    exports = column(esme, "ECS22a", "ActiveEnergyExportedValue")
    uses = column(plain, "ECS22b", "PrimaryValue")
    ends = range(seconds(bench.now), seconds(later) + 1, SLOT)
    yields = [after - before for before, after in pairwise(generated(esme.seed, PEAK, at) for at in ends)]
    for use, yielded, came, went in zip(uses, yields, imports, exports, strict=True):
        assert (came, went) == (max(0, use - yielded), max(0, yielded - use))
    assert sum(exports) > 0
    assert sum(imports) < sum(uses)


def test_registers_of_an_exporting_home_are_the_sums_of_its_half_hours(bench: DeviceBench) -> None:
    esme = bench.device("ESME", generation=PEAK)
    asked = {"StartDateTime": bench.now, "EndDateTime": bench.now + 90 * DAY}
    for days in (1, 31, 90):
        now = bench.now + days * DAY
        entries = read(bench, esme, "ECS22b", now, **asked)["LogEntries"]
        moved = view(esme, now)["import_register"] - view(esme, bench.now)["import_register"]
        assert moved == sum(one["PrimaryValue"] for one in entries)


def test_an_exporting_meter_never_goes_back_within_a_half_hour() -> None:
    element, noon = Element("s", "electricity", PEAK), START + 12 * 3600
    for read_ in (imported, exported):
        steps = [read_(element, START, noon + second) for second in range(0, 7200, 7)]
        assert steps == sorted(steps)
        assert read_(element, START, noon) + read_(element, noon, noon + 5000) == read_(element, START, noon + 5000)


def test_power_is_nothing_while_the_roof_covers_the_use(bench: DeviceBench) -> None:
    summer = bench.now.replace(month=6)
    assert view(bench.device("ESME", generation=4000), summer)["power"] == 0
    assert view(bench.device("ESME"), summer)["power"] > 0


def test_a_rate_of_the_day_counts_only_what_is_imported_in_it(bench: DeviceBench) -> None:
    tariff = Tariff(Calendar(days=((1, ((0, 1), (10 * 3600, 2), (14 * 3600, 1))),)), prices=(1000, 1000))
    day = seconds(bench.now.replace(month=6, hour=0))
    for peak, is_used in ((0, True), (4000, False)):
        esme = bench.device("ESME", generation=peak, tariff=tariff)
        used = tou_registers(esme, day + 86_400)[1] - tou_registers(esme, day)[1]
        assert bool(used) is is_used
