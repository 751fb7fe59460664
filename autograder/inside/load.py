"""Python text becomes a module: a `.py` as a whole or not at all, a notebook cell by cell."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .failure import MAX_LINE, cut, text_of, trace_of

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
    return [cut(name, MAX_LINE) for name in names if isinstance(name, str) and name[:1] != "_"][:MAX_NAMES]
