"""Descendants are watched, and none is left."""

from __future__ import annotations

import os
import signal
from dataclasses import asdict

import pytest

from autograder.sandbox.guest import linux
from autograder.sandbox.guest.messages import Spec
from autograder.sandbox.guest.process_tree import ProcessTree, UnkillableProcess

SPEC = Spec(
    "transfer",
    resident_bytes=1 << 40,
    scratch_bytes=1 << 40,
    scratch_inodes=1 << 40,
    owns_all_processes=False,
)


def start(tree: ProcessTree, function) -> None:
    process = os.fork()
    if process == 0:
        function()
        os._exit(5)
    tree.add(process)


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
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        tree = ProcessTree(SPEC)
        exits = []
        for _ in range(20):
            start(tree, orphans)
            exits.append(asdict(tree.end()))
            with pytest.raises(ChildProcessError):
                os.waitpid(-1, os.WNOHANG)
        return exits

    assert in_fork(run) == [{"reason": "killed", "number": 9}] * 20


@pytest.mark.parametrize(
    ("function", "ended"),
    [
        (lambda: None, {"reason": "exited", "number": 5}),
        (lambda: os.kill(os.getpid(), signal.SIGXCPU), {"reason": "cpu_time", "number": 24}),
        (lambda: os.kill(os.getpid(), signal.SIGUSR1), {"reason": "crashed", "number": 10}),
    ],
)
def test_a_child_that_ended_has_a_reason(in_fork, function, ended):
    def run():
        tree = ProcessTree(SPEC)
        start(tree, function)
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        assert tree.alive
        tree.watch()
        assert not tree.alive
        return asdict(tree.end())

    assert in_fork(run) == ended


def test_a_child_with_too_much_memory_is_ended(in_fork):
    def run():
        tree = ProcessTree(Spec("transfer", resident_bytes=1, owns_all_processes=False))
        start(tree, signal.pause)
        tree.watch()
        return asdict(tree.end())

    assert in_fork(run) == {"reason": "memory", "number": 0}


def test_the_first_limit_that_is_exceeded_is_the_reason(in_fork, tmp_path):
    """`tmp_path` stands for a folder in memory that is full."""
    spec = Spec("transfer", scratch=(str(tmp_path),), scratch_mounted=True, owns_all_processes=False)

    def run():
        tree = ProcessTree(spec)
        start(tree, signal.pause)
        tree.watch()
        return asdict(tree.end())

    assert in_fork(run) == {"reason": "memory", "number": 0}


def test_there_is_one_child_at_a_time(in_fork):
    def run():
        tree = ProcessTree(SPEC)
        start(tree, signal.pause)
        with pytest.raises(UnkillableProcess, match="Expected the last child to be ended"):
            tree.add(1)
        tree.end()
        return asdict(tree.end())

    assert in_fork(run) == {"reason": "unknown", "number": 0}
