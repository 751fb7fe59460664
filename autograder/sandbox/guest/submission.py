"""Load a submission: a `.py` runs as if imported, a notebook as in Jupyter.

A notebook's cells share one namespace, whose `__name__` is `__main__`. They run statement by statement. A
statement that raises, or exceeds its share of the time, is skipped and noted. A `.py` runs as a whole. The
first exception ends it; if its time is up, the functions and classes defined so far count. The grader, `kit
check`, `kit watch` and `kit pack` share this module.
"""

from __future__ import annotations
import __future__

import ast
import ctypes
import inspect
import linecache
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from types import CodeType, ModuleType
from typing import Any

from ...language import gettext as _
from ...source_code import Definition, first_line, is_stub, raises_not_implemented, syntax_advice
from ...wire.call_messages import LoadReport, LoadRequest
from . import notebook_environment
from .calls import HeldValues
from .failed_calls import Definitions, owner, raised_by_stub, text_of, trace_of

MAX_NOTES = 50
# Maximum share of the remaining time for one statement, so that several endless ones cannot use all of it.
STATEMENT_SHARE = 0.25
MIN_STATEMENT_SECONDS = 0.2
# A `.py` is stopped slightly before its caller times out, so that the message can name the line.
FILE_SHARE = 0.9
# A submission may catch the exception that interrupts it, so it is raised repeatedly.
INTERRUPT_AGAIN_SECONDS = 0.5
FUTURE_FLAGS = reduce(or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))


class TimedOut(BaseException):
    """A statement took too long. It is not an Exception, because submissions catch these."""


@dataclass(frozen=True)
class Loaded:
    """The module, its definitions, and a report for the caller."""

    module: ModuleType
    filename: str
    definitions: Definitions
    report: LoadReport
    held: HeldValues = field(default_factory=HeldValues)


def load(name: str, request: LoadRequest) -> Loaded:
    """Run the text of a file in a new module, which is stored in `sys.modules` under `name`.

    The working folder must look like the handout's; `__file__` is in it. Call this once per process, because
    the replacement modules and `__main__` remain.
    """
    tolerant = request.tolerant
    notebook_environment.install()
    module = ModuleType("__main__" if tolerant else name)
    module.__file__ = os.path.abspath(f"{name}.{'ipynb' if tolerant else 'py'}")  # noqa: PTH100 - no pathlib in a child
    sys.modules[name] = module
    if tolerant:
        sys.modules["__main__"] = module
        loading: _Loading = _Notebook(module, request.filename, request.seconds)
    else:
        loading = _Script(module, request.filename, request.seconds)
    loading.run(request.cells)
    definitions = Definitions(
        frozenset(loading.places), frozenset(loading.stubs), frozenset(loading.leftover_raises)
    )
    return Loaded(module, request.filename, definitions, loading.report())


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimedOut in the body if it takes longer; no effect outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
    elif hasattr(signal, "setitimer"):
        with _alarm(seconds):
            yield
    else:
        with _asynchronous_exception(seconds):
            yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def interrupt(number: int, frame: object) -> None:
        raise TimedOut

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, INTERRUPT_AGAIN_SECONDS)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        # Again, because an alarm may have interrupted the first attempt.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


@contextmanager
def _asynchronous_exception(seconds: float) -> Iterator[None]:
    """Interrupt Python code on systems without timers, such as Windows."""
    thread = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    timer = threading.Timer(seconds, raise_in, (thread, ctypes.py_object(TimedOut)))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        raise_in(thread, None)


@dataclass
class _Loading:
    """The state of one load: its module and the results so far."""

    module: ModuleType
    filename: str
    seconds: float
    # The names of the parsed cells in tracebacks.
    places: list[str] = field(default_factory=list)
    stubs: set[tuple[str, int]] = field(default_factory=set)
    leftover_raises: set[tuple[str, int]] = field(default_factory=set)
    problem: str | None = None
    line: int | None = None
    notes: list[str] = field(default_factory=list)

    def report(self) -> LoadReport:
        """Return how loading went."""
        return LoadReport(self.problem, self.line, tuple(self.notes))

    def run(self, cells: Sequence[str]) -> None:
        """Run all cells."""
        raise NotImplementedError

    def _parse(self, text: str, place: str) -> ast.Module:
        """Return the syntax tree of a cell that tracebacks call `place`, and record its definitions."""
        self.places.append(place)
        # The modification time None tells linecache not to compare the entry with a file.
        linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
        tree = ast.parse(text, place)
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if is_stub(node):
                self.stubs.add((place, first_line(node)))
            else:
                raises = (statement for statement in node.body if raises_not_implemented(statement))
                self.leftover_raises.update((place, statement.lineno) for statement in raises)
        return tree

    def _line(self, place: str, line: int) -> str:
        """Return the name of a line for a message, in the form that editors open: `transfer.py:105`."""
        return f"{place}:{line}"

    def _sentence(self, place: str, error: BaseException, seconds: float) -> tuple[str, int | None]:
        """Return a sentence about a failed cell or statement, and the line of it.

        Functions of other cells have lines of their own, so only those of `place` count.
        """
        lines = trace_of(error, frozenset([place]))
        stub = raised_by_stub(error, self.stubs)
        if stub:
            lines = [each for each in lines if each.function != stub.co_name]
        line = lines[-1].number if lines else None
        where = place if line is None else self._line(place, line)
        if isinstance(error, TimedOut):
            return _(
                "{where}: it did not end within {seconds:.3g} s: is there an endless loop?",
                where=where,
                seconds=seconds,
            ), line
        if isinstance(error, SystemExit):
            return _("{where}: the code ends the program while it is loaded.", where=where), line
        if stub:
            return _(
                "{where}: this line calls `{name}`, which is not written yet",
                where=where,
                name=owner(stub),
            ), line
        text = text_of(error)
        if isinstance(error, SyntaxError) and (advice := syntax_advice(error)):
            text = _ended(text) + advice
        return f"{where}: {type(error).__name__}{': ' if text else ''}{text}", line


