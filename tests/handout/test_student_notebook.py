"""The notebook holds the same stubs as the module, tells the story around them, and runs."""

from __future__ import annotations

import ast
import copy
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.handout.build import build
from autograder.handout.student_notebook import cut_stubs
from autograder.handout.sync import write_files
from autograder.kit import Kit, slugs
from autograder.submissions.notebooks.notebook import read_cells

REPOSITORY = Path(__file__).parents[2]
KITS = [("sums", REPOSITORY / "tests" / "toy"), *((slug, REPOSITORY) for slug in slugs(REPOSITORY))]
# A cell whose last line is a drawing of the given code's.
PICTURE = re.compile(r"^lesson\.(show_\w+|scatter)\(.*\Z", re.MULTILINE)
every_kit = pytest.mark.parametrize(("slug", "root"), KITS, ids=[slug for slug, _ in KITS])


def made(root: Path, slug: str) -> tuple[Kit, dict[str, bytes], Any]:
    """A kit, its handout and its notebook."""
    kit = Kit.load(root, slug)
    handout = build(root, kit)
    return kit, handout, nbformat.reads(handout[f"{kit.module}.ipynb"].decode(), as_version=4)


@every_kit
def test_what_is_graded_in_it_is_the_module(slug: str, root: Path) -> None:
    """The cells that are not tagged hold, together, the code of the stub."""
    kit, handout, _ = made(root, slug)
    module = ast.parse(handout[f"{kit.module}.py"])
    cells = ast.parse("\n".join(read_cells(handout[f"{kit.module}.ipynb"], "it")))
    assert ast.dump(cells) == ast.dump(ast.Module(module.body[1:], module.type_ignores))


@every_kit
def test_it_is_valid_and_has_no_outputs(slug: str, root: Path) -> None:
    _, _, notebook = made(root, slug)
    nbformat.validate(notebook, relax_add_props=False)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@every_kit
def test_every_task_has_its_section_with_a_check(slug: str, root: Path) -> None:
    """A heading, the stub, and a cell that checks it, which is tagged."""
    kit, _, notebook = made(root, slug)
    seen = [cell.id for cell in notebook.cells if cell.id.startswith(("answer-", "check-"))]
    assert seen == [f"{part}-{task}" for task in kit.tasks for part in ("answer", "check")]
    for cell in notebook.cells:
        if "grader" in cell.source and cell.cell_type == "code":
            assert cell.metadata.tags == ["explore"], cell.id


def test_what_stands_between_two_tasks_goes_with_the_second() -> None:
    source = (
        '"""About."""\n\nimport math\n\n@keep\ndef a():\n    1\n    # end\n\nTWO = 2\n\ndef b():\n    2\n'
    )
    assert cut_stubs(source, ["a", "b"]) == (
        "import math",
        {"a": "@keep\ndef a():\n    1\n    # end", "b": "TWO = 2\n\ndef b():\n    2"},
    )


def executed(root: Path, slug: str, folder: Path) -> tuple[list[Any], list[Any]]:
    """All cells after they have run in a real kernel: as they are handed out, then with the kit's answers.

    One kernel runs both, as a student's does.
    """
    kit, handout, notebook = made(root, slug)
    write_files(handout, folder)
    answers = (root / "solutions" / slug / f"{kit.module}.py").read_text(encoding="utf-8")
    _, chunks = cut_stubs(answers, kit.tasks)
    unsolved, solved = notebook.cells, copy.deepcopy(notebook.cells)
    for cell in solved:
        if cell.id.startswith("answer-"):
            cell.source = chunks[cell.id.removeprefix("answer-")]
    notebook.cells = [*unsolved, *solved]
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute(env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
    return unsolved, solved


def said(cell: Any) -> str:
    """What a cell shows as text."""
    shown = (output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    return "".join(shown)


@every_kit
def test_unsolved_it_runs_to_its_end_and_solved_it_passes(slug: str, root: Path, tmp_path: Path) -> None:
    """A cell that calls a task which is not written says so, and no cell fails or writes to stderr.

    Solved, every check passes, and its pictures show themselves.
    """
    kit = Kit.load(root, slug)
    unsolved, solved = executed(root, slug, tmp_path)
    for cell in unsolved:
        for output in cell.get("outputs", []):
            assert output.output_type != "error", output
            assert output.get("name") != "stderr", output
        if cell.id.startswith("check-"):
            assert said(cell).startswith(f"– {cell.id.removeprefix('check-')}: not attempted yet")
    assert any("which is not written yet." in said(cell) for cell in unsolved if cell.cell_type == "code")
    shown = {cell.id: said(cell) for cell in solved if cell.cell_type == "code"}
    for task in kit.tasks:
        assert shown[f"check-{task}"].startswith(f"✓ {task}: ")
    assert f"hand in {kit.module}.ipynb" in shown["hand-in"]
    drawn = [cell for cell in solved if cell.cell_type == "code" and PICTURE.search(cell.source)]
    assert drawn or slug == "sums"
    for cell in drawn:
        assert any("image/svg+xml" in output.get("data", {}) for output in cell.outputs), cell.source
