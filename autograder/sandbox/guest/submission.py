"""Load a submission and call its functions: a `.py` runs as an import runs it, a notebook as Jupyter does.

A notebook's cells share one namespace, whose `__name__` is `__main__`. They run statement by statement: one
that raises, or takes more than its share of the time, costs itself alone and is noted. A `.py` runs as a
whole, and the first exception ends it. The grader, `kit check`, `kit watch` and `kit pack` share this module.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from types import CodeType, ModuleType
from typing import Any

from ...source_code import first_line, is_stub, newer_python, raises_not_implemented
from ...text import clean
from ...wire.codec import pack, unpack
from ...wire.frames import Frame
from . import stand_ins
from .errors import Definitions, describe, describe_missing, text_of, trace_of

MAX_NAMES = 500
MAX_NAME = 200
MAX_NOTES = 50
LOAD_SECONDS = 60.0
# A statement may take so much of the time that is left, so that no number of endless ones takes all of it.
STATEMENT_SHARE = 0.25
MIN_STATEMENT_SECONDS = 0.2
# A `.py` ends a little before whoever waits for it gives up, and so can name the line.
FILE_SHARE = 0.9
# A submission may catch the exception that interrupts it, but not each of many.
INTERRUPT_AGAIN_SECONDS = 0.5
FUTURE_FLAGS = reduce(or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))


class TimedOut(BaseException):
    """A statement took too long. No Exception: submissions catch these."""


@dataclass(frozen=True)
class Loaded:
    """The module, what its text defines, and a report for whoever asked for it.

    The report is plain data: `{"ok", "problem", "line", "notes", "functions"}`.
    """

    module: ModuleType
    filename: str
    definitions: Definitions
    report: dict[str, Any]


def load(
    name: str, filename: str, cells: Sequence[str], tolerant: bool, seconds: float = LOAD_SECONDS
) -> Loaded:
    """Run the text of a file in a fresh module, which stands in `sys.modules` under `name`.

    `filename` is what messages call it. Where `tolerant`, it is a notebook. The working folder is expected to
    be as the handout's; there `__file__` is. Call it once in a process: stand-ins and `__main__` stay.
    """
    stand_ins.install()
    module = ModuleType("__main__" if tolerant else name)
    module.__file__ = os.path.abspath(f"{name}.{'ipynb' if tolerant else 'py'}")  # noqa: PTH100 - no pathlib in a child
    sys.modules[name] = module
    if tolerant:
        sys.modules["__main__"] = module
        loading: _Loading = _Notebook(module, filename, seconds)
    else:
        loading = _Script(module, filename, seconds)
    loading.run(cells)
    definitions = Definitions(
        frozenset(loading.places), frozenset(loading.stubs), frozenset(loading.leftover_raises)
    )
    return Loaded(module, filename, definitions, loading.report | {"functions": _functions(module)})


def call(
    loaded: Loaded,
    name: str,
    request: Frame,
    prepare: Callable[[], None],
    on_error: Callable[[BaseException], None] = lambda error: None,
) -> Frame:
    """Call a function of the submission; whatever it raises or returns becomes a reply.

    The request's head has the packed `(args, kwargs)`, or `(args, kwargs, times)`, under `value`. The reply's
    head is `{"ok": True, "value"}` or `{"raised": …}`. `on_error` sees an exception before it is described.
    """
    function = vars(loaded.module).get(name)
    if function is None:
        return Frame({"raised": describe_missing(name, loaded.module, loaded.definitions)})
    try:
        (args, kwargs, *times), objects = unpack(request.head["value"], request.blob)
        prepare()
        answer = [function(*args, **kwargs) for _ in range(*times)] if times else function(*args, **kwargs)
        packed = pack({"answer": answer, "args": args, "kwargs": kwargs}, known=objects)
    except BaseException as error:
        on_error(error)
        return Frame({"raised": describe(error, name, loaded.definitions)})
    return Frame({"ok": True, "value": packed.head}, packed.blob)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimedOut in the body when it takes longer; without effect outside the main thread."""
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
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


