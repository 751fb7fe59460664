"""Run the process that runs checks. It imports everything and collects the checks in advance.

It is run as `python -m autograder.student.worker FOLDER forks|once`. It reads requests from standard input
and writes events to standard output, one JSON object per line. With `forks`, a fork serves each request, and
the next request stops it. With `once`, the process serves one request. Output of the student's code is
written to a file.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

import msgspec

from ..checks.check_events import encode, write_line
from ..checks.environment import thread_count
from ..checks.proxies import Proxies, import_owner
from ..checks.result_cache import GeneratedNames, ResultCache, Trace
from ..checks.session import CheckSession
from ..checks.training_cache import TrainingCache
from ..files import DiskCache
from ..sandbox.guest.startup import disabled_tricks, freeze_gc, preload
from .handout import Handout
from .run import Run, training_checks
from .worker_process import (
    OUTPUT,
    OfRun,
    ProcessEnded,
    RunEvent,
    RunFailed,
    RunFinished,
    RunRequest,
    WorkerEvent,
    WorkerReady,
    read_request,
)

OUTPUT_BYTES = 64 * 1024**2
# Interval for checking whether a fork has ended, in seconds.
POLL_SECONDS = 0.1
CHUNK = 1 << 16
_TRACES = msgspec.json.Decoder(Trace)


def work(run: Run, request: RunRequest) -> None:
    """Serve a request, and emit RunFinished at the end."""
    _redirect_output(run)
    try:
        run.run_checks(request.checks, request.draw_first)
    except BaseException:
        run.emit(RunFailed(traceback.format_exc()))
    with suppress(OSError, ValueError, AttributeError):  # the student's code may close or replace them
        sys.stdout.flush()
        sys.stderr.flush()
    run.emit(RunFinished())


def _redirect_output(run: Run) -> None:
    """Write what the student's code prints to a file of limited size, and give it no input."""
    state = run.handout.state
    state.mkdir(exist_ok=True)
    printed = os.open(state / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, file in ((0, nothing), (1, printed), (2, printed)):
        os.dup2(file, descriptor)
    with suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))


