"""Test in a new process whether the answer loads, as the grader does.

The process runs `python -m autograder.student.load_trial FOLDER HANDOUT`. It reads one request from standard
input and writes one result to standard output.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from ..checks.environment import ONE_THREAD
from ..checks.events import Message, encode
from ..language import gettext as _
from ..models import Source
from ..sandbox.guest.submission import load
from .handout import Handout
from .state import LOAD_SECONDS

# Time limit for importing the modules that the kit preloads, in seconds.
START_SECONDS = 60.0
MAX_ERROR_LINES = 3


class LoadRequest(Message, frozen=True, tag=True):
    """The source to load, and the time limit in seconds."""

    module: str
    source: Source
    preload: tuple[str, ...]
    seconds: float


class LoadTrial(Message, frozen=True, tag=True):
    """The result: why loading failed, notes on skipped cells, the functions found, and the seconds taken."""

    problem: str | None
    notes: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    seconds: float = 0.0


def try_loading(handout: Handout, source: Source) -> LoadTrial:
    """Load `source` in a new process, with the grader's time limit.

    Other files in the student's folder are not submitted, so they cannot be imported.
    """
    seconds = handout.limit("load_seconds", LOAD_SECONDS)
    with tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True) as folder:
        for name in handout.about.given:
            if (package := handout.folder / name).is_dir():
                shutil.copytree(package, Path(folder) / name)
            else:
                shutil.copy(handout.folder / f"{name}.py", folder)
        shutil.copytree(handout.folder / "inputs", Path(folder) / "inputs")
        try:
            done = subprocess.run(
                [sys.executable, "-m", "autograder.student.load_trial", folder, str(handout.folder)],
                input=encode(LoadRequest(handout.module, source, handout.about.preload, seconds)),
                cwd=folder,
                env=os.environ | ONE_THREAD | {"PYTHONIOENCODING": "utf-8"},
                capture_output=True,
                timeout=seconds + START_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return LoadTrial(
                _(
                    "it was not loaded within {seconds:g} s: what does it do outside functions?",
                    seconds=seconds,
                )
            )
    try:
        return msgspec.json.decode(done.stdout, type=LoadTrial)
    except ValueError:
        lines = done.stderr.decode("utf-8", "replace").splitlines()[-MAX_ERROR_LINES:]
        return LoadTrial(" ".join([_("it ends the program while it is loaded."), "\n".join(lines)]).strip())


def main(folder: str, handout: Path) -> None:
    """Load the source of the request on standard input, and write the result."""
    Handout.read(handout).choose_language()
    channel = os.dup(1)
    os.dup2(2, 1)
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=LoadRequest)
    sys.path.insert(0, folder)
    for name in request.preload:
        __import__(name)
    started = time.monotonic()
    source = request.source
    report = load(request.module, source.filename, source.cells, source.tolerant, request.seconds).report
    trial = LoadTrial(
        report["problem"],
        tuple(report["notes"]),
        tuple(report["functions"]),
        round(time.monotonic() - started, 1),
    )
    os.write(channel, encode(trial))
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
