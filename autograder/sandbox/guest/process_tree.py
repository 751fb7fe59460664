"""Monitor the fork server's descendants while they run, and end all of them afterwards."""

from __future__ import annotations

import os
import resource
import signal
import time
from contextlib import suppress

from .messages import ChildExit, ExitReason, Spec
from .scratch import usage

END_SECONDS = 5.0
PAGE_BYTES = resource.getpagesize()
# A folder that is not a separate file system must be walked, which costs more than asking the kernel.
WALK_EVERY = 10
SIGNAL_REASONS: dict[int, ExitReason] = {
    signal.SIGXCPU: ExitReason.CPU_TIME,
    signal.SIGKILL: ExitReason.KILLED,
}


class UnkillableProcess(RuntimeError):
    """A descendant did not end, or was not ended before the next child."""


class ProcessTree:
    """One child at a time, with all processes that it started."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._child: int | None = None
        self._exit: ChildExit | None = None
        self._rounds = 0

    @property
    def alive(self) -> bool:
        """Return whether there is a child that is not known to have ended."""
        return self._child is not None and self._exit is None

    def add(self, process: int) -> None:
        """Register this process as the child; raise UnkillableProcess if there is another one."""
        if self._child is not None:
            raise UnkillableProcess("Expected the last child to be ended before the next one is forked.")
        self._child, self._exit, self._rounds = process, None, 0

    def watch(self) -> None:
        """Collect ended processes, and end the child if it exceeds a limit; the first one is the reason."""
        self._reap(os.WNOHANG)
        if not self.alive:
            return
        self._rounds += 1
        if self._exceeds_memory():
            self._stop(ExitReason.MEMORY)
        elif self._exceeds_scratch():
            self._stop(ExitReason.SCRATCH)

    def end(self) -> ChildExit:
        """End every descendant and return how the child ended; raise UnkillableProcess.

        Orphans become children of this process, so all processes have ended once it has no children.
        """
        deadline = time.monotonic() + END_SECONDS
        self._reap(os.WNOHANG)
        while _has_children():
            if time.monotonic() > deadline:
                raise UnkillableProcess(
                    f"Expected every process to end within {END_SECONDS:g} s of being killed."
                )
            self._kill()
            self._reap(0)
        ended = self._exit or ChildExit(ExitReason.UNKNOWN)
        self._child = self._exit = None
        return ended

    def _exceeds_memory(self) -> bool:
        return sum(map(_resident_bytes, descendants(os.getpid()))) > self._spec.resident_bytes

    def _exceeds_scratch(self) -> bool:
        if not self._spec.scratch_mounted and self._rounds % WALK_EVERY:
            return False
        size, inodes = usage(self._spec.scratch, self._spec.scratch_mounted)
        return inodes > self._spec.scratch_inodes or size > self._spec.scratch_bytes

    def _stop(self, reason: ExitReason) -> None:
        self._exit = ChildExit(reason)
        self._kill()

    def _kill(self) -> None:
        for process in [-1] if self._spec.owns_all_processes else descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def _reap(self, flags: int) -> None:
        """Collect ended processes; wait for at least one unless `flags` prevent waiting."""
        try:
            process, status = os.waitpid(-1, flags)
            while process:
                if process == self._child and self._exit is None:
                    self._exit = _child_exit(status)
                process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return


def _child_exit(status: int) -> ChildExit:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return ChildExit(SIGNAL_REASONS.get(number, ExitReason.CRASHED), number)
    return ChildExit(ExitReason.EXITED, os.WEXITSTATUS(status))


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def descendants(process: int) -> list[int]:
    """Return the descendants of a process, started by any of its threads, except those that end meanwhile."""
    found: list[int] = []
    waiting = [process]
    while waiting:
        process = waiting.pop()
        try:
            for task in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 - thirty times a second
                with open(f"/proc/{process}/task/{task}/children") as file:  # noqa: PTH123 - as above
                    children = [int(number) for number in file.read().split()]
                found += children
                waiting += children
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _resident_bytes(process: int) -> int:
    """Return the resident memory of a process, or 0 if it has ended."""
    try:
        with open(f"/proc/{process}/statm") as file:  # noqa: PTH123 - thirty times a second
            return int(file.read().split()[1]) * PAGE_BYTES
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0
