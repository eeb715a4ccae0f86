"""Judging a bundle: everything it says of verdicts is reached again, and compared, never believed.

What a scenario owes comes from the scenario set of this version, not from the journal; findings, scenario verdicts,
role verdicts, counts and reports follow from messages and events. This room reads bundles and knows no simulator.
"""

from harness.judging.owed import Owed, ScenarioSet
from harness.judging.recompute import Judgement, Problem, judge_bundle, owed_problems

__all__ = ["Judgement", "Owed", "Problem", "ScenarioSet", "judge_bundle", "owed_problems"]
