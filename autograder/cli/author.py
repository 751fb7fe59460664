"""What an instructor types: handouts that follow their sources, proofs, releases."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ..kit import KitError, slugs
from .common import DID_NOT_HOLD, USED_WRONGLY, Isolations, cores, fail, find_repository, untranslated

DAY = ["%Y-%m-%d"]
T = TypeVar("T")
Days = Annotated[datetime | None, typer.Option(formats=DAY, metavar="DATE", help="A day, as 2026-12-07.")]

new_app = typer.Typer()


@new_app.command()
def new(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The folder's name, such as week11_attention.")],
    title: Annotated[str | None, typer.Option(help="The kit's name as people read it.")] = None,
    task: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A function to fill in; once for each of them.")
    ] = None,
    release: Days = None,
    due: Days = None,
    module: Annotated[
        str | None, typer.Option(help="The student's file without .py.", show_default="the slug's end")
    ] = None,
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kits.")] = None,
) -> None:
    """Write next week's kit, as a skeleton that already proves itself; asks for what is missing."""
    from ..handout.new_kit import (  # it imports nbgrader, which takes seconds
        Plan,
        PlanError,
        module_of,
        write_kit,
    )

    try:
        root = find_repository(root)
        plan = Plan(
            slug=slug,
            title=_given(title, "--title", lambda: typer.prompt("Title")),
            module=module or module_of(slug),
            tasks=tuple(_given(task, "--task", _ask_tasks)),
            release=_given(release, "--release", lambda: _ask_day("Release")).date(),
            due=_given(due, "--due", lambda: _ask_day("Due")).date(),
        )
        written = write_kit(root, plan)
    except (KitError, PlanError) as error:
        fail(str(error), USED_WRONGLY)
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(_next(plan.slug))


def _given(value: T | None, option: str, ask: Callable[[], T]) -> T:
    """What was named, or else what a person answers; without a terminal there is nobody to ask."""
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


def _next(slug: str) -> str:
    return f"""
It runs and proves itself as it is. What to do:
  grep -rn "FILL IN" solutions/{slug} autograder/kits/{slug}
  kit prove {slug}
  kit sync
  kit release {slug} --out dist"""


DONE = {"missing": "wrote", "changed": "wrote", "stray": "removed"}

app = typer.Typer()


@app.command()
def sync(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit status 1 where files differ.")
    ] = False,
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kits.")] = None,
) -> None:
    """Write assignments/ from solutions/ and autograder/kits/."""
    from ..handout import sync as sync_handout  # it imports nbgrader, which takes seconds

    try:
        root = find_repository(root)
    except KitError as error:
        fail(str(error), USED_WRONGLY)
    act = sync_handout.compare if check else sync_handout.write
    try:
        differences = [difference for slug in slugs(root) for difference in act(root, slug)]
        notes = untranslated(root)
    except KitError as error:
        fail(str(error), DID_NOT_HOLD)
    for difference in differences:
        typer.echo(f"{difference.kind if check else DONE[difference.kind]} {difference.path}")
    for note in notes:
        typer.echo(note)
    if not differences:
        typer.echo("Every handout is what its sources say.")
    elif check:
        fail("Expected what the sources say, found these files to differ. Run `make sync`.", DID_NOT_HOLD)


@app.command()
def prove(
    kit: Annotated[
        str | None, typer.Argument(metavar="[KIT]", help="The kit's name; all kits without.")
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, help="Answers examined at once.", show_default="cores")
    ] = cores(),
    isolation: Isolations = "bubblewrap",
    page: Annotated[
        Path | None, typer.Option(metavar="HTML", help="Write the matrix as a page, too.")
    ] = None,
    write_kit: Annotated[
        bool, typer.Option("--write", help="Write expected.json anew, from the solution.")
    ] = False,
    each: Annotated[
        bool, typer.Option("--each", help="Examine each answer alone: slower, and more thorough.")
    ] = False,
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kits.")] = None,
) -> None:
    """Put every known answer to every check: solution, stub, alternatives, mistakes, mutants.

    Exit status 1: a check missed a mistake, a right answer lost points, or a hint gives something away.
    """
    from .prove import run_prove

    if status := run_prove(kit, root, jobs, isolation, page, write_kit, each):
        raise typer.Exit(status)


@app.command()
def calibrate(
    kit: Annotated[str, typer.Argument(metavar="KIT", help="The kit's name, or the path of its folder.")],
    seeds: Annotated[int, typer.Option(min=1, help="Initial weights for each distinct network.")] = 1_000,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where table and plot go.", show_default="the kit")
    ] = None,
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kit.")] = None,
) -> None:
    """Train the known answers from many initial weights: where can the accuracy thresholds be?

    Exit status 1: a right answer fails too often, or too few seeds were tried to know.
    """
    from .calibrate import run_calibrate

    if status := run_calibrate(kit, root, seeds, out):
        raise typer.Exit(status)


@app.command()
def release(
    out: Annotated[Path, typer.Option(metavar="DIST", help="Where the kit's folder goes.")],
    kit: Annotated[
        str | None,
        typer.Argument(metavar="[KIT]", help="The kit's name; without, all whose release date has come."),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, help="Answers examined at once.", show_default="cores")
    ] = cores(),
    isolation: Isolations = "bubblewrap",
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kits.")] = None,
) -> None:
    """Build the student's zip, Otter's, nbgrader's and Gradescope's from a kit that is proven.

    A kit that was not proven as it is now is proven first. Exit status 1: it is not, or something secret
    would go to students.
    """
    from .release import run_release

    if status := run_release(kit, out, root, jobs, isolation):
        raise typer.Exit(status)


@app.command(name="list")
def list_kits(
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kits.")] = None,
) -> None:
    """Show the calendar: every kit with its state, points, dates and version.

    A kit is a draft until `kit prove` held on this machine for all that is in it, then proven, and released
    from its release date on.
    """
    from .release import run_list

    run_list(root)
