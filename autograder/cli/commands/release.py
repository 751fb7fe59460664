"""Run `kit release` and `kit list`: release proven kits, and show the calendar."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from ...examiner.client import ExaminerDied, KitUnusable
from ...kit import Kit, KitCollection, KitError, load_all
from ...sandbox.protocol import IsolationUnavailable
from ..common import (
    AUTHOR_ERRORS,
    DID_NOT_HOLD,
    USED_WRONGLY,
    fail,
    find_kit,
    find_repository,
    make_console,
    untranslated,
    warn,
)
from .prove import ProveCommand, proof_records, prove_kit, show

WIDE = 160


def run_release(slug: str | None, out: Path, root: Path | None, jobs: int, isolation: str) -> int:
    """Release one kit, or all whose release date has passed; return the exit status."""
    root = find_repository(root)
    try:
        found = KitCollection((find_kit(slug, root),)) if slug else load_all(root)
    except KitError as error:
        fail(str(error), USED_WRONGLY)
    kits = [kit for kit in found.kits if slug or is_out(kit, date.today())]
    if not kits:
        typer.echo(
            "No kit was released: no release date in any kit.toml is today or earlier. "
            "Name a kit to release it now."
        )
    command = ProveCommand(slug, root, jobs, isolation)
    status = 0
    for kit in kits:
        if not (_is_proven(root, kit, command) and _write(root, kit, out)):
            status = DID_NOT_HOLD
    for problem in found.problems.values():
        warn(f"Not released: {problem}")
        status = DID_NOT_HOLD
    return status


def is_out(kit: Kit, today: date) -> bool:
    """Return whether the kit's release date is today or earlier; a kit without one is never out."""
    release = kit.dates.release
    return release is not None and release <= today


def state(kit: Kit, *, proven: bool, today: date) -> str:
    """Return `draft` until the kit is proven on this machine, then `proven`, or `released` from its date."""
    if not proven:
        return "draft"
    return "released" if is_out(kit, today) else "proven"


def run_list(root: Path | None) -> None:
    """Print the calendar: one line per kit, the earliest release first, broken kits last."""
    root = find_repository(root)
    found, known, today = load_all(root), proof_records(), date.today()
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    for name in ("kit", "title", "state", "points", "release", "due", "version"):
        table.add_column(name, justify="right" if name == "points" else "left", no_wrap=name != "title")
    for kit in sorted(found.kits, key=lambda kit: (str(kit.dates.release or "~"), kit.slug)):
        kit_state = state(kit, proven=known is not None and known.holds(root, kit), today=today)
        dates = (str(day or "") for day in (kit.dates.release, kit.dates.due))
        cells = (kit.slug, kit.title, kit_state, f"{kit.points():g}", *dates, kit.version)
        table.add_row(*(Text(cell) for cell in cells))
    for slug in found.problems:
        table.add_row(Text(slug), "", "broken")
    # A file or a pipe has no width, so titles are not cut.
    make_console(None if sys.stdout.isatty() else WIDE).print(table)
    for note in untranslated(root):
        typer.echo(note)
    for problem in found.problems.values():
        warn(problem)


def _is_proven(root: Path, kit: Kit, command: ProveCommand) -> bool:
    """Return whether a proof is on record or succeeds now; print the problems of a kit that is not proven."""
    known = proof_records()
    if known is not None and known.holds(root, kit):
        return True
    typer.echo(f"{kit.slug} {kit.version} has no proof in its current state. Proving it now.")
    console = make_console()
    try:
        proof = prove_kit(console, root, kit, command)
    except (*AUTHOR_ERRORS, KitUnusable) as error:
        warn(f"{kit.slug} was not released: {error}")
        return False
    except (IsolationUnavailable, ExaminerDied) as error:
        fail(str(error), DID_NOT_HOLD)
    if proof.problems:
        show(console, proof)
        typer.echo(
            f"{kit.slug} was not released. Expected a proof without problems, found the problems above. "
            "Fix them and run the command again."
        )
    return not proof.problems


def _write(root: Path, kit: Kit, out: Path) -> bool:
    """Write the files of a release; return False if the kit cannot be released."""
    from ...release.release import LeakError, release
    from ...release.wheel import LockError, WheelError, build

    try:
        made = release(root, kit, out, build())
    except (*AUTHOR_ERRORS, LeakError) as error:
        warn(f"{kit.slug} was not released: {error}")
        return False
    except (LockError, WheelError) as error:
        fail(str(error), DID_NOT_HOLD)
    except OSError as error:
        fail(f"Cannot write to {out}: {error.strerror or error}.", DID_NOT_HOLD)
    typer.echo(f"{kit.slug} {kit.version}, released to {made.folder}:")
    zips = [name for name in made.files if name.endswith(".zip") and "/" not in name]
    for name, what in (
        *((name, "for students, who run: python -m pip install -r requirements.txt") for name in zips),
        ("otter/autograder.zip", "for otter run, otter grade and Gradescope with Otter"),
        ("gradescope/autograder.zip", "for Gradescope without Otter"),
        ("nbgrader", "a course folder for nbgrader"),
        ("github", "a template repository for GitHub Classroom"),
        ("manifest.json", "the kit's version and every file's checksum"),
    ):
        typer.echo(f"  {name:<26} {what}")
    _measure_memory(root, kit)
    return True


def _measure_memory(root: Path, kit: Kit) -> None:
    """Print the memory that Gradescope needs for the kit. A failure is no reason not to release."""
    from ...release.container_memory import CONTAINER_BYTES, NotMeasuredError, fits, needed_bytes

    try:
        with make_console().status("Measuring the memory that Gradescope needs: grading the solution."):
            needed = needed_bytes(root, kit)
    except NotMeasuredError as error:
        warn(f"The memory that Gradescope needs was not measured: {error}")
        return
    default = CONTAINER_BYTES // 1_000_000
    advice = (
        f"its default container of {default} MB is enough"
        if fits(needed)
        else f"give the assignment a larger container than the default of {default} MB"
    )
    typer.echo(f"Gradescope needs {needed // 1_000_000} MB for the solution: {advice}.")
