"""Find the student's own code in the traceback of an error. You need not read this to do the tasks."""

from __future__ import annotations

import ast
import json
import linecache
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .code_remarks import definition_of, syntax_tree
from .language import gettext as _

HERE = Path(__file__).resolve().parent
HANDOUT = HERE.parent
MAX_LINES = 3
CELL = re.compile(r"ipykernel_\d+|<ipython-input-(?P<number>\d+)-")


@dataclass(frozen=True)
class Line:
    """A line of the student's code; `place` is its file and number, such as `transfer.py:105`."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.text else self.place


@dataclass(frozen=True)
class Definition(Line):
    """The line that defines a function or a class of the student's."""

    is_class: bool = False


def kit() -> dict[str, Any]:
    """Return `kit.json`, empty if the file is missing."""
    try:
        found: dict[str, Any] = json.loads((HERE / "kit.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def running_ipython() -> Any:
    """Return the running IPython, or None."""
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()


def student_lines(error: BaseException) -> tuple[Line, ...]:
    """Return the student's lines that led to an error, the innermost first."""
    frames = [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(error.__traceback__)]
    found = [_line(path, number) for path, number in reversed(frames) if _is_students(path)]
    return tuple(dict.fromkeys(found))[:MAX_LINES]


def raised_by_student(error: BaseException) -> bool:
    """Return whether a line of the student's raised an error, and not what it calls."""
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and _is_students(frames[-1])


def raised_by_kit(error: BaseException) -> bool:
    """Return whether support code of the kit raised an error."""
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and Path(frames[-1]).resolve().parent == HERE


def raised_before_it_began(error: BaseException, function: Any) -> bool:
    """Return whether a check called the student's `function`, and none of its lines ran.

    Then the call is what the last frame of the traceback executes. If `function` is one of Python's, it
    refused the arguments.
    """
    if not isinstance(error, TypeError) or not callable(function) or isinstance(function, type):
        return False
    frame, _number = list(traceback.walk_tb(error.__traceback__))[-1]
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = (last.lineno, last.colno, last.end_lineno, last.end_colno)
    return not _is_students(last.filename) and any(
        isinstance(node, ast.Call)
        and (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) == place
        and _value(node.func, frame) is function
        for node in ast.walk(syntax_tree(last.filename))
    )


def definition(value: Any) -> Definition | None:
    """Return the line that defines a function or class of the student's."""
    if (found := definition_of(value)) is None or not _is_students(found[0]):
        return None
    path, node = found
    line = _line(path, node.lineno)
    return Definition(line.place, line.text, isinstance(node, ast.ClassDef))


def _is_students(path: str) -> bool:
    """Return whether a code file is a notebook's cell, or in this folder but not from the kit."""
    if CELL.search(path):
        return True
    try:
        found = Path(path).resolve()
        relative = found.relative_to(HANDOUT)
    except (ValueError, OSError):
        return False
    given = {"conftest.py", *kit().get("files", ())}
    hidden = any(part.startswith(".") or part == "site-packages" for part in relative.parts)
    test = relative.name.startswith("test_") or relative.parts[0] in ("support", "tests")
    return found.is_file() and relative.as_posix() not in given and not hidden and not test


def _line(path: str, number: int) -> Line:
    text = linecache.getline(path, number).strip()
    cell = CELL.search(path)
    if not cell:
        return Line(f"{Path(path).resolve().relative_to(HANDOUT).as_posix()}:{number}", text)
    name = getattr(getattr(running_ipython(), "compile", None), "format_code_name", lambda _: None)(path)
    label = name[1] if name else f"In[{cell['number']}]" if cell["number"] else _("a cell")
    return Line(_("{label}, line {number}", label=label, number=number), text)


def _value(node: ast.expr, frame: FrameType) -> Any:
    """Return the value that a name, or an attribute of one, has in a frame."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id))
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, frame), node.attr, None)
    return None
