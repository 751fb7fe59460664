"""The kernel interfaces that Python does not offer."""

from __future__ import annotations

import ctypes
import os
import signal

import pytest

from autograder.sandbox.guest import linux
from autograder.sandbox.seccomp import load_filter


def refused(function, *args) -> str:
    try:
        function(*args)
    except OSError as error:
        return type(error).__name__
    return "allowed"


def test_the_filter_lets_a_process_signal_itself_alone(in_fork):
    def run():
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        linux.filter_system_calls(load_filter())
        return [refused(os.kill, process, signal.SIGUSR1) for process in (os.getpid(), os.getppid(), 0)]

    assert in_fork(run) == ["allowed", "PermissionError", "PermissionError"]


@pytest.mark.skipif(linux.landlock_version() == 0, reason="this kernel has no Landlock")
def test_only_what_is_listed_can_be_read_or_written(in_fork, tmp_path):
    for name in ("read", "write", "hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")

    def run():
        linux.restrict_files([f"{tmp_path}/read", "/nowhere"], [f"{tmp_path}/write"])
        return [
            [refused(open, f"{tmp_path}/{name}/file", mode) for mode in ("r", "r+")]
            for name in ("read", "write", "hidden")
        ]

    no = "PermissionError"
    assert in_fork(run) == [["allowed", no], ["allowed", "allowed"], [no, no]]


@pytest.mark.skipif(linux.landlock_version() < 6, reason="this kernel's Landlock knows no scopes")
def test_a_restricted_process_signals_nobody_else(in_fork):
    def run():
        linux.restrict_files([], [])
        return [refused(os.kill, os.getppid(), 0), refused(os.kill, os.getpid(), 0)]

    assert in_fork(run) == ["PermissionError", "allowed"]


def test_an_error_of_the_kernel_is_an_oserror(in_fork):
    def run():
        return refused(linux.prctl, 99_999)

    assert in_fork(run) == "OSError"
    assert ctypes.sizeof(ctypes.c_ulong) == 8
