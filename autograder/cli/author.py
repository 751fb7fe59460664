"""Define the commands for instructors: make, prove, calibrate and release kits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer

from ..kit import KitError, slugs
from .common import (
    AUTHOR_ERRORS,
    CORES,
    DID_NOT_HOLD,
    INSTRUCTORS,
    USED_WRONGLY,
    Isolations,
    Root,
    fail,
    find_repository,
    untranslated,
    warn,
)

# The action of `kit sync` for each kind of difference.
DONE = {"missing": "wrote", "changed": "wrote", "stray": "removed"}

T = TypeVar("T")
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="A day, as 2026-12-07.")
]
Jobs = Annotated[int, typer.Option(min=1, help="How many answers to examine at once.", show_default="cores")]

app = typer.Typer()


@app.command(rich_help_panel=INSTRUCTORS)
def new(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The folder's name, such as week11_attention.")],
    title: Annotated[str | None, typer.Option(help="The kit's title.")] = None,
    task: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A function or class to fill in; may be given several times."),
    ] = None,
    release: Day = None,
    due: Day = None,
    module: Annotated[
        str | None, typer.Option(help="The student's file without .py.", show_default="the slug's end")
    ] = None,
    kind: Annotated[
        Literal["numpy", "keras", "layer"],
        typer.Option(help="What tasks are: functions on arrays, functions that build networks, or layers."),
    ] = "numpy",
    root: Root = None,
) -> None:
    """Write the skeleton of a new kit, which can be proven as it is.

    Asks for options that are not given.
    """
    from ..handout.new_kit import (  # it imports nbgrader, which takes seconds
        Kind,
        Plan,
        PlanError,
        module_of,
        write_kit,
    )

    root = find_repository(root)
    try:
        plan = Plan(
            slug=slug,
            title=_given(title, "--title", lambda: typer.prompt("Title")),
            module=module or module_of(slug),
            tasks=tuple(_given(task, "--task", _ask_tasks)),
            release=_given(release, "--release", lambda: _ask_day("Release")).date(),
            due=_given(due, "--due", lambda: _ask_day("Due")).date(),
            kind=Kind(kind),
        )
        written = write_kit(root, plan)
    except (KitError, PlanError) as error:
        fail(str(error), USED_WRONGLY)
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(_next_steps(plan.slug))


@app.command(rich_help_panel=INSTRUCTORS)
def sync(
    check: Annotated[
        bool, typer.Option("--check", help="Only compare: exit status 1 if files differ.")
    ] = False,
    root: Root = None,
) -> None:
    """Write the handouts in assignments/ from solutions/ and autograder/kits/.

    Exit status 1: a kit cannot be read; the others are written all the same.
    """
    from ..handout import sync as sync_handout  # it imports nbgrader, which takes seconds

    root = find_repository(root)
    act = sync_handout.compare if check else sync_handout.write
    differences, problems = [], []
    for slug in slugs(root):
        try:
            differences += act(root, slug)
        except AUTHOR_ERRORS as error:
            problems.append(str(error))
    for difference in differences:
        typer.echo(f"{difference.kind if check else DONE[difference.kind]} {difference.path}")
    for note in untranslated(root):
        typer.echo(note)
    for problem in problems:
        warn(problem)
    if check and differences:
        fail(
            "Expected the handouts that the sources give, found the differences above. Run `kit sync`.",
            DID_NOT_HOLD,
        )
    if problems:
        raise typer.Exit(DID_NOT_HOLD)
    if not differences:
        typer.echo("All handouts are up to date.")


@app.command(rich_help_panel=INSTRUCTORS)
def messages(root: Root = None) -> None:
    """Update the catalogues of translated messages from the sources, and compile them.

    Exit status 1: a translation is missing.
    """
    from ..handout.message_catalogues import missing, update_all  # Babel belongs to the staff's dependencies

    root = find_repository(root)
    lacking = 0
    for path, catalogue in update_all(root):
        lacking += (count := len(missing(catalogue)))
        typer.echo(f"{path}: {len(catalogue)} messages, {count} without a translation.")
    if lacking:
        raise typer.Exit(DID_NOT_HOLD)


@app.command(rich_help_panel=INSTRUCTORS)
def prove(
    kit: Annotated[
        str | None, typer.Argument(metavar="KIT", help="The kit's name; without it, all kits.")
    ] = None,
    jobs: Jobs = CORES,
    isolation: Isolations = "bubblewrap",
    page: Annotated[
        Path | None, typer.Option(metavar="HTML", help="Also write the matrix of results as a page.")
    ] = None,
    task: Annotated[str | None, typer.Option(metavar="NAME", help="Prove only this task.")] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Examine everything again, even if nothing has changed.")
    ] = False,
    no_batch: Annotated[
        bool, typer.Option("--no-batch", help="Examine each answer alone: slower, and more thorough.")
    ] = False,
    each: Annotated[bool, typer.Option("--each", hidden=True)] = False,
    write_kit: Annotated[bool, typer.Option("--write", hidden=True)] = False,
    root: Root = None,
) -> None:
    """Test the checks of a kit on known right and wrong answers.

    Runs all checks on the solution, the stub, every alternative, every known mistake and many mutants.
    Reuses results of an earlier proof where neither the answer nor its checks have changed. Writes
    expected.json (the solution's networks) and replies.json (the replies of known mistakes).

    Exit status 1: a check missed a mistake, a right answer lost points, or a hint or the handout gives
    something away.
    """
    from .commands.prove import ProveCommand, run_prove

    if each:
        warn("--each is now called --no-batch.")
    if write_kit:
        warn("--write is no longer needed: every proof writes expected.json and replies.json.")
    no_batch = no_batch or each
    command = ProveCommand(kit, root, jobs, isolation, page, task, no_batch=no_batch, no_cache=no_cache)
    if status := run_prove(command):
        raise typer.Exit(status)


@app.command(rich_help_panel=INSTRUCTORS)
def calibrate(
    kit: Annotated[str, typer.Argument(metavar="KIT", help="The kit's name, or the path of its folder.")],
    seeds: Annotated[
        int, typer.Option(min=1, help="How many initial weights to try for each distinct network.")
    ] = 1_000,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where to write table and plot.", show_default="the kit"),
    ] = None,
    root: Root = None,
) -> None:
    """Find safe accuracy thresholds for a kit.

    Trains the known answers from many initial weights.

    Exit status 1: a right answer fails too often, or too few seeds were tried to know.
    """
    from .commands.calibrate import run_calibrate

    if status := run_calibrate(kit, root, seeds, out):
        raise typer.Exit(status)


@app.command(rich_help_panel=INSTRUCTORS)
def release(
    out: Annotated[Path, typer.Option(metavar="DIST", help="The folder to write into.")],
    kit: Annotated[
        str | None,
        typer.Argument(
            metavar="KIT", help="The kit's name; without it, all kits whose release date has come."
        ),
    ] = None,
    jobs: Jobs = CORES,
    isolation: Isolations = "bubblewrap",
    root: Root = None,
) -> None:
    """Build the files to publish, for students, Otter, nbgrader and Gradescope.

    Proves a kit first that has changed since it was proven.

    Exit status 1: a kit is not proven, or something secret would go to students.
    """
    from .commands.release import run_release

    if status := run_release(kit, out, root, jobs, isolation):
        raise typer.Exit(status)


@app.command(name="list", rich_help_panel=INSTRUCTORS)
def list_kits(root: Root = None) -> None:
    """List all kits with state, points, dates and version.

    A kit is a draft until `kit prove` succeeded on this machine for its present files, then proven, and
    released from its release date on. A kit that cannot be read is listed as broken.
    """
    from .commands.release import run_list

    run_list(root)


def _given(value: T | None, option: str, ask: Callable[[], T]) -> T:
    """Return the option's value, or ask for it; exit if there is no terminal."""
    if value:
        return value
    if not sys.stdin.isatty():
        fail(f"Expected {option}, found none, and no terminal to ask on.", USED_WRONGLY)
    return ask()


def _ask_tasks() -> list[str]:
    names: str = typer.prompt("Tasks, in teaching order, with spaces between")
    return names.replace(",", " ").split()


def _ask_day(what: str) -> datetime:
    while True:
        try:
            return datetime.combine(
                date.fromisoformat(typer.prompt(f"{what} (YYYY-MM-DD)")), datetime.min.time()
            )
        except ValueError as error:
            typer.echo(f"Expected a day such as 2026-12-07: {error}.", err=True)


def _next_steps(slug: str) -> str:
    return f"""
`kit prove` accepts the new kit as it is. Next:
  grep -rn "FILL IN" solutions/{slug} autograder/kits/{slug}
  kit prove {slug}
  kit sync
  kit release {slug} --out dist"""
