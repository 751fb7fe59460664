"""Loads an answer where there is nothing but what the grader has beside it: a program of its own.

Run as `python -m autograder.student.trial FOLDER`: reads a source as JSON from standard input, loads it with
the given code of FOLDER, and writes what came of it to standard output.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..examiner.threads import ONE_THREAD
from ..inside.load import load
from ..records import Source
from .board import LOAD_SECONDS
from .folder import Handout


@dataclass(frozen=True)
class Trial:
    """How loading went: what made it fail, lost cells, functions that are there, and how long it took."""

    problem: str | None
    notes: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    seconds: float = 0.0


def trial(handout: Handout, source: Source) -> Trial:
    """Load `source` in a fresh process, for as long as the grader would wait.

    What lies beside the answer on this machine is not handed in, so it is not there to be imported.
    """
    seconds = handout.limit("load_seconds", LOAD_SECONDS)
    with tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True) as folder:
        for name in handout.about["given"]:
            shutil.copy(handout.folder / f"{name}.py", folder)
        shutil.copytree(handout.folder / "inputs", Path(folder) / "inputs")
        preload = handout.about.get("preload", [])
        request = {"module": handout.module, "source": asdict(source), "preload": preload}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "autograder.student.trial", folder],
                input=json.dumps(request),
                cwd=folder,
                env=os.environ | ONE_THREAD | {"PYTHONIOENCODING": "utf-8"},
                capture_output=True,
                encoding="utf-8",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Trial(f"it was not loaded within {seconds:g} s: what does it do outside functions?")
    try:
        return Trial(**json.loads(done.stdout))
    except (ValueError, TypeError):
        said = "\n".join(done.stderr.splitlines()[-3:])
        return Trial(f"it ends the program while it is loaded. {said}".strip())


def main(folder: str) -> None:
    """Load the source on standard input, and tell how that went."""
    channel = os.dup(1)
    os.dup2(2, 1)
    request: dict[str, Any] = json.load(sys.stdin)
    sys.path.insert(0, folder)
    for name in request["preload"]:
        __import__(name)
    began = time.monotonic()
    source = request["source"]
    report = load(request["module"], source["filename"], source["cells"], source["tolerant"]).report
    told = {
        "problem": report["problem"],
        "notes": report["notes"],
        "functions": report["functions"],
        "seconds": round(time.monotonic() - began, 1),
    }
    os.write(channel, json.dumps(told).encode())
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
