"""What an instructor types: handouts that follow their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.kit import KitError, find_root, slugs

from .failing import DID_NOT_HOLD, USED_WRONGLY, fail

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
        root = find_root(root or Path.cwd())
    except KitError as error:
        fail(f"{error} Go to the course's repository, or name it with --root.", USED_WRONGLY)
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
