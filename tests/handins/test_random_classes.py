"""Classes with random names on every platform, hostile names, and the limits of reading metadata."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import ClassError, collect_submissions, find_class
from autograder.submissions.folders import Entry, File, Folder
from autograder.submissions.identity import safe_name
from autograder.submissions.layout import read_layout

ASSIGNMENT = Assignment("week09_transfer", "transfer")

# What a student may call a file, so that it looks like somebody else's.
TAILS = st.sampled_from(
    (
        *(
            "transfer.py",
            "transfer.ipynb",
            "my answer, final (2).py",
            "x.zip",
            "notes.pdf",
            "LATE_transfer.py",
        ),
        "x_s1_attempt_2026-12-31-23-59-59_transfer.py",
        "s1_1_1_transfer.py",
        "S1_1_assignsubmission_file_transfer.py",
        "1-1 - S1 - Nov 28, 2026 905 AM - transfer.py",
        "S1(s1)_Submission attachment(s)_transfer.py",
        "S1 - transfer.ipynb",
        "submission_metadata.yml",
        "week09-transfer-s1",
    )
)
LOGINS = st.from_regex(r"[a-z][a-z0-9_]{0,8}[a-z0-9]", fullmatch=True)
NAMES = st.text(st.characters(categories=("Ll", "Lu", "Lo"), codec="utf-8"), min_size=1, max_size=8).flatmap(
    lambda first: st.sampled_from((first, f"{first} Doe", f"{first}-Roe", f"{first} O'Neill"))
)


@dataclass(frozen=True)
class Student:
    """A student with everything that a platform may know."""

    number: int
    name: str
    login: str
    tail: str


@st.composite
def students(draw: st.DrawFn) -> list[Student]:
    logins = draw(st.lists(LOGINS, min_size=2, max_size=6, unique=True))
    numbers = draw(st.lists(st.integers(1, 10**9), min_size=len(logins), max_size=len(logins), unique=True))
    return [
        Student(number, draw(NAMES), login, draw(TAILS))
        for number, login in zip(numbers, logins, strict=True)
    ]


def canvas_name(each: Student) -> str:
    """Return the name as Canvas writes it: word characters only, in lower case."""
    return "".join(char for char in each.name.lower() if char.isalpha()) or "x"


# Where a student's file lies in the export of each platform, and what the platform knows the student by.
EXPORTS = {
    "canvas": (
        lambda each: (
            f"{canvas_name(each)}{'_LATE' * (each.number % 2)}_{each.number}_7{each.number}_{each.tail}"
        ),
        lambda identity: identity.ids[0],
    ),
    "moodle": (
        lambda each: f"{each.name}_{each.number}_assignsubmission_file_/{each.tail}",
        lambda identity: identity.ids[0],
    ),
    "moodle files": (
        lambda each: f"{each.name}_{each.number}_assignsubmission_file_{each.tail}",
        lambda identity: identity.ids[0],
    ),
    "blackboard": (
        lambda each: f"Week 9_{each.login}_attempt_2026-11-23-10-00-00_{each.tail}",
        lambda identity: identity.login,
    ),
    "brightspace": (
        lambda each: f"{each.number}-5 - {each.name} - Nov 28, 2026 905 AM/{each.tail}",
        lambda identity: identity.ids[0],
    ),
    "brightspace files": (
        lambda each: f"{each.number}-5 - {each.name} - Nov 28, 2026 905 AM - {each.tail}",
        lambda identity: identity.ids[0],
    ),
    "sakai": (
        lambda each: f"{each.name}({each.login})/Submission attachment(s)/{each.tail}",
        lambda identity: identity.login,
    ),
    "github": (
        lambda each: f"week09-transfer-{each.login}/{each.tail}",
        lambda identity: identity.login,
    ),
    "nbgrader": (
        lambda each: f"submitted/{each.login}/week09_transfer/{each.tail}",
        lambda identity: identity.login,
    ),
    "gradescope": (
        lambda each: f"submission_{each.number}/{each.tail}",
        lambda identity: identity.ids[0],
    ),
    "folders": (lambda each: f"{each.login}/{each.tail}", lambda identity: identity.name),
    "files": (lambda each: f"{each.login}.py", lambda identity: identity.name),
}


def folder(name: str, where: str, paths: Mapping[str, str]) -> Folder:
    """Return a folder in memory with files at these paths."""
    inner: dict[str, dict[str, str]] = {}
    entries: list[Entry] = []
    for path, content in paths.items():
        head, _, rest = path.partition("/")
        place = f"{where}/{head}" if where else head
        if rest:
            inner.setdefault(head, {})[rest] = content
        else:
            entries.append(File(head, place, 1.0, lambda limit, content=content: content.encode()))
    entries += [folder(head, f"{where}/{head}" if where else head, rest) for head, rest in inner.items()]
    return Folder(name, where, lambda: entries)


@pytest.mark.parametrize("platform", EXPORTS)
@settings(max_examples=25, deadline=None)
@given(people=students())
def test_every_student_of_any_class_is_found_once(platform: str, people: list[Student]) -> None:
    """Whatever students are called and call their files, each has one submission, and nobody else has."""
    path, known_by = EXPORTS[platform]
    paths = {path(each): "x = 1" for each in people}
    if platform == "gradescope":
        paths["submission_metadata.yml"] = "".join(
            f"submission_{each.number}:\n  :submitters:\n"
            f"  - :name: {json.dumps(each.name, ensure_ascii=False)}\n    :sid: '{each.number}'\n"
            for each in people
        )
    found = collect_submissions(read_layout(folder("class", "", paths), ASSIGNMENT), ASSIGNMENT)
    key = (
        "login" if platform in ("blackboard", "sakai", "github", "nbgrader", "folders", "files") else "number"
    )
    expected = Counter(str(getattr(each, key)) for each in people)
    assert Counter(known_by(each.identity) for each in found.submissions) == expected
    assert len({safe_name(each.student) for each in found.submissions}) == len(people)


# What a student may put into a folder, to make the class look like another one.
TREES = st.sampled_from(
    (
        ("week09_transfer/transfer.py",),
        ("submitted/s1/week09_transfer/transfer.py", "submitted/s2/week09_transfer/transfer.py"),
        ("submission_metadata.yml", "submission_1/transfer.py", "submission_2/transfer.py"),
        ("Section A/s1.py", "Section A/s2.py", "Section B/s3.py"),
        ("s1_1_1_transfer.py", "s2_2_2_transfer.py", "s3_3_3_transfer.py"),
        ("s1.py", "s2.py", "s3.py"),
        ("s1/transfer.py", "s2/transfer.py"),
        ("kit.json", "conftest.py", "transfer.py", "lesson.py"),
        (".git/config", "transfer.py"),
        ("transfer.py",),
    )
)
FOLDERS = tuple(name for name, (path, _) in EXPORTS.items() if path(Student(1, "A", "a", "x")).endswith("/x"))


def others(paths: Mapping[str, str], mallory: Collection[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return who is found and with which files, but for what lies at Mallory's paths."""
    found = collect_submissions(read_layout(folder("class", "", paths), ASSIGNMENT), ASSIGNMENT)
    heads = {path.split("/")[0] for path in mallory}
    return [
        (each.student, each.where, tuple(file.name for file in each.read().files))
        for each in found.submissions
        if not any(entry.where.split("/")[0] in heads for entry in each.entries)
    ]


