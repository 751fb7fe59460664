"""Which of a submission's files counts, as text that is ready to run."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Collection
from dataclasses import dataclass

from autograder.intake.attempts import attempted
from autograder.intake.notebook import read_cells
from autograder.intake.tree import Unreadable, shown
from autograder.intake.wanted import Wanted
from autograder.records import Source, Submission, SubmittedFile


@dataclass(frozen=True)
class Chosen:
    """The source that counts, or the `problem` that leaves none; `notes` are sentences about the choice."""

    source: Source | None
    problem: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    file: SubmittedFile
    source: Source
    attempts: frozenset[str]


def choose(submission: Submission, module: str, tasks: Collection[str]) -> Chosen:
    """Choose the file that counts: one with attempted tasks, then one with the module's name, then the newer.

    Runs a student's text through Python's parser, so call it where a crash does no harm. Never raises.
    """
    if submission.problem is not None:
        return Chosen(None, submission.problem)
    candidates, problems = [], []
    for file in submission.files:
        try:
            source = _source(file)
        except Unreadable as problem:
            problems.append(str(problem))
        else:
            candidates.append(_Candidate(file, source, attempted(source, tasks)))
    if not candidates:
        return Chosen(None, " ".join(problems[:3]) or "The submission is empty.")
    wanted = Wanted("", module)
    best = max(candidates, key=lambda each: (bool(each.attempts), *_preference(each.file, wanted)))
    notes = [_note(best, other) for other in candidates if other is not best]
    return Chosen(best.source, None, (*notes[:3], *problems[:3]))


def _preference(file: SubmittedFile, wanted: Wanted) -> tuple[int, float, bool, str]:
    """The larger, the better. The last two only make equals come out the same on every machine."""
    name = file.name.rpartition("/")[2]
    stem = name.rpartition(".")[0]
    return wanted.named(stem), file.modified, name.casefold().endswith(".py"), file.name


def _note(best: _Candidate, other: _Candidate) -> str:
    graded, passed = shown(best.file.name), shown(other.file.name)
    if best.attempts and not other.attempts:
        return f"{graded} was graded, not {passed}, in which no task is attempted."
    if best.file.modified > other.file.modified:
        return f"{graded} was graded: it is newer than {passed}."
    return f"{graded} was graded, not {passed}."


def _source(file: SubmittedFile) -> Source:
    where = shown(file.name)
    if not file.content.strip():
        raise Unreadable(f"{where} is empty.")
    try:
        if file.name.casefold().endswith(".ipynb"):
            return Source(file.name, read_cells(file.content, where), tolerant=True)
        return Source(file.name, (_python(file.content, where),), tolerant=False)
    except (MemoryError, RecursionError):
        raise Unreadable(f"{where} is nested too deep or too large to be read.") from None


def _python(content: bytes, where: str) -> str:
    """The text of a `.py`, decoded as Python's import would; raises Unreadable when it is not Python."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"{where} is UTF-16, which Python does not read: save it as UTF-8.")
    try:
        text = importlib.util.decode_source(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, where, "exec", dont_inherit=True)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise Unreadable(f"{where} is not Python{line}: {shown(str(error.msg))}.") from None
    except (UnicodeError, LookupError, ValueError) as error:
        raise Unreadable(f"{where} is not Python: {shown(str(error))}.") from None
    return text
