"""A sandbox's warm process as a fork of this one, which shares the memory of what both have imported."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from typing import Any

from ..inside import zygote
from ..inside.preload import preload
from ..inside.spec import Spec
from ..sandbox.launch import Launch
from ..sandbox.warm import MESSAGE_BYTES, Process, Warm

POLL_SECONDS = 0.05


class Forked(Warm):
    """Forks the warm process after it has imported what the kit declares.

    The fork has the memory of its parent: start it before anything is known that a submission must not read,
    with one thread, in an environment that is fit for a submission. Not for bubblewrap, which is a program.
    """

    def _begin(self, launch: Launch, theirs: socket.socket, log: Any) -> Process:
        spec = launch.spec
        sys.path.append(spec.paths[-1])  # the given code
        preload(spec.preload, spec.without)
        process = os.fork()
        if process == 0:
            try:
                _become_warm(launch, theirs, log)
            finally:
                os._exit(1)
        return _Child(process)


class _Child:
    """A fork, with what `subprocess.Popen` offers of it."""

    def __init__(self, process: int) -> None:
        self.pid = process
        self._status: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._status is None:
            ended, status = os.waitpid(self.pid, 0 if deadline is None else os.WNOHANG)
            if ended:
                self._status = os.waitstatus_to_exitcode(status)
            elif deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("the warm process", timeout or 0.0)
            else:
                time.sleep(POLL_SECONDS)
        return self._status

    def kill(self) -> None:
        """End it at once."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)


def _become_warm(launch: Launch, theirs: socket.socket, log: Any) -> None:
    """Serve as a program would that had just been started for it, and leave."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for descriptor in (1, 2):
        os.dup2(log.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(launch.environment)
    tempfile.tempdir = None
    standard = (sysconfig.get_path("stdlib"), sysconfig.get_config_var("DESTSHARED"))
    sys.path[:] = [path for path in standard if path]
    zygote.serve(theirs, Spec.from_json(theirs.recv(MESSAGE_BYTES)))
    os._exit(0)
