"""A sandbox: one submission at a time, in children of a warm process that sees nothing of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from ..models import Source
from ..wire.frames import Frame
from . import bubblewrap
from . import filesystem as fonts
from . import local as beside
from .filesystem import Python, Workplace
from .guest.spec import Spec
from .local import unused_uid
from .policy import MB, PYTHON_FLAGS, SYSTEM_FILES, WRITABLE_DEVICES, Isolation, Launch, Limits, variables
from .process import ChildProcess, ForkServer, Output
from .protocol import (
    ChildDied,
    ChildTimedOut,
    IsolationUnavailable,
    Loaded,
    SandboxBroken,
    SandboxFailure,
    exit_reason,
)
from .seccomp import load_filter


def plan(wanted: Spec, workplace: Workplace, limits: Limits, isolation: Isolation) -> Launch:
    """Complete what a kit wants (module, preload, prepare, seed); raises IsolationUnavailable."""
    if sys.platform != "linux":
        raise IsolationUnavailable(
            f"Expected Linux, whose kernel keeps submissions apart; found {sys.platform}. What to do: grade "
            "in a Linux virtual machine or container, such as WSL on Windows."
        )
    spec = replace(
        wanted,
        fonts=fonts.cached_font_lists() if wanted.preload else {},
        scratch_bytes=limits.scratch_mb * MB,
        scratch_inodes=limits.scratch_inodes,
        resident_bytes=limits.resident_mb * MB,
        rlimits=limits.rlimits(),
        writable=WRITABLE_DEVICES,
    )
    if isolation is Isolation.BUBBLEWRAP:
        return _in_bubblewrap(spec, workplace, limits)
    return beside.launch(spec, workplace, isolation)


def _in_bubblewrap(spec: Spec, workplace: Workplace, limits: Limits) -> Launch:
    python = Python.running()
    environment = variables(bubblewrap.SCRATCH, python.library_path())
    words = bubblewrap.command(bubblewrap.find(), workplace, python, limits, environment)
    spec = replace(
        spec,
        paths=(*map(str, python.package_paths()), bubblewrap.GIVEN),
        given=bubblewrap.GIVEN,
        scratch=(bubblewrap.SCRATCH, bubblewrap.SHARED_MEMORY),
        scratch_mounted=True,
        scratch_bytes=(limits.scratch_mb + limits.shared_memory_mb) * MB,
        system_calls=load_filter().hex(),
        readable=(*bubblewrap.readable(python), *SYSTEM_FILES),
        identity=unused_uid() if os.geteuid() == 0 else None,
    )
    return Launch((*words, *PYTHON_FLAGS, bubblewrap.PROGRAM), {}, spec)


class Sandbox:
    """A context manager; starts its warm process at once, and waits for it at the first use.

    `given` maps names below one folder to contents: code and inputs that submissions may read and import.
    `module` is the name under which a submission is loaded. `preload` are modules imported once, before
    every fork; meanwhile Keras does not find those named in `without`. `prepare` names a function
    (`lesson.deterministic`), called with `seed` then and before each call.

    A fork of the process that made it may load and call while that process waits, which then clears.
    `start` starts its warm process in another way than by a program.
    Raises IsolationUnavailable where the level cannot be had.
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
        start: Callable[[Launch], ForkServer] = ForkServer,
        without: Sequence[str] = (),
    ) -> None:
        self.limits = limits or Limits()
        self.isolation = isolation
        self._start_warm = start
        self._owner = os.getpid()
        self._wanted = Spec(module, tuple(preload), tuple(without), prepare, seed)
        self._workplace = Workplace(given)
        self._child: ChildProcess | None = None
        self._source: Source | None = None
        self._output = Output(self.limits.output_kept_kb * 1024)
        try:
            self._warm = self._start()
        except BaseException:
            self._workplace.remove()
            raise

    def wait(self) -> None:
        """Return once the warm process is ready, as it must be before a fork uses it.

        Raises IsolationUnavailable where the level cannot be had, SandboxBroken where given code fails.
        """
        self._warm.wait()

    def load(self, source: Source) -> Loaded:
        """Load a submission; whatever it does, the answer says so. Raises SandboxBroken."""
        self._end_child()
        self._source = source
        try:
            return self._fork()
        except SandboxFailure as failure:
            return Loaded(False, f"{source.filename}: loading it failed: {self._after(failure)}.")

    def call(self, function: str, request: Frame, seconds: float) -> Frame:
        """Call a function of the submission; the request's head is `{"value": the packed (args, kwargs)}`.

        The reply's head is `{"ok": True, "value": the packed {"answer", "args", "kwargs"}}` or `{"raised":
        {"type", "text", "trace"}}`. The type is `Missing` where there is no such function; the trace has
        `[line, function, text]` for each of the student's own lines.

        A child that is gone is forked and loaded again first. Raises ChildTimedOut, ChildDied or BadReply,
        after which the child is gone; SandboxBroken where that is no fault of the submission's.
        """
        try:
            if self._child is None:
                self._again()
            assert self._child is not None
            return self._child.call(function, request, seconds)
        except SandboxFailure as failure:
            raise type(failure)(self._after(failure)) from None

    def output(self) -> str:
        """What the submission has printed since it was loaded, clean, and cut at a limit."""
        return self._output.text()

    def clear(self) -> None:
        """End all of the submission and be ready for the next; anything odd makes a new warm process."""
        self._forget()
        self._source = None
        self._output = Output(self.limits.output_kept_kb * 1024)
        try:
            self._warm.end_child()
        except SandboxBroken:
            if os.getpid() != self._owner:
                raise
            self._warm.stop()
            self._warm = self._start()
            self.wait()

    def close(self) -> None:
        """End the warm process and remove what it needed; does nothing in a fork."""
        self._forget()
        if os.getpid() == self._owner:
            self._warm.stop()
            self._workplace.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> ForkServer:
        return self._start_warm(plan(self._wanted, self._workplace, self.limits, self.isolation))

    def _fork(self) -> Loaded:
        """Fork a child and load the submission in it."""
        assert self._source is not None, "load a submission before calling into it"
        self._child = ChildProcess(self._warm, self._output, self.limits)
        return self._child.load(self._source, self.limits.load_seconds)

    def _again(self) -> None:
        self._end_child()
        try:
            loaded = self._fork()
        except ChildTimedOut as late:  # no fault of the function that was to be called
            raise ChildDied(f"it could not be loaded again: {late}") from None
        if not loaded.ok:
            raise ChildDied(f"it could not be loaded again: {loaded.problem}")

    def _after(self, failure: SandboxFailure) -> str:
        """End the child of a failure and say why it failed, as well as it is known."""
        fate = self._end_child()
        if type(failure) is ChildDied and str(failure) == "it ended":
            return exit_reason(fate, self.limits)
        return str(failure)

    def _end_child(self) -> Mapping[str, object]:
        self._forget()
        return self._warm.end_child()

    def _forget(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
