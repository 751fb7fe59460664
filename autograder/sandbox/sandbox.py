"""Run one submission at a time, in children of a fork server that cannot see the host's private files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from ..models import Source
from ..wire.call_messages import CallRequest, LoadReport, Reply
from . import bubblewrap
from .filesystem import Python, SandboxFolder, cached_font_lists
from .fork_server import ChildProcess, ForkServer, Output
from .guest.messages import ChildExit, ExitReason, Spec
from .guest.startup import Trick, disabled_tricks
from .local import plan_local, unused_uid
from .policy import (
    MB,
    PYTHON_FLAGS,
    SYSTEM_FILES,
    WRITABLE_DEVICES,
    Isolation,
    LaunchPlan,
    Limits,
    environment_variables,
)
from .protocol import (
    ChildDied,
    ChildTimedOut,
    ConnectionClosed,
    IsolationUnavailable,
    SandboxBroken,
    SandboxFailure,
    child_died,
)
from .seccomp import load_filter


def plan_launch(
    spec: Spec,
    folder: SandboxFolder,
    limits: Limits,
    isolation: Isolation,
    private: Sequence[Path] = (),
) -> LaunchPlan:
    """Build the specification of a kit's fork server and complete it; raise IsolationUnavailable."""
    if sys.platform != "linux":
        raise IsolationUnavailable(
            f"Expected Linux, whose kernel keeps submissions apart; found {sys.platform}. What to do: grade "
            "in a Linux virtual machine or container, such as WSL on Windows."
        )
    disabled = disabled_tricks()
    spec = replace(
        spec,
        disabled_tricks=disabled,
        fonts=cached_font_lists() if spec.preload and Trick.FONT_LISTS not in disabled else {},
        scratch_bytes=limits.scratch_mb * MB,
        scratch_inodes=limits.scratch_inodes,
        resident_bytes=limits.resident_mb * MB,
        rlimits=limits.rlimits(),
        writable=WRITABLE_DEVICES,
    )
    if isolation is Isolation.BUBBLEWRAP:
        return _plan_bubblewrap(spec, folder, limits)
    return plan_local(spec, folder, isolation, private)


def _plan_bubblewrap(spec: Spec, folder: SandboxFolder, limits: Limits) -> LaunchPlan:
    """Complete `spec` for the level `bubblewrap`; raise IsolationUnavailable."""
    python = Python.running()
    environment = environment_variables(bubblewrap.SCRATCH, python.library_path())
    program = bubblewrap.find_bubblewrap().path
    command = bubblewrap.bubblewrap_command(program, folder, python, limits, environment)
    spec = replace(
        spec,
        paths=(*map(str, python.package_paths()), bubblewrap.GIVEN),
        given=bubblewrap.GIVEN,
        scratch=(bubblewrap.SCRATCH, bubblewrap.SHARED_MEMORY),
        scratch_mounted=True,
        scratch_bytes=(limits.scratch_mb + limits.shared_memory_mb) * MB,
        system_calls=load_filter().hex(),
        readable=(*bubblewrap.readable_paths(python), *SYSTEM_FILES),
        uid=unused_uid() if os.geteuid() == 0 else None,
    )
    return LaunchPlan((*command, *PYTHON_FLAGS, bubblewrap.PROGRAM), {}, spec)


