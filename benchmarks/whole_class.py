"""Measure a class beside the unmodified peers and beside the baseline, and its growth."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import classes
import peers
from common import CORES, ROOT, SLUG, Run, grade, load_kit, paragraph, say, table, timed, write_class

from autograder.checks.environment import ONE_THREAD

SIZES = (50, 200)
DIFFERENT = 60
SAMPLE = 4
CAUSES = {
    "calls": "the submissions' own functions, with arguments and answers",
    "trainings": "trainings that were not cached",
    "checks": "checks of answers that were not cached",
    "start": "imports of TensorFlow, once per core",
}


def measure(work: Path) -> str:
    """Return the section about a class."""
    kit = load_kit()
    programs = list(classes.mixed(ROOT, kit, max(SIZES)))
    folders = {size: write_class(programs[:size], work / f"class{size}") for size in SIZES}
    different = write_class(classes.all_different(ROOT, kit, DIFFERENT), work / "different")
    runs = {size: grade(folder, work / f"grades{size}") for size, folder in folders.items()}
    apart = grade(different, work / "grades-different")
    largest = folders[max(SIZES)]
    peer_seconds = measure_peers(sorted(largest.glob("*.py"))[:SAMPLE], work)
    seconds, spent = baseline(largest)
    return "\n\n".join(
        [
            per_submission(runs[max(SIZES)].seconds / max(SIZES), apart.seconds / DIFFERENT, peer_seconds),
            growth(runs),
            where_time_goes(seconds, runs[max(SIZES)].seconds, spent),
        ]
    )


def measure_peers(sample: Sequence[Path], work: Path) -> dict[str, float]:
    """Return the seconds per submission of each way to run a peer."""
    kit = load_kit()
    archive = peers.otter_zip(kit, work / "otter")
    say("unmodified otter run, one at a time")
    alone = [
        timed(lambda file=file: peers.otter_run(archive, file, work / f"alone-{file.stem}"))  # type: ignore[misc]
        for file in sample
    ]
    say("unmodified otter run, two at a time")

    def run(file: Path) -> float:
        return peers.otter_run(archive, file, work / f"pair-{file.stem}")

    with ThreadPoolExecutor(2) as pool:
        pair = timed(lambda: list(pool.map(run, sample)))
    say("unmodified nbgrader autograde")
    course = peers.nbgrader_course(kit, [file.read_text("utf-8") for file in sample], work / "course")
    return {
        f"unmodified `otter run`, one at a time (median of {len(sample)})": statistics.median(alone),
        f"unmodified `otter run`, two at a time ({len(sample)} students)": pair / len(sample),
        f"unmodified `nbgrader autograde` ({len(sample)} students)": timed(
            lambda: peers.nbgrader_autograde(course)
        )
        / len(sample),
    }


def per_submission(own: float, apart: float, others: dict[str, float]) -> str:
    """Return the table of seconds per submission."""
    rows = [(name, f"{seconds:.2f}", f"{seconds / own:.1f}") for name, seconds in others.items()]
    rows += [
        (f"`kit grade`, a class of {max(SIZES)}", f"{own:.3f}", "1"),
        (
            f"`kit grade`, {DIFFERENT} submissions without repeated answers",
            f"{apart:.3f}",
            f"{apart / own:.1f}",
        ),
    ]
    return table(["", "seconds per submission", f"ratio to the class of {max(SIZES)}"], rows)


def growth(runs: dict[int, Run]) -> str:
    """Return the table of sizes."""
    rows = [
        (str(size), f"{run.seconds:.1f} s", f"{run.seconds / size:.3f} s", f"{run.peak:,.0f} MiB")
        for size, run in runs.items()
    ]
    return table(["submissions", "whole run", "per submission", "peak memory of all processes"], rows)


def where_time_goes(seconds: float, ours: float, spent: dict[str, float]) -> str:
    """Return the paragraph and table about the baseline."""
    total = sum(spent.values())
    rows = [
        (words, f"{spent.get(name, 0.0):.1f}", f"{spent.get(name, 0.0) / total:.0%}")
        for name, words in CAUSES.items()
    ]
    text = (
        "The baseline runs the same distinct calls, trainings and checks in one warm process per core, "
        f"without isolation and without reports. It took {seconds:.1f} s for the class of {max(SIZES)}, "
        f"{seconds / ours:.2f} of the time of `kit grade`. Its {total:.0f} s on {CORES} cores divide into:"
    )
    caches = (
        "Caches do not reduce a submission's own calls to Keras. Trainings and checks run once per distinct "
        "answer, so their share falls as a class grows."
    )
    return "\n\n".join([paragraph(text), table(["", "seconds", "share"], rows), paragraph(caches)])


def baseline(folder: Path) -> tuple[float, dict[str, float]]:
    """Run the baseline in one process per core; return the seconds, and those of all cores by cause."""
    say("the baseline")
    files = sorted(folder.glob("*.py"))
    command = [sys.executable, str(Path(__file__).with_name("baseline.py")), str(ROOT), SLUG]

    def run(part: int) -> dict[str, float]:
        words = [*command, *map(str, files[part::CORES])]
        output = subprocess.run(words, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, check=True).stdout
        spent: dict[str, float] = json.loads(output.splitlines()[-1])
        return spent

    parts: list[dict[str, float]] = []
    with ThreadPoolExecutor(CORES) as pool:
        seconds = timed(lambda: parts.extend(pool.map(run, range(CORES))))
    return seconds, {name: sum(part.get(name, 0.0) for part in parts) for name in CAUSES}
