"""Look at the notebook's saved file as the grader does. You need not read this to do the tasks."""

from __future__ import annotations

import ast
import functools
import importlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .language import gettext as _
from .language import gettext_noop

HANDOUT = Path(__file__).parents[1]
COLAB = "google.colab"
# Cells with this tag are not graded.
SKIP_TAG = "explore"
# Characters of code that the grader reads.
SIZE_LIMIT = 10_000_000
# What a notebook may use beside the kit's imports: its own machinery.
PLATFORM = frozenset({"google", "IPython", "ipywidgets", "otter"})
CELL_MAGIC = re.compile(r"\s*%%(\w+)[ \t]*(.*)\n?")
# Cell magics that run the cell below them, or write it to a file.
RUNS, WRITES = frozenset({"time", "capture", "prun"}), frozenset({"writefile", "file"})
LOOK_CLOSER = gettext_noop("`kit pack` looks closer, if the command `kit` is installed.")


# The grader leaves out a statement that takes more than this share of the time for loading.
LOAD_SECONDS, STATEMENT_SHARE = 60.0, 0.25


class CellTimes:
    """Measures the cells of the running notebook, as callbacks of IPython."""

    def __init__(self) -> None:
        self._began = 0.0
        self._seconds: dict[str, float] = {}
        self._interrupted: set[str] = set()

    def start(self, info: Any) -> None:
        """Note when a cell begins."""
        self._began = time.monotonic()

    def stop(self, result: Any) -> None:
        """Note when a cell ends, or is interrupted."""
        cell = result.info.raw_cell.strip()
        self._seconds[cell] = time.monotonic() - self._began
        self._interrupted.discard(cell)
        if isinstance(result.error_in_exec, KeyboardInterrupt):
            self._interrupted.add(cell)

    def problems(self, cells: Mapping[int, str], limit: float) -> Iterator[str]:
        """Yield which graded cells were interrupted, or took longer than the grader waits for a statement."""
        for number, cell in cells.items():
            seconds = self._seconds.get(cell.strip(), 0.0)
            if cell.strip() in self._interrupted:
                yield _(
                    "Code cell {number} was interrupted. The grader leaves out a statement that does not "
                    "end within {limit:g} s.",
                    number=number,
                    limit=limit,
                )
            elif seconds > limit:
                yield _(
                    "Code cell {number} took {seconds:.0f} s. The grader leaves out a statement that does "
                    "not end within {limit:g} s.",
                    number=number,
                    seconds=seconds,
                    limit=limit,
                )


TIMES = CellTimes()


@dataclass(frozen=True)
class Saved:
    """What the grader would refuse in a notebook, and what to do with its file."""

    problems: Sequence[str]
    remarks: Sequence[str]


def saved_notebook(env: Mapping[str, Any], kit: Mapping[str, Any]) -> Saved:
    """Look at the notebook's file, and say what to hand in; in Colab, download it."""
    due = _(", by {due}", due=kit["due"]) if kit.get("due") else ""
    if COLAB in sys.modules:
        return _colab(kit, due)
    path = _path(env, kit)
    if path is None:
        return Saved(
            [],
            [
                _(
                    "Save this notebook and hand in its file{due}. {look_closer}",
                    due=due,
                    look_closer=_(LOOK_CLOSER),
                )
            ],
        )
    problems = list(_problems(path, kit, env))
    return Saved(
        problems,
        [
            _(
                "Save this notebook, then hand in {name}{due}. {look_closer}",
                name=path.name,
                due=due,
                look_closer=_(LOOK_CLOSER),
            )
        ],
    )


def record_answers(env: Mapping[str, Any], tasks: Sequence[str], refused: dict[str, str]) -> dict[str, Any]:
    """Return `env` with tasks that add a sentence to `refused` if the grader cannot take their answer.

    `tasks` are those whose answers are sent. Only the course's wheel knows what the grader takes; without it,
    `env` is returned unchanged.
    """
    try:
        pack = importlib.import_module("autograder.wire.codec").pack
    except ImportError:
        return dict(env)

    def recorded(task: str) -> Callable[..., Any]:
        function = env[task]

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            answer = function(*args, **kwargs)
            if found := pack(answer).refused:
                refused[task] = _(
                    "The grader cannot take what `{task}` returns: it has {part}.", task=task, part=found[0]
                )
            return answer

        return call

    return dict(env) | {task: recorded(task) for task in tasks if callable(env.get(task))}


