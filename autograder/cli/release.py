"""`kit release` and `kit list`: kits that are proven leave the house, and when."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..examiner.client import ExaminerDied
from ..kit import Kit, KitError, slugs
from ..sandbox.protocol import IsolationUnavailable
from .common import DID_NOT_HOLD, USED_WRONGLY, fail, find_kit, find_repository, untranslated
from .prove import proofs

WIDE = 160


def run_release(slug: str | None, out: Path, root: Path | None, jobs: int, isolation: str) -> int:
    """Release one kit, or all that are out by today; prints what was written, returns the exit status."""
    try:
        root = find_repository(root)
        kits = [find_kit(slug, root)] if slug else [kit for kit in _all(root) if is_out(kit, date.today())]
    except KitError as error:
        fail(str(error), USED_WRONGLY)
    if not kits:
        print("No kit is out: no release date in any kit.toml is today or earlier.")
    console = Console(highlight=False, markup=False, emoji=False)
    status = 0
    for kit in kits:
        if _proven(console, root, kit, jobs, isolation):
            _write(root, kit, out)
        else:
            status = DID_NOT_HOLD
    return status


def is_out(kit: Kit, today: date) -> bool:
    """Whether the kit's release date is today or earlier; a kit without one is never out by itself."""
    released = kit.dates.release
    return released is not None and released <= today


def state(kit: Kit, *, proven: bool, today: date) -> str:
    """Where a kit stands: `draft` until it is proven on this machine, `released` from its release date on."""
    if not proven:
        return "draft"
    return "released" if is_out(kit, today) else "proven"


def run_list(root: Path | None) -> None:
    """Print the calendar: one line a kit, the earliest release first."""
    try:
        root = find_repository(root)
        kits, notes = _all(root), untranslated(root)
    except KitError as error:
        fail(str(error), USED_WRONGLY)
    known, today = proofs(), date.today()
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    for name in ("kit", "title", "state", "points", "release", "due", "version"):
        table.add_column(name, justify="right" if name == "points" else "left", no_wrap=name != "title")
    for kit in sorted(kits, key=lambda kit: (str(kit.dates.release or "~"), kit.slug)):
        where = state(kit, proven=known is not None and known.holds(root, kit), today=today)
        dates = (str(day or "") for day in (kit.dates.release, kit.dates.due))
        cells = (kit.slug, kit.title, where, f"{kit.points():g}", *dates, kit.version)
        table.add_row(*(Text(cell) for cell in cells))
    # A file or a pipe has no width that a title would have to be cut to.
    width = None if sys.stdout.isatty() else WIDE
    Console(highlight=False, markup=False, emoji=False, width=width).print(table)
    for note in notes:
        print(note)


def _all(root: Path) -> list[Kit]:
    return [Kit.load(root, slug) for slug in slugs(root)]


def _proven(console: Console, root: Path, kit: Kit, jobs: int, isolation: str) -> bool:
    """Whether a proof is on record, or holds now; shows what keeps the kit from being proven."""
    from .prove import prove_kit, show  # it imports nbgrader, which takes seconds

    known = proofs()
    if known is not None and known.holds(root, kit):
        return True
    print(f"{kit.slug} {kit.version} is not proven yet as it is: proving it.")
    try:
        proof = prove_kit(console, root, kit, jobs, isolation)
    except (KitError, IsolationUnavailable, ExaminerDied) as error:
        fail(str(error), DID_NOT_HOLD)
    if proof.problems:
        show(console, proof)
        print(f"{kit.slug} was not released: only what is proven is.")
    return not proof.problems


def _write(root: Path, kit: Kit, out: Path) -> None:
    from ..release.build import LockError, WheelError, build
    from ..release.release import LeakError, release

    try:
        made = release(root, kit, out, build())
    except (KitError, LeakError, LockError, WheelError) as error:
        fail(str(error), DID_NOT_HOLD)
    except OSError as error:
        fail(f"Cannot write to {out}: {error.strerror or error}.", DID_NOT_HOLD)
    print(f"{kit.slug} {kit.version}, released to {made.folder}:")
    zips = [name for name in made.files if name.endswith(".zip") and "/" not in name]
    for name, what in (
        *((name, "for students, who run: python -m pip install -r requirements.txt") for name in zips),
        ("otter/autograder.zip", "for otter run, otter grade and Gradescope with Otter"),
        ("gradescope/autograder.zip", "for Gradescope without Otter"),
        ("nbgrader", "a course folder for nbgrader"),
        ("manifest.json", "the kit's version and every file's checksum"),
    ):
        print(f"  {name:<26} {what}")
