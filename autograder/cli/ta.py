"""What a TA types: grade a class, show one report."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from .common import USED_WRONGLY, Isolations, cores, fail

app = typer.Typer()


@app.command()
def grade(
    kit: Annotated[str, typer.Argument(metavar="KIT", help="The kit's name, or the path of its folder.")],
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="The class: submissions in one folder, or one.", exists=True),
    ],
    out: Annotated[Path, typer.Option(metavar="GRADES", help="Where the grades go.")],
    jobs: Annotated[
        int, typer.Option(min=1, help="Submissions examined at once.", show_default="cores")
    ] = cores(),
    isolation: Isolations = "bubblewrap",
    force: Annotated[bool, typer.Option("--force", help="Grade everything again.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Grade this student again, and leave the others.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="CSV with the columns student,id: adds ids and who is missing.")
    ] = None,
    overrides: Annotated[
        Path | None,
        typer.Option(help="TOML with points decided by a person: student, check, points, reason."),
    ] = None,
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kit.")] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Examine on a Dask cluster: tcp://…, or `dask` for its own settings."
        ),
    ] = None,
    gradebook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Write the scores into nbgrader's gradebook: a file, or a URL."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD", help="Show which of these earlier grades change.", exists=True, file_okay=False
        ),
    ] = None,
) -> None:
    """Grade a class. Safe to stop and to start again: what is on disk and still right is kept.

    Exit status 1: the grader itself failed on somebody, or nothing could be graded.
    """
    from .grade import GradeCommand, run_grade

    order = GradeCommand(
        *(kit, folder, out, jobs, isolation, force, only or [], roster, overrides, root, scheduler),
        *(gradebook, compare),
    )
    if status := run_grade(order, go_on=shlex.join(["kit", *sys.argv[1:]])):
        raise typer.Exit(status)


@app.command()
def show(
    grades: Annotated[
        Path, typer.Argument(metavar="GRADES", help="What `kit grade` wrote.", exists=True, file_okay=False)
    ],
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="The student's name in grades.csv.")],
) -> None:
    """Show one report in the terminal."""
    from .show import UnknownReportError, find_report, print_report

    try:
        print_report(find_report(grades, student))
    except UnknownReportError as error:
        fail(str(error), USED_WRONGLY)


@app.command()
def report(
    grades: Annotated[
        Path, typer.Argument(metavar="GRADES", help="What `kit grade` wrote.", exists=True, file_okay=False)
    ],
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kit.")] = None,
) -> None:
    """Write pages to look at: feedback for each student, the class at a glance, tables for uploading."""
    from .grade import run_report

    run_report(grades, root)
