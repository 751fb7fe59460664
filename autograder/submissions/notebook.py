"""A notebook's code cells as Python: without cells tagged `explore`, magics and shell lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .folders import Unreadable, printable

# What IPython treats specially. A cell without any of it is Python as it stands.
_SPECIAL = re.compile(
    r"\A(?:[ \t]*\n)*[ \t]+\S"  # an indented cell
    r"|^[ \t]*(?:[%!?/,;]|>>>|In ?\[\d+\])"  # a magic, a shell line, a call without brackets, a prompt
    r"|\?[ \t]*(?:#.*)?$"  # name?
    r"|=[ \t]*[%!]",  # name = %magic
    re.MULTILINE,
)
_CELL_MAGIC = re.compile(r"[ \t]*%%(\S*)")
# These run the cell below them as part of the notebook. Any other is another language or another process.
_RUNS_BODY = {"time", "capture", "prun"}
_TIMED = re.compile(r"([ \t]*)%time[ \t]+(?=\S)")
# In Python these reach beyond their line, in a magic they do not.
_HIDING = frozenset("\"'()[]{}\\")
# A cell may have to be tokenised once for every magic, so the work is bounded: characters in one notebook.
_WORK_LIMIT = 2_000_000


class Magics:
    """Removes the magics from the cells of one notebook, which messages call `where`.

    IPython's own transformers find them. A line magic or shell line becomes `pass`, also where its result is
    assigned; `%time statement` becomes the statement; `%%time` and its like run their body; any other cell
    magic drops the cell.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._work = _WORK_LIMIT

    def removed(self, cell: str) -> str:
        """The cell as plain Python; raises Unreadable when the notebook has absurdly many magics."""
        if not _SPECIAL.search(cell):
            return cell
        text = cell.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
        lines = [line + "\n" for line in text.split("\n")]
        for index, line in enumerate(lines):
            magic = _CELL_MAGIC.match(line)
            if magic and magic[1] not in _RUNS_BODY:
                return ""
            if magic:
                lines[index] = "\n"
            elif line.strip():
                return "".join(self._without_line_magics(lines[:index], lines[index:]))
        return ""

    def _without_line_magics(self, blank: list[str], lines: list[str]) -> list[str]:
        from IPython.core import inputtransformer2 as ipython

        for clean in (ipython.leading_indent, ipython.classic_prompt, ipython.ipython_prompt):
            lines = clean(lines)
        done = False
        while not done:
            self._work -= sum(map(len, lines))
            if self._work < 0:
                raise Unreadable(f"{self._where} holds too many magics and shell lines.")
            try:
                lines, done = _replaced(ipython, lines)
            except SyntaxError:  # broken indentation: the cell will say so itself when it runs
                break
        return blank + lines


def _replaced(ipython: Any, lines: list[str]) -> tuple[list[str], bool]:
    """As many lines with magics replaced, and whether none is left.

    Goes on until a magic that, read as Python, could have hidden what follows it: then the rest is told anew.
    """
    lines = list(lines)
    for statement in ipython.make_tokens_by_line(lines):
        magic = _magic(ipython, statement)
        if magic is None:
            continue
        start = magic.start_line
        line = lines[start]
        if timed := _TIMED.match(line):
            lines[start] = timed[1] + line[timed.end() :]
            return lines, False
        if line.lstrip()[0] in "/,;":
            return magic.transform(lines), False
        end = magic.q_line if isinstance(magic, ipython.HelpEnd) else _end(ipython, lines, start)
        hiding = not _HIDING.isdisjoint("".join(lines[start : end + 1]))
        lines[start] = line[: len(line) - len(line.lstrip())] + "pass\n"
        lines[start + 1 : end + 1] = ["\n"] * (end - start)
        if hiding:
            return lines, False
    return lines, True


def _magic(ipython: Any, statement: Any) -> Any:
    """The magic in a logical line of tokens, or None."""
    kinds = (ipython.MagicAssign, ipython.SystemAssign, ipython.EscapedCommand, ipython.HelpEnd)
    found = [magic for magic in (kind.find([statement]) for kind in kinds) if magic is not None]
    return min(found, key=lambda magic: magic.sortby(), default=None)


def _end(ipython: Any, lines: list[str], start: int) -> int:
    end: int = ipython.find_end_of_continued_line(lines, start)
    return end


SKIP_TAG = "explore"


def read_cells(content: bytes, where: str) -> tuple[str, ...]:
    """The code cells of a notebook (nbformat 2 to 4) in order, as plain Python text; raises Unreadable.

    A skipped cell is empty, so that the others keep their number. The JSON is read directly, as importing
    nbformat takes over a second for what comes to a few lines here.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = printable(str(error)) if isinstance(error, ValueError) else "it is nested too deep"
        raise Unreadable(f"{where} is no notebook that can be read: {reason}.") from None
    magics = Magics(where)
    codes = [cell for cell in _cells(data, where) if cell.get("cell_type") == "code"]
    cells = tuple("" if _is_skipped(cell) else magics.removed(_text(cell, where)) for cell in codes)
    if not any(cell.strip() for cell in cells):
        raise Unreadable(
            f"{where} holds no code: expected at least one code cell that is not tagged {SKIP_TAG}."
        )
    return cells


def _cells(data: Any, where: str) -> Iterator[Mapping[str, Any]]:
    if not isinstance(data, Mapping) or not ("cells" in data or "worksheets" in data):
        raise Unreadable(f"{where} is no notebook: expected JSON with cells, as Jupyter writes it.")
    sheets = [data] if "cells" in data else data["worksheets"]
    for sheet in sheets if isinstance(sheets, list) else [None]:
        cells = sheet.get("cells") if isinstance(sheet, Mapping) else None
        if not isinstance(cells, list) or not all(isinstance(cell, Mapping) for cell in cells):
            raise Unreadable(f"{where} is a broken notebook: its cells are no list of cells.")
        yield from cells


def _is_skipped(cell: Mapping[str, Any]) -> bool:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return isinstance(tags, list) and SKIP_TAG in tags


def _text(cell: Mapping[str, Any], where: str) -> str:
    # nbformat 3 calls it input.
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(f"{where} is a broken notebook: a code cell's source is no text.")
    # JSON can hold half a surrogate pair, which no file and no message can.
    return source.encode("utf-8", "replace").decode("utf-8")