class RunServer:
    """Reads requests from standard input and forks for each. A new request stops the previous fork."""

    def __init__(self, prepared: Run, emit: Callable[[WorkerEvent], None]) -> None:
        self._prepared = prepared
        self._emit = emit
        self._child: int | None = None
        self._number = 0
        # The pipe from which the fork's traces are read, and the beginning of a line from it.
        self._traces: int | None = None
        self._trace_buffer = b""

    def serve(self) -> None:
        """Serve requests until standard input closes."""
        buffer = b""
        while True:
            sources = [0] if self._traces is None else [0, self._traces]
            ready = select.select(sources, [], [], POLL_SECONDS if self._child else None)[0]
            if self._traces in ready:
                self._store()
            elif not ready:
                self._report_end()
            if 0 in ready:
                data = os.read(0, CHUNK)
                *lines, buffer = (buffer + data).split(b"\n")
                if lines or not data:
                    self._end()
                if not data:
                    return
                if lines:
                    self._begin(read_request(lines[-1]))  # an earlier request is out of date

    def _begin(self, request: RunRequest) -> None:
        """Serve a request in a fork, which sends its traces through a pipe."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                run = replace(
                    numbered(self._prepared, request.run, self._emit),
                    store=lambda trace: write_line(writing, encode(trace)),
                )
                work(run, request)
            finally:
                os._exit(0)
        os.close(writing)
        self._child, self._number = child, request.run
        self._traces, self._trace_buffer = reading, b""

    def _store(self) -> None:
        """Store the traces that the fork has recorded, one per line."""
        assert self._traces is not None
        if data := os.read(self._traces, CHUNK):
            *lines, self._trace_buffer = (self._trace_buffer + data).split(b"\n")
            for line in lines:
                self._prepared.cache.store(_TRACES.decode(line))
        else:
            os.close(self._traces)
            self._traces = None

    def _report_end(self) -> None:
        """Report that the fork has ended by itself. This also happens after its run has finished."""
        if self._child and os.waitpid(self._child, os.WNOHANG) != (0, 0):
            self._child = None
            self._emit(OfRun(self._number, ProcessEnded()))

    def _end(self) -> None:
        """Stop the fork, if there is one, and discard the traces that it has not sent yet."""
        if self._child:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        if self._traces is not None:
            os.close(self._traces)
        self._child = self._traces = None


def numbered(run: Run, number: int, emit: Callable[[WorkerEvent], None]) -> Run:
    """Return a run whose events carry its number."""

    def emit_numbered(event: RunEvent) -> None:
        emit(OfRun(number, event))

    return replace(run, emit=emit_numbered)


def main(folder: Path, forks: bool) -> None:
    """Import everything, report readiness, and serve standard input until it closes."""
    emit = _events()
    try:
        handout = Handout.read(folder)
        handout.choose_language()
        os.chdir(handout.folder)
        sys.path.insert(0, str(handout.folder))
        proxies = Proxies(handout.module, handout.tasks, handout.about.remote)
        sys.modules[handout.module] = proxies
        prepare = warm_up(handout)
        proxies.dispatch_support_code()
        checks = (handout.folder / handout.checks_file).read_text("utf-8")
        slow = training_checks(checks, handout.about.train)

        def serve(session: CheckSession) -> None:
            cache = ResultCache(GeneratedNames.from_files(handout.files()))
            prepared = Run(handout, session, proxies, slow, prepare, cache, lambda event: None)
            freeze_gc()
            fork = forks and thread_count() == 1
            emit(WorkerReady(fork))
            if fork:
                RunServer(prepared, emit).serve()
            else:
                _serve_once(prepared, emit)

        CheckSession(handout, serve).run(handout.folder, [handout.checks_file])
    except BaseException:
        emit(RunFailed(traceback.format_exc()))
    # Exit immediately, because threads may still be running.
    os._exit(0)


def warm_up(handout: Handout) -> Callable[[], None]:
    """Import the modules that the kit declares, install the training cache, and return `prepare`."""
    about = handout.about
    pictures = [about.picture.rpartition(".")[0]] if about.picture else []
    preload((*about.preload, *pictures), disabled=disabled_tricks())
    if about.train:
        owner, name = import_owner(about.train)
        sources = "".join(checksum for name, checksum in about.files.items() if _is_given(name, about.given))
        setattr(
            owner,
            name,
            TrainingCache(getattr(owner, name), sources, DiskCache(handout.trainings)),
        )
    if not about.prepare:
        return lambda: None
    owner, name = import_owner(about.prepare)
    prepare = partial(getattr(owner, name), handout.all_settings.get("seed", 0))
    prepare()
    return prepare


def _is_given(name: str, given: Sequence[str]) -> bool:
    """Return whether a file of the handout is support code: `lesson.py`, or in the folder `support`."""
    return name.endswith(".py") and name.partition("/")[0].removesuffix(".py") in given


def _events() -> Callable[[WorkerEvent], None]:
    """Reserve standard output for events and redirect other output to standard error.

    Return the function that emits an event.
    """
    sys.stdout.flush()
    channel = os.dup(1)
    os.dup2(2, 1)

    def emit(event: WorkerEvent) -> None:
        write_line(channel, encode(event))

    return emit


def _serve_once(prepared: Run, emit: Callable[[WorkerEvent], None]) -> None:
    """Serve one request. The process ends when its standard input closes."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    line = requests.readline()
    if line:
        threading.Thread(target=_leave_when_closed, args=[requests], daemon=True).start()
        request = read_request(line)
        work(numbered(prepared, request.run, emit), request)


def _leave_when_closed(requests: IO[str]) -> None:
    requests.read()
    os._exit(0)


if __name__ == "__main__":
    # Code that reads its own arguments finds none, as in the sandbox.
    forks = sys.argv.pop() == "forks"
    main(Path(sys.argv.pop()), forks)
