"""TensorFlow runs a single operation without making a function of it first."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from autograder.examiner.client import Examiner
from autograder.models import Submission, SubmittedFile
from autograder.sandbox.guest import startup as eager

ROOT = Path(__file__).parents[2]
# TensorFlow names the function, where there is one, in what it says of a failure.
MULTIPLIES = b"""
import tensorflow as tf

try:
    tf.raw_ops.MatMul(a=tf.ones([2, 3]), b=tf.ones([2, 3]))
except tf.errors.InvalidArgumentError as error:
    print(error)
"""


@pytest.mark.needs("bubblewrap")
@pytest.mark.xdist_group("week09_transfer")
def test_in_a_sandbox_no_function_is_made_of_an_operation(warm: Callable[[Path, str], Examiner]) -> None:
    files = (SubmittedFile("transfer.py", MULTIPLIES),)
    said = warm(ROOT, "week09_transfer").examine(Submission("ada", files, sha256="0")).output
    assert "Matrix size-incompatible" in said
    assert "function_node" not in said


def test_tensorflow_is_told_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own call then sets the option to False, whatever it asks for; telling it twice is the same."""
    told: list[tuple[str, bool]] = []
    calls = ModuleType(eager.MODULE)
    setattr(calls, eager.OPTION, lambda options, enable: told.append((options, enable)))
    monkeypatch.setitem(sys.modules, eager.MODULE, calls)
    for _ in range(2):
        eager.run_operations_directly()
    getattr(calls, eager.OPTION)("options", True)
    assert told == [("options", False)]


@pytest.mark.parametrize("present", [True, False])
def test_where_there_is_no_such_option_nothing_happens(
    present: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another TensorFlow, or where there is none."""
    monkeypatch.delitem(sys.modules, eager.MODULE, raising=False)
    if present:
        monkeypatch.setitem(sys.modules, eager.MODULE, ModuleType(eager.MODULE))
    eager.run_operations_directly()
    assert not hasattr(sys.modules.get(eager.MODULE), eager.OPTION)
