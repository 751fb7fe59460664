"""A failing pair: replaced once, then the grade is owed, and the next student gets a fresh pair."""

from __future__ import annotations

import pytest

from autograder.grading.executors import RetryingWorker, Stopped
from autograder.sandbox.protocol import IsolationUnavailable


class Pairs:
    """Starts pairs that fail on a text as often as it says `!`, whichever pair it is."""

    def __init__(self, grader, broken_starts=(), error=RuntimeError):
        self.grader = grader
        self.broken_starts, self.error = broken_starts, error
        self.started = self.closed = self.killed = 0
        self.tries = {}

    def __call__(self):
        self.started += 1
        return Fragile(self, self.started)


class Fragile:
    def __init__(self, pairs, number):
        self.pairs, self.number = pairs, number

    def wait(self):
        if self.number in self.pairs.broken_starts:
            raise self.pairs.error("no sandbox")

    def examine(self, submission):
        tries = self.pairs.tries[submission.student] = self.pairs.tries.get(submission.student, 0) + 1
        if submission.files[0].content.count(b"!") >= tries:
            raise RuntimeError("it died")
        return self.pairs.grader.report(submission)

    def kill(self):
        self.pairs.killed += 1

    def close(self):
        self.pairs.closed += 1


def graded(pairs, kit, *entries):
    with RetryingWorker(kit, pairs, "process") as pair:
        return [pair.examine(entry.read()) for entry in entries]


def test_one_pair_serves_everybody(grader, kit, handed):
    pairs = Pairs(grader)
    reports = graded(pairs, kit, handed("ada"), handed("bob"))
    assert [report.status for report in reports] == ["graded", "graded"]
    assert (pairs.started, pairs.closed) == (1, 1)


def test_a_pair_that_dies_is_replaced_and_the_submission_tried_again(grader, kit, handed):
    pairs = Pairs(grader)
    reports = graded(pairs, kit, handed("ada", "!"), handed("bob"))
    assert [report.status for report in reports] == ["graded", "graded"]
    assert (pairs.started, pairs.closed) == (2, 2)


def test_a_second_fault_is_a_report_without_a_score(grader, kit, handed):
    pairs = Pairs(grader)
    fault, fine = graded(pairs, kit, handed("ada", "!!"), handed("bob"))
    assert (fault.status, fault.score, fault.student) == ("grader_error", None, "ada")
    assert "RuntimeError: it died" in fault.message
    assert [check.outcome for check in fault.checks] == ["grader_error"] * len(kit.checks)
    assert {task.score for task in fault.tasks.values()} == {None}
    assert fine.status == "graded"
    assert (pairs.started, pairs.closed) == (3, 3)


def test_a_report_that_owns_up_to_a_fault_is_tried_again_in_a_fresh_pair(grader, kit, handed):
    pairs = Pairs(grader)
    [fault] = graded(pairs, kit, handed("ada", "lost"))
    assert fault.status == "grader_error"
    assert pairs.tries == {"ada": 2}
    assert pairs.started == 2


def test_where_not_even_a_first_pair_starts_nothing_is_graded(grader, kit, handed):
    pairs = Pairs(grader, broken_starts={1, 2})
    with pytest.raises(RuntimeError, match="no sandbox"):
        graded(pairs, kit, handed("ada"))
    assert pairs.closed == 2


def test_a_first_start_that_fails_is_tried_once_more(grader, kit, handed):
    [report] = graded(Pairs(grader, broken_starts={1}), kit, handed("ada"))
    assert report.status == "graded"


def test_isolation_that_is_not_to_be_had_is_not_tried_again(grader, kit, handed):
    pairs = Pairs(grader, broken_starts={1}, error=IsolationUnavailable)
    with pytest.raises(IsolationUnavailable):
        graded(pairs, kit, handed("ada"))
    assert pairs.started == 1


def test_a_later_start_that_fails_costs_one_try(grader, kit, handed):
    pairs = Pairs(grader, broken_starts={2})
    fault, fine = graded(pairs, kit, handed("ada", "!"), handed("bob"))
    assert "no sandbox" in fault.message
    assert fine.status == "graded"


def test_a_stopped_pair_examines_nothing_more(grader, kit, handed):
    pairs = Pairs(grader)
    with RetryingWorker(kit, pairs, "process") as pair:
        pair.examine(handed("ada").read())
        pair.stop()
        assert pairs.killed == 1
        with pytest.raises(Stopped):
            pair.examine(handed("bob", "!").read())
    assert pairs.started == 1
