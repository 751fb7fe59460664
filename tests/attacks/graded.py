"""The real `kit grade` on a class, and what it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from attacks.handed_in import ROOT, SLUGS, Attack

from autograder.files import DiskCache
from autograder.kit import Kit
from autograder.models import Report

KIT = (sys.executable, "-c", "from autograder.cli import main; main()")
# Far more than all limits of both classes together: a run that needs it does not end.
PATIENCE = 900


@dataclass(frozen=True)
class Graded:
    """What one run left: its output, its table and its reports by student."""

    out: Path
    said: str
    errors: str
    status: int
    store: Path

    @cached_property
    def reports(self) -> dict[str, Report]:
        """Every report, by student."""
        found = (Report.from_json(path.read_text()) for path in self.out.glob("*/report.json"))
        return {report.student: report for report in found}

    def stored(self, folder: str) -> Mapping[str, bytes | None]:
        """What a folder of the store keeps, `trainings` or `results`."""
        store = DiskCache(self.store / folder)
        return {path.name: store.get(path.name) for path in (self.store / folder).iterdir()}


@dataclass
class Attacked:
    """One kit's class, and its honest ones alone. `left` is what is new outside of the folders of a run."""

    kit: Kit
    names: dict[Path, str]
    honest: tuple[str, ...]
    attacked: Graded
    alone: Graded
    left: list[str] = field(default_factory=list)

    def report(self, attack: Attack) -> Report:
        """The report of a hostile file."""
        return self.attacked.reports[self.names[attack.path]]


def timeless(report: Report) -> Report:
    """A report without what the clock put into it."""
    return replace(report, seconds=0, checks=tuple(replace(check, seconds=0) for check in report.checks))


def begun(folder: Path) -> dict[str, subprocess.Popen[str]]:
    """Begin to grade both kits' classes in a folder, each with one warm examiner."""
    runs = {}
    for slug in SLUGS:
        for name in ("home", "scratch", "cache", "out"):
            (folder / name / slug).mkdir(parents=True)
        environment = os.environ | {
            "HOME": str(folder / "home" / slug),
            "TMPDIR": str(folder / "scratch" / slug),
            "XDG_CACHE_HOME": str(folder / "cache" / slug),
        }
        arguments = [
            "grade",
            slug,
            folder / slug,
            "--out",
            folder / "out" / slug,
            "--jobs",
            "1",
            "--root",
            ROOT,
        ]
        runs[slug] = subprocess.Popen(
            [*KIT, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
    return runs


def finished(folder: Path, runs: Mapping[str, subprocess.Popen[str]]) -> dict[str, Graded]:
    """What runs in a folder have left, once they have ended."""
    graded = {}
    for slug, run in runs.items():
        said, errors = run.communicate(timeout=PATIENCE)
        store = folder / "cache" / slug / "weekly-kits" / "examiner"
        graded[slug] = Graded(folder / "out" / slug, said, errors, run.returncode, store)
    return graded


def written(folder: Path) -> set[str]:
    """What a run left at home, in its cache and where temporary files go, but for what it stored."""
    found = {
        str(path.relative_to(folder))
        for name in ("home", "cache", "scratch")
        for path in (folder / name).rglob("*")
    }
    return {path for path in found if "/examiner/" not in path or "planted" in path}
