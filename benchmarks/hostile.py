"""Measure how long hostile submissions delay the rest of their class."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import classes
from common import ROOT, SLUG, grade, load_kit, paragraph, table, write_class

from autograder.examiner.examination import ExaminationLimits

HONEST = 50
# From the sample class of the tests.
HOSTILE = (
    "eats_memory",
    "exits",
    "floods",
    "forges_full_marks",
    "forks",
    "hangs",
    "kills_its_parent",
    "looks_for_the_checks",
)
ENDLESS_LOAD = "while True:\n    pass\n"


def measure(work: Path) -> str:
    """Return the section about a class with hostile submissions."""
    kit = load_kit()
    honest = write_class(classes.mixed(ROOT, kit, HONEST), work / "honest")
    attacked = work / "attacked"
    shutil.copytree(honest, attacked)
    for name in HOSTILE:
        shutil.copy(ROOT / "tests" / "classes" / SLUG / f"{name}.py", attacked / f"hostile_{name}.py")
    (attacked / "hostile_endless_load.py").write_text(ENDLESS_LOAD)
    loops = "".join(
        f"def {task}(*args, **kwargs):\n    while True:\n        pass\n\n\n" for task in kit.tasks
    )
    (attacked / "hostile_endless_tasks.py").write_text(loops)
    alone = grade(honest, work / "grades-honest")
    together = grade(attacked, work / "grades-attacked")
    reports = [
        json.loads(path.read_text())
        for path in sorted((work / "grades-attacked").glob("hostile_*/report.json"))
    ]
    rows = [
        (report["student"].removeprefix("hostile_").replace("_", " "), f"{report['seconds']:.1f}")
        for report in reports
    ]
    limit = ExaminationLimits.from_kit(kit).submission_seconds
    slowest = max(report["seconds"] for report in reports)
    text = (
        f"A class of {HONEST} took {alone.seconds:.1f} s, and {together.seconds:.1f} s with {len(reports)} "
        f"hostile submissions among them. The slowest of these took {slowest:.1f} s of one examiner. "
        f"`[limits] submission_seconds`, here {limit:g}, bounds what one submission can take."
    )
    return f"{paragraph(text)}\n\n{table(['hostile submission', 'seconds of one examiner'], rows)}"
