"""Reads submissions within limits; whatever cannot be read says what and where."""

from __future__ import annotations

import io
import os
import shutil
import socket
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import SubmittedFile
from autograder.submissions.archive import student_zip
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import find
from autograder.submissions.folders import File, Folder, Unreadable, disk_entry
from autograder.submissions.reader import digest, read_submission
from autograder.submissions.selection import select

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


def test_a_folder_with_the_kits_files_alone_holds_no_answer(room):
    room.put("alice/given.py")
    room.put("alice/test_public.py")
    room.put("alice/inputs/a.json")
    assert (
        room.problem("alice")
        == "alice holds no answer: expected toy.py or toy.ipynb, found given.py, test_public.py."
    )


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


def test_folders_have_a_depth(room):
    room.put("alice/" + "d/" * 40 + "toy.py")
    assert "12 folders deep" in room.problem("alice")


def test_folders_have_a_number_of_entries():
    many = Folder("alice", "alice", lambda: [File(f"{n}.txt", "alice", 0, bytes) for n in range(10_001)])
    assert "over 10,000 files and folders" in read_submission("alice", [many], "alice", ASSIGNMENT).problem


# Zips.


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_an_otter_export_is_read(room):
    members = {
        "toy.ipynb": room.notebook(room.answer),
        "toy.pdf": b"%PDF",
        ".OTTER_LOG": b"\x80",
        "__zip_filename__": b"toy_2026_11_23T10_00_00_000000.zip",
    }
    room.zip_of("alice/toy_2026_11_23T10_00_00_000000.zip", members, modified=2_000)
    room.zip_of(
        "alice/toy_2026_11_22T10_00_00_000000.zip", {"toy.ipynb": room.notebook(room.stub)}, modified=1_000
    )
    submission = room.read()["alice"]
    assert [file.name for file in submission.files] == ["toy_2026_11_23T10_00_00_000000.zip/toy.ipynb"]
    assert submission.notes[0].startswith("alice/toy_2026_11_23T10_00_00_000000.zip counts as the newest zip")


def test_a_zip_beside_the_answer_is_left_alone(room):
    room.put("alice/toy.ipynb", room.notebook(room.answer))
    room.zip("alice/export.zip", "toy.py")
    assert room.files()["alice"] == ["toy.ipynb"]


def test_a_zip_in_a_zip_is_read_and_a_zip_in_that_is_not(room):
    two = zipped(**{"inner.zip": zipped(**{"toy.py": b"x = 1"})})
    room.put("alice.zip", two)
    room.put("bob.zip", zipped(**{"outer.zip": two}))
    assert room.files()["alice"] == ["alice.zip/inner.zip/toy.py"]
    assert "too many zips" in room.problem("bob")


def test_an_empty_zip_is_unreadable(room):
    room.zip("alice.zip")
    assert room.problem("alice") == "alice.zip is empty: expected toy.py or toy.ipynb."


def test_a_zip_that_unpacks_to_over_50_megabytes_is_refused_before_it_is_inflated(room, monkeypatch):
    room.zip_of("alice.zip", {"toy.py": room.answer, "big.bin": bytes(50_000_001)})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("inflated"))
    assert "alice.zip is too large: it unpacks to 50.1 MB" in room.problem("alice")


def test_a_zip_that_lies_about_its_size_is_unreadable(room):
    data = bytearray(zipped(**{"toy.py": bytes(20_000_000)}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + place, 100)
    room.put("alice.zip", bytes(data))
    assert "alice.zip/toy.py is damaged" in room.problem("alice")


@pytest.mark.parametrize(
    "name", ["../toy.py", "a/../../toy.py", "/etc/toy.py", "C:\\toy.py", "..\\toy.py", "\\\\host\\toy.py"]
)
def test_a_zip_that_unpacks_out_of_its_folder_is_refused(room, name):
    room.zip("alice.zip", "toy.py", name)
    assert "alice.zip unpacks out of its own folder" in room.problem("alice")


def test_links_in_a_zip_are_refused(room):
    path = room.zip("alice.zip", "other.py")
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("toy.py")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "alice.zip holds a symbolic link, toy.py" in room.problem("alice")


def test_encrypted_zips_are_unreadable(room):
    data = bytearray(zipped(**{"toy.py": b"x = 1"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    room.put("alice.zip", bytes(data))
    assert "alice.zip/toy.py is encrypted" in room.problem("alice")


def test_a_zip_with_absurdly_many_members_is_refused(room, monkeypatch):
    monkeypatch.setattr("autograder.submissions.archive.MEMBER_LIMIT", 3)
    room.zip("alice.zip", "1", "2", "toy.py")
    room.zip("bob.zip", "1", "2", "3", "toy.py")
    assert room.files()["alice"] == ["alice.zip/toy.py"]
    assert "bob.zip holds too many files: more than 3" in room.problem("bob")


def test_a_zip_with_absurdly_deep_folders_is_refused(room):
    room.zip("alice.zip", "toy.py", *("d/" * 20_000 + str(number) for number in range(6)))
    assert "alice.zip holds too many folders" in room.problem("alice")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(room, method):
    with zipfile.ZipFile(room.put("alice.zip"), "w", method) as archive:
        archive.writestr("toy.py", room.answer)
    assert "alice.zip/toy.py is compressed in an unusual way" in room.problem("alice")


@pytest.mark.parametrize("cut", [0, 10, 100, -30])
def test_broken_zips_are_unreadable(room, cut):
    path = room.zip("alice.zip", "toy.py")
    path.write_bytes(path.read_bytes()[:cut])
    assert "alice.zip is a broken zip" in room.problem("alice")


def test_names_in_zips_that_do_not_say_that_they_are_utf8(room):
    data = bytearray(zipped(**{"Zoë/toy.py": b"x = 1"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(signature) + place, 0)
    room.put("alice.zip", bytes(data))
    assert room.files()["alice"] == ["alice.zip/Zoë/toy.py"]


def test_nothing_is_written(room):
    room.zip("alice.zip", "toy.py", "deep/more.py")
    before = sorted(room.path.rglob("*"))
    room.read()
    assert sorted(room.path.rglob("*")) == before


@given(
    st.dictionaries(
        st.from_regex(r"[a-zé李=,' -]{1,8}\.py", fullmatch=True), st.binary(min_size=1), min_size=1
    )
)
def test_what_goes_into_a_zip_comes_out(members):
    """The law of zips, for all contents that are more than spaces."""
    members = {name: b"#" + content for name, content in members.items()}
    folder = student_zip(zipped(**members), "a.zip", "a.zip")
    assert {entry.name: entry.load(10_000) for entry in folder.entries()} == members


@given(st.binary(), st.sampled_from(["toy.py", "toy.ipynb", "toy.zip"]))
def test_any_bytes_are_a_submission_or_a_problem(content, name):
    read = read_submission("alice", [File(name, name, 0.0, lambda limit: content)], name, ASSIGNMENT)
    chosen = select(read, "toy", ["double"])
    assert (chosen.source is None) == bool(chosen.problem)


@given(st.data())
def test_a_damaged_zip_is_a_submission_or_a_problem(data):
    content = bytearray(zipped(**{"toy.py": b"x = 1\n" * 20, "d/toy.ipynb": b"{}"}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read = read_submission(
        "alice", [File("a.zip", "a.zip", 0.0, lambda limit: bytes(content))], "a.zip", ASSIGNMENT
    )
    assert bool(read.files) != bool(read.problem)


# A name that a file system accepts, and that is no junk.
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
        students = [found.student for found in find(Path(folder), "week01_toy", "toy")]
    assert len(students) == len({name, "other"})


# Hashes.


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
