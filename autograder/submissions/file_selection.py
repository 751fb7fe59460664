"""Select the file of a submission that counts, and return it as text that is ready to run."""

from __future__ import annotations

import importlib.util
import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ..language import gettext as _
from ..language import gettext_noop
from ..models import ReviewNote, ReviewReason, Source, Submission, SubmittedFile
from ..source_code import marked_line, syntax_advice
from ..text import clean
from .assignment import Assignment
from .definitions import attempted_tasks, drop_stubs_below_answers, review_notes
from .file_types import kind_of_content
from .folders import Unreadable, printable
from .notebooks.notebook import is_notebook, not_in_encoding, read_cells, tasks_in_text

# Sentences per kind in a report.
MAX_NOTES = 3
# Times that differ by less say nothing: programs that unpack or copy files write them one after another.
SAME_TIME = 2.0  # seconds


class UnusedReason(StrEnum):
    """The reason why a file of a submission does not count."""

    NOT_ATTEMPTED = "not_attempted"
    HAS_OTHER_TASKS = "has_other_tasks"
    OLDER = "older"
    LESS_LIKELY = "less_likely"


@dataclass(frozen=True)
class UnusedFile:
    """A file that does not count, and the file that counts instead. Only the former has the `tasks`."""

    used: str
    name: str
    reason: UnusedReason
    tasks: tuple[str, ...] = ()

    def text(self, verb: str = gettext_noop("was graded")) -> str:
        """Return the sentence about the choice."""
        match self.reason:
            case UnusedReason.NOT_ATTEMPTED:
                return _(
                    "{used} {verb}, not {name}, in which no task is attempted.",
                    used=self.used,
                    verb=_(verb),
                    name=self.name,
                )
            case UnusedReason.HAS_OTHER_TASKS:
                return _(
                    "{used} {verb}, not {name}, although only {name} has {tasks}. Put all tasks into "
                    "one file.",
                    used=self.used,
                    verb=_(verb),
                    name=self.name,
                    tasks=", ".join(self.tasks),
                )
            case UnusedReason.OLDER:
                return _(
                    "{used} {verb}: it is newer than {name}.", used=self.used, verb=_(verb), name=self.name
                )
            case UnusedReason.LESS_LIKELY:
                return _("{used} {verb}, not {name}.", used=self.used, verb=_(verb), name=self.name)


