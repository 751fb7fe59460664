"""Numbers for users that do not exist."""

from __future__ import annotations

from autograder.sandbox.local import unused_uid


def test_each_sandbox_has_a_number_of_its_own_that_nobody_has():
    numbers = {unused_uid() for _ in range(8)}
    assert len(numbers) == 8
    assert min(numbers) > 0
    assert max(numbers) < 2**32 - 1
