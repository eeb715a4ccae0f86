"""`make defects`: a few hundred clients with one made-up defect each, and how many of them the judge catches.

Seeded: the same seed makes the same clients. Not part of `make test`. What is not caught is listed with its reason.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
engine, settings = import_module("harness.engine"), import_module("harness.settings")
defective, drivers = import_module("harness.drivers.defective"), import_module("harness.drivers")
policy = import_module("harness.drivers.reference.policy")
app, clock = import_module("stubs.app"), import_module("stubs.clock")
msgspec = import_module("msgspec")
edits, pages = defective.edits, import_module("harness.drivers.defective.page_edits")

READS = ("SR-201-IS-2", "SR-605-IS", "SR-503-IS", "SR-601-IS", "SR-417-IS", "SR-202-IS", "SR-421-IS",
         "SR-204-IS-4.8.1", "SR-203-IS-4.4.2")  # fmt: skip
ALERTS = ("AL-001-IS", "AL-009-IS", "AL-023-IS")
CHANGES = ("SR-104-IS-1.2.1", "SR-101-IS-1.1.1", "IC-035-IS-6.20.1", "SR-111-IS-2.1")
SENDS = {"SR-105-IS": "AdjustMeterBalance", "SR-112-IS": "amount_pence", "SR-121-IS": "SupplierMessage",
         "SR-106-IS": "PaymentMode", "IC-001-IS": "ESMEVariant", "IC-008-IS": "AddressIdentifier",
         "PT-002-IS": "ExecutionDateTime"}  # fmt: skip
OTHER = "00-DB-12-34-56-78-90-AB"
NUMBERS: dict[str, Callable[[Any], Any]] = {
    "times 10": lambda n: n * 10, "by 100": lambda n: n / 100, "plus 1": lambda n: n + 1, "negated": lambda n: -n,
    "zero": lambda _n: 0, "8 bits": lambda n: int(n) % 256, "doubled": lambda n: n * 2,
}  # fmt: skip
LISTS: dict[str, Callable[[Any], Any]] = {
    "empty": lambda _l: [], "first only": lambda one: one[:1], "last dropped": lambda one: one[:-1],
    "twice": lambda one: one + one, "statuses rotated": edits.rotated("DeviceStatus"),
    "types rotated": edits.rotated("DeviceType"), "identities rotated": edits.rotated("DeviceID"),
}  # fmt: skip
VALUES: dict[str, Callable[[Any], Any]] = {
    "x": lambda v: f"{v}x" if isinstance(v, str) else v + 7, "cut": lambda v: str(v)[:-1] or "0",
    "reversed": lambda v: str(v)[::-1] + "1",
}  # fmt: skip
TEXTS: dict[str, Callable[[str], str]] = {
    "with a letter more": lambda text: f"{text}x", "without its end": lambda text: text[:-1] or "y",
    "half an hour late": edits.half_an_hour_later, "day only": edits.day_only,
    "a year late": lambda text: f"{int(text[:4]) + 1}{text[4:]}" if edits.day_only(text) != text else text,
}  # fmt: skip
TOLD_ALERTS: dict[str, Any] = {
    "another code": edits.each_alert(code="8F1E"), "of another device": edits.each_alert(kind="", device=OTHER),
    "of another kind": edits.each_alert(kind="future-dated"), "unverified": edits.each_alert(verified=False),
    "under another identity": edits.each_alert(response_id=f"{OTHER}:{OTHER}:7"),
    "with another time": edits.each_alert(values={"Timestamp": "2020-01-01T00:00:00Z"}),
    "twice": edits.alerts(lambda given, _action: given + given),
    "twice without identity": edits.alerts(lambda given, _action: [{"code": one["code"]} for one in given + given]),
    "not": edits.alerts(lambda _given, _action: []), "made up": edits.alerts(lambda given, action: [*given, edits.made_up_alert(action)]),
}  # fmt: skip
CONDUCT: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "critical": ({"sign_critical": False, "alter_pre_command": True, "pre_command_key": "xmlsign", "posts": 2,
                  "returns_pre_commands": False, "post_to_right_service": False, "counter_step": -1},
                 ("SR-417-IS", "SR-501-IS", "IC-021-IS")),
    "patience": ({"retry_pause": 0.0, "retry_limit": 12, "honour_http_errors": False}, ("PT-011-IS",)),
    "delivery": ({"deduplicate": False, "first_response_status": 500, "duplicate_status": 409, "response_status": 400},
                 ("PT-009-IS",)),
}  # fmt: skip
"""Fields of the client's policy, and scenarios that give occasion for each."""
PAGES = ("SSI-006-IS", "SSI-006-IS-5", "SSI-008-IS", "SSI-016-IS", "SSI-023-IS")
TOLD_PAGES: dict[str, Any] = {
    "one more seen": pages.of_kind("view-", pages.added("seen", OTHER)),
    "one more row": pages.of_kind("", pages.added_row({"Device ID": OTHER})),
    "nothing seen": pages.of_kind("view-", pages.replaced(seen=[], rows=[], headings=[])),
    "last digits altered": edits.texts(lambda text: f"{text[:-1]}0"),
}  # fmt: skip
"""What is told of pages of the Self-Service Interface."""
FIELDS = {"status": ("refused", "failed", "timeout"), "response_code": ("I0", "I99", "E19", "W1"),
          "request_id": ("A0-B1-C2-D3-E4-01-00-00:DE-51-CE-00-00-00-00-E1:1",)}  # fmt: skip


