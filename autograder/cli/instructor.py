"""What an instructor types: handouts that follow their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.kit import KitError, slugs

from .failing import DID_NOT_HOLD, USED_WRONGLY, fail
from .kits import find_repository
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
    except KitError as error:
        fail(str(error), DID_NOT_HOLD)
    for difference in differences:
        typer.echo(f"{difference.kind if check else DONE[difference.kind]} {difference.path}")
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
    root: Annotated[Path | None, typer.Option(help="The repository that holds the kits.")] = None,
) -> None:
    """Put every known answer to every check: solution, stub, alternatives, mistakes, mutants.

    Exit status 1: a check missed a mistake, a right answer lost points, or a hint gives something away.
    """
    from .prove import run_prove

    if status := run_prove(kit, root, jobs, isolation, page):
        raise typer.Exit(status)
