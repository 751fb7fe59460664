"""Run the process of a low-memory examiner, which forks the sandbox before it receives the checks.

The client runs `python -m autograder.examiner.low_memory_worker FD`. FD is the process's end of a socket
pair.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from itertools import chain, repeat
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..checks.check_events import CheckEvent, CheckFinished
from ..kit import Kit
from ..sandbox.fork_server import ForkServer, Process
from ..sandbox.guest import supervisor
from ..sandbox.guest.messages import MAX_BYTES, Spec
from ..sandbox.guest.startup import preload
from ..sandbox.policy import Isolation, LaunchPlan, Limits
from ..sandbox.sandbox import Sandbox
from .client_messages import SandboxOptions, receive, send
from .worker import serve_client, serve_examiner

POLL_SECONDS = 0.05


class ForkedForkServer(ForkServer):
    """Fork server that is a fork of this process, made after importing the modules that the kit declares.

    The fork inherits the memory of its parent. Start it before the parent reads anything that a submission
    must not see, with one thread, in an environment that a submission may see. This is not possible for
    bubblewrap, which is a separate program.
    """

    def _begin(self, plan: LaunchPlan, theirs: socket.socket, log: Any) -> Process:
        spec = plan.spec
        sys.path.append(spec.paths[-1])  # the support code
        preload(spec.preload, disabled=spec.disabled_tricks)
        process = os.fork()
        if process == 0:
            try:
                _become_fork_server(plan, theirs, log)
            finally:
                os._exit(1)
        return _Child(process)


class _Child:
    """A forked process with the interface of `subprocess.Popen` that a fork server uses."""

    def __init__(self, process: int) -> None:
        self.pid = process
        self._status: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process ends and return its exit code. Raises subprocess.TimeoutExpired."""
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


def _become_fork_server(plan: LaunchPlan, theirs: socket.socket, log: Any) -> None:
    """Serve like a newly started program, then exit."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for descriptor in (1, 2):
        os.dup2(log.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(plan.environment)
    tempfile.tempdir = None
    del sys.argv[1:]
    standard = (sysconfig.get_path("stdlib"), sysconfig.get_config_var("DESTSHARED"))
    sys.path[:] = [path for path in standard if path]
    supervisor.serve(theirs, Spec.from_json(theirs.recv(MAX_BYTES)))
    os._exit(0)


def main(descriptor: int) -> None:
    """Serve the client at the other end of the file descriptor."""
    serve_client(descriptor, _serve)


def _serve(link: Connection, folder: Path) -> None:
    options = receive(link, SandboxOptions)
    isolation = Isolation(options.isolation)

    def watch(event: CheckEvent) -> None:
        if isinstance(event, CheckFinished):
            send(link, event)

    with Sandbox(
        given=options.given,
        module=options.module,
        preload=options.preload,
        prepare=options.prepare,
        seed=options.seed,
        limits=Limits(**options.limits),
        isolation=isolation,
        start=_starter(isolation),
    ) as sandbox:
        # The checks arrive after the sandbox has forked, so its memory does not contain them.
        kit = Kit.unzip(link.recv_bytes())
        serve_examiner(sandbox, kit, folder, link, options.store, watch=watch)


def _starter(isolation: Isolation) -> Callable[[LaunchPlan], ForkServer]:
    """Return a function that starts the fork server: by forking the first time, as a program later.

    A later fork would inherit the checks. bubblewrap is always a program.
    """
    if isolation is Isolation.BUBBLEWRAP:
        return ForkServer
    classes = chain([ForkedForkServer], repeat(ForkServer))
    return lambda plan: next(classes)(plan)


if __name__ == "__main__":
    main(int(sys.argv[1]))
