"""From save to verdict: how long `kit watch` takes, beside a cold `pytest`.

`python benchmarks/watch.py [SAVES]` prints median and worst in seconds. Saves are real ones, and a verdict is
what stands on the screen of a pseudo-terminal. Every other save is a wrong answer that was never seen before.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from terminal import Terminal  # noqa: E402 - it lies with the tests

from autograder.handout import build, put  # noqa: E402

SLUG = "week09_transfer"
RIGHT = "for layer in model.layers:\n        layer.trainable = False"
WRONG = RIGHT + "\n        layer.set_weights([{factor} * array for array in layer.get_weights()])"


def main(saves: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        put(build(ROOT, SLUG), folder)
        answer = (ROOT / "solutions" / SLUG / "transfer.py").read_text(encoding="utf-8")
        assert RIGHT in answer
        (folder / "transfer.py").write_text(answer, encoding="utf-8")
        first, whole = watched(folder, answer, saves)
        cold = [pytest(folder, "--task", "freeze"), pytest(folder)]
    tell("save -> verdict on the changed task", first)
    tell("save -> verdict on every public check", whole)
    tell("cold pytest, the changed task alone", cold[:1])
    tell("cold pytest, every public check", cold[1:])
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def watched(folder: Path, answer: str, saves: int) -> tuple[list[float], list[float]]:
    """Seconds until the changed task's points are on the screen, and until every check is done."""
    watch = Terminal((str(Path(sys.executable).with_name("kit")), "watch"), folder, os.environ)
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
    """Seconds that plain pytest takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments], cwd=folder, capture_output=True, check=False
    )
    return time.perf_counter() - began


def tell(what: str, seconds: list[float]) -> None:
    """One line of the table."""
    median, worst = statistics.median(seconds), max(seconds)
    print(f"{what:40} median {median:6.2f} s   worst {worst:6.2f} s   of {len(seconds)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
