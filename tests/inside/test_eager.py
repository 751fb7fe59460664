"""TensorFlow runs a single operation without making a function of it first."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.examiner.threads import ONE_THREAD
from autograder.inside import eager

# TensorFlow names the function, where there is one, in what it says of a failure. It starts with the first
# operation, so a fork tells how it is by itself.
PROGRAM = """
import os

import tensorflow as tf

from autograder.inside.eager import run_operations_directly


def multiply():
    try:
        tf.raw_ops.MatMul(a=tf.ones([2, 3]), b=tf.ones([2, 3]))
    except tf.errors.InvalidArgumentError as error:
        print("function_node" in str(error), "incompatible" in str(error), flush=True)


process = os.fork()
if process == 0:
    multiply()
    os._exit(0)
os.waitpid(process, 0)
run_operations_directly()
multiply()
"""


def test_a_real_tensorflow_makes_no_function_of_an_operation() -> None:
    """Once it has been told to: what it says of a failure names no function any more."""
    found = subprocess.check_output([sys.executable, "-c", PROGRAM], env=os.environ | ONE_THREAD, text=True)
    assert found.splitlines() == ["True True", "False True"]


def test_where_there_is_no_tensorflow_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, eager.MODULE, raising=False)
    eager.run_operations_directly()
    assert eager.MODULE not in sys.modules
