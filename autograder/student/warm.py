"""The warm process: it has imported everything and collected the checks before a file is saved.

Run as `python -m autograder.student.warm FOLDER forks|once`. Requests come on its standard input, events
leave on its standard output, one JSON object a line. Where it `forks`, every request is a fork's work, and
the next one ends it; else the process is good for `once`. What the student's code prints goes to a file.
"""

from __future__ import annotations

import gc
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
from ..examiner import threads
from ..examiner.proxies import Proxies
from ..examiner.session import CheckSession
from ..examiner.trainings import Trainings
from .folder import Handout
from .process import OUTPUT
from .run import Emit, Run
from .slow import training_checks
from .store import Files

OUTPUT_BYTES = 64 * 1024**2
# Between two looks at whether a fork has ended, in seconds.
PATIENCE = 0.1


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
        slow = training_checks(checks, handout.about.get("train"))

        def serve(session: CheckSession) -> None:
            run = Run(handout, session, proxies, slow, prepare, emit)
            gc.collect()
            gc.freeze()
            fork = forks and threads.count() == 1
            emit({"ready": True, "forks": fork})
            (_serve_forks if fork else _serve_once)(run, handout.state / OUTPUT)

        CheckSession(handout, serve).run(handout.folder, [handout.checks_file])
    except BaseException:
        emit({"broken": traceback.format_exc()})
    # At once: there may be threads to wait for.
    os._exit(0)


def warm_up(handout: Handout) -> Callable[[], None]:
    """Import what the kit declares, put the store before its training; return what prepares a call."""
    about = handout.about
    pictures = [about["picture"].rpartition(".")[0]] if "picture" in about else []
    for name in (*about.get("preload", ()), *pictures):
        importlib.import_module(name)
    if "keras" in sys.modules:
        for module in pkgutil.iter_modules(wire.__path__, f"{wire.__name__}."):
            importlib.import_module(module.name)
    if "train" in about:
        owner, name = _declared(about["train"])
        sources = "".join(about["files"][f"{given}.py"] for given in about["given"])
        setattr(owner, name, Trainings(getattr(owner, name), sources, Files(handout.state / "trainings")))
    if "prepare" not in about:
        return lambda: None
    owner, name = _declared(about["prepare"])
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


def _work(run: Run, request: dict[str, Any], output: Path) -> None:
    """Do what a request asks, with everything that is printed in a file, and nothing to read."""
    output.parent.mkdir(exist_ok=True)
    printed = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, file in ((0, nothing), (1, printed), (2, printed)):
        os.dup2(file, descriptor)
    with suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
    # Collecting garbage takes longer than the little that there is would be in the way.
    gc.disable()
    numbered = replace(run, emit=lambda event: run.emit(event | {"run": request["run"]}))
    try:
        numbered.put(request["checks"], request["first"])
    except BaseException:
        numbered.emit({"broken": traceback.format_exc()})
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    numbered.emit({"ended": True})


def _serve_once(run: Run, output: Path) -> None:
    """Do one request. When nobody waits for it any more, standard input closes, and this process ends."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    line = requests.readline()
    if line:
        threading.Thread(target=_leave_when_closed, args=[requests], daemon=True).start()
        _work(run, json.loads(line), output)


def _leave_when_closed(requests: IO[str]) -> None:
    requests.read()
    os._exit(0)


def _serve_forks(run: Run, output: Path) -> None:
    """Do every request in a fork; the next request, or the end of them, ends it."""
    buffer, child, number = b"", None, 0
    while True:
        if not select.select([0], [], [], PATIENCE if child else None)[0]:
            if child and os.waitpid(child, os.WNOHANG) != (0, 0):
                child = None
                run.emit({"gone": "", "run": number})
            continue
        data = os.read(0, 1 << 16)
        *lines, buffer = (buffer + data).split(b"\n")
        if child and (lines or not data):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            child = None
        if not data:
            return
        if lines:
            request = json.loads(lines[-1])
            child, number = _fork(run, request, output), request["run"]


def _fork(run: Run, request: dict[str, Any], output: Path) -> int:
    child = os.fork()
    if child == 0:
        try:
            _work(run, request, output)
        finally:
            os._exit(0)
    return child


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "forks")
