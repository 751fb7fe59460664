"""Profile the start: the stages of grading one submission, and the imports of an examiner by package."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from common import ROOT, load_kit, paragraph, say, table

from autograder.checks.environment import ONE_THREAD
from autograder.examiner.client import Examiner
from autograder.examiner.worker import unused_imports
from autograder.files import sha256
from autograder.models import Submission, SubmittedFile
from autograder.proof.answers import solution

SHOWN = 12
IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")


def measure(work: Path) -> str:
    """Return the section about the start."""
    stages = dict(measure_stages(work))
    rows = [(name, f"{seconds:.2f}") for name, seconds in stages.items()]
    imports = imports_by_package(work)
    largest = sorted(imports, key=imports.__getitem__, reverse=True)
    shown = [(f"`{name}`", f"{imports[name]:.2f}") for name in largest[:SHOWN]]
    shown.append(("all others", f"{sum(imports[name] for name in largest[SHOWN:]):.2f}"))
    return "\n\n".join(
        [
            "The stages of grading one submission with an empty cache, one after the other:",
            table(["stage", "seconds"], rows),
            paragraph(
                "The examiner and its sandbox import at the same time, on two cores. The imports of one of "
                "them by package, with the tricks of `autograder/sandbox/guest/startup.py` (`python -X "
                "importtime`, which takes time itself):"
            ),
            table(["package", "seconds"], shown),
        ]
    )


def measure_stages(work: Path) -> Iterator[tuple[str, float]]:
    """Yield each stage of a run with its seconds."""
    say("the stages of a start")
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        started = monotonic()
        yield
        seconds[name] = monotonic() - started

    with stage("Python and the imports of `kit`"):
        subprocess.run([sys.executable, "-c", "import autograder.cli.commands.grade"], check=True)
    with stage("read the kit"):
        kit = load_kit()
    content = solution(ROOT, kit).text.encode()
    submission = Submission("ada", (SubmittedFile(f"{kit.module}.py", content),), sha256=sha256(content))
    with stage("start the examiner and its sandbox"):
        examiner = Examiner(kit, store=work / "store")
        examiner.wait()
    with examiner:
        with stage("examine the solution, whose two trainings are new"):
            examiner.examine(submission)
        with stage("examine it again, with cached trainings and results"):
            examiner.examine(submission)
    yield from seconds.items()


def imports_by_package(work: Path) -> dict[str, float]:
    """Return the seconds that importing each package took, without what it imports in turn."""
    say("the imports of an examiner")
    kit = load_kit()
    kit.write(work / "kit")
    # First Keras, because the kit's own import of it discards what is written to stderr.
    code = (
        "import sys; from autograder.sandbox.guest.startup import preload; "
        f"sys.path.insert(0, {str(work / 'kit' / 'given')!r}); "
        f"preload({['keras', *kit.config.preload]!r}, {unused_imports(kit)!r})"
    )
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=True,
    )
    found: defaultdict[str, float] = defaultdict(float)
    for microseconds, name in IMPORT.findall(done.stderr):
        found[name.partition(".")[0]] += int(microseconds) / 1e6
    return found
