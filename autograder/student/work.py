"""One request, done in a process that it may spoil: what is printed goes to a file, nothing can be read."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from typing import Any

from .process import OUTPUT
from .run import Run

OUTPUT_BYTES = 64 * 1024**2


def work(run: Run, request: dict[str, Any]) -> None:
    """Do what a request asks, and say that it ended."""
    _redirect(run)
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
