"""Run the public checks on the file to hand in, in a copy of the handout without other files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..files import METADATA
from ..models import SubmittedFile
from .handout import Handout
from .task_results import Results


def run_alone(handout: Handout, file: SubmittedFile, run_checks: Callable[[Handout], Results]) -> Results:
    """Return what `run_checks` returns for `file` beside what was handed out.

    Only this file is handed in, so modules and data that lie in the student's folder cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        metadata = (handout.folder / METADATA).read_bytes()
        for path, content in {**handout.files(), METADATA: metadata, file.name: file.content}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        copy = Handout.read(folder)
        with suppress(OSError):  # without stored trainings the checks only take longer
            shutil.copytree(handout.trainings, copy.trainings)
        return run_checks(copy)
