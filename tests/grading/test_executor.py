"""The local run: every submission once, as many at a time as asked for, and a clean end whenever it ends."""

from __future__ import annotations

import threading

import pytest

from autograder.grading.executors import LocalExecutor


class Blocking:
    """A pair that examines Ada at once and never comes back from anybody else until it is killed."""

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


def test_as_many_are_examined_at_once_as_asked_for(grader, kit, handed):
    meet = threading.Barrier(3, timeout=60)
    reports = list(local(kit, lambda: Instant(grader, meet), 3).examine(read(handed, *"abcdef")))
    assert len(reports) == 6


def test_no_more_pairs_start_than_there_are_submissions(grader, kit, handed):
    started = []

    def start():
        started.append(1)
        return Instant(grader)

    assert len(list(local(kit, start, 8).examine(read(handed, "ada", "bob")))) == 2
    assert len(started) <= 2
    assert list(local(kit, start, 8).examine(iter(()))) == []


def test_closing_it_ends_what_is_under_way(grader, kit, handed):
    before = threading.active_count()
    pair = Blocking(grader)
    running = local(kit, lambda: pair, 1).examine(read(handed, "ada", "bob", "eve"))
    assert next(running)[0] == "ada"
    assert pair.examining.wait(timeout=60)
    running.close()
    assert pair.closed
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
