"""What a worker of a cluster hears of the person who runs a command: also when the scheduler is slow."""

from __future__ import annotations

from harness.engine.workers.cluster import AskedThere


class Variable:
    """Answers in this order; errors are raised."""

    def __init__(self, *answers: object) -> None:
        self._answers = iter(answers)

    def get(self) -> object:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_question_that_fails_is_asked_again_and_what_was_heard_stays() -> None:
    asked = AskedThere(
        Variable(OSError("Timed out trying to connect"), 0, TimeoutError(), 2, RuntimeError("closed"), 3)
    )
    assert [asked.is_interrupted for _ in range(5)] == [False, False, False, True, True]
    assert asked.hurries
