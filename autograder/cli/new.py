"""`kit new`: next week's kit, from names and dates to a skeleton that proves itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from autograder.kit import KitError

from .failing import USED_WRONGLY, fail
from .kits import find_repository

DAY = ["%Y-%m-%d"]
T = TypeVar("T")
Days = Annotated[datetime | None, typer.Option(formats=DAY, metavar="DATE", help="A day, as 2026-12-07.")]

app = typer.Typer()


@app.command()
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
    from autograder.newkit import (
        Plan,
        PlanError,
        module_of,
        write,
    )  # it imports nbgrader, which takes seconds

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
        written = write(root, plan)
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
