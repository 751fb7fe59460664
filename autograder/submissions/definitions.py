"""Analyze a submission's definitions: attempted tasks, answers above stubs, and suspicious content."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches

from ..language import gettext as _
from ..models import ReviewNote, ReviewReason, Source
from ..source_code import Function, does_nothing, drop, is_stub, raises_not_implemented, try_parse
from ..text import clean_line

MAX_NAMES = 3
# From this similarity of names on, by `difflib`, a function is a renamed task rather than another kit's.
SIMILARITY = 0.65


def attempted_tasks(source: Source, tasks: Collection[str]) -> frozenset[str]:
    """Return the tasks that `source` defines with their own body; cells that do not parse define none."""
    names: set[str] = set()
    for tree in _trees(source):
        with suppress(RecursionError):
            names.update(_answers(tree.body))
    return frozenset(names.intersection(tasks))


def drop_stubs_below_answers(
    cells: Sequence[str], tasks: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the cells without stubs that would replace an answer above them, and the names of these tasks.

    Students may write an answer into a separate cell and leave the stub below it. The answer counts.
    """
    answered: set[str] = set()
    names: list[str] = []
    kept = []
    for cell in cells:
        tree = try_parse(cell)
        stubs = []
        for node in tree.body if tree else ():
            if isinstance(node, Function | ast.ClassDef) and node.name in answered and is_stub(node):
                stubs.append(node)
                names.append(node.name)
            with suppress(RecursionError):
                answered.update(name for name in _answers([node]) if name in tasks)
        kept.append(drop(cell, stubs) if stubs else cell)
    return tuple(kept), tuple(dict.fromkeys(names))


def review_notes(source: Source, tasks: Collection[str]) -> tuple[ReviewNote, ...]:
    """Return notes for manual review: a file for another kit, or answers in another form."""
    functions: list[str] = []
    classes: list[str] = []
    defined: set[str] = set()
    for tree in _trees(source):
        functions += [node.name for node in tree.body if isinstance(node, Function)]
        classes += [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        with suppress(RecursionError):
            defined.update(_answers(tree.body))
    defined.update(functions, classes)
    missing = [task for task in tasks if task not in defined]
    most_missing = 2 * len(missing) > len(tasks)
    where = clean_line(source.filename)
    own_functions = [name for name in functions if name not in tasks and not name.startswith("_")]
    own_classes = [name for name in classes if name not in tasks]
    others = [name for name in own_functions if not get_close_matches(name, missing, n=1, cutoff=SIMILARITY)]
    if most_missing and len(others) >= len(missing):
        text = _(
            "{where} lacks {missing} of the {tasks} tasks and has other functions, such as {names}: is "
            "it for another kit?",
            where=where,
            missing=len(missing),
            tasks=len(tasks),
            names=_names(others),
        )
        return (ReviewNote(ReviewReason.OTHER_KIT, text),)
    has_other_code = own_classes or own_functions or (most_missing and not _is_empty(source))
    if has_other_code and not attempted_tasks(source, tasks):
        text = _(
            "{where} has no task as a function of its own; found {found}. Are the answers in another form?",
            where=where,
            found=_found(own_classes, own_functions),
        )
        return (ReviewNote(ReviewReason.ZERO_BUT_NOT_STUB, text),)
    return ()


def _found(classes: Sequence[str], functions: Sequence[str]) -> str:
    """Return what a source without answers contains, as the sentence above names it."""
    if classes:
        return _("the class {names}", names=_names(classes))
    return _("functions such as {names}", names=_names(functions)) if functions else _("other code")


def _names(names: Sequence[str]) -> str:
    return ", ".join(clean_line(name, 80) for name in names[:MAX_NAMES])


def _trees(source: Source) -> Iterator[ast.Module]:
    return (tree for cell in source.cells if (tree := try_parse(cell)) is not None)


def _is_empty(source: Source) -> bool:
    """Return whether a source contains only imports."""
    return all(
        isinstance(node, ast.Import | ast.ImportFrom) or does_nothing(node)
        for tree in _trees(source)
        for node in tree.body
    )


def _answers(body: list[ast.stmt]) -> Iterator[str]:
    """Yield names that are defined at module level other than by stubs, also inside `if`, `try` and loops."""
    for statement in body:
        if isinstance(statement, Function):
            if _is_begun(statement.body):
                yield statement.name
        elif isinstance(statement, ast.ClassDef):
            if not is_stub(statement):
                yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name) and statement.value)
        else:
            for field in ("body", "orelse", "finalbody"):
                yield from _answers(getattr(statement, field, []))
            for handler in getattr(statement, "handlers", []):
                yield from _answers(handler.body)


def _is_begun(body: list[ast.stmt]) -> bool:
    """Return whether a function can return or have an effect before it raises NotImplementedError.

    A stub may have lines of support code before its `raise`, so such lines alone do not count as an answer.
    """
    for statement in body:
        if raises_not_implemented(statement):
            return False
        if any(
            isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value
            for node in ast.walk(statement)
        ):
            return True
    return not all(does_nothing(statement) for statement in body)
