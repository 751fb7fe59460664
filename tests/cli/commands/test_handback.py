"""`kit handback` as people use it, with a server that speaks Canvas' API."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from canvas_server import TOKEN, Canvas, running

from autograder.grading.storage import GradesFolder

Command = Callable[..., tuple[int, str]]
ROSTER = "student,id,sis user id,login,email\n" + "".join(
    f"{name},{number},s{number},{name},{name}@x.edu\n"
    for number, name in enumerate(("ada", "zoë", "wrong", "absent"), 1)
)
COMMENT = '[[comment]]\ntext = "See slide 12."\nstudents = ["wrong"]\n'


@pytest.fixture(scope="module")
def grades(
    tmp_path_factory: pytest.TempPathFactory,
    toy: Path,
    solved: str,
    kit_command: Callable[..., object],
) -> Path:
    """The grades of a class with a roster and one comment."""
    folder = tmp_path_factory.mktemp("handback")
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "overrides.toml").write_text(COMMENT)
    (folder / "class").mkdir()
    for name in ("ada", "zoë", "copycat"):
        (folder / "class" / f"{name}.py").write_text(solved)
    (folder / "class" / "wrong.py").write_text("def add(left, right):\n    return left - right\n")
    options = ("--roster", folder / "roster.csv", "--overrides", folder / "overrides.toml", "--root", toy)
    kit_command("grade", "sums", folder / "class", "--out", folder / "grades", *options)
    return folder / "grades"


@pytest.fixture
def canvas(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canvas]:
    """A Canvas with three of the class, and its token in the environment."""
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    students = {100 + number: {"sis_user_id": f"s{number}"} for number in (1, 2, 3)}
    with running(Canvas(students)) as server:
        yield server


def on_canvas(grades: Path, canvas: Canvas, *options: str) -> list[str | Path]:
    rest = ("--to", "canvas", "--url", canvas.url, "--course", "7", "--assignment", "9")
    return ["handback", grades, *rest, *options]


def test_a_dry_run_prints_what_would_be_sent_and_sends_nothing(
    kit_here: Command, grades: Path, canvas: Canvas
) -> None:
    status, said = kit_here(*on_canvas(grades, canvas))
    assert status == 0
    path = "/api/v1/courses/7/assignments/9/submissions/103"
    assert f"wrong: POST {path}/comments/files name=feedback-" in said
    assert f"wrong: PUT {path} comment[text_comment]=See slide 12." in said
    assert f"wrong: PUT {path} submission[posted_grade]=0 (now none)" in said
    assert "Nothing was sent" in said
    assert "absent: handed in nothing." in said
    assert "copycat: not certain whose submission this is." in said
    assert kit_here(*on_canvas(grades, canvas, "--dry-run")) == (0, said)
    assert (canvas.changes, canvas.files) == ([], {})


def test_scores_comments_and_pages_arrive_once(kit_here: Command, grades: Path, canvas: Canvas) -> None:
    """Sending twice sends nothing new, and a score that changed is sent alone."""
    status, said = kit_here(*on_canvas(grades, canvas, "--send"))
    assert (status, said.count("PUT")) == (0, 7)
    wrong = canvas.submissions[103]
    assert [comment["comment"] for comment in wrong["submission_comments"]] == ["", "See slide 12."]
    assert [each["score"] for each in canvas.submissions.values()] == [10, 10, 0]
    pages = {content for _, content in canvas.files.values()}
    assert pages == {path.read_bytes() for path in map(page_of(grades), ("ada", "zoë", "wrong"))}
    before = list(canvas.changes)
    status, said = kit_here(*on_canvas(grades, canvas, "--send"))
    assert (status, canvas.changes) == (0, before)
    assert "Sent 0 changes for 0 students; 3 students are up to date." in said
    canvas.submissions[101]["entered_score"] = 4
    kit_here(*on_canvas(grades, canvas, "--send"))
    assert canvas.changes[len(before) :] == [(101, "submission[posted_grade]", "10")]


def page_of(grades: Path) -> Callable[[str], Path]:
    record = GradesFolder(grades).record()
    assert record is not None
    folders = {student.student: student.folder for student in record.students}
    return lambda student: grades / folders[student] / "feedback.html"


@pytest.mark.parametrize("left", [0, 3, 6])
def test_an_interrupted_run_continues(kit_here: Command, grades: Path, canvas: Canvas, left: int) -> None:
    """Wherever it stops, the next run sends the rest, and nothing twice."""
    canvas.changes_left = left
    status, said = kit_here(*on_canvas(grades, canvas, "--send"))
    assert status == 1
    assert f"Sent {left} of 7 changes: CanvasException" in said
    canvas.changes_left = 100
    assert kit_here(*on_canvas(grades, canvas, "--send"))[0] == 0
    assert len(canvas.changes) == 7
    assert (
        len(set(canvas.changes)) == 7
        or [user for user, *_ in canvas.changes] == [101] * 2 + [103] * 3 + [102] * 2
    )


def test_missing_students_get_a_zero_only_where_asked(
    kit_here: Command, grades: Path, canvas: Canvas
) -> None:
    canvas.submissions[104] = {**canvas.submissions[101], "user_id": 104, "user": {"sis_user_id": "s4"}}
    kit_here(*on_canvas(grades, canvas, "--send", "--missing-as-zero"))
    assert [change for change in canvas.changes if change[0] == 104] == [
        (104, "submission[posted_grade]", "0")
    ]


def test_an_assignment_with_other_points_gets_nothing(
    kit_here: Command, grades: Path, canvas: Canvas
) -> None:
    canvas.points = 100
    status, said = kit_here(*on_canvas(grades, canvas, "--send"))
    assert (status, canvas.changes) == (1, [])
    assert "Expected an assignment of 10 points in Canvas, found 'Sums' with 100." in said


def test_the_token_comes_from_the_environment_and_is_never_printed(
    kit_here: Command, grades: Path, canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANVAS_TOKEN", "wrong-token")
    status, said = kit_here(*on_canvas(grades, canvas, "--send"))
    assert (status, "wrong-token" in said) == (1, False)
    assert "does not accept the token" in said
    monkeypatch.delenv("CANVAS_TOKEN")
    status, said = kit_here(*on_canvas(grades, canvas, "--send"))
    assert (status, "CANVAS_TOKEN" in said) == (2, True)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--to", "canvas", "--send"), "are for --to canvas with --course"),
        (("--to", "moodle", "--dry-run"), "are for --to canvas with --course"),
        (("--to", "canvas", "--course", "7", "--send", "--dry-run"), "found both"),
        (("--to", "canvas", "--course", "7"), "Expected --url, --course and --assignment"),
        (("--to", "canvas", "--table", __file__), "expected one column 'Sums', found no assignment"),
    ],
)
def test_wrong_use_is_told(kit_here: Command, grades: Path, options: tuple[str, ...], told: str) -> None:
    status, said = kit_here("handback", grades, *options)
    assert status == 2
    assert told in " ".join(said.split())


def test_a_token_travels_only_over_https(
    kit_here: Command, grades: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    place = ("--url", "http://canvas.example.edu", "--course", "7", "--assignment", "9")
    status, said = kit_here("handback", grades, "--to", "canvas", *place)
    assert (status, "Expected an address like https://" in said) == (1, True)


def test_a_missing_canvasapi_is_told(
    kit_here: Command, grades: Path, canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "canvasapi", None)
    status, said = kit_here(*on_canvas(grades, canvas))
    assert (status, "needs canvasapi: install the package with its extra `grade`" in said) == (1, True)


def test_each_platform_gets_its_files(kit_here: Command, grades: Path, tmp_path: Path) -> None:
    """Only those of the roster, and a page for each of them."""
    files = {
        "canvas": ["gradebook.csv"],
        "moodle": ["feedback.zip", "worksheet.csv"],
        "gradescope": ["scores.csv"],
        "brightspace": ["grades.csv"],
    }
    for platform, names in files.items():
        status, said = kit_here("handback", grades, "--to", platform, "--out", tmp_path / platform)
        assert (status, sorted(path.name for path in (tmp_path / platform).iterdir())) == (0, names)
        assert "absent: handed in nothing." in said
    status, _ = kit_here("handback", grades, "--to", "folder")
    with (grades / "handback" / "folder" / "students.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["email"], row["score"]) for row in rows] == [
        ("ada", "ada@x.edu", "10"),
        ("wrong", "wrong@x.edu", "0"),
        ("zoë", "zoë@x.edu", "10"),
    ]
    for row in rows:
        page = (grades / "handback" / "folder" / row["page"]).read_text(encoding="utf-8")
        assert f"{row['score']} of 10" in page
