"""Everything that a released file holds, as text: files in zips in zips, cells, outputs and metadata."""

from __future__ import annotations

import ast
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

DEPTH = 4


@dataclass(frozen=True)
class Text:
    """A stretch of text and where it stands; `plain` without spaces, and `code` as Python would write it."""

    where: str
    text: str
    plain: str
    code: str

    def has(self, run: str) -> bool:
        """Whether these letters, written without spaces, stand in it one after the other."""
        return run in self.plain or run in self.code


def opened(files: Mapping[str, bytes], depth: int = DEPTH) -> Iterator[tuple[str, bytes]]:
    """All files by path, and those inside of zips, wheels and `.npz` behind the path of these."""
    for name, content in files.items():
        yield name, content
        if depth and zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield f"{name}: comment", archive.comment
                inside = {f"{name}: {entry}": archive.read(entry) for entry in archive.namelist()}
            yield from opened(inside, depth - 1)


def texts(files: Mapping[str, bytes]) -> Iterator[Text]:
    """The name and text of every file, whole and, of a notebook, every string in it by itself."""
    # The same file is in many of the zips.
    without_spaces = cache(_without_spaces)

    def text(where: str, text: str) -> Text:
        return Text(where, text, *without_spaces(text))

    for where, content in opened(files):
        yield text(where, where)
        whole = content.decode("utf-8", "replace")
        yield text(where, whole)
        if where.endswith((".ipynb", ".json")):
            try:
                data = json.loads(whole)
            except ValueError:
                continue
            yield from (text(where, string) for string in _strings(data))


def squeezed(text: str) -> str:
    """Text without spaces and with one kind of quotes."""
    return "".join(text.split()).replace("'", '"')


def normal_lines(source: str) -> list[str]:
    """The lines of Python as Python would write them, without comments and docstrings; raises SyntaxError."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]) and len(body) > 1:
            del body[0]
    return [squeezed(line) for line in ast.unparse(tree).split("\n") if line.strip()]


def _without_spaces(text: str) -> tuple[str, str]:
    """A text without spaces, as it stands and as Python would write it."""
    try:
        code = "".join(normal_lines(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        code = ""
    return squeezed(text), code


def _strings(data: Any) -> Iterator[str]:
    """Every text in JSON; lists of lines, as notebooks have them, as one."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        if data and all(isinstance(line, str) for line in data):
            yield "".join(data)
        for item in data:
            yield from _strings(item)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _strings(value)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
