"""The warm process: it has imported everything and collected the checks before a file is saved.

Run as `python -m autograder.student.warm FOLDER forks|once`. Requests come on its standard input, events
leave on its standard output, one JSON object a line. Where it `forks`, every request is a fork's work, and
the next one ends it; else the process is good for `once`. What the student's code prints goes to a file.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from .. import wire
from ..examiner import threads
from ..examiner.names import Names
from ..examiner.proxies import Proxies
from ..examiner.replay import Replays
from ..examiner.session import CheckSession
from ..examiner.trainings import Trainings
from ..inside.garbage import settle
from ..inside.preload import preload
from .folder import Handout
from .forks import Forks
from .run import Emit, Run
from .slow import training_checks
from .store import Files
from .work import work


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
            replays = Replays(Names.of(handout.files()))
            run = Run(handout, session, proxies, slow, prepare, replays, emit)
            settle()
            fork = forks and threads.count() == 1
            emit({"ready": True, "forks": fork})
            if fork:
                Forks(run).serve()
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
    pictures = [about["picture"].rpartition(".")[0]] if "picture" in about else []
    preload((*about.get("preload", ()), *pictures))
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
