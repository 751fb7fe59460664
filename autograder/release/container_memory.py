"""Measure the memory that a container needs to grade the solution, such as Gradescope's."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..handout.sync import write_files
from ..integrations.gradescope import Settings, try_solution_command
from ..kit import Kit
from ..sandbox.guest.process_tree import descendants
from .bundles import gradescope_files

# Gradescope's default.
CONTAINER_BYTES = 768_000_000
# The part of files, above all of TensorFlow's code, that stays in memory where memory is short: measured in a
# control group with the limit of a container, in which week 9's solution earned its points.
FILES_BYTES = 225_000_000
# The kernel's names for the memory of a process, where shared pages count in parts: all of it, and what does
# not belong to files. The kernel frees pages of files where memory is short, so their number says little.
ALL = ("Pss",)
NOT_OF_FILES = ("Pss_Anon", "Pss_Shmem")
# Part of a container that stays free, because a submission may need more than the solution.
FREE = 0.1
POLL_SECONDS = 0.15


class NotMeasuredError(RuntimeError):
    """Raised if the solution was not graded with full points. The message is what the program printed."""


def needed_bytes(root: Path, kit: Kit) -> int:
    """Return the memory of a container in which Gradescope's program grades the solution of a kit.

    The program runs here, at the isolation level `process`. Raises NotMeasuredError or KitError.
    """
    with tempfile.TemporaryDirectory(prefix="container-") as name:
        source = Path(name) / "source"
        write_files(gradescope_files(root, kit, Settings("process")), source)
        with (Path(name) / "output").open("w+b") as output:
            process = subprocess.Popen(
                try_solution_command(source),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                peak = peak_bytes(process.pid, lambda: process.poll() is None, POLL_SECONDS, NOT_OF_FILES)
            finally:
                process.kill()
                process.wait()
            if process.returncode:
                output.seek(0)
                raise NotMeasuredError(output.read().decode(errors="replace").strip())
    return peak + FILES_BYTES


def fits(needed: int) -> bool:
    """Return whether the default container holds `needed` bytes, with a part of it free."""
    return needed <= CONTAINER_BYTES * (1 - FREE)


def peak_bytes(process: int, alive: Callable[[], bool], seconds: float, counted: Sequence[str] = ALL) -> int:
    """Return the most bytes that a process and its descendants held together while `alive()`.

    Their memory is read every `seconds`. What they share counts once.
    """
    peak = 0
    while alive():
        family = [process, *descendants(process)]
        together = sum(proportional_bytes(member, counted) for member in family)
        # A process that forks between two readings would be counted whole and then by halves.
        if [process, *descendants(process)] == family:
            peak = max(peak, together)
        time.sleep(seconds)
    return peak


def proportional_bytes(process: int, counted: Sequence[str] = ALL) -> int:
    """Return the memory of a process, each page divided by the number of processes that share it."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    return sum(int(sizes[name][0]) * 1024 for name in counted if name in sizes)
