"""Convert IPython syntax in a notebook's cells to Python: magics, shell lines and similar."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection
from typing import Any

from ...language import gettext as _
from ..folders import Unreadable

# Matches IPython's special syntax. A cell without a match is already Python.
_SPECIAL = re.compile(
    r"\A(?:[ \t]*\n)*[ \t]+\S"  # an indented cell
    r"|^[ \t]*(?:[%!?/,;]|>>>|In ?\[\d+\])"  # a magic, a shell line, a call without parentheses, a prompt
    r"|\?[ \t]*(?:#.*)?$"  # name?
    r"|=[ \t]*[%!]",  # name = %magic
    re.MULTILINE,
)
# Magics that IPython runs without their % if they are alone in a cell.
_ALONE = re.compile(
    r"\A(\s*)((?:pip|conda|mamba|uv|cd|ls|ll|pwd|mkdir|rmdir|cp|mv|rm|cat|clear|run|matplotlib|load_ext)"
    r"(?:[ \t]++(?![,:]|\W{0,2}=).*)?)\s*\Z"
)
_CELL_MAGIC = re.compile(r"[ \t]*%%(\S*)[ \t]*(.*)")
# These run the cell below them as part of the notebook. Any other one runs another language or process.
RUNS_BODY = {"time", "capture", "prun"}
# These write the cell below them to a file.
WRITES_BODY = {"writefile", "file"}
_TIMED = re.compile(r"([ \t]*)%time[ \t]+(?=\S)")
_RUNS_FILE = re.compile(r"([ \t]*)%run[ \t]+(?:-i[ \t]+)?(\S+)[ \t]*\n?\Z")
# In Python, these characters can extend a statement beyond its line; in a magic they cannot.
_HIDING = frozenset("\"'()[]{}\\")
# Each magic may require tokenizing its cell again, so the work is limited: characters per notebook.
_WORK_LIMIT = 2_000_000


class Magics:
    """Removes the magics from the cells of one notebook, which messages call `where`.

    IPython's own transformers find them. A line magic or shell line becomes `pass`, even if its result is
    assigned. `%time statement` becomes the statement. `%%time` and similar magics run their body, as does
    `%%writefile` if it writes the submitted `module`; for any other file, it writes the file, which `%run`
    then runs. Any other cell magic drops the cell.
    """

    def __init__(self, where: str, module: str = "") -> None:
        self._where = where
        self._module = module
        self._work = _WORK_LIMIT
        self._written: set[str] = set()

    def removed(self, cell: str) -> str:
        """Return the cell as plain Python; raise Unreadable if the notebook has too many magics."""
        cell = _ALONE.sub(r"\1%\2", cell)
        if not _SPECIAL.search(cell):
            return cell
        text = cell.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
        lines = [line + "\n" for line in text.split("\n")]
        for index, line in enumerate(lines):
            magic = _CELL_MAGIC.match(line)
            if magic and magic[1] in WRITES_BODY and not self._is_module(magic[2]):
                self._written.add(_path(magic[2]))
                return "\n" * index + _write_file(magic[2], "".join(lines[index + 1 :]))
            if magic and magic[1] not in RUNS_BODY | WRITES_BODY:
                return ""
            if magic:
                lines[index] = "\n"
            elif line.strip():
                return "".join(self._without_line_magics(lines[:index], lines[index:]))
        return ""

    def _is_module(self, arguments: str) -> bool:
        return _path(arguments).rpartition("/")[2] == f"{self._module}.py"

    def _without_line_magics(self, blank: list[str], lines: list[str]) -> list[str]:
        from IPython.core import inputtransformer2 as ipython

        for clean in (ipython.leading_indent, ipython.classic_prompt, ipython.ipython_prompt):
            lines = clean(lines)
        done = False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # IPython warns about unusual line endings
            while not done:
                self._work -= sum(map(len, lines))
                if self._work < 0:
                    raise Unreadable(_("{where} holds too many magics and shell lines.", where=self._where))
                try:
                    lines, done = _replaced(ipython, lines, self._written)
                except SyntaxError:  # broken indentation: running the cell reports it
                    break
        return blank + lines


def _path(arguments: str) -> str:
    """Return the path of the file that `%%writefile` writes.

    An absolute path, such as /content/helper.py in Colab, names the working folder or another one that
    imports search, so only the file's name remains.
    """
    path = " ".join(word for word in arguments.split() if word not in ("-a", "--append")).strip("'\"")
    return path.rpartition("/")[2] if path.startswith("/") else path


def _write_file(arguments: str, body: str) -> str:
    """Return statements that write the same file as `%%writefile`."""
    mode = "a" if {"-a", "--append"} & set(arguments.split()) else "w"
    path = _path(arguments)
    write = f"with open({path!r}, {mode!r}, encoding='utf-8') as _: _.write({body!r})\n"
    folder = path.rpartition("/")[0]
    # A shell line may have made the folder.
    return f"__import__('os').makedirs({folder!r}, exist_ok=True)\n{write}" if folder else write


def _replaced(ipython: Any, lines: list[str], written: Collection[str]) -> tuple[list[str], bool]:
    """Return the lines with magics replaced, keeping their number, and whether no magic is left.

    `%run` runs a file that is among the `written` ones. The replacement stops at a magic that could hide the
    following lines when read as Python. The caller then tokenizes the result again.
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
        if (runs := _RUNS_FILE.match(line)) and (path := _path(runs[2])) in written:
            lines[start] = f"{runs[1]}exec(open({path!r}, encoding='utf-8').read())\n"
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
    """Return the magic in a logical line of tokens, or None."""
    kinds = (ipython.MagicAssign, ipython.SystemAssign, ipython.EscapedCommand, ipython.HelpEnd)
    found = [magic for magic in (kind.find([statement]) for kind in kinds) if magic is not None]
    return min(found, key=lambda magic: magic.sortby(), default=None)


def _end(ipython: Any, lines: list[str], start: int) -> int:
    end: int = ipython.find_end_of_continued_line(lines, start)
    return end