@pytest.mark.parametrize("platform", [name for name in EXPORTS if name not in ("gradescope", "nbgrader")])
@settings(max_examples=25, deadline=None)
@given(people=students(), tail=TAILS, tree=TREES)
def test_one_hand_in_changes_nobody_elses(
    platform: str, people: list[Student], tail: str, tree: Sequence[str]
) -> None:
    """Whatever one student hands in and calls it, everybody else is found as without it."""
    path, _ = EXPORTS[platform]
    honest = [replace(each, tail="transfer.py") for each in people]
    mallory = Student(2 * 10**9, "Mallory", "mallory_m", tail)
    tails = tree if platform in FOLDERS else (tail,)
    # Files that people collect by hand may have any name.
    added = [tail] if platform == "files" else [path(replace(mallory, tail=each)) for each in tails]
    before = {path(each): "x = 1" for each in honest}
    assert others(before | dict.fromkeys(added, "x = 2"), added) == others(before, ())


def test_hostile_names_are_read_in_linear_time() -> None:
    """Names of many thousand characters, each part of which could begin a match, are read like others."""
    parts = (
        "_1",
        "_attempt_2026-11-23-10-00-00",
        " - ",
        "(a)",
        "_assignsubmission_",
        "-",
        "1-1 - a",
        "_2026_",
        "a,",
        ".py",
        ".zip.x",
        "-1.a",
        " (1)",
        "a_1_1_",
        "Download Nov 1, 2026 905 AM",
        "Group 1-",
        "submissions ",
    )
    entries: list[Entry] = [
        File(part * times + end, "x", 1.0, lambda limit: b"")
        for part in parts
        for times in (900 // len(part), 20_000)
        for end in ("", ".py", "\n", "_x.py", ".zip")
    ]
    found = collect_submissions(read_layout(Folder("class", "", lambda: entries), ASSIGNMENT), ASSIGNMENT)
    assert found.submissions or found.ignored


ALIASES = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{ALIASES}submission_1:\n  :submitters:\n  - :name: *a29\n", None),
        ("submission_1:\n  :x: " + "[" * 200 + "]" * 200, "nested more than 50 levels"),
        ("submission_1:\n  :submitters:\n" + "  - :name: x\n" * 200, "more than 100 submitters"),
        ("submission_1: {:name", "submission_metadata.yml is not what Gradescope exports"),
    ],
)
def test_metadata_is_read_within_limits(tmp_path: Path, text: str, said: str | None) -> None:
    """No alias is followed, and depth and number are limited."""
    (tmp_path / "submission_metadata.yml").write_text(text)
    (tmp_path / "submission_1").mkdir()
    (tmp_path / "submission_1" / "transfer.py").write_text("x = 1")
    if said is None:
        found = find_class(tmp_path, ASSIGNMENT)
        assert [each.student for each in found.submissions] == ["submission_1"]
    else:
        with pytest.raises(ClassError, match=said):
            find_class(tmp_path, ASSIGNMENT)


def test_a_submission_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a submission again gets the same one, until the cache is full."""
    for name in ("ada", "bob"):
        (tmp_path / f"{name}.py").write_text("x = 1")
    ada, bob = find_class(tmp_path, ASSIGNMENT).submissions
    read = ada.read()
    (tmp_path / "ada.py").unlink()
    assert ada.read() is read
    monkeypatch.setattr(bob.cache, "_left", 0)
    assert bob.read().files
    (tmp_path / "bob.py").unlink()
    assert bob.read().problem
