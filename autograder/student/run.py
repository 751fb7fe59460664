"""Run the public checks once: load the student's file, check it, and draw the solved tasks."""

from __future__ import annotations

import ast
import importlib
import linecache
import os
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from types import FrameType, ModuleType

from ..checks.check_events import CheckEvent, CheckFinished, CheckStarted, TraceRecorded
from ..checks.failures import SubmissionFailed, call_failed
from ..checks.proxies import Calls, Proxies
from ..checks.result_cache import ResultCache, Trace
from ..checks.runner import CheckRunner
from ..checks.session import CheckSession
from ..code_remarks import definition_of, remarks
from ..declared_checks import Check
from ..keras_advice import advice, is_training
from ..language import FAILURE_PARTS, gettext, with_hint
from ..models import Outcome, Source
from ..sandbox.guest.calls import call
from ..sandbox.guest.failed_calls import raised_by
from ..sandbox.guest.submission import Loaded, load
from ..sandbox.policy import MB, Limits
from ..wire.call_messages import CallRequest, Failed, LoadRequest, Returned
from .handout import Handout
from .worker_process import (
    CallFinished,
    CallOverdue,
    CallStarted,
    CheckReported,
    Emit,
    Location,
    PictureDrawn,
    QuickChecksFinished,
    SourceChosen,
    SourceLoaded,
)

MAX_LOCATIONS = 4
STDOUT = 1


def training_checks(text: str, train: str | None) -> frozenset[str]:
    """Return the checks in a file that call `train`, such as `support.fit`, directly or indirectly.

    A check uses a fixture through the name of a parameter, and any other function by its name.
    """
    tree = ast.parse(text)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    mentions = {name: _mentions(node) for name, node in functions.items()}
    names = {train, *_imported_as(tree, train)}
    found = {name for name, mentioned in mentions.items() if names & mentioned}
    while more := {name for name, mentioned in mentions.items() if name not in found and mentioned & found}:
        found |= more
    return frozenset(name for name in found if name.startswith("test_"))


def _imported_as(tree: ast.Module, path: str | None) -> Iterator[str]:
    """Yield the names by which a file imports `module.name` from its module."""
    module, _, name = (path or "").rpartition(".")
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == module:
            yield from (alias.asname or alias.name for alias in node.names if alias.name == name)


