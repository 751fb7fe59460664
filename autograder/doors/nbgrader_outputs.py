"""A report as the outputs of a notebook's cells, from which nbgrader, the formgrader and the feedback read.

Students read them, so a hidden check says whether it passed and what to think about, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nbformat
from nbgrader.utils import is_grade

from ..records import CheckResult, Report, TaskScore
from .wording import OUTCOMES, about, made_with, told

FAULT = "The grader failed, which is not the student's fault. A person must look."
ABOUT = "examiner"


def fill(notebook: Any, report: Report) -> None:
    """Put the outcome of each task into its grade cell and the rest on top; no other output stays."""
    for cell in notebook.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if is_grade(cell) and task in report.tasks:
            checks = [check for check in report.checks if check.task == task]
            cell.outputs = outputs(report.tasks[task], checks)
    notebook.cells.insert(0, _on_top(notebook, report))


def outputs(score: TaskScore, checks: Sequence[CheckResult]) -> list[Any]:
    """What nbgrader takes for this score, and what the checks say.

    Points are a result and no points an error. So is a score that the grader owes: no other preprocessor of
    nbgrader's may take it for full points.
    """
    text = "\n\n".join(_said(check) for check in checks)
    if score.score is None:
        return [_error("NotGraded", FAULT, text)]
    if score.score <= 0:
        return [_error("NoPoints", f"0 of {score.max_score:g} points", text)]
    points = repr(float(min(score.score, score.max_score)))
    return [
        nbformat.v4.new_output("execute_result", {"text/plain": points}, execution_count=None),
        _stream(text),
    ]


def _said(check: CheckResult) -> str:
    if not check.hidden:
        return told(check, staff=False)
    if check.outcome == "passed":
        return f"{OUTCOMES[check.outcome]}: a check that you do not have."
    return f"{OUTCOMES[check.outcome]}: a check that you do not have.\n{check.student_message}"


def _on_top(notebook: Any, report: Report) -> Any:
    """A cell that says what became of the submission."""
    fault = report.status == "grader_error"
    # The report's own message names the checks that failed, hidden ones too.
    text = f"{FAULT}\n{made_with(report)}" if fault else about(report)
    cell = nbformat.v4.new_code_cell("", id=ABOUT, outputs=[_stream(text)])
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        del cell["id"]
    return cell


def _stream(text: str) -> Any:
    return nbformat.v4.new_output("stream", name="stdout", text=f"{text}\n")


def _error(name: str, value: str, text: str) -> Any:
    lines = [f"{name}: {value}", "", *text.split("\n")]
    return nbformat.v4.new_output("error", ename=name, evalue=value, traceback=lines)