class _Script(_Loading):
    """A `.py`: one text, run as if imported."""

    def run(self, cells: Sequence[str]) -> None:
        """Run the text up to the first exception, or until the time is up.

        In the second case the functions and classes defined so far count, so that a long training below them
        costs nothing.
        """
        seconds = self.seconds * FILE_SHARE
        defined: set[str] = set()
        try:
            tree = self._parse("\n".join(cells), self.filename)
            defined = {node.name for node in tree.body if isinstance(node, Definition)}
            code = compile(tree, self.filename, "exec", dont_inherit=True)
            with time_limit(seconds):
                exec(code, vars(self.module))  # noqa: S102 - the purpose
        except BaseException as error:
            problem, line = self._sentence(self.filename, error, seconds)
            if isinstance(error, TimedOut) and defined & vars(self.module).keys():
                stopped = _("Loading stopped there, and the functions above count.")
                self.notes.append(f"{problem} {stopped}")
            else:
                self.problem, self.line = problem, line


class _Notebook(_Loading):
    """A notebook's code cells, run statement by statement."""

    def run(self, cells: Sequence[str]) -> None:
        """Run every statement of every cell, and note for each cell which statements were skipped."""
        self._deadline = time.monotonic() + self.seconds
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._loop: Any = None
        try:
            for number, cell in enumerate(cells, 1):
                self._run_cell(_("{name}, code cell {number}", name=self.filename, number=number), cell)
        finally:
            if self._loop is not None:
                self._loop.close()

    def _line(self, place: str, line: int) -> str:
        return _("{label}, line {number}", label=place, number=line)

    def _run_cell(self, place: str, cell: str) -> None:
        try:
            tree = self._parse(cell, place)
        except BaseException as error:
            self._note(
                _("{sentence} This cell was left out.", sentence=_ended(self._sentence(place, error, 0)[0]))
            )
            return
        lost = []
        for statement in tree.body:
            seconds = max(MIN_STATEMENT_SECONDS, STATEMENT_SHARE * (self._deadline - time.monotonic()))
            try:
                self._run_statement(statement, place, seconds)
            except BaseException as error:
                lost.append(self._sentence(place, error, seconds)[0])
        if lost:
            others = _more(len(lost) - 1)
            self._note(
                _("{sentence} This statement was left out.{others}", sentence=_ended(lost[0]), others=others)
            )

    def _run_statement(self, statement: ast.stmt, place: str, seconds: float) -> None:
        tree = ast.Module([statement], [])
        code = compile(tree, place, "exec", self._flags, dont_inherit=True)
        # `from __future__` applies to all cells that follow.
        self._flags |= code.co_flags & FUTURE_FLAGS
        if isinstance(statement, ast.Import | ast.ImportFrom):
            # An import is not interrupted, because that would leave a partially initialized module.
            exec(code, vars(self.module))  # noqa: S102 - the purpose
        else:
            with time_limit(seconds):
                self._execute(code)

    def _execute(self, code: CodeType) -> None:
        if not code.co_flags & inspect.CO_COROUTINE:
            exec(code, vars(self.module))  # noqa: S102 - the purpose
            return
        import asyncio

        self._loop = self._loop or asyncio.new_event_loop()
        self._loop.run_until_complete(eval(code, vars(self.module)))  # noqa: S307 - a top-level await

    def _note(self, sentence: str) -> None:
        if len(self.notes) < MAX_NOTES:
            self.notes.append(sentence)


def _more(count: int) -> str:
    """Return a sentence with a leading space about `count` more statements that were skipped, or ""."""
    if count < 1:
        return ""
    if count == 1:
        return _(" So was another one in this cell.")
    return _(" So were {count} others in this cell.", count=count)


def _ended(sentence: str) -> str:
    """Return a sentence with a full stop, unless it has a final mark."""
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
