"""The page of what may be an answer follows from the tables."""

from __future__ import annotations

from pathlib import Path

from autograder.wire.accepted_values_page import page

PAGE = Path(__file__).parents[2] / "docs" / "answers.md"


def test_the_page_in_the_docs_is_current() -> None:
    """`python -m autograder.wire.accepted_values_page > docs/answers.md` makes it so."""
    assert PAGE.read_text(encoding="utf-8") == page()
