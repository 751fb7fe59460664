"""Reads submissions within limits; whatever cannot be read says what and where."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import SubmittedFile
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import find_class
from autograder.submissions.file_selection import select
from autograder.submissions.folders import File, Folder, Unreadable, disk_entry
from autograder.submissions.reader import digest, read_submission

ASSIGNMENT = Assignment("week01_toy", "toy")


def test_an_empty_file_is_unreadable(room):
    room.put("alice.py", "")
    room.put("bob/toy.py", " \n\n")
    assert room.problem("alice") == "alice.py is empty."
    assert room.problem("bob") == "bob/toy.py is empty."


def test_a_folder_without_code_says_what_it_holds(room):
    (room.path / "alice").mkdir()
    room.put("bob/report.pdf")
    room.put("bob/data.csv")
    assert room.problem("alice") == "alice is empty: expected toy.py or toy.ipynb."
    assert "found data.csv, report.pdf." in room.problem("bob")


def test_the_empty_file_that_marks_a_package_is_no_problem(room):
    room.put("alice/toy/__init__.py", "")
    room.put("alice/toy/toy.py")
    room.put("bob/__init__.py", "")
    assert room.read()["alice"].notes == ()
    assert room.problem("bob") == "bob is empty: expected toy.py or toy.ipynb."


def test_a_folder_with_the_kits_files_alone_holds_no_answer(room):
    room.put("alice/given.py")
    room.put("alice/test_public.py")
    room.put("alice/inputs/a.json")
    assert (
        room.problem("alice")
        == "alice holds no answer: expected toy.py or toy.ipynb, found given.py, test_public.py."
    )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((".ipynb_checkpoints/toy-checkpoint.ipynb",), ".ipynb_checkpoints (Jupyter's copies)"),
        (("__pycache__/toy.cpython-311.pyc",), "__pycache__ (compiled Python)"),
        (("tests/toy.py", "inputs/a.json"), "inputs (the kit's inputs), tests (test files)"),
        (("deep/support/toy.py",), "support (the kit's own code)"),
        (("env/toy.py",), "env (an environment)"),
        (
            ("my_env/conda-meta/history", "my_env/Lib/toy.py"),
            "Lib (an environment), conda-meta (an environment)",
        ),
        ((".idea/toy.py", "env/toy.py"), ".idea (no part of a submission), env (an environment)"),
    ],
)
def test_a_folder_with_skipped_folders_alone_says_what_is_skipped(room, files, said):
    for name in files:
        room.put(f"alice/{name}")
    room.put("bob.py")
    found = f"found only what is not searched: {said}."
    assert room.problem("alice") == f"alice holds no answer: expected toy.py or toy.ipynb, {found}"


@pytest.mark.parametrize("name", ["test_toy.py", "toy_test.py", "test_public.py"])
def test_a_test_file_alone_is_no_answer(room, name):
    room.put(f"alice/{name}")
    room.put("bob.py")
    said = f"alice holds no answer: {name} is a test file; an answer needs another name."
    assert room.problem("alice") == f"{said} Expected toy.py or toy.ipynb."


@pytest.mark.parametrize("size", [10_000_000, 10_000_001])
def test_a_file_over_10_megabytes_is_unreadable(room, size):
    path = room.put("alice.py")
    with path.open("r+b") as file:
        file.truncate(size)
    problem = room.read()["alice"].problem
    assert (problem is None) == (size == 10_000_000)
    assert problem is None or problem.startswith("alice.py is too large: 10.1 MB")


def test_files_over_50_megabytes_together_are_not_held(room):
    room.put("bob.py")
    for number in range(6):
        room.put(f"alice/part{number}.py", b"#" * 9_000_000)
    submission = room.read()["alice"]
    assert sum(len(file.content) for file in submission.files) <= 50_000_000
    assert "over 50.0 MB" in submission.notes[-1]


@pytest.mark.parametrize("target", ["/etc/passwd", "../bob.py", "bob.py", "nowhere", "."])
def test_links_are_not_followed(room, target):
    room.put("bob.py")
    (room.path / "alice.py").symlink_to(target)
    (room.path / "carol").mkdir()
    (room.path / "carol" / "toy.py").symlink_to(target)
    (room.path / "dave").symlink_to(target)
    assert room.problem("alice").startswith("alice.py is a symbolic link")
    assert room.problem("carol").startswith("carol/toy.py is a symbolic link")
    assert room.problem("dave").startswith("dave is a symbolic link")
    assert room.files()["bob"] == ["bob.py"]


def test_a_link_beside_an_answer_is_a_note(room):
    room.put("alice/toy.py")
    (room.path / "alice" / "more.py").symlink_to("/etc/passwd")
    submission = room.read()["alice"]
    assert [file.name for file in submission.files] == ["toy.py"]
    assert "alice/more.py is a symbolic link" in submission.notes[0]


def test_pipes_and_sockets_neither_block_nor_count(room, monkeypatch):
    os.mkfifo(room.path / "alice.py")
    (room.path / "bob").mkdir()
    os.mkfifo(room.path / "bob" / "toy.py")
    monkeypatch.chdir(room.path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("carol.ipynb")
    assert "alice.py is a named pipe" in room.problem("alice")
    assert "bob/toy.py is a named pipe" in room.problem("bob")
    assert "carol.ipynb is a socket" in room.problem("carol")


def test_a_file_that_turns_into_a_pipe_or_a_link_after_it_was_found_is_refused(room):
    alice, bob = room.put("alice.py"), room.put("bob.py")
    found = room.found()
    alice.unlink()
    os.mkfifo(alice)
    bob.unlink()
    bob.symlink_to("/etc/passwd")
    assert found["alice"].read().problem == "alice.py is no regular file."
    assert found["bob"].read().problem.startswith("bob.py cannot be read")


def test_a_file_that_vanishes_is_unreadable(room):
    room.put("alice/toy.py")
    found = room.found()["alice"]
    shutil.rmtree(room.path / "alice")
    assert found.read().problem == "The folder alice cannot be listed: No such file or directory."


def test_without_permission_files_and_folders_are_unreadable(room, monkeypatch):
    room.put("alice.py")
    room.put("bob/toy.py")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    found = room.found()
    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert found["alice"].read().problem == "alice.py cannot be read: Permission denied."
    assert found["bob"].read().problem == "The folder bob cannot be listed: Permission denied."


@pytest.mark.parametrize(
    "environment",
    [
        ("conda_env/lib/python3.11/toy.py", "conda_env/bin/toy.py"),
        ("conda_env/conda-meta/history", "conda_env/Library/toy.py", "conda_env/Lib/os.py"),
        ("my_env/pyvenv.cfg", "my_env/bin/activate_this.py", "my_env/lib64/toy.py"),
        ("tf/Lib/site-packages/toy.py", "tf/Scripts/toy.py"),
        ("deep/er/pyvenv.cfg", "deep/er/lib/python3.12/site-packages/toy/toy.py"),
        ("pyvenv.cfg", "bin/toy.py", "Lib/site-packages/toy.py"),
    ],
)
def test_an_environment_under_any_name_is_not_searched(room, environment):
    for name in ("toy.py", "week/tools/mine.py", *environment):
        room.put(f"alice/{name}", modified=2_000_000_000)
    room.put("bob/lib/toy.py")
    assert room.files() == {"alice": ["toy.py", "week/tools/mine.py"], "bob": ["lib/toy.py"]}


def test_times_in_a_clone_are_those_of_the_checkout_and_do_not_count(room):
    room.put("alice/toy.py")
    room.put("alice/tries/toy.py", modified=2_000_000_000)
    room.put("bob/toy.py")
    assert {file.modified for file in room.read()["alice"].files} == {1_000_000_000, 2_000_000_000}
    room.put("alice/.git/config")
    assert {file.modified for file in room.read()["alice"].files} == {0.0}
    assert {file.modified for file in room.read()["bob"].files} == {1_000_000_000}


def test_folders_have_a_depth(room):
    room.put("alice/" + "d/" * 40 + "toy.py")
    assert "12 folders deep" in room.problem("alice")


def test_folders_have_a_number_of_entries():
    many = Folder("alice", "alice", lambda: [File(f"{n}.txt", "alice", 0, bytes) for n in range(10_001)])
    assert "over 10,000 files and folders" in read_submission("alice", [many], "alice", ASSIGNMENT).problem


@given(st.binary(), st.sampled_from(["toy.py", "toy.ipynb", "toy.zip"]))
def test_any_bytes_are_a_submission_or_a_problem(content, name):
    read = read_submission("alice", [File(name, name, 0.0, lambda limit: content)], name, ASSIGNMENT)
    chosen = select(read, "toy", ["double"])
    assert (chosen.source is None) == bool(chosen.problem)


# Names that a file system accepts, and that are no junk.
FILE_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40).filter(
    lambda name: not name.startswith((".", "~$")) and len(name.encode()) < 200
)


@given(FILE_NAMES)
def test_any_name_of_a_file_system_is_a_student(name):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).mkdir()
        Path(folder, name, "toy.py").write_text("x = 1")
        Path(folder, "other").mkdir()
        Path(folder, "other", "toy.py").write_text("x = 1")
        students = [found.student for found in find_class(Path(folder), ASSIGNMENT).submissions]
    assert len(students) == len({name, "other"})


@given(st.dictionaries(st.text(max_size=5), st.binary(max_size=5), max_size=4), st.randoms())
def test_the_hash_knows_names_and_contents_but_no_order_and_no_times(files, random):
    submitted = [SubmittedFile(name, content, random.random()) for name, content in files.items()]
    again = [SubmittedFile(file.name, file.content) for file in random.sample(submitted, len(submitted))]
    assert digest(submitted) == digest(again)


def test_the_hash_tells_where_a_name_ends():
    assert digest([SubmittedFile("a", b"bc")]) != digest([SubmittedFile("ab", b"c")])
    assert digest([SubmittedFile("a", b"b"), SubmittedFile("c", b"d")]) != digest(
        [SubmittedFile("a", b"bcd")]
    )


def test_loading_more_than_allowed_is_refused_by_folders_too(room):
    path = room.put("alice.py", b"x" * 11)
    with pytest.raises(Unreadable, match="too large"):
        disk_entry(path).load(10)