Client = tuple[str, str, str, Any, Any]
"""Kind, name, scenario, edits, policy of a client that can be made."""
EDITED: tuple[tuple[str, tuple[str, ...], dict[str, Any]], ...] = (
    ("number reported", READS, {name: {"outcome": edits.numbers(edit)} for name, edit in NUMBERS.items()}),
    ("list reported", READS, {name: {"outcome": edits.lists(edit)} for name, edit in LISTS.items()}),
    ("time reported", READS, {"an hour late": {"outcome": edits.texts(edits.an_hour_later)}}),
    ("count", READS, {f"{more} more": {"outcome": edits.processed(more)} for more in (1, 2, 5)}),
    ("text reported", READS, {name: {"outcome": edits.texts(edit)} for name, edit in TEXTS.items()}),
    ("name reported", READS, {"shifted": {"outcome": edits.values(edits.shifted_names)}}),
    ("alert reported", ALERTS, {name: {"outcome": told} for name, told in TOLD_ALERTS.items()}),
    ("number sent", CHANGES, {name: {"action": edits.each_number(edit)} for name, edit in NUMBERS.items()}),
    ("parameter sent", CHANGES, {
        "left out": {"action": edits.each_parameter(lambda _value: None)},
        "last sign 0": {"action": edits.each_parameter(edits.last_digit_zero)},
    }),
    *((f"{field} reported", (*READS, *SENDS), {
        value: {"outcome": edits.changed(**{field: value})} for value in values}) for field, values in FIELDS.items()),
    ("repetition", (*READS, *SENDS), {"asked twice": {"times": 2}}),
    *(("parameter sent", (scenario,), {
        f"{name} {word}": {"action": edits.parameter(name, edit)} for word, edit in VALUES.items()})
      for scenario, name in SENDS.items()),
    ("page told", PAGES, {name: {"outcome": told} for name, told in TOLD_PAGES.items()}),
)  # fmt: skip
"""Kind, scenarios, and the edits of a client by its name: each is made for each of the scenarios."""
BEHAVED: tuple[tuple[str, tuple[str, ...], dict[str, dict[str, Any]]], ...] = (
    ("repetition", (*READS, *SENDS), {"sent twice": {"posts": 2}}),
    ("acknowledgement", (*READS, *SENDS), {
        f"{status} to responses": {"response_status": status} for status in (302, 404, 500)}),
    *((kind, scenarios, {f"{field} {value}": {field: value} for field, value in fields.items()})
      for kind, (fields, scenarios) in CONDUCT.items()),
)  # fmt: skip
"""As ``EDITED``, with fields of the policy."""


