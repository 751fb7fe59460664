"""A mistake of an author is one sentence with file and line, whichever file it is in."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner, KitUnusable
from autograder.grading.executors import LocalExecutor
from autograder.handout.build import build
from autograder.kit import Kit, KitError
from autograder.proof.prove import prove
from autograder.proof.static_checks import refuse_mistakes
from autograder.source_code import SourceError

SOLUTION, ALTERNATIVES = "solutions/sums/sums.py", "solutions/sums/alternatives.py"
MISTAKES, LESSON = "solutions/sums/mistakes.py", "solutions/sums/lesson.py"
STORY, HINTS = "solutions/sums/lesson.md", "solutions/sums/hints.toml"
TOML, HIDDEN = "autograder/kits/sums/kit.toml", "autograder/kits/sums/test_hidden.py"
PUBLIC = "autograder/kits/sums/test_public.py"
CONSTANT = "import tensorflow as tf\nZERO = tf.constant(0.0)\nINPUT_FOLDERS = ["
DENSE = "from keras import layers\nTOP = layers.Dense(3)\nINPUT_FOLDERS = ["
FIRST = "INPUT_FOLDERS = ["

# File, text in it, what an author writes instead, the line, and what the sentence says.
CASES = [
    (SOLUTION, "return left + right", "return left +", 9, "invalid syntax"),
    (SOLUTION, "def mean(", "def scale(", 20, "expected scale once, found it in line 13 too"),
    (
        SOLUTION,
        "    ### END SOLUTION\n\n\ndef mean",
        "\n\ndef mean",
        14,
        "expected ### END SOLUTION before this ### BEGIN SOLUTION",
    ),
    (
        SOLUTION,
        "### BEGIN SOLUTION",
        "### BEGIN SOLUTON",
        8,
        "expected ### BEGIN SOLUTION, found ### BEGIN SOLUTON",
    ),
    (SOLUTION, "### END SOLUTION", "# end solution", 10, "expected ### END SOLUTION, found # end solution"),
    (ALTERNATIVES, "return sum((left, right))", "return sum((left, right)", 12, "was never closed"),
    (ALTERNATIVES, "Needs no NumPy for a sum or a mean.", "", 8, "needs a docstring"),
    (MISTAKES, "return left - right", "return left -", 12, "invalid syntax"),
    (MISTAKES, '"test_adds_two_numbers", ', '"test_adds_to", ', 6, "checks that do not exist: test_adds_to"),
    (MISTAKES, 'FAILS = ("test_scale', 'FAILS = list("test_scale', 36, "needs FAILS as a list of texts"),
    (MISTAKES, '    FAILS = ("test_mean_of_other_numbers",)\n', "", 24, "needs FAILS, the checks"),
    (
        MISTAKES,
        'FAILS = ("test_scale',
        'READ = ("scale",)\n    FAILS = ("test_scale',
        36,
        "holds READ = ('scale',), which has no effect",
    ),
    (
        ALTERNATIVES,
        "    def add(",
        "    import math\n\n    def add(",
        11,
        "holds import math, which has no effect",
    ),
    (
        MISTAKES,
        "class forgets_the_sign",
        "ZERO = 0\n\n\nclass forgets_the_sign",
        15,
        "found ZERO = 0: move it above",
    ),
    (MISTAKES, "    def mean(numbers)", "    def median(numbers)", 24, "overrides none of the tasks"),
    (LESSON, "random.seed(seed)", "random.seed(seed", 14, "was never closed"),
    (LESSON, "def load(", "def deterministic(", 18, "expected deterministic once"),
    (LESSON, FIRST, CONSTANT, 10, "expected no tensor, layer or model at import, found tf.constant(0.0)"),
    (LESSON, FIRST, DENSE, 10, "expected no tensor, layer or model at import, found layers.Dense(3)"),
    (ALTERNATIVES, "class uses_the_standard_library", "class stub", 8, "found stub, which is the stub"),
    (MISTAKES, "class forgets_the_sign", "class subtracts", 15, "which is in mistakes.py, line 6"),
    (MISTAKES, "class subtracts", "class uses_the_standard_library", 6, "which is in alternatives.py, line "),
    (PUBLIC, '@pytest.mark.task("add"', '@pytest.mark.tasks("add"', 10, "found @pytest.mark.tasks('add', "),
    (PUBLIC, '    """Two and three make five."""\n', "", 10, "expected a docstring, the sentence"),
    (PUBLIC, "import sums\n", "import sums\nfrom support import check\n", 7, "from support import check"),
    (PUBLIC, "adds_two_numbers():", "adds_two_numbers(call):", 10, "found the fixture `call`"),
    (TOML, '"lesson.deterministic"', '"lesson.determined"', 6, "a function of lesson.py, found 'determined'"),
    (TOML, '"lesson.deterministic"', '"lesson.folder"', 6, "a function of lesson.py, found 'folder'"),
    (TOML, "[settings]", 'remote = ["lesson.step"]\n[settings]', 8, "a function of lesson.py, found 'step'"),
    (HIDDEN, '"largest_error"', '"largest_mistake"', 23, "a setting of kit.toml, found 'largest_mistake'"),
    (PUBLIC, "sums.add(2, 3)", 'sums.add(2, settings["largest_error"])', 12, "declare it in [settings]."),
    (
        PUBLIC,
        "import lesson\n",
        "import lesson\nimport keras\nNET = keras.Sequential()\n",
        5,
        "keras.Sequential()",
    ),
    (HINTS, "mean = [", "mean = ", 6, "this is not TOML: Invalid value."),
    (HINTS, "scale = [", "scales = [", 11, "expected tasks and hidden_look_at, found scales"),
    (STORY, "<!-- task: mean -->", "<!-- task: median -->", 23, "found add, median, scale"),
    (
        STORY,
        "<!-- task: mean -->",
        "<!-- tsk: mean -->",
        23,
        "expected <!-- task: mean -->, found <!-- tsk: mean -->",
    ),
    (STORY, "```python", "```pyhton", 13, "expected ```python for a cell that runs, found pyhton"),
    (
        STORY,
        "```python",
        "``` python name=sum",
        13,
        "expected ```python for a cell that runs, found python name",
    ),
    (STORY, "<!-- task: scale -->", "", 27, "found add, mean"),
    (STORY, "how many\n```\n", "how many\n", 19, "expected a line ``` after ```text"),
    (STORY, "## Scaling", "Scaling", 29, "expected a heading ## before the task scale"),
]


def look_over(root: Path) -> None:
    """Do what `kit prove` does before it examines anything."""
    kit = Kit.load(root, "sums")
    refuse_mistakes(root, kit)
    build(root, Kit.load(root, "sums"))


@pytest.mark.parametrize(("name", "old", "new", "line", "says"), CASES)
def test_a_mistake_is_one_sentence_with_its_place(
    toy_root: Path, name: str, old: str, new: str, line: int | None, says: str
) -> None:
    path = toy_root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises((KitError, SourceError)) as caught:
        look_over(toy_root)
    sentence = str(caught.value)
    assert sentence.startswith(name if line is None else f"{name}, line {line}:"), sentence
    assert says in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("name", [SOLUTION, MISTAKES, LESSON, PUBLIC, HIDDEN])
def test_a_missing_file_is_named(toy_root: Path, name: str) -> None:
    (toy_root / name).unlink()
    with pytest.raises(KitError, match=re.escape(name)):
        look_over(toy_root)


@pytest.mark.parametrize("name", [SOLUTION, MISTAKES, LESSON, PUBLIC, STORY, HINTS])
def test_a_file_that_is_no_text_is_named(toy_root: Path, name: str) -> None:
    path = toy_root / name
    path.write_bytes(b"# \xff\n" + path.read_bytes())
    with pytest.raises((KitError, SourceError), match=f"{re.escape(name)}, line 1"):
        look_over(toy_root)


def test_a_reason_that_is_no_text_is_told(toy_root: Path) -> None:
    (toy_root / "solutions/sums/equivalent.toml").write_text('"add: a mutant" = 3\n')
    with pytest.raises(KitError, match=r"equivalent\.toml, line 1: expected the reason as a text"):
        look_over(toy_root)


def test_a_kit_needs_no_alternatives(toy_root: Path) -> None:
    (toy_root / ALTERNATIVES).unlink()
    look_over(toy_root)


# Mistakes that show only when the code runs: file, text in it, what is written instead, line, and sentence.
AT_IMPORT = [
    (
        LESSON,
        FIRST,
        "import nothing_of_this_name\nINPUT_FOLDERS = [",
        9,
        "ModuleNotFoundError: No module named",
    ),
    (HIDDEN, "import sums\n", "import sums\nEMPTY = [][0]\n", 6, "IndexError: list index out of range"),
]


@pytest.mark.needs("bubblewrap")
@pytest.mark.parametrize(("name", "old", "new", "line", "says"), AT_IMPORT)
def test_what_fails_at_import_is_told_by_its_line(
    toy_root: Path, name: str, old: str, new: str, line: int, says: str
) -> None:
    path = toy_root / name
    path.write_text(path.read_text().replace(old, new, 1))
    with Examiner(Kit.load(toy_root, "sums")) as examiner, pytest.raises(KitUnusable) as caught:
        examiner.wait()
    assert str(caught.value).startswith(f"{name}, line {line}: {says}")


@pytest.mark.needs("bubblewrap")
def test_an_argument_that_cannot_cross_is_told_to_the_author(toy_root: Path) -> None:
    """Once for the check with its line, and no answer is blamed for it."""
    path = toy_root / PUBLIC
    path.write_text(path.read_text().replace("sums.add(2, 3)", "sums.add(open, 3)"))
    kit = Kit.load(toy_root, "sums")
    executor = LocalExecutor(kit, partial(Examiner, kit), jobs=1, isolation="bubblewrap")
    with pytest.raises(KitError) as caught:
        prove(toy_root, kit, executor)
    assert "test_adds_two_numbers raises an error of its own on the solution" in str(caught.value)
    assert "cannot cross" in str(caught.value)
    assert "(test_public.py, line 12)" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.needs("bubblewrap")
def test_a_check_that_is_not_marked_in_the_hidden_file_is_told(toy_root: Path) -> None:
    """The kit is proven, with a note: students would read messages about inputs that they do not have."""
    path = toy_root / HIDDEN
    path.write_text(path.read_text().replace("@pytest.mark.hidden\n", "", 1))
    kit = Kit.load(toy_root, "sums")
    proof = prove(toy_root, kit, LocalExecutor(kit, partial(Examiner, kit), jobs=1, isolation="bubblewrap"))
    note, *_ = proof.notes
    assert proof.problems == ()
    assert f"{HIDDEN}, line 9: " in note
    assert "test_adds_negative_numbers" in note
    assert "Mark it as hidden, or move it to test_public.py." in note
