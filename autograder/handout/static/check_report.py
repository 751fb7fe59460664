"""Describe the result of a check in a few lines. You need not read this to do the tasks.

`pytest_plugin.py` makes one report for each check; pytest and the notebook show it.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
import traceback
import types
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

if sys.version_info < (3, 11):  # noqa: UP036 - a student may have an older one
    raise SystemExit(f"Expected Python 3.11 to 3.13, found {sys.version.split()[0]}: see README.md.")

from enum import StrEnum

from .code_remarks import code_of, remarks
from .errors import readable_error, without_escapes
from .keras_advice import advice, is_training
from .language import FAILURE_PARTS, gettext_noop
from .language import gettext as _
from .student_frames import (
    HANDOUT,
    Definition,
    Line,
    definition,
    raised_before_it_began,
    raised_by_kit,
    raised_by_student,
    student_lines,
)

MAX_VALUE_LINES = 12
MAX_CHARACTERS = 2_000
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Label(StrEnum):
    """The labels of a report's rows. A message has none."""

    NONE = ""
    EXPECTED = gettext_noop("expected")
    RECEIVED = gettext_noop("received")
    THINK_ABOUT = gettext_noop("think about")
    YOUR_LINE = gettext_noop("your line")
    CALLED_FROM = gettext_noop("called from")
    YOUR_FUNCTION = gettext_noop("your function")
    YOUR_CLASS = gettext_noop("your class")


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = gettext_noop("passed")
    FAILED = gettext_noop("failed")
    NOT_ATTEMPTED = gettext_noop("not attempted")
    TIMED_OUT = gettext_noop("timed out")
    NOT_RUN = gettext_noop("not run")


class TimedOut(BaseException):
    """A check ran longer than its limit. `except Exception` in a student's loop does not catch it."""


class NotRun(Exception):
    """A check is left out because another one of its task timed out."""