def made() -> Iterator[Client]:
    """Every client that can be made."""
    for table in (EDITED, BEHAVED):
        for kind, scenarios, clients in table:
            for scenario in scenarios:
                for name, changes in clients.items():
                    edit = defective.Edits(**(changes if table is EDITED else {}))
                    how = replace(policy.CORRECT, **(changes if table is BEHAVED else {}))
                    yield kind, f"{name} in {scenario}", scenario, edit, how


def _shows(dcc: Any, run: Any, kind: str, driver: Any, how: Any) -> bool:
    """Whether the client did anything that differs from a correct one in this scenario."""
    if how == policy.CORRECT and not driver.changes:
        return False
    if any(
        action.claimed and action.claimed["status"] == "unsupported" for one in run.scenarios for action in one.actions
    ):
        return False  # it says itself that it cannot send such a value, and the scenario is not run
    if kind != "acknowledgement":
        return True
    kinds = {type(entry.event).__name__ for entry in dcc.journal.entries(after=run.first - 1, until=run.last)}
    return bool(kinds & {"MessageDelivered", "DeliveryFailed"})  # nothing was delivered: nothing was answered


ALLOWED = {
    ("count", "1 more in SR-417-IS"): "the Pre-Command in the HTTP answer may be counted as a message",
    ("count", "1 more in SR-601-IS"): "the answer in the HTTP exchange may be counted as a message",
    ("parameter sent", "ExecutionDateTime cut in PT-002-IS"): "a time without a zone is UTC in DUIS: the same instant",
}
"""What can be made and is no defect, with the reason."""


def main(count: int, seed: str) -> None:
    """Run ``count`` of them and print the catch rate by kind."""
    clients = [one for one in made() if one[:2] not in ALLOWED]
    chosen = Random(seed).sample(clients, min(count, len(clients)))  # noqa: S311 - a choice, not a secret
    folder = Path(tempfile.mkdtemp())
    app.init_pki(folder / "pki")
    dcc_settings = app.DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(folder / "pki"), state_dir=str(folder / "state")
    )
    caught, total = Counter[str](), Counter[str]()
    with app.background_dcc(dcc_settings, clock.VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC))) as dcc:
        for number, (kind, name, scenario, edit, how) in enumerate(chosen):
            driver = defective.DefectiveDriver(edit, how, name)
            flags = {"deadline": 3.0, "patience": 1.5, "select": scenario, "out": str(folder / f"run-{number}")}
            run = engine.run_rehearsal(settings.load_settings(flags=flags), dcc=dcc, driver=driver).run
            total[kind] += 1
            if any(one.verdict.value == "FAIL" for one in run.scenarios):
                caught[kind] += 1
            elif not _shows(dcc, run, kind, driver, how):
                total[kind] -= 1
            else:
                print(f"not caught: {kind}: {name}: {[one.verdict.value for one in run.scenarios]}", flush=True)
    for kind in total:
        print(f"{kind:24} {caught[kind]:4} of {total[kind]:4} caught")
    print(f"{'all':24} {sum(caught.values()):4} of {sum(total.values()):4} caught, seed {seed}")
    print("\n".join(f"not tried: {kind}: {name}: {why}" for (kind, name), why in ALLOWED.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Run clients with generated defects; print how many are caught.")
    parser.add_argument("number", nargs="?", type=int, default=200, help="how many clients are drawn")
    parser.add_argument("seed", nargs="?", default="uept", help="another one draws others")
    arguments = parser.parse_args()
    main(arguments.number, arguments.seed)
