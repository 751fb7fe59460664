"""A notebook's code cells as Python: without cells tagged `explore`, magics and shell lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.intake.magics import Magics
from autograder.intake.tree import Unreadable, shown

SKIP_TAG = "explore"


def read_cells(content: bytes, where: str) -> tuple[str, ...]:
    """The code cells of a notebook (nbformat 2 to 4) in order, as plain Python text; raises Unreadable.

    A skipped cell is empty, so that the others keep their number. The JSON is read directly, as importing
    nbformat takes over a second for what comes to a few lines here.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = shown(str(error)) if isinstance(error, ValueError) else "it is nested too deep"
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
