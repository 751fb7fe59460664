"""`kit pack`: looks over the answer, says what it found, and writes the file to hand in."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..intake.attempts import attempted
from ..intake.tree import FILE_LIMIT, megabytes
from ..records import Source, SubmittedFile
from .folder import Handout
from .imports import strange
from .trial import Trial, trial


@dataclass
class Findings:
    """What was found, in sentences: what costs everything, what may cost something, and what is well."""

    fatal: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    fine: list[str] = field(default_factory=list)
    written: Path | None = None


def pack(handout: Handout) -> Findings:
    """Look over the answer, and write it as a zip unless something costs everything."""
    found = Findings()
    chosen = handout.chosen()
    if chosen.source is None:
        found.fatal.append(chosen.problem or "There is nothing to hand in.")
        return found
    source = chosen.source
    file = next(file for file in handout.submission().files if file.name == source.filename)
    if not attempted(source, handout.tasks):
        found.fatal.append("Every file is still as it was handed out: no task is attempted.")
        return found
    _look(handout, source, file, found)
    # A notebook that was never begun lies beside many a `.py`; a `.py` beside a notebook is worth a look.
    beside = [note.replace(" was graded", " counts") for note in chosen.notes]
    usual = not source.tolerant and all("no task is attempted" in note for note in beside)
    (found.fine if usual else found.doubtful).extend(beside)
    if altered := list(handout.altered()):
        found.doubtful.append(
            f"Changed since it was handed out: {', '.join(altered)}. The grader has its own."
        )
    if not found.fatal:
        found.written = _write(handout, file)
    return found


def _look(handout: Handout, source: Source, file: SubmittedFile, found: Findings) -> None:
    name, tasks = source.filename, attempted(source, handout.tasks)
    if len(file.content) > FILE_LIMIT:
        found.fatal.append(
            f"{name} has {megabytes(len(file.content))}, and the grader reads {megabytes(FILE_LIMIT)} at "
            "most: is there data or output in it? Clear a notebook's output before saving it."
        )
        return
    accepted = {*handout.about["imports"], *handout.about["given"]}
    for module in strange(source, accepted):
        advice = _advice(handout, module.name)
        sentence = (
            f"{name} imports {module.name} in line {module.line}, which the grader does not have{advice}."
        )
        (found.fatal if module.runs and not source.tolerant else found.doubtful).append(sentence)
    if found.fatal:
        return
    tried = trial(handout, source)
    if tried.problem is not None:
        found.fatal.append(f"{name} cannot be loaded, so no task in it would count: {tried.problem}")
        return
    found.doubtful += tried.notes
    found.fine.append(f"{name} loads, in {max(tried.seconds, 0.1):g} s.")
    found.doubtful += _missing(handout, tasks, tried)
    found.fine.append(f"Attempted: {', '.join(task for task in handout.tasks if task in tasks)}.")


def _missing(handout: Handout, tasks: frozenset[str], tried: Trial) -> Iterator[str]:
    if lost := [task for task in handout.tasks if task in tasks and task not in tried.functions]:
        yield f"Written, but not there once the file is loaded: {', '.join(lost)}."
    if untouched := [task for task in handout.tasks if task not in tasks]:
        yield f"Not attempted: {', '.join(untouched)}."


def _advice(handout: Handout, module: str) -> str:
    if (handout.folder / f"{module}.py").is_file():
        return f": {module}.py is in your folder, but one file is handed in. Move what you need into it"
    return f" (it has Python's own, {', '.join(handout.about['imports'])} and the given code)"


def _write(handout: Handout, file: SubmittedFile) -> Path:
    """A zip with the answer alone, under the kit's name; the time in it is when the answer last changed."""
    path = handout.folder / f"{handout.slug}.zip"
    changed = max(time.localtime(file.modified)[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(file.name, changed), file.content, zipfile.ZIP_DEFLATED)
    return path