@dataclass(frozen=True)
class CheckReport:
    """The result of one check. `message` says what went wrong if `expected` and `received` are empty.

    Of a task that is not attempted, `message` says what to do, if it is known.
    `lines` led to an error. `definition` is the function's first line if no other one is known.
    """

    name: str
    task: str
    sentence: str
    points: float
    outcome: Outcome
    message: str = ""
    expected: str = ""
    received: str = ""
    think: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    definition: Definition | None = None

    def rows(self) -> Iterator[tuple[Label, str]]:
        """Yield what explains the result, each with its label."""
        if self.outcome in (Outcome.PASSED, Outcome.NOT_ATTEMPTED):
            return
        if self.message:
            yield Label.NONE, self.message
        if self.expected:
            yield Label.EXPECTED, self.expected
            yield Label.RECEIVED, self.received
        for text in self.think:
            yield Label.THINK_ABOUT, text
        for number, line in enumerate(self.lines):
            yield Label.CALLED_FROM if number else Label.YOUR_LINE, str(line)
        if self.definition:
            yield Label.YOUR_CLASS if self.definition.is_class else Label.YOUR_FUNCTION, str(self.definition)

    def text(self) -> str:
        """Return the report as lines of text."""
        if self.outcome == Outcome.NOT_ATTEMPTED:
            if self.message:
                return _("{task}: not attempted yet; {action}", task=self.task, action=self.message)
            return _("{task}: not attempted yet", task=self.task)
        rows = (_row(label, value) for label, value in self.rows())
        return "\n".join([self.sentence or self.name, *rows])

    def to_json(self) -> str:
        """Return the report as JSON, which pytest can pass between processes."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> CheckReport:
        """Return the report that `to_json` wrote."""
        data = json.loads(text)
        lines = tuple(Line(**line) for line in data["lines"])
        defined = Definition(**data["definition"]) if data["definition"] else None
        fields = {"outcome": Outcome(data["outcome"]), "think": tuple(data["think"])}
        return cls(**{**data, **fields, "lines": lines, "definition": defined})


def describe(
    name: str, mark: Mapping[str, Any], sentence: str, error: BaseException | None, module: str
) -> CheckReport:
    """Return the report of a check that ended with `error`, or passed if that is None.

    `mark` holds the check's task, points and hint, and `module` is the name of the student's module.
    """
    task, hint = str(mark.get("task", "")), _(str(mark.get("hint", "")))
    about = {"name": name, "task": task, "sentence": _(sentence), "points": mark.get("points", 0)}
    if error is None:
        return CheckReport(**about, outcome=Outcome.PASSED)
    own = sys.modules.get(module)
    function = getattr(own, task, None)
    lines = student_lines(error)
    outcome, explained = _explain(error, task, own)
    if outcome == Outcome.NOT_ATTEMPTED:
        return CheckReport(**about, outcome=outcome, **explained)
    defined = None
    if not lines and outcome != Outcome.NOT_RUN:
        defined = definition(function)
        if defined and raised_before_it_began(error, function):
            lines, defined = (Line(defined.place, defined.text),), None
    think = list(explained.pop("think", ()))
    if outcome == Outcome.FAILED:
        of_student = raised_by_student(error)
        if isinstance(error, AssertionError) and not of_student:
            # What has no effect in the student's lines is the cause: a general question would distract.
            think = [*remarks(function)] or think or [hint]
        else:
            # The check's hint is for a wrong answer. Of another cause it would lead away.
            think = think or [advice(error, of_student=of_student)]
    return CheckReport(
        **about,
        outcome=outcome,
        think=tuple(dict.fromkeys(filter(None, think))),
        lines=lines,
        definition=defined,
        **explained,
    )


def not_whole(error: Exception) -> str:
    """Return a sentence for a file of the handout that is missing."""
    return str(
        _("The handout is incomplete: {reason}. Unzip it again, into a new folder.", reason=clean(error))
    )


def without_controls(text: object) -> str:
    """Return a text without escape sequences and control characters."""
    return CONTROL_CHARACTERS.sub("", without_escapes(str(text)))


def clean(text: object) -> str:
    """Return a text without control characters, noise, this folder's path, and lines that nobody reads."""
    plain = readable_error(without_controls(text))
    plain = plain.replace(f"{HANDOUT}/", "").replace(f"{HANDOUT}\\", "").strip()
    lines = plain[:MAX_CHARACTERS].splitlines()
    return "\n".join(lines[:MAX_VALUE_LINES] + ["…"] * (len(lines) > MAX_VALUE_LINES))


def _explain(error: BaseException, task: str, module: Any) -> tuple[Outcome, dict[str, Any]]:
    if isinstance(error, NotRun):
        return Outcome.NOT_RUN, {
            "message": _("Not run: `{task}` took too long in an earlier check.", task=task)
        }
    if isinstance(error, TimedOut):
        text = _(
            "`{task}` did not end within {error}. Is there a loop that never ends?", task=task, error=error
        )
        if is_training(frame for frame, _line in traceback.walk_tb(error.__traceback__)):
            text = _(
                "`{task}` was still training, in `fit`, after {error}. Does this task ask for training?",
                task=task,
                error=error,
            )
        return Outcome.TIMED_OUT, {"message": text}
    if isinstance(error, NotImplementedError):
        return _unwritten(error, task, module)
    if isinstance(error, AttributeError) and isinstance(error.obj, types.ModuleType) and error.name == task:
        return _missing(task, error.obj)
    if isinstance(error, AssertionError) and not raised_by_student(error):
        return Outcome.FAILED, _fields(error)
    if isinstance(error, FileNotFoundError | ModuleNotFoundError) and not student_lines(error):
        return Outcome.FAILED, {"message": not_whole(error)}
    if isinstance(error, SystemExit):
        return Outcome.FAILED, {
            "message": _(
                "`{function}` ends the program, as `exit()` or `sys.exit()` do. A function ends with "
                "`return`.",
                function=task,
            )
        }
    what = clean(f"{type(error).__name__}: {error}")
    function = getattr(module, task, None)
    not_begun = raised_before_it_began(error, function)
    if not_begun and isinstance(function, types.FunctionType):
        return Outcome.FAILED, {
            "message": _(
                "`{task}` does not take the arguments of its task: {what}. Keep the line `def {task}(…)` as "
                "it was handed out: the checks call it that way.",
                task=task,
                what=what,
            )
        }
    if not_begun or raised_by_student(error) or student_lines(error):
        return Outcome.FAILED, {"message": _("`{task}` raised {what}", task=task, what=what)}
    if FAILURE_PARTS.fullmatch(str(error)) and raised_by_kit(error):
        return Outcome.FAILED, _fields(error)
    if isinstance(function, type):
        return Outcome.FAILED, {
            "message": _("The check could not use `{task}`: {what}", task=task, what=what)
        }
    return Outcome.FAILED, {
        "message": _("The check could not use what `{task}` returned: {what}", task=task, what=what)
    }


