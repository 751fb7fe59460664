"""Finds every student once in the forms that classes have."""

from __future__ import annotations

import os
import unicodedata
import zipfile

import pytest

from autograder.models import ReviewNote, ReviewReason
from autograder.submissions.discovery import ClassError


def test_flat_files_are_named_by_their_stem(room):
    room.put("alice.py")
    room.put("bob.ipynb", room.notebook(room.answer))
    room.zip("carol.zip", "toy.py")
    assert room.files() == {"alice": ["alice.py"], "bob": ["bob.ipynb"], "carol": ["carol.zip/toy.py"]}


def test_a_folder_a_student(room):
    room.put("alice/toy.py")
    room.put("bob/deep/down/toy.ipynb", room.notebook(room.answer))
    room.put("carol/answer.py")
    assert room.files() == {"alice": ["toy.py"], "bob": ["deep/down/toy.ipynb"], "carol": ["answer.py"]}


def test_files_folders_and_zips_mix(room):
    room.put("alice.py")
    room.put("bob/toy.py")
    room.zip("carol.zip", "toy.py")
    assert list(room.found()) == ["alice", "bob", "carol"]


@pytest.mark.parametrize("below", [".", "submitted"])
def test_nbgraders_folders_hold_one_folder_a_kit(room, below):
    room.put("submitted/alice/week01_toy/toy.ipynb", room.notebook(room.answer))
    room.put("submitted/alice/week01_toy/timestamp.txt", "2026-11-23 10:00:00 UTC")
    room.put("submitted/alice/week02_other/other.ipynb", room.notebook(room.answer))
    room.put("submitted/bob/week02_other/other.ipynb", room.notebook(room.answer))
    room.put("source/week01_toy/toy.ipynb", room.notebook(room.stub))
    room.put("gradebook.db", "")
    assert room.files(below) == {"alice": ["toy.ipynb"]}


@pytest.mark.parametrize("below", ["submitted/alice", "submitted/alice/week01_toy"])
def test_one_student_of_nbgraders_folders(room, below):
    room.put("submitted/alice/week01_toy/toy.ipynb", room.notebook(room.answer))
    assert room.files(below) == {"alice": ["toy.ipynb"]}


def test_nbgraders_folders_without_this_kit_are_no_class(room):
    room.put("submitted/bob/week02_other/other.ipynb", room.notebook(room.answer))
    with pytest.raises(ClassError, match="no submission for week01_toy"):
        room.found()


def test_canvas_names(room):
    room.put("doejane_1234_5001_toy.py")
    room.put("roejoe_LATE_1235_5002_toy.ipynb", room.notebook(room.answer))
    room.put("müllerzoë_1236_5003_My answer, final.py")
    room.put("anon_Ab1c2_5004_toy.py")
    room.zip("LATE_anon_Zz9y8_5005_toy.zip", "toy.py")
    assert room.files() == {
        "anon_Ab1c2": ["toy.py"],
        "anon_Zz9y8": ["toy.zip/toy.py"],
        "doejane": ["toy.py"],
        "müllerzoë": ["My answer, final.py"],
        "roejoe": ["toy.ipynb"],
    }


def test_of_canvas_resubmissions_the_newest_counts_whatever_the_files_times(room):
    room.put("doejane_1234_5001_toy.py", room.stub, modified=3_000_000_000)
    room.put("doejane_LATE_1234_5009_toy-2.py", room.answer, modified=1_000_000_000)
    room.put("doejane_LATE_1234_5008_toy-1.py", room.stub, modified=2_000_000_000)
    submission = room.read()["doejane"]
    assert [file.content.decode() for file in submission.files] == [room.answer]
    versions = [note.text for note in submission.review if note.reason is ReviewReason.SEVERAL_VERSIONS]
    assert all("doejane_LATE_1234_5008_toy-1.py" in text for text in versions)
    assert any("doejane_LATE_1234_5009_toy-2.py is newer and counts" in text for text in versions)
    assert ReviewNote(ReviewReason.LATE, "The platform marks it as late.") in submission.review


