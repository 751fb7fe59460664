"""Paths, commands and figures that all parts of the benchmark share."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Some parts import helpers of the tests.
sys.path.insert(0, str(ROOT / "tests"))

from autograder.checks.environment import processor, tensorflow_version  # noqa: E402
from autograder.kit import Kit  # noqa: E402
from autograder.release.container_memory import peak_bytes  # noqa: E402

SLUG = "week09_transfer"
KIT = Path(sys.executable).with_name("kit")
CORES = len(os.sched_getaffinity(0))
PACKAGES = ("keras", "otter-grader", "nbgrader")
# How often memory is read: rarely, because reading takes time from the processes that are measured.
MEMORY_SECONDS = 3.0


@dataclass(frozen=True)
class Run:
    """A finished `kit grade`: wall-clock seconds, and the peak memory of all its processes in MiB."""

    seconds: float
    peak: float


def load_kit() -> Kit:
    """Return the kit that all parts measure."""
    return Kit.load(ROOT, SLUG)


def machine() -> str:
    """Return one line that names the machine and the versions."""
    versions = {"tensorflow": tensorflow_version()} | {name: version(name) for name in PACKAGES}
    packages = ", ".join(f"{name} {number}" for name, number in versions.items())
    return f"{processor()}, {CORES} cores, Python {sys.version.split()[0]}, {packages}"


def say(words: str) -> None:
    """Print what is measured next."""
    print(f"… {words}", file=sys.stderr, flush=True)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def grade_command(submissions: Path, out: Path, *options: str) -> list[str]:
    """Return the command that grades a file or a class folder."""
    return [str(KIT), "grade", SLUG, str(submissions), "--out", str(out), "--root", str(ROOT), *options]


def grade(submissions: Path, out: Path, *options: str) -> Run:
    """Grade a class folder with an empty cache; raise RuntimeError on failure."""
    say(f"kit grade {submissions.name} {' '.join(options)}")
    environment = os.environ | {"XDG_CACHE_HOME": str(out.with_suffix(".cache"))}
    started = time.monotonic()
    process = subprocess.Popen(
        grade_command(submissions, out, *options), env=environment, stdout=subprocess.DEVNULL
    )
    with ThreadPoolExecutor(1) as pool:
        peak = pool.submit(peak_bytes, process.pid, lambda: process.poll() is None, MEMORY_SECONDS)
        status = process.wait()
        seconds = time.monotonic() - started
    if status:
        raise RuntimeError(f"kit grade {submissions} ended with status {status}.")
    return Run(seconds, peak.result() / 2**20)


def write_class(programs: Iterable[str], folder: Path) -> Path:
    """Write a class folder with one program per student."""
    folder.mkdir(parents=True)
    for number, program in enumerate(programs):
        (folder / f"student{number:04}.py").write_text(program, encoding="utf-8")
    return folder


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def paragraph(text: str) -> str:
    """Return a paragraph in lines of at most 118 characters."""
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)
