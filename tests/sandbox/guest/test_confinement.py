"""The fork server gives up its rights, handlers and descriptors."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from autograder.sandbox.guest.confinement import close_all_but, confine, reset_signal_handlers, thread_count
from autograder.sandbox.guest.messages import Spec


def is_open(descriptor: int) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").exists()


def test_every_signal_means_its_default_again(in_fork):
    def run():
        signal.signal(signal.SIGUSR1, print)
        reset_signal_handlers()
        return sorted(int(n) for n in signal.valid_signals() if signal.getsignal(n) is not signal.SIG_DFL)

    assert in_fork(run) == []


def test_every_descriptor_but_the_kept_ones_is_closed(in_fork):
    def run():
        for number in (50, 60, 70):
            os.dup2(1, number)
        close_all_but(60, 200)
        return [n for n in range(1000) if is_open(n)]

    assert in_fork(run) == [0, 1, 2, 60, 200]


def test_threads_are_counted_whoever_started_them():
    stop = threading.Event()
    before = thread_count()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    assert thread_count() == before + 1
    stop.set()
    thread.join()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_becomes_nobody_with_no_way_back(in_fork):
    def run():
        confine(Spec("transfer", uid=64_000))
        lines = Path("/proc/self/status").read_text().splitlines()
        status = dict(line.split(":	") for line in lines if ":	" in line)
        with pytest.raises(PermissionError):
            os.setuid(0)
        return [os.getresuid(), os.getresgid(), os.getgroups()] + [
            status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs")
        ]

    nothing = "0" * 16
    assert in_fork(run) == [[64_000] * 3, [64_000] * 3, [], *[nothing] * 5, "1"]
