"""A kit without Keras does not wait for it."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from autograder.support import Call, ExpectationError, assert_allclose, check, fail
call = Call({"seed": 3}, {})
assert_allclose("sums", call(lambda numbers: [number + 1 for number in numbers], [1, 2]), [2, 3])
try:
    assert_allclose("sums", None, [1])
except ExpectationError as error:
    print(error)
print(sorted({"keras", "tensorflow"} & set(sys.modules)))
"""


def test_checks_and_arrays_need_numpy_alone() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "Expected sums as numbers, received None. What does the function return?",
        "[]",
    ]
