"""`kit pack` writes one file, and says loudly what would cost everything."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from pathlib import Path

import pytest

from autograder import files
from autograder.student.handout import Handout
from autograder.student.pack import PackReport, pack
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import find_class
from autograder.submissions.file_selection import select

OUTSIDE = "while it was loaded: what does it do outside functions?"


def packed(folder: Path, answer: str) -> PackReport:
    """What comes of packing this answer."""
    (folder / "sums.py").write_text(answer, encoding="utf-8")
    return pack(Handout.read(folder))


def test_the_zip_is_what_the_grader_reads(folder: Path, tmp_path: Path, solution: str) -> None:
    found = packed(folder, solution)
    assert found.fatal == []
    assert found.written == folder / "sums-answer.zip"
    hand_in = tmp_path / "class" / "ada"
    hand_in.mkdir(parents=True)
    found.written.rename(hand_in / "sums.zip")
    (found_there,) = find_class(hand_in.parent, Assignment("sums", "sums")).submissions
    chosen = select(found_there.read(), "sums", ("add", "mean", "scale"))
    assert chosen.source is not None
    assert chosen.source.cells == (solution,)


def test_it_says_what_it_found(folder: Path, solution: str) -> None:
    found = packed(folder, solution[: solution.index("def scale")])
    assert "Attempted: add, mean." in found.fine
    assert "Not attempted: scale." in found.doubtful


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("print(numbers)", "sums.py:25: NameError: name 'numbers' is not defined"),
        ("raise SystemExit", "sums.py:25: the code ends the program while it is loaded."),
        ("import os; os._exit(1)", f"sums.py ended its process {OUTSIDE}"),
    ],
)
def test_an_answer_that_cannot_be_loaded_is_not_written(
    folder: Path, solution: str, added: str, says: str
) -> None:
    found = packed(folder, f"{solution}{added}\n")
    assert found.fatal == [f"sums.py cannot be loaded, so no task in it would count: {says}"]
    assert found.written is None
    assert not (folder / "sums-answer.zip").exists()


def test_an_endless_loop_at_the_end_costs_only_itself(folder: Path, solution: str) -> None:
    """As when graded: the functions above it count."""
    found = packed(folder, f"{solution}while True: pass\n")
    assert found.fatal == []
    assert any("sums.py:25" in text or "line 25" in text for text in found.doubtful), found


def test_an_import_that_the_grader_lacks_costs_everything(folder: Path, solution: str) -> None:
    (fatal,) = packed(folder, f"import no_such_package\n{solution}").fatal
    assert fatal.startswith(
        "sums.py imports no_such_package in line 1, which the grader does not have (it has"
    )
    assert "keras, matplotlib, numpy" in fatal


def test_a_module_of_ones_own_is_not_handed_in(folder: Path, solution: str) -> None:
    (folder / "mine.py").write_text("")
    (fatal,) = packed(folder, f"import mine\n{solution}").fatal
    assert "mine.py is in your folder, but one file is handed in" in fatal


def test_an_import_inside_a_function_costs_that_function(folder: Path, solution: str) -> None:
    found = packed(folder, f"{solution}\n\ndef plot():\n    import seaborn\n")
    assert found.fatal == []
    assert any("seaborn in line 28" in sentence for sentence in found.doubtful)


def test_an_import_that_may_fail_is_nobodys_business(folder: Path, solution: str) -> None:
    found = packed(folder, f"try:\n    import seaborn\nexcept ImportError:\n    seaborn = None\n{solution}")
    assert not [sentence for sentence in (*found.fatal, *found.doubtful) if "seaborn" in sentence]


def test_a_file_that_is_too_large_is_not_written(folder: Path, solution: str) -> None:
    (fatal,) = packed(folder, solution + "#" * 10_000_001).fatal
    assert fatal.startswith("sums.py has 10.1 MB, and the grader reads 10.0 MB at most")


def test_a_stub_beside_the_solved_notebook_is_left_out_loudly(folder: Path, solution: str) -> None:
    cells = [{"cell_type": "code", "source": solution, "metadata": {}}]
    (folder / "sums.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    found = pack(Handout.read(folder))
    assert "sums.ipynb counts, not sums.py, in which no task is attempted." in found.doubtful
    assert found.written is not None
    assert zipfile.ZipFile(found.written).namelist() == ["sums.ipynb"]


def test_a_notebooks_lost_cells_are_told(folder: Path, solution: str) -> None:
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in (solution, "1 / 0")]
    (folder / "sums.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    found = pack(Handout.read(folder))
    assert found.written is not None
    assert any("code cell 2" in sentence and "left out" in sentence for sentence in found.doubtful)


def test_a_newer_file_that_is_no_python_is_not_passed_over(folder: Path, solution: str) -> None:
    cells = [{"cell_type": "code", "source": solution, "metadata": {}}]
    (folder / "sums.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    os.utime(folder / "sums.ipynb", (1, 1))
    assert packed(folder, "def add(").fatal == ["sums.py:1 is not Python: '(' was never closed."]


def test_what_lies_only_in_the_students_folder_is_missed(folder: Path, solution: str) -> None:
    """The file is loaded where only the handout's files are."""
    (folder / "numbers.csv").write_text("1")
    (fatal,) = packed(folder, f"{solution}\nopen('numbers.csv').close()\n").fatal
    assert "No such file or directory: 'numbers.csv'" in fatal


