"""Wrong guesses at sign-in: slowed, locked, forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stubs.ssi.guesses import FREE, LOCKED_AFTER, Guesses

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


def test_a_name_waits_longer_with_each_guess_and_is_locked_in_the_end() -> None:
    guesses, locked = Guesses(), None
    for count in range(1, LOCKED_AFTER + 1):
        locked = guesses.wrong("Ann", NOW + timedelta(seconds=count))
        waits = guesses.wait_until(" ANN ", NOW + timedelta(seconds=count)) is not None
        assert waits == (count > FREE)
    assert locked is not None


def test_a_reset_of_the_dcc_forgets_what_was_guessed_before() -> None:
    guesses = Guesses()
    for _ in range(LOCKED_AFTER):
        guesses.wrong("ann", NOW)
    guesses.forget_before(0)
    assert guesses.wait_until("ann", NOW) is not None
    guesses.forget_before(1)
    assert guesses.wait_until("ann", NOW) is None
