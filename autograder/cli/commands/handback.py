"""Run `kit handback`: write the files for a platform, or show and send what a Canvas assignment lacks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import typer

from ...files import write_atomic
from ...grading.storage import GradesFolder, NoGradesError, StorageError, write_if_changed
from ...handback.canvas import CanvasAssignment, CanvasError, Plan, plan_changes, request_lines
from ...handback.class_results import ClassResults, Handback, read_results
from ...handback.gradebooks import brightspace_files, canvas_files, gradescope_files, page_files
from ...handback.moodle import moodle_files
from ...handback.tables import PlatformTable, TableError
from ...text import clean_line
from ..common import DID_NOT_HOLD, USED_WRONGLY, fail

TOKEN = "CANVAS_TOKEN"  # noqa: S105  # the name of a variable
FOLDER = "handback"


class Target(StrEnum):
    """Where results go."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    BRIGHTSPACE = "brightspace"
    FOLDER = "folder"


@dataclass(frozen=True)
class HandbackCommand:
    """The arguments of `kit handback`, as typed. With a `course`, Canvas' API is used."""

    grades: Path
    to: Target
    out: Path | None = None
    title: str = ""
    table: Path | None = None
    missing_as_zero: bool | None = None
    url: str = ""
    course: int | None = None
    assignment: int | None = None
    send: bool = False


def run_handback(command: HandbackCommand) -> int:
    """Hand results back, say who is left out, and return the exit status."""
    folder = GradesFolder(command.grades)
    try:
        with folder.locked():
            results = read_results(command.grades, command.title, missing_as_zero=command.missing_as_zero)
            if command.course is not None:
                return _use_canvas(command, results)
            handback = _files(command, results)
            _write(handback, command.out or command.grades / FOLDER / command.to)
    except (NoGradesError, TableError) as error:
        fail(str(error), USED_WRONGLY)
    except (StorageError, CanvasError, OSError) as error:
        fail(str(error), DID_NOT_HOLD)
    return 0


def _files(command: HandbackCommand, results: ClassResults) -> Handback:
    table = PlatformTable.read(command.table) if command.table else None
    match command.to:
        case Target.CANVAS:
            return canvas_files(results, str(command.assignment or ""), table)
        case Target.MOODLE:
            return moodle_files(results, table)
        case Target.BRIGHTSPACE:
            return brightspace_files(results, table)
        case Target.GRADESCOPE:
            return gradescope_files(results)
        case Target.FOLDER:
            return page_files(results)


def _write(handback: Handback, out: Path) -> None:
    """Write the files, and print what they are, what to do with them and who is left out."""
    for name, content in handback.files.items():
        if isinstance(content, str):
            write_if_changed(out / name, content)
        else:
            write_atomic(out / name, content)
    tables = [name for name in handback.files if not name.endswith(".html")]
    pages = len(handback.files) - len(tables)
    typer.echo(f"Wrote {', '.join(tables)}{f' and {pages} pages' if pages else ''} to {out}.")
    for note in handback.notes:
        typer.echo(note)
    _print_left_out(handback.left_out)


def _print_left_out(left_out: Sequence[str]) -> None:
    if left_out:
        typer.echo(f"Left out: {len(left_out)}")
        for sentence in left_out:
            typer.echo(f"  {sentence}")


def _use_canvas(command: HandbackCommand, results: ClassResults) -> int:
    """Print the requests that are missing in Canvas, make them with `--send`, and return the exit status."""
    if command.assignment is None or not command.url:
        fail("Expected --url, --course and --assignment, as in the address of the assignment.", USED_WRONGLY)
    if not (token := os.environ.get(TOKEN)):
        fail(f"Expected an access token of Canvas in the variable {TOKEN}, found none.", USED_WRONGLY)
    assert command.course is not None
    canvas = CanvasAssignment(command.url, token, command.course, command.assignment)
    canvas.check_points(results.max_score)
    plan = plan_changes(results, canvas.submissions())
    typer.echo(
        f"Canvas assignment {clean_line(canvas.title)!r}, {command.assignment} of course {command.course}:"
    )
    sent = 0
    for change in plan.changes:
        for line in request_lines(change, command.course, command.assignment):
            typer.echo(f"{change.student}: {line}")
        if command.send:
            try:
                canvas.send(change)
            except CanvasError as error:
                done = f"Sent {sent} of {len(plan.changes)} changes"
                fail(f"{done}: {error} The same command sends the rest.", DID_NOT_HOLD)
            sent += 1
    _print_left_out(plan.left_out)
    typer.echo(_summary(plan, command.send))
    return 0


def _summary(plan: Plan, is_sent: bool) -> str:
    students = len({change.user for change in plan.changes})
    what = f"{len(plan.changes)} changes for {students} students; {plan.up_to_date} students are up to date."
    if is_sent:
        return f"Sent {what}"
    return f"Would send {what} Nothing was sent. Add --send to send it."
