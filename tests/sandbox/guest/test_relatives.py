"""Descendants are watched, and none is left."""

from __future__ import annotations

import os
import signal

import pytest

from autograder.sandbox.guest import confinement as kernel
from autograder.sandbox.guest.process_tree import ProcessTree, UnkillableProcess
from autograder.sandbox.guest.spec import Spec

SPEC = Spec("transfer", resident_bytes=1 << 40, scratch_bytes=1 << 40, scratch_inodes=1 << 40, alone=False)


def born(relatives: ProcessTree, function) -> None:
    process = os.fork()
    if process == 0:
        function()
        os._exit(5)
    relatives.born(process)


def orphans() -> None:
    """Two generations that ignore what they can."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.pause()
            os._exit(0)
    signal.pause()


def test_the_end_leaves_no_descendant(in_fork):
    def run():
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        relatives = ProcessTree(SPEC)
        fates = []
        for _ in range(20):
            born(relatives, orphans)
            fates.append(relatives.end())
            with pytest.raises(ChildProcessError):
                os.waitpid(-1, os.WNOHANG)
        return fates

    assert in_fork(run) == [{"how": "signal", "number": 9}] * 20


@pytest.mark.parametrize(
    ("function", "fate"),
    [
        (lambda: None, {"how": "exit", "number": 5}),
        (lambda: os.kill(os.getpid(), signal.SIGUSR1), {"how": "signal", "number": 10}),
    ],
)
def test_how_a_child_ended_is_told(in_fork, function, fate):
    def run():
        relatives = ProcessTree(SPEC)
        born(relatives, function)
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        assert relatives.alive
        relatives.watch()
        assert not relatives.alive
        return relatives.end()

    assert in_fork(run) == fate


def test_a_child_with_too_much_memory_is_ended(in_fork):
    def run():
        relatives = ProcessTree(Spec("transfer", resident_bytes=1, alone=False))
        born(relatives, signal.pause)
        relatives.watch()
        return relatives.end()

    assert in_fork(run) == {"how": "memory"}


def test_there_is_one_child_at_a_time(in_fork):
    def run():
        relatives = ProcessTree(SPEC)
        born(relatives, signal.pause)
        with pytest.raises(UnkillableProcess, match="Expected the last child to be ended"):
            relatives.born(1)
        relatives.end()
        return relatives.end()

    assert in_fork(run) == {}
