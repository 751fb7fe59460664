"""Calls into the student's own module, in this process, by way of the same plain data as in the grader.

So what a check sees is what the grader's check would see, refusals included.
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

from ..examiner.outcome import clean
from ..examiner.proxies import SubmissionFailed
from ..inside.failure import text_of
from ..inside.load import Loaded
from ..wire.frames import Frame
from ..wire.values import pack, unpack

MOST_PLACES = 4


@dataclass(frozen=True)
class Place:
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
    places: dict[str, list[Place]] = field(default_factory=dict)

    def __call__(self, function: str, request: Frame) -> Frame:
        """Return the reply's frame; raises SubmissionFailed."""
        (args, kwargs), objects = unpack(request.head["value"], request.blob)
        called = vars(self.loaded.module).get(function)
        if called is None:
            raise SubmissionFailed(
                "not_attempted", f"There is no {function} in {self.loaded.module.__file__}."
            )
        self.prepare()
        self.watch(function)
        try:
            answer = called(*args, **kwargs)
            packed = pack({"answer": answer, "args": args, "kwargs": kwargs}, known=objects)
        except Exception as error:
            found = places(error, self.loaded.filenames)
            failed = _failed(function, error, found)
            self.places[clean(str(failed))] = found
            raise failed from None
        except SystemExit:
            raise SubmissionFailed("failed", f"{function} ends the program instead of returning.") from None
        finally:
            self.watch(None)
        return Frame({"value": packed.head}, packed.blob)


def _failed(function: str, error: Exception, found: list[Place]) -> SubmissionFailed:
    if not isinstance(error, NotImplementedError):
        return SubmissionFailed("failed", f"{function} raised {type(error).__name__}: {text_of(error)}")
    if found and found[-1].function != function:
        what = f"{function} calls {found[-1].function}, which is not written yet."
        return SubmissionFailed("not_attempted", what)
    return SubmissionFailed("not_attempted", f"{function} is not written yet.")


def places(error: BaseException, filenames: frozenset[str]) -> list[Place]:
    """The student's own lines that were being run, outermost call first; of many, the last ones."""
    found = [
        Place(file, number, frame.f_code.co_name, linecache.getline(file, number).strip())
        for frame, number in traceback.walk_tb(error.__traceback__)
        if (file := frame.f_code.co_filename) in filenames
    ]
    return found[-MOST_PLACES:]


def definitions(module: ModuleType, tasks: tuple[str, ...], filenames: frozenset[str]) -> dict[str, Place]:
    """Where the student's file defines each task."""
    found = {}
    for task in tasks:
        code = getattr(getattr(module, task, None), "__code__", None)
        if code is not None and code.co_filename in filenames:
            found[task] = Place(code.co_filename, code.co_firstlineno, task)
    return found