class Sandbox:
    """A context manager that starts its fork server immediately and waits for it at the first use.

    `given` maps names below one folder to contents: support code and inputs that submissions may read and
    import. `module` is the name under which a submission is loaded. `preload` are modules that the fork
    server imports once. `prepare` names a function (`lesson.deterministic`), which is called with `seed` at
    that time and before each call.

    A fork of the creating process may load and call while that process waits; afterwards the creating process
    calls `clear`. `start` starts the fork server, by default as a program. `private` are files and folders
    that a submission must not read: where only their modes protect them, the sandbox checks the modes. Raises
    IsolationUnavailable if this machine does not support the level.
    """

    def __init__(
        self,
        given: Mapping[str, bytes],
        module: str,
        preload: Sequence[str] = (),
        prepare: str | None = None,
        seed: int = 0,
        limits: Limits | None = None,
        isolation: Isolation = Isolation.BUBBLEWRAP,
        start: Callable[[LaunchPlan], ForkServer] = ForkServer,
        private: Sequence[Path] = (),
    ) -> None:
        self.limits = limits or Limits()
        self.isolation = isolation
        self._start_server = start
        self._private = tuple(private)
        self._owner = os.getpid()
        self._spec = Spec(module, tuple(preload), prepare=prepare, seed=seed)
        self._folder = SandboxFolder(given)
        self._child: ChildProcess | None = None
        self._source: Source | None = None
        self._output = Output(self.limits.output_kept_kb * 1024)
        try:
            self._server = self._start()
        except BaseException:
            self._folder.remove()
            raise

    def wait(self) -> None:
        """Wait until the fork server is ready, which is required before a fork uses it.

        Raises IsolationUnavailable if the system refuses the level, and SandboxBroken if support code fails.
        """
        self._server.wait()

    def load(self, source: Source) -> LoadReport:
        """Load a submission and return how loading went; raise only SandboxBroken."""
        self._end_child()
        self._source = source
        try:
            with self._ending_child():
                return self._fork_and_load()
        except SandboxFailure as failure:
            return LoadReport(f"{source.filename}: loading it failed: {failure}.")

    def call(self, function: str, request: CallRequest, seconds: float) -> Reply:
        """Call a function of the submission and return its reply.

        If the child has ended, it is first forked and loaded again. Raises ChildTimedOut, ChildDied or
        BadReply, which end the child; raises SandboxBroken for failures that the submission did not cause.
        """
        with self._ending_child():
            if self._child is None:
                self._reload()
            assert self._child is not None
            return self._child.call(function, request, seconds)

    def output(self) -> str:
        """Return the submission's output since it was loaded, clean and cut at a limit."""
        return self._output.text()

    def clear(self) -> None:
        """End the submission and prepare for the next one; replace the fork server if it fails."""
        self._forget()
        self._source = None
        self._output = Output(self.limits.output_kept_kb * 1024)
        try:
            self._server.end_child()
        except SandboxBroken:
            if os.getpid() != self._owner:
                raise
            self._server.stop()
            self._server = self._start()
            self.wait()

    def close(self) -> None:
        """Stop the fork server and remove its files; do nothing in a fork."""
        self._forget()
        if os.getpid() == self._owner:
            self._server.stop()
            self._folder.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> ForkServer:
        return self._start_server(
            plan_launch(self._spec, self._folder, self.limits, self.isolation, self._private)
        )

    def _fork_and_load(self) -> LoadReport:
        """Fork a child and load the submission in it."""
        assert self._source is not None, "load a submission before calling into it"
        self._child = ChildProcess(self._server, self._output, self.limits)
        return self._child.load(self._source, self.limits.load_seconds)

    def _reload(self) -> None:
        """Load the submission again after its child ended; raise ChildDied if that fails."""
        self._end_child()
        try:
            loaded = self._fork_and_load()
        except ChildTimedOut as error:  # not caused by the function to be called
            raise self._not_reloaded(str(error)) from None
        if not loaded.ok:
            raise self._not_reloaded(str(loaded.problem))

    def _not_reloaded(self, problem: str) -> ChildDied:
        return child_died(ChildExit(ExitReason.NOT_RELOADED), self.limits, problem)

    @contextmanager
    def _ending_child(self) -> Iterator[None]:
        """End the child after a failure, and report why it ended if only the fork server knows."""
        try:
            yield
        except ConnectionClosed:
            raise child_died(self._end_child(), self.limits) from None
        except SandboxFailure:
            self._end_child()
            raise

    def _end_child(self) -> ChildExit:
        """End the child, if there is one, and return how it ended; raise SandboxBroken."""
        self._forget()
        return self._server.end_child()

    def _forget(self) -> None:
        """Close the connection to the child, if there is one; the fork server must still end it."""
        if self._child is not None:
            self._child.close()
            self._child = None
