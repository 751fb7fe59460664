"""Whatever ends a run, the next one goes on where it stopped and comes to the same grades, byte for byte."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from processes import alive

pytestmark = pytest.mark.needs("bubblewrap")

# How many runs are killed; set it higher for a longer look.
KILLS = int(os.environ.get("KIT_TEST_KILLS", "5"))


def table(out):
    return (out / "grades.csv").read_bytes()


def whole(out):
    """The students whose report is on disk, each of them a whole one; nothing else may be there."""
    names = {path.name for path in out.glob("*/*")} | {path.name for path in out.glob("*") if path.is_file()}
    uploads = {f"{system}.csv" for system in ("canvas", "moodle", "gradescope", "nbgrader")}
    pages, records = (
        ("feedback.html", "class.html"),
        ("class.json", "pages.json", "review.json", "submission.py"),
    )
    whole = {"report.json", "grades.csv", *pages, *records, *uploads}
    begun = {name for name in names if re.fullmatch(r"\..+\.\d+\.tmp", name)}
    assert {name[1:].rsplit(".", 2)[0] for name in begun} <= whole
    assert names - begun <= {*whole, ".lock"}
    return {json.loads(path.read_text(encoding="utf-8"))["student"] for path in out.glob("*/report.json")}


def descendants(process):
    """The command lines of all processes that `process` started, by their number."""
    found, waiting = {}, [process]
    while waiting:
        folder = Path("/proc") / str(waiting.pop())
        for children in folder.glob("task/*/children"):
            for child in map(int, children.read_text().split()):
                found[child] = (
                    (Path("/proc") / str(child) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                )
                waiting.append(child)
    return found


def until(process, start):
    """Read what a run prints until a line begins so."""
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(start):
            return
    pytest.fail(f"{start} never came: {''.join(said)}")


def test_ctrl_c_says_how_to_go_on(grade_arguments, kit_process, kit_command, graded, tmp_path):
    process = kit_process(*grade_arguments)
    until(process, "[3/")
    running = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate()
    assert process.returncode == 130
    assert "To go on, run the same command again:" in rest
    assert str(tmp_path / "grades") in rest.splitlines()[-1]
    assert "Traceback" not in rest
    assert any("autograder.examiner" in command for command in running.values())
    assert not list(filter(alive, running))
    saved = whole(tmp_path / "grades")
    assert len(saved) >= 3
    done = kit_command(*grade_arguments)
    assert f"{10 - len(saved)} to examine, {len(saved)} on disk" in done.stdout
    assert table(tmp_path / "grades") == table(graded[0])


def test_killed_at_any_moment_it_comes_to_the_same_grades(
    grade_arguments, kit_process, kit_command, graded, tmp_path
):
    chance, out = random.Random(9), tmp_path / "grades"
    for _ in range(KILLS):
        before = whole(out) if out.exists() else set()
        process = kit_process(*grade_arguments, "--jobs", "1")
        # Most moments lie between two reports; some before the first, while the examiners start.
        if chance.random() < 0.8:
            for _ in range(chance.randint(1, 3)):
                process.stdout.readline()
        time.sleep(chance.random() / 10)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert whole(out) >= before if out.exists() else not before
    done = kit_command(*grade_arguments)
    assert done.returncode == 0
    assert table(out) == table(graded[0])
    assert len(whole(out)) == 10
    assert not list(out.rglob("*.tmp"))


def test_killed_examiners_and_sandboxes_cost_nobody_a_point(grade_arguments, kit_process, graded, tmp_path):
    with kit_process(*grade_arguments, "--jobs", "2") as process:
        for line, victim in (("[1/", "autograder.examiner.worker"), ("[4/", "bwrap")):
            until(process, line)
            number = next(n for n, command in descendants(process.pid).items() if victim in command)
            os.kill(number, signal.SIGKILL)
        process.communicate()
    assert process.returncode == 0
    assert table(tmp_path / "grades") == table(graded[0])


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for a few reports."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24k,mode=700", "kit-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small tmpfs cannot be mounted here: run the tests as root, outside of a container")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_clear_error_and_nothing_is_half_written(
    small_disk, class_folder, toy, kit_command, graded
):
    out = small_disk / "grades"
    arguments = ["grade", "sums", class_folder, "--out", out, "--root", toy]
    done = kit_command(*arguments)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert 0 < len(whole(out)) < 10
    assert not list(out.rglob("*.tmp"))
    subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
    assert kit_command(*arguments).returncode == 0
    assert table(out) == table(graded[0])


def test_an_examiner_that_cannot_start_grades_nobody(grade_arguments, kit_command, tmp_path, toy_root):
    checks = toy_root / "autograder" / "kits" / "sums" / "test_hidden.py"
    checks.write_text(checks.read_text(encoding="utf-8") + "\n\nraise OSError('no disk')\n", encoding="utf-8")
    done = kit_command(*grade_arguments[:-1], toy_root)
    assert done.returncode == 1
    assert "no disk" in done.stderr
    assert not (tmp_path / "grades" / "grades.csv").exists()
