"""Define the commands for teaching assistants: grade a class, show one report, write pages."""

from __future__ import annotations

import shlex
import sys
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from ..language import ENGLISH
from .common import ASSISTANTS, CORES, USED_WRONGLY, Isolations, Root, fail

app = typer.Typer()

Grades = Annotated[
    Path,
    typer.Argument(metavar="GRADES", help="The folder that `kit grade` wrote.", exists=True, file_okay=False),
]
MissingAsZero = Annotated[
    bool,
    typer.Option(
        "--missing-as-zero",
        help="Give 0 points in the upload files to whoever is on the roster and handed in nothing; without "
        "it, they are left out.",
    ),
]


@app.command(rich_help_panel=ASSISTANTS)
def grade(
    kit: Annotated[str, typer.Argument(metavar="KIT", help="The kit's name, or the path of its folder.")],
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="The submissions: a class folder, an export of a learning platform, or a single file.",
            exists=True,
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="GRADES", help="The folder to write grades into.")],
    jobs: Annotated[
        int, typer.Option(min=1, help="How many submissions to examine at once.", show_default="cores")
    ] = CORES,
    isolation: Isolations = "bubblewrap",
    force: Annotated[bool, typer.Option("--force", help="Grade everything again.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Grade only this student again; may be given several times."),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="The list of students: adds their ids, and who is missing."),
    ] = None,
    overrides: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML",
            help="Points decided by hand: [[override]] with student, check, points, reason.",
            show_default="GRADES/overrides.toml",
        ),
    ] = None,
    missing_as_zero: MissingAsZero = False,
    class_zip: Annotated[
        bool, typer.Option("--class-zip", help="FOLDER is a zip that holds a class, not one submission.")
    ] = False,
    root: Root = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Examine on a Dask cluster: tcp://…, or `dask` for Dask's own configuration.",
        ),
    ] = None,
    gradebook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Also write the scores into nbgrader's gradebook: a file or a URL."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD",
            help="Show which grades differ from those in this folder.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    no_result_cache: Annotated[
        bool,
        typer.Option(
            "--no-result-cache", help="Run the checks of every submission, also after equal replies."
        ),
    ] = False,
) -> None:
    """Grade a class.

    It may be stopped and started again at any time: reports that are up to date are kept.

    Exit status 1: the grader itself failed on a submission, or nothing could be graded.
    """
    from .grade import GradeCommand, run_grade

    command = GradeCommand(
        kit=kit,
        folder=folder,
        out=out,
        jobs=jobs,
        isolation=isolation,
        force=force,
        only=tuple(only or ()),
        roster=roster,
        overrides=overrides,
        missing_as_zero=missing_as_zero,
        class_zip=class_zip,
        root=root,
        scheduler=scheduler,
        gradebook=gradebook,
        compare=compare,
        result_cache=not no_result_cache,
    )
    if status := run_grade(command, go_on=shlex.join(["kit", *sys.argv[1:]])):
        raise typer.Exit(status)


@app.command(rich_help_panel=ASSISTANTS)
def show(
    grades: Grades,
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="The student's name in grades.csv.")],
) -> None:
    """Show the report of one student."""
    from .show import UnknownReportError, find_report, print_report

    try:
        print_report(find_report(grades, student))
    except UnknownReportError as error:
        fail(str(error), USED_WRONGLY)


@app.command(rich_help_panel=ASSISTANTS)
def regrade(
    report: Annotated[
        Path, typer.Argument(metavar="REPORT", help="A student's report.json.", exists=True, dir_okay=False)
    ],
    submission: Annotated[
        Path, typer.Argument(metavar="SUBMISSION", help="What the student handed in.", exists=True)
    ],
    root: Root = None,
) -> None:
    """Grade a submission again under the record of its report, and say whether both agree.

    Exit status 1: a check has another outcome, or a training other weights.
    """
    from .regrade import run_regrade

    if status := run_regrade(report, submission, root):
        raise typer.Exit(status)


@app.command(rich_help_panel=ASSISTANTS)
def review(
    grades: Grades,
    overrides: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML",
            help="The file to write decisions into.",
            show_default="the one that `kit grade` read, else GRADES/overrides.toml",
            dir_okay=False,
        ),
    ] = None,
    who: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Your name in the log.", show_default="your login")
    ] = "",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of the page.", show_default="a free one")
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    root: Root = None,
) -> None:
    """Review a class in the browser: groups of answers, comments, points, regrade requests.

    The page is served to this computer alone. Every decision is an entry of the overrides file.
    """
    from .review import run_review

    run_review(grades, overrides, root, who or getuser(), port, browser=not no_browser)


@app.command(rich_help_panel=ASSISTANTS)
def mistakes(grades: Grades, root: Root = None) -> None:
    """Print wrong answers that match no known mistake, as entries for `mistakes.py`."""
    from ..reports.skeletons import skeletons
    from ..reports.write import NoGradesError
    from .grade import find_pages_root

    try:
        typer.echo(skeletons(grades, find_pages_root(root, grades)))
    except NoGradesError as error:
        fail(str(error), USED_WRONGLY)


@app.command(rich_help_panel=ASSISTANTS)
def report(
    grades: Grades,
    missing_as_zero: MissingAsZero = False,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The language of students' pages, such as zh.")
    ] = ENGLISH,
    root: Root = None,
) -> None:
    """Write feedback pages, the class page and upload files from grades."""
    from .grade import run_report

    run_report(grades, root, missing_as_zero=missing_as_zero, language=language)
