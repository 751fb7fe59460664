"""Reads zips within limits: whatever is damaged, hostile or too large says what and where."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import ReviewReason
from autograder.submissions.archive import student_zip
from autograder.submissions.assignment import Assignment
from autograder.submissions.folders import File
from autograder.submissions.reader import read_submission

ASSIGNMENT = Assignment("week01_toy", "toy")


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
    monkeypatch.setattr("autograder.submissions.archive.MAX_MEMBERS", 3)
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "alice.zip is empty."),
        (
            b"Rar!\x1a\x07",
            "In spite of its name, alice.zip is an archive that is not opened; hand in a .zip.",
        ),
        (b"\n<!doctype HTML>", "In spite of its name, alice.zip is a web page."),
    ],
)
def test_what_is_no_zip_at_all_is_named(room, content, said):
    room.put("alice.zip", content)
    assert room.problem("alice") == said


@pytest.mark.parametrize("cut", [10, 100, -30])
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


@pytest.mark.parametrize(
    ("name", "encoding", "read_as"),
    [
        ("张伟", "cp936", "GB 2312"),
        ("Jörg", "cp850", "code page 850"),
        ("Søren", "cp850", "code page 850"),
        ("Zoë", "utf-8", None),
        ("Jo", "ascii", None),
    ],
)
@pytest.mark.parametrize("folder", ["{}", "{}_501_assignsubmission_file_"])
def test_names_of_a_class_zip_that_are_not_utf8_are_told(room, name, encoding, read_as, folder):
    raw = name.encode(encoding)
    place = "@" * len(raw)
    path = room.zip("class.zip", f"{folder.format(place)}/toy.py")
    path.write_bytes(path.read_bytes().replace(place.encode(), raw))
    (own,) = room.found("class.zip", is_class_zip=True).values()
    notes = [(note.reason, note.text.partition("; ")[2]) for note in own.review]
    assert notes == (
        [(ReviewReason.AMBIGUOUS_NAME, f"read as {read_as} it is {folder.format(name)}.")] if read_as else []
    )
    assert read_as or own.student == name


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


@given(st.data())
def test_a_damaged_zip_is_a_submission_or_a_problem(data):
    content = bytearray(zipped(**{"toy.py": b"x = 1\n" * 20, "d/toy.ipynb": b"{}"}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read = read_submission(
        "alice", [File("a.zip", "a.zip", 0.0, lambda limit: bytes(content))], "a.zip", ASSIGNMENT
    )
    assert bool(read.files) != bool(read.problem)
