"""Hostile submissions among honest ones: each earns what its honest functions do, and harms nobody.

A file's docstring says what it tries, its line `# honest:` which of its tasks are right. All files of a kit
go through one warm examiner and its sandbox, one after the other, with an honest submission after each few.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from autograder.examiner import Examiner
from autograder.kit import Kit
from autograder.records import Report, Submission, SubmittedFile

HERE = Path(__file__).parent
FILES = sorted((HERE / "submissions").glob("*/*.py"))
EVERY = 5
# What people can see: no controls, no direction marks.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.xdist_group("attacks")]


@dataclass(frozen=True)
class Attacked:
    """One kit's class: reports of the hostile, of the honest before and between them, and what lay around."""

    kit: Kit
    hostile: dict[str, Report]
    alone: Report
    neighbours: list[Report]
    before: set[str]
    after: set[str]
    processes_before: set[str]
    processes_after: set[str]


@cache
def attacked(slug: str) -> Attacked:
    """Examine a whole class once."""
    root = HERE / "kit"
    kit = Kit.load(root, slug)
    honest = (root / "solutions" / slug / f"{slug}.py").read_text()
    with Examiner(kit) as examiner:
        alone = examiner.examine(submission(slug, honest))
        before, processes_before = surroundings(), processes()
        hostile, neighbours = {}, []
        for number, path in enumerate(file for file in FILES if file.parent.name == slug):
            hostile[path.stem] = examiner.examine(submission(slug, path.read_text()))
            if number % EVERY == EVERY - 1:
                neighbours.append(examiner.examine(submission(slug, honest)))
        neighbours.append(examiner.examine(submission(slug, honest)))
        after, processes_after = surroundings(), processes()
    return Attacked(kit, hostile, alone, neighbours, before, after, processes_before, processes_after)


def submission(slug: str, text: str) -> Submission:
    return Submission("somebody", (SubmittedFile(f"{slug}.py", text.encode("utf-8", "surrogatepass")),))


def surroundings() -> set[str]:
    """Names that an attack might leave outside its scratch folder."""
    places = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), Path.cwd())
    names = ("*-by-an-attack", "fill[0-9]*", "inode[0-9]*", "numpy.py")
    return {str(path) for place in places for name in names for path in place.glob(name)}


def processes() -> set[str]:
    """What runs now below this process: examiner, sandbox, and whatever a submission left."""
    return set(below(os.getpid()))


def below(pid: int) -> Iterator[str]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield child
        yield from below(int(child))


def timeless(report: Report) -> Report:
    checks = tuple(replace(check, seconds=0) for check in report.checks)
    return replace(report, checks=checks, seconds=0)


@pytest.mark.parametrize("path", FILES, ids=[f"{file.parent.name}-{file.stem}" for file in FILES])
def test_an_attack_earns_what_its_honest_functions_earn(path: Path) -> None:
    """Honest tasks keep their points, attacked ones earn none, and nothing is the grader's fault."""
    found = attacked(path.parent.name)
    report = found.hostile[path.stem]
    match = re.search(r"^# honest:(.*)$", path.read_text(), re.MULTILINE)
    assert match, f"{path.name} must say which of its tasks are honest"
    honest = set(match[1].split())
    told = [(check.name, check.outcome, check.message[:200]) for check in report.checks]
    assert report.status == "graded", (report.message, told)
    for task, score in report.tasks.items():
        assert score.score == (score.max_score if task in honest else 0), told


@pytest.mark.parametrize("slug", ["plain", "nets"])
def test_honest_neighbours_get_the_same_report_as_without_attacks(slug: str) -> None:
    """Times aside, what an honest student gets does not depend on who else is in the class."""
    found = attacked(slug)
    assert found.alone.score == found.alone.max_score
    assert {timeless(report) == timeless(found.alone) for report in found.neighbours} == {True}


@pytest.mark.parametrize("slug", ["plain", "nets"])
def test_nothing_is_left_behind(slug: str) -> None:
    """No file outside the scratch folder, and no process but the sandbox's own."""
    found = attacked(slug)
    assert found.after == found.before
    assert len(found.processes_after) <= len(found.processes_before)


@pytest.mark.parametrize("slug", ["plain", "nets"])
def test_what_attacks_say_is_harmless_where_it_is_shown(slug: str) -> None:
    """Messages and output hold no terminal escapes and no direction marks."""
    for name, report in attacked(slug).hostile.items():
        texts = [report.message, report.output, report.hidden_output]
        texts += [text for check in report.checks for text in (check.message, check.student_message)]
        assert not any(UNSAFE.search(text) for text in texts), name


def test_students_read_nothing_that_their_code_saw_in_a_hidden_check() -> None:
    """What was printed while hidden checks ran is for staff alone."""
    report = attacked("plain").hostile["snoop_prints_hidden_inputs"]
    assert report.output.count("INPUT") == 1
    assert "INPUT" in report.hidden_output


def test_snooping_finds_nothing() -> None:
    """No check, no answer and no environment of the examiner's can be seen."""
    hostile = attacked("plain").hostile
    assert "FOUND []" in hostile["snoop_reads_the_checks"].output
    assert "ENVIRON" not in hostile["snoop_environment"].output