def test_canvas_files_of_different_kinds_are_one_submission(room):
    room.put("doejane_1234_5001_toy.py", room.stub)
    room.put("doejane_1234_5002_toy.ipynb", room.notebook(room.answer))
    room.put("doejane_1234_5003_report.pdf", b"%PDF")
    assert room.files() == {"doejane": ["toy.ipynb", "toy.py"]}
    assert room.review("doejane") == {}


def test_what_canvas_got_instead_of_code_is_a_row(room):
    room.put("doejane_1234_5003_report.pdf", b"%PDF")
    room.put("roejoe_1235_text.html", "<p>I could not do it</p>")
    assert "report.pdf" in room.problem("doejane")
    assert "text.html" in room.problem("roejoe")


def test_canvas_students_of_one_name_keep_their_number(room):
    room.put("doejane_1234_5001_toy.py")
    room.put("doejane_1299_5002_toy.py")
    assert list(room.found()) == ["doejane (1234)", "doejane (1299)"]


def test_names_with_dates_are_not_canvas(room):
    names = ["2026_11_23_bob", "toy_2026_11_23T10_00_00_000000", "toy_2026_11_23T10_00_00_000001"]
    room.put(f"{names[0]}.py")
    room.zip(f"{names[1]}.zip", "toy.py")
    room.zip(f"{names[2]}.zip", "toy.py")
    assert list(room.found()) == names


def test_an_otter_export_that_came_through_canvas(room):
    room.zip("doejane_1234_5001_toy_2026_11_23T10_00_00_000000.zip", "toy.py")
    assert list(room.found()) == ["doejane"]


METADATA = """\
---
submission_101:
  :submitters:
  - :name: Ana Lí
    :sid: '7'
    :email: ana@school.example
  :created_at: 2026-11-23 10:00:00.123456000 Z
  :results: !ruby/object:Results
    score: 3
submission_102:
  :submitters:
  - :name: Bo
    :email: bo@school.example
  - :name: =Cy, "the" Kid
    :email: cy@school.example
  :created_at: 2026-11-23 11:00:00 Z
submission_103:
  :submitters:
  - :name: Dee
    :email: dee@school.example
submission_104:
  :submitters:
  - :name: Ana Lí
    :email: other@school.example
"""


@pytest.mark.parametrize("wrapped", ["", "assignment_9_export/"])
def test_a_gradescope_export_names_its_students(room, wrapped):
    room.put(f"{wrapped}submission_metadata.yml", METADATA)
    for number in (101, 102, 104):
        room.put(f"{wrapped}submission_{number}/toy.py")
    read = room.read()
    assert list(read) == [
        '=Cy, "the" Kid',
        "Ana Lí (ana@school.example)",
        "Ana Lí (other@school.example)",
        "Bo",
        "Dee",
    ]
    assert read["Bo"].files == read['=Cy, "the" Kid'].files
    assert "submission_103" in room.problem("Dee")


def test_of_two_gradescope_submissions_the_later_counts(room):
    entry = (
        "submission_%d:\n"
        "  :submitters: [{':name': Bo, ':email': bo@x.example}]\n"
        "  :created_at: 2026-11-2%d 10:00:00 Z\n"
    )
    room.put("submission_metadata.yml", entry % (2, 2) + entry % (1, 1))
    room.put("submission_1/toy.py", room.stub, modified=2_000_000_000)
    room.put("submission_2/toy.py", room.answer, modified=1_000_000_000)
    submission = room.read()["Bo"]
    assert submission.files[0].content.decode() == room.answer
    said = "There are two submissions: submission_2 is newer and counts, submission_1 does not."
    assert room.review("Bo") == {"several_versions": said}


@pytest.mark.parametrize("text", ["[1, 2", "just text", "!!python/object/apply:os.system [true]", "\x00"])
def test_broken_gradescope_metadata_is_said_at_once(room, text):
    room.put("submission_metadata.yml", text)
    with pytest.raises(ClassError, match=r"submission_metadata\.yml"):
        room.found()