def _mentions(function: ast.FunctionDef) -> set[str]:
    """Return the parameters and names in a function, and attributes in full, such as `lesson.train`."""
    found = {argument.arg for argument in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
    return found


@dataclass(frozen=True)
class LocalCalls:
    """Calls functions of a loaded source.

    `emit` receives an event before and after each call, and one if a call takes more than `seconds`.
    """

    loaded: Loaded
    prepare: Callable[[], None]
    emit: Emit
    seconds: float

    def __call__(self, function: str, request: CallRequest) -> Returned:
        """Return the reply. Raises SubmissionFailed."""
        found: list[Location] = []
        remedy = ""

        def examine(error: BaseException) -> None:
            nonlocal remedy
            filenames = self.loaded.definitions.names
            found.extend(locations(error, filenames))
            remedy = advice(error, of_student=raised_in(error, filenames))

        self.emit(CallStarted(function))
        try:
            with self._timer():
                reply = call(self.loaded, function, request, self.prepare, examine)
        finally:
            self.emit(CallFinished())
        if isinstance(reply, Failed):
            raise call_failed(function, reply, line=False, advice=remedy, locations=found)
        return reply

    @contextmanager
    def _timer(self) -> Iterator[None]:
        """If the body takes too long, emit from another thread what it is executing."""
        caller = threading.get_ident()

        def report_overdue() -> None:
            frames = list(traceback.walk_stack(sys._current_frames().get(caller)))[::-1]
            found = _student_locations(frames, self.loaded.definitions.names)
            self.emit(CallOverdue(tuple(found), is_training(frame for frame, _ in frames)))

        timer = threading.Timer(self.seconds, report_overdue)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def locations(error: BaseException, filenames: frozenset[str]) -> list[Location]:
    """Return the last MAX_LOCATIONS of the student's lines in the traceback, outermost call first."""
    return _student_locations(traceback.walk_tb(error.__traceback__), filenames)


def raised_in(error: BaseException, filenames: frozenset[str]) -> bool:
    """Return whether one of these files raised an error, and not what it calls."""
    raiser = raised_by(error)
    return raiser is not None and raiser[0].co_filename in filenames


def _student_locations(frames: Iterable[tuple[FrameType, int]], filenames: frozenset[str]) -> list[Location]:
    """Return the last MAX_LOCATIONS lines of these files among the frames, each once."""
    found = [
        Location(file, number, frame.f_code.co_name, linecache.getline(file, number).strip())
        for frame, number in frames
        if (file := frame.f_code.co_filename) in filenames
    ]
    # A function that calls itself repeats its lines.
    return list(dict.fromkeys(found))[-MAX_LOCATIONS:]


def task_locations(
    module: ModuleType, tasks: tuple[str, ...], filenames: frozenset[str]
) -> dict[str, Location]:
    """Return where the student's file defines each task."""
    found = {}
    for task in tasks:
        defined = definition_of(getattr(module, task, None))
        if defined and defined[0] in filenames:
            found[task] = Location(defined[0], defined[1].lineno, task)
    return found


def _printed_too_much(filename: str) -> str | None:
    """Return a sentence if the standard output is a file that is larger than the grader's limit."""
    if os.fstat(STDOUT).st_size <= Limits.output_mb * MB:
        return None
    return gettext(
        "{name} printed more than {size} MB while it was loaded: the grader stops it.",
        name=filename,
        size=Limits.output_mb,
    )


def _ignore(trace: Trace) -> None:
    """Ignore a trace."""


@dataclass(frozen=True)
class Run:
    """Runs checks. Use it once per process, because the student's code may change the state of the process.

    `slow` has the names of the checks that train. `store` is called with every trace, so that the next run
    can reuse the results.
    """

    handout: Handout
    session: CheckSession
    proxies: Proxies
    slow: frozenset[str]
    prepare: Callable[[], None]
    cache: ResultCache
    emit: Emit
    store: Callable[[Trace], None] = _ignore

    def run_checks(self, names: Sequence[str], draw_first: Collection[str] = ()) -> None:
        """Run the named checks, those that train last, and emit events.

        Tasks in `draw_first` are drawn after the checks that do not train, the others after all checks.
        """
        source = self._choose_source()
        loaded = self._load(source) if source else None
        if loaded is None:
            return
        seconds = self.handout.limit("call_seconds")
        calls = Calls(LocalCalls(loaded, self.prepare, self.emit, seconds), self.handout.about.remote)
        self.proxies.attach(calls)
        passed: set[str] = set()
        drawn: set[str] = set()

        def emit(event: CheckEvent) -> None:
            match event:
                case CheckStarted():
                    self.emit(event)
                case CheckFinished(result=result):
                    if result.outcome == Outcome.PASSED:
                        passed.add(result.name)
                    self.emit(report(event, calls, loaded.module))
                case TraceRecorded(trace=trace):
                    self.store(trace)

        runner = CheckRunner(self.session, calls, self.cache, None, self.prepare, emit)
        for train, drawable in ((False, draw_first), (True, self.handout.tasks)):
            for checks in self._by_task(names, train=train):
                runner.run_checks(checks)
            if not train:
                self.emit(QuickChecksFinished())
            drawn |= set(self._draw(loaded, [task for task in drawable if task not in drawn], passed))

    def _by_task(self, names: Sequence[str], *, train: bool) -> Iterator[list[Check]]:
        """Yield the named checks that train, or the others, in groups of successive checks of one task."""
        by_name = {check.name: check for check in self.handout.checks}
        checks = [by_name[name] for name in names if (name in self.slow) is train]
        for _, together in groupby(checks, key=lambda check: check.task):
            yield list(together)

    def _choose_source(self) -> Source | None:
        """Emit which file is checked, and return it, or None if it has a problem."""
        chosen = self.handout.chosen()
        name = chosen.source.filename if chosen.source else None
        self.emit(
            SourceChosen(name, chosen.problem, chosen.sentences, chosen.excerpt, self.handout.missing(chosen))
        )
        return chosen.source

    def _load(self, source: Source) -> Loaded | None:
        """Load the source as the grader does, and return it if it loads."""
        seconds = self.handout.limit("load_seconds")
        request = LoadRequest(source.filename, source.cells, source.tolerant, seconds)
        loaded = load(self.handout.module, request)
        report = loaded.report
        found = task_locations(loaded.module, self.handout.tasks, loaded.definitions.names)
        excerpt = linecache.getline(source.filename, report.line or 0).strip()
        problem = report.problem or _printed_too_much(source.filename)
        self.emit(SourceLoaded(problem, report.notes, found, excerpt))
        return loaded if problem is None else None

    def _draw(self, loaded: Loaded, tasks: Collection[str], passed: set[str]) -> Iterator[str]:
        """Draw solved tasks with the kit's picture function, if it has one, and yield their names."""
        if not (path := self.handout.about.picture):
            return
        module, _, function = path.rpartition(".")
        draw = getattr(importlib.import_module(module), function)
        for task in tasks:
            names = {check.name for check in self.handout.checks if check.task == task}
            if names and names <= passed:
                yield task
                sys.modules[self.handout.module] = loaded.module
                self.prepare()
                try:
                    self.emit(PictureDrawn(task, draw(task, loaded.module)))
                except Exception as error:  # a run without a picture is still complete
                    reason = f"{type(error).__name__}: {error}"
                    print(
                        gettext(
                            "The picture of {task} could not be drawn: {reason}", task=task, reason=reason
                        )
                    )


def report(event: CheckFinished, calls: Calls, module: ModuleType) -> CheckReported:
    """Return the event for a result, with details of the failed call that ended the check, if any.

    In the message of a wrong answer, remarks on code without effect take the place of the assertion's own
    hint. If there are neither, the message gets the hint of the check.
    """
    result = event.result
    if event.failed_call is not None:
        failure = calls.made[event.failed_call].reply
        if isinstance(failure, SubmissionFailed):
            return CheckReported(result, failure.locations, failure.kind)
    elif result.outcome == Outcome.FAILED:
        found = list(remarks(vars(module).get(result.task)))
        parts = FAILURE_PARTS.fullmatch(result.message)
        if not found and parts and not parts["hint"]:
            found = [result.hint]
        if found:
            result = replace(result, message=with_hint(result.message, "\n".join(found)))
    return CheckReported(result)
