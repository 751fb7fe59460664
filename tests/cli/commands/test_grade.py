"""`kit grade` as people run it: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
import zipfile

import pytest

pytestmark = pytest.mark.needs("bubblewrap")


@pytest.fixture
def rows(graded):
    with (graded[0] / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_everybody_gets_what_they_earned(rows):
    assert {name: (row["score"], row["status"]) for name, row in rows.items()} == {
        "'=cmd|' [bold red]x": ("5", "graded"),
        "ada": ("10", "graded"),
        "copy": ("5", "graded"),
        "copycat": ("5", "graded"),
        "empty": ("0", "unreadable"),
        "exits": ("0", "graded"),
        "stub": ("0", "graded"),
        "torn": ("0", "unreadable"),
        "wrong": ("0", "graded"),
        "zoë": ("10", "graded"),
    }


def test_every_report_names_its_student_and_is_alone_in_its_folder(graded, rows):
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in graded[0].glob("*/report.json")]
    assert {report["student"] for report in reports} == {name.removeprefix("'") for name in rows}


def test_what_needs_review_comes_first(graded):
    said = graded[1]
    needs, others = said.index("Needs review:"), said.index("Graded:")
    assert needs < said.index("  torn: 0 of 10; unreadable: torn.py") < others
    assert needs < said.index("  exits: 0 of 10; crashed: ") < others
    assert needs < said.index("  copy: 5 of 10; identical: Equal to the submission of copycat") < others
    assert others < said.index("  =cmd|' [bold red]x: 5 of 10") < said.index("Grades: ")
    assert "grades.csv" in said.splitlines()[-5]
    assert "class.html" in said.splitlines()[-3]


def test_without_the_result_cache_every_report_is_the_same(graded, grade_arguments, tmp_path, kit_command):
    def reports(folder):
        for path in folder.glob("*/report.json"):
            report = json.loads(path.read_text(encoding="utf-8"))
            checks = [{**check, "seconds": 0} for check in report["checks"]]
            yield report["student"], {**report, "checks": checks, "seconds": 0}

    done = kit_command(*grade_arguments, "--no-result-cache")
    assert done.returncode == 0, done.stderr
    assert dict(reports(tmp_path / "grades")) == dict(reports(graded[0]))


def written(out):
    """When each file below a folder was written, and which file it is."""
    files = (path for path in out.rglob("*") if path.is_file() and path.name != ".lock")
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


def test_a_second_run_starts_no_examiner_and_changes_nothing(graded, class_folder, toy, kit_command):
    out, _ = graded
    before = written(out)
    done = kit_command("grade", "sums", class_folder, "--out", out, "--root", toy)
    assert done.returncode == 0
    assert "0 to examine, 10 on disk and up to date." in done.stdout
    after = written(out)
    assert {path for path in after if before.get(path) != after[path]} <= {out / "grades.csv"}


def test_a_report_can_be_shown(graded, kit_command):
    done = kit_command("show", graded[0], "=cmd|' [bold red]x")
    assert done.returncode == 0
    assert "=cmd|' [bold red]x sums" in done.stdout
    assert "failed  0/1" in done.stdout


def test_decisions_and_a_roster_are_applied_without_examining_again(
    graded, class_folder, toy, kit_command, tmp_path
):
    (tmp_path / "decided.toml").write_text(
        '[[override]]\nstudent = "wrong"\ncheck = "test_adds_two_numbers"\npoints = 1\nreason = "Near."\n',
        encoding="utf-8",
    )
    (tmp_path / "roster.csv").write_text("student,id\nada,1\nnobody,2\n", encoding="utf-8")
    grade = ["grade", "sums", class_folder, "--out", graded[0], "--root", toy]
    done = kit_command(*grade, "--overrides", tmp_path / "decided.toml", "--roster", tmp_path / "roster.csv")
    assert "0 to examine" in done.stdout
    assert "  nobody: 0 of 10; missing" in done.stdout
    assert "Not on the roster: =cmd" in done.stdout
    assert "Not in the upload files, because nothing was handed in: nobody." in done.stdout
    with (graded[0] / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["wrong"]["score"], rows["ada"]["id"], rows["nobody"]["status"]) == ("1", "1", "missing")
    assert "Decided by a person: 1 of 2 points" in kit_command("show", graded[0], "wrong").stdout
    kit_command(*grade)  # taken back, for the other tests


def test_whoever_fits_two_students_of_the_roster_is_not_said_to_be_none_of_them(
    graded, class_folder, toy, kit_command, tmp_path
):
    (tmp_path / "roster.csv").write_text("student,id\nada,1\nada,2\n", encoding="utf-8")
    grade = ["grade", "sums", class_folder, "--out", graded[0], "--root", toy]
    said = kit_command(*grade, "--roster", tmp_path / "roster.csv").stdout
    (strangers,) = (line for line in said.splitlines() if line.startswith("Not on the roster: "))
    assert "wrong" in strangers
    assert "ada" not in strangers
    assert "ambiguous name: 2 students of the roster fit this name." in said
    kit_command(*grade)  # taken back, for the other tests


def test_a_roster_that_fits_nobody_is_told_with_its_columns(graded, class_folder, toy, kit_command, tmp_path):
    (tmp_path / "roster.csv").write_text("name,id,tutor\nNobody Here,1,Kim\n", encoding="utf-8")
    grade = ["grade", "sums", class_folder, "--out", graded[0], "--root", toy]
    done = kit_command(*grade, "--roster", tmp_path / "roster.csv")
    told = "No submission fits anybody on the roster. Columns used: name, id; not used: tutor."
    assert told in done.stdout
    kit_command(*grade)  # taken back, for the other tests


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "adda"], "did you mean 'ada'"),
        (["--roster", "no/where.csv"], "Cannot read the roster"),
        (["--overrides", "no/where.toml"], "Cannot read the overrides"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_graded(
    grade_arguments, kit_here, tmp_path, options, said
):
    status, output = kit_here(*grade_arguments, *options)
    assert status == 2
    assert said in output
    assert not list(tmp_path.glob("grades/*"))


def test_a_wrong_kit_or_an_empty_class_is_wrong_use(kit_here, class_folder, toy, tmp_path):
    status, output = kit_here("grade", "sum", class_folder, "--out", tmp_path / "grades", "--root", toy)
    assert (status, "did you mean 'sums'" in output) == (2, True)
    (tmp_path / "empty").mkdir()
    status, output = kit_here(
        "grade", "sums", tmp_path / "empty", "--out", tmp_path / "grades", "--root", toy
    )
    assert (status, "holds no submission" in output) == (2, True)


def test_grades_among_the_submissions_are_refused(kit_here, class_folder, toy):
    status, output = kit_here("grade", "sums", class_folder, "--out", class_folder / "grades", "--root", toy)
    assert (status, "choose another --out" in output) == (2, True)


def test_on_a_terminal_the_class_is_a_table(graded, class_folder, toy, environment):
    out, _ = graded
    command = "from autograder.cli import main; main()"
    arguments = ["grade", "sums", str(class_folder), "--out", str(out), "--root", str(toy)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        env=environment | {"TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 1 << 16)
        except OSError:  # the terminal's other end is closed
            break
    os.close(ours)
    assert process.wait() == 0
    text = said.decode()
    assert text.index("needs review") < text.index("torn") < text.index("zoë") < text.index("grades.csv")
    assert "=cmd|' [bold red]x" in text


def test_a_zip_is_a_class_where_the_command_says_so(toy, kit_command, tmp_path):
    """Without the option it is one student's, with a hint; files of nobody's are named in both."""
    with zipfile.ZipFile(tmp_path / "week1.zip", "w") as archive:
        for name in ("ada.py", "bob.py", "Makefile"):
            archive.writestr(name, "def add(left, right):\n    return left + right\n")
    (tmp_path / "roster.csv").write_text("Full name,ID number,Email address\nAda,7,ada@x\nEve,8,eve@x\n")
    command = ("grade", "sums", tmp_path / "week1.zip", "--root", toy, "--out")
    one = kit_command(*command, tmp_path / "one")
    assert "week1.zip counts as one student's. If it holds a class, use --class-zip." in one.stdout
    assert "1 to examine" in one.stdout
    done = kit_command(*command, tmp_path / "out", "--class-zip", "--roster", tmp_path / "roster.csv")
    assert done.returncode == 0, done.stderr
    assert "2 to examine" in done.stdout
    assert "Makefile: neither a source file nor a document: nobody's hand-in." in done.stdout
    assert "Not on the roster: bob." in done.stdout
    assert "because nothing was handed in: Eve." in done.stdout
    uploads = (tmp_path / "out" / "uploads" / "canvas.csv").read_text().splitlines()
    assert [line.rpartition(",")[0] for line in uploads[2:]] == ["Ada,7,"]