def test_moodle_names(room):
    room.put("Jane Doe_81_assignsubmission_file_/toy.py")
    room.put("Jane Doe_81_assignsubmission_onlinetext_/onlinetext.html", "hello")
    room.put("Zoë Müller_82_assignsubmission_file/deep/toy.ipynb", room.notebook(room.answer))
    room.put("Joe Roe_83_assignsubmission_file_toy.py")
    room.put("Participant_84_assignsubmission_file_/toy.py")
    room.put("Participant_85_assignsubmission_file_/toy.py")
    assert room.files() == {
        "Jane Doe": ["toy.py"],
        "Joe Roe": ["toy.py"],
        "Participant (84)": ["toy.py"],
        "Participant (85)": ["toy.py"],
        "Zoë Müller": ["deep/toy.ipynb"],
    }
    assert room.review("Jane Doe") == {}


def test_blackboard_names_with_the_last_attempt_counting(room):
    room.put("Week 1_jdoe_attempt_2026-11-23-10-00-00_toy.py", room.stub)
    room.put("Week 1_jdoe_attempt_2026-11-23-12-00-00_toy.py", room.answer)
    room.put("Week 1_jdoe_attempt_2026-11-23-12-00-00.txt", "Name: Jane Doe")
    submission = room.read()["jdoe"]
    assert [file.content.decode() for file in submission.files] == [room.answer]
    assert len(submission.review) == 1


@pytest.mark.parametrize("name", ["alice.py", "alice.ipynb", "alice.zip"])
def test_one_file_is_a_class_of_one(room, name):
    room.put("alice.py")
    room.put("alice.ipynb", room.notebook(room.answer))
    room.zip("alice.zip", "toy.py")
    assert list(room.files(name)) == ["alice"]


def test_one_students_folder_is_not_a_class(room):
    for name in ("toy.py", "given.py", "test_public.py", "conftest.py", "inputs/a.json", "README.md"):
        room.put(f"alice/{name}")
    room.put("alice/toy.ipynb", room.notebook(room.stub))
    room.put("alice/old/toy.py")
    assert room.files("alice") == {"alice": ["old/toy.py", "toy.ipynb", "toy.py"]}


def test_a_stray_answer_beside_students_folders_is_no_single_student(room):
    room.put("toy.py")
    room.put("alice/toy.py")
    room.put("bob/toy.py")
    assert list(room.found()) == ["alice", "bob", "toy"]


def test_a_class_of_one_folder_is_named_by_it(room):
    room.put("alice/toy.py")
    assert list(room.found()) == ["alice"]


@pytest.mark.parametrize("below", [".", "submissions.zip"])
def test_an_export_zip_is_the_class(room, below):
    room.zip_of(
        "submissions.zip",
        {
            "doejane_1234_5001_toy.py": room.answer,
            "roejoe_LATE_1235_5002_toy-1.ipynb": room.notebook(room.answer),
            "__MACOSX/._doejane_1234_5001_toy.py": b"\0",
        },
    )
    assert room.files(below) == {"doejane": ["toy.py"], "roejoe": ["toy.ipynb"]}


def test_a_class_zip_may_hold_folders_and_zips(room):
    inner = room.zip("inner.zip", "toy.py").read_bytes()
    room.zip_of("class.zip", {"class/alice/toy.py": room.answer, "class/bob.zip": inner, "class/eve/": b""})
    files = room.files("class.zip", is_class_zip=True)
    assert files == {"alice": ["toy.py"], "bob": ["bob.zip/toy.py"], "eve": []}


def test_a_link_in_a_class_zip_costs_only_its_owner(room):
    path = room.zip("class.zip", "alice.py", "bob.py")
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("eve.py")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    read = room.read("class.zip", is_class_zip=True)
    assert "symbolic link" in read["eve"].problem
    assert read["alice"].problem is None


