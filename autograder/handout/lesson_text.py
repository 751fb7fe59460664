"""Parse `lesson.md`, the text of the notebook.

A block fenced as python becomes a cell that is not graded, and blocks of other languages stay text. The line
`<!-- task: freeze -->` marks the place of that task. Every task has its own section, which begins with `##`,
in the order of `kit.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from ..kit import KitError

LESSON_FILE = "lesson.md"
_TASK = re.compile(r"<!--\s*task:\s*(\w+)\s*-->")
_FENCE = re.compile(r"(`{3,}|~{3,})\s*([^`]*?)\s*")
# Other names of the language `python` after a fence.
_PYTHON = frozenset({"py", "python3", "ipython", "ipython3"})


@dataclass(frozen=True)
class Part:
    """A part of the lesson text: text, code that is not graded, or the name of a task."""

    kind: Literal["text", "code", "task"]
    content: str


def parse_lesson(text: str, tasks: Sequence[str], where: str = LESSON_FILE) -> list[Part]:
    """Return the parts of a lesson text in order. A heading `##` begins a part.

    Raises KitError, which names the line, unless every task has its place, in the order of `tasks`.
    """
    parts = _joined(part for part in _parts(text, where) if part.content)
    found = [part.content for part in parts if part.kind == "task"]
    if found != list(tasks):
        _refuse_misspelt_marker(text, set(tasks) - set(found), where)
        wrong = [
            place for place, (task, wanted) in enumerate(zip(found, tasks, strict=False)) if task != wanted
        ]
        line = _marker_line(text, wrong[0] if wrong else min(len(found), len(tasks)))
        raise KitError(
            f"{where}, line {line}: expected the lines <!-- task: … --> to name {', '.join(tasks)} in this "
            f"order, found {', '.join(found) or 'none'}."
        )
    _require_section_for_each_task(parts, text, where)
    return parts


def _refuse_misspelt_marker(text: str, missing: Iterable[str], where: str) -> None:
    """Raise KitError for a comment that names a missing task and does not mark its place."""
    for number, line in enumerate(map(str.strip, text.split("\n")), 1):
        if line.startswith("<!") and not _TASK.fullmatch(line):
            for task in set(re.findall(r"\w+", line)).intersection(missing):
                raise KitError(f"{where}, line {number}: expected <!-- task: {task} -->, found {line}.")


def _marker_line(text: str, place: int) -> int:
    """Return the line of the task's marker at a place, or the last line if there are fewer."""
    lines = text.rstrip().split("\n")
    markers = [number for number, line in enumerate(lines, 1) if _TASK.fullmatch(line.strip())]
    return markers[place] if place < len(markers) else len(lines)


def plain_lesson(title: str, tasks: Sequence[str]) -> str:
    """Return a minimal lesson text: a heading per task."""
    sections = (f"## `{task}`\n\n<!-- task: {task} -->\n" for task in tasks)
    return "\n".join((f"# {title}\n", *sections))


def _parts(text: str, where: str) -> Iterator[Part]:
    """Yield the text between headings, fences and tasks, the fenced code, and the tasks; raises KitError."""
    lines: list[str] = []
    fence = language = ""
    opened = 0
    for number, line in enumerate(text.split("\n"), 1):
        opening = _FENCE.fullmatch(line)
        if fence:
            if line.strip() == fence:
                yield from _fenced(lines, fence, language)
                fence = ""
                lines = []
            else:
                lines.append(line)
        elif opening:
            _refuse_misspelt_fence(opening[2], f"{where}, line {number}: expected {opening[1]}python")
            yield _text(lines)
            lines, (fence, language), opened = [], opening.groups(), number
        elif task := _TASK.fullmatch(line.strip()):
            yield _text(lines)
            yield Part("task", task[1])
            lines = []
        else:
            if line.startswith("## "):
                yield _text(lines)
                lines = []
            lines.append(line)
    if fence:
        raise KitError(
            f"{where}, line {opened}: expected a line {fence} after {fence}{language}, found none."
        )
    yield _text(lines)


def _refuse_misspelt_fence(language: str, expected: str) -> None:
    """Raise KitError if the words after a fence are not `python`, but look like it."""
    first = language.partition(" ")[0].strip("{}").lower()
    meant = first in _PYTHON or get_close_matches(first, ["python"], cutoff=0.8)
    if meant and language != "python":
        raise KitError(f"{expected} for a cell that runs, found {language}.")


def _fenced(lines: Sequence[str], fence: str, language: str) -> Iterator[Part]:
    if language == "python":
        yield Part("code", "\n".join(lines).strip("\n"))
    else:
        yield _text([f"{fence}{language}", *lines, fence])


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Merge consecutive text up to the next heading."""
    joined: list[Part] = []
    for part in parts:
        goes_on = part.kind == "text" and not part.content.startswith("## ")
        if goes_on and joined and joined[-1].kind == "text":
            joined[-1] = Part("text", f"{joined[-1].content}\n\n{part.content}")
        else:
            joined.append(part)
    return joined


def _text(lines: Sequence[str]) -> Part:
    return Part("text", "\n".join(lines).strip())


def _require_section_for_each_task(parts: Sequence[Part], text: str, where: str) -> None:
    """Raise KitError if a task has no heading `##` between the task before it and itself."""
    has_heading, tasks_seen = False, 0
    for part in parts:
        if part.kind == "text" and part.content.startswith("## "):
            has_heading = True
        if part.kind == "task":
            if not has_heading:
                line = _marker_line(text, tasks_seen)
                raise KitError(
                    f"{where}, line {line}: expected a heading ## before the task {part.content}, found none."
                )
            has_heading, tasks_seen = False, tasks_seen + 1