@dataclass(frozen=True)
class Selection:
    """The source that counts, or the `problem` that prevents a selection.

    `notes` and `review` contain sentences about the choice. `unused` lists the files that do not count.
    `unreadable` has sentences about unreadable files, and `excerpt` is the line that `problem` names.
    """

    source: Source | None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    review: tuple[ReviewNote, ...] = ()
    unused: tuple[UnusedFile, ...] = ()
    unreadable: tuple[str, ...] = ()
    excerpt: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return all sentences about the choice."""
        return (*self.notes, *(note.text for note in self.review))


@dataclass(frozen=True)
class _Candidate:
    file: SubmittedFile
    source: Source
    attempts: frozenset[str]


def select(submission: Submission, module: str, tasks: Collection[str]) -> Selection:
    """Choose the file that counts.

    Attempted tasks are preferred, then the module's name, then the newer file, then the one in fewer folders.
    Parses a student's text with Python's parser, so call it in a process that may crash. Never raises.
    """
    if submission.problem is not None:
        return Selection(None, submission.problem)
    candidates: list[_Candidate] = []
    problems: list[Unreadable] = []
    for file in submission.files:
        try:
            source = _source(file, module, tasks)
        except Unreadable as error:
            problems.append(error)
        else:
            candidates.append(_Candidate(file, source, attempted_tasks(source, tasks)))
    if not candidates:
        problem = " ".join(map(str, problems[:MAX_NOTES])) or _("The submission is empty.")
        return Selection(None, problem, excerpt=next((each.excerpt for each in problems if each.excerpt), ""))
    best = _best(candidates, Assignment("", module))
    unused: list[UnusedFile] = []
    notes: list[str] = []
    versions: list[ReviewNote] = []
    for other in candidates:
        if other is best:
            continue
        unused.append(_compare(best, other))
        sentence = unused[-1].text()
        if other.attempts:
            versions.append(ReviewNote(ReviewReason.SEVERAL_VERSIONS, sentence))
        else:
            notes.append(sentence)
    cells, above = drop_stubs_below_answers(best.source.cells, tasks)
    unreadable = tuple(map(str, problems[:MAX_NOTES]))
    return Selection(
        source=replace(best.source, cells=cells),
        notes=(*notes[:MAX_NOTES], *unreadable),
        review=(*versions[:MAX_NOTES], *_review(best, tasks, above)),
        unused=tuple(unused),
        unreadable=unreadable,
    )


def _review(best: _Candidate, tasks: Collection[str], above: Collection[str]) -> Iterator[ReviewNote]:
    """Yield what a person must look at in the file that counts. `above` are answers above their stub."""
    in_text = [task for task in _tasks_in_text(best.file, tasks) if task not in best.attempts]
    # Where answers are in text cells, it is clear why there are none in code.
    for note in review_notes(best.source, tasks):
        if not (in_text and note.reason is ReviewReason.ZERO_BUT_NOT_STUB):
            yield note
    if in_text:
        text = _(
            "{filename}: {tasks} is in a text cell, which is not run. Change the cell's type to code.",
            filename=printable(best.source.filename),
            tasks=", ".join(in_text),
        )
        yield ReviewNote(ReviewReason.ZERO_BUT_NOT_STUB, text)
    if above:
        text = _(
            "{filename}: the stub of {tasks} was left in place below the answer. The answer counts.",
            filename=printable(best.source.filename),
            tasks=", ".join(above),
        )
        yield ReviewNote(ReviewReason.ANSWER_ABOVE_STUB, text)


def _tasks_in_text(file: SubmittedFile, tasks: Collection[str]) -> tuple[str, ...]:
    return tasks_in_text(file.content, tasks) if file.name.casefold().endswith(".ipynb") else ()


def _best(candidates: Sequence[_Candidate], assignment: Assignment) -> _Candidate:
    """Return the candidate that counts; it is the same in any order and on every machine."""

    def likelihood(candidate: _Candidate) -> tuple[bool, int]:
        stem = candidate.file.name.rpartition("/")[2].rpartition(".")[0]
        return bool(candidate.attempts), assignment.name_match(stem)

    most = max(map(likelihood, candidates))
    likely = [candidate for candidate in candidates if likelihood(candidate) == most]
    newest = max(candidate.file.modified for candidate in likely)
    recent = [candidate for candidate in likely if newest - candidate.file.modified < SAME_TIME]
    return max(recent, key=lambda candidate: _place(candidate.file.name))


def _place(name: str) -> tuple[int, bool, str]:
    """Return a sort key for files of one time, larger is better."""
    numbered = re.sub(r"\d+", lambda digits: digits[0].zfill(9), name)  # 9 comes before 10
    return -name.count("/"), name.casefold().endswith(".py"), numbered


def _compare(best: _Candidate, other: _Candidate) -> UnusedFile:
    names = printable(best.file.name), printable(other.file.name)
    if best.attempts and not other.attempts:
        return UnusedFile(*names, UnusedReason.NOT_ATTEMPTED)
    if others := other.attempts - best.attempts:
        return UnusedFile(*names, UnusedReason.HAS_OTHER_TASKS, tuple(sorted(others)))
    if best.file.modified - other.file.modified >= SAME_TIME:
        return UnusedFile(*names, UnusedReason.OLDER)
    return UnusedFile(*names, UnusedReason.LESS_LIKELY)


def _source(file: SubmittedFile, module: str, tasks: Collection[str]) -> Source:
    """Return the code of a file; raise Unreadable, whose text names a type that is not source."""
    where = printable(file.name)
    if not file.content.strip():
        raise Unreadable(_("{where} is empty.", where=where))
    try:
        return _read_source(file, where, module, tasks)
    except Unreadable:
        if kind := kind_of_content(file.content):
            text = _("In spite of its name, {where} is {kind}.", where=where, kind=_(kind))
            raise Unreadable(text) from None
        raise


def _read_source(file: SubmittedFile, where: str, module: str, tasks: Collection[str]) -> Source:
    try:
        if file.name.casefold().endswith(".ipynb"):
            return Source(file.name, read_cells(file.content, where, module, tasks), tolerant=True)
        return Source(file.name, (_python(file.content, where),), tolerant=False)
    except (MemoryError, RecursionError):
        raise Unreadable(_("{where} is nested too deep or too large to be read.", where=where)) from None


def _python(content: bytes, where: str) -> str:
    """Return the text of a `.py`, decoded as an import would; raise Unreadable if it is not valid Python."""
    if is_notebook(content):
        raise Unreadable(_("{where} is a notebook: its name must end in .ipynb.", where=where))
    text = _decoded(content, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, where, "exec", dont_inherit=True)
    except SyntaxError as error:
        place = f":{error.lineno}" if error.lineno else ""
        reason = f"{printable(str(error.msg))}.{syntax_advice(error)}"
        raise Unreadable(
            _("{where}{place} is not Python: {reason}", where=where, place=place, reason=reason),
            clean(marked_line(error)),
        ) from None
    except ValueError as error:
        raise Unreadable(
            _("{where} is not Python: {reason}.", where=where, reason=printable(str(error)))
        ) from None
    return text


def _decoded(content: bytes, where: str) -> str:
    """Return the text of a `.py` in the encoding that it declares, else in UTF-8; raise Unreadable."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("{where} is UTF-16, which Python does not read: save it as UTF-8.", where=where))
    try:
        try:
            return importlib.util.decode_source(content)
        except SyntaxError:  # an unknown encoding, or a first line that is not in the declared encoding
            content.decode()
            raise
    except UnicodeDecodeError as error:
        raise Unreadable(not_in_encoding(where, content, error)) from None
    except (SyntaxError, UnicodeError, LookupError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else error
        raise Unreadable(
            _("{where} is not Python: {reason}.", where=where, reason=printable(str(reason)))
        ) from None
