"""Tables in the documentation that tests compare with what they find."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


def keep(page: Path, slug: str, wanted: str) -> None:
    """Compare a page's table with what was found; write it where it differs, and fail."""
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- systems: {slug} -->\n", f"<!-- end of {slug} -->\n"
    committed = re.search(f"{re.escape(begin)}(.*?){re.escape(end)}", text, re.DOTALL)
    assert committed, f"Expected {begin.strip()} and {end.strip()} in {page.name}."
    if committed[1] != wanted:
        page.write_text(text.replace(committed[0], f"{begin}{wanted}{end}"), encoding="utf-8")
        pytest.fail(f"{page.name} did not say what was found and was written anew: look at it and commit it.")
