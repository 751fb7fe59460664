"""One submission: receive it, load it, and answer calls to its functions until the other end closes."""

from __future__ import annotations

import json
import linecache
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ...text import clean
from ...wire.codec import pack, unpack
from ...wire.frames import Frame, receive, send
from .confinement import limit, take_over
from .spec import Spec

MAX_TEXT = 2_000
MAX_LINES = 20
MAX_LINE = 200


def describe(error: BaseException, filenames: frozenset[str]) -> dict[str, Any]:
    """Return `{"type", "text", "trace": [[line, function, text], …]}`, outermost call first."""
    kind = "NotImplementedError" if isinstance(error, NotImplementedError) else type(error).__name__
    return {"type": _clean(kind, MAX_LINE), "text": text_of(error), "trace": trace_of(error, filenames)}


def text_of(error: BaseException) -> str:
    """What the exception says, cut; an exception that cannot say it says so."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        text = "(the exception has no readable text)"
    return _clean(text, MAX_TEXT)


def trace_of(error: BaseException, filenames: frozenset[str]) -> list[list[Any]]:
    """The lines of the student's files that were being run, the last ones where there are many."""
    found = [
        [number, _clean(frame.f_code.co_name, MAX_LINE), _line(frame.f_code.co_filename, number)]
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in filenames
    ]
    if isinstance(error, SyntaxError) and error.filename in filenames and error.lineno:
        found.append([error.lineno, "<module>", _line(error.filename, error.lineno)])
    return found[-MAX_LINES:]


def _line(filename: str, number: int) -> str:
    return _clean(linecache.getline(filename, number).strip(), MAX_LINE)


def _clean(value: object, max_length: int) -> str:
    return clean(value, max_length, replacement="")


MAX_NAMES = 500
MAX_NOTES = 50


@dataclass(frozen=True)
class Loaded:
    """The module, the names that its code has in tracebacks, and what to tell the trusted side."""

    module: ModuleType
    filenames: frozenset[str]
    report: dict[str, Any]


def load(name: str, filename: str, cells: Sequence[str], tolerant: bool) -> Loaded:
    """Run the cells in a fresh module, which stands in `sys.modules` under `name` and is not `__main__`.

    Where `tolerant`, a cell that raises is lost alone and noted; else the first one that raises ends it all.
    """
    module = ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module
    places = [f"{filename}, code cell {n}" if tolerant else filename for n in range(1, len(cells) + 1)]
    filenames = frozenset(places)
    report: dict[str, Any] = {"ok": True, "problem": None, "line": None, "notes": []}
    for place, cell in zip(places, cells, strict=True):
        # The time of change None tells linecache that there is no file to compare with.
        linecache.cache[place] = (len(cell), None, cell.splitlines(keepends=True), place)
        try:
            exec(compile(cell, place, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - the purpose
        except BaseException as error:
            lines = trace_of(error, filenames)
            line = lines[-1][0] if lines else None
            sentence = _sentence(place, line, error)
            if not tolerant:
                report |= {"ok": False, "problem": sentence, "line": line}
                break
            if len(report["notes"]) < MAX_NOTES:
                report["notes"].append(sentence + " This cell was left out.")
    return Loaded(module, filenames, report | {"functions": _functions(module)})


def _sentence(place: str, line: int | None, error: BaseException) -> str:
    where = place if line is None else f"{place}, line {line}"
    if isinstance(error, SystemExit):
        return f"{where}: the code ends the program while it is loaded."
    text = text_of(error)
    return f"{where}: {type(error).__name__}{': ' if text else ''}{text}"


def _functions(module: ModuleType) -> list[str]:
    try:
        names = [name for name, value in vars(module).items() if callable(value)]
    except RuntimeError:  # another thread of the submission is still defining names
        return []
    return [_clean(name, MAX_LINE) for name in names if isinstance(name, str) and name[:1] != "_"][:MAX_NAMES]


# The trusted side keeps the real deadline; this one only has to be later.
PATIENCE_SECONDS = 1e6


def run(link: int, output: int, spec: Spec, prepare: Callable[[], None], parent: int) -> None:
    """Serve `link` as the submission's process; `prepare` is called before loading and before each call."""
    sock = socket.socket(fileno=take_over(link, output))
    limit(spec, parent)
    try:
        _serve(sock, spec, prepare)
    except EOFError:
        return


def _serve(sock: socket.socket, spec: Spec, prepare: Callable[[], None]) -> None:
    first = _next(sock)
    cells = json.loads(first.blob)
    # Python seeds its random numbers anew in every fork: what is drawn while loading is to be the same, too.
    prepare()
    loaded = load(spec.module, first.head["filename"], cells, first.head["tolerant"])
    _reply(sock, Frame({"loaded": loaded.report}))
    while True:
        _reply(sock, _call(loaded, _next(sock), prepare))


def _call(loaded: Loaded, request: Frame, prepare: Callable[[], None]) -> Frame:
    """Call one function; whatever it does or returns becomes a reply that echoes the request's id."""
    name, number = request.head["call"], request.head["id"]
    function = vars(loaded.module).get(name)
    if function is None:
        text = f"{loaded.module.__name__} has no function {name}"
        return Frame({"id": number, "raised": {"type": "Missing", "text": text, "trace": []}})
    try:
        (args, kwargs, *times), objects = unpack(request.head["value"], request.blob)
        prepare()
        answer = [function(*args, **kwargs) for _ in range(*times)] if times else function(*args, **kwargs)
        packed = pack({"answer": answer, "args": args, "kwargs": kwargs}, known=objects)
    except BaseException as error:
        return Frame({"id": number, "raised": describe(error, loaded.filenames)})
    return Frame({"id": number, "ok": True, "value": packed.head}, packed.blob)


def _next(sock: socket.socket) -> Frame:
    return receive(sock, time.monotonic() + PATIENCE_SECONDS)


def _reply(sock: socket.socket, frame: Frame) -> None:
    send(sock, frame, time.monotonic() + PATIENCE_SECONDS)
