"""Which of a submission's files counts, as text that is ready to run."""

from __future__ import annotations

import ast
import importlib.util
import warnings
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ..models import ReviewNote, Source, Submission, SubmittedFile
from ..source_code import try_parse
from .assignment import Assignment
from .folders import Unreadable, printable
from .notebook import read_cells


def attempted_tasks(source: Source, tasks: Collection[str]) -> frozenset[str]:
    """The tasks that `source` defines with a body of its own. Cells that do not parse attempt nothing."""
    names: set[str] = set()
    for cell in source.cells:
        if (tree := try_parse(cell)) is not None:
            with suppress(RecursionError):
                names.update(_answers(tree.body))
    return frozenset(names.intersection(tasks))


def _answers(body: list[ast.stmt]) -> Iterator[str]:
    """Names that get a meaning, no stub's, at module level, also inside `if`, `try`, `with` and loops."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            if not _is_stub(statement.body):
                yield statement.name
        elif isinstance(statement, ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name) and statement.value)
        else:
            for field in ("body", "orelse", "finalbody"):
                yield from _answers(getattr(statement, field, []))
            for handler in getattr(statement, "handlers", []):
                yield from _answers(handler.body)


def _is_stub(body: list[ast.stmt]) -> bool:
    """Whether a function does nothing, or raises NotImplementedError before it could return anything."""
    for statement in body:
        if _raises_not_implemented(statement):
            return True
        if any(
            isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value
            for node in ast.walk(statement)
        ):
            return False
    return all(_does_nothing(statement) for statement in body)


def _raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise):
        return False
    error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring, or ...
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Return) and statement.value is None)


@dataclass(frozen=True)
class Selection:
    """The source that counts, or the `problem` that leaves none; `notes` and `review` tell of the choice."""

    source: Source | None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    review: tuple[ReviewNote, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    file: SubmittedFile
    source: Source
    attempts: frozenset[str]


def select(submission: Submission, module: str, tasks: Collection[str]) -> Selection:
    """Choose the file that counts: one with attempted tasks, then one with the module's name, then the newer.

    Runs a student's text through Python's parser, so call it where a crash does no harm. Never raises.
    """
    if submission.problem is not None:
        return Selection(None, submission.problem)
    candidates, problems = [], []
    for file in submission.files:
        try:
            source = _source(file)
        except Unreadable as problem:
            problems.append(str(problem))
        else:
            candidates.append(_Candidate(file, source, attempted_tasks(source, tasks)))
    if not candidates:
        return Selection(None, " ".join(problems[:3]) or "The submission is empty.")
    assignment = Assignment("", module)
    best = max(candidates, key=lambda each: (bool(each.attempts), *_preference(each.file, assignment)))
    notes = [_note(best, other) for other in candidates if other is not best]
    return Selection(best.source, None, (*notes[:3], *problems[:3]))


def _preference(file: SubmittedFile, assignment: Assignment) -> tuple[int, float, bool, str]:
    """The larger, the better. The last two only make equals come out the same on every machine."""
    name = file.name.rpartition("/")[2]
    stem = name.rpartition(".")[0]
    return assignment.name_match(stem), file.modified, name.casefold().endswith(".py"), file.name


def _note(best: _Candidate, other: _Candidate) -> str:
    graded, passed = printable(best.file.name), printable(other.file.name)
    if best.attempts and not other.attempts:
        return f"{graded} was graded, not {passed}, in which no task is attempted."
    if best.file.modified > other.file.modified:
        return f"{graded} was graded: it is newer than {passed}."
    return f"{graded} was graded, not {passed}."


def _source(file: SubmittedFile) -> Source:
    where = printable(file.name)
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
        raise Unreadable(f"{where} is not Python{line}: {printable(str(error.msg))}.") from None
    except (UnicodeError, LookupError, ValueError) as error:
        raise Unreadable(f"{where} is not Python: {printable(str(error))}.") from None
    return text
