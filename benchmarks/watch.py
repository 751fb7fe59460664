"""Measure `kit watch` from save to verdict, beside a cold `pytest`.

Files are really saved, and a verdict is read from the screen of a pseudo-terminal. Every other save is a new
wrong answer.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from common import KIT, ROOT, SLUG, say, table
from terminal import Terminal

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit

SAVES = 20

RIGHT = "for layer in model.layers:\n        layer.trainable = False"
WRONG = RIGHT + "\n        layer.set_weights([{factor} * array for array in layer.get_weights()])"


def measure(folder: Path) -> str:
    """Return the section about the student's commands: median and worst in seconds."""
    say(f"kit watch, {SAVES} saves")
    write_files(build(ROOT, Kit.load(ROOT, SLUG)), folder)
    answer = (ROOT / "solutions" / SLUG / "transfer.py").read_text(encoding="utf-8")
    if RIGHT not in answer:
        raise ValueError(f"Expected {RIGHT!r} in the solution.")
    (folder / "transfer.py").write_text(answer, encoding="utf-8")
    first, whole = watched(folder, answer, SAVES)
    seconds = {
        "`kit watch`: from a save to the changed task's verdict": first,
        "`kit watch`: from a save to the verdict on every public check": whole,
        "cold `pytest`, the changed task alone": [pytest(folder, "--task", "freeze")],
        "cold `pytest`, every public check": [pytest(folder)],
    }
    rows = [
        (what, str(len(each)), f"{statistics.median(each):.2f} s", f"{max(each):.2f} s")
        for what, each in seconds.items()
    ]
    return table(["", "times", "median", "worst"], rows)


def watched(folder: Path, answer: str, saves: int) -> tuple[list[float], list[float]]:
    """Return the seconds until the changed task's points are shown, and until all checks are done."""
    watch = Terminal((str(KIT), "watch"), folder, os.environ)
    first, whole = [], []
    try:
        watch.wait_for("71 of 71", "watching transfer.py")
        for number in range(saves):
            right = bool(number % 2)
            new = folder / "saving"
            wrong = answer.replace(RIGHT, WRONG.format(factor=2 + number))
            new.write_text(answer if right else wrong, encoding="utf-8")
            began = time.perf_counter()
            new.replace(folder / "transfer.py")
            watch.wait_for("freeze                  9 of 9" if right else "freeze                  5 of 9")
            first.append(time.perf_counter() - began)
            watch.wait_for("checked in")
            whole.append(time.perf_counter() - began)
        watch.press("q")
        watch.end()
    finally:
        watch.close()
    return first, whole


def pytest(folder: Path, *arguments: str) -> float:
    """Return the seconds that plain pytest takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments], cwd=folder, capture_output=True, check=False
    )
    return time.perf_counter() - began
