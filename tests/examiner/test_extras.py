"""A kit's code and a submission decide what Keras brings along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner, unused_imports, unused_imports_of
from autograder.kit import Kit
from autograder.models import Submission, SubmittedFile
from autograder.sandbox.guest.startup import EXTRAS

ROOT = Path(__file__).parents[2]
# Names no extra, so that it gets none, and says which are there all the same.
ASKS = """
import importlib
import sys

import keras

names = ("mat" "plotlib", "pan" "das", "sci" "py", "sk" "learn")
print([name for name in names if name in sys.modules])
print(importlib.import_module(names[1]).DataFrame.__name__)
print(keras.Sequential([keras.Input([2]), keras.layers.Dense(3)]).count_params())
"""


def handed_in(text: str, name: str = "transfer.py") -> Submission:
    return Submission("ada", (SubmittedFile(name, text.encode()),), sha256="0")


def test_what_the_kits_code_speaks_of_is_needed(toy: Kit) -> None:
    assert set(unused_imports(toy)) == set(EXTRAS)
    lesson = toy.files["given/lesson.py"] + b"\n# of pandas\n"
    speaks = replace(toy, files={**toy.files, "given/lesson.py": lesson})
    assert set(unused_imports(speaks)) == {*EXTRAS} - {"pandas"}


@pytest.mark.parametrize("word", [*EXTRAS, *EXTRAS.values(), "\\u0070andas"])
def test_a_submission_that_names_one_has_all(word: str, toy: Kit) -> None:
    """Whatever comes of one may be another's."""
    assert unused_imports_of(toy, [handed_in("import numpy"), handed_in(f"from {word} import *")]) == ()


def test_what_may_say_anything_may_name_one(toy: Kit) -> None:
    """Notebooks may be in other encodings than UTF-8."""
    file = SubmittedFile("sums.ipynb", '{"source": "import pandas"}'.encode("utf-16"))
    assert unused_imports_of(toy, [Submission("ada", (file,))]) == ()


def test_where_nobody_names_one_there_is_none(toy: Kit) -> None:
    """Unless it is not known who comes."""
    assert unused_imports_of(toy, [handed_in("import numpy")]) == unused_imports(toy)
    assert unused_imports_of(toy, []) == ()


@pytest.mark.needs("bubblewrap")
def test_a_real_keras_works_without() -> None:
    """What was kept from it can be imported afterwards."""
    submission = handed_in(ASKS)
    with Examiner(Kit.load(ROOT, "week09_transfer"), only=[submission]) as examiner:
        report = examiner.examine(submission)
    assert report.output.splitlines() == ["[]", "DataFrame", "9"]


@pytest.mark.needs("bubblewrap")
@pytest.mark.xdist_group("week09_transfer")
def test_where_many_may_come_all_is_there(warm: Callable[[Path, str], Examiner]) -> None:
    """What one of them uses, the next may do without."""
    said = warm(ROOT, "week09_transfer").examine(handed_in(ASKS)).output
    assert said.splitlines() == [str([*EXTRAS]), "DataFrame", "9"]
