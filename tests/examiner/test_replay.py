"""A submission that replies what an earlier one replied has the earlier one's results, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from autograder.examiner.outcome import settle
from autograder.examiner.proxies import SubmissionFailed
from autograder.examiner.replay import Ask, Path, Replays, Settled, digest_of, numbered_names, onward
from autograder.kit import Kit
from autograder.records import Report
from autograder.wire.frames import Frame


def reply(name: str = "dense_4", blob: bytes = b"weights") -> Frame:
    layer = {"class": "Dense", "name": name}
    return Frame({"value": {"layers": [layer], "value": {"layer": 0}}}, blob)


def test_names_that_keras_made_up_do_not_count() -> None:
    """Keras numbers layers through the whole process, so the number says nothing about the answer."""
    assert digest_of(reply("dense_4")) == digest_of(reply("dense")) == digest_of(reply("dense_12"))
    assert list(numbered_names(reply("dense_4"))) == ["dense_4"]


@pytest.mark.parametrize("other", [reply("top"), reply(blob=b"others"), reply("dense_4x")])
def test_whatever_a_submission_chose_counts(other: Frame) -> None:
    """Another name, other bytes: another reply."""
    assert digest_of(other) != digest_of(reply())


def test_failures_that_time_or_memory_decide_are_never_kept() -> None:
    """What timed out or crashed may come out otherwise the next time; an exception may not."""
    assert digest_of(SubmissionFailed("timed_out", "slow")) is None
    assert digest_of(SubmissionFailed("crashed", "gone")) is None
    assert digest_of(SubmissionFailed("failed", "a")) != digest_of(SubmissionFailed("failed", "b"))


def test_paths_that_begin_alike_part_where_their_replies_differ(toy: Kit) -> None:
    """Two submissions that agree in the first reply and not in the second each have their own end."""
    check, replays = toy.checks[0], Replays()
    first, second = Ask("add", Frame({"a": 1})), Ask("mean", Frame({"b": 2}))
    ends = {name: Settled((settle(check, name, ""),), ()) for name in ("passed", "failed")}
    for name, digest in (("passed", "right"), ("failed", "wrong")):
        path = Path("start", ((first, "same"), (second, digest)), ends[name])
        replays.keep(Path.from_event(path.to_event()))
    assert replays.step("start") == first
    parting = onward("start", "same")
    assert replays.step(parting) == second
    assert replays.step(onward(parting, "right")) == ends["passed"]
    assert replays.step(onward(parting, "wrong")) == ends["failed"]
    assert replays.step(onward(parting, "new")) is None


def test_a_second_submission_with_the_same_replies_gets_the_same_report(
    examine: Callable[[str], Report], solved: str
) -> None:
    """Times aside, a report does not show whether its checks ran or were taken from an earlier submission."""

    def timeless(report: Report) -> Report:
        checks = tuple(replace(check, seconds=0) for check in report.checks)
        return replace(report, checks=checks, seconds=0)

    wrong = solved + "\ndef mean(numbers):\n    return 2.0\n"
    assert timeless(examine(wrong)) == timeless(examine(wrong + "\n# the same in other words\n"))


def test_an_answer_that_is_right_in_public_only_is_still_found_out(
    examine: Callable[[str], Report], solved: str
) -> None:
    """Sharing the first replies with a right answer is worth nothing in the checks that follow."""
    right = examine(solved)
    lucky = examine(solved + "\ndef mean(numbers):\n    return float(numbers[:3].mean())\n")
    assert right.score == right.max_score
    assert [check.name for check in lucky.checks if check.outcome != "passed"] == [
        "test_mean_of_other_numbers"
    ]
