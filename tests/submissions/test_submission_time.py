"""When submissions arrived: nbgrader's timestamp and a clone's commit count, times of files never."""

from __future__ import annotations

import os
import subprocess

import pytest

from autograder.models import ReviewReason
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import find_class

MOMENT = 1_796_043_600  # 2026-11-30 13:00 UTC


def arrivals(room, below="."):
    found = find_class(room.path / below, Assignment("week01_toy", "toy"), late_rules=True)
    return {each.student: each.identity.submitted for each in found.submissions}


@pytest.fixture
def clone(room):
    """Makes a folder with one commit, whose committer's time is MOMENT."""

    def make(name, *, pack=False, date=f"{MOMENT} +0100"):
        room.put(f"{name}/toy.py")
        folder = room.path / name
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        environment |= {"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": "1000000000 +0000"}
        who = ["-c", "user.name=Jo <x> Doe", "-c", "user.email=jo@x"]
        commands = [
            ["init", "-q"],
            ["add", "toy.py"],
            [*who, "commit", "-qm", "Done\n\ncommitter x> 5 +0000"],
        ]
        for command in [*commands, *([["gc", "-q"]] if pack else [])]:
            subprocess.run(["git", *command], cwd=folder, env=environment, check=True)
        return folder

    return make


TIMESTAMPS = [
    ("2026-11-30 13:00:00.123456 UTC\n", MOMENT + 0.0),
    ("2026-11-30 13:00:00 UTC", MOMENT),
    ("2026-11-30 14:00:00.5 +0100", MOMENT),
    ("2026-11-30T13:00:00", MOMENT),
    ("2026-11-30 14:00:00.5 CET", MOMENT),
    ("2026-11-30 05:00:00 America/Los_Angeles", MOMENT),
    ("2026-11-30 13:00:00Z", MOMENT),
    ("2026-11-30 05:00:00.5 PST", None),
    ("2026-11-30 05:00:00 ../UTC", None),
    ("2026-11-30 05:00:00 America", None),
    ("2026-13-30 13:00:00 UTC", None),
    ("yesterday", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "moment"), TIMESTAMPS)
def test_nbgrader_tells_the_time_beside_the_submission(room, text, moment):
    room.put("submitted/jdoe/week01_toy/toy.py")
    room.put("submitted/jdoe/week01_toy/timestamp.txt", text)
    room.put("submitted/roe/week01_toy/toy.py")
    assert arrivals(room) == {"jdoe": moment, "roe": None}
    assert arrivals(room, "submitted/jdoe/week01_toy") == {"jdoe": moment}


def test_a_timestamp_in_a_students_own_folder_says_nothing(room):
    for name in ("ada", "bob"):
        room.put(f"{name}/toy.py")
        room.put(f"{name}/timestamp.txt", TIMESTAMPS[0][0])
    assert arrivals(room) == {"ada": None, "bob": None}


@pytest.mark.needs("git")
@pytest.mark.parametrize("pack", [False, True])
def test_a_clone_arrived_with_its_commit(room, clone, pack):
    clone("ada", pack=pack)
    room.put("bob/toy.py", modified=5)
    assert arrivals(room) == {"ada": MOMENT, "bob": None}


@pytest.mark.needs("git")
def test_a_detached_clone_arrived_with_its_commit(room, clone):
    folder = clone("ada")
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True
    )
    (folder / ".git" / "HEAD").write_text(commit.stdout)
    room.put("bob/toy.py")
    assert arrivals(room)["ada"] == MOMENT


@pytest.mark.needs("git")
def test_no_program_that_a_clone_names_is_run(room, clone, tmp_path):
    folder, trace = clone("ada"), tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {trace}\n")
    program.chmod(0o755)
    names = (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "gpg.program",
        "alias.cat-file",
    )
    for name in names:
        subprocess.run(["git", "config", name, f"!{program}"], cwd=folder, check=True)
    room.put("bob/toy.py")
    assert arrivals(room)["ada"] == MOMENT
    assert not trace.exists()


BROKEN = {
    "HEAD": "ref: refs/heads/../../../../x\n",
    "refs/heads/master": "not a commit",
    "objects": None,
}


@pytest.mark.needs("git")
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_clone_has_no_time(room, clone, name, tmp_path):
    path = clone("ada") / ".git" / name
    if BROKEN[name] is None:
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.write_text(BROKEN[name])
    room.put("bob/toy.py")
    assert arrivals(room) == {"ada": None, "bob": None}


@pytest.mark.parametrize(("late_rules", "noted"), [(False, True), (True, False)])
def test_rules_for_late_submissions_replace_the_note(room, late_rules, noted):
    room.put("doejo_LATE_1001_70001_toy.py")
    room.put("roekim_1002_70002_toy.py")
    found = find_class(room.path, Assignment("week01_toy", "toy"), late_rules=late_rules)
    notes = [note.reason for each in found.submissions for note in each.review]
    assert (ReviewReason.LATE in notes) is noted
    assert [each.identity.late for each in found.submissions] == [True, False]
