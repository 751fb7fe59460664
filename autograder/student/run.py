"""One run: the student's file is loaded, put to the public checks, and drawn where it is right."""

from __future__ import annotations

import ast
import importlib
import linecache
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from types import ModuleType

from ..check_files import Check
from ..checks.failures import call_failed
from ..checks.proxies import Calls, Proxies
from ..checks.result_cache import ResultCache
from ..checks.results import MESSAGE_LENGTH
from ..checks.runner import CheckRunner
from ..checks.session import CheckSession
from ..models import Source
from ..sandbox.guest.submission import LOAD_SECONDS, Loaded, call, load
from ..text import clean
from ..wire.frames import Frame
from .handout import Handout
from .process import Event


def training_checks(text: str, train: str | None) -> frozenset[str]:
    """The functions in a file of checks that call `train`, such as `lesson.train`, themselves or by others.

    A check reaches a fixture by the name of a parameter, and any other function by its name.
    """
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    mentions = {name: _mentions(node) for name, node in functions.items()}
    found = {name for name, mentioned in mentions.items() if train in mentioned}
    while more := {name for name, mentioned in mentions.items() if name not in found and mentioned & found}:
        found |= more
    return frozenset(name for name in found if name.startswith("test_"))


def _mentions(function: ast.FunctionDef) -> set[str]:
    """Parameters and names in a function, and the attributes written out, as `lesson.train`."""
    found = {argument.arg for argument in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
    return found


MOST_PLACES = 4


@dataclass(frozen=True)
class Location:
    """A line of the student's: where it stands, in which function, and what it says where it matters."""

    where: str
    line: int
    function: str
    text: str = ""


@dataclass
class LocalCalls:
    """Calls functions of a loaded source.

    `watch` is told the name of a function before it is called, and None when it is back. `places` are the
    student's lines that led to an exception, by what is said of it in a result.
    """

    loaded: Loaded
    prepare: Callable[[], None]
    watch: Callable[[str | None], None]
    places: dict[str, list[Location]] = field(default_factory=dict)

    def __call__(self, function: str, request: Frame) -> Frame:
        """Return the reply's frame; raises SubmissionFailed."""
        found: list[Location] = []
        self.watch(function)
        try:
            reply = call(
                self.loaded,
                function,
                request,
                self.prepare,
                lambda error: found.extend(locations(error, self.loaded.definitions.names)),
            )
        finally:
            self.watch(None)
        if "raised" in reply.head:
            failed = call_failed(function, reply.head["raised"], line=False)
            self.places[clean(str(failed), MESSAGE_LENGTH)] = found
            raise failed
        return reply


def locations(error: BaseException, filenames: frozenset[str]) -> list[Location]:
    """The student's own lines that were being run, outermost call first; of many, the last ones."""
    found = [
        Location(file, number, frame.f_code.co_name, linecache.getline(file, number).strip())
        for frame, number in traceback.walk_tb(error.__traceback__)
        if (file := frame.f_code.co_filename) in filenames
    ]
    return found[-MOST_PLACES:]


def definitions(module: ModuleType, tasks: tuple[str, ...], filenames: frozenset[str]) -> dict[str, Location]:
    """Where the student's file defines each task."""
    found = {}
    for task in tasks:
        code = getattr(getattr(module, task, None), "__code__", None)
        if code is not None and code.co_filename in filenames:
            found[task] = Location(code.co_filename, code.co_firstlineno, task)
    return found


Emit = Callable[[Event], None]


def _forget(event: Event) -> None:
    """Keeps nothing."""


@dataclass(frozen=True)
class Run:
    """What every run needs. It may be used once in a process: what the student's code does there stays."""

    handout: Handout
    session: CheckSession
    proxies: Proxies
    slow: frozenset[str]
    prepare: Callable[[], None]
    replays: ResultCache
    emit: Emit
    # Told of every path that led to results, so that the next run need not take it again.
    keep: Emit = _forget

    def put(self, names: Sequence[str], first: Collection[str] = ()) -> None:
        """Put the checks of these names, those that train last, and tell of everything as it happens.

        The tasks in `first` are drawn as soon as they are solved, the others when all checks are done.
        """
        source = self._choose()
        loaded = source and self._load(source)
        if not loaded:
            return
        local = LocalCalls(loaded, self.prepare, lambda task: self.emit({"calling": task}))
        calls = Calls(local)
        self.proxies.attach(calls)
        passed: set[str] = set()
        drawn: set[str] = set()

        def tell(event: Event) -> None:
            if "check" in event:
                result = event["check"]
                passed.update([result["name"]] if result["outcome"] == "passed" else [])
                locations = local.places.get(result["message"], [])
                self.emit(event | {"places": [asdict(place) for place in locations]})
            elif "path" in event:
                self.keep(event["path"])
            elif "begin" in event:
                self.emit(event)

        putting = CheckRunner(self.session, calls, self.replays, None, self.prepare, tell)
        for slow, drawable in ((False, first), (True, self.handout.tasks)):
            wanted = [check for check in self._in_order(names) if (check.name in self.slow) is slow]
            for _, together in groupby(wanted, key=lambda check: check.task):
                putting.put(list(together))
            self.emit({"verdict": True})
            drawn |= set(self._draw(loaded, [task for task in drawable if task not in drawn], passed))

    def _in_order(self, names: Sequence[str]) -> list[Check]:
        by_name = {check.name: check for check in self.handout.checks}
        return [by_name[name] for name in names]

    def _choose(self) -> Source | None:
        chosen = self.handout.chosen()
        name = chosen.source.filename if chosen.source else None
        self.emit({"chosen": name, "problem": chosen.problem, "notes": chosen.sentences})
        return chosen.source

    def _load(self, source: Source) -> Loaded | None:
        """Load the source as the grader does."""
        seconds = self.handout.limit("load_seconds", LOAD_SECONDS)
        loaded = load(self.handout.module, source.filename, source.cells, source.tolerant, seconds)
        found = definitions(loaded.module, self.handout.tasks, loaded.definitions.names)
        locations = {task: asdict(place) for task, place in found.items()}
        report = loaded.report
        self.emit({"problem": report["problem"], "notes": report["notes"], "definitions": locations})
        return loaded if report["ok"] else None

    def _draw(self, loaded: Loaded, tasks: Collection[str], passed: set[str]) -> Iterator[str]:
        """Show what tasks make of the lesson's networks, where the kit can draw and all is right."""
        if not (path := self.handout.about.picture):
            return
        module, _, function = path.rpartition(".")
        draw = getattr(importlib.import_module(module), function)
        for task in tasks:
            mine = {check.name for check in self.handout.checks if check.task == task}
            if mine and mine <= passed:
                yield task
                sys.modules[self.handout.module] = loaded.module
                self.prepare()
                try:
                    self.emit({"picture": draw(task, loaded.module), "task": task})
                except Exception as error:  # a picture is a gift: without one nothing is wrong
                    print(f"The picture of {task} could not be drawn: {type(error).__name__}: {error}")
