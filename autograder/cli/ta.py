"""Define the commands for teaching assistants: grade a class, show one report, write pages."""

from __future__ import annotations

import shlex
import sys
from getpass import getuser
from pathlib import Path
from typing import Annotated, Literal

import typer

from .common import ASSISTANTS, CORES, USED_WRONGLY, Isolations, Root, fail

app = typer.Typer()

Grades = Annotated[
    Path,
    typer.Argument(metavar="GRADES", help="The folder that `kit grade` wrote.", exists=True, file_okay=False),
]
MissingAsZero = Annotated[
    bool | None,
    typer.Option(
        "--missing-as-zero/--missing-left-out",
        help="Give 0 points in the upload files to students on the roster without a submission, or "
        "leave them out.",
        show_default="as in the last run, initially left out",
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
        typer.Option(
            metavar="CSV", help="The list of students. Adds ids, and students without a submission."
        ),
    ] = None,
    overrides: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML",
            help="Decisions by hand: points, comments, penalties, answers to requests.",
            show_default="GRADES/overrides.toml",
        ),
    ] = None,
    missing_as_zero: MissingAsZero = None,
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
    term: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="GRADES",
            help="Grades of an earlier week, whose free late days are used; may be given several times.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    no_result_cache: Annotated[
        bool,
        typer.Option(
            "--no-result-cache", help="Run all checks, even if an earlier submission gave equal replies."
        ),
    ] = False,
) -> None:
    """Grade a class.

    You can stop the command and start it again at any time. Current reports are kept.

    Exit status 1: the grader failed on a submission, or could not start.
    """
    from .commands.grade import GradeCommand, run_grade

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
        term=tuple(term or ()),
    )
    if status := run_grade(command, go_on=shlex.join(["kit", *sys.argv[1:]])):
        raise typer.Exit(status)


@app.command(rich_help_panel=ASSISTANTS)
def show(
    grades: Grades,
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="The student's name in grades.csv.")],
) -> None:
    """Show the report of one student."""
    from .commands.show import UnknownReportError, find_report, print_report

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
    """Grade a submission again and compare the result with its report.

    Exit status 1: a check has another outcome, or a training other weights.
    """
    from .commands.grade import run_regrade

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
    from .commands.review import run_review

    run_review(grades, overrides, root, who or getuser(), port, browser=not no_browser)


@app.command(rich_help_panel=ASSISTANTS)
def mistakes(grades: Grades, root: Root = None) -> None:
    """Print wrong answers that match no known mistake, as entries for `mistakes.py`."""
    from ..grading.storage import NoGradesError
    from ..reports.student_code import mistake_entries
    from .commands.report import find_pages_root

    try:
        typer.echo(mistake_entries(grades, find_pages_root(root, grades)))
    except NoGradesError as error:
        fail(str(error), USED_WRONGLY)


@app.command(rich_help_panel=ASSISTANTS)
def term(
    grades: Annotated[
        list[Path],
        typer.Argument(
            metavar="GRADES...",
            help="The folders that `kit grade` wrote, in the order of the weeks.",
            exists=True,
            file_okay=False,
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder to write into.")] = Path("term"),
    root: Root = None,
) -> None:
    """Compare several weeks: dropped scores, repeated mistakes, used late days.

    Writes a page, term.html, and a table, term.csv.
    """
    from .commands.report import run_term

    run_term(grades, out, root)


@app.command(rich_help_panel=ASSISTANTS)
def report(
    grades: Grades,
    missing_as_zero: MissingAsZero = None,
    language: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="The language of the pages, such as zh.",
            show_default="that of the last run, at first en",
        ),
    ] = None,
    root: Root = None,
) -> None:
    """Write feedback pages, the class page and upload files from grades."""
    from .commands.report import run_report

    run_report(grades, root, missing_as_zero=missing_as_zero, language=language)


@app.command(rich_help_panel=ASSISTANTS)
def handback(
    grades: Grades,
    to: Annotated[
        Literal["canvas", "moodle", "gradescope", "brightspace", "folder"],
        typer.Option(help="The platform, or a folder with a page per student."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where to write files.", show_default="GRADES/handback/PLATFORM"),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="The platform's own table, for its ids and titles: Canvas' gradebook export, Moodle's "
            "grading worksheet, Brightspace's export of grades.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    title: Annotated[
        str, typer.Option(help="The title of the grade item there.", show_default="the kit's title")
    ] = "",
    missing_as_zero: MissingAsZero = None,
    url: Annotated[
        str, typer.Option(envvar="CANVAS_URL", help="Canvas' address, such as https://canvas.example.edu.")
    ] = "",
    course: Annotated[
        int | None,
        typer.Option(help="The id of Canvas' course: use Canvas' API instead of writing files."),
    ] = None,
    assignment: Annotated[int | None, typer.Option(help="The id of Canvas' assignment.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent to Canvas; the default with --course.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Send scores, comments and pages to Canvas.")] = False,
) -> None:
    """Hand grades, comments and feedback pages back.

    Writes the files that a platform imports. With --course, it compares the class with an assignment of
    Canvas; with --send it sends what Canvas lacks. It reads the access token from the variable CANVAS_TOKEN.

    Exit status 1: something could not be written or sent. Run the same command again to continue.
    """
    from .commands.handback import HandbackCommand, Target, run_handback

    if (send or dry_run) and (course is None or to != "canvas"):
        fail("--dry-run and --send are for --to canvas with --course.", USED_WRONGLY)
    if send and dry_run:
        fail("Expected --dry-run or --send, found both.", USED_WRONGLY)
    command = HandbackCommand(
        grades=grades,
        to=Target(to),
        out=out,
        title=title,
        table=table,
        missing_as_zero=missing_as_zero,
        url=url,
        course=course,
        assignment=assignment,
        send=send,
    )
    if status := run_handback(command):
        raise typer.Exit(status)


@app.command(rich_help_panel=ASSISTANTS)
def classroom(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="A student's repository.", exists=True, file_okay=False),
    ] = Path(),
    archive: Annotated[
        Path | None,
        typer.Option(
            "--kit",
            metavar="FILE",
            help="A kit archive: run all of its checks, also the hidden ones.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    isolation: Isolations = "bubblewrap",
) -> None:
    """Check a student's repository in GitHub Actions, for GitHub Classroom.

    Exit status 1: the grader itself failed. Failing checks do not change the exit status.
    """
    from .commands.classroom import run_classroom

    run_classroom(folder, archive, isolation)
