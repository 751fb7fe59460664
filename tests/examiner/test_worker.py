"""The kit's code, and never a submission, decides what Keras brings along in the examiner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checks.result_cache import CachedResults, GeneratedNames, ResultCache, Trace
from autograder.examiner.client import Examiner
from autograder.examiner.worker import open_result_cache, unused_imports
from autograder.kit import Kit, slugs
from autograder.models import Submission, SubmittedFile
from autograder.sandbox.guest.startup import KERAS_EXTRAS
from autograder.sandbox.policy import Isolation

ROOT = Path(__file__).parents[2]
# Names no extra, and prints which are there all the same.
ASKS = b"""
import importlib
import sys

import keras

names = ("mat" "plotlib", "pan" "das", "sci" "py", "sk" "learn")
print([name for name in names if name in sys.modules])
print(importlib.import_module(names[1]).DataFrame.__name__)
print(keras.Sequential([keras.Input([2]), keras.layers.Dense(3)]).count_params())
"""


def test_what_the_kits_code_names_is_used(toy: Kit) -> None:
    assert set(unused_imports(toy)) == set(KERAS_EXTRAS)
    lesson = toy.files["given/lesson.py"] + b"\n# of pandas\n"
    names = replace(toy, files={**toy.files, "given/lesson.py": lesson})
    assert set(unused_imports(names)) == {*KERAS_EXTRAS} - {"pandas"}


@pytest.mark.parametrize("slug", slugs(ROOT))
def test_neither_a_kit_nor_the_support_library_names_any(slug: str) -> None:
    """Keras would import it at every start."""
    assert set(unused_imports(Kit.load(ROOT, slug))) == set(KERAS_EXTRAS)


@pytest.mark.needs("bubblewrap")
@pytest.mark.xdist_group("week09_transfer")
def test_in_a_sandbox_keras_has_all_of_them(warm: Callable[[Path, str], Examiner]) -> None:
    """Whatever one submission names makes no difference to it or to the next."""
    files = (SubmittedFile("transfer.py", ASKS),)
    said = warm(ROOT, "week09_transfer").examine(Submission("ada", files, sha256="0")).output
    assert said.splitlines() == [str([*KERAS_EXTRAS]), "DataFrame", "9"]


def test_results_are_kept_for_one_kit_at_one_level(toy: Kit, tmp_path: Path) -> None:
    """Another check, or another level, may give other results."""

    def opened(kit: Kit = toy, level: Isolation = Isolation.BUBBLEWRAP) -> ResultCache:
        return open_result_cache(kit, level, GeneratedNames(), tmp_path)

    end = CachedResults(())
    opened().store(Trace("start", (), end))
    assert opened().step("start") == end
    changed = replace(toy, files={**toy.files, "test_hidden.py": toy.files["test_hidden.py"] + b"\n"})
    assert opened(changed).step("start") is None
    assert opened(level=Isolation.USER).step("start") is None


def test_nothing_is_kept_where_a_submission_could_write_it(toy: Kit, tmp_path: Path) -> None:
    """At the level `process` the sandbox may be the user's own process."""
    cache = open_result_cache(toy, Isolation.PROCESS, GeneratedNames(), tmp_path)
    cache.store(Trace("start", (), CachedResults(())))
    assert list(tmp_path.iterdir()) == []
