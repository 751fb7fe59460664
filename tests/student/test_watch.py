"""Keys as terminals send them."""

from __future__ import annotations

import pytest

from autograder.student.watch import split_keys


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("h", ["h"]),
        ("hq", ["h", "q"]),
        ("\x1b[A\x1b[B", ["up", "down"]),
        ("\x1bOA", ["up"]),
        ("\x1b[5~q\x1b[6~", ["page up", "q", "page down"]),
        ("\x1b[15~\x1b[1;5C\x1b", []),
    ],
)
def test_keys_are_told_apart(sent: str, keys: list[str]) -> None:
    assert list(split_keys(sent)) == keys
