"""What an instructor types: handouts that follow their sources, proofs, releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.kit import KitError, slugs

from .failing import DID_NOT_HOLD, USED_WRONGLY, fail
from .kits import find_repository, untranslated
from .options import Isolations, cores

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
    from autograder import handout  # it imports nbgrader, which takes seconds

    try:
        root = find_repository(root)
    except KitError as error:
        fail(str(error), USED_WRONGLY)
    act = handout.compare if check else handout.write
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
    write: Annotated[
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

    if status := run_prove(kit, root, jobs, isolation, page, write, each):
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
