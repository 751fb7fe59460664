"""Read a notebook's code cells as Python."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ...language import gettext as _
from ...source_code import Function, try_parse
from ..folders import Unreadable, printable
from .explore_cells import keep_needed
from .magics import Magics

EXPLORE_TAG = "explore"
# Parsing takes up to a hundred times the memory of the text if it consists of tiny values, as no output does.
MAX_VALUES = 4_000_000
# A longer text holds pictures.
MAX_TEXT = 100_000
_DEFINITION = re.compile(r"^[ \t]*(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_CONFLICT = re.compile(rb"^<{7}\s", re.MULTILINE)


def read_cells(content: bytes, where: str, module: str = "", tasks: Collection[str] = ()) -> tuple[str, ...]:
    """Return the code cells of a notebook (nbformat 2 to 4) in order, as plain Python; raise Unreadable.

    Cells tagged `explore` keep only what graded code needs. Empty cells are kept, so that cell numbers do not
    change.
    """
    data = _parse(content, where)
    magics = Magics(where, module)
    code_cells = [cell for cell in _cells(data, where) if cell.get("cell_type") == "code"]
    explore = {index for index, cell in enumerate(code_cells) if _is_exploring(cell)}
    cells = keep_needed([magics.removed(_text(cell, where)) for cell in code_cells], explore, tasks)
    language = _language(data)
    if language and "python" not in language.lower() and not any(map(_DEFINITION.search, cells)):
        raise Unreadable(
            _("{where} holds code in {language}, expected Python.", where=where, language=language)
        )
    if not any(cell.strip() for cell in cells):
        raise Unreadable(_without_code(where, _defined_in_text(data, tasks)))
    return cells


def _parse(content: bytes, where: str) -> Any:
    """Return the JSON of a notebook; importing nbformat would take over a second. Raises Unreadable."""
    try:
        return json.loads(content)
    except UnicodeDecodeError as error:
        raise Unreadable(not_in_encoding(where, content, error)) from None
    except (ValueError, RecursionError) as error:
        if is_python(content):
            raise Unreadable(
                _("{where} is Python, not a notebook: its name must end in .py.", where=where)
            ) from None
        if _CONFLICT.search(content):
            reason = _("it has the marks of a Git conflict; keep one version")
        else:
            reason = printable(str(error)) if isinstance(error, ValueError) else _("it is nested too deep")
        raise Unreadable(
            _("{where} is no notebook that can be read: {reason}.", where=where, reason=reason)
        ) from None


def _without_code(where: str, in_text: Collection[str]) -> str:
    """Return the sentence about a notebook without code; `in_text` are the tasks in its text cells."""
    if in_text:
        return _(
            "{where} holds no code: {tasks} is in a text cell, which is not run. Change the cell's "
            "type to code.",
            where=where,
            tasks=", ".join(in_text),
        )
    return _(
        "{where} holds no code: expected at least one code cell that is not tagged {tag}.",
        where=where,
        tag=EXPLORE_TAG,
    )


def _language(data: Any) -> str:
    """Return the language that a notebook's metadata names, or ""."""
    metadata = data.get("metadata") if isinstance(data, Mapping) else None
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        named = metadata.get(table) if isinstance(metadata, Mapping) else None
        if isinstance(named, Mapping) and isinstance(language := named.get(key), str) and language:
            return printable(language)
    return ""


def tasks_in_text(content: bytes, tasks: Collection[str]) -> tuple[str, ...]:
    """Return the tasks that a notebook's Markdown and raw cells define."""
    try:
        return _defined_in_text(json.loads(content), tasks)
    except (ValueError, RecursionError, Unreadable):
        return ()


def _defined_in_text(data: Any, tasks: Collection[str]) -> tuple[str, ...]:
    defined: set[str] = set()
    for cell in _cells(data, ""):
        if cell.get("cell_type") != "code":
            with suppress(Unreadable):
                defined.update(_DEFINITION.findall(_text(cell, "")))
    return tuple(task for task in tasks if task in defined)


def is_notebook(content: bytes) -> bool:
    """Return whether `content` is a notebook, whatever its file is called."""
    try:
        return content.lstrip().startswith(b"{") and bool(list(_cells(json.loads(content), "")))
    except (ValueError, RecursionError, Unreadable):
        return False


def is_python(content: bytes) -> bool:
    """Return whether `content` is Python that defines something, whatever its file is called."""
    tree = try_parse(content.decode("utf-8-sig", "replace"))
    return tree is not None and any(isinstance(node, Function | ast.ClassDef) for node in tree.body)


def not_in_encoding(where: str, content: bytes, error: UnicodeDecodeError) -> str:
    """Return a sentence about text that is not in the encoding that it should have."""
    line = content.count(b"\n", 0, error.start) + 1
    return _(
        "{where}:{line} is not {encoding} text: save it as UTF-8.",
        where=where,
        line=line,
        encoding=error.encoding.upper(),
    )


def without_outputs(content: bytes) -> bytes:
    """Return a notebook without outputs, pictures and the state of widgets; return other content unchanged.

    A notebook of more than MAX_VALUES values is not parsed, and so unchanged.
    """
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        return content
    try:
        data = json.loads(content)
        cells = list(_cells(data, ""))
    except (ValueError, RecursionError, Unreadable):
        return content
    if isinstance(metadata := data.get("metadata"), dict):
        metadata.pop("widgets", None)
    for cell in cells:
        if isinstance(cell, dict):
            cell.pop("outputs", None)
            cell.pop("attachments", None)
            if cell.get("cell_type") != "code" and len(str(cell.get("source"))) > MAX_TEXT:
                cell["source"] = ""
    return json.dumps(data).encode("utf-8", "replace")


def _cells(data: Any, where: str) -> Iterator[Mapping[str, Any]]:
    if not isinstance(data, Mapping) or not ("cells" in data or "worksheets" in data):
        raise Unreadable(
            _("{where} is no notebook: expected JSON with cells, as Jupyter writes it.", where=where)
        )
    sheets = [data] if "cells" in data else data["worksheets"]
    for sheet in sheets if isinstance(sheets, list) else [None]:
        cells = sheet.get("cells") if isinstance(sheet, Mapping) else None
        if not isinstance(cells, list) or not all(isinstance(cell, Mapping) for cell in cells):
            raise Unreadable(_("{where} is a broken notebook: its cells are no list of cells.", where=where))
        yield from cells


def _is_exploring(cell: Mapping[str, Any]) -> bool:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return isinstance(tags, list) and EXPLORE_TAG in tags


def _text(cell: Mapping[str, Any], where: str) -> str:
    # nbformat 3 uses the key `input`.
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(_("{where} is a broken notebook: a code cell's source is no text.", where=where))
    # JSON can contain an unpaired surrogate, which files and messages cannot.
    return source.encode("utf-8", "replace").decode("utf-8")
