"""Measure a class against stock Otter, stock nbgrader and the baseline, and write `docs/benchmarks.md`.

`python benchmarks/run.py [--class 200] [--different 60] [--sample 4] [--growth 50 200 1000] [--saves 20]`.
Whole processes are timed from outside, start-up included.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import classes
import peers
import watch
from memory import peak_bytes
from page import Figures, text

from autograder.checks.environment import ONE_THREAD
from autograder.kit import Kit

ROOT = Path(__file__).resolve().parents[1]
SLUG = "week09_transfer"
KIT = Path(sys.executable).with_name("kit")
CORES = len(os.sched_getaffinity(0))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def grade(folder: Path, out: Path, jobs: int = CORES) -> tuple[float, float]:
    """Grade a class with empty caches; return the seconds and the peak memory in MiB."""
    started = time.monotonic()
    environment = os.environ | {"XDG_CACHE_HOME": str(out.with_suffix(".cache"))}
    command = [KIT, "grade", SLUG, folder, "--out", out, "--root", ROOT, "--jobs", str(jobs)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak = peak_bytes(process.pid, lambda: process.poll() is None, 0.5)
    if process.wait():
        raise RuntimeError(f"kit grade {folder} ended with status {process.returncode}")
    return time.monotonic() - started, peak / 2**20


def baseline(folder: Path) -> tuple[float, dict[str, float]]:
    """Run the baseline in one warm process per core; return the seconds, and those of all cores by cause."""
    files = sorted(folder.glob("*.py"))
    command = [sys.executable, Path(__file__).with_name("baseline.py"), ROOT, SLUG]

    def run(part: int) -> dict[str, float]:
        output = subprocess.run(
            [*command, *files[part::CORES]],
            env=os.environ | ONE_THREAD,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        spent: dict[str, float] = json.loads(output.splitlines()[-1])
        return spent

    started = time.monotonic()
    with ThreadPoolExecutor(CORES) as pool:
        parts = list(pool.map(run, range(CORES)))
    seconds = time.monotonic() - started
    return seconds, {name: sum(part.get(name, 0.0) for part in parts) for name in parts[0]}


def write(programs: Iterable[str], folder: Path) -> Path:
    """Write a class folder with one program per student."""
    folder.mkdir()
    for number, program in enumerate(programs):
        (folder / f"student{number:04}.py").write_text(program)
    return folder


def main() -> None:
    """Measure everything in one run and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--class", dest="size", type=int, default=200)
    options.add_argument("--different", type=int, default=60)
    options.add_argument("--sample", type=int, default=4)
    options.add_argument("--growth", type=int, nargs="*", default=[50, 200, 1000])
    options.add_argument("--saves", type=int, default=20)
    asked, kit = options.parse_args(), Kit.load(ROOT, SLUG)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        written = measure(kit, Path(name), asked)
    page = ROOT / "docs" / "benchmarks.md"
    page.write_text(written)
    print(written)


def measure(kit: Kit, work: Path, asked: argparse.Namespace) -> str:
    """Run everything and return the page."""
    mixed = write(classes.mixed(ROOT, kit, asked.size), work / "mixed")
    different = write(classes.all_different(ROOT, kit, asked.different), work / "different")
    sample = sorted(mixed.glob("*.py"))[: asked.sample]
    archive = peers.otter_zip(kit, work / "otter")
    say("stock otter run, one at a time")
    alone = [
        timed(lambda file=file: peers.otter_run(archive, file, work / f"alone-{file.stem}"))
        for file in sample
    ]
    say("stock otter run, two at a time")
    with ThreadPoolExecutor(2) as pool:

        def run(file: Path) -> float:
            return peers.otter_run(archive, file, work / f"pair-{file.stem}")

        pair = timed(lambda: list(pool.map(run, sample)))
    say("stock nbgrader autograde")
    course = peers.nbgrader_course(kit, [file.read_text() for file in sample], work / "course")
    autograde = timed(lambda: peers.nbgrader_autograde(course)) / len(sample)
    say(f"kit grade, a class of {asked.size}")
    ours, memory = grade(mixed, work / "grades-mixed")
    say(f"kit grade, {asked.different} in which nothing repeats")
    apart, _ = grade(different, work / "grades-different")
    say("the baseline")
    ground, spent = baseline(mixed)
    growth: list[tuple[int, float, float]] = []
    for size in asked.growth:
        say(f"kit grade, a class of {size}")
        folder = mixed if size == asked.size else write(classes.mixed(ROOT, kit, size), work / f"mixed{size}")
        growth.append(
            (size, *((ours, memory) if size == asked.size else grade(folder, work / f"grades-{size}")))
        )
    say(f"kit watch, {asked.saves} saves")
    saves = watch.table(asked.saves)
    one, two = statistics.median(alone), pair / len(sample)
    return text(asked, Figures(one, two, autograde, ours, apart, ground, spent, memory, growth, saves))


def say(words: str) -> None:
    """Print what is being measured."""
    print(f"… {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
