"""What known answers are expected to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.proof.answers import Answer, mistakes, old_names


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
    assert (limited.fails, limited.expected_messages) == (fails, reads)


@pytest.mark.parametrize(("name", "is_old"), [("EXPECTED_MESSAGES", False), ("READS", True)])
def test_the_old_name_of_the_expected_messages_is_read_and_told(
    toy_root: Path, name: str, is_old: bool
) -> None:
    path = toy_root / "solutions" / "sums" / "mistakes.py"
    path.write_text(path.read_text().replace("    FAILS =", f'    {name} = ("slope",)\n    FAILS ='))
    kit = Kit.load(toy_root, "sums")
    assert {answer.expected_messages for answer in mistakes(toy_root, kit)} == {("slope",)}
    told = "solutions/sums/mistakes.py: READS is now called EXPECTED_MESSAGES."
    assert list(old_names(toy_root, kit)) == ([told] if is_old else [])
