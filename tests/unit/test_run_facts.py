"""The facts of a run in a bundle may be anybody's."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from harness import __version__
from harness.engine.results import fold_run
from harness.evidence import bundle
from harness.judging import ScenarioSet, judge_bundle
from stubs.clock import VirtualClock
from stubs.events import Entry, RunFinished, RunStarted, ScenarioStarted
from stubs.journal import Journal, SqliteStore
from stubs.wire.errors import PeerError
from tests.dcc_kit import NOW


@pytest.mark.parametrize(
    "facts",
    [
        {"plan": [{"key": "IC-001-IS"}]}, {"plan": 5}, {"roles": 5}, {"settings": {"roles": 5}}, {"users": [1]},
        {"declared_unused": [[]]}, {"certificates": [{}]}, {"settings": {"retry_limit": "x"}}, {"driver_facts": 5},
    ],
)  # fmt: skip
def test_facts_of_other_kinds_are_told_with_their_entry(facts: dict[str, object]) -> None:
    with pytest.raises(PeerError, match="not the facts of a run; at entry 1"):
        fold_run([Entry(seq=1, at=NOW, event=RunStarted(run="r", facts=facts), hash=b"")])


@pytest.mark.parametrize("devices", [[1, 2], {"esme": 5}, "x", None])
def test_premises_that_are_none_are_told_with_their_entry(devices: object) -> None:
    started = ScenarioStarted(
        scenario="SR-601", attempt=1, role="OU", title="", scope="", priority="P1", srvs=(), feature="",
        premises={"devices": devices}, key="SR-601-OU",
    )  # fmt: skip
    run = Entry(seq=1, at=NOW, event=RunStarted(run="r", facts={}), hash=b"")
    with pytest.raises(PeerError, match="not the premises of a scenario; at entry 2"):
        fold_run([run, Entry(seq=2, at=NOW, event=started, hash=b"")])


@pytest.mark.parametrize(
    "facts", [{"settings": {"select": "(" * 500}}, {"settings": {"select": "a ("}}, {"roles": ["\0"]}]
)
def test_what_cannot_be_read_of_a_selection_or_a_role_is_a_problem_of_the_bundle(facts: dict[str, object]) -> None:
    journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    known = {"scenario_set": {"digest": ScenarioSet().digest}, "harness": __version__}
    journal.record(RunStarted(run="r", facts={**known, **facts}), RunFinished(run="r", complete=True))
    evidence = bundle.gather(journal.rows())
    journal.close()
    sealed = bundle.seal(evidence, {"result.json": b"{}"}, ec.derive_private_key(7, ec.SECP256R1()))
    assert {"plan", "report"} <= {one.kind for one in judge_bundle(sealed).problems}
