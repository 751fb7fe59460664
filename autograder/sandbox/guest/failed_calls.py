"""Describe an exception of a submission as plain data, and find the origin of a NotImplementedError."""

from __future__ import annotations

import difflib
import dis
import linecache
import socket
import traceback
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ...language import gettext as _
from ...source_code import misplaced_functions, try_parse
from ...support.errors import without_escapes
from ...text import clean
from ...wire.call_messages import Failed, FailureKind, TraceLine

MAX_TEXT = 2_000
MAX_LINES = 20
MAX_LINE = 200
# Modules that start programs and processes, which the sandbox refuses.
STARTERS = frozenset(
    [
        "subprocess",
        *(f"multiprocessing.{name}" for name in ("popen_fork", "popen_spawn_posix", "synchronize")),
    ]
)
# Similarity of two names by `difflib`: `freeze` and `freeze_model` are close, two tasks of a kit are not.
CLOSENESS = 0.65


class LostError(LookupError):
    """Raised for a handle whose value ended with an earlier process."""


@dataclass(frozen=True)
class Definitions:
    """The `(file, line)` of a submission's stubs, and of `raise` statements left over in function bodies.

    A stub is a function that only raises NotImplementedError. Its line is that of its first decorator, as in
    `co_firstlineno`. `names` are the files' names in tracebacks.
    """

    names: frozenset[str] = frozenset()
    stubs: frozenset[tuple[str, int]] = frozenset()
    leftover_raises: frozenset[tuple[str, int]] = frozenset()


def describe(
    error: BaseException,
    function: str,
    definitions: Definitions,
    tasks: Collection[str] = (),
    *,
    is_own: bool = True,
) -> Failed:
    """Return the reply of a failed call to `function`.

    `tasks` are those that the call is about, by default `function`. `is_own` says that the called object
    itself is a function of the submission.
    """
    kind, name = _classify(error, function, definitions, tasks or (function,), is_own)
    type_name = "NotImplementedError" if isinstance(error, NotImplementedError) else type(error).__name__
    return Failed(
        kind,
        _clean(name, MAX_LINE),
        _clean(type_name, MAX_LINE),
        text_of(error),
        tuple(trace_of(error, definitions.names)),
    )


def describe_missing(function: str, module: ModuleType, definitions: Definitions) -> Failed:
    """Return the reply of a call to a missing function.

    Its `name` is the class or function that contains it, or else a similar name, if there is one.
    """
    own = {name: value for name, value in list(vars(module).items()) if _is_own(value, module, definitions)}
    outer = _function_around(function, definitions)
    if owner := _class_with(function, own):
        kind, name = FailureKind.METHOD, owner
    elif outer:
        kind, name = FailureKind.NESTED, outer
    elif outer is not None and module.__name__ != "__main__":  # a notebook runs as `__main__`
        kind, name = FailureKind.MAIN_ONLY, ""
    else:
        kind, name = FailureKind.MISSING, _similar(function, own)
    return Failed(kind, _clean(name, MAX_LINE))


def text_of(error: BaseException) -> str:
    """Return the exception's text, cut to a limit, or a replacement if the text is not readable."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else without_escapes(str(error))
        if isinstance(error, ImportError) and error.path:
            text = text.removesuffix(f" ({error.path})")
        if _asks_for_input(error):
            text = _("{text}: nobody answers `input()` here, so delete it", text=text)
        elif type(error).__module__ == "bdb":
            text = _("a debugger gets no input here: delete `set_trace()`")
        elif _starts_program(error):
            text = _("{text}: no program can be started here, so delete this line", text=text)
        elif any(isinstance(cause, socket.gaierror) for cause in _causes(error)):
            text = _("{text}: there is no network here", text=text)
    except BaseException:
        text = _("(the exception has no readable text)")
    return _clean(text, MAX_TEXT)


def _asks_for_input(error: BaseException) -> bool:
    """Return whether `input()` found nothing to read. It has no frame of its own."""
    raiser = raised_by(error) if isinstance(error, EOFError) else None
    # `co_names` would also have the attribute in `model.input`.
    return raiser is not None and any(
        each.argval == "input" and each.opname in ("LOAD_GLOBAL", "LOAD_NAME")
        for each in dis.get_instructions(raiser[0])
    )


def _starts_program(error: BaseException) -> bool:
    """Return whether the sandbox refused to start a program or a process."""
    frames = list(traceback.walk_tb(error.__traceback__))
    refused = isinstance(error, PermissionError | BlockingIOError) and bool(frames)
    return refused and frames[-1][0].f_globals.get("__name__") in STARTERS


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that were raised before it."""
    # By identity: the submission may define how its exceptions compare.
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def trace_of(error: BaseException, names: frozenset[str]) -> list[TraceLine]:
    """Return the executed lines of the student's files; if there are many, only the last ones."""
    found = [
        TraceLine(number, _clean(frame.f_code.co_name, MAX_LINE), _line(frame.f_code.co_filename, number))
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in names
    ]
    if isinstance(error, SyntaxError) and error.filename in names and error.lineno:
        found.append(TraceLine(error.lineno, "<module>", _line(error.filename, error.lineno)))
    return found[-MAX_LINES:]


