"""Late submissions and the term, as a TA handles them: `kit grade` again and again, then `kit term`."""

from __future__ import annotations

import csv
import shutil

import pytest

LATE = '\n[dates]\ndue = 2026-11-30\n\n[late]\ntime_zone = "UTC"\npenalty = 10\nfree_days = 1\n'
STAMP = "2026-12-02 12:00:00.5 UTC"  # two days begun


@pytest.fixture
def course(toy_root):
    """The toy kit with rules for late submissions, once more as an earlier week."""
    kits, solutions = toy_root / "autograder" / "kits", toy_root / "solutions"
    config = kits / "sums" / "kit.toml"
    config.write_text(config.read_text() + LATE)
    for folder in (kits, solutions):
        shutil.copytree(folder / "sums", folder / "sums0")
    return toy_root


@pytest.fixture
def handed_in(tmp_path, solved):
    """Writes what nbgrader collects of ada, who is late, and bob, whose time is not known."""

    def write(slug):
        for name, stamp in (("ada", STAMP), ("bob", "")):
            folder = tmp_path / slug / "submitted" / name / slug
            folder.mkdir(parents=True)
            (folder / "sums.py").write_text(solved)
            (folder / "timestamp.txt").write_text(stamp)
        return tmp_path / slug

    return write


def scores(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: (row["raw"], row["penalty"], row["score"]) for row in csv.DictReader(file)}


@pytest.mark.needs("bubblewrap")
def test_a_term_with_late_days(course, handed_in, tmp_path, kit_here):
    """A free day is used in the first week; a deadline that moves costs no examination."""

    def kit(*arguments):
        status, said = kit_here(*arguments)
        assert status == 0, said
        return said

    earlier, out = tmp_path / "grades0", tmp_path / "grades"
    said = kit("grade", "sums0", handed_in("sums0"), "--out", earlier, "--root", course)
    assert scores(earlier) == {"ada": ("10", "1", "9"), "bob": ("10", "0", "10")}
    assert "late: Due 2026-11-30 23:59+00:00, handed in 2026-12-02 12:00+00:00." in said
    assert "not known when 1 submissions arrived, so they lose no points for being late: bob." in said
    again = ("grade", "sums", handed_in("sums"), "--out", out, "--root", course, "--term", earlier)
    kit(*again)
    assert scores(out)["ada"] == ("10", "2", "8")
    config = course / "autograder" / "kits" / "sums" / "kit.toml"
    config.write_text(config.read_text().replace("2026-11-30", "2026-12-01"))
    assert "0 to examine, 2 on disk" in kit(*again)
    assert scores(out)["ada"] == ("10", "1", "9")
    assert "9 of 10 points" in (out / "ada" / "feedback.html").read_text()
    assert "10 points, minus a penalty of 1. Due 2026-12-01" in kit("show", out, "ada")
    term = tmp_path / "term"
    assert "0 of 2 students dropped." in kit("term", earlier, out, "--out", term, "--root", course)
    table = list(csv.DictReader((term / "term.csv").read_text().splitlines()))
    assert [(row["student"], row["late_days_used"]) for row in table] == [("ada", "1"), ("bob", "0")]
    assert "late days used" in (term / "term.html").read_text()


def test_a_penalty_needs_rules(toy, tmp_path, class_folder, kit_here):
    overrides = tmp_path / "overrides.toml"
    overrides.write_text('[[penalty]]\nstudent = "ada"\npoints = 1\nreason = "Late."\n')
    command = ("grade", "sums", class_folder, "--out", tmp_path / "grades", "--root", toy)
    status, said = kit_here(*command, "--overrides", overrides)
    assert status == 2
    assert "expected a table [late] in autograder/kits/sums/kit.toml, found none" in " ".join(said.split())


def test_a_term_of_something_else_is_refused(tmp_path, kit_here):
    status, said = kit_here("term", tmp_path, "--out", tmp_path / "term")
    assert status == 2
    assert "Expected grades in" in said
    assert not (tmp_path / "term").exists()
