"""A restart in the middle: what was acknowledged, or asked, is not lost; who cannot restart is not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import Owner, Verdict
from harness.drivers.reference.kept import MessageFile, digest_of
from tests.story import Story, request_id


def restarted(story: Story, status: str = "done") -> Story:
    return story.asked(kind="restart", action="r", service="", target="").claimed(
        status, "", action="r", messages_processed=0
    )


def collected(story: Story, status: str = "done") -> Story:
    story.asked(kind="collect", action="c", service="", target="", parameters={"request_id": request_id(1)})
    return story.claimed(status, "I0", action="c")


def acknowledged() -> Story:
    """A request that was acknowledged and not awaited."""
    return Story().asked(options={"wait": False}).posted().claimed("acknowledged", "I99", messages_processed=0)


def after(status: str = "done") -> Story:
    """The response came and was acknowledged, then the restart."""
    story = acknowledged()
    story.device_answered().queued().delivered()
    restarted(story)
    return collected(story, status)


def before(status: str = "done") -> Story:
    """The restart, then the response."""
    story = acknowledged()
    story.device_answered().queued().undelivered(None)
    restarted(story)
    story.delivered(2)
    return collected(story, status)


@pytest.mark.parametrize(("story", "when"), [(after(), "after"), (before(), "before")])
def test_what_was_acknowledged_is_told_after_a_restart(story: Story, when: str) -> None:
    finding = story.judged("nothing-lost-by-restart", when=when)
    assert finding.verdict is Verdict.PASS, finding.lines


@pytest.mark.parametrize(("story", "when"), [(after("timeout"), "after"), (before("failed"), "before")])
def test_what_was_lost_is_held_against_the_party(story: Story, when: str) -> None:
    finding = story.judged("nothing-lost-by-restart", when=when)
    assert (finding.verdict, finding.owner, finding.is_final) == (Verdict.FAIL, Owner.PARTY, True)


@pytest.mark.parametrize(("story", "when"), [(after(), "before"), (before(), "after")])
def test_a_response_at_another_time_than_meant_shows_nothing(story: Story, when: str) -> None:
    finding = story.judged("nothing-lost-by-restart", when=when)
    assert finding.verdict is Verdict.BLOCKED
    assert not finding.is_final


def test_without_a_restart_nothing_is_shown() -> None:
    finding = collected(acknowledged()).judged("nothing-lost-by-restart", when="after")
    assert finding.verdict is Verdict.BLOCKED


def test_a_driver_that_cannot_restart_is_not_run_with_its_reason() -> None:
    story = acknowledged().asked(kind="restart", action="r", service="", target="")
    story.claimed("unsupported", "", action="r", detail="this driver cannot restart its client")
    finding = story.judged("system-restarted")
    assert (finding.verdict, finding.is_final) == (Verdict.NOT_RUN, True)
    assert "cannot restart its client" in finding.got


@pytest.mark.parametrize(("status", "verdict"), [("done", Verdict.PASS), ("failed", Verdict.FAIL)])
def test_what_the_party_says_of_its_restart(status: str, verdict: Verdict) -> None:
    assert restarted(acknowledged(), status).judged("system-restarted").verdict is verdict


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept = MessageFile(tmp_path)
    assert kept.read() == ([], frozenset())
    kept.add(b"<one/>")
    kept.add(b"\xff\n")
    kept.note_reported(digest_of(b"<one/>"))
    assert MessageFile(tmp_path).read() == ([b"<one/>", b"\xff\n"], frozenset({digest_of(b"<one/>")}))
    kept.clear()
    assert kept.read() == ([], frozenset())
