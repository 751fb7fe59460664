"""The process of a lean examiner: it forks the sandbox while it knows no more than submissions may.

Run as `python -m autograder.examiner.low_memory_worker FD` by the client; FD is its end of a socket pair.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import traceback
from base64 import b64decode
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..kit import Kit
from ..sandbox.guest import supervisor
from ..sandbox.guest.kernel import end_with_parent
from ..sandbox.guest.messages import MAX_BYTES
from ..sandbox.guest.spec import Spec
from ..sandbox.guest.startup import preload
from ..sandbox.policy import Isolation, LaunchPlan, Limits
from ..sandbox.process import ForkServer, Process
from ..sandbox.protocol import IsolationUnavailable
from ..sandbox.sandbox import Sandbox
from .fork import Event
from .worker import send_message, serve_examiner

POLL_SECONDS = 0.05


class ForkedForkServer(ForkServer):
    """Forks the warm process after it has imported what the kit declares.

    The fork has the memory of its parent: start it before anything is known that a submission must not read,
    with one thread, in an environment that is fit for a submission. Not for bubblewrap, which is a program.
    """

    def _begin(self, plan: LaunchPlan, theirs: socket.socket, log: Any) -> Process:
        spec = plan.spec
        sys.path.append(spec.paths[-1])  # the given code
        preload(spec.preload, disabled=spec.disabled_tricks)
        process = os.fork()
        if process == 0:
            try:
                _become_warm(plan, theirs, log)
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


def _become_warm(plan: LaunchPlan, theirs: socket.socket, log: Any) -> None:
    """Serve as a program would that had just been started for it, and leave."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for descriptor in (1, 2):
        os.dup2(log.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(plan.environment)
    tempfile.tempdir = None
    standard = (sysconfig.get_path("stdlib"), sysconfig.get_config_var("DESTSHARED"))
    sys.path[:] = [path for path in standard if path]
    supervisor.serve(theirs, Spec.from_json(theirs.recv(MAX_BYTES)))
    os._exit(0)


def main(descriptor: int) -> None:
    """Serve the client at the other end of `descriptor`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever ends the client ends the submission that is being examined.
    end_with_parent()
    link = Connection(descriptor)
    try:
        with tempfile.TemporaryDirectory(prefix="examiner-") as folder:
            _serve(json.loads(link.recv_bytes()), Path(folder), link)
    except EOFError:
        return
    except IsolationUnavailable as error:
        send_message(link, unavailable=str(error))
    except Exception:
        send_message(link, fault=traceback.format_exc())


def _serve(public: dict[str, Any], folder: Path, link: Connection) -> None:
    def watch(event: Event) -> None:
        if "check" in event:
            send_message(link, check=event["check"])

    isolation = Isolation(public["isolation"])
    with Sandbox(
        given={name: b64decode(content) for name, content in public["given"].items()},
        module=public["module"],
        preload=public["preload"],
        prepare=public["prepare"],
        seed=public["seed"],
        limits=Limits.from_table(public["limits"]),
        isolation=isolation,
        start=_starter(isolation),
    ) as sandbox:
        # Only now, after the fork: the checks.
        kit = Kit.unzip(link.recv_bytes())
        serve_examiner(sandbox, kit, None, folder, link, watch)


def _starter(isolation: Isolation) -> Callable[[LaunchPlan], ForkServer]:
    """Starts a fork at first. A later one would know the checks, so it is a program; so is bubblewrap."""
    kinds = iter(() if isolation is Isolation.BUBBLEWRAP else (ForkedForkServer,))

    def start(plan: LaunchPlan) -> ForkServer:
        return next(kinds, ForkServer)(plan)

    return start


if __name__ == "__main__":
    main(int(sys.argv[1]))
