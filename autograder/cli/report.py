"""`kit report`: the pages of a folder of grades."""

from __future__ import annotations

from pathlib import Path

import typer

from autograder.kit import KitError, find_root
from autograder.pages.write import NoGradesError, write_pages

from .failing import USED_WRONGLY, fail


def run_report(grades: Path, root: Path | None) -> None:
    """Write the pages and say where they are."""
    try:
        page = write_pages(grades, repository(root, grades))
    except NoGradesError as error:
        fail(str(error), USED_WRONGLY)
    typer.echo(f"Class: {page}\nFeedback: {grades}/<student>/feedback.html\nFor uploading: {grades}/uploads/")


def repository(root: Path | None, grades: Path) -> Path | None:
    """The repository named, else the one around here or around the grades; None where there is none."""
    for place in [root] if root else [Path.cwd(), grades]:
        try:
            return find_root(place)
        except KitError:
            continue
    return None
