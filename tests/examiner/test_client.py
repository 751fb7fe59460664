"""The kit's code alone decides which optional dependencies Keras imports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner
from autograder.examiner.worker import unused_imports
from autograder.kit import Kit
from autograder.models import Submission, SubmittedFile
from autograder.sandbox.guest.startup import KERAS_EXTRAS

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
    assert set(unused_imports(toy)) == set(KERAS_EXTRAS)
    lesson = toy.files["given/lesson.py"] + b"\n# of pandas\n"
    speaks = replace(toy, files={**toy.files, "given/lesson.py": lesson})
    assert set(unused_imports(speaks)) == {*KERAS_EXTRAS} - {"pandas"}


@pytest.mark.needs("bubblewrap")
@pytest.mark.xdist_group("week09_transfer")
def test_a_submission_has_every_optional_dependency(warm: Callable[[Path, str], Examiner]) -> None:
    """Whatever its text says, its environment is the same."""
    said = warm(ROOT, "week09_transfer").examine(handed_in(ASKS)).output
    assert said.splitlines() == [str([*KERAS_EXTRAS]), "DataFrame", "9"]