@contextmanager
def _asynchronous_exception(seconds: float) -> Iterator[None]:
    """Interrupt Python code where the system has no timers, as on Windows."""
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
    """The state of one load: its module, and what was found so far."""

    module: ModuleType
    filename: str
    seconds: float
    places: list[str] = field(default_factory=list)
    stubs: set[tuple[str, int]] = field(default_factory=set)
    leftover_raises: set[tuple[str, int]] = field(default_factory=set)
    report: dict[str, Any] = field(
        default_factory=lambda: {"ok": True, "problem": None, "line": None, "notes": []}
    )

    def run(self, cells: Sequence[str]) -> None:
        """Run all cells."""
        raise NotImplementedError

    def _parse(self, text: str, place: str) -> ast.Module:
        """Return the syntax tree of a cell that tracebacks call `place`, and note what it defines."""
        self.places.append(place)
        # The time of change None tells linecache that there is no file to compare with.
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

    def _sentence(self, place: str, error: BaseException, seconds: float) -> tuple[str, int | None]:
        """Return what became of a cell or a statement, and the line."""
        lines = trace_of(error, frozenset(self.places))
        line = lines[-1][0] if lines else None
        where = place if line is None else f"{place}, line {line}"
        if isinstance(error, TimedOut):
            return f"{where}: it did not end within {seconds:.3g} s: is there an endless loop?", line
        if isinstance(error, SystemExit):
            return f"{where}: the code ends the program while it is loaded.", line
        text = text_of(error)
        if isinstance(error, SyntaxError) and (newer := newer_python(error)):
            text = _ended(text) + newer
        return f"{where}: {type(error).__name__}{': ' if text else ''}{text}", line


class _Script(_Loading):
    """A `.py`: one text, run as an import runs it."""

    def run(self, cells: Sequence[str]) -> None:
        """Run all of it, up to the first exception."""
        seconds = self.seconds * FILE_SHARE
        try:
            tree = self._parse("\n".join(cells), self.filename)
            code = compile(tree, self.filename, "exec", dont_inherit=True)
            with time_limit(seconds):
                exec(code, vars(self.module))  # noqa: S102 - the purpose
        except BaseException as error:
            problem, line = self._sentence(self.filename, error, seconds)
            self.report |= {"ok": False, "problem": problem, "line": line}


class _Notebook(_Loading):
    """A notebook's code cells, run statement by statement."""

    def run(self, cells: Sequence[str]) -> None:
        """Run every statement of every cell, and note for each cell what was left out."""
        self._deadline = time.monotonic() + self.seconds
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._loop: Any = None
        try:
            for number, cell in enumerate(cells, 1):
                self._run_cell(f"{self.filename}, code cell {number}", cell)
        finally:
            if self._loop is not None:
                self._loop.close()

    def _run_cell(self, place: str, cell: str) -> None:
        try:
            tree = self._parse(cell, place)
        except BaseException as error:
            self._note(f"{_ended(self._sentence(place, error, 0)[0])} This cell was left out.")
            return
        lost = []
        for statement in tree.body:
            seconds = max(MIN_STATEMENT_SECONDS, STATEMENT_SHARE * (self._deadline - time.monotonic()))
            try:
                self._run_statement(statement, place, seconds)
            except BaseException as error:
                lost.append(self._sentence(place, error, seconds)[0])
        if lost:
            others = f" So were {len(lost) - 1} others in this cell." if len(lost) > 1 else ""
            self._note(f"{_ended(lost[0])} This statement was left out.{others}")

    def _run_statement(self, statement: ast.stmt, place: str, seconds: float) -> None:
        tree = ast.Module([statement], [])
        code = compile(tree, place, "exec", self._flags, dont_inherit=True)
        # `from __future__` holds for all that follows.
        self._flags |= code.co_flags & FUTURE_FLAGS
        if isinstance(statement, ast.Import | ast.ImportFrom):
            # An import ends; interrupted, it would leave half a module behind.
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
        if len(self.report["notes"]) < MAX_NOTES:
            self.report["notes"].append(sentence)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def _functions(module: ModuleType) -> list[str]:
    try:
        names = [name for name, value in vars(module).items() if callable(value)]
    except RuntimeError:  # another thread of the submission is still defining names
        return []
    return [
        clean(name, MAX_NAME, replacement="") for name in names if isinstance(name, str) and name[:1] != "_"
    ][:MAX_NAMES]