def test_an_answer_that_the_grader_cannot_take_is_told(folder: Path, solution: str) -> None:
    found = packed(folder, f"{solution}\n\ndef add(left, right):\n    return object()\n")
    (told,) = (sentence for sentence in found.doubtful if "add" in sentence)
    assert "The answer of add is an object: whole and decimal numbers, text, lists" in told


def test_nothing_attempted_is_nothing_to_hand_in(handout: Handout) -> None:
    assert pack(handout).fatal == ["Every file is still as it was handed out: no task is attempted."]


def test_the_handouts_own_zip_is_kept(folder: Path, solution: str) -> None:
    (folder / "sums.zip").write_bytes(b"the handout")
    assert packed(folder, solution).written is not None
    assert (folder / "sums.zip").read_bytes() == b"the handout"


def test_public_checks_that_fail_are_told(folder: Path, solution: str) -> None:
    (folder / "sums.py").write_text(solution.replace("left + right", "left - right"), encoding="utf-8")
    handout = Handout.read(folder)
    found = pack(handout)
    assert "Public checks: 2 of 4 points." in found.fine
    assert [each for each in found.doubtful if "add" in each] == [
        "Public check fails: add: Two and three make five. Expected 5, received -1: add both arguments."
    ]
    assert found.written is not None


@pytest.mark.parametrize("writable", [1, 0])
def test_a_folder_that_cannot_be_written_to(
    folder: Path, solution: str, writable: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder around it holds the file, or one sentence says that none does."""
    handout = Handout.read(folder)
    folders = [folder.parent][:writable]
    write = files.write_atomic

    def write_where_allowed(path: Path, content: bytes) -> None:
        if path.parent not in folders:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        write(path, content)

    monkeypatch.setattr(files, "write_atomic", write_where_allowed)
    (folder / "sums.py").write_text(solution, encoding="utf-8")
    found = pack(handout)
    if writable:
        assert (found.written, found.unwritable) == (folder.parent / "sums-answer.zip", "")
    else:
        told = f"sums-answer.zip cannot be written in {folder.parent}: Permission denied."
        assert (found.written, found.unwritable) == (None, told)


def test_no_file_at_all_is_told(folder: Path) -> None:
    (folder / "sums.py").unlink()
    (folder / "sums.ipynb").unlink()
    (fatal,) = pack(Handout.read(folder)).fatal
    assert fatal.startswith("Expected sums.py or sums.ipynb in")


def test_changed_given_files_are_told(folder: Path, solution: str) -> None:
    with (folder / "lesson.py").open("a") as lesson:
        lesson.write("\n")
    assert (
        "Changed since it was handed out: lesson.py. The grader uses its own copy."
        in packed(folder, solution).doubtful
    )