def find_problems(cells: Sequence[str], kit: Mapping[str, Any], env: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the grader refuses or does not find in the graded cells of a notebook."""
    trees = {}
    for number, cell in enumerate(cells, 1):
        try:
            trees[number] = ast.parse(_as_python(cell, kit.get("module", "")))
        except SyntaxError as error:
            text = (error.text or "").strip()
            yield _(
                "Code cell {number} is not Python, line {line}: {reason}: {text}",
                number=number,
                line=error.lineno,
                reason=error.msg,
                text=text,
            )
    endless = {number: line for number, tree in trees.items() for line in _endless_loops(tree)}
    for number, line in endless.items():
        yield _(
            "Code cell {number}, line {line}: this loop never ends, so the grader leaves it out.",
            number=number,
            line=line,
        )
    others = {number: cell for number, cell in enumerate(cells, 1) if number not in endless}
    limit = STATEMENT_SHARE * kit.get("limits", {}).get("load_seconds", LOAD_SECONDS)
    yield from TIMES.problems(others, limit)
    allowed = {*kit.get("imports", ()), *kit.get("given", ()), *sys.stdlib_module_names, *PLATFORM}
    allowed.update(_written(cell) for cell in cells)
    imported = {name for tree in trees.values() for name in _imports(tree)}
    for name in sorted(imported - allowed):
        yield _("The grader does not have `{name}`, which a graded cell imports.", name=name)
    defined = {name for tree in trees.values() for name in _names(tree)}
    for task in kit.get("tasks", ()):
        if task in env and task not in defined:
            yield _(
                "The saved file does not define `{task}`: save the notebook and run this cell again.",
                task=task,
            )


def _as_python(cell: str, module: str) -> str:
    """Return a cell as Python, as IPython reads it; "" for one that holds no code that is graded."""
    from IPython.core.inputtransformer2 import TransformerManager

    while magic := CELL_MAGIC.match(cell):
        if magic[1] not in RUNS and _written(cell) != module:
            return ""
        cell = "\n" * magic[0].count("\n") + cell[magic.end() :]
    code = cell.lstrip("\n")
    first = code.split(maxsplit=1)[0] if code.strip() else ""
    if "\n" not in code.strip() and _is_magic_alone(first):
        return ""
    return "\n" * (len(cell) - len(code)) + TransformerManager().transform_cell(code)


def _is_magic_alone(word: str) -> bool:
    """Return whether a line that begins with this word is a magic that needs no %, such as `pip install`."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return bool(shell) and word not in shell.user_ns and bool(shell.find_line_magic(word))


def _written(cell: str) -> str:
    """Return the name of the module that a cell writes, or ""."""
    magic = CELL_MAGIC.match(cell)
    words = magic[2].split() if magic and magic[1] in WRITES else []
    return words[-1].strip("'\"").rpartition("/")[2].removesuffix(".py") if words else ""


def _endless_loops(tree: ast.Module) -> Iterator[int]:
    """Yield the line of each `while True` outside functions that nothing ends."""
    nodes: list[ast.AST] = [*tree.body]
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        nodes += ast.iter_child_nodes(node)
        if not isinstance(node, ast.While) or not isinstance(node.test, ast.Constant) or not node.test.value:
            continue
        if not any(isinstance(part, ast.Break | ast.Raise) for part in ast.walk(node)):
            yield node.lineno


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _path(env: Mapping[str, Any], kit: Mapping[str, Any]) -> Path | None:
    """Return the file of the running notebook as Jupyter or VS Code names it, or else the kit's."""
    names = (env.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME"), f"{kit.get('module')}.ipynb")
    paths = [HANDOUT / name for name in names if name and str(name).endswith(".ipynb")]
    return next((path for path in paths if path.is_file()), None)


def _problems(path: Path, kit: Mapping[str, Any], env: Mapping[str, Any]) -> Iterator[str]:
    try:
        cells = _graded(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError):
        yield _("The saved file {name} is no notebook that can be read: save it again.", name=path.name)
        return
    if sum(map(len, cells)) > SIZE_LIMIT:
        size = SIZE_LIMIT // 1_000_000
        yield _(
            "The code in {name} is over {size} MB, more than the grader reads.", name=path.name, size=size
        )
    yield from find_problems(cells, kit, env)


def _graded(notebook: Mapping[str, Any]) -> list[str]:
    """Return the text of each code cell, empty for one that is not graded: the grader counts all of them."""
    return [
        "" if SKIP_TAG in cell.get("metadata", {}).get("tags", ()) else "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def _colab(kit: Mapping[str, Any], due: str) -> Saved:
    """Download the notebook as it is in Colab, which keeps it elsewhere."""
    path = HANDOUT / f"{kit['module']}.ipynb"
    try:
        message = importlib.import_module(f"{COLAB}._message")
        notebook = message.blocking_request("get_ipynb", timeout_sec=60)["ipynb"]
        path.write_text(json.dumps(notebook), encoding="utf-8")
        importlib.import_module(f"{COLAB}.files").download(str(path))
    except Exception:  # Colab's own interface may change: the menu does the same
        return Saved(
            [],
            [
                _(
                    "Download this notebook (File, Download, .ipynb) and hand it in{due}. {look_closer}",
                    due=due,
                    look_closer=_(LOOK_CLOSER),
                )
            ],
        )
    problems = list(find_problems(_graded(notebook), kit, {}))
    return Saved(
        problems,
        [
            _(
                "{name} is downloaded: hand it in{due}. {look_closer}",
                name=path.name,
                due=due,
                look_closer=_(LOOK_CLOSER),
            )
        ],
    )
