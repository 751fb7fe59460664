"""The warm process: it has imported everything and collected the checks before a file is saved.

Run as `python -m autograder.student.worker FOLDER forks|once`. Requests come on its standard input, events
leave on its standard output, one JSON object a line. Where it `forks`, every request is a fork's work, and
the next one ends it; else the process is good for `once`. What the student's code prints goes to a file.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from .. import wire
from ..checks import environment as threads
from ..checks.proxies import Proxies
from ..checks.result_cache import GeneratedNames, ResultCache, Trace
from ..checks.session import CheckSession
from ..checks.training_cache import TrainingCache, TrainingFiles
from ..sandbox.guest.startup import freeze_gc, preload
from .handout import Handout
from .process import OUTPUT, Event
from .run import Emit, Run, training_checks

OUTPUT_BYTES = 64 * 1024**2


def work(run: Run, request: dict[str, Any]) -> None:
    """Do what a request asks, and say that it ended."""
    _redirect(run)
    numbered = replace(run, emit=lambda event: run.emit(event | {"run": request["run"]}))
    try:
        numbered.put(request["checks"], request["first"])
    except BaseException:
        numbered.emit({"broken": traceback.format_exc()})
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    numbered.emit({"ended": True})


def _redirect(run: Run) -> None:
    state = run.handout.state
    state.mkdir(exist_ok=True)
    printed = os.open(state / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, file in ((0, nothing), (1, printed), (2, printed)):
        os.dup2(file, descriptor)
    with suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))


# Between two looks at whether a fork has ended, in seconds.
PATIENCE = 0.1
CHUNK = 1 << 16


class ForkServer:
    """Reads requests from standard input. The next one ends the fork that works on the one before."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._child: int | None = None
        self._number = 0
        self._paths: int | None = None
        self._buffer = b""

    def serve(self) -> None:
        """Do what is asked for until standard input closes."""
        buffer = b""
        while True:
            sources = [0] if self._paths is None else [0, self._paths]
            ready = select.select(sources, [], [], PATIENCE if self._child else None)[0]
            if self._paths in ready:
                self._learn()
            elif not ready:
                self._look()
            if 0 in ready:
                data = os.read(0, CHUNK)
                *lines, buffer = (buffer + data).split(b"\n")
                if lines or not data:
                    self._end()
                if not data:
                    return
                if lines:
                    self._begin(json.loads(lines[-1]))

    def _begin(self, request: dict[str, Any]) -> None:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                work(replace(self._run, keep=lambda event: _tell(writing, event)), request)
            finally:
                os._exit(0)
        os.close(writing)
        self._child, self._number, self._paths, self._buffer = child, request["run"], reading, b""

    def _learn(self) -> None:
        """Take in the paths that the fork has taken, each one line."""
        assert self._paths is not None
        if data := os.read(self._paths, CHUNK):
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                self._run.replays.keep(Trace.from_event(json.loads(line)))
        else:
            os.close(self._paths)
            self._paths = None

    def _look(self) -> None:
        """Say so when the fork has ended by itself; whoever has heard of the end of its run knows already."""
        if self._child and os.waitpid(self._child, os.WNOHANG) != (0, 0):
            self._child = None
            self._run.emit({"gone": "", "run": self._number})

    def _end(self) -> None:
        if self._child:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        if self._paths is not None:
            os.close(self._paths)
        self._child = self._paths = None


def _tell(writing: int, event: Event) -> None:
    data = json.dumps(event).encode() + b"\n"
    while data:
        data = data[os.write(writing, data) :]


def main(folder: Path, forks: bool) -> None:
    """Get ready, say so, and serve standard input until it closes."""
    emit = _events()
    try:
        handout = Handout.read(folder)
        os.chdir(handout.folder)
        sys.path.insert(0, str(handout.folder))
        proxies = Proxies(handout.module, handout.tasks)
        sys.modules[handout.module] = proxies
        prepare = warm_up(handout)
        checks = (handout.folder / handout.checks_file).read_text("utf-8")
        slow = training_checks(checks, handout.about.train)

        def serve(session: CheckSession) -> None:
            replays = ResultCache(GeneratedNames.of(handout.files()))
            run = Run(handout, session, proxies, slow, prepare, replays, emit)
            freeze_gc()
            fork = forks and threads.thread_count() == 1
            emit({"ready": True, "forks": fork})
            if fork:
                ForkServer(run).serve()
            else:
                _serve_once(run)

        CheckSession(handout, serve).run(handout.folder, [handout.checks_file])
    except BaseException:
        emit({"broken": traceback.format_exc()})
    # At once: there may be threads to wait for.
    os._exit(0)


def warm_up(handout: Handout) -> Callable[[], None]:
    """Import what the kit declares, put the store before its training; return what prepares a call."""
    about = handout.about
    pictures = [about.picture.rpartition(".")[0]] if about.picture else []
    preload((*about.preload, *pictures))
    if "keras" in sys.modules:
        for module in pkgutil.iter_modules(wire.__path__, f"{wire.__name__}."):
            importlib.import_module(module.name)
    if about.train:
        owner, name = _declared(about.train)
        sources = "".join(about.files[f"{given}.py"] for given in about.given)
        setattr(
            owner,
            name,
            TrainingCache(getattr(owner, name), sources, TrainingFiles(handout.state / "trainings")),
        )
    if not about.prepare:
        return lambda: None
    owner, name = _declared(about.prepare)
    prepare = partial(getattr(owner, name), handout.all_settings.get("seed", 0))
    prepare()
    return prepare


def _declared(path: str) -> tuple[ModuleType, str]:
    """The module and the name in `module.name`."""
    module, _, name = path.rpartition(".")
    return importlib.import_module(module), name


def _events() -> Emit:
    """Keep standard output for events; whatever else prints there goes where errors go."""
    sys.stdout.flush()
    channel = os.dup(1)
    os.dup2(2, 1)

    def emit(event: dict[str, Any]) -> None:
        data = json.dumps(event).encode() + b"\n"
        while data:
            data = data[os.write(channel, data) :]

    return emit


def _serve_once(run: Run) -> None:
    """Do one request. When nobody waits for it any more, standard input closes, and this process ends."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    line = requests.readline()
    if line:
        threading.Thread(target=_leave_when_closed, args=[requests], daemon=True).start()
        work(run, json.loads(line))


def _leave_when_closed(requests: IO[str]) -> None:
    requests.read()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "forks")
