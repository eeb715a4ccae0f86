"""A few mutants of everything that comes from outside, the same ones every time; ``make fuzz`` goes on for an hour."""

import random
from collections.abc import Iterator

import pytest

from tests.dcc_kit import a_pki
from tests.fuzz.mutate import mutant
from tests.fuzz.targets import TARGETS, Surroundings, Target, surroundings

INPUTS = 160
"""Of a target that costs little; others have a share by their weight."""


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    pki = a_pki(keys)
    with surroundings(tmp_path_factory.mktemp("work"), pki, keys) as here:
        yield here


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_mutant_ends_in_an_error_of_ours(where: Surroundings, target: Target) -> None:
    dice, seeds = random.Random(target.name), target.seeds
    if target.bend is None:
        for data in seeds[:: target.weight]:
            assert target.take(where, data) == "", data[:2000]
    for _ in range(INPUTS // target.weight):
        data = target.bend(dice.choice(seeds), dice) if target.bend else mutant(seeds, dice)
        assert target.take(where, data) == "", data[:2000]
