"""Note what an author may have forgotten in a kit: unused inputs, equal tasks, places to fill in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from ..handout.story import NAME as STORY
from ..kit import SETTINGS, Kit, read_text
from ..source_code import definitions, parse, try_parse
from .static_checks import read_sources

# Marks what a skeleton leaves to its author.
FILL_IN = "FILL IN"


def find_leftovers(root: Path, kit: Kit) -> Iterator[str]:
    """Yield one sentence, with its place, for each leftover in a kit that can be read."""
    story = f"solutions/{kit.slug}/{STORY}"
    sources = {**dict(read_sources(root, kit)), story: read_text(root, story) or ""}
    yield from _unused_inputs(kit, sources)
    yield from _repeated_tasks(kit, sources)
    yield from _left_to_fill_in(sources)


def _unused_inputs(kit: Kit, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield inputs whose name is in no string of the code, in no other input and not in the story."""
    inputs = {
        Path(kit.path(name)): content
        for name, content in kit.files.items()
        if name.startswith(("given/inputs/", "hidden/")) and name != f"given/{SETTINGS}"
    }
    trees = [tree for path, text in sources.items() if path.endswith(".py") and (tree := try_parse(text))]
    patterns = {pattern for tree in trees for pattern in _file_patterns(tree)}
    texts = [text for path, text in sources.items() if path.endswith(STORY)]
    texts += [content.decode(errors="replace") for path, content in inputs.items() if path.suffix == ".json"]
    for path in inputs:
        named = any(fnmatchcase(name, pattern) for name in (path.name, path.stem) for pattern in patterns)
        if not named and not any(re.search(rf"\b{re.escape(path.stem)}\b", text) for text in texts):
            yield f"{path}: expected code that loads this input, found none: is it left over, or misspelt?"


def _file_patterns(tree: ast.Module) -> Iterator[str]:
    """Yield the names of files that strings may stand for; `*` is in place of a computed part.

    A name of which all but the suffix is computed may be any, and so says nothing.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield text.rpartition("/")[2]
            case ast.JoinedStr(values=parts):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
                name = text.rpartition("/")[2]
                if Path(name).stem.strip("*."):
                    yield name


def _repeated_tasks(kit: Kit, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield tasks with the docstring of an earlier one."""
    path = f"solutions/{kit.slug}/{kit.module}.py"
    tasks, owners = definitions(parse(sources[path], path)), dict[str, str]()
    for task in kit.tasks:
        node = tasks[task]
        if (owner := owners.setdefault(ast.get_docstring(node) or "", task)) != task:
            yield f"{path}, line {node.lineno}: {task} has the docstring of {owner}: are they one task?"


def _left_to_fill_in(sources: Mapping[str, str]) -> Iterator[str]:
    """Yield the first place that a skeleton leaves to its author."""
    left = [
        f"{path}, line {number}"
        for path, text in sorted(sources.items())
        for number, line in enumerate(text.split("\n"), 1)
        if FILL_IN in line
    ]
    if left:
        others = f", and in {len(left) - 1} other lines" if left[1:] else ""
        yield f"{left[0]}{others}: {FILL_IN} is left, which students read in the files that they receive."
