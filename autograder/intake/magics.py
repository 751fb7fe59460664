"""Takes IPython's magics and shell lines out of a cell, keeping every other line where it is."""

from __future__ import annotations

import re
from typing import Any

from autograder.intake.tree import Unreadable

# Lines that IPython might treat specially; in a cell without any, the text is Python as it stands.
_SPECIAL = re.compile(r"^[ \t]*(?:[%!?/,;]|>>>|In ?\[\d+\])|\?[ \t]*(?:#.*)?$|=[ \t]*[%!]", re.MULTILINE)
_CELL_MAGIC = re.compile(r"%%(\w+)")
# These run the cell below them as part of the notebook; every other cell magic is another language or another process.
_RUNS_BODY = {"time", "capture", "prun"}
_TIMED = re.compile(r"([ \t]*)%time[ \t]+(?=\S)")
# Every magic is found by tokenising the cell again, so the work has a bound: characters tokenised in one notebook.
_WORK_LIMIT = 20_000_000


class Magics:
    """Removes the magics from the cells of one notebook.

    IPython's own transformers find them. A line magic or shell line, also one that is assigned, becomes `pass`;
    `%time statement` becomes the statement; `%%time` and its like run their body; other cell magics drop the cell.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._work = _WORK_LIMIT

    def removed(self, cell: str) -> str:
        """The cell as plain Python; raises Unreadable when the notebook has absurdly many magics."""
        if not _SPECIAL.search(cell):
            return cell
        lines = cell.splitlines(keepends=True)
        lines[-1] = lines[-1].rstrip("\n") + "\n"
        for index, line in enumerate(lines):
            magic = _CELL_MAGIC.match(line)
            if magic and magic[1] not in _RUNS_BODY:
                return ""
            if magic:
                lines[index] = "\n"
            elif line.strip():
                break
        return "".join(self._without_line_magics(lines))

    def _without_line_magics(self, lines: list[str]) -> list[str]:
        from IPython.core import inputtransformer2 as ipython

        blank = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
        kept, lines = lines[:blank], lines[blank:]
        for clean in (ipython.leading_indent, ipython.classic_prompt, ipython.ipython_prompt):
            lines = clean(lines)
        while True:
            self._work -= sum(map(len, lines))
            if self._work < 0:
                raise Unreadable(f"{self._where} holds too many magics and shell lines.")
            found = _first_magic(ipython, ipython.make_tokens_by_line(lines))
            if found is None:
                return kept + lines
            lines = _replaced(ipython, found, lines)


def _first_magic(ipython: Any, tokens: Any) -> Any:
    kinds = (ipython.MagicAssign, ipython.SystemAssign, ipython.EscapedCommand, ipython.HelpEnd)
    found = [magic for magic in (kind.find(tokens) for kind in kinds) if magic is not None]
    return min(found, key=lambda magic: magic.sortby(), default=None)


def _replaced(ipython: Any, magic: Any, lines: list[str]) -> list[str]:
    """`lines` without `magic`, as many as before."""
    start, line = magic.start_line, lines[magic.start_line]
    if timed := _TIMED.match(line):
        return [*lines[:start], timed[1] + line[timed.end() :], *lines[start + 1 :]]
    if line.lstrip()[:1] in ("/", ",", ";"):  # calls written without brackets
        call: list[str] = magic.transform(lines)
        return call
    end = (
        magic.q_line
        if isinstance(magic, ipython.HelpEnd)
        else ipython.find_end_of_continued_line(lines, start)
    )
    indent = line[: len(line) - len(line.lstrip())]
    return [*lines[:start], f"{indent}pass\n", *["\n"] * (end - start), *lines[end + 1 :]]
