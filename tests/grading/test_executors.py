"""Every submission is examined once, a worker that fails is replaced once, and a run ends cleanly."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from autograder.examiner.examination import ExaminationLimits
from autograder.grading.executors import LocalExecutor, RetryingWorker, Stopped
from autograder.sandbox.protocol import IsolationUnavailable


class Blocking:
    """A worker that examines Ada at once and never comes back from anybody else until it is killed."""

    def __init__(self, grader):
        self.grader = grader
        self.examining, self.killed, self.closed = threading.Event(), threading.Event(), False

    def wait(self):
        pass

    def examine(self, submission):
        if submission.student != "ada":
            self.examining.set()
            self.killed.wait()
            raise RuntimeError("killed")
        return self.grader.report(submission)

    def kill(self):
        self.killed.set()

    def close(self):
        self.closed = True


class Instant:
    def __init__(self, grader, meet=None):
        self.grader, self.meet = grader, meet

    def wait(self):
        pass

    def examine(self, submission):
        if self.meet:
            self.meet.wait()
        return self.grader.report(submission)

    def kill(self):
        pass

    def close(self):
        pass


def read(handed, *students):
    return (handed(student, student).read() for student in students)


def local(kit, start, jobs):
    return LocalExecutor(kit, start, jobs=jobs, isolation="process")


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_every_submission_is_examined_once(grader, kit, handed, jobs):
    names = [f"student{n}" for n in range(40)]
    reports = list(local(kit, lambda: Instant(grader), jobs).examine(read(handed, *names)))
    assert sorted(student for student, _ in reports) == sorted(names)
    assert all(report.student == student for student, report in reports)


def test_a_second_try_has_what_the_first_left_of_the_time(grader, kit, handed):
    left = []

    class Failing(Instant):
        def examine(self, submission):
            left.append(submission.seconds_left)
            if len(left) == 1:
                raise RuntimeError("the examiner failed")
            return super().examine(submission)

    ((_, report),) = local(kit, lambda: Failing(grader), 1).examine(read(handed, "ada"))
    assert report.status == "graded"
    assert left[0] is None
    assert 0 < left[1] < ExaminationLimits.from_kit(kit).submission_seconds


def test_as_many_are_examined_at_once_as_asked_for(grader, kit, handed):
    meet = threading.Barrier(3, timeout=60)
    reports = list(local(kit, lambda: Instant(grader, meet), 3).examine(read(handed, *"abcdef")))
    assert len(reports) == 6


def test_no_more_workers_start_than_there_are_submissions(grader, kit, handed):
    started = []

    def start():
        started.append(1)
        return Instant(grader)

    assert len(list(local(kit, start, 8).examine(read(handed, "ada", "bob")))) == 2
    assert len(started) <= 2
    assert list(local(kit, start, 8).examine(iter(()))) == []


def test_closing_it_ends_what_is_under_way(grader, kit, handed):
    before = threading.active_count()
    worker = Blocking(grader)
    running = local(kit, lambda: worker, 1).examine(read(handed, "ada", "bob", "eve"))
    assert next(running)[0] == "ada"
    assert worker.examining.wait(timeout=60)
    running.close()
    assert worker.closed
    assert threading.active_count() == before


def test_what_cannot_start_is_raised_to_whoever_asked(kit, handed):
    def start():
        raise PermissionError("no user namespaces")

    with pytest.raises(PermissionError, match="no user namespaces"):
        list(local(kit, start, 2).examine(read(handed, "ada", "bob")))


def test_what_cannot_be_read_is_raised_to_whoever_asked(grader, kit):
    def submissions():
        raise OSError("gone")
        yield

    with pytest.raises(OSError, match="gone"):
        list(local(kit, lambda: Instant(grader), 2).examine(submissions()))


class Workers:
    """Starts workers that fail on a text as often as it says `!`, whichever worker it is."""

    def __init__(self, grader, broken_starts=(), error=RuntimeError):
        self.grader = grader
        self.broken_starts, self.error = broken_starts, error
        self.started = self.closed = self.killed = 0
        self.tries = {}

    def __call__(self):
        self.started += 1
        return Fragile(self, self.started)


class Fragile:
    def __init__(self, workers, number):
        self.workers, self.number = workers, number

    def wait(self):
        if self.number in self.workers.broken_starts:
            raise self.workers.error("no sandbox")

    def examine(self, submission):
        tries = self.workers.tries[submission.student] = self.workers.tries.get(submission.student, 0) + 1
        if submission.files[0].content.count(b"!") >= tries:
            raise RuntimeError("it died")
        return self.workers.grader.report(submission)

    def kill(self):
        self.workers.killed += 1

    def close(self):
        self.workers.closed += 1


def graded(workers, kit, *entries):
    with RetryingWorker(kit, workers, "process") as worker:
        return [worker.examine(entry.read()) for entry in entries]


def test_one_worker_serves_everybody(grader, kit, handed):
    workers = Workers(grader)
    reports = graded(workers, kit, handed("ada"), handed("bob"))
    assert [report.status for report in reports] == ["graded", "graded"]
    assert (workers.started, workers.closed) == (1, 1)


def test_a_worker_that_dies_is_replaced_and_the_submission_tried_again(grader, kit, handed):
    workers = Workers(grader)
    reports = graded(workers, kit, handed("ada", "!"), handed("bob"))
    assert [report.status for report in reports] == ["graded", "graded"]
    assert (workers.started, workers.closed) == (2, 2)


def test_a_second_fault_is_a_report_without_a_score(grader, kit, handed):
    workers = Workers(grader)
    fault, fine = graded(workers, kit, handed("ada", "!!"), handed("bob"))
    assert (fault.status, fault.score, fault.student) == ("grader_error", None, "ada")
    assert "RuntimeError: it died" in fault.message
    assert [check.outcome for check in fault.checks] == ["grader_error"] * len(kit.checks)
    assert {task.score for task in fault.tasks.values()} == {None}
    assert fine.status == "graded"
    assert (workers.started, workers.closed) == (3, 3)


def test_a_report_that_owns_up_to_a_fault_is_tried_again_in_a_fresh_worker(grader, kit, handed):
    workers = Workers(grader)
    [fault] = graded(workers, kit, handed("ada", "lost"))
    assert fault.status == "grader_error"
    assert workers.tries == {"ada": 2}
    assert workers.started == 2


def test_where_not_even_a_first_worker_starts_nothing_is_graded(grader, kit, handed):
    workers = Workers(grader, broken_starts={1, 2})
    with pytest.raises(RuntimeError, match="no sandbox"):
        graded(workers, kit, handed("ada"))
    assert workers.closed == 2


def test_a_first_start_that_fails_is_tried_once_more(grader, kit, handed):
    [report] = graded(Workers(grader, broken_starts={1}), kit, handed("ada"))
    assert report.status == "graded"


def test_isolation_that_is_not_to_be_had_is_not_tried_again(grader, kit, handed):
    workers = Workers(grader, broken_starts={1}, error=IsolationUnavailable)
    with pytest.raises(IsolationUnavailable):
        graded(workers, kit, handed("ada"))
    assert workers.started == 1


def test_a_later_start_that_fails_costs_one_try(grader, kit, handed):
    workers = Workers(grader, broken_starts={2})
    fault, fine = graded(workers, kit, handed("ada", "!"), handed("bob"))
    assert "no sandbox" in fault.message
    assert fine.status == "graded"


def test_a_stopped_worker_examines_nothing_more(grader, kit, handed):
    workers = Workers(grader)
    with RetryingWorker(kit, workers, "process") as worker:
        worker.examine(handed("ada").read())
        worker.stop()
        assert workers.killed == 1
        with pytest.raises(Stopped):
            worker.examine(handed("bob", "!").read())
    assert workers.started == 1


@pytest.mark.parametrize(
    ("seconds", "left", "status"),
    [
        (10, [None, 290], "graded"),
        (299, [None, 1], "graded"),
        (300, [None], "grader_error"),
        (1000, [None], "grader_error"),
    ],
)
def test_a_second_try_gets_what_the_first_left_of_the_submissions_time(
    grader, kit, handed, monkeypatch, seconds, left, status
):
    now, given = [0.0], []
    monkeypatch.setattr("autograder.grading.executors.time", SimpleNamespace(monotonic=lambda: now[0]))

    class Slow(Instant):
        def examine(self, submission):
            given.append(submission.seconds_left)
            now[0] += seconds
            if len(given) == 1:
                raise RuntimeError("it died")
            return self.grader.report(submission)

    with RetryingWorker(kit, lambda: Slow(grader), "process") as worker:
        report = worker.examine(handed("ada").read())
    assert given == left
    assert report.status == status
    assert ("second try" in report.message) is False
