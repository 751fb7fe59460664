"""Explain a check that did not pass: what was expected and received, a hint, and the student's own line."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..language import FAILURE_PARTS, Messages
from ..models import CheckResult
from ..source_code import Definition, definitions, try_parse
from ..text import clean

# A failed call ends with the line that raised, as `checks.failures` writes it.
_RAISED_IN = re.compile(r" \(line (?P<number>\d+): (?P<text>.*)\)\Z", re.DOTALL)
# Further lines of a task are left out.
MAX_CODE_LINES = 40


@dataclass(frozen=True)
class Line:
    """A line of a student's code. `number` counts from 1, in the notebook's cell or in the file."""

    text: str
    number: int = 0


@dataclass(frozen=True)
class Explanation:
    """What a student reads about one check; `message` is empty if `expected` and `received` say it all."""

    message: str = ""
    expected: str = ""
    received: str = ""
    hints: tuple[str, ...] = ()
    line: Line | None = None


def explain(check: CheckResult, code: tuple[str, ...], messages: Messages) -> Explanation:
    """Return the explanation of a check. `code` is the student's answer to the task.

    A wrong answer that raises nothing is the whole function's, so its line is the one that defines the task.
    """
    text = check.student_message.removesuffix(check.hint).strip()
    line = Line(code[0].strip()) if code else None
    if raised := _RAISED_IN.search(text):
        line = Line(raised["text"], int(raised["number"]))
        text = text[: raised.start()]
    hint, translated = messages.gettext(check.hint), messages.gettext(text)
    found = FAILURE_PARTS.fullmatch(text)
    if not found or translated != text or raised:
        return Explanation(message=translated, hints=_hints(hint), line=line)
    expected, received = messages.gettext(found["expected"]), messages.gettext(found["received"])
    # The message knows the answer, so what it says helps more than the hint of the check.
    remarks = _hints(*map(messages.gettext, (found["hint"] or "").split("\n")))
    return Explanation("", expected, received, remarks or _hints(hint), line)


def answers(source: str, tasks: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the lines of a submission that define each task, without the docstring, which is the kit's."""
    tree = try_parse(source) if tasks else None
    defined = definitions(tree) if tree else {}
    return {task: tuple(_lines(defined[task], source.split("\n"))) for task in tasks if task in defined}


def _lines(node: Definition, lines: Sequence[str]) -> Iterator[str]:
    first = node.body[0]
    docstring = range(0)
    if ast.get_docstring(node, clean=False) is not None:
        docstring = range(first.lineno, (first.end_lineno or first.lineno) + 1)
    numbers = [n for n in range(node.lineno, (node.end_lineno or node.lineno) + 1) if n not in docstring]
    yield from (clean(lines[number - 1]) for number in numbers[:MAX_CODE_LINES])
    if len(numbers) > MAX_CODE_LINES:
        yield "    …"


def _hints(*hints: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hint for hint in hints if hint))
