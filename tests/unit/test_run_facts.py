"""The facts of a run in a bundle may be anybody's."""

import pytest

from harness.engine.results import fold_run
from stubs.events import Entry, RunStarted
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
