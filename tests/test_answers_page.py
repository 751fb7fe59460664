"""The page of what may be an answer follows from the tables."""

from __future__ import annotations

import runpy
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "docs" / "answers.py"


def test_the_page_in_the_docs_is_current() -> None:
    """`python docs/answers.py` makes it so."""
    generator = runpy.run_path(str(PROGRAM))
    assert generator["PAGE"].read_text(encoding="utf-8") == generator["page"]()
