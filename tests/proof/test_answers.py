"""What known answers are expected to do."""

from __future__ import annotations

import pytest

from autograder.proof.answers import Answer


@pytest.mark.parametrize(
    ("checks", "fails", "reads"),
    [
        ({"test_a", "test_b", "test_c"}, {"test_a", "test_b"}, ("slope",)),
        ({"test_a", "test_b"}, {"test_a", "test_b"}, ("slope",)),
        ({"test_a", "test_c"}, {"test_a"}, ()),
        ({"test_c"}, set(), ()),
    ],
)
def test_words_are_asked_for_only_where_all_checks_that_may_say_them_run(
    checks: set[str], fails: set[str], reads: tuple[str, ...]
) -> None:
    """In a proof of one task, a check of another one does not run."""
    mistake = Answer("mistake", "m", "", "", ("add",), frozenset({"test_a", "test_b"}), ("slope",))
    limited = mistake.of_checks(frozenset(checks))
    assert (limited.fails, limited.reads) == (fails, reads)