def test_two_submissions_of_one_student_and_the_newer_counts(room):
    room.put("alice.py", room.stub, modified=1_000)
    room.put("alice/toy.py", room.answer, modified=2_000)
    room.zip("bob.zip", "toy.py", modified=3_000)
    room.put("bob/toy.py", room.stub, modified=2_000)
    read = room.read()
    assert [file.name for file in read["alice"].files] == ["toy.py"]
    assert [file.name for file in read["bob"].files] == ["bob.zip/toy.py"]
    assert [note.text for student in ("alice", "bob") for note in read[student].review] == [
        "There are two submissions: alice is newer and counts, alice.py does not.",
        "There are two submissions: bob.zip is newer and counts, bob does not.",
    ]


def test_an_empty_folder_is_no_second_submission(room):
    room.put("alice.py")
    (room.path / "alice").mkdir()
    assert room.files() == {"alice": ["alice.py"]}
    assert room.review("alice") == {}


def test_a_script_and_a_notebook_of_one_name_are_one_submission(room):
    room.put("alice.py")
    room.put("alice.ipynb", room.notebook(room.answer))
    assert room.files() == {"alice": ["alice.ipynb", "alice.py"]}


def test_junk_is_no_submission(room):
    room.put("alice/toy.py")
    room.put("bob.py")
    for name in (
        ".ipynb_checkpoints/bob-checkpoint.ipynb",
        "__MACOSX/alice/._toy.py",
        "__pycache__/bob.cpython-311.pyc",
        ".git/config",
        "._bob.py",
        ".DS_Store",
        "desktop.ini",
        "Thumbs.db",
        "given.py",
        "conftest.py",
        "test_public.py",
        "roster.csv",
        "README.md",
        "alice/.ipynb_checkpoints/toy-checkpoint.ipynb",
        "alice/._toy.py",
        "alice/__pycache__/toy.py",
        "alice/given.py",
        "alice/test_hidden.py",
        "alice/venv/lib/toy.py",
    ):
        room.put(name)
    assert room.files() == {"alice": ["toy.py"], "bob": ["bob.py"]}


def test_names_stay_themselves(room):
    names = ["=SUM(A1)", 'Doe, "Jane"', "  spaces  ", "Zoë Müller", "李雷", "a'b", "-rf", "x" * 200]
    for name in names:
        room.put(f"{name}/toy.py")
    assert set(room.found()) == set(names)


def test_accents_of_macos_stay_as_they_are_written(room):
    name = unicodedata.normalize("NFD", "Zoë")
    room.put(f"{name}.py")
    assert list(room.found()) == [name]


def test_names_that_are_no_text_are_shown_with_replacement_characters(room):
    path = os.fsencode(room.path) + b"/caf\xe9.py"
    with open(path, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(b"x = 1")
    assert list(room.found()) == ["caf\N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize("name", ["alice.tar.gz", "alice.rar", "alice.ipynb.json", "alice.py.txt"])
def test_what_was_plainly_handed_in_but_is_not_read_is_a_row(room, name):
    room.put(name)
    room.put("bob.py")
    (student,) = set(room.found()) - {"bob"}
    assert name in room.problem(student)


def test_no_class_at_all(room):
    with pytest.raises(ClassError, match="does not exist"):
        room.found("nowhere")
    with pytest.raises(ClassError, match="holds no submission for week01_toy"):
        room.found()
    room.put("notes.txt")
    room.put("class.zip", b"PK cut off")
    with pytest.raises(ClassError, match=r"^class\.zip is a broken zip: "):
        room.find_class("class.zip", is_class_zip=True)
    with pytest.raises(ClassError, match=r"notes\.txt is no submission"):
        room.found("notes.txt")


def test_a_large_class_is_not_read_before_it_is_asked_for(room, monkeypatch):
    for number in range(300):
        room.put(f"student{number:03}/toy.py")
    monkeypatch.setattr("autograder.submissions.folders._read", lambda *_: pytest.fail("read while finding"))
    assert len(room.found()) == 300