def _fields(error: BaseException) -> dict[str, Any]:
    """Return what a check expected and received.

    It is in the attributes `expected`, `received` and `hint` of the error, or else in its message.
    """
    if hasattr(error, "expected") and hasattr(error, "received"):
        think = getattr(error, "hint", "") or getattr(error, "think", "")
        values = {"expected": _(clean(error.expected)), "received": _(clean(error.received))}
        return {**values, "think": (_(clean(think)),) if think else ()}
    message = clean(error)
    if not message.startswith("assert "):
        # pytest adds the values of the failed expression.
        message = message.split("\nassert ")[0]
    if (found := FAILURE_PARTS.fullmatch(message)) and _(message) == message:
        think = (_(found["hint"]),) if found["hint"] else ()
        return {"expected": _(found["expected"]), "received": _(found["received"]), "think": think}
    return {"message": _(message)}


def _unwritten(error: NotImplementedError, task: str, module: Any) -> tuple[Outcome, dict[str, Any]]:
    """Tell a function that is still the stub from one that calls a stub or keeps the stub's line."""
    codes = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not raised_by_student(error):
        return Outcome.FAILED, {
            "message": _("`{task}` raised {what}", task=task, what=clean(f"{type(error).__name__}: {error}"))
        }
    name, function = codes[-1].co_name, getattr(module, task, None)
    if not _is_stub(codes[-1]):
        return Outcome.FAILED, {
            "message": _("The line `raise NotImplementedError` is still there in `{name}`.", name=name)
        }
    owner = codes[-1].co_qualname.rpartition(".")[0]
    if codes[-1] is code_of(function) or (isinstance(function, type) and owner == task):
        return Outcome.NOT_ATTEMPTED, {}
    return Outcome.FAILED, {
        "message": _("`{task}` calls `{name}`, which is not written yet.", task=task, name=owner or name)
    }


def _missing(task: str, module: types.ModuleType) -> tuple[Outcome, dict[str, Any]]:
    if getattr(module, "__file__", None):
        return Outcome.FAILED, {"message": _("`{task}` is not defined.", task=task)}
    return Outcome.NOT_ATTEMPTED, {"message": _("run the cell that defines it")}


def _is_stub(code: types.CodeType) -> bool:
    """Return whether a function has only a docstring, a call such as `super().build()` and one `raise`."""
    try:
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(code))).body
    except (OSError, TypeError, ValueError, SyntaxError):
        return True
    body = [
        part
        for part in getattr(node, "body", ())
        if not isinstance(part, ast.Expr)
        or not (isinstance(part.value, ast.Constant) or ast.unparse(part).startswith("super()."))
    ]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def _row(label: str, value: str) -> str:
    wide, name = 17 if label else 2, _(label)
    # Chinese characters take two columns.
    columns = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in name)
    first, _space, rest = value.partition("\n")
    head = f"  {name}{' ' * (wide - 2 - columns)}{first}"
    return "\n".join([head, textwrap.indent(rest, " " * wide)] if rest else [head])
