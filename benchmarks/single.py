"""Measure one submission through each system, from command to result, beside the unmodified peers."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

import nbformat
import peers
from common import ROOT, grade_command, load_kit, paragraph, say, table, timed
from in_reach import in_reach

from autograder.files import unpack
from autograder.handout.sync import write_files
from autograder.integrations import gradescope
from autograder.kit import Kit
from autograder.proof.answers import solution
from autograder.release import bundles, nbgrader_course, wheel

TIMES = 3
OTTER, NBGRADER = "unmodified `otter run`", "unmodified `nbgrader autograde`"
KIT_GRADE = "`kit grade KIT FILE`"
OUR_OTTER, OUR_NBGRADER = "`otter run` with the kit's zip", "`nbgrader autograde` with the kit's course"
# What keeps results of checks on disk.
CACHING = (KIT_GRADE, OUR_OTTER, OUR_NBGRADER)


def measure(work: Path) -> str:
    """Return the section about a single submission."""
    ways = commands(work)
    first: dict[str, list[float]] = {name: [] for name in ways}
    later: dict[str, list[float]] = {name: [] for name in ways if name in CACHING}
    # In turn, so that a slow minute of the machine affects all of them.
    for number in range(TIMES):
        for place, (name, command) in enumerate(ways.items()):
            say(name)
            with patch.dict(os.environ, XDG_CACHE_HOME=str(work / f"cache{number}{place}")):
                first[name].append(timed(partial(command, number)))
                if name in CACHING:
                    later[name].append(timed(partial(command, TIMES + number)))
    medians = [{name: statistics.median(each) for name, each in times.items()} for times in (first, later)]
    peer = min(medians[0][OTTER], medians[0][NBGRADER])
    rows = [
        [
            name,
            *(cell for times in medians for cell in _cells(times.get(name), peer, name in (OTTER, NBGRADER))),
        ]
        for name in ways
    ]
    text = (
        f"The solution of week 9; medians of {TIMES} runs in turn. *First* is with empty caches, *later* a "
        "second run with what the first one left in the user's cache. Gradescope runs each submission in a "
        "new container, whose image has graded the solution once, as `setup.sh` does; it runs Otter's zips "
        "by `otter run`. Target: 3 times as fast as the faster peer."
    )
    columns = ["from command to result", "first, seconds", "first, times as fast as the peer"]
    columns += ["later, seconds", "later, times as fast as the peer"]
    return f"{paragraph(text)}\n\n{table(columns, rows)}"


def _cells(seconds: float | None, peer: float, is_peer: bool) -> tuple[str, str]:
    """Return the cells of one median: seconds, and how many times as fast as the peer."""
    if seconds is None:
        return "", ""
    return f"{seconds:.1f}", "" if is_peer else f"{peer / seconds:.1f}"


def commands(work: Path) -> dict[str, Callable[[int], object]]:
    """Prepare every system; return a function for each that grades the solution once."""
    kit = load_kit()
    program = solution(ROOT, kit).text
    file = work / f"{kit.module}.py"
    file.write_text(program, encoding="utf-8")
    built = wheel.build()
    zip_file = work / "ours.zip"
    zip_file.write_bytes(bundles.otter_zip(kit, built))
    stock_zip = peers.otter_zip(kit, work / "stock")
    courses = [our_course(kit, program, work / f"ours{number}") for number in range(2 * TIMES)]
    stock = [peers.nbgrader_course(kit, [program], work / f"stock{number}") for number in range(TIMES)]
    rooms = [gradescope_folder(kit, built, file, work / f"room{number}") for number in range(TIMES)]
    return {
        KIT_GRADE: lambda number: peers.run(*grade_command(file, work / f"grades{number}")),
        OUR_OTTER: lambda number: peers.otter_run(zip_file, file, work / f"o{number}"),
        OUR_NBGRADER: lambda number: peers.run("nbgrader", "autograde", kit.slug, cwd=courses[number]),
        "Gradescope's `run_autograder` with the kit's zip": lambda number: run_autograder(rooms[number]),
        OTTER: lambda number: peers.otter_run(stock_zip, file, work / f"s{number}"),
        NBGRADER: lambda number: peers.nbgrader_autograde(stock[number]),
    }


def our_course(kit: Kit, program: str, folder: Path) -> Path:
    """Return a course made by the release, with one submission."""
    write_files(nbgrader_course.nbgrader_course(ROOT, kit), folder)
    peers.run("nbgrader", "generate_assignment", kit.slug, cwd=folder)
    submitted = folder / "submitted" / "ada" / kit.slug
    submitted.mkdir(parents=True)
    path = Path(shutil.copy(folder / "release" / kit.slug / f"{kit.module}.ipynb", submitted))
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(program))
    nbformat.write(notebook, path)
    return folder


def gradescope_folder(kit: Kit, built: wheel.Wheel, file: Path, folder: Path) -> Path:
    """Return Gradescope's folder `/autograder` with one submission, after what `setup.sh` does there last."""
    level = "user" if os.geteuid() == 0 else "process"
    files = unpack(bundles.gradescope_zip(ROOT, kit, built, gradescope.Settings(level)))
    write_files({f"source/{name}": content for name, content in files.items()}, folder)
    write_files({f"submission/{file.name}": file.read_bytes(), "submission_metadata.json": b"{}"}, folder)
    (folder / "results").mkdir()
    shutil.copy(folder / "source" / "run_autograder", folder)
    (folder / "run_autograder").chmod(0o755)
    command = gradescope.try_solution_command(folder / "source")
    subprocess.run(in_reach(command), cwd=folder, capture_output=True, check=True)
    return folder


def run_autograder(folder: Path) -> None:
    """Run Gradescope's command; raise CalledProcessError if it fails."""
    subprocess.run(
        in_reach([str(folder / "run_autograder")]),
        cwd=folder,
        env=os.environ | {"EXAMINER_PYTHON": sys.executable},
        capture_output=True,
        check=True,
    )
