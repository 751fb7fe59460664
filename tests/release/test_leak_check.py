"""The leak check finds what is planted anywhere in what goes to students, and nothing in a clean release."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.files import pack
from autograder.kit import Kit, languages, slugs
from autograder.release.bundles import student_zip
from autograder.release.leak_check import find_leaks
from autograder.release.nbgrader_course import nbgrader_course, release_version
from autograder.release.wheel import Wheel

PROJECT = Path(__file__).parents[2]
TOY = PROJECT / "tests" / "toy"
KITS = [("sums", TOY), *((slug, PROJECT) for slug in slugs(PROJECT))]


@pytest.mark.parametrize(("slug", "root"), KITS, ids=[slug for slug, _ in KITS])
def test_what_goes_to_students_is_clean(slug: str, root: Path, wheel: Wheel) -> None:
    """The zips with the wheel in them, in every language, and what nbgrader releases of the course."""
    kit = Kit.load(root, slug)
    course = release_version(kit, nbgrader_course(root, kit))
    zips = {name: student_zip(root, kit, wheel, name) for name in ("en", *languages(root, slug))}
    assert find_leaks(root, kit, {**zips, **course}) == []


def test_the_source_of_nbgraders_course_is_not_clean(toy: Kit) -> None:
    """It has the answers, which nbgrader takes out: the check would notice if it did not."""
    source = nbgrader_course(TOY, toy)["source/sums/sums.ipynb"]
    found = "\n".join(find_leaks(TOY, toy, {"sums.ipynb": source}))
    for part in ("left+right", "np.mean(numbers).item()", "numbers*factor"):
        assert f"gives away an answer: “{part}”" in found


def notebook(source: str = "", output: str = "", metadata: str = "") -> bytes:
    """A notebook with something planted in a cell, an output or a cell's metadata."""
    cell = nbformat.v4.new_code_cell(source, metadata={"note": metadata})
    cell.outputs = [nbformat.v4.new_output("stream", text=output)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()


def stored(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


ANSWER = "def mean(numbers):\n    # my way\n    return ( np.mean( numbers )\n        .item() )\n"
HIDDEN = "total = sums.add(-2, -5)\nassert total == -7, f'Expected -7, received {total!r}.'"
PLANTS = {
    "an answer in other clothes": ("lesson.py", ANSWER.encode(), "an answer"),
    "an answer in a cell": ("sums.ipynb", notebook(source=ANSWER), "an answer"),
    "an answer in the text": ("README.md", b"Just say `numbers * factor`.", "an answer"),
    "another right answer": (
        "sums.py",
        b"def mean(n):\n    return float(statistics.fmean(numbers.tolist()))\n",
        "the right answer uses_the_standard_library",
    ),
    "a hidden check's code": ("test_sums.py", HIDDEN.encode(), "code of the hidden check"),
    "a hidden check's name": (
        "support/kit.json",
        json.dumps({"checks": ["test_mean_of_other_numbers"]}).encode(),
        "the hidden check test_mean_of_other_numbers",
    ),
    "a hint in an output": (
        "sums.ipynb",
        notebook(output="Try numbers below zero,\ntoo."),
        "the hidden check test_adds_negative_numbers",
    ),
    "a sentence in metadata": (
        "sums.ipynb",
        notebook(metadata="Numbers below zero are added as well."),
        "the hidden check test_adds_negative_numbers",
    ),
    "a threshold's name": ("inputs/settings.json", b'{"largest_error": 1}', "the hidden setting"),
    "a hidden input's name": ("lesson.py", b"load('other_numbers')", "the hidden input other_numbers"),
    "a hidden input": (
        "inputs/more.json",
        (TOY / "autograder/kits/sums/inputs/other_numbers.json").read_bytes(),
        "is the hidden input other_numbers.json",
    ),
    "a file of the staff's": ("autograder/kits/sums/kit.toml", b"", "is for staff alone"),
    "arrays that are named so": ("a.npz", stored(other_numbers=np.zeros(2)), "the hidden input"),
}


@pytest.mark.parametrize(("name", "content", "said"), PLANTS.values(), ids=PLANTS)
@pytest.mark.parametrize("deep", [False, True], ids=["", "in a wheel in a zip"])
def test_what_is_planted_is_found(name: str, content: bytes, said: str, deep: bool, toy: Kit) -> None:
    planted = {"student.zip": pack({"kit.whl": pack({name: content})})} if deep else {name: content}
    assert any(said in leak for leak in find_leaks(TOY, toy, planted)), find_leaks(TOY, toy, planted)


def test_a_sentence_of_a_task_is_no_secret(toy_root: Path) -> None:
    """A hidden check may say what the docstring says."""
    sentence = "Numbers below zero are added as well."
    released = {"sums.py": sentence.encode()}
    assert find_leaks(toy_root, Kit.load(toy_root, "sums"), released) != []
    path = toy_root / "solutions/sums/sums.py"
    path.write_text(path.read_text().replace('"""', f'"""{sentence} ', 1))
    assert find_leaks(toy_root, Kit.load(toy_root, "sums"), released) == []


def test_the_head_of_a_loop_is_no_answer(toy_root: Path) -> None:
    """Every training has one; the lines in it tell an answer."""
    path = toy_root / "solutions/sums/sums.py"
    loop = "    for _ in range(steps):\n        left = left + right * 2 - right\n    return left\n"
    path.write_text(path.read_text().replace("    return left + right\n", loop))
    kit = Kit.load(toy_root, "sums")
    assert (
        find_leaks(
            toy_root, kit, {"lesson.py": b"def train(steps):\n    for _ in range(steps):\n        ...\n"}
        )
        == []
    )
    assert find_leaks(toy_root, kit, {"lesson.py": b"left = left + right * 2 - right"}) != []


def test_an_answer_may_go_on_in_the_next_method(toy_root: Path) -> None:
    """The markers stand around the end of one method and the whole of another."""
    path = toy_root / "solutions/sums/sums.py"
    first = "return self.added([float(number) for number in numbers])"
    second = "return sum(number / 4 + number * 3 / 4 for number in numbers)"
    methods = f"""
class Sums:
    def total(self, numbers):
        ### BEGIN SOLUTION
        {first}

    def added(self, numbers):
        {second}
        ### END SOLUTION
"""
    path.write_text(path.read_text() + methods)
    kit = Kit.load(toy_root, "sums")
    assert find_leaks(toy_root, kit, {"lesson.py": b"def total(numbers):\n    return sum(numbers)\n"}) == []
    for line in (first, second):
        assert find_leaks(toy_root, kit, {"lesson.py": line.encode()}) != []


def test_a_threshold_is_found_by_its_value_where_nobody_reads_that_number_anyway(toy_root: Path) -> None:
    toml = toy_root / "autograder/kits/sums/kit.toml"
    toml.write_text(toml.read_text().replace("largest_error = 1e-9", "least = 0.8125\nmany = 5"))
    kit = Kit.load(toy_root, "sums")
    (found,) = find_leaks(toy_root, kit, {"README.md": b"You need 0.8125, of 10.81256, within 5."})
    assert found == "README.md gives away the hidden setting least: “0.8125”."


def test_a_truth_value_is_no_secret(toy_root: Path) -> None:
    """Most programs contain it."""
    toml = toy_root / "autograder/kits/sums/kit.toml"
    toml.write_text(toml.read_text().replace("largest_error = 1e-9", "exact = true"))
    assert find_leaks(toy_root, Kit.load(toy_root, "sums"), {"lesson.py": b"done = True\n"}) == []


def test_the_engines_own_files_accuse_nobody(toy_root: Path) -> None:
    """Neither an idiom of training loops nor a number gives anything away where the engine has it, too."""
    answer = (
        "    for _ in range(STEPS):\n        with tf.GradientTape() as tape:\n"
        "            said = call_model(model, x, training=True)\n    return said\n"
    )
    solution = toy_root / "solutions/sums/sums.py"
    solution.write_text(solution.read_text().replace("    return left + right\n", answer))
    toml = toy_root / "autograder/kits/sums/kit.toml"
    toml.write_text(toml.read_text().replace("largest_error = 1e-9", "largest_error = 3599"))
    kit = Kit.load(toy_root, "sums")
    own = (PROJECT / "autograder/support/changes.py").read_bytes()
    released = {
        "student.zip": pack({"kit.whl": pack({"autograder/support/changes.py": own})}),
        "support/changes.py": b"# Generated by `kit sync` from autograder/support/changes.py.\n" + own,
        "kit.whl: weekly_kits-1.dist-info/RECORD": b"autograder/a.py,sha256=x,3599",
    }
    assert find_leaks(toy_root, kit, released) == []
    (leak,) = find_leaks(toy_root, kit, {"README.md": own + b"\n# changed"})
    assert "an answer" in leak
    assert find_leaks(toy_root, kit, {"README.md": b"within 3599 s"})


def test_a_hint_may_ask_what_the_library_asks(toy_root: Path) -> None:
    """The library, the wheel and the engine's translations have the sentence for every kit."""
    question = "Which operation lets no gradient through?"
    checks = toy_root / "autograder/kits/sums/test_hidden.py"
    checks.write_text(re.sub('hint="[^"]*"', f'hint="{question}"', checks.read_text(), count=1))
    names = ("support/layers.py", "translations/zh/LC_MESSAGES/kit.po", "translations/zh/LC_MESSAGES/kit.mo")
    own = {name: (PROJECT / "autograder" / name).read_bytes() for name in names}
    assert all(question.encode() in content for content in own.values())
    kit = Kit.load(toy_root, "sums")
    assert find_leaks(toy_root, kit, {"kit.whl": pack(own)}) == []
    assert find_leaks(toy_root, kit, {"README.md": question.encode()})