def _classify(
    error: BaseException, function: str, definitions: Definitions, tasks: Collection[str], is_own: bool
) -> tuple[FailureKind, str]:
    """Return the kind of failure of an exception, and the name of the function that raised it."""
    if isinstance(error, SystemExit):
        return FailureKind.EXITED, function
    if isinstance(error, StopIteration):
        return FailureKind.ENDED, function
    if isinstance(error, LostError):
        return FailureKind.LOST, function
    trace = error.__traceback__
    if is_own and isinstance(error, TypeError) and trace and trace.tb_next is None:
        # The caller's frame is the only one: Python refused the arguments before the function began.
        return FailureKind.ARGUMENTS, function
    if stub := raised_by_stub(error, definitions.stubs):
        called = owner(stub)
        return FailureKind.STUB if called in tasks else FailureKind.UNWRITTEN_CALL, called
    raiser = raised_by(error) if isinstance(error, NotImplementedError) else None
    if raiser is None:
        return FailureKind.RAISED, function
    code, line = raiser
    if (code.co_filename, line) in definitions.leftover_raises:
        kind = FailureKind.LEFTOVER_RAISE
    else:
        kind = FailureKind.RAISED
    return kind, code.co_name


def raised_by_stub(error: BaseException, stubs: Collection[tuple[str, int]]) -> CodeType | None:
    """Return the code object of the stub that raised an exception, or None. `stubs` are as in Definitions."""
    raiser = raised_by(error) if isinstance(error, NotImplementedError) else None
    code = raiser[0] if raiser else None
    return code if code and (code.co_filename, code.co_firstlineno) in stubs else None


def owner(code: CodeType) -> str:
    """Return the name of a function, or of the class that a method belongs to."""
    return code.co_name if "<locals>" in code.co_qualname else code.co_qualname.partition(".")[0]


def raised_by(error: BaseException) -> tuple[CodeType, int] | None:
    """Return the code object that raised an exception, and the line in it."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return (frames[-1][0].f_code, frames[-1][1]) if frames else None


def _similar(function: str, own: Mapping[str, Any]) -> str:
    """Return the name of a function in the submission that resembles the missing one, or ""."""
    functions = {name.casefold(): name for name, value in own.items() if isinstance(value, FunctionType)}
    close = difflib.get_close_matches(function.casefold(), functions, n=1, cutoff=CLOSENESS)
    return functions[close[0]] if close else ""


def _is_own(value: object, module: ModuleType, definitions: Definitions) -> bool:
    if isinstance(value, FunctionType):
        return value.__code__.co_filename in definitions.names
    return isinstance(value, type) and value.__module__ == module.__name__


def _function_around(function: str, definitions: Definitions) -> str | None:
    """Return the function around the definition of a missing one, "" under the main guard, or None."""
    for name in sorted(definitions.names):
        tree = try_parse("".join(linecache.getlines(name)))
        if tree and (outer := misplaced_functions(tree).get(function)) is not None:
            return outer
    return None


def _class_with(function: str, own: Mapping[str, Any]) -> str:
    """Return the name of the submission's first class that has a method with this name, or ""."""
    classes = (name for name, value in own.items() if isinstance(value, type) and function in vars(value))
    return next(classes, "")


def _line(filename: str, number: int) -> str:
    return _clean(linecache.getline(filename, number).strip(), MAX_LINE)


def _clean(value: object, max_length: int) -> str:
    return clean(value, max_length, replacement="")
