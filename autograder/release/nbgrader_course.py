"""Build the nbgrader course folder: source with answers, kit archive, configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import CheckCellMetadata, ComputeChecksums, SaveCells
from traitlets.config import Config

from ..handout.build import build, read_lesson
from ..handout.stub import BEGIN
from ..handout.student_notebook import Cell, Style, node, notebook_cells, to_json
from ..integrations.nbgrader import KITS, configure
from ..kit import Kit, KitError
from ..source_code import Definition, parse
from .bundles import with_manifest

SCHEMA = 3
CONFIG = '''\
"""nbgrader's configuration for this course: the examiner grades, in place of nbgrader's kernel."""

from pathlib import Path

from autograder.integrations.nbgrader import configure

c = get_config()  # noqa: F821
configure(c, Path(__file__).resolve().parent)
'''


def nbgrader_course(root: Path, kit: Kit) -> dict[str, bytes]:
    """Return the course's files by path; raises KitError if the kit's notebook cannot be built.

    Only what is below `source` reaches students, through nbgrader's release.
    """
    source = f"source/{kit.slug}"
    handout = build(root, kit)
    handout[f"{kit.module}.ipynb"] = source_notebook(root, kit)
    files = {f"{source}/{name}": content for name, content in handout.items()}
    files |= {"nbgrader_config.py": CONFIG.encode(), f"{KITS}/{kit.slug}.kit": kit.zip()}
    return with_manifest(kit, files)


def source_notebook(root: Path, kit: Kit) -> bytes:
    """Return the notebook with answers from which `nbgrader generate_assignment` builds the release.

    Each task has a solution cell, and a grade cell with the points of all its checks.
    """
    path = root / "solutions" / kit.slug / f"{kit.module}.py"
    style = Style(
        "from support.notebook_checks import must_pass, skip_unwritten_cells\n\nskip_unwritten_cells()",
        f'must_pass(globals(), "{kit.module}", "{{task}}")',
    )
    cells = notebook_cells(kit, path.read_text(encoding="utf-8"), read_lesson(root, kit.slug), style)
    for cell in cells:
        _refuse_answers_between_tasks(cell, path.name)
    nodes = [node(cell.kind, cell.id, cell.source, _metadata(kit, cell)) for cell in cells]
    checked: Any = nbformat.reads(to_json(nodes).decode(), as_version=4)
    for preprocessor in (ComputeChecksums(), CheckCellMetadata()):
        checked, _ = preprocessor.preprocess(checked, {})
    return to_json(checked.cells)


def release_version(kit: Kit, course: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what students get of a course by path, built by nbgrader's own code."""
    source = f"source/{kit.slug}/"
    files = {n.removeprefix(source): content for n, content in course.items() if n.startswith(source)}
    name = f"{kit.module}.ipynb"
    notebook: Any = nbformat.reads(files[name].decode(), as_version=4)
    config: Any = Config()
    configure(config, Path())
    for preprocessor in GenerateAssignment.class_traits()["preprocessors"].default():
        if preprocessor is not SaveCells:  # it writes into a gradebook
            notebook, _ = preprocessor(config=config).preprocess(notebook, {})
    return {**files, name: nbformat.writes(notebook).encode()}


def _metadata(kit: Kit, cell: Cell) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell; the grade id of a task is its name."""
    if cell.kind not in ("answer", "check"):
        return {}
    is_check = cell.kind == "check"
    more = {"points": kit.points(cell.task)} if is_check else {}
    return {
        "nbgrader": {
            "grade": is_check,
            "grade_id": cell.task if is_check else f"{cell.task}-answer",
            "locked": is_check,
            "schema_version": SCHEMA,
            "solution": not is_check,
            "task": False,
            **more,
        }
    }


def _refuse_answers_between_tasks(cell: Cell, filename: str) -> None:
    """Raise KitError for an answer outside its task, whose stub would stop the notebook."""
    lines_of_task = range(0)
    if cell.kind == "answer":
        for part in parse(cell.source, "<cell>").body:
            if isinstance(part, Definition) and part.name == cell.task:
                # The end marker stands below the last statement.
                lines_of_task = range(part.lineno, len(cell.source.split("\n")) + 1)
    for number, line in enumerate(cell.source.split("\n"), 1):
        if BEGIN in line and (number not in lines_of_task or not line.startswith((" ", "\t"))):
            raise KitError(
                f"{filename}: expected every marked answer inside a task's function, found {line.strip()!r} "
                "elsewhere, where nbgrader cannot take it out. What to do: move it into the function."
            )
